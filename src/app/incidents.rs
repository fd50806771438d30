//! Incidents as people see and work them from the command line, beside the running daemon.

use std::cmp::Ordering;
use std::collections::BTreeSet;

pub use self::rows::{
    ApprovalRow, IncidentReport, IncidentRow, IncidentsReport, LogRow, StatementRow, TaskRow,
};
use self::rows::{duty, log, row, statement, step, text};
use super::{AppError, reading, writing};
use crate::config::Config;
use crate::model::{
    AlertEvent, AlertId, Happening, Incident, IncidentEvent, Level, Origin, Plan, StoryId,
};
use crate::pipeline::{self, Happened, IncidentRefusal};
pub use crate::pipeline::{Broken, Called, Verified};
use crate::store::{StoreError, Transaction, alert_events, incident_events, incidents, stories};
use jiff::Timestamp;

mod rows;

/// Incidents that a list shows.
const MOST: u32 = 200;
/// Events of one incident that are read.
const MOST_EVENTS: u32 = 10_000;

/// All that is known of an incident.
#[derive(Debug)]
pub struct Dossier {
    /// The incident.
    pub incident: Incident,
    /// Its plan, as it was frozen.
    pub plan: Plan,
    /// What happened to it, oldest first.
    pub events: Vec<IncidentEvent>,
    /// Whom each of these concerns, people by id.
    pub concerned: Vec<BTreeSet<String>>,
    /// Everybody who was asked for something.
    pub called: Vec<Called>,
    /// What happened to its alert, oldest first.
    pub alert: Vec<AlertEvent>,
    /// The stories that tell it: headline, first seen, articles.
    pub stories: Vec<(String, Timestamp, u32)>,
    /// Hash of its last entry.
    pub head: Option<String>,
}

/// What a person does.
#[derive(Debug, Clone)]
pub enum Act {
    /// Something that happens to the incident.
    Say(Happening),
    /// The level is set: raised, lowered or confirmed.
    Level {
        /// The level.
        level: Level,
        /// Why.
        reason: Option<String>,
    },
    /// A text for others is drafted.
    Draft {
        /// Message of the plan.
        key: String,
        /// The text; else the plan's words with what is known.
        text: Option<String>,
    },
    /// The present draft of a text is approved.
    Approve {
        /// Message of the plan.
        key: String,
        /// Beginning of the hash of the text that was read.
        hash: Option<String>,
    },
}

/// What came of it.
#[derive(Debug)]
pub enum Answer {
    /// It is done.
    Done(Box<Happened>),
    /// It cannot be done.
    Refused(IncidentRefusal),
    /// There is no such incident, plan, topic or person.
    Unknown(String),
    /// The plan is open on the topic already.
    Open(String),
}

/// The latest incidents; without `all` only those that are open or wait for their review.
///
/// # Errors
/// If the store cannot be read.
pub async fn list(config: &Config, all: bool) -> Result<IncidentsReport, AppError> {
    let stays = move |incident: &Incident| {
        all || incident.state.is_open() || incident.life.stood_down_at.is_some()
    };
    let rows = reading(config, move |tx| {
        let found = incidents::recent(tx, MOST)?;
        Ok(found.iter().filter(|it| stays(it)).map(row).collect())
    });
    Ok(IncidentsReport { incidents: rows.await? })
}

/// All that is known of an incident; none if there is none of this number.
///
/// # Errors
/// If the store cannot be read.
pub async fn dossier(config: &Config, number: String) -> Result<Option<Dossier>, AppError> {
    reading(config, move |tx| read(tx, &number).map(|found| found.map(|(dossier, _)| dossier)))
        .await
}

/// An incident as `show` tells it; none if there is none of this number.
///
/// # Errors
/// If the store cannot be read.
pub async fn one(config: &Config, number: String) -> Result<Option<IncidentReport>, AppError> {
    reading(config, move |tx| {
        let Some((dossier, events)) = read(tx, &number)? else { return Ok(None) };
        let Dossier { incident, plan, .. } = dossier;
        let statements = pipeline::statements(&plan, &incident);
        let statements = statements.iter().map(|it| statement(it, plan.locale)).collect();
        let conditions = plan.stand_down.map(|end| end.requires).unwrap_or_default();
        Ok(Some(IncidentReport {
            steps: incident.steps.iter().map(step).collect(),
            deadlines: incident.life.duties.iter().map(duty).collect(),
            statements,
            media: plan.contacts,
            conditions,
            review_due_at: text(incident.life.review_due_at),
            events,
            incident: row(&incident),
        }))
    })
    .await
}

type Found = Option<(Dossier, Vec<LogRow>)>;

fn read(tx: &mut dyn Transaction, number: &str) -> Result<Found, StoreError> {
    let Some((incident, plan)) = incidents::by_number(tx, number)? else { return Ok(None) };
    let entries = incident_events::of_incident(tx, incident.id, MOST_EVENTS)?;
    let mut told = Vec::new();
    for id in incidents::stories(tx, incident.id)? {
        let story = stories::find(tx, id)?;
        told.extend(story.map(|story| (story.headline, story.first_seen_at, story.articles)));
    }
    let events: Vec<IncidentEvent> =
        entries.iter().map(incident_events::Entry::event).collect::<Result<_, _>>()?;
    let concerned = pipeline::concerned(&plan, &events);
    let dossier = Dossier {
        called: pipeline::roll_call(&events, &concerned),
        concerned,
        events,
        alert: alert_events::of_alert(tx, incident.alert_id)?,
        stories: told,
        head: entries.last().map(|entry| entry.hash.clone()),
        incident,
        plan,
    };
    let log = entries.iter().map(log).collect::<Result<_, _>>()?;
    Ok(Some((dossier, log)))
}

