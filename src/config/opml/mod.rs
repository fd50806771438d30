//! OPML 1 and 2 (<http://opml.org/spec2.opml>), in which feed readers exchange subscriptions, and the
//! source files made of it.

mod read;
mod source_file;
#[cfg(test)]
mod tests;
mod write;

use thiserror::Error;
use url::Url;

pub use read::read_opml;
pub use source_file::source_file;
pub use write::write_opml;

/// A feed as an OPML document names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// As people call it; its host where the document does not say.
    pub name: String,
    /// The feed.
    pub url: Url,
    /// BCP-47.
    pub language: Option<String>,
    /// The folders that it stands in and its categories, each once.
    pub tags: Vec<String>,
}

/// What an OPML document holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscriptions {
    /// In its order.
    pub feeds: Vec<Subscription>,
    /// What was left out, and why.
    pub warnings: Vec<String>,
}

/// Why a document holds no subscriptions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpmlError {
    /// It is something else.
    #[error("this is not an OPML document")]
    NotOpml,
    /// It is broken beyond repair.
    #[error("the OPML document cannot be read: {0}")]
    Broken(String),
    /// Built to exhaust the reader.
    #[error("refused: {0}")]
    Refused(&'static str),
}
