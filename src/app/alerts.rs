//! Alerts as people see and answer them from the command line, beside the running daemon.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, reading, verdicts, writing};
use crate::config::Config;
use crate::model::{
    Actor, Alert, AlertEvent, AlertEventKind, AlertId, AlertState, Escalation, Level, StaffVerdict,
    VerdictId, VerdictLabel,
};
pub use crate::store::answers::{Refusal, Standing};
use crate::store::{StoreError, Transaction, alert_events, alerts, answers, escalations, stories};

/// Alerts that a list shows.
const MOST: u32 = 500;

/// The shape of `atalaya alerts --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AlertsReport {
    /// Gravest first, at most 500.
    pub alerts: Vec<AlertRow>,
}

/// An alert in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AlertRow {
    /// Identifier.
    pub id: String,
    /// Level now.
    pub level: Level,
    /// Highest level told.
    pub told_level: Level,
    /// Where it is in its life.
    pub state: AlertState,
    /// Since when, RFC 3339.
    pub since: String,
    /// Who took, resolved or dismissed it; null if nobody has.
    pub by: Option<String>,
    /// The topic, by id.
    pub topic: String,
    /// The story, by id.
    pub story: String,
    /// Headline of the story.
    pub headline: String,
    /// Times told.
    pub told: u32,
    /// When it was raised, RFC 3339.
    pub opened_at: String,
}

/// The shape of `atalaya alerts show ID --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AlertReport {
    /// The alert.
    #[serde(flatten)]
    pub alert: AlertRow,
    /// What happened to it, oldest first.
    pub events: Vec<EventRow>,
    /// Who is being asked.
    pub escalations: Vec<EscalationRow>,
}

/// Something that happened to an alert.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventRow {
    /// When, RFC 3339.
    pub at: String,
    /// What.
    pub what: AlertEventKind,
    /// Where the alert was after it.
    pub state: AlertState,
    /// Who; null for the program itself.
    pub by: Option<String>,
    /// Channel of the message that led there, or `command`.
    pub channel: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// Why, or what else there is to say.
    pub note: Option<String>,
}

/// A policy at work.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EscalationRow {
    /// The policy, by id.
    pub policy: String,
    /// `running`, `paused`, `stopped` or `exhausted`.
    pub state: String,
    /// How often it was started.
    pub run: u32,
    /// The last step that was asked, from 1; null if none was.
    pub step: Option<u32>,
    /// People who were asked, by id.
    pub asked: Vec<String>,
    /// When it goes on, RFC 3339; null if it does not.
    pub due_at: Option<String>,
}

/// Alerts that are open; with `since` also those that changed after it.
///
/// # Errors
/// If the store cannot be read.
pub async fn list(config: &Config, since: Option<Timestamp>) -> Result<AlertsReport, AppError> {
    reading(config, move |tx| {
        let found = match since {
            Some(since) => alerts::recent(tx, since, MOST)?,
            None => alerts::open(tx, MOST)?,
        };
        let alerts = found.iter().map(|alert| row(tx, alert)).collect::<Result<_, _>>()?;
        Ok(AlertsReport { alerts })
    })
    .await
}

/// All that is known of an alert; none if there is no such alert.
///
/// # Errors
/// If the store cannot be read.
pub async fn one(config: &Config, id: AlertId) -> Result<Option<AlertReport>, AppError> {
    reading(config, move |tx| {
        let Some(alert) = alerts::by_id(tx, id)? else { return Ok(None) };
        Ok(Some(AlertReport {
            alert: row(tx, &alert)?,
            events: alert_events::of_alert(tx, id)?.iter().map(event_row).collect(),
            escalations: escalations::of_alert(tx, id)?.iter().map(escalation_row).collect(),
        }))
    })
    .await
}

fn row(tx: &mut dyn Transaction, alert: &Alert) -> Result<AlertRow, StoreError> {
    let story = stories::find(tx, alert.story_id)?;
    Ok(AlertRow {
        id: alert.id.to_string(),
        level: alert.standing,
        told_level: alert.level,
        state: alert.state,
        since: alert.state_since.to_string(),
        by: answers::standing(tx, alert)?.by,
        topic: alert.topic_id.clone(),
        story: alert.story_id.to_string(),
        headline: story.map(|story| story.headline).unwrap_or_default(),
        told: alert.told,
        opened_at: alert.opened_at.to_string(),
    })
}

fn event_row(event: &AlertEvent) -> EventRow {
    EventRow {
        at: event.at.to_string(),
        what: event.kind,
        state: event.state,
        by: event.actor.name.clone(),
        channel: event.actor.channel.clone(),
        address: event.actor.address.clone(),
        note: event.note.clone(),
    }
}

fn escalation_row(escalation: &Escalation) -> EscalationRow {
    EscalationRow {
        policy: escalation.policy.clone(),
        state: escalation.state.name().to_owned(),
        run: escalation.run,
        step: escalation.last.map(|call| call.rung + 1),
        asked: escalation.asked.iter().cloned().collect(),
        due_at: escalation.due_at.map(|at| at.to_string()),
    }
}

/// What somebody at the command line says of an alert.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The alert.
    pub alert: AlertId,
    /// Acknowledged, noted, resolved or dismissed.
    pub kind: AlertEventKind,
    /// Who says it.
    pub by: String,
    /// From where: the user on the machine, if that is known.
    pub user: Option<String>,
    /// Why.
    pub note: Option<String>,
    /// What the alert was worth.
    pub verdict: Option<VerdictLabel>,
}

/// Records it, with its verdict, in one transaction; or says why not.
///
/// # Errors
/// If the store cannot be written.
pub async fn answer(
    config: &Config,
    statement: Statement,
) -> Result<Result<AlertState, Refusal>, AppError> {
    let now = Timestamp::now();
    writing(config, move |tx| write(tx, &statement, now)).await
}

fn write(
    tx: &mut dyn Transaction,
    statement: &Statement,
    now: Timestamp,
) -> Result<Result<AlertState, Refusal>, StoreError> {
    let actor = Actor {
        name: Some(statement.by.clone()),
        channel: Some("command".to_owned()),
        address: statement.user.clone(),
    };
    let note = statement.note.clone();
    let answer = answers::Answer { kind: statement.kind, actor, note, link: None };
    let alert = match answers::record(tx, statement.alert, &answer, now)? {
        Ok(alert) => alert,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(label) = statement.verdict
        && let Some((story_id, topic_id, article_id)) = verdicts::of_alert(tx, &alert)?
    {
        let (by, note) = (Some(statement.by.clone()), statement.note.clone());
        let id = VerdictId::new();
        crate::store::verdicts::add(
            tx,
            &StaffVerdict { id, story_id, topic_id, article_id, label, by, note, at: now },
        )?;
    }
    Ok(Ok(alert.state))
}
