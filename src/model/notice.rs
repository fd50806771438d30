//! The facts of one message, frozen when it was decided: every attempt tells the same.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AlertId, Evidence, IncidentState, Level, LocalText, PolarityLabel, Reason, Severity, Span,
    StoryId,
};

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A story turned bad, or worse.
    Alert,
    /// A person has steps to do in a crisis plan.
    Steps,
}

/// The facts of one message, for readers of any language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is for.
    pub kind: NoticeKind,
    /// Whose name is at stake.
    pub organisation: String,
    /// The alert.
    pub alert_id: AlertId,
    /// Times told, this one included.
    pub told: u32,
    /// Why it is told.
    pub reason: Reason,
    /// Level now.
    pub level: Level,
    /// Level told before.
    pub previous_level: Option<Level>,
    /// When it was decided.
    pub at: Timestamp,
    /// Topic, by id.
    pub topic_id: String,
    /// Topic, as people call it.
    pub topic: LocalText,
    /// Name of the rule that matched.
    pub rule: String,
    /// Where the rule matched (at most eight).
    pub spans: Vec<Span>,
    /// Categories near the entity, gravest first: id, name.
    pub categories: Vec<(String, LocalText)>,
    /// Words that named the categories (at most eight).
    pub category_spans: Vec<Span>,
    /// Polarity toward the topic.
    pub polarity: PolarityLabel,
    /// Probability of speaking ill.
    pub p_negative: f64,
    /// Words that decided the polarity (at most eight), heaviest first.
    pub evidence: Vec<Evidence>,
    /// Hearsay.
    pub hearsay: bool,
    /// The sum.
    pub severity: Severity,
    /// Headline of the article that decided.
    pub headline: String,
    /// First sentences of it, at most 400 characters.
    pub excerpt: String,
    /// Its page.
    pub url: String,
    /// Its medium.
    pub source: String,
    /// Its language, BCP-47.
    pub language: Option<String>,
    /// When it appeared.
    pub appeared_at: Timestamp,
    /// The story.
    pub story: NoticeStory,
    /// The crisis plan it started or drives.
    pub incident: Option<NoticeIncident>,
    /// Where the status page is, if it is served.
    pub status_url: Option<String>,
}

/// A story's spread, in figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeStory {
    /// The story.
    pub id: StoryId,
    /// Articles about the topic.
    pub articles: u32,
    /// Distinct owners.
    pub owners: u32,
    /// Media, first carrier first, at most ten.
    pub media: Vec<String>,
    /// When it began.
    pub first_seen_at: Timestamp,
}

/// A crisis plan in action, as messages tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeIncident {
    /// `INC-2026-0007`.
    pub number: String,
    /// Plan, by id.
    pub plan_id: String,
    /// Plan, as people call it.
    pub plan: String,
    /// Level of the incident.
    pub level: Level,
    /// Proposed or active.
    pub state: IncidentState,
    /// When it starts by itself.
    pub confirm_by: Option<Timestamp>,
    /// What is to be done; in a [`NoticeKind::Steps`] notice only the reader's own.
    pub steps: Vec<NoticeStep>,
}

/// A step, as messages tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeStep {
    /// Unique in the incident.
    pub key: String,
    /// What.
    pub title: String,
    /// How.
    pub help: Option<String>,
    /// Role, as people call it.
    pub role: String,
    /// Name of the person who holds it.
    pub person: String,
    /// Absolute; none until the plan starts.
    pub due_at: Option<Timestamp>,
}
