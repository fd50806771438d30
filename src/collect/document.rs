//! Reading a document of any kind: the part of a poll that touches untrusted bytes. Pure, and plain
//! data on both sides, so that it can be done in another process.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use super::entries::{Announcement, announcements};
use super::{FeedError, json_list, list, page, read_feed, sitemap};
use crate::model::{SourceKind, UpdateHints};

/// A document with everything that is needed to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it is taken for.
    pub kind: SourceKind,
    /// Where it was found; relative links are resolved against it.
    pub url: Url,
    /// `Content-Type` as received.
    pub content_type: Option<String>,
    /// What was kept from the last time, see [`Announced::memory`].
    pub memory: Option<String>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

/// What a document announces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Its entries, oldest first, at most 500.
    pub entries: Vec<Announcement>,
    /// How often it changes, as it says itself.
    pub hints: UpdateHints,
    /// What had to be repaired or left out.
    pub warnings: Vec<String>,
    /// Further documents that belong to it (the sitemaps of an index), newest first.
    pub children: Vec<Url>,
    /// To be kept for the next time.
    pub memory: Option<String>,
}

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum ReadError {
    /// The document is something else than it was taken for.
    #[error("this is {what}, not {expected}")]
    Unexpected {
        /// What it is.
        what: String,
        /// What it was taken for.
        expected: String,
        /// Feeds that a page names as its own.
        feeds: Vec<Url>,
    },
    /// It is what it should be, but broken beyond repair.
    #[error("the document cannot be read: {0}")]
    Broken(String),
    /// Built to exhaust the reader; not parsed.
    #[error("refused: {0}")]
    Refused(String),
    /// Nothing is found in it any more.
    #[error("{0}")]
    Empty(String),
    /// It made the reader exceed its time or memory, and was given up.
    #[error("reading it was stopped: {0}")]
    Stopped(String),
    /// The reader is at fault, not the document.
    #[error("no reader: {0}")]
    Unavailable(String),
}

/// Reads a document.
///
/// # Errors
/// See [`ReadError`]. Never panics.
pub fn read(document: &Document) -> Result<Announced, ReadError> {
    let Document { kind, url, content_type, memory, body } = document;
    let (content_type, memory) = (content_type.as_deref(), memory.as_deref());
    let (feed, memory) = match kind {
        SourceKind::Sitemap => return sitemap::read(body, content_type, url, memory),
        SourceKind::Feed => (read_feed(body, content_type, Some(url.as_str()))?, None),
        SourceKind::Json(paths) => (json_list::read(body, content_type, url, paths)?, None),
        SourceKind::Page { links: Some(links) } => {
            let (feed, memory) = list::read(body, content_type, url, links, memory)?;
            (feed, Some(memory))
        }
        SourceKind::Page { links: None } => {
            let (feed, memory) = page::read(body, content_type, url, memory)?;
            (feed, Some(memory))
        }
    };
    Ok(Announced {
        entries: announcements(feed.entries),
        hints: feed.hints,
        warnings: feed.warnings,
        memory,
        ..Announced::default()
    })
}

impl From<FeedError> for ReadError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::NotAFeed { what, feeds } => {
                let (what, expected) = (what.to_owned(), "a feed".to_owned());
                Self::Unexpected { what, expected, feeds }
            }
            FeedError::Broken(why) => Self::Broken(why),
            FeedError::Refused(why) => Self::Refused(why.to_owned()),
        }
    }
}
