//! `atalaya demo`: a bank's bad day in two minutes, without a network. The daemon with other
//! inputs: an embedded newsroom that it polls, and sinks that receive what it sends.

mod chat_sink;
mod clock;
mod newsroom;
mod pages;
mod phrases;
mod script;
mod script_file;
mod smtp_dialogue;
mod smtp_sink;

pub use chat_sink::{ChatSink, ReceivedPost};
pub use clock::Clock;
pub use newsroom::Newsroom;
pub use script::{Event, Expectation, Script};
pub use smtp_sink::{ReceivedMail, SmtpSink};
