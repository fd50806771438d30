//! Where articles come from, and what is remembered of each place between polls.

use std::time::Duration;

use ipnet::IpNet;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
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
    /// How often it may and must be polled.
    pub pace: Pace,
    /// Where its requests may go.
    pub reach: Reach,
    /// Whether robots.txt is obeyed; off only where the site's owner gave leave.
    pub obey_robots: bool,
    /// Whether what its first poll finds may alert, or only fills the archive.
    pub alert_on_history: bool,
    /// Silence after which it is stale, where its own rhythm shall not decide.
    pub stale_after: Option<Duration>,
}

/// The least and the longest time between two polls. Equal ones are a fixed interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// However lively the source is.
    pub min: Duration,
    /// However quiet it is.
    pub max: Duration,
}

impl Pace {
    /// The same interval always.
    #[must_use]
    pub fn fixed(interval: Duration) -> Self {
        Self { min: interval, max: interval }
    }
}

/// Where requests may go beside the public internet, and by which way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Reach {
    /// Private and reserved addresses that are allowed.
    pub private: PrivateAccess,
    /// The proxy that requests go through; it resolves names itself.
    pub proxy: Option<Proxy>,
}

impl Reach {
    /// Everywhere, private and loopback addresses included.
    #[must_use]
    pub fn anywhere() -> Self {
        Self { private: PrivateAccess::All, proxy: None }
    }
}

/// Which private and reserved addresses may be asked (an intranet, the demo).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum PrivateAccess {
    /// None: the public internet only.
    #[default]
    None,
    /// Those of these networks.
    Networks(Vec<IpNet>),
    /// All.
    All,
}

/// The URL of a proxy, credentials included: never shown.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy(pub Url);

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({})", self.0.host_str().unwrap_or_default())
    }
}

impl Source {
    /// The source that customers' complaints are articles of; no other may have its name.
    pub const COMPLAINTS: &'static str = "complaints";

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
            pace: Pace::fixed(Duration::from_mins(5)),
            reach: Reach::default(),
            obey_robots: true,
            alert_on_history: false,
            stale_after: None,
        }
    }
}

/// The kind of document behind a source's URL, with what is needed to read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SourceKind {
    /// RSS, Atom or JSON Feed.
    Feed,
    /// A sitemap (with news entries or without) or an index of sitemaps.
    Sitemap,
    /// An HTML page that lists articles.
    Page {
        /// CSS selector of the links to articles; without one they are found and learned.
        links: Option<String>,
    },
    /// A JSON document that lists articles.
    Json(Box<JsonPaths>),
}

/// Where a JSON document keeps what. JSON Pointers (RFC 6901): `items` from the root, the others
/// from the item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JsonPaths {
    /// The list; empty if the document is the list.
    pub items: String,
    /// Headline.
    pub title: String,
    /// The article's page.
    pub link: Option<String>,
    /// The publisher's identifier.
    pub id: Option<String>,
    /// Date or epoch seconds.
    pub published: Option<String>,
    /// Teaser.
    pub summary: Option<String>,
    /// Full text.
    pub content: Option<String>,
    /// A name, or a list of names.
    pub authors: Option<String>,
}

/// What an HTTP server gave to ask it next time whether anything changed (RFC 9110 §8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, sent back as `If-None-Match`.
    pub etag: Option<String>,
    /// `Last-Modified`, sent back as `If-Modified-Since`.
    pub last_modified: Option<String>,
    /// Hash of the body, for servers that give neither.
    pub body_hash: Option<String>,
}

/// What a document itself says of how often it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateHints {
    /// Minutes for which it need not be asked again (RSS `ttl`, `sy:updatePeriod`).
    pub ttl_minutes: Option<u32>,
    /// Hours (0 to 23, UTC) in which it does not change (RSS `skipHours`).
    pub skip_hours: Vec<u8>,
    /// Days (0 is Monday, UTC) on which it does not change (RSS `skipDays`).
    pub skip_days: Vec<u8>,
}

/// How a source is.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Not polled yet.
    #[default]
    New,
    /// It answers, and brings entries at its rhythm.
    Healthy,
    /// It cannot be read.
    Failing,
    /// It answers, and has brought nothing for far longer than its rhythm.
    Stale,
    /// It answers with a document in which nothing is found any more.
    Empty,
    /// The server says that it is gone for good; it is not polled any more.
    Gone,
}

impl Health {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Healthy, Self::Failing, Self::Stale, Self::Empty, Self::Gone];

    /// The name in the store, in JSON, in metrics and in phrase catalogues.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Healthy => "healthy",
            Self::Failing => "failing",
            Self::Stale => "stale",
            Self::Empty => "empty",
            Self::Gone => "gone",
        }
    }
}

impl std::str::FromStr for Health {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|health| health.name() == s);
        found.ok_or_else(|| format!("`{s}` is no health"))
    }
}

/// Where a source answers: its configured URL, unless it has moved for good or its feed was found on
/// its page. Holds for that configured URL only: with another one nothing of it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The URL that was configured then.
    pub configured: Url,
    /// Where it really is.
    pub actual: Url,
}

impl Address {
    /// Where it has moved, if it has.
    #[must_use]
    pub fn moved(&self) -> Option<&Url> {
        (self.actual != self.configured).then_some(&self.actual)
    }
}

/// Both URLs with a space between, which no URL holds: its form in the store.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.configured, self.actual)
    }
}

impl std::str::FromStr for Address {
    type Err = url::ParseError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let (configured, actual) = s.split_once(' ').unwrap_or((s, s));
        let is_same = configured == actual;
        let configured: Url = configured.parse()?;
        let actual = if is_same { configured.clone() } else { actual.parse()? };
        Ok(Self { configured, actual })
    }
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
    /// Where its last good answer came from; none before there was one.
    pub address: Option<Address>,
    /// What the reader of its kind keeps for the next time (a learned selector, child sitemaps).
    pub memory: Option<String>,
}
