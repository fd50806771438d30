//! A crisis plan in action.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AlertId, IncidentId, Level, StoryId};

/// The life of an incident (first part of it: response and review come with their own rooms).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// Waits for a person's confirmation, or for `confirm_by`.
    Proposed,
    /// The plan runs.
    Active,
    /// Over.
    Closed,
}

impl IncidentState {
    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            IncidentState::Proposed => "proposed",
            IncidentState::Active => "active",
            IncidentState::Closed => "closed",
        }
    }
}

/// The life of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Other steps come first.
    Waiting,
    /// To be done.
    Due,
    /// Done.
    Done,
}

impl StepState {
    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            StepState::Waiting => "waiting",
            StepState::Due => "due",
            StepState::Done => "done",
        }
    }
}

/// A crisis plan in action, frozen to the text that it was activated with.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Identifier.
    pub id: IncidentId,
    /// As people call it: `INC-2026-0007`.
    pub number: String,
    /// The plan.
    pub plan_id: String,
    /// BLAKE3 of the plan's file at activation, hex.
    pub plan_hash: String,
    /// Headline of the story that set it off.
    pub title: String,
    /// Risk category that set it off.
    pub category: String,
    /// Where it is in its life.
    pub state: IncidentState,
    /// Present level.
    pub level: Level,
    /// The topic that is at stake.
    pub topic_id: String,
    /// Story that set it off.
    pub story_id: StoryId,
    /// Alert that set it off.
    pub alert_id: AlertId,
    /// First article of the story.
    pub detected_at: Timestamp,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it starts by itself unless a person decides first.
    pub confirm_by: Option<Timestamp>,
    /// When the plan started.
    pub activated_at: Option<Timestamp>,
    /// What is to be done.
    pub steps: Vec<Step>,
}

/// A step of a running plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Unique in the incident.
    pub key: String,
    /// What.
    pub title: String,
    /// Role that does it.
    pub role: String,
    /// Person who holds the role.
    pub person: String,
    /// Person who stands in.
    pub backup: String,
    /// Absolute; none until the plan starts.
    pub due_at: Option<Timestamp>,
    /// Where it is in its life.
    pub state: StepState,
}
