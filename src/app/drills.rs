//! Drills: begun for the running daemon to play, left, resumed, and what they showed.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, reading, writing};
use crate::config::Config;
use crate::model::{
    Delivery, DeliveryState, Drill, DrillMark, DrillReach, DrillState, Incident, IncidentEvent,
    Plan, Scenario,
};
use crate::pipeline::{self, Reached, scorecard};
pub use crate::pipeline::{Measure, Scorecard};
use crate::store::{
    StoreError, Transaction, attempts, deliveries, drills, incident_events, incidents,
};

/// Drills that a list shows.
const MOST: u32 = 200;
/// Events of one drill that are read.
const MOST_EVENTS: u32 = 10_000;

/// The shape of `atalaya drill list --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DrillsReport {
    /// Newest first, at most 200.
    pub drills: Vec<DrillRow>,
}

/// A drill in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DrillRow {
    /// As people call it and its incident.
    pub number: String,
    /// The plan, by id.
    pub plan: String,
    /// planned, running, paused or over.
    pub state: String,
    /// What is played, by id.
    pub scenario: String,
    /// Who began it; null for a surprise.
    pub by: Option<String>,
    /// people, sinks or tabletop.
    pub to: String,
    /// When it began or is to begin, RFC 3339; null for a surprise to come.
    pub starts_at: Option<String>,
    /// When it was over, RFC 3339.
    pub ended_at: Option<String>,
    /// Articles that have appeared.
    pub played: u32,
    /// Articles in all.
    pub articles: usize,
    /// Times as fast as the clock.
    pub speed: u32,
    /// Why it is paused or over.
    pub reason: Option<String>,
}

/// The shape of `atalaya drill show NUMBER --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DrillReport {
    /// The drill.
    #[serde(flatten)]
    pub drill: DrillRow,
    /// How it goes or went; null before its first article.
    pub scorecard: Option<Scorecard>,
    /// The drill of the plan before it, by number.
    pub before: Option<String>,
    /// How that went.
    pub scorecard_before: Option<Scorecard>,
}

/// What a drill is begun with.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Plan, by id.
    pub plan: String,
    /// What is played.
    pub scenario: Scenario,
    /// Whom it reaches.
    pub to: DrillTo,
    /// Times as fast as the clock.
    pub speed: u32,
    /// Who says so.
    pub by: String,
}

/// Whom a drill reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrillTo {
    /// Those whom the plan lists.
    People,
    /// A directory.
    Sinks(String),
    /// Nobody.
    Tabletop,
}

/// What came of it.
#[derive(Debug)]
pub enum DrillAnswer {
    /// It is done; the drill.
    Done(Box<DrillRow>),
    /// It cannot be done, and why.
    Refused(String),
    /// There is no such drill or plan.
    Unknown(String),
}

/// Writes a drill for the running daemon to begin.
///
/// # Errors
/// If the store is away.
pub async fn begin(config: &Config, beginning: Beginning) -> Result<DrillAnswer, AppError> {
    let Some(plan) = config.plans.iter().find(|plan| plan.id == beginning.plan).cloned() else {
        return Ok(DrillAnswer::Unknown(format!("plan `{}`", beginning.plan)));
    };
    let Some(mark) = mark(&plan, &beginning.to) else {
        let why = format!("plan `{}` has no [drill] with allow_recipients", plan.id);
        return Ok(DrillAnswer::Refused(why));
    };
    writing(config, move |tx| {
        if incidents::any_open(tx)? {
            return Ok(DrillAnswer::Refused("a real incident is open".to_owned()));
        }
        let running = drills::in_state(tx, DrillState::Running)?;
        let paused = drills::in_state(tx, DrillState::Paused)?;
        if let Some(other) = running.iter().chain(&paused).find(|it| it.plan_id == plan.id) {
            return Ok(DrillAnswer::Refused(format!("{} is not over", other.number)));
        }
        let now = Timestamp::now();
        let drill = Drill {
            by: Some(beginning.by.clone()),
            ..pipeline::new_drill(
                tx,
                &plan,
                beginning.scenario.clone(),
                (mark.clone(), beginning.speed),
                now,
            )?
        };
        drills::save(tx, &drill, Some(now))?;
        Ok(DrillAnswer::Done(Box::new(row(&drill))))
    })
    .await
}

fn mark(plan: &Plan, to: &DrillTo) -> Option<DrillMark> {
    let reach = match to {
        DrillTo::People => return pipeline::drill_mark(plan),
        DrillTo::Sinks(directory) => DrillReach::Sinks { directory: directory.clone() },
        DrillTo::Tabletop => DrillReach::Tabletop,
    };
    Some(DrillMark { reach, ..pipeline::drill_mark(plan)? })
}

