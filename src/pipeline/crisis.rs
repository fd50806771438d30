//! Incidents as they happen: each event is one transaction with the incident that it makes, its
//! entry in the log, and the messages to whom it concerns.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Pipeline, outbox};
use crate::config::{self, Config};
use crate::decide;
use crate::model::{
    Drill, DrillReach, Happening, Incident, IncidentEvent, IncidentId, Labels, NoticeBody, Origin,
    Plan,
};
use crate::plan::{self, Refusal};
use crate::query::Lists;
use crate::store::{StoreError, Transaction, drills, incident_events, incidents};

mod compose;
pub(super) mod drill;
mod statement;
mod verify;

pub use statement::{approve, draft};
pub use verify::{Broken, Verified, verify};

/// Incidents that one look takes on; the next look comes within a second.
const BATCH: u32 = 100;
/// Events of one incident in one transaction.
const EVENTS: usize = 64;
/// What cannot go on is tried again after this.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// Whether an event is told to whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// By a message of its own.
    Own,
    /// The message of the alert tells it.
    WithAlert,
}

/// An incident after something happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    /// The incident.
    pub incident: Incident,
    /// Messages put into the outbox.
    pub messages: usize,
}

/// Queries of the plans' triggers that hold for an alert, as they are written. One of a plan that was frozen before a list
/// changed may be none any more: then it holds for nothing.
pub(super) fn holding<'p>(
    plans: impl Iterator<Item = &'p Plan>,
    lists: &Lists,
    labels: &Labels,
) -> BTreeSet<String> {
    let queries: BTreeSet<&String> =
        plans.flat_map(|plan| &plan.triggers).filter_map(|row| row.query.as_ref()).collect();
    let holds = |text: &&String| match config::alert_query(lists, text) {
        Ok(query) => decide::holds(&query, labels),
        Err(error) => {
            tracing::warn!(
                query = text.as_str(),
                error = error.message,
                "a trigger cannot be read"
            );
            false
        }
    };
    queries.into_iter().filter(holds).cloned().collect()
}

/// Opens an incident under a plan because of an alert, which tells it.
pub(super) fn open(
    tx: &mut dyn Transaction,
    config: &Config,
    plan: &Plan,
    origin: Origin,
    now: Timestamp,
) -> Result<Incident, StoreError> {
    begin(tx, config, plan, origin, None, (Telling::WithAlert, now)).map(|done| done.incident)
}

/// Opens an incident and starts its plan because a person says so.
///
/// # Errors
/// As the store's.
pub fn open_by_hand(
    tx: &mut dyn Transaction,
    config: &Config,
    plan: &Plan,
    origin: Origin,
    by: &str,
    now: Timestamp,
) -> Result<Happened, StoreError> {
    begin(tx, config, plan, origin, Some(by), (Telling::Own, now))
}

fn begin(
    tx: &mut dyn Transaction,
    config: &Config,
    plan: &Plan,
    origin: Origin,
    by: Option<&str>,
    (telling, now): (Telling, Timestamp),
) -> Result<Happened, StoreError> {
    let plan = &plan::on_duty(plan, &config.calendars, now);
    let (story, practised) = (origin.story_id, origin.drill.is_some());
    let mut events = plan::opening(plan, origin, sum(plan)?);
    if by.is_some() && events.len() == 1 {
        events.push(Happening::Activated { start: crate::model::Start::Confirmed });
    }
    let mut happened: Option<Happened> = None;
    for what in events {
        let event = IncidentEvent::new(now, by.map(str::to_owned), what);
        let before = happened.take();
        let done =
            record(tx, config, plan, before.as_ref().map(|it| &it.incident), &event, telling)?
                .map_err(|why| StoreError::Mismatch(why.to_string()))?;
        let messages = before.map_or(0, |it| it.messages) + done.messages;
        happened = Some(Happened { messages, ..done });
    }
    let happened = happened
        .ok_or_else(|| StoreError::Mismatch("an incident without a beginning".to_owned()))?;
    if practised {
        return Ok(happened);
    }
    incidents::attach(tx, happened.incident.id, story, now)?;
    let told = drill::pause_all(tx, config, &happened.incident, now)?;
    Ok(Happened { messages: happened.messages + told, ..happened })
}

