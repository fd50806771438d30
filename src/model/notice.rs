//! The facts of one message, frozen when it was decided: every attempt tells the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AlertId, Cause, ChannelChange, ChannelState, ChannelsNotice, ComplaintsNotice, DrillMark,
    Evidence, Health, IncidentState, Level, LocalText, PlanNotice, PlansNotice, PolarityLabel,
    Reason, Severity, Span, StoryId, SummaryNotice, SummaryOf,
};

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A story turned bad, or worse.
    Alert,
    /// A person has steps to do in a crisis plan.
    Steps,
    /// Nobody has answered an alert: somebody is asked to.
    Escalation,
    /// News of a running crisis plan.
    Plan,
    /// Sources fell ill or recovered, or a topic fell silent.
    Sources,
    /// Several alerts that belong together.
    Group,
    /// An alert that nobody took, again.
    Reminder,
    /// What came beyond the number that a recipient is told at once.
    Storm,
    /// A silence ends or has ended.
    Silence,
    /// What was not told at once, at a fixed time.
    Digest,
    /// Channels ceased to work, lost messages, or work again.
    Channels,
    /// Complaints that a person answers for.
    Complaints,
    /// What the inspection found at the plans.
    Plans,
}

impl NoticeKind {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Alert,
        Self::Steps,
        Self::Escalation,
        Self::Plan,
        Self::Sources,
        Self::Group,
        Self::Reminder,
        Self::Storm,
        Self::Silence,
        Self::Digest,
        Self::Channels,
        Self::Complaints,
        Self::Plans,
    ];

    /// The name in JSON and in the keys of messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            NoticeKind::Alert => "alert",
            NoticeKind::Steps => "steps",
            NoticeKind::Escalation => "escalation",
            NoticeKind::Plan => "plan",
            NoticeKind::Sources => "sources",
            NoticeKind::Group => "group",
            NoticeKind::Reminder => "reminder",
            NoticeKind::Storm => "storm",
            NoticeKind::Silence => "silence",
            NoticeKind::Digest => "digest",
            NoticeKind::Channels => "channels",
            NoticeKind::Complaints => "complaints",
            NoticeKind::Plans => "plans",
        }
    }
}

/// The facts of one message, for readers of any language. In JSON one object: the common fields,
/// `kind`, and the fields of the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Whose name is at stake.
    pub organisation: String,
    /// When it was decided.
    pub at: Timestamp,
    /// Where the status page is, if it is served.
    pub status_url: Option<String>,
    /// What marks it as part of a drill; none for everything real.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Box<DrillMark>>,
    /// What it tells.
    #[serde(flatten)]
    pub body: NoticeBody,
}

/// What a message tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoticeBody {
    /// A story turned bad, or worse.
    Alert(Box<AlertNotice>),
    /// The alert, and in its incident only the reader's own steps.
    Steps(Box<AlertNotice>),
    /// Nobody has answered the alert: somebody is asked to.
    Escalation(Box<EscalationNotice>),
    /// News of a running crisis plan.
    Plan(Box<PlanNotice>),
    /// Sources fell ill or recovered, or a topic fell silent.
    Sources(SourcesNotice),
    /// Many alerts in one message.
    Summary(Box<SummaryNotice>),
    /// Channels ceased to work, lost messages, or work again.
    Channels(ChannelsNotice),
    /// Complaints that a person answers for.
    Complaints(ComplaintsNotice),
    /// What the inspection found at the plans.
    Plans(PlansNotice),
}

/// The thread of all messages about sources.
const SOURCES_THREAD: &str = "sources";
/// The thread of all summaries of storms.
const STORM_THREAD: &str = "storm";
/// The thread of all messages about channels.
const CHANNELS_THREAD: &str = "channels";
/// The thread of all messages about complaints.
const COMPLAINTS_THREAD: &str = "complaints";
/// The thread of all findings of the inspection.
const PLANS_THREAD: &str = "plans";

impl Notice {
    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> NoticeKind {
        match &self.body {
            NoticeBody::Alert(_) => NoticeKind::Alert,
            NoticeBody::Steps(_) => NoticeKind::Steps,
            NoticeBody::Escalation(_) => NoticeKind::Escalation,
            NoticeBody::Plan(_) => NoticeKind::Plan,
            NoticeBody::Sources(_) => NoticeKind::Sources,
            NoticeBody::Summary(summary) => match &summary.of {
                SummaryOf::Group { .. } => NoticeKind::Group,
                SummaryOf::Reminder { .. } => NoticeKind::Reminder,
                SummaryOf::Storm { .. } => NoticeKind::Storm,
                SummaryOf::SilenceEnding(_) | SummaryOf::SilenceEnded(_) => NoticeKind::Silence,
                SummaryOf::Digest(_) => NoticeKind::Digest,
            },
            NoticeBody::Channels(_) => NoticeKind::Channels,
            NoticeBody::Complaints(_) => NoticeKind::Complaints,
            NoticeBody::Plans(_) => NoticeKind::Plans,
        }
    }

