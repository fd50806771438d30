//! An alert: one story that concerns one topic and may hurt.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AlertId, Level, Severity, StoryId};

/// The life of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// Raised; the staff is being told.
    Firing,
    /// Somebody took it.
    Acknowledged,
    /// Over.
    Resolved,
    /// It was nothing.
    Dismissed,
}

impl AlertState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Firing, Self::Acknowledged, Self::Resolved, Self::Dismissed];

    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Dismissed => "dismissed",
        }
    }
}

/// Why something was told, or was not. Stored with each decision and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The story's first alert on this topic.
    FirstHit,
    /// The level rose.
    SeverityRose,
    /// The severity lies below the lowest level.
    BelowThreshold,
    /// The story is known and its level did not rise.
    NothingNew,
    /// The article came with the first poll of its source.
    History,
    /// The topic is read along and never alerted on.
    WatchOnly,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Reason; 6] = [
        Reason::FirstHit,
        Reason::SeverityRose,
        Reason::BelowThreshold,
        Reason::NothingNew,
        Reason::History,
        Reason::WatchOnly,
    ];

    /// The name in the store, in JSON and in phrase catalogues.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Reason::FirstHit => "first_hit",
            Reason::SeverityRose => "severity_rose",
            Reason::BelowThreshold => "below_threshold",
            Reason::NothingNew => "nothing_new",
            Reason::History => "history",
            Reason::WatchOnly => "watch_only",
        }
    }
}

impl std::str::FromStr for Reason {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.name() == s)
            .ok_or_else(|| format!("`{s}` is no reason"))
    }
}

/// What an alert does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Open an alert at this level and tell.
    Open(Level, Reason),
    /// Raise the open alert to this level and tell.
    Raise(Level, Reason),
    /// Tell nobody.
    Quiet(Reason),
}

/// An alert as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Identifier.
    pub id: AlertId,
    /// The story.
    pub story_id: StoryId,
    /// The topic.
    pub topic_id: String,
    /// Where it is in its life.
    pub state: AlertState,
    /// Highest level told.
    pub level: Level,
    /// Severity when it was last told.
    pub severity: Severity,
    /// Level now: rises at once, falls after a time; at most the highest told.
    pub standing: Level,
    /// Since when the score is well below the line of the level now.
    pub below_since: Option<Timestamp>,
    /// Times told: 1 for the first, one more for each raise.
    pub told: u32,
    /// When it was raised.
    pub opened_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
