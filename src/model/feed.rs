//! A feed as it was read, whatever its dialect; the shape of `atalaya inspect feed`.

use schemars::JsonSchema;
use serde::Serialize;

use super::UpdateHints;

/// A feed document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Feed {
    /// Dialect: `rss`, `atom`, `rdf`, `cdf` or `json`.
    pub kind: Option<String>,
    /// Identifier of the feed (`atom:id`); `id` is taken by the streams.
    pub feed_id: Option<String>,
    /// Title of the feed.
    pub title: Option<String>,
    /// The site that the feed speaks for.
    pub link: Option<String>,
    /// Declared language, BCP-47.
    pub language: Option<String>,
    /// Subtitle or description.
    pub summary: Option<String>,
    /// RFC 3339, UTC.
    pub published: Option<String>,
    /// RFC 3339, UTC.
    pub updated: Option<String>,
    /// Encoding that the bytes were read in, by its WHATWG name in lower case.
    pub encoding: Option<String>,
    /// Its entries, in the order of the document.
    pub entries: Vec<FeedEntry>,
    /// What had to be repaired or left out.
    pub warnings: Vec<String>,
    /// How often it changes, as it says itself.
    #[serde(skip)]
    pub hints: UpdateHints,
}

/// One entry of a feed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct FeedEntry {
    /// The publisher's identifier (`guid`, `atom:id`).
    pub id: Option<String>,
    /// Headline, plain text.
    pub title: Option<String>,
    /// The article's page, absolute.
    pub link: Option<String>,
    /// RFC 3339, UTC.
    pub published: Option<String>,
    /// RFC 3339, UTC.
    pub updated: Option<String>,
    /// Names of the authors.
    pub authors: Vec<String>,
    /// Teaser as given, may hold HTML.
    pub summary: Option<String>,
    /// Full text as given, may hold HTML.
    pub content: Option<String>,
    /// Attached media.
    pub enclosures: Vec<Enclosure>,
    /// Labels of the publisher.
    pub categories: Vec<String>,
    /// Declared language where it is not the feed's, BCP-47.
    pub language: Option<String>,
}

/// A file attached to an entry.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Enclosure {
    /// Where it lies.
    pub url: Option<String>,
    /// Media type.
    #[serde(rename = "type")]
    pub media_type: Option<String>,
    /// Bytes.
    pub length: Option<u64>,
}