    /// What it shares with the other messages of one matter: a recipient gets these in order, and
    /// mail programs show them together. For an alert its identifier.
    #[must_use]
    pub fn thread(&self) -> String {
        match &self.body {
            NoticeBody::Alert(alert) | NoticeBody::Steps(alert) => alert.alert_id.to_string(),
            NoticeBody::Escalation(escalation) => escalation.alert.alert_id.to_string(),
            NoticeBody::Plan(plan) => plan.alert_id.to_string(),
            NoticeBody::Sources(_) => SOURCES_THREAD.to_owned(),
            NoticeBody::Complaints(_) => COMPLAINTS_THREAD.to_owned(),
            NoticeBody::Plans(_) => PLANS_THREAD.to_owned(),
            NoticeBody::Summary(summary) => match &summary.of {
                SummaryOf::Group { key } => format!("group-{key}"),
                SummaryOf::Reminder { .. } => reminded(summary),
                SummaryOf::Storm { .. } => STORM_THREAD.to_owned(),
                SummaryOf::SilenceEnding(silence) | SummaryOf::SilenceEnded(silence) => {
                    format!("silence-{}", silence.id)
                }
                SummaryOf::Digest(digest) => format!("digest-{}", digest.digest),
            },
            NoticeBody::Channels(_) => CHANNELS_THREAD.to_owned(),
        }
    }

    /// Whether its reader can answer it: take an alert, or say how a step of a plan is.
    #[must_use]
    pub fn is_answerable(&self) -> bool {
        match &self.body {
            NoticeBody::Plan(plan) => plan.news.is_answerable(),
            _ => self.alert().is_some(),
        }
    }

    /// The alert that it is about, if it is about one.
    #[must_use]
    pub fn alert(&self) -> Option<&AlertNotice> {
        match &self.body {
            NoticeBody::Alert(alert) | NoticeBody::Steps(alert) => Some(alert),
            NoticeBody::Escalation(escalation) => Some(&escalation.alert),
            NoticeBody::Plan(_)
            | NoticeBody::Sources(_)
            | NoticeBody::Summary(_)
            | NoticeBody::Channels(_)
            | NoticeBody::Complaints(_)
            | NoticeBody::Plans(_) => None,
        }
    }

    /// The level that it is about; none for those about sources, silences and digests.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        match &self.body {
            NoticeBody::Summary(summary) => summary.alarm(),
            // Whoever reads it is the one who would not hear of a crisis.
            NoticeBody::Channels(channels) => {
                let fails = |change: &ChannelChange| {
                    matches!(change.now, ChannelState::Failing | ChannelState::Disabled)
                };
                channels.changes.iter().any(fails).then_some(Level::Orange)
            }
            NoticeBody::Plan(plan) => Some(plan.incident.level),
            _ => self.alert().map(|alert| alert.level),
        }
    }
}

/// The thread of the alert that is told again.
fn reminded(summary: &SummaryNotice) -> String {
    let items = summary.topics.iter().flat_map(|topic| &topic.items);
    let alert = items.filter_map(|item| item.alert).take(1).next();
    alert.map_or_else(|| "reminder".to_owned(), |alert| alert.to_string())
}

/// The facts of an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertNotice {
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
}

/// Somebody is asked to take an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EscalationNotice {
    /// The alert.
    pub alert: AlertNotice,
    /// The policy, by id.
    pub policy: String,
    /// Which step of it this is, from 1.
    pub step: u32,
    /// How many steps it has.
    pub steps: u32,
    /// Which round, from 1.
    pub round: u32,
    /// Why somebody is asked.
    #[serde(flatten)]
    pub cause: Cause,
    /// Since when nobody has answered.
    pub since: Timestamp,
    /// Names of those who are asked by this step.
    pub asked: Vec<String>,
    /// Names of those who were asked before.
    pub before: Vec<String>,
    /// When the next step is asked; none if this is the last.
    pub next_at: Option<Timestamp>,
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
    /// What is to be done; in [`NoticeBody::Steps`] only the reader's own.
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

/// Changes of the health of sources, gathered over a short time; or topics that have fallen silent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourcesNotice {
    /// What changed, gravest first, at most [`SourcesNotice::SHOWN`].
    pub changes: Vec<SourceChange>,
    /// Changes beyond these.
    pub more: u32,
    /// How many sources came to each state, those beyond included.
    pub counts: BTreeMap<Health, u32>,
    /// Topics that have fallen silent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<SilentTopic>,
    /// Configured sources that are healthy now.
    pub healthy: u32,
    /// Configured sources.
    pub total: u32,
}

impl SourcesNotice {
    /// Changes that one message lists.
    pub const SHOWN: usize = 20;
}

/// A topic of which far fewer articles came in the last day than usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SilentTopic {
    /// The topic, by id.
    pub id: String,
    /// The topic, as people call it.
    pub name: LocalText,
    /// Articles in the last 24 hours.
    pub seen: u32,
    /// Articles to be expected.
    pub expected: f64,
}

/// A source that is not as it was when it was last told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceChange {
    /// The source, by id.
    pub id: String,
    /// The medium as people call it.
    pub name: String,
    /// How it was told of before.
    pub was: Health,
    /// How it is.
    pub now: Health,
    /// Since when.
    pub since: Timestamp,
    /// Why; may quote what a server said.
    pub reason: Option<String>,
    /// When it is asked next; none if it is not.
    pub next_check_at: Option<Timestamp>,
}
