//! Watches before a launch: their questions and who settled them, and what was seen in their time; from
//! the store, beside a running daemon or without one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, reading, writing};
use crate::config::{Config, Watch};
use crate::model::{AlertState, Level, LocalText, WatchMark, WatchMarkId};
use crate::store::watched::{self, Stretch};
use crate::store::{StoreError, Transaction, watch_marks};

/// Rows of each list of a report.
const STORIES: u32 = 20;
const MEDIA: u32 = 10;
const ALERTS: u32 = 50;

/// Where a watch is in its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WatchState {
    /// It has not begun.
    Planned,
    /// It runs.
    Running,
    /// It is over.
    Over,
}

/// A watch; a line of `atalaya watch list --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WatchRow {
    /// Identifier.
    pub id: String,
    /// Where it is in its time.
    pub state: WatchState,
    /// The topic, by id.
    pub topic: String,
    /// The topic, as people call it.
    pub topic_name: LocalText,
    /// First instant, RFC 3339.
    pub from: String,
    /// First instant behind it, RFC 3339.
    pub until: String,
    /// Points that are added meanwhile.
    pub points: f64,
    /// Why.
    pub reason: String,
    /// How many questions there are.
    pub questions: u32,
    /// How many of them are open.
    pub open: u32,
}

/// A question; part of `atalaya watch show ID --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QuestionRow {
    /// Its number in the list, from 1.
    pub number: u32,
    /// What is asked.
    pub text: LocalText,
    /// Who answers for it: name, or id of whoever is in the people file no more.
    pub owner: String,
    /// Whether it is settled.
    pub settled: bool,
    /// Who said so last; null if nobody has said anything.
    pub by: Option<String>,
    /// When, RFC 3339.
    pub at: Option<String>,
    /// What else they said.
    pub note: Option<String>,
}

/// The shape of `atalaya watch show ID --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WatchShown {
    /// The watch.
    #[serde(flatten)]
    pub watch: WatchRow,
    /// Its questions, in the order of the file.
    pub checklist: Vec<QuestionRow>,
}

/// The shape of `atalaya watch report ID --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WatchReport {
    /// The watch and its questions.
    #[serde(flatten)]
    pub shown: WatchShown,
    /// When this was written, RFC 3339. What came later is not in it.
    pub written_at: String,
    /// What was seen in its time.
    pub seen: WatchNumbers,
    /// What was seen in a time of the same length before it.
    pub before: WatchNumbers,
    /// How many alerts were raised, by their highest level.
    pub levels: BTreeMap<Level, u32>,
    /// The gravest alerts, at most 50.
    pub alerts: Vec<WatchAlert>,
    /// The stories with most that speaks ill of the topic, at most 20.
    pub stories: Vec<WatchStory>,
    /// The media with most articles, at most 10.
    pub media: Vec<WatchMedium>,
}

/// Numbers of a stretch of time.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct WatchNumbers {
    /// Articles about the topic.
    pub articles: u32,
    /// Those that speak ill of it.
    pub negative: u32,
    /// Distinct owners of their media.
    pub owners: u32,
    /// Stories.
    pub stories: u32,
}

/// An alert of the time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WatchAlert {
    /// The alert.
    pub id: String,
    /// Its highest level.
    pub level: Level,
    /// Where it is in its life.
    pub state: AlertState,
    /// When it was raised, RFC 3339.
    pub opened_at: String,
    /// Headline of its story.
    pub headline: String,
}

/// A story of the time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WatchStory {
    /// The story.
    pub id: String,
    /// Headline.
    pub headline: String,
    /// Articles about the topic in the time.
    pub articles: u32,
    /// Those that speak ill of it.
    pub negative: u32,
    /// Distinct owners.
    pub owners: u32,
    /// When the first appeared, RFC 3339.
    pub first_at: String,
}

