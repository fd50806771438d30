//! What happens to an incident: the entries of its log, from which it can be built again.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AlertId, DeliveryId, DrillMark, Incident, IncidentId, IncidentState, Level, StoryId};

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentEvent {
    /// When; to the millisecond, so that the log gives back what was.
    pub at: Timestamp,
    /// Who: a person, by id or as they gave their name; none for the program itself.
    pub by: Option<String>,
    /// What.
    pub what: Happening,
    /// By which message's link they said it, if it was by one.
    pub through: Option<Through>,
}

impl IncidentEvent {
    /// What happened, said by no link.
    #[must_use]
    pub fn new(at: Timestamp, by: Option<String>, what: Happening) -> Self {
        Self { at, by, what, through: None }
    }
}

/// The link that somebody answered by, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Through {
    /// The message with the link.
    pub delivery: DeliveryId,
    /// The channel that carried it.
    pub channel: String,
    /// Address of the client, as far as it is known.
    pub address: Option<String>,
}

/// What set an incident off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// As people will call it, e.g. `INC-2026-0007`; the store counts them.
    pub number: String,
    /// Headline of the story, or what the person wrote who opened it.
    pub title: String,
    /// Risk category that held.
    pub category: String,
    /// Level that the plan gives.
    pub level: Level,
    /// The topic that is at stake.
    pub topic_id: String,
    /// The story; a new name if there is none.
    pub story_id: StoryId,
    /// The alert on it; a new name if there is none.
    pub alert_id: AlertId,
    /// First article of the story.
    pub detected_at: Timestamp,
    /// What marks it as practised; none for a real one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Box<DrillMark>>,
}

/// Why a plan started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// A person said so.
    Confirmed,
    /// Nobody said anything in time.
    Unconfirmed,
    /// The plan asks nobody.
    Automatic,
    /// At red nobody is asked.
    Red,
}

/// What happens to an incident. `key` names a step or a duty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happening {
    /// It was opened as a proposal.
    Opened {
        /// Its identifier.
        id: IncidentId,
        /// What set it off.
        origin: Origin,
        /// BLAKE3 of the frozen plan as it is stored, hex.
        plan: String,
    },
    /// It was there before its log was: all of it, as it was then.
    Found {
        /// The incident.
        incident: Box<Incident>,
        /// BLAKE3 of the frozen plan as it is stored, hex.
        plan: String,
    },
    /// The plan started.
    Activated {
        /// Why.
        start: Start,
    },
    /// A person said that it need not start.
    Rejected {
        /// Why.
        reason: String,
    },
    /// A further story tells it.
    Attached {
        /// The story.
        story: StoryId,
    },
    /// The level rose.
    Raised {
        /// To this.
        level: Level,
        /// Why, if a person did it.
        reason: Option<String>,
    },
    /// A person lowered the level.
    Lowered {
        /// To this.
        level: Level,
        /// Why.
        reason: String,
    },
    /// A person confirmed the level.
    Classified,
    /// Somebody is at it.
    Acknowledged {
        /// What.
        key: String,
    },
    /// Nothing came of an acknowledgement for too long.
    Lapsed {
        /// Of what.
        key: String,
    },
    /// It is done; of a duty: it was met.
    Done {
        /// What.
        key: String,
        /// A note, an address or a file that proves it.
        evidence: Option<String>,
    },
    /// It is left out.
    Skipped {
        /// What.
        key: String,
        /// Why.
        reason: String,
    },
    /// Somebody else takes over: a step or a duty, or a role with all that is left of it.
    HandedOver {
        /// Key of a step or a duty, or a role.
        key: String,
        /// Person, by id.
        to: String,
        /// Why.
        reason: Option<String>,
    },
    /// Its time has passed.
    Late {
        /// Of what.
        key: String,
    },
    /// The next people were asked for it.
    Asked {
        /// For what.
        key: String,
        /// Which rung of the ladder.
        rung: u32,
    },
    /// People of the ladder who have not answered were asked again.
    Repeated {
        /// For what.
        key: String,
        /// Which row of the plan's escalation, from 0.
        row: u32,
    },
    /// The deadline of a duty draws near.
    Warned {
        /// Which.
        key: String,
        /// Which warning of the plan, from 0.
        warning: u32,
    },
    /// A text for others was drafted; what was approved of it before counts no more.
    Drafted {
        /// Message of the plan.
        key: String,
        /// The whole text.
        text: String,
        /// The program made it: the plan's own words, with what the log knows in their fields.
        prepared: bool,
    },
    /// Who holds a role approved exactly this text.
    Approved {
        /// Message of the plan.
        key: String,
        /// Role.
        role: String,
        /// BLAKE3 of the text, hex.
        hash: String,
    },
    /// Those who have to approve a text and have not were asked again.
    Unapproved {
        /// Message of the plan.
        key: String,
    },
    /// A person said where it is in its life.
    Moved {
        /// `responding` or `monitoring`.
        state: IncidentState,
        /// Why.
        reason: Option<String>,
    },
    /// A situation report was composed.
    Reported {
        /// Which, from 1.
        number: u32,
    },
    /// Somebody wrote something down.
    Noted {
        /// What.
        text: String,
    },
    /// It is over.
    StoodDown {
        /// Conditions of the plan that are met, from 1.
        met: Vec<u32>,
        /// What led to it.
        reason: String,
    },
    /// The review is due.
    ReviewDue,
    /// Something was learned.
    Learned {
        /// What.
        text: String,
        /// Who sees to it, by id.
        owner: String,
        /// Until when.
        due: Date,
    },
    /// The review is signed.
    Reviewed {
        /// What it says.
        conclusions: String,
    },
    /// It was over and is not.
    Reopened {
        /// Why.
        reason: String,
    },
    /// It was opened by mistake.
    Cancelled {
        /// Why.
        reason: String,
    },
}

impl Happening {
    /// The name in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Found { .. } => "found",
            Self::Activated { .. } => "activated",
            Self::Rejected { .. } => "rejected",
            Self::Attached { .. } => "attached",
            Self::Raised { .. } => "raised",
            Self::Lowered { .. } => "lowered",
            Self::Classified => "classified",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Lapsed { .. } => "lapsed",
            Self::Done { .. } => "done",
            Self::Skipped { .. } => "skipped",
            Self::HandedOver { .. } => "handed_over",
            Self::Late { .. } => "late",
            Self::Asked { .. } => "asked",
            Self::Repeated { .. } => "repeated",
            Self::Warned { .. } => "warned",
            Self::Drafted { .. } => "drafted",
            Self::Approved { .. } => "approved",
            Self::Unapproved { .. } => "unapproved",
            Self::Moved { .. } => "moved",
            Self::Reported { .. } => "reported",
            Self::Noted { .. } => "noted",
            Self::StoodDown { .. } => "stood_down",
            Self::ReviewDue => "review_due",
            Self::Learned { .. } => "learned",
            Self::Reviewed { .. } => "reviewed",
            Self::Reopened { .. } => "reopened",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// The step, duty or role that it is about.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Acknowledged { key }
            | Self::Lapsed { key }
            | Self::Done { key, .. }
            | Self::Skipped { key, .. }
            | Self::HandedOver { key, .. }
            | Self::Late { key }
            | Self::Asked { key, .. }
            | Self::Repeated { key, .. }
            | Self::Warned { key, .. } => Some(key),
            _ => None,
        }
    }
}
