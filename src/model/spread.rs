//! How a story spread, and what it is about, as data.

use schemars::JsonSchema;
use serde::Serialize;

/// One story: what it tells, and how it went through the media. Times are RFC 3339, UTC.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Spread {
    /// The story; the one that took it in, if it was merged.
    pub id: String,
    /// The headline that speaks for it best, of those that there are.
    pub headline: String,
    /// The article that tells it best.
    pub lead: Option<SpreadArticle>,
    /// Phrases that its articles share, most telling first.
    pub phrases: Vec<String>,
    /// Names that its articles share, most frequent first.
    pub entities: Vec<String>,
    /// Articles, copies included.
    pub articles: u32,
    /// Copies among them.
    pub copies: u32,
    /// Independent voices: owners, but the texts of one agency, or of one original that pages name by
    /// their canonical link, count once.
    pub voices: u32,
    /// Its first article.
    pub first: Option<SpreadArticle>,
    /// The article that the others have it from: one that canonical links of the others name, else the
    /// first.
    pub original: Option<SpreadArticle>,
    /// The first article in a medium of tier 1.
    pub first_authoritative: Option<SpreadArticle>,
    /// Its last article.
    pub last_seen_at: Option<String>,
    /// Articles by hour since the first, with no gaps.
    pub hours: Vec<SpreadHour>,
    /// Owners and their media, first carrier first. Media of one owner count as one voice.
    pub owners: Vec<SpreadOwner>,
    /// Whom its media name as their source, and how many of them do, most first.
    pub according_to: Vec<Share>,
    /// Who took it from whom, where a text or a page says so.
    pub credits: Vec<Credit>,
    /// Articles by language (BCP-47), most first.
    pub languages: Vec<Share>,
    /// Articles by region of their media, most first.
    pub regions: Vec<Share>,
}

/// An article of a story.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct SpreadArticle {
    /// Identifier.
    pub id: String,
    /// Headline.
    pub title: String,
    /// Where it stands.
    pub url: String,
    /// Medium.
    pub source: String,
    /// Tier of the medium, 1 to 3.
    pub tier: u8,
    /// When it appeared.
    pub at: String,
}

/// One hour.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct SpreadHour {
    /// Its beginning.
    pub at: String,
    /// Articles in media of tier 1.
    pub tier1: u32,
    /// Of tier 2.
    pub tier2: u32,
    /// Of tier 3.
    pub tier3: u32,
    /// Copies among all.
    pub copies: u32,
}

/// An owner of media.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct SpreadOwner {
    /// The owner.
    pub owner: String,
    /// Its media that carried the story.
    pub media: Vec<String>,
    /// Articles.
    pub articles: u32,
    /// When it first carried the story.
    pub first_at: String,
}

/// A text says that it has its news from somebody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Credit {
    /// The medium that says so.
    pub medium: String,
    /// The medium or agency that it names.
    pub from: String,
    /// How it says so.
    pub kind: CreditKind,
    /// The words or the address that say so.
    pub evidence: String,
}

/// How an article says whom it has its text from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CreditKind {
    /// A credit line or byline: the text is that agency's.
    Line,
    /// A canonical link to that medium's site.
    Link,
    /// Words such as "according to".
    #[default]
    Words,
}

impl CreditKind {
    /// The name in JSON and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Link => "link",
            Self::Words => "words",
        }
    }
}

/// A part of the articles, or of the media.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Share {
    /// Of what.
    pub name: String,
    /// How many.
    pub articles: u32,
}
