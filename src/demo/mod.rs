//! The demo's stand-ins for the world: what it reads from and what it writes to.

mod chat_sink;
#[cfg(test)]
mod delivery_test;
mod smtp_dialogue;
mod smtp_sink;

pub use chat_sink::{ChatSink, ReceivedPost};
pub use smtp_sink::{ReceivedMail, SmtpSink};
