//! `atalaya demo`: a bank's bad day in two minutes, without a network. The daemon with other
//! inputs: an embedded newsroom that it polls, sinks that receive what it sends, and people who live at
//! the mail sink and answer, or do not.

mod cast;
mod chat_sink;
mod clock;
#[cfg(test)]
mod delivery_test;
mod letter;
mod life;
mod newsroom;
mod officers;
pub mod outcome;
mod pages;
mod phrases;
mod play;
mod script;
mod script_file;
mod smtp_dialogue;
mod smtp_sink;
mod stage;

pub use chat_sink::{ChatSink, ReceivedPost};
pub use clock::Clock;
pub use life::{Life, ReviewFiles};
pub use newsroom::Newsroom;
pub use play::{Heard, Play, PlayError};
pub use script::{Event, Expectation, Script};
pub use smtp_sink::{ReceivedMail, SmtpSink};
pub use stage::Stage;
