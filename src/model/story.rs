//! One event told by several articles.

use jiff::Timestamp;

use super::{ArticleId, StoryEditId, StoryId, VerdictLabel};

/// A story as the archive knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Identifier.
    pub id: StoryId,
    /// Headline of its first article.
    pub headline: String,
    /// Its first article.
    pub lead_article: ArticleId,
    /// When its first article was seen.
    pub first_seen_at: Timestamp,
    /// When its last article was seen.
    pub last_seen_at: Timestamp,
    /// How many articles, copies included.
    pub articles: u32,
}

/// Where an article was put, decided when it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The story.
    pub story: StoryId,
    /// Whether the article opens it.
    pub opens: bool,
    /// The article that this one copies.
    pub duplicate_of: Option<ArticleId>,
}

/// What is known of a story toward one topic, this article included; severity is computed from it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoryFacts {
    /// Articles of the story that concern the topic.
    pub articles: u32,
    /// Distinct owners among their media.
    pub owners: u32,
    /// Owners among them whose media speak ill of it: who denies a rumour does not corroborate it.
    pub negative_owners: u32,
    /// Distinct sources among them.
    pub sources: u32,
    /// Sources of tier 1 among them.
    pub tier1: u32,
    /// Best (lowest) tier among them.
    pub best_tier: Option<u8>,
    /// Highest probability of speaking ill among them.
    pub p_negative: f64,
    /// Negative articles about the topic in the last hour, any story.
    pub negative_last_hour: u32,
    /// The usual number of them an hour.
    pub negative_per_hour: f64,
    /// Whether that is of this hour of the week, over four weeks; else of all hours.
    pub weekly_rate: bool,
    /// When the topic last had a negative article of the same category in another story.
    pub last_such_at: Option<Timestamp>,
    /// The last verdict of staff on the story and topic.
    pub verdict: Option<VerdictLabel>,
    /// Articles of the story in the last hour.
    pub articles_last_hour: u32,
    /// Articles of the story in the hour before that.
    pub articles_previous_hour: u32,
    /// Customers' complaints among them, in the last hour.
    pub complaints_last_hour: u32,
    /// First article of the story.
    pub first_seen_at: Option<Timestamp>,
    /// Names of the media, first carrier first, at most ten.
    pub media: Vec<String>,
}

/// What somebody changed about stories.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryEdit {
    /// Identifier.
    pub id: StoryEditId,
    /// What was done.
    pub kind: StoryEditKind,
    /// The story whose articles went away.
    pub from: StoryId,
    /// The story that they went to.
    pub into: StoryId,
    /// The articles.
    pub articles: Vec<ArticleId>,
    /// The alerts that went along, by id.
    pub alerts: Vec<String>,
    /// When.
    pub made_at: Timestamp,
    /// When it was taken back.
    pub undone_at: Option<Timestamp>,
    /// Rises with every change of any edit; milliseconds since 1970 or a little more.
    pub changed_at: i64,
}

/// What was done to stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoryEditKind {
    /// One was put into another.
    Merge,
    /// Some articles were taken out into a new one.
    Split,
}

impl StoryEditKind {
    /// All.
    pub const ALL: [Self; 2] = [Self::Merge, Self::Split];

    /// The name in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Split => "split",
        }
    }
}
