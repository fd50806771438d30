//! An alert: one story that concerns one topic and may hurt.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AlertEventId, AlertId, DeliveryId, Level, NoticeId, Severity, StoryId};

/// Where an alert is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// Raised; the staff is being told.
    Firing,
    /// A first message was taken by somebody's mail server or room.
    Notified,
    /// Nobody answered in time: others are asked.
    Escalated,
    /// Somebody took it.
    Acknowledged,
    /// Over.
    Resolved,
    /// It was nothing.
    Dismissed,
}

impl AlertState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Firing,
        Self::Notified,
        Self::Escalated,
        Self::Acknowledged,
        Self::Resolved,
        Self::Dismissed,
    ];

    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Notified => "notified",
            Self::Escalated => "escalated",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Dismissed => "dismissed",
        }
    }

    /// Whether it is over, until something material happens.
    #[must_use]
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Resolved | Self::Dismissed)
    }

    /// Whether it waits for somebody.
    #[must_use]
    pub fn is_unanswered(self) -> bool {
        matches!(self, Self::Firing | Self::Notified | Self::Escalated)
    }
}

/// What happens to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertEventKind {
    /// It was raised.
    Opened,
    /// Its level rose while it was open.
    Raised,
    /// Something material happened after it was answered.
    Reopened,
    /// The first message was taken.
    Notified,
    /// The first step of a policy was asked.
    Asked,
    /// A further step of a policy was asked, since nobody answered.
    Escalated,
    /// Somebody took it.
    Acknowledged,
    /// Whoever took it did nothing for too long.
    Lapsed,
    /// All steps of a policy were asked and nobody answered.
    Exhausted,
    /// Somebody did or said something about it.
    Noted,
    /// Over.
    Resolved,
    /// It was nothing.
    Dismissed,
}

impl AlertEventKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Opened,
        Self::Raised,
        Self::Reopened,
        Self::Notified,
        Self::Asked,
        Self::Escalated,
        Self::Acknowledged,
        Self::Lapsed,
        Self::Exhausted,
        Self::Noted,
        Self::Resolved,
        Self::Dismissed,
    ];

    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Raised => "raised",
            Self::Reopened => "reopened",
            Self::Notified => "notified",
            Self::Asked => "asked",
            Self::Escalated => "escalated",
            Self::Acknowledged => "acknowledged",
            Self::Lapsed => "lapsed",
            Self::Exhausted => "exhausted",
            Self::Noted => "noted",
            Self::Resolved => "resolved",
            Self::Dismissed => "dismissed",
        }
    }
}

/// Where an alert is in its life, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertLife {
    /// Where.
    pub state: AlertState,
    /// Since when; never falls, whatever the clock does.
    pub since: Timestamp,
}

impl AlertLife {
    /// The life of an alert that is being raised.
    #[must_use]
    pub fn begun(now: Timestamp) -> Self {
        Self { state: AlertState::Firing, since: now }
    }

    /// The life after an event; none where the event does not fit, and then nothing has happened.
    #[must_use]
    pub fn after(self, event: AlertEventKind, now: Timestamp) -> Option<Self> {
        use AlertEventKind as Event;
        use AlertState as State;
        let unanswered = self.state.is_unanswered();
        let state = match (event, self.state) {
            (Event::Opened, State::Firing) => State::Firing,
            (Event::Notified, State::Firing) => State::Notified,
            // Who was to be asked next still is: only others hear of it anew.
            (Event::Raised, State::Escalated) | (Event::Lapsed, State::Acknowledged) => {
                State::Escalated
            }
            (Event::Raised, state) if !state.is_closed() => State::Firing,
            (Event::Reopened, state) if !state.is_unanswered() => State::Firing,
            (Event::Asked | Event::Exhausted, state) if unanswered => state,
            (Event::Escalated, _) if unanswered => State::Escalated,
            (Event::Acknowledged, _) if unanswered => State::Acknowledged,
            (Event::Noted, state) => state,
            (Event::Resolved, state) if !state.is_closed() => State::Resolved,
            (Event::Dismissed, state) if !state.is_closed() => State::Dismissed,
            _ => return None,
        };
        let since = if state == self.state { self.since } else { now.max(self.since) };
        Some(Self { state, since })
    }
}

/// Who did something, and from where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// Name of the person; none for the program itself.
    pub name: Option<String>,
    /// Channel of the message that led there, or `command`.
    pub channel: Option<String>,
    /// Network address, or the user on the machine.
    pub address: Option<String>,
}

/// Something that happened to an alert; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertEvent {
    /// Identifier.
    pub id: AlertEventId,
    /// The alert.
    pub alert_id: AlertId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: AlertEventKind,
    /// Where the alert is after it.
    pub state: AlertState,
    /// Who, and from where.
    pub actor: Actor,
    /// Why, or what else there is to say.
    pub note: Option<String>,
    /// The message that it caused.
    pub notice_id: Option<NoticeId>,
    /// The message whose link was used.
    pub delivery_id: Option<DeliveryId>,
}

/// Why something was told, or was not. Stored with each decision and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The story's first alert on this topic.
    FirstHit,
    /// The level rose.
    SeverityRose,
    /// After it was answered: a risk that no article of the story told before.
    NewCategory,
    /// After it was answered: media of a region that had not carried the story.
    NewRegion,
    /// After it was answered: the first medium of tier 1 that carries the story.
    Authoritative,
    /// The severity lies below the lowest level.
    BelowThreshold,
    /// The story is known and its level did not rise.
    NothingNew,
    /// The article came with the first poll of its source.
    History,
    /// The topic is read along and never alerted on.
    WatchOnly,
    /// A wave of complaints about one branch or product.
    ComplaintWave,
    /// A complaint that is no part of a wave: its owner answers for it.
    LoneComplaint,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Reason; 11] = [
        Reason::FirstHit,
        Reason::SeverityRose,
        Reason::NewCategory,
        Reason::NewRegion,
        Reason::Authoritative,
        Reason::BelowThreshold,
        Reason::NothingNew,
        Reason::History,
        Reason::WatchOnly,
        Reason::ComplaintWave,
        Reason::LoneComplaint,
    ];

    /// The name in the store, in JSON and in phrase catalogues.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Reason::FirstHit => "first_hit",
            Reason::SeverityRose => "severity_rose",
            Reason::NewCategory => "new_category",
            Reason::NewRegion => "new_region",
            Reason::Authoritative => "authoritative",
            Reason::BelowThreshold => "below_threshold",
            Reason::NothingNew => "nothing_new",
            Reason::History => "history",
            Reason::WatchOnly => "watch_only",
            Reason::ComplaintWave => "complaint_wave",
            Reason::LoneComplaint => "lone_complaint",
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
    /// An answered alert is open again, at this level: tell.
    Reopen(Level, Reason),
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
    /// Since when.
    pub state_since: Timestamp,
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

impl Alert {
    /// Where it is in its life.
    #[must_use]
    pub fn life(&self) -> AlertLife {
        AlertLife { state: self.state, since: self.state_since }
    }

    /// The alert with another life.
    #[must_use]
    pub fn living(self, life: AlertLife) -> Self {
        Self { state: life.state, state_since: life.since, ..self }
    }
}

#[cfg(test)]
mod tests;