/// Raises an incident because of an alert, which tells it. Answers the incident and the keys of
/// the steps that are asked for now and were not before.
pub(super) fn rise(
    tx: &mut dyn Transaction,
    config: &Config,
    (incident, plan): (Incident, &Plan),
    level: crate::model::Level,
    now: Timestamp,
) -> Result<(Incident, Vec<String>), StoreError> {
    let asked = |incident: &Incident| -> Vec<String> {
        let steps = incident.steps.iter().filter(|step| step.state.is_unfinished());
        steps.map(|step| step.key.clone()).collect()
    };
    let before = asked(&incident);
    let mut incident = incident;
    for what in plan::rise(plan, &incident, level) {
        let event = IncidentEvent::new(now, None, what);
        let done = record(tx, config, plan, Some(&incident), &event, Telling::WithAlert)?;
        incident = done.map_err(|why| StoreError::Mismatch(why.to_string()))?.incident;
    }
    let mut keys = asked(&incident);
    keys.retain(|key| !before.contains(key));
    Ok((incident, keys))
}

/// A further story tells an incident.
pub(super) fn attach(
    tx: &mut dyn Transaction,
    config: &Config,
    (incident, plan): (Incident, &Plan),
    story: crate::model::StoryId,
    now: Timestamp,
) -> Result<Incident, StoreError> {
    if incidents::stories(tx, incident.id)?.contains(&story) {
        return Ok(incident);
    }
    incidents::attach(tx, incident.id, story, now)?;
    let event = IncidentEvent::new(now, None, Happening::Attached { story });
    let done = record(tx, config, plan, Some(&incident), &event, Telling::WithAlert)?;
    Ok(done.map_err(|why| StoreError::Mismatch(why.to_string()))?.incident)
}

/// What a person says about an incident. None if there is no incident of this number.
///
/// # Errors
/// As the store's.
pub fn say(
    tx: &mut dyn Transaction,
    config: &Config,
    number: &str,
    by: &str,
    what: &Happening,
    now: Timestamp,
) -> Result<Option<Result<Happened, Refusal>>, StoreError> {
    hear(tx, config, number, &IncidentEvent::new(now, Some(by.to_owned()), what.clone()))
}

/// As [`say`], with the link that it was said by.
///
/// # Errors
/// As the store's.
pub fn hear(
    tx: &mut dyn Transaction,
    config: &Config,
    number: &str,
    event: &IncidentEvent,
) -> Result<Option<Result<Happened, Refusal>>, StoreError> {
    let Some((incident, plan)) = incidents::by_number(tx, number)? else { return Ok(None) };
    record(tx, config, &plan, Some(&incident), event, Telling::Own).map(Some)
}

/// Does what has fallen due for an incident. Answers what happened, by name.
///
/// # Errors
/// As the store's.
pub fn look_after(
    tx: &mut dyn Transaction,
    config: &Config,
    number: &str,
    now: Timestamp,
) -> Result<(Vec<&'static str>, usize), StoreError> {
    let Some((mut incident, plan)) = incidents::by_number(tx, number)? else {
        return Ok((Vec::new(), 0));
    };
    let (mut happened, mut messages) = (Vec::new(), 0);
    let drill = match &incident.drill {
        Some(_) => drills::by_number(tx, number)?,
        None => None,
    };
    let shown = drill.as_ref().map_or(now, |drill| drill.shows(now));
    while happened.len() < EVENTS {
        let Some(what) = plan::due(&plan, &incident, shown) else {
            incidents::wake(tx, incident.id, wakes_at(&plan, &incident, drill.as_ref()))?;
            break;
        };
        let name = what.name();
        let event = IncidentEvent::new(now, None, what);
        match record(tx, config, &plan, Some(&incident), &event, Telling::Own)? {
            Ok(done) => {
                incident = done.incident;
                messages += done.messages;
                happened.push(name);
            }
            Err(why) => return Err(StoreError::Mismatch(format!("{name}: {why}"))),
        }
    }
    Ok((happened, messages))
}

/// One look: what has fallen due happens, each incident by itself. Nothing is written while
/// nothing is due.
pub(super) async fn look(pipeline: &Pipeline, now: Timestamp) {
    let due = pipeline.store.read(move |tx| {
        let due = incidents::due(tx, now, BATCH)?;
        Ok(due.into_iter().map(|(incident, _)| (incident.id, incident.number)).collect::<Vec<_>>())
    });
    let due = match due.await {
        Ok(due) => due,
        Err(error) => {
            tracing::error!(%error, "incidents could not be looked after");
            return;
        }
    };
    for (id, number) in due {
        let (live, of) = (pipeline.snapshot(), number.clone());
        let done = pipeline.store.write(move |tx| look_after(tx, &live.config, &of, now)).await;
        match done {
            Ok((happened, messages)) => {
                for what in happened {
                    tracing::info!(incident.number = %number, what, "an incident went on");
                }
                if messages > 0 {
                    pipeline.wake.deliveries.notify_one();
                }
            }
            Err(error) => {
                tracing::error!(incident.number = %number, %error, "an incident cannot go on");
                put_off(pipeline, id, now).await;
            }
        }
    }
}

