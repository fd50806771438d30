//! Stories and copies by what they shall do: edited copies are found and nothing else is, one event in
//! three languages is one story, two events of one bank are two, and a restart changes nothing.

#![allow(clippy::expect_used, reason = "a test that cannot set itself up has failed")]

mod bcubed;
mod corpus;
#[path = "../dice/mod.rs"]
mod dice;
mod edits;
mod events;
mod restart;
mod stream;
