//! Who is asked in which order while nobody takes an alert; what is due when is decided in `decide`. (A crisis plan has a
//! ladder of its own, in `plan`.)

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{AlertId, AlertNotice, Level};

/// Who is to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A person, by id.
    Person(String),
    /// Whoever a calendar says is on call, by its id.
    OnCall(String),
}

/// An escalation policy of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Unique name.
    pub id: String,
    /// Who is asked when.
    pub ladder: Ladder,
}

/// Who is asked when, while nobody answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// In the order of their times.
    pub rungs: Vec<Rung>,
    /// How often all of it is gone through; at least 1.
    pub rounds: u32,
    /// From the beginning of one round to that of the next.
    pub round: SignedDuration,
    /// A red alert that was taken, and of which nothing is heard for so long, starts again.
    pub resume_after: Option<SignedDuration>,
}

/// A step of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Only from this level on.
    pub from_level: Level,
    /// Time without an answer since the round began.
    pub after: SignedDuration,
    /// Who is asked.
    pub holders: Vec<Holder>,
    /// Mail channels that reach the people, and rooms that are told once.
    pub via: Vec<String>,
    /// Whether it is asked again.
    pub repeat: Option<Repeat>,
}

/// A step is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// Time between two askings.
    pub every: SignedDuration,
    /// How often at most, after the first time.
    pub most: u32,
}

/// One asking of a ladder: its place in it, all from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Call {
    /// Which round.
    pub round: u32,
    /// Which rung.
    pub rung: u32,
    /// Which repetition of it.
    pub again: u32,
}

/// Why somebody is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// The alert is new, or something material happened.
    Raised,
    /// Somebody took it, and nothing was heard since.
    Lapsed {
        /// Who.
        taken_by: Option<String>,
        /// When.
        taken_at: Timestamp,
    },
}

/// Where an escalation is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EscalationState {
    /// People are asked.
    Running,
    /// Somebody took the alert; runs again unless something is done.
    Paused,
    /// Somebody took the alert, or it is over.
    Stopped,
    /// Everybody was asked and nobody answered.
    Exhausted,
}

impl EscalationState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Running, Self::Paused, Self::Stopped, Self::Exhausted];

    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Exhausted => "exhausted",
        }
    }
}

/// A ladder that is being climbed for an alert: at most one for an alert and policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Escalation {
    /// The alert.
    pub alert_id: AlertId,
    /// The policy, by id.
    pub policy: String,
    /// 1 for the first time; one more each time that it starts anew.
    pub run: u32,
    /// Where it is in its life.
    pub state: EscalationState,
    /// The ladder as it was when the run began: a reload changes nothing of what is under way.
    pub ladder: Ladder,
    /// What the messages tell of the alert.
    pub facts: AlertNotice,
    /// Why this run began.
    pub cause: Cause,
    /// When this run began.
    pub began_at: Timestamp,
    /// The last asking; none before the first.
    pub last: Option<Call>,
    /// People who were asked in this run, by id.
    pub asked: BTreeSet<String>,
    /// When something is to be done about it, absolute; none if nothing is.
    pub due_at: Option<Timestamp>,
}

impl Escalation {
    /// The escalation once somebody has taken the alert.
    #[must_use]
    pub fn answered(self, level: Level, now: Timestamp) -> Self {
        let resume = self.ladder.resume_after.filter(|_| level == Level::Red);
        let due_at = resume.map(|after| later(now, after));
        let state =
            if due_at.is_some() { EscalationState::Paused } else { EscalationState::Stopped };
        Self { state, due_at, ..self }
    }

    /// The escalation once the alert is over.
    #[must_use]
    pub fn stopped(self) -> Self {
        Self { state: EscalationState::Stopped, due_at: None, ..self }
    }

    /// The escalation from its beginning, one run later.
    #[must_use]
    pub fn anew(self, cause: Cause, now: Timestamp) -> Self {
        Self {
            run: self.run.saturating_add(1),
            state: EscalationState::Running,
            cause,
            began_at: now,
            last: None,
            asked: BTreeSet::new(),
            due_at: Some(now),
            ..self
        }
    }
}

/// At the end of time the clock stands still.
fn later(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}
