//! The one HTTP client. It decides where a socket may go and how much may come back through it.
//!
//! Never lets a name or a redirect lead to a private address unless the caller allows it for this
//! request; never reads an unbounded answer, waits without end, or follows a POST elsewhere; asks
//! no host more often than the host wants.
//!
//! A proxy of a request ([`crate::model::Reach`]) is trusted: addresses and ports written in a URL are
//! still checked, but names are resolved by the proxy, which must itself keep away from what it
//! should not reach. Proxies of the environment are not used.

mod address;
mod body;
mod breaker;
mod client;
mod clients;
mod coding;
mod connector;
mod error;
mod headers;
#[cfg(test)]
mod hosts_test;
mod limits;
mod manners;
mod request;
mod resolve;
mod robots;
mod rule;
#[cfg(test)]
mod tests;
mod turns;

pub use address::is_public;
pub use client::Client;
pub use error::{FetchError, GuardError};
pub use limits::Limits;
pub use request::{Get, Post, PostReply, Reply};
pub use rule::foreign_url;
pub use turns::host_and_port;
