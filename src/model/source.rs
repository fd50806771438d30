//! Where articles come from, and what is remembered of each place between polls.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

/// A place that is polled for new entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Name in configuration, screens and metrics; unique.
    pub id: String,
    /// The medium as people call it.
    pub name: String,
    /// What the URL answers with.
    pub kind: SourceKind,
    /// Where it is polled.
    pub url: Url,
    /// Language of its articles (BCP-47), used where detection is unsure.
    pub language: Option<String>,
    /// ISO 3166 country or a region of the user's own.
    pub region: Option<String>,
    /// Reach: 1 national or international, 2 regional or specialist, 3 small or unknown.
    pub tier: u8,
    /// Who owns the medium: sources of one owner count as one voice.
    pub owner: String,
    /// Free labels for routes.
    pub tags: Vec<String>,
    /// The organisation's business line that the source is about.
    pub business_line: Option<String>,
    /// Time between two polls while the server says nothing else.
    pub interval: Duration,
    /// Whether private and loopback addresses may be fetched (an intranet, the demo).
    pub allow_private: bool,
}

impl Source {
    /// A medium that nobody has configured (any more): unknown reach, an owner of its own.
    ///
    /// # Panics
    /// Never: it parses a constant.
    #[must_use]
    pub fn unlisted(name: &str) -> Self {
        #[expect(clippy::expect_used, reason = "a constant that parses")]
        let nowhere = Url::parse("https://unlisted.invalid/").expect("constant");
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            kind: SourceKind::Feed,
            url: nowhere,
            language: None,
            region: None,
            tier: 3,
            owner: name.to_owned(),
            tags: Vec::new(),
            business_line: None,
            interval: Duration::from_mins(5),
            allow_private: false,
        }
    }
}

/// The kind of document behind a source's URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// RSS, Atom or JSON Feed.
    Feed,
    /// An HTML page that lists articles.
    Page {
        /// CSS selector of the links to articles.
        links: String,
    },
}

/// What an HTTP server gave to ask it next time whether anything changed (RFC 9110 §8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`, sent back as `If-None-Match`.
    pub etag: Option<String>,
    /// `Last-Modified`, sent back as `If-Modified-Since`.
    pub last_modified: Option<String>,
    /// Hash of the body, for servers that give neither.
    pub body_hash: Option<String>,
}

/// What is remembered of a source between polls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceState {
    /// The source.
    pub source_id: String,
    /// For the conditional GET.
    pub validators: Validators,
    /// When it is polled next.
    pub next_check_at: Timestamp,
    /// The last poll that worked.
    pub last_success_at: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// Why the last poll failed.
    pub last_error: Option<String>,
    /// Whether its first poll is done, so that what comes now is news.
    pub seeded: bool,
}