/// Ends a drill, whatever is left of it.
///
/// # Errors
/// If the store is away.
pub async fn stop(config: &Config, number: String, by: String) -> Result<DrillAnswer, AppError> {
    let ours = config.clone();
    writing(config, move |tx| {
        let Some(drill) = drills::by_number(tx, &number)? else {
            return Ok(DrillAnswer::Unknown(format!("drill {number}")));
        };
        if drill.state == DrillState::Over {
            return Ok(DrillAnswer::Refused(format!("{number} is over")));
        }
        let now = Timestamp::now();
        pipeline::end_drill(tx, &ours, drill, Some(&by), ("ended by hand", now))?;
        again(tx, &number)
    })
    .await
}

/// Goes on with a drill that was paused for something real.
///
/// # Errors
/// If the store is away.
pub async fn resume(config: &Config, number: String) -> Result<DrillAnswer, AppError> {
    writing(config, move |tx| {
        let Some(drill) = drills::by_number(tx, &number)? else {
            return Ok(DrillAnswer::Unknown(format!("drill {number}")));
        };
        if drill.state != DrillState::Paused {
            return Ok(DrillAnswer::Refused(format!("{number} is {}", drill.state.name())));
        }
        if incidents::any_open(tx)? {
            return Ok(DrillAnswer::Refused("a real incident is open".to_owned()));
        }
        pipeline::resume_drill(tx, drill, Timestamp::now())?;
        again(tx, &number)
    })
    .await
}

fn again(tx: &mut dyn Transaction, number: &str) -> Result<DrillAnswer, StoreError> {
    let found = drills::by_number(tx, number)?;
    Ok(found.map_or_else(
        || DrillAnswer::Unknown(format!("drill {number}")),
        |drill| DrillAnswer::Done(Box::new(row(&drill))),
    ))
}

/// The latest drills.
///
/// # Errors
/// If the store cannot be read.
pub async fn list(config: &Config) -> Result<DrillsReport, AppError> {
    let found = reading(config, |tx| drills::recent(tx, MOST)).await?;
    Ok(DrillsReport { drills: found.iter().map(row).collect() })
}

/// A drill with its scorecard and that of the one before; none if there is none of this number.
///
/// # Errors
/// If the store cannot be read.
pub async fn one(config: &Config, number: String) -> Result<Option<DrillReport>, AppError> {
    reading(config, move |tx| {
        let Some(drill) = drills::by_number(tx, &number)? else { return Ok(None) };
        let before = drills::before(tx, &drill.plan_id, drill.starts_at)?;
        let scorecard_before = match &before {
            Some(before) => judged(tx, &before.number)?,
            None => None,
        };
        Ok(Some(DrillReport {
            scorecard: judged(tx, &number)?,
            drill: row(&drill),
            before: before.map(|before| before.number),
            scorecard_before,
        }))
    })
    .await
}

fn judged(tx: &mut dyn Transaction, number: &str) -> Result<Option<Scorecard>, StoreError> {
    let Some((incident, plan)) = incidents::by_number(tx, number)? else { return Ok(None) };
    let entries = incident_events::of_incident(tx, incident.id, MOST_EVENTS)?;
    let events: Vec<IncidentEvent> =
        entries.iter().map(incident_events::Entry::event).collect::<Result<_, _>>()?;
    let messages = reached(tx, &incident)?;
    Ok(Some(scorecard(&plan, &incident, &events, &messages)))
}

fn reached(tx: &mut dyn Transaction, incident: &Incident) -> Result<Vec<Reached>, StoreError> {
    let sent = deliveries::of_thread(tx, &incident.alert_id.to_string())?;
    sent.iter().map(|delivery| told(tx, delivery)).collect()
}

fn told(tx: &mut dyn Transaction, delivery: &Delivery) -> Result<Reached, StoreError> {
    let arrived = match delivery.state {
        DeliveryState::Accepted => Some(true),
        DeliveryState::Dead => Some(false),
        _ => None,
    };
    let why = match arrived {
        Some(false) => attempts::last_detail(tx, delivery.id)?,
        _ => None,
    };
    Ok(Reached {
        who: delivery.recipient.id.clone(),
        channel: delivery.channel.clone(),
        arrived,
        why,
    })
}

fn row(drill: &Drill) -> DrillRow {
    let secret = drill.state == DrillState::Planned && drill.by.is_none();
    DrillRow {
        number: drill.number.clone(),
        plan: drill.plan_id.clone(),
        state: drill.state.name().to_owned(),
        scenario: drill.scenario.id.clone(),
        by: drill.by.clone(),
        to: match drill.mark.reach {
            DrillReach::People { .. } => "people",
            DrillReach::Sinks { .. } => "sinks",
            DrillReach::Tabletop => "tabletop",
        }
        .to_owned(),
        starts_at: (!secret).then(|| drill.starts_at.to_string()),
        ended_at: drill.ended_at.map(|at| at.to_string()),
        played: drill.played,
        articles: drill.scenario.items.len(),
        speed: drill.clock.speed,
        reason: drill.reason.clone(),
    }
}
