//! The one HTTP client. It decides where a socket may go and how much may come back through it.
//!
//! Never lets a name or a redirect lead to a private address unless the caller allows it for this
//! request; never reads an unbounded answer, waits without end, or follows a POST elsewhere.

mod address;
mod body;
mod client;
mod error;
mod headers;
mod limits;
#[cfg(test)]
mod tests;
mod turns;

pub use address::is_public;
pub use client::{Client, Get, Post, PostReply, Reply};
pub use error::{FetchError, GuardError};
pub use limits::Limits;
