//! What the inspection finds at the crisis plans, and the message that tells their owners.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// What would fail the people who work by a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum PlanTrouble {
    /// The plan was to be reviewed.
    ReviewDue {
        /// By this day; none if it never was.
        due: Option<Date>,
    },
    /// Nothing says how often it is to be reviewed.
    ReviewInterval,
    /// It was to be drilled.
    DrillDue {
        /// By this day; none if it never was.
        due: Option<Date>,
    },
    /// Nothing says how often it is to be drilled.
    DrillInterval,
    /// Mail to somebody who holds a role comes back.
    MailReturns {
        /// Who, by id.
        person: String,
    },
    /// Nobody knows whether messages still reach somebody who holds a role.
    Unconfirmed {
        /// Who, by id.
        person: String,
        /// When they last said so.
        last: Date,
    },
    /// A row holds for nothing.
    NeverHeld {
        /// Which, in the order of the file, from 1.
        row: usize,
    },
    /// A row holds for too much.
    HeldTooOften {
        /// Which, in the order of the file, from 1.
        row: usize,
        /// For how many stories of the last 90 days.
        stories: usize,
    },
    /// There is an hour in which nobody who holds a role may be disturbed.
    Asleep {
        /// Which role.
        role: String,
        /// The first such hour, by the clock of the plan.
        hour: DateTime,
    },
    /// No text for the public is prepared.
    NoStatement,
    /// No text for the public is approved in advance.
    NoApproval,
    /// A grave risk category that no plan covers.
    Uncovered {
        /// Which, by id.
        category: String,
    },
    /// A lesson that nobody has seen to.
    Lesson {
        /// Of this incident, by number.
        incident: String,
        /// What.
        text: String,
        /// Whose, by id.
        owner: String,
        /// Until when.
        due: Date,
    },
    /// An incident is over, and its review has not taken place.
    IncidentReview {
        /// Which, by number.
        incident: String,
        /// Until when.
        due: Date,
    },
    /// Business days are counted by no calendar.
    NoCalendar,
    /// Business days are counted by a calendar that nobody wrote.
    UnknownCalendar {
        /// Which.
        calendar: String,
    },
    /// Business days are counted by a calendar that ends too early.
    CalendarEnds {
        /// Which.
        calendar: String,
        /// Its last holiday.
        last: Option<Date>,
    },
}

impl PlanTrouble {
    /// The rule of the plan lint that it breaks.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::ReviewDue { .. } | Self::ReviewInterval => "L12",
            Self::DrillDue { .. } | Self::DrillInterval => "L13",
            Self::MailReturns { .. } | Self::Unconfirmed { .. } => "L14",
            Self::NeverHeld { .. } | Self::HeldTooOften { .. } => "L17",
            Self::Asleep { .. } => "L18",
            Self::NoStatement | Self::NoApproval => "L19",
            Self::Uncovered { .. } => "L20",
            Self::Lesson { .. } | Self::IncidentReview { .. } => "L22",
            Self::NoCalendar | Self::UnknownCalendar { .. } | Self::CalendarEnds { .. } => "L23",
        }
    }

    /// What tells it from the other troubles of its rule and plan for as long as it lasts: no figure that grows.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::MailReturns { person } => format!("mail {person}"),
            Self::Unconfirmed { person, .. } => format!("address {person}"),
            Self::NeverHeld { row } => format!("never {row}"),
            Self::HeldTooOften { row, .. } => format!("often {row}"),
            Self::Asleep { role, .. } => role.clone(),
            Self::Uncovered { category } => category.clone(),
            Self::Lesson { incident, text, .. } => format!("{incident} {text}"),
            Self::IncidentReview { incident, .. } => incident.clone(),
            _ => String::new(),
        }
    }

    /// The person, by id, whom it concerns beside the plan's owner.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::Lesson { owner, .. } => Some(owner),
            _ => None,
        }
    }
}

/// What the inspection found at one place, as messages tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanFinding {
    /// The plan, by id; none for what no plan covers.
    pub plan_id: Option<String>,
    /// The plan as people call it.
    pub plan: Option<String>,
    /// Rule of the plan lint, such as `L12`.
    pub rule: String,
    /// What.
    #[serde(flatten)]
    pub trouble: PlanTrouble,
    /// File and line, `config/plans/rumour.toml:12`.
    pub place: Option<String>,
    /// When it was first told of; now if it is new.
    pub since: Timestamp,
    /// Whether nobody has been told of it before.
    pub new: bool,
}

/// What the inspection found that one reader should see to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlansNotice {
    /// New ones first, at most [`PlansNotice::SHOWN`].
    pub findings: Vec<PlanFinding>,
    /// Findings that are not listed.
    pub more: u32,
    /// All of them, these included.
    pub total: u32,
    /// Those that nobody has been told of before.
    pub new: u32,
}

impl PlansNotice {
    /// Findings that one message lists.
    pub const SHOWN: usize = 20;
}