async fn put_off(pipeline: &Pipeline, id: IncidentId, now: Timestamp) {
    let again = now.checked_add(PAUSE).unwrap_or(Timestamp::MAX);
    let put_off = pipeline.store.write(move |tx| incidents::wake(tx, id, Some(again))).await;
    if let Err(error) = put_off {
        tracing::error!(%error, "an incident that cannot go on is looked at again at once");
    }
}

/// One event: the incident, the log, the messages.
fn record(
    tx: &mut dyn Transaction,
    config: &Config,
    plan: &Plan,
    before: Option<&Incident>,
    event: &IncidentEvent,
    telling: Telling,
) -> Result<Result<Happened, Refusal>, StoreError> {
    let drill = practised(tx, before, event)?;
    let real = event.at;
    let at = drill.as_ref().map_or(real, |drill| drill.shows(real));
    let whole = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    let event = &IncidentEvent { at: whole, ..event.clone() };
    let found = match before {
        Some(incident) if incident.life.events == 0 => Some(found(tx, plan, incident, whole)?),
        _ => None,
    };
    let before = found.as_ref().or(before);
    let after = match plan::apply(plan, before, event) {
        Ok(after) => after,
        Err(why) => return Ok(Err(why)),
    };
    incidents::save(tx, &after, plan, wakes_at(plan, &after, drill.as_ref()))?;
    incident_events::append(tx, after.id, after.life.events, event)?;
    let told = match (telling, before) {
        (Telling::Own, Some(before)) => plan::effects(plan, before, event, &after),
        _ => None,
    };
    let mut messages = 0;
    if let (Some(effect), Some(before)) = (told, before) {
        let notice = compose::notice(tx, config, plan, (before, event, &after), &effect)?;
        if let Some(notice) = notice {
            let to = decide::called(config, &effect.people, &effect.via);
            let body = NoticeBody::Plan(Box::new(notice));
            let mut notice =
                outbox::notice(config, if drill.is_some() { real } else { event.at }, body);
            notice.drill.clone_from(&after.drill);
            let occasion = format!("{}/{}", after.number, after.life.events);
            if after.drill.as_ref().is_none_or(|mark| mark.reach != DrillReach::Tabletop) {
                messages = outbox::enqueue(tx, &notice, &occasion, &to)?;
            }
        }
    }
    if let Some(drill) = drill.filter(|_| !after.state.is_open()) {
        drill::over(tx, drill, (real, after.state.name()))?;
    }
    Ok(Ok(Happened { incident: after, messages }))
}

/// The drill that an incident belongs to, if it is practised.
fn practised(
    tx: &mut dyn Transaction,
    before: Option<&Incident>,
    event: &IncidentEvent,
) -> Result<Option<Drill>, StoreError> {
    match (before, &event.what) {
        (Some(incident), _) if incident.drill.is_some() => drills::by_number(tx, &incident.number),
        (None, Happening::Opened { origin, .. }) if origin.drill.is_some() => {
            drills::by_number(tx, &origin.number)
        }
        _ => Ok(None),
    }
}

/// When something next happens by itself, by the real clock; nothing more once a drill is over.
fn wakes_at(plan: &Plan, incident: &Incident, drill: Option<&Drill>) -> Option<Timestamp> {
    let next = plan::wakes_at(plan, incident)?;
    match drill {
        None => Some(next),
        Some(drill) if drill.runs() && incident.state.is_open() => Some(drill.clock.real(next)),
        Some(_) => None,
    }
}

/// An incident that is older than its log begins it.
fn found(
    tx: &mut dyn Transaction,
    plan: &Plan,
    incident: &Incident,
    now: Timestamp,
) -> Result<Incident, StoreError> {
    let text = incidents::plan_text(tx, incident.id)?.unwrap_or_default();
    let what = Happening::Found {
        incident: Box::new(incident.clone()),
        plan: blake3::hash(text.as_bytes()).to_hex().to_string(),
    };
    let event = IncidentEvent::new(now, None, what);
    let after = plan::apply(plan, None, &event)
        .map_err(|why| StoreError::Mismatch(format!("{}: {why}", incident.number)))?;
    incident_events::append(tx, after.id, after.life.events, &event)?;
    Ok(after)
}

/// BLAKE3 of the plan as it is stored, hex: it binds the log to the plan.
fn sum(plan: &Plan) -> Result<String, StoreError> {
    let text =
        serde_json::to_string(plan).map_err(|error| StoreError::Mismatch(error.to_string()))?;
    Ok(blake3::hash(text.as_bytes()).to_hex().to_string())
}
