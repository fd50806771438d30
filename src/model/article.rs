//! From the announcement of an article to its text.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::query::Document;
use super::{ArticleId, EntryId, Source, StoryId};

/// What a source announced: enough to fetch the article, or to judge by if its page cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Identifier of this announcement.
    pub id: EntryId,
    /// Who announced it.
    pub source_id: String,
    /// Identity across guid changes and tracking parameters; unique in the store.
    pub key: String,
    /// Page of the article.
    pub url: String,
    /// Headline as announced, plain text.
    pub title: String,
    /// Teaser or full text as announced, plain text.
    pub text: String,
    /// Authors as announced.
    pub authors: Vec<String>,
    /// When the publisher says it appeared.
    pub published_at: Option<Timestamp>,
    /// When we first saw it.
    pub discovered_at: Timestamp,
    /// Found by the first poll of its source, or published long before it was found: read for
    /// context, never alerted on.
    pub history: bool,
    /// What tells it from others and from itself as it was.
    pub marks: EntryMarks,
}

/// What an entry is recognised by, beside its key. Only the poll that finds it has it whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryMarks {
    /// Hash of source, publisher's identifier and headline: the same article at another address.
    pub alias: Option<i64>,
    /// Its key if its page turns out to be shared with others; none if it says so already.
    pub own_key: Option<String>,
    /// Hash of headline and text as people read them.
    pub fingerprint: Option<i64>,
}

/// What could be read out of a page; the shape of `atalaya inspect page`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Extracted {
    /// Headline.
    pub title: Option<String>,
    /// Plain text, paragraphs separated by one newline.
    pub body: Option<String>,
    /// Names of the authors.
    pub authors: Vec<String>,
    /// Date, or date-time in RFC 3339, as precise as the page says.
    pub published: Option<String>,
    /// The same for the last change.
    pub updated: Option<String>,
    /// BCP-47.
    pub language: Option<String>,
    /// The page's own name for itself.
    pub canonical_url: Option<String>,
    /// An address on another site that the page calls the original of its text: a claim, never fetched
    /// for it.
    pub original_url: Option<String>,
    /// The medium's name.
    pub site_name: Option<String>,
    /// URL of the main picture.
    pub image: Option<String>,
    /// Which way the body was found.
    pub method: Option<String>,
    /// What is doubtful or missing.
    pub warnings: Vec<String>,
}

/// An article as it is judged and archived.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// Identifier.
    pub id: ArticleId,
    /// Medium that carried it.
    pub source_id: String,
    /// The story it was put into.
    pub story_id: Option<StoryId>,
    /// The article that this one copies.
    pub duplicate_of: Option<ArticleId>,
    /// Canonical URL where known, else the announced one.
    pub url: String,
    /// An address on another site that the page calls the original of its text.
    pub original_url: Option<String>,
    /// Headline.
    pub title: String,
    /// Plain text, paragraphs separated by one newline.
    pub body: String,
    /// Names of the authors.
    pub authors: Vec<String>,
    /// BCP-47, detected.
    pub language: Option<String>,
    /// When the publisher says it appeared.
    pub published_at: Option<Timestamp>,
    /// When we first saw it announced.
    pub discovered_at: Timestamp,
    /// Which way the text was found.
    pub method: String,
    /// What is doubtful or missing.
    pub warnings: Vec<String>,
}

impl Article {
    /// The instant that recency and rates are counted from: what the publisher says,
    /// but never later than when we saw it.
    #[must_use]
    pub fn appeared_at(&self) -> Timestamp {
        self.published_at.map_or(self.discovered_at, |at| at.min(self.discovered_at))
    }

    /// The article as queries see it.
    #[must_use]
    pub fn document<'a>(&'a self, source: &'a Source) -> Document<'a> {
        Document {
            title: &self.title,
            body: &self.body,
            authors: &self.authors,
            url: Some(&self.url).filter(|url| !url.is_empty()).map(String::as_str),
            source: Some(&source.id),
            language: self.language.as_deref().or(source.language.as_deref()),
            region: source.region.as_deref(),
            tags: &source.tags,
            date: Some(self.published_at.unwrap_or(self.discovered_at)),
            tier: Some(source.tier),
            severity: None,
        }
    }
}
