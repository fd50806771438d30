//! The facts of one message that stands for many alerts: a group, a storm, what a silence held back, a
//! digest. Bounded whatever it stands for: the gravest are listed, all are counted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AlertId, AlertNotice, HeldWhy, Level, LocalText};

/// One message about many alerts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SummaryNotice {
    /// What it is.
    #[serde(flatten)]
    pub of: SummaryOf,
    /// How many matters it stands for.
    pub total: u32,
    /// How many of each level; what lies below all levels is not among them.
    pub levels: BTreeMap<Level, u32>,
    /// By topic, gravest first, at most [`SummaryNotice::TOPICS`].
    pub topics: Vec<SummaryTopic>,
    /// Matters of further topics.
    pub more: u32,
}

impl SummaryNotice {
    /// Topics that one message lists.
    pub const TOPICS: usize = 20;
    /// Matters of a topic that one message lists.
    pub const PER_TOPIC: usize = 10;

    /// The gravest level in it.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.levels.keys().copied().max()
    }
}

/// What such a message is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "summary", rename_all = "snake_case")]
pub enum SummaryOf {
    /// Alerts that belong together.
    Group {
        /// Which group, for ever.
        key: String,
    },
    /// An alert that nobody took.
    Reminder {
        /// How often it was repeated, this one included.
        times: u32,
    },
    /// What came beyond the number that a recipient is told at once.
    Storm {
        /// Since when they were gathered.
        since: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// A silence is about to end.
    SilenceEnding(SilenceFacts),
    /// A silence has ended.
    SilenceEnded(SilenceFacts),
    /// What was not told at once.
    Digest(DigestFacts),
}

/// A silence, as messages tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SilenceFacts {
    /// `S-12`.
    pub id: String,
    /// What it holds back.
    pub query: String,
    /// Name of the person who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// From when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// The frame of a digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigestFacts {
    /// Which digest.
    pub digest: String,
    /// From when, not included.
    pub since: Timestamp,
    /// Until when, included.
    pub until: Timestamp,
    /// Alerts that were raised or rose meanwhile, told at once or held back.
    pub alerts: u32,
    /// Sources that are healthy, and all.
    pub sources: (u32, u32),
    /// Mail address that takes wishes to get no more of them.
    pub unsubscribe: Option<String>,
}

/// What concerns one topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SummaryTopic {
    /// The topic, by id.
    pub id: String,
    /// As people call it.
    pub name: LocalText,
    /// How many matters.
    pub total: u32,
    /// The gravest, at most [`SummaryNotice::PER_TOPIC`].
    pub items: Vec<SummaryItem>,
}

/// One matter: an alert, or a story below all levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SummaryItem {
    /// The alert; none of what lies below all levels.
    pub alert: Option<AlertId>,
    /// Its level.
    pub level: Option<Level>,
    /// Its score, 0 to 100.
    pub score: f64,
    /// Headline, at most 300 characters.
    pub headline: String,
    /// Its page; none if the address is too long to be shown.
    pub url: Option<String>,
    /// The medium.
    pub source: String,
    /// When it was decided.
    pub at: Timestamp,
    /// Why it was not told at once, if it was not.
    pub why: Option<HeldWhy>,
}

const HEADLINE: usize = 300;
const URL: usize = 2_000;

impl SummaryItem {
    /// An alert as one line.
    #[must_use]
    pub fn of(alert: &AlertNotice, at: Timestamp) -> Self {
        Self {
            alert: Some(alert.alert_id),
            level: Some(alert.level),
            score: alert.severity.score,
            headline: alert.headline.chars().take(HEADLINE).collect(),
            url: shown(&alert.url),
            source: alert.source.chars().take(HEADLINE).collect(),
            at,
            why: None,
        }
    }

    /// A story that raised no alert, as one line.
    #[must_use]
    pub fn below(headline: &str, url: &str, source: &str, score: f64, at: Timestamp) -> Self {
        Self {
            alert: None,
            level: None,
            score,
            headline: headline.chars().take(HEADLINE).collect(),
            url: shown(url),
            source: source.chars().take(HEADLINE).collect(),
            at,
            why: Some(HeldWhy::BelowThreshold),
        }
    }
}

fn shown(url: &str) -> Option<String> {
    (url.len() <= URL).then(|| url.to_owned())
}