/// A medium of the time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WatchMedium {
    /// As messages call it.
    pub name: String,
    /// Reach: 1 to 3.
    pub tier: u32,
    /// Articles about the topic.
    pub articles: u32,
    /// Those that speak ill of it.
    pub negative: u32,
}

/// All watches, the first to begin first.
///
/// # Errors
/// If the store cannot be read.
pub async fn list(config: &Config) -> Result<Vec<WatchRow>, AppError> {
    let mut watches: Vec<Watch> = config.severity.watches.clone();
    watches.sort_by(|a, b| a.from.cmp(&b.from).then_with(|| a.id.cmp(&b.id)));
    let mut rows = Vec::with_capacity(watches.len());
    let ids: Vec<String> = watches.iter().map(|watch| watch.id.clone()).collect();
    let marks = reading(config, move |tx| {
        ids.iter().map(|id| watch_marks::of_watch(tx, id)).collect::<Result<Vec<_>, _>>()
    });
    let now = Timestamp::now();
    for (watch, marks) in watches.iter().zip(marks.await?) {
        rows.push(shown(config, watch, &marks, now).watch);
    }
    Ok(rows)
}

/// A watch with its questions; none if there is no such watch.
///
/// # Errors
/// If the store cannot be read.
pub async fn one(config: &Config, id: &str) -> Result<Option<WatchShown>, AppError> {
    let Some(watch) = find(config, id) else { return Ok(None) };
    let id = id.to_owned();
    let marks = reading(config, move |tx| watch_marks::of_watch(tx, &id)).await?;
    Ok(Some(shown(config, watch, &marks, Timestamp::now())))
}

fn find<'a>(config: &'a Config, id: &str) -> Option<&'a Watch> {
    config.severity.watches.iter().find(|watch| watch.id == id)
}

fn shown(config: &Config, watch: &Watch, marks: &[WatchMark], now: Timestamp) -> WatchShown {
    let last: BTreeMap<&str, &WatchMark> =
        marks.iter().map(|mark| (mark.question.as_str(), mark)).collect();
    let checklist: Vec<QuestionRow> = watch
        .questions
        .iter()
        .zip(1..)
        .map(|(question, number)| {
            let mark = last.get(question.key.as_str());
            let owner = config.people.get(&question.owner);
            QuestionRow {
                number,
                text: question.text.clone(),
                owner: owner.map_or_else(|| question.owner.clone(), |owner| owner.name.clone()),
                settled: mark.is_some_and(|mark| mark.settled),
                by: mark.map(|mark| mark.by.clone()),
                at: mark.map(|mark| mark.at.to_string()),
                note: mark.and_then(|mark| mark.note.clone()),
            }
        })
        .collect();
    let count = |open: bool| {
        let counted = checklist.iter().filter(|question| !open || !question.settled).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    };
    let topic = config.keywords.topics.iter().find(|topic| topic.id == watch.topic);
    let state = match now {
        now if now < watch.from => WatchState::Planned,
        now if now < watch.until => WatchState::Running,
        _ => WatchState::Over,
    };
    let row = WatchRow {
        id: watch.id.clone(),
        state,
        topic: watch.topic.clone(),
        topic_name: topic.map_or_else(|| LocalText::same(&watch.topic), |it| it.name.clone()),
        from: watch.from.to_string(),
        until: watch.until.to_string(),
        points: watch.points,
        reason: watch.reason.clone(),
        questions: count(false),
        open: count(true),
    };
    WatchShown { watch: row, checklist }
}

/// What somebody says to a question.
#[derive(Debug, Clone)]
pub struct Said {
    /// The watch, by id.
    pub watch: String,
    /// The question, from 1.
    pub number: u32,
    /// Whether it is settled.
    pub settled: bool,
    /// Who says so.
    pub by: String,
    /// What else there is to say.
    pub note: Option<String>,
}

