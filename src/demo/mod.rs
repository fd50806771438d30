//! The demo's stand-ins for the world: what it reads from and what it writes to.

pub mod chat_sink;
#[cfg(test)]
mod delivery_test;
mod smtp_dialogue;
pub mod smtp_sink;
