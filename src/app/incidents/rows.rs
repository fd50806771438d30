//! The shapes in which incidents are answered for.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Approval, Care, Duty, Incident, Level, Locale, MediaContact, Step};
use crate::pipeline::StatementStanding;
use crate::store::{StoreError, incident_events};

/// The shape of `atalaya incident list --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IncidentsReport {
    /// Newest first, at most 200.
    pub incidents: Vec<IncidentRow>,
}

/// An incident in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IncidentRow {
    /// As people call it.
    pub number: String,
    /// The plan, by id.
    pub plan: String,
    /// What it is about.
    pub title: String,
    /// Present level.
    pub level: Level,
    /// Where it is in its life.
    pub state: String,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// When its plan started, RFC 3339.
    pub activated_at: Option<String>,
    /// When it starts by itself, RFC 3339; null if it does not wait.
    pub confirm_by: Option<String>,
    /// Steps that are left.
    pub left: usize,
    /// Steps and deadlines that are late.
    pub late: usize,
}

/// The shape of `atalaya incident show NUMBER --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IncidentReport {
    /// The incident.
    #[serde(flatten)]
    pub incident: IncidentRow,
    /// What is to be done.
    pub steps: Vec<TaskRow>,
    /// What is owed to others.
    pub deadlines: Vec<TaskRow>,
    /// Texts for others that the plan has, by key.
    pub statements: Vec<StatementRow>,
    /// Media that are told of texts for the public.
    pub media: Vec<MediaContact>,
    /// Conditions for its end, in their order.
    pub conditions: Vec<String>,
    /// When the review is due, RFC 3339.
    pub review_due_at: Option<String>,
    /// What happened to it, oldest first.
    pub events: Vec<LogRow>,
}

/// A step or a deadline.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TaskRow {
    /// Unique in the incident.
    pub key: String,
    /// What.
    pub title: String,
    /// Role, by key.
    pub role: String,
    /// Who holds it, by id.
    pub person: String,
    /// Who stands in, by id.
    pub deputy: String,
    /// waiting, due, acknowledged, done, skipped or withdrawn; a deadline waits while its clock does
    /// not run, and is skipped where it was waived.
    pub state: String,
    /// When it is due, RFC 3339; null while its clock does not run.
    pub due_at: Option<String>,
    /// Whether it is or was late.
    pub late: bool,
    /// Whether others than holder and deputy were asked.
    pub escalated: bool,
    /// How often people were asked for it.
    pub asked: u32,
    /// What proves it, or why it was left out.
    pub note: Option<String>,
}

/// A text for others.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementRow {
    /// Message of the plan.
    pub key: String,
    /// public, staff, customers or regulator.
    pub audience: String,
    /// Its language.
    pub language: Locale,
    /// The present draft; null if there is none.
    pub text: Option<String>,
    /// BLAKE3 of the text, hex.
    pub hash: Option<String>,
    /// Who drafted it.
    pub drafted_by: Option<String>,
    /// When, RFC 3339.
    pub drafted_at: Option<String>,
    /// Who approved exactly this text.
    pub approvals: Vec<ApprovalRow>,
    /// Roles that have not approved it, by key; while there are any, no step that uses it is done.
    pub missing: Vec<String>,
    /// Whether the plan's own words, approved in advance, stand.
    pub in_advance: bool,
}

/// Somebody approved a text.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ApprovalRow {
    /// Role, by key.
    pub role: String,
    /// Who, by id.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
}

/// An entry of the log.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LogRow {
    /// Its place in the log of the incident, from 1.
    pub seq: u32,
    /// When, RFC 3339.
    pub at: String,
    /// Who; null for the program itself.
    pub by: Option<String>,
    /// What, by name.
    pub what: String,
    /// What, in full.
    pub details: serde_json::Value,
    /// Hash of this and all entries before, hex.
    pub hash: String,
}

pub(super) fn log(entry: &incident_events::Entry) -> Result<LogRow, StoreError> {
    let event = entry.event()?;
    Ok(LogRow {
        seq: entry.seq,
        at: event.at.to_string(),
        by: event.by,
        what: entry.kind.clone(),
        details: serde_json::from_str(&entry.body).unwrap_or_default(),
        hash: entry.hash.clone(),
    })
}

pub(super) fn row(incident: &Incident) -> IncidentRow {
    let duties = incident.life.duties.iter().map(|duty| &duty.care);
    let cares = incident.steps.iter().map(|step| &step.care).chain(duties);
    IncidentRow {
        number: incident.number.clone(),
        plan: incident.plan_id.clone(),
        title: incident.title.clone(),
        level: incident.level,
        state: incident.state.name().to_owned(),
        opened_at: incident.opened_at.to_string(),
        activated_at: text(incident.activated_at),
        confirm_by: text(incident.confirm_by),
        left: incident.steps.iter().filter(|step| step.state.is_unfinished()).count(),
        late: cares.filter(|care| care.late_at.is_some() && care.finished.is_none()).count(),
    }
}

pub(super) fn step(step: &Step) -> TaskRow {
    let Step { key, title, role, person, backup, due_at, state, care } = step;
    task([key, title, role, person, backup], state.name(), *due_at, care)
}

pub(super) fn duty(duty: &Duty) -> TaskRow {
    let Duty { key, title, role, person, backup, due_at, care, .. } = duty;
    task([key, title, role, person, backup], duty.state().name(), *due_at, care)
}

fn task(texts: [&String; 5], state: &str, due: Option<Timestamp>, care: &Care) -> TaskRow {
    let [key, title, role, person, deputy] = texts.map(Clone::clone);
    TaskRow {
        key,
        title,
        role,
        person,
        deputy,
        state: state.to_owned(),
        due_at: text(due),
        late: care.late_at.is_some(),
        escalated: care.escalated,
        asked: care.asked,
        note: care.note.clone(),
    }
}

pub(super) fn statement(standing: &StatementStanding<'_>, plan: Locale) -> StatementRow {
    let draft = standing.draft;
    let approval = |approval: &Approval| ApprovalRow {
        role: approval.role.clone(),
        by: approval.mark.by.clone().unwrap_or_default(),
        at: approval.mark.at.to_string(),
    };
    StatementRow {
        key: standing.key.to_owned(),
        audience: standing.template.audience.clone(),
        language: standing.template.locale.unwrap_or(plan),
        text: draft.map(|draft| draft.text.clone()),
        hash: draft.map(|draft| draft.hash.clone()),
        drafted_by: draft.and_then(|draft| draft.drafted.by.clone()),
        drafted_at: draft.map(|draft| draft.drafted.at.to_string()),
        approvals: draft.iter().flat_map(|draft| &draft.approvals).map(approval).collect(),
        missing: standing.missing.iter().map(|&role| role.to_owned()).collect(),
        in_advance: standing.in_advance,
    }
}

pub(super) fn text(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}