/// Records it and answers the watch as it is now; none if there is no such watch or question.
///
/// # Errors
/// If the store cannot be written.
pub async fn mark(config: &Config, said: Said) -> Result<Option<WatchShown>, AppError> {
    let Some(watch) = find(config, &said.watch) else { return Ok(None) };
    let index = said.number.checked_sub(1).and_then(|index| usize::try_from(index).ok());
    let Some(question) = index.and_then(|index| watch.questions.get(index)) else {
        return Ok(None);
    };
    let now = Timestamp::now();
    let mark = WatchMark {
        id: WatchMarkId::new(),
        watch: watch.id.clone(),
        question: question.key.clone(),
        settled: said.settled,
        by: said.by,
        note: said.note,
        at: now,
    };
    let marks = writing(config, move |tx| {
        watch_marks::add(tx, &mark)?;
        watch_marks::of_watch(tx, &mark.watch)
    })
    .await?;
    Ok(Some(shown(config, watch, &marks, now)))
}

/// What was seen in the time of a watch, up to now if it still runs; none if there is no such watch.
///
/// # Errors
/// If the store cannot be read.
pub async fn report(config: &Config, id: &str) -> Result<Option<WatchReport>, AppError> {
    let Some(watch) = find(config, id) else { return Ok(None) };
    let read = watch.clone();
    let now = Timestamp::now();
    let (marks, seen) = reading(config, move |tx| {
        let marks = watch_marks::of_watch(tx, &read.id)?;
        Ok((marks, Seen::read(tx, &read, now)?))
    })
    .await?;
    Ok(Some(WatchReport {
        shown: shown(config, watch, &marks, now),
        written_at: now.to_string(),
        seen: seen.numbers,
        before: seen.before,
        levels: seen.levels,
        alerts: seen.alerts,
        stories: seen.stories,
        media: seen.media,
    }))
}

struct Seen {
    numbers: WatchNumbers,
    before: WatchNumbers,
    levels: BTreeMap<Level, u32>,
    alerts: Vec<WatchAlert>,
    stories: Vec<WatchStory>,
    media: Vec<WatchMedium>,
}

impl Seen {
    fn read(tx: &mut dyn Transaction, watch: &Watch, now: Timestamp) -> Result<Self, StoreError> {
        let until = watch.until.min(now).max(watch.from);
        let of = Stretch { topic: &watch.topic, from: watch.from, until };
        let length = until.duration_since(watch.from);
        let begin = watch.from.checked_sub(length).unwrap_or(Timestamp::MIN);
        let earlier = Stretch { topic: &watch.topic, from: begin, until: watch.from };
        Ok(Self {
            numbers: numbers(watched::numbers(tx, &of)?),
            before: numbers(watched::numbers(tx, &earlier)?),
            levels: watched::levels(tx, &of)?.into_iter().collect(),
            alerts: watched::alerts(tx, &of, ALERTS)?.into_iter().map(alert).collect(),
            stories: watched::stories(tx, &of, STORIES)?.into_iter().map(story).collect(),
            media: watched::media(tx, &of, MEDIA)?.into_iter().map(medium).collect(),
        })
    }
}

fn numbers(it: watched::Numbers) -> WatchNumbers {
    let watched::Numbers { articles, negative, owners, stories } = it;
    WatchNumbers { articles, negative, owners, stories }
}

fn alert(it: watched::SeenAlert) -> WatchAlert {
    WatchAlert {
        id: it.id.to_string(),
        level: it.level,
        state: it.state,
        opened_at: it.opened_at.to_string(),
        headline: it.headline,
    }
}

fn story(it: watched::SeenStory) -> WatchStory {
    WatchStory {
        id: it.id.to_string(),
        headline: it.headline,
        articles: it.articles,
        negative: it.negative,
        owners: it.owners,
        first_at: it.first_at.to_string(),
    }
}

fn medium(it: watched::SeenMedium) -> WatchMedium {
    let watched::SeenMedium { name, tier, articles, negative } = it;
    WatchMedium { name, tier, articles, negative }
}
