//! What messages tell of a running crisis plan, frozen when it was decided.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AlertId, Level, MediaContact, NoticeIncident, Start};

/// News of a running plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanNotice {
    /// The alert that set it off, or a name of its own: messages of one incident share it.
    pub alert_id: AlertId,
    /// What it is about: the headline, or what the person wrote who opened it.
    pub title: String,
    /// The incident, with what is left to do.
    pub incident: NoticeIncident,
    /// Who did it, by name; none for the program.
    pub by: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub news: PlanNews,
}

/// Something that is to be done, as messages tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanTask {
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
    /// Name of the person who stands in.
    pub deputy: String,
    /// Absolute; none while its clock does not run.
    pub due_at: Option<Timestamp>,
    /// Whether its time has passed.
    pub late: bool,
    /// Whether it is owed to somebody outside.
    pub duty: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum PlanNews {
    /// The plan started.
    Activated {
        /// Why.
        start: Start,
    },
    /// It does not start.
    Rejected {
        /// Why.
        reason: String,
    },
    /// It was opened by mistake.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// The level is another.
    Level {
        /// What it was.
        from: Level,
        /// Why.
        reason: Option<String>,
    },
    /// Somebody is asked for something that is to be done.
    Asked {
        /// For what.
        task: PlanTask,
        /// Which step of the ladder, from 1.
        rung: u32,
        /// Names of those who are asked.
        asked: Vec<String>,
        /// When the next are asked, if nobody answers; none if these are the last.
        next_at: Option<Timestamp>,
    },
    /// People who were asked with others and have not answered are asked again.
    Awaited {
        /// For what.
        task: PlanTask,
        /// Name of who has taken it meanwhile.
        taken_by: Option<String>,
        /// Names of those who are asked.
        asked: Vec<String>,
        /// When they are asked again; none if this was the last time.
        next_at: Option<Timestamp>,
    },
    /// The deadline of something that is owed draws near.
    Warned {
        /// Of what.
        task: PlanTask,
    },
    /// The time of something has passed.
    Late {
        /// Of what.
        task: PlanTask,
    },
    /// Somebody else takes over.
    HandedOver {
        /// A step, a duty or a role, as people call it.
        what: String,
        /// Name of who had it.
        from: String,
        /// Name of who has it.
        to: String,
        /// Why.
        reason: Option<String>,
    },
    /// A text for others was drafted, and waits for approvals.
    Drafted {
        /// Message of the plan.
        message: String,
        /// `public`, `staff`, `customers` or `regulator`.
        audience: String,
        /// The whole text.
        text: String,
        /// BLAKE3 of the text, hex.
        hash: String,
        /// Roles that have to approve it, as people call them.
        missing: Vec<String>,
        /// Times that they were asked again; 0 when the text is new.
        #[serde(default)]
        times: u32,
    },
    /// A text for others is approved by all who have to.
    Released {
        /// Message of the plan.
        message: String,
        /// The whole text.
        text: String,
        /// BLAKE3 of the text, hex.
        hash: String,
        /// Media of the plan who are to be told; of a text for the public alone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        contacts: Vec<MediaContact>,
    },
    /// How things stand.
    Report(Box<SituationReport>),
    /// It is over.
    StoodDown {
        /// What led to it.
        reason: String,
        /// Closer watch until then.
        monitor_until: Option<Timestamp>,
        /// When the review is due.
        review_due_at: Option<Timestamp>,
    },
    /// It was over and is not.
    Reopened {
        /// Why.
        reason: String,
    },
    /// The review is due.
    ReviewDue {
        /// What it answers.
        questions: Vec<String>,
    },
    /// A drill will begin: for the few who know before.
    DrillAhead {
        /// When.
        begins_at: Timestamp,
        /// What is played.
        scenario: String,
    },
    /// A made-up article of a drill appeared.
    DrillArticle {
        /// The medium.
        outlet: String,
        /// Headline.
        headline: String,
        /// Text.
        text: String,
        /// When it appeared.
        appeared_at: Timestamp,
    },
    /// Something real happened: the drill stands.
    DrillPaused {
        /// The real incident, by number.
        real: String,
    },
    /// The drill is over.
    DrillOver {
        /// Why.
        reason: String,
    },
}

impl PlanNews {
    /// What the message asks somebody to do, if it asks for something.
    #[must_use]
    pub fn asks_for(&self) -> Option<&PlanTask> {
        match self {
            Self::Asked { task, .. }
            | Self::Awaited { task, .. }
            | Self::Warned { task }
            | Self::Late { task } => Some(task),
            _ => None,
        }
    }

    /// Whether its reader can answer it: say how something is, or approve a text.
    #[must_use]
    pub fn is_answerable(&self) -> bool {
        self.asks_for().is_some() || matches!(self, Self::Drafted { .. })
    }
}

/// How things stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SituationReport {
    /// Which, from 1.
    pub number: u32,
    /// When the plan started.
    pub since: Timestamp,
    /// Articles about it.
    pub articles: u32,
    /// Articles of the last hour.
    pub last_hour: u32,
    /// Articles of the hour before.
    pub hour_before: u32,
    /// Distinct owners of their media.
    pub owners: u32,
    /// Media, first carrier first, at most ten.
    pub media: Vec<String>,
    /// What is done: what, by whom, when; the latest first.
    pub done: Vec<PlanDone>,
    /// What is late.
    pub late: Vec<PlanTask>,
    /// What is left, by due time.
    pub left: Vec<PlanTask>,
    /// When the next report comes.
    pub next_at: Option<Timestamp>,
    /// Entries in the log of incidents, and the hash of the last: whoever keeps this message can
    /// prove the log up to here.
    pub log: (u32, String),
}

/// Something that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanDone {
    /// What.
    pub title: String,
    /// Name of who did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}
