//! The crisis plan as its authors wrote it, after checking (docs: `config/plans/`).

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BusinessDays, Level, Locale, QuietHours};

/// Somebody who can be told and can hold a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Unique name in configuration.
    pub id: String,
    /// As messages greet them.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
    /// Language they read.
    pub locale: Locale,
    /// IANA time zone.
    pub time_zone: String,
    /// Where they work; results of quizzes are counted by it.
    #[serde(default)]
    pub unit: Option<String>,
    /// When they last confirmed that messages reach them.
    #[serde(default)]
    pub checked_on: Option<Date>,
    /// When they are not to be disturbed.
    pub quiet: Option<QuietHours>,
}

/// Who does what by when, once a story of a kind turns bad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Unique name.
    pub id: String,
    /// As people call it.
    pub title: String,
    /// Role that keeps the document.
    pub owner: String,
    /// The authors' version.
    pub version: String,
    /// Language the plan is written in.
    pub locale: Locale,
    /// IANA zone that its times are shown in.
    pub time_zone: String,
    /// Holiday calendar for business days.
    pub calendar: Option<String>,
    /// The days of that calendar, as they were when the plan was read; else Monday to Friday.
    #[serde(default)]
    pub business_days: BusinessDays,
    /// Last review.
    pub reviewed_on: Option<Date>,
    /// Time between reviews.
    pub review_every: Option<SignedDuration>,
    /// Time between drills.
    pub drill_every: Option<SignedDuration>,
    /// Last drill.
    #[serde(default)]
    pub drilled_on: Option<Date>,
    /// How it starts.
    pub activation: Activation,
    /// When it starts: any one of these.
    pub triggers: Vec<Trigger>,
    /// Who is who, by role key.
    pub roles: BTreeMap<String, Role>,
    /// Who is told in which order while nobody answers.
    pub escalation: Vec<EscalationStep>,
    /// What is to be done.
    pub steps: Vec<PlanStep>,
    /// Duties toward others, with a clock of their own.
    pub deadlines: Vec<Deadline>,
    /// Situation reports.
    pub sitrep: Option<Sitrep>,
    /// Prepared texts, by key.
    pub messages: BTreeMap<String, MessageTemplate>,
    /// Media that are told of texts for the public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<MediaContact>,
    /// Conditions for the end.
    pub stand_down: Option<StandDown>,
    /// After-action review.
    pub review: Option<Review>,
    /// Exercises.
    pub drill: Option<DrillSettings>,
    /// BLAKE3 of the file, in hex: an incident is bound to this text of the plan.
    pub hash: String,
}

/// How a plan starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activation {
    /// Ask first, or not.
    pub mode: ActivationMode,
    /// If nobody answers within this, it starts by itself.
    pub confirm_within: SignedDuration,
    /// At red nobody is asked.
    pub red_without_confirm: bool,
    /// Quiet time before a level may be lowered.
    pub hold_before_lowering: Option<SignedDuration>,
    /// An acknowledgement without progress lapses after this.
    pub ack_valid: Option<SignedDuration>,
}

/// Ask first, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActivationMode {
    /// Propose, and wait for a person up to `confirm_within`.
    Confirm,
    /// Start at once.
    Automatic,
}

/// One condition for a level; all that it states must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// The level it gives.
    pub level: Level,
    /// Risk category of the story.
    pub category: Option<String>,
    /// Severity at least, 0 to 100.
    pub min_score: Option<f64>,
    /// Distinct owners at least.
    pub min_sources: Option<u32>,
    /// Tier 1 sources at least.
    pub min_tier1: Option<u32>,
    /// Articles of this hour over those of the hour before, at least.
    pub growth_1h: Option<f64>,
    /// Category of complaints.
    pub complaint_category: Option<String>,
    /// Complaints within an hour, at least.
    pub min_complaints_1h: Option<u32>,
    /// A query about the labels of the alert, as it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// What a role is for in the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoleKind {
    /// Leads.
    Command,
    /// The responsible unit: resolves.
    Unit,
    /// The business line: supports.
    Business,
    /// Handles the media.
    Reputation,
    /// Speaks to supervisors.
    Regulator,
    /// Law.
    Legal,
    /// Speaks in public.
    Spokesperson,
    /// Decides for the whole organisation.
    Executive,
    /// Technology and data.
    Technical,
}

/// A role and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// As people call it.
    pub title: String,
    /// What it is for.
    pub kind: RoleKind,
    /// Person who holds it; where it has a calendar, when nobody is on call.
    pub primary: String,
    /// Person who stands in.
    pub backup: String,
    /// Calendar by which whoever is on call holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
}

