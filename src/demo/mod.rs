//! `atalaya demo`: a bank's bad day in two minutes, without a network.

pub mod clock;
pub mod newsroom;
pub mod pages;
pub mod phrases;
pub mod script;
mod script_file;
//! The demo's stand-ins for the world: what it reads from and what it writes to.

mod chat_sink;
mod smtp_dialogue;
mod smtp_sink;

pub use chat_sink::{ChatSink, ReceivedPost};
pub use smtp_sink::{ReceivedMail, SmtpSink};
