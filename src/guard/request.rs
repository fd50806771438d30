//! What is asked of the client, and what it answers.

use std::time::Duration;

use url::Url;

use crate::model::{Reach, Source, Validators};

/// A page or feed to fetch.
#[derive(Debug, Clone, Copy)]
pub struct Get<'a> {
    /// Where.
    pub url: &'a Url,
    /// What the last answer gave; empty for an unconditional request.
    pub validators: &'a Validators,
    /// Where it may lead, redirects included.
    pub reach: &'a Reach,
    /// Whether robots.txt is obeyed, at each redirect too.
    pub obey_robots: bool,
}

impl<'a> Get<'a> {
    /// An unconditional request for a document of a source.
    #[must_use]
    pub fn of(source: &'a Source, url: &'a Url) -> Self {
        const NOTHING_KNOWN: &Validators =
            &Validators { etag: None, last_modified: None, body_hash: None };
        Self {
            url,
            validators: NOTHING_KNOWN,
            reach: &source.reach,
            obey_robots: source.obey_robots,
        }
    }
}

/// The answer to a GET, of whatever status; a 304 has no body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Where the last redirect led.
    pub final_url: Url,
    /// Where it has moved for good: the end of the permanent redirects (301, 308) that it began with.
    pub moved_to: Option<Url>,
    /// `Content-Type` as received.
    pub content_type: Option<String>,
    /// For the next request. `body_hash` is left as it was sent.
    pub validators: Validators,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
    /// How long the answer stays fresh.
    pub cache_max_age: Option<Duration>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

/// A message to send.
#[derive(Debug, Clone)]
pub struct Post<'a> {
    /// Where.
    pub url: &'a Url,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body as it goes out.
    pub body: Vec<u8>,
    /// Where it may lead.
    pub reach: &'a Reach,
    /// Longest time of the whole exchange, without the wait for its turn.
    pub timeout: Duration,
}

/// The answer to a POST. A redirect is a status like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostReply {
    /// The HTTP status.
    pub status: u16,
    /// How long the server wants to be left alone.
    pub retry_after: Option<Duration>,
    /// The first 64 KiB of the body.
    pub body: Vec<u8>,
}