/// Whom to tell while nobody answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EscalationStep {
    /// From this level on.
    pub from_level: Level,
    /// Time without an answer.
    pub wait: SignedDuration,
    /// Roles, `role` or `role:backup`.
    pub notify: Vec<String>,
    /// Channels.
    pub via: Vec<String>,
    /// `all`: everybody must answer; otherwise one is enough.
    pub ack_all: bool,
    /// Repeat while unanswered.
    pub repeat_every: Option<SignedDuration>,
    /// At most so often.
    pub repeat_max: Option<u32>,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanStep {
    /// Unique in the plan.
    pub key: String,
    /// What.
    pub title: String,
    /// How, for whoever does it at 3 a.m.
    pub help: Option<String>,
    /// Role that does it.
    pub role: String,
    /// Role that answers for it.
    pub accountable: Option<String>,
    /// Roles asked.
    pub consult: Vec<String>,
    /// Roles told.
    pub inform: Vec<String>,
    /// From this level on.
    pub from_level: Level,
    /// After activation.
    pub due: SignedDuration,
    /// Time to say "seen".
    pub ack_within: Option<SignedDuration>,
    /// Steps that come before.
    pub after: Vec<String>,
    /// What proves it: `note`, `url`, `file`.
    pub evidence: Option<String>,
    /// Prepared text it uses.
    pub message: Option<String>,
    /// Clock it starts when done: `classified`.
    pub sets: Option<String>,
    /// Who may leave it out.
    #[serde(default, skip_serializing_if = "Skipping::is_free")]
    pub skip: Skipping,
}

/// Who may leave something out, always with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Skipping {
    /// Everybody.
    #[default]
    Anyone,
    /// Whoever answers for it (`accountable`), and whoever leads.
    Accountable,
    /// Whoever leads.
    Command,
    /// Nobody.
    Never,
}

impl Skipping {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_free(&self) -> bool {
        *self == Self::Anyone
    }
}

/// What a deadline counts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Anchor {
    /// First item published or seen.
    Detected,
    /// First human opened it.
    Aware,
    /// Level set or confirmed.
    Classified,
    /// The plan started.
    Activated,
    /// A step was done.
    Step(String),
    /// Another deadline was met.
    Deadline(String),
}

/// A second limit; the earlier one holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotAfter {
    /// From when.
    pub anchor: Anchor,
    /// How long, in the notation of the plan (`24h`, `5bd`, `1mo`).
    pub due: String,
}

/// A duty toward others. Figures are the user's, never ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deadline {
    /// Unique in the plan.
    pub key: String,
    /// What.
    pub title: String,
    /// Role that does it.
    pub role: String,
    /// From this level on.
    pub from_level: Level,
    /// From when.
    pub anchor: Anchor,
    /// How long, in the notation of the plan (`4h`, `5bd`, `1mo`).
    pub due: String,
    /// Second limit.
    pub not_after: Option<NotAfter>,
    /// Warnings before it, in the notation of the plan.
    pub warn: Vec<String>,
    /// Prepared text it uses.
    pub message: Option<String>,
    /// Who may waive it.
    #[serde(default, skip_serializing_if = "Skipping::is_free")]
    pub skip: Skipping,
}

/// Situation reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sitrep {
    /// How often, by level.
    pub every: BTreeMap<Level, SignedDuration>,
    /// Roles that get it.
    pub to: Vec<String>,
}

/// A prepared text. Fields in braces are filled in by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTemplate {
    /// `public`, `staff`, `customers`, `regulator`.
    pub audience: String,
    /// Roles that must approve it.
    pub approvals: Vec<String>,
    /// When they approved it before it was needed.
    #[serde(default)]
    pub approved_on: Option<Date>,
    /// Its language, if it is not the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// The text.
    pub body: String,
}

/// Somebody of the media who is told once a text for the public may go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MediaContact {
    /// The medium.
    pub outlet: String,
    /// Who there.
    pub name: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Language that they are written to in.
    pub language: Option<Locale>,
    /// What else there is to know: hours, embargoes.
    pub note: Option<String>,
}

/// Conditions for the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandDown {
    /// Each to be ticked by a person.
    pub requires: Vec<String>,
    /// Closer watch afterwards.
    pub monitor_after: Option<SignedDuration>,
}

/// After-action review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// When, by peak level, in the notation of the plan (`5bd`).
    pub due: BTreeMap<Level, String>,
    /// What it answers.
    pub questions: Vec<String>,
}

/// Exercises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillSettings {
    /// Mark on everything.
    pub prefix: String,
    /// Nothing leaves for other addresses.
    pub allow_recipients: Vec<String>,
    /// Times to beat, by what.
    pub targets: BTreeMap<String, SignedDuration>,
    /// Rooms that may be written to, by channel.
    #[serde(default)]
    pub allow_channels: Vec<String>,
    /// When drills come by surprise.
    #[serde(default)]
    pub schedule: Option<DrillSchedule>,
}

/// When drills of a plan come by surprise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillSchedule {
    /// At the latest so long after the last one: `6mo`, `180d`.
    pub every: String,
    /// First hour of a day, by the plan's zone.
    pub from: Time,
    /// Last hour of a day.
    pub until: Time,
    /// Days of the week: 1 Monday to 7 Sunday.
    pub days: Vec<i8>,
    /// Who is told before, by id.
    pub told: Vec<String>,
    /// How long before.
    pub told_before: SignedDuration,
    /// What is played, by id.
    pub scenario: String,
}
