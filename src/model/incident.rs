//! A crisis plan in action: where it is in its life, what is to be done, what is owed to others.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AlertId, DrillMark, IncidentId, Level, Statement, StoryId};

/// The life of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// Waits for a person's confirmation, or for `confirm_by`.
    Proposed,
    /// A person said that the plan need not start.
    Rejected,
    /// The plan runs; the facts and the level are not confirmed yet.
    #[serde(alias = "active")]
    Assessing,
    /// The plan runs; what it asks for is done.
    Responding,
    /// Contained: all is done, and it is watched.
    Monitoring,
    /// Over; the review is to come.
    StoodDown,
    /// The review is signed.
    #[serde(alias = "closed")]
    Reviewed,
    /// Opened by mistake.
    Cancelled,
}

impl IncidentState {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Proposed,
        Self::Rejected,
        Self::Assessing,
        Self::Responding,
        Self::Monitoring,
        Self::StoodDown,
        Self::Reviewed,
        Self::Cancelled,
    ];

    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Rejected => "rejected",
            Self::Assessing => "assessing",
            Self::Responding => "responding",
            Self::Monitoring => "monitoring",
            Self::StoodDown => "stood_down",
            Self::Reviewed => "reviewed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the plan runs.
    #[must_use]
    pub fn is_running(self) -> bool {
        matches!(self, Self::Assessing | Self::Responding | Self::Monitoring)
    }

    /// Whether it runs or may start.
    #[must_use]
    pub fn is_open(self) -> bool {
        self == Self::Proposed || self.is_running()
    }
}

/// The life of a step. That it is late, or that others were asked, is no state: see [`Care`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Other steps come first.
    Waiting,
    /// To be done.
    Due,
    /// Somebody is at it.
    Acknowledged,
    /// Done.
    Done,
    /// Left out, with a reason.
    Skipped,
    /// Not asked for any more since the level was lowered; comes back if it rises.
    Withdrawn,
}

impl StepState {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Due, Self::Acknowledged, Self::Done, Self::Skipped, Self::Withdrawn];

    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Due => "due",
            Self::Acknowledged => "acknowledged",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether somebody still has something to do.
    #[must_use]
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Waiting | Self::Due | Self::Acknowledged)
    }

    /// Whether the steps that come after it may begin.
    #[must_use]
    pub fn frees(self) -> bool {
        matches!(self, Self::Done | Self::Skipped | Self::Withdrawn)
    }
}

/// A crisis plan in action, frozen to the text that it was activated with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Story that set it off; one that never was, if it was opened by hand.
    pub story_id: StoryId,
    /// Alert that set it off; one that never was, if it was opened by hand.
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
    /// What marks it as practised; none for a real one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Box<DrillMark>>,
    /// What happened to it since it was opened.
    pub life: IncidentLife,
}

impl Incident {
    /// The step or duty of this key.
    #[must_use]
    pub fn care(&self, key: &str) -> Option<&Care> {
        let step = self.steps.iter().find(|step| step.key == key).map(|step| &step.care);
        step.or_else(|| self.life.duties.iter().find(|duty| duty.key == key).map(|duty| &duty.care))
    }

    /// Whether people can do something about what it asks for: its plan has started, and it was no mistake. What
    /// is owed is owed even after its end.
    #[must_use]
    pub fn takes_work(&self) -> bool {
        let mistaken = matches!(self.state, IncidentState::Cancelled | IncidentState::Rejected);
        self.activated_at.is_some() && !mistaken
    }

    /// The present draft of a message of the plan.
    #[must_use]
    pub fn statement(&self, key: &str) -> Option<&Statement> {
        self.life.statements.iter().find(|statement| statement.key == key)
    }
}