/// Does what a person says about an incident.
///
/// # Errors
/// If the store is away.
pub async fn act(
    config: &Config,
    number: String,
    by: String,
    act: Act,
) -> Result<Answer, AppError> {
    if let Act::Say(Happening::HandedOver { to, .. } | Happening::Learned { owner: to, .. }) = &act
        && !config.people.contains_key(to)
    {
        return Ok(Answer::Unknown(format!("person `{to}`")));
    }
    let ours = config.clone();
    writing(config, move |tx| {
        let now = Timestamp::now();
        let Some((incident, _)) = incidents::by_number(tx, &number)? else {
            return Ok(Answer::Unknown(format!("incident {number}")));
        };
        let done = match &act {
            Act::Draft { key, text } => {
                let draft = (key.as_str(), text.as_deref());
                pipeline::draft_text(tx, &ours, &number, &by, draft, now)?
            }
            Act::Approve { key, hash } => {
                let read = (key.as_str(), hash.as_deref());
                pipeline::approve_text(tx, &ours, &number, &by, read, now)?
            }
            Act::Say(what) => pipeline::say(tx, &ours, &number, &by, what, now)?,
            Act::Level { level, reason } => {
                let what = levelled(incident.level, *level, reason.as_ref());
                pipeline::say(tx, &ours, &number, &by, &what, now)?
            }
        };
        Ok(match done {
            None => Answer::Unknown(format!("incident {number}")),
            Some(Ok(happened)) => Answer::Done(Box::new(happened)),
            Some(Err(why)) => Answer::Refused(why),
        })
    })
    .await
}

fn levelled(present: Level, level: Level, reason: Option<&String>) -> Happening {
    match level.cmp(&present) {
        Ordering::Equal => Happening::Classified,
        Ordering::Greater => Happening::Raised { level, reason: reason.cloned() },
        Ordering::Less => Happening::Lowered { level, reason: reason.cloned().unwrap_or_default() },
    }
}

/// What a person opens by hand.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Plan, by id.
    pub plan: String,
    /// What it is about.
    pub title: String,
    /// Level.
    pub level: Level,
    /// Topic, by id; else the first that alerts.
    pub topic: Option<String>,
    /// The story that tells it, if one does.
    pub story: Option<StoryId>,
    /// Who.
    pub by: String,
}

/// Opens an incident and starts its plan.
///
/// # Errors
/// If the store is away.
pub async fn open(config: &Config, opening: Opening) -> Result<Answer, AppError> {
    let Some(plan) = config.plans.iter().find(|plan| plan.id == opening.plan).cloned() else {
        return Ok(Answer::Unknown(format!("plan `{}`", opening.plan)));
    };
    let mut topics = config.keywords.topics.iter();
    let topic = match &opening.topic {
        Some(id) => topics.find(|topic| topic.id == *id),
        None => topics.find(|topic| topic.alerts),
    };
    let Some(topic) = topic.map(|topic| topic.id.clone()) else {
        let id = opening.topic.unwrap_or_default();
        return Ok(Answer::Unknown(format!("topic `{id}`")));
    };
    let ours = config.clone();
    writing(config, move |tx| {
        if let Some((open, _)) = incidents::open_of(tx, &plan.id, &topic)? {
            return Ok(Answer::Open(open.number));
        }
        let now = Timestamp::now();
        let origin = origin(tx, &plan, &opening, &topic, now)?;
        let happened = pipeline::open_by_hand(tx, &ours, &plan, origin, &opening.by, now)?;
        Ok(Answer::Done(Box::new(happened)))
    })
    .await
}

fn origin(
    tx: &mut dyn Transaction,
    plan: &Plan,
    opening: &Opening,
    topic: &str,
    now: Timestamp,
) -> Result<Origin, StoreError> {
    let zone = jiff::tz::TimeZone::get(&plan.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let number = incidents::next_number(tx, now.to_zoned_datetime(zone).year())?;
    let category = plan.triggers.iter().find_map(|row| row.category.clone());
    let story = match opening.story {
        Some(id) => stories::find(tx, id)?,
        None => None,
    };
    Ok(Origin {
        number,
        title: opening.title.clone(),
        category: category.unwrap_or_default(),
        level: opening.level,
        topic_id: topic.to_owned(),
        story_id: story.as_ref().map_or_else(StoryId::new, |story| story.id),
        alert_id: AlertId::new(),
        detected_at: story.map_or(now, |story| story.first_seen_at),
        drill: None,
    })
}

/// Whether the log of incidents is whole, and had `head` at its end once.
///
/// # Errors
/// If the store cannot be read.
pub async fn verify(config: &Config, head: Option<String>) -> Result<Verified, AppError> {
    reading(config, move |tx| pipeline::verify_log(tx, head.as_deref())).await
}
