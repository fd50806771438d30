//! Stories for those who look at them: lists, how one spread, what rises now; and people's changes.
//! From the store alone, beside a running daemon or after.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, reading, writing};
use crate::config::Config;
use crate::model::{ArticleId, Spread, Story, StoryEdit, StoryEditId, StoryId};
use crate::pipeline::told_by;
use crate::store::{StoreError, Transaction, spread, stories, story_edits};

/// Stories of a list.
const MOST_STORIES: u32 = 200;
/// Articles that a spread is told from.
const MOST_MEMBERS: u32 = 5_000;

/// The shape of `atalaya stories --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StoriesReport {
    /// Since when.
    pub since: String,
    /// Stories with an article since then, largest first, at most 200.
    pub stories: Vec<StoryRow>,
}

/// A story in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StoryRow {
    /// Identifier.
    pub id: String,
    /// The headline that speaks for it best.
    pub headline: String,
    /// When its first article was seen, RFC 3339.
    pub first_seen_at: String,
    /// When its last one was.
    pub last_seen_at: String,
    /// Articles, copies included.
    pub articles: u32,
    /// Copies among them.
    pub copies: u32,
    /// Distinct owners.
    pub owners: usize,
    /// Independent voices: the texts of one agency count once.
    pub voices: u32,
    /// Best tier, 1 to 3.
    pub best_tier: Option<u8>,
    /// Languages, most frequent first.
    pub languages: Vec<String>,
}

/// Stories since `since`.
///
/// # Errors
/// If the store cannot be read.
pub async fn recent(config: &Config, since: Timestamp) -> Result<StoriesReport, AppError> {
    let known = config.clone();
    let rows = reading(config, move |tx| {
        let found = spread::recent(tx, since, MOST_STORIES)?;
        found.into_iter().map(|story| row(tx, &known, &story)).collect::<Result<Vec<_>, _>>()
    });
    Ok(StoriesReport { since: since.to_string(), stories: rows.await? })
}

fn row(tx: &mut dyn Transaction, config: &Config, story: &Story) -> Result<StoryRow, StoreError> {
    let members = spread::members(tx, story.id, MOST_MEMBERS)?;
    let told = told_by(config, story.id, members);
    let tiers = told.hours.iter();
    let best = tiers.map(|hour| match (hour.tier1, hour.tier2) {
        (1.., _) => 1,
        (0, 1..) => 2,
        _ => 3,
    });
    Ok(StoryRow {
        id: story.id.to_string(),
        headline: told.headline,
        first_seen_at: story.first_seen_at.to_string(),
        last_seen_at: story.last_seen_at.to_string(),
        articles: told.articles,
        copies: told.copies,
        owners: told.owners.len(),
        voices: told.voices,
        best_tier: best.min(),
        languages: told.languages.into_iter().map(|share| share.name).collect(),
    })
}

/// How a story spread; none if there is no such story. The name of a merged one leads to the one that took it in.
///
/// # Errors
/// If the store cannot be read.
pub async fn one(config: &Config, id: StoryId) -> Result<Option<Spread>, AppError> {
    let known = config.clone();
    reading(config, move |tx| {
        let id = story_edits::current(tx, id)?;
        if stories::find(tx, id)?.is_none() {
            return Ok(None);
        }
        let members = spread::members(tx, id, MOST_MEMBERS)?;
        Ok(Some(told_by(&known, id, members)))
    })
    .await
}

/// A change that somebody asks for.
#[derive(Debug, Clone)]
pub enum Change {
    /// The second story goes into the first.
    Merge(StoryId, StoryId),
    /// Articles leave their story for a new one.
    Split(StoryId, Vec<ArticleId>),
    /// A change is taken back.
    Undo(StoryEditId),
}

/// Makes a change beside the running daemon, which heeds it before its next article; or says why not.
///
/// # Errors
/// If the store cannot be written.
pub async fn change(
    config: &Config,
    change: Change,
) -> Result<Result<StoryEdit, &'static str>, AppError> {
    let now = Timestamp::now();
    writing(config, move |tx| match &change {
        Change::Merge(into, from) => story_edits::merge(tx, *into, *from, now),
        Change::Split(story, articles) => story_edits::split(tx, *story, articles, now),
        Change::Undo(id) => story_edits::undo(tx, *id, now),
    })
    .await
}

/// The shape of `atalaya hot --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HotReport {
    /// The present: hours up to now.
    pub hours: usize,
    /// Hours before that they are compared to, 28 days at most; below 48 nothing is told.
    pub past_hours: usize,
    /// Share of what is told that is chance, at most, in the long run.
    pub false_discovery_rate: f64,
    /// Articles about our topics in the present.
    pub articles: usize,
    /// Distinct terms that were watched.
    pub terms_watched: usize,
    /// Topics that rise.
    pub topics: Vec<HotRow>,
    /// Terms that rise in the articles about our topics, whether a rule has them or not.
    pub terms: Vec<HotRow>,
    /// Stories that rise.
    pub stories: Vec<HotRow>,
    /// Topics far below their usual in the last 24 hours: dead sources?
    pub silent: Vec<HotRow>,
}

/// What is out of the ordinary.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HotRow {
    /// The term as it is written, the topic's id, or the story's headline.
    pub name: String,
    /// The story's id.
    pub story: Option<String>,
    /// Articles in the present.
    pub seen: u32,
    /// Articles to be expected.
    pub expected: f64,
    /// Odds of that by chance.
    pub p: f64,
}

/// Articles that are looked at.
const MOST_ARTICLES: u32 = 100_000;
/// The past that the present is compared to.
const PAST: SignedDuration = SignedDuration::from_hours(28 * 24);

/// What rises in the last `hours`, and which topic has fallen silent.
///
/// # Errors
/// If the store cannot be read.
pub async fn hot(config: &Config, hours: usize, rate: f64) -> Result<HotReport, AppError> {
    let now = Timestamp::now();
    let since = now.checked_sub(PAST).unwrap_or(Timestamp::MIN);
    let topics: Vec<String> = config.keywords.topics.iter().map(|topic| topic.id.clone()).collect();
    let (articles, arrivals, headlines) = reading(config, move |tx| {
        let articles = spread::about_topics(tx, since, MOST_ARTICLES)?;
        let mut headlines: HashMap<StoryId, String> = HashMap::new();
        for (_, member) in &articles {
            if let std::collections::hash_map::Entry::Vacant(e) = headlines.entry(member.story) {
                let story = stories::find(tx, member.story)?;
                e.insert(story.map(|it| it.headline).unwrap_or_default());
            }
        }
        Ok((articles, spread::arrivals(tx, since)?, headlines))
    })
    .await?;
    let clock = Clock::new(now, arrivals.iter().min().copied().unwrap_or(now));
    Ok(clock.report(&topics, &articles, &arrivals, &headlines, hours, rate))
}

mod clock;

use clock::Clock;

/// Counts by hour, by name.
type Counts = BTreeMap<String, Vec<u32>>;