/// What happened to an incident since it was opened.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct IncidentLife {
    /// Events in its log.
    pub events: u32,
    /// Highest level so far.
    pub peak: Option<Level>,
    /// When the level last rose.
    pub raised_at: Option<Timestamp>,
    /// When a person first did something about it; at the latest when the plan started.
    pub aware_at: Option<Timestamp>,
    /// When a person set or confirmed the level.
    pub classified_at: Option<Timestamp>,
    /// When it ended.
    pub stood_down_at: Option<Timestamp>,
    /// Closer watch until then.
    pub monitor_until: Option<Timestamp>,
    /// When the review is due.
    pub review_due_at: Option<Timestamp>,
    /// That the review was asked for.
    pub review_asked: bool,
    /// When the review was signed.
    pub reviewed_at: Option<Timestamp>,
    /// What the review says.
    pub conclusions: Option<String>,
    /// What was learned.
    pub lessons: Vec<Lesson>,
    /// Who holds a role in place of whom the plan names, by role.
    pub holders: BTreeMap<String, String>,
    /// What is owed to others.
    pub duties: Vec<Duty>,
    /// Texts for others, as they stand: one of each message of the plan that was drafted.
    pub statements: Vec<Statement>,
    /// Situation reports so far.
    pub reports: u32,
    /// When the next one is due.
    pub next_report_at: Option<Timestamp>,
}

/// Who said so, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Person, by id or as they gave their name; none for the program.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How something to be done is looked after until it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Care {
    /// Since when it can be done.
    pub free_at: Option<Timestamp>,
    /// Who is at it.
    pub acknowledged: Option<Mark>,
    /// Who did it, or left it out.
    pub finished: Option<Mark>,
    /// What proves it, or why it was left out.
    pub note: Option<String>,
    /// When it was found to be late.
    pub late_at: Option<Timestamp>,
    /// People were asked for it so often.
    pub asked: u32,
    /// Others than holder and deputy were asked.
    pub escalated: bool,
    /// Who is asked next, and when.
    pub chase: Option<Chase>,
    /// People who acknowledged it since the ladder began, by id.
    pub heard: BTreeSet<String>,
    /// Rows of the plan's escalation that go on asking.
    pub repeats: Vec<Repeating>,
}

/// A row of the plan's escalation that goes on asking: until somebody has answered, or everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeating {
    /// Its place in the plan's escalation, from 0.
    pub row: u32,
    /// How often it was asked again.
    pub times: u32,
    /// When it is asked again; absolute.
    pub next_at: Timestamp,
}

/// A ladder of people who are asked one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chase {
    /// The rung that comes next: 0 the holder, 1 the deputy, then the plan's escalation.
    pub rung: u32,
    /// When; absolute.
    pub next_at: Timestamp,
}

/// A step of a running plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Unique in the incident, among the duties too.
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
    /// How it is looked after.
    pub care: Care,
}

/// Something that is owed to others, with a clock of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    /// Unique in the incident, among the steps too.
    pub key: String,
    /// What.
    pub title: String,
    /// Role that does it.
    pub role: String,
    /// Person who holds the role.
    pub person: String,
    /// Person who stands in.
    pub backup: String,
    /// Absolute; none while nothing has started its clock.
    pub due_at: Option<Timestamp>,
    /// Warnings given.
    pub warned: u32,
    /// It was left out, with a reason, rather than met.
    pub waived: bool,
    /// How it is looked after.
    pub care: Care,
}

impl Duty {
    /// Where it is in its life, in the words of steps; it waits while its clock does not run.
    #[must_use]
    pub fn state(&self) -> StepState {
        match (&self.care.finished, self.due_at) {
            (Some(_), _) if self.waived => StepState::Skipped,
            (Some(_), _) => StepState::Done,
            (None, _) if self.care.acknowledged.is_some() => StepState::Acknowledged,
            (None, Some(_)) => StepState::Due,
            (None, None) => StepState::Waiting,
        }
    }
}

/// Something that was learned, and who sees to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// What.
    pub text: String,
    /// Person, by id.
    pub owner: String,
    /// Until when.
    pub due: Date,
}
