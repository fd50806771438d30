//! The life of an incident: what an event makes of it. The log is the truth; an incident is what
//! its events make of a plan, and they make the same of it each time.

use jiff::Timestamp;

use super::chase::{self, restart};
use super::clock::{self, later, whole};
use super::{Refusal, duties, people, statement, steps};
use crate::model::{
    ActivationMode, Happening, Incident, IncidentEvent, IncidentId, IncidentLife, IncidentState,
    Level, Mark, Origin, Plan, Start, StepState,
};

/// What a plan makes of an origin: a proposal, or at once a plan that runs (always, or at red).
#[must_use]
pub fn opening(plan: &Plan, origin: Origin, frozen: String) -> Vec<Happening> {
    let red = origin.level == Level::Red && plan.activation.red_without_confirm;
    let mut events = vec![Happening::Opened { id: IncidentId::new(), origin, plan: frozen }];
    if plan.activation.mode == ActivationMode::Automatic {
        events.push(Happening::Activated { start: Start::Automatic });
    } else if red {
        events.push(Happening::Activated { start: Start::Red });
    }
    events
}

/// What follows by itself when the level of an incident rises to `level`.
#[must_use]
pub fn rise(plan: &Plan, incident: &Incident, level: Level) -> Vec<Happening> {
    if level <= incident.level {
        return Vec::new();
    }
    let waits = may_start(incident);
    let mut events = vec![Happening::Raised { level, reason: None }];
    if waits && level == Level::Red && plan.activation.red_without_confirm {
        events.push(Happening::Activated { start: Start::Red });
    }
    events
}

/// The incident that a log tells of.
///
/// # Errors
/// The place of the first event that cannot have happened, from 1, and why.
pub fn replay<'e>(
    plan: &Plan,
    events: impl IntoIterator<Item = &'e IncidentEvent>,
) -> Result<Option<Incident>, (usize, Refusal)> {
    let mut incident = None;
    for (at, event) in (1..).zip(events) {
        incident = Some(apply(plan, incident.as_ref(), event).map_err(|why| (at, why))?);
    }
    Ok(incident)
}

/// The incident after an event.
///
/// # Errors
/// Why it cannot happen.
pub fn apply(
    plan: &Plan,
    incident: Option<&Incident>,
    event: &IncidentEvent,
) -> Result<Incident, Refusal> {
    let now = whole(event.at);
    let mut next = match (&event.what, incident) {
        (Happening::Opened { id, origin, .. }, None) => opened(plan, *id, origin, now),
        (Happening::Found { incident, .. }, None) => (**incident).clone(),
        (Happening::Opened { .. } | Happening::Found { .. }, Some(_)) | (_, None) => {
            return Err(Refusal::Beginning);
        }
        (_, Some(incident)) => incident.clone(),
    };
    if event.by.is_some() {
        next.life.aware_at.get_or_insert(now);
    }
    happen(plan, &mut next, event, now)?;
    settle(plan, &mut next, now);
    next.life.events = next.life.events.saturating_add(1);
    Ok(next)
}

fn opened(plan: &Plan, id: IncidentId, origin: &Origin, now: Timestamp) -> Incident {
    let mut incident = Incident {
        id,
        number: origin.number.clone(),
        plan_id: plan.id.clone(),
        plan_hash: plan.hash.clone(),
        title: origin.title.clone(),
        category: origin.category.clone(),
        state: IncidentState::Proposed,
        level: origin.level,
        topic_id: origin.topic_id.clone(),
        story_id: origin.story_id,
        alert_id: origin.alert_id,
        detected_at: whole(origin.detected_at),
        opened_at: now,
        confirm_by: Some(later(now, plan.activation.confirm_within)),
        activated_at: None,
        steps: Vec::new(),
        drill: origin.drill.clone(),
        life: IncidentLife {
            peak: Some(origin.level),
            raised_at: Some(now),
            ..IncidentLife::default()
        },
    };
    steps::open(plan, &mut incident, now);
    incident
}

fn happen(
    plan: &Plan,
    incident: &mut Incident,
    event: &IncidentEvent,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mark = Mark { by: event.by.clone(), at: now };
    match &event.what {
        Happening::Opened { .. }
        | Happening::Found { .. }
        | Happening::Attached { .. }
        | Happening::Noted { .. } => Ok(()),
        Happening::Activated { start } => activate(plan, incident, *start, &mark),
        Happening::Rejected { reason } => {
            only(incident, incident.state == IncidentState::Proposed)?;
            said(&mark, reason)?;
            (incident.state, incident.confirm_by) = (IncidentState::Rejected, None);
            Ok(())
        }
        Happening::Raised { level, .. } => raise(plan, incident, *level, &mark),
        Happening::Lowered { level, reason } => {
            said(&mark, reason)?;
            lower(plan, incident, *level, now)
        }
        Happening::Classified => classify(incident, &mark),
        Happening::Acknowledged { key } => people::acknowledge(plan, incident, key, mark),
        Happening::Done { key, evidence } => {
            people::finish(plan, incident, key, mark, evidence.as_deref())
        }
        Happening::Skipped { key, reason } => people::skip(plan, incident, key, mark, reason),
        Happening::HandedOver { key, to, .. } => {
            person(&mark)?;
            people::hand_over(plan, incident, key, to, now)
        }
        Happening::Drafted { key, text, prepared } => {
            statement::draft(plan, incident, (key, text, *prepared), mark)
        }
        Happening::Approved { key, role, hash } => {
            statement::approve(plan, incident, (key, role, hash), mark)
        }
        Happening::Moved { state, .. } => {
            let allowed = matches!(state, IncidentState::Responding | IncidentState::Monitoring);
            only(incident, incident.state.is_running() && allowed && *state != incident.state)?;
            person(&mark)?;
            incident.state = *state;
            Ok(())
        }
        Happening::StoodDown { met, reason } => {
            said(&mark, reason)?;
            stand_down(plan, incident, met, &mark)
        }
        Happening::Learned { text, owner, due } => {
            people::learn(incident, text, owner, *due, &mark)
        }
        Happening::Reviewed { conclusions } => review(incident, conclusions, &mark),
        Happening::Reopened { reason } => {
            let over = matches!(incident.state, IncidentState::StoodDown | IncidentState::Reviewed);
            only(incident, over)?;
            said(&mark, reason)?;
            relapse(plan, incident, now);
            Ok(())
        }
        Happening::Cancelled { reason } => {
            only(incident, incident.state.is_open())?;
            said(&mark, reason)?;
            (incident.state, incident.confirm_by) = (IncidentState::Cancelled, None);
            Ok(())
        }
        Happening::Lapsed { .. }
        | Happening::Late { .. }
        | Happening::Asked { .. }
        | Happening::Repeated { .. }
        | Happening::Warned { .. }
        | Happening::Unapproved { .. }
        | Happening::Reported { .. }
        | Happening::ReviewDue => tick(plan, incident, &event.what, now),
    }
}

fn classify(incident: &mut Incident, mark: &Mark) -> Result<(), Refusal> {
    only(incident, incident.state.is_running())?;
    person(mark)?;
    incident.life.classified_at.get_or_insert(mark.at);
    Ok(())
}

fn review(incident: &mut Incident, conclusions: &str, mark: &Mark) -> Result<(), Refusal> {
    only(incident, incident.state == IncidentState::StoodDown)?;
    said(mark, conclusions)?;
    incident.state = IncidentState::Reviewed;
    incident.life.reviewed_at = Some(mark.at);
    incident.life.conclusions = Some(conclusions.to_owned());
    Ok(())
}

/// What the clock brings.
fn tick(
    plan: &Plan,
    incident: &mut Incident,
    what: &Happening,
    now: Timestamp,
) -> Result<(), Refusal> {
    let level = incident.level;
    let late = Refusal::Time(what.name());
    match what {
        Happening::Reported { number } => {
            let life = &mut incident.life;
            if life.next_report_at.is_none_or(|at| at > now) || *number != life.reports + 1 {
                return Err(late);
            }
            life.reports = *number;
            life.next_report_at = None; // set below, for the level as it is now
            Ok(())
        }
        Happening::ReviewDue => {
            let life = &mut incident.life;
            if life.review_asked || life.review_due_at.is_none_or(|at| at > now) {
                return Err(late);
            }
            life.review_asked = true;
            Ok(())
        }
        Happening::Warned { key, warning } => {
            let duty = incident.life.duties.iter_mut().find(|duty| duty.key == *key);
            let duty = duty.ok_or_else(|| Refusal::Unknown(key.clone()))?;
            if duty.care.finished.is_some() || *warning < duty.warned {
                return Err(late);
            }
            duty.warned = warning.saturating_add(1);
            Ok(())
        }
        Happening::Asked { key, rung } => {
            let care = people::care_mut(incident, key)?;
            if care.chase.is_none_or(|chase| chase.rung != *rung || chase.next_at > now) {
                return Err(late);
            }
            chase::asked(plan, level, *rung, care, now);
            Ok(())
        }
        Happening::Repeated { key, row } => {
            let care = people::care_mut(incident, key)?;
            chase::repeated(plan, *row, care, now).ok_or(late)
        }
        Happening::Late { key } => {
            let due = people::due_of(incident, key);
            let free = people::is_free(incident, key);
            let care = people::care_mut(incident, key)?;
            if care.late_at.is_some() || care.finished.is_some() || due.is_none_or(|at| at > now) {
                return Err(late);
            }
            care.late_at = Some(now);
            if free {
                restart(care, now);
            }
            Ok(())
        }
        Happening::Lapsed { key } => people::lapse(incident, key, now),
        Happening::Unapproved { key } => statement::ask_again(plan, incident, key, now),
        _ => Err(late),
    }
}

/// What follows from any event: duties with their clocks, steps that are free, the phase, the
/// next report.
fn settle(plan: &Plan, incident: &mut Incident, now: Timestamp) {
    let running = incident.state.is_running();
    if running {
        duties::open(plan, incident);
        steps::free(plan, incident, now);
        phase(plan, incident);
    } else if incident.activated_at.is_some() && incident.state != IncidentState::Cancelled {
        duties::open(plan, incident); // what is owed stays owed
    }
    statement::rest(plan, incident);
    let every = plan.sitrep.as_ref().and_then(|sitrep| sitrep.every.get(&incident.level));
    let next = every.filter(|_| incident.state.is_running()).map(|every| later(now, *every));
    let life = &mut incident.life;
    life.next_report_at = match (life.next_report_at, next) {
        (Some(before), Some(next)) => Some(before.min(next)),
        (_, next) => next,
    };
}

/// Facts and level confirmed, the response runs; all done, it is watched.
fn phase(plan: &Plan, incident: &mut Incident) {
    let sets = |step: &&crate::model::Step| {
        plan.steps.iter().any(|planned| planned.key == step.key && planned.sets.is_some())
    };
    let nobody_classifies = !incident.steps.iter().any(|step| sets(&step));
    let begun = incident.steps.iter().any(|step| step.state == StepState::Done);
    if incident.state == IncidentState::Assessing
        && (incident.life.classified_at.is_some() || (nobody_classifies && begun))
    {
        incident.state = IncidentState::Responding;
    }
    let all_done =
        !incident.steps.is_empty() && incident.steps.iter().all(|step| step.state.frees());
    if incident.state == IncidentState::Responding && all_done {
        incident.state = IncidentState::Monitoring;
    }
}

fn activate(
    plan: &Plan,
    incident: &mut Incident,
    start: Start,
    mark: &Mark,
) -> Result<(), Refusal> {
    only(incident, may_start(incident))?;
    if start == Start::Unconfirmed && incident.confirm_by.is_none_or(|by| by > mark.at) {
        return Err(Refusal::Time("activated"));
    }
    if start == Start::Confirmed {
        person(mark)?;
    }
    incident.state = IncidentState::Assessing;
    incident.activated_at = Some(mark.at);
    incident.confirm_by = None;
    incident.life.aware_at.get_or_insert(mark.at);
    steps::start(plan, incident, mark.at);
    Ok(())
}

/// A person's level is also a confirmed one; the program's is not.
fn raise(plan: &Plan, incident: &mut Incident, level: Level, mark: &Mark) -> Result<(), Refusal> {
    if level <= incident.level {
        return Err(Refusal::Level(incident.level));
    }
    incident.level = level;
    incident.life.peak = incident.life.peak.max(Some(level));
    incident.life.raised_at = Some(mark.at);
    match incident.state {
        IncidentState::Rejected | IncidentState::Cancelled => {
            incident.state = IncidentState::Proposed;
            incident.confirm_by = Some(later(mark.at, plan.activation.confirm_within));
        }
        IncidentState::StoodDown | IncidentState::Reviewed => relapse(plan, incident, mark.at),
        IncidentState::Monitoring => incident.state = IncidentState::Responding,
        _ => {}
    }
    if mark.by.is_some() && incident.state.is_running() {
        incident.life.classified_at.get_or_insert(mark.at);
    }
    steps::open(plan, incident, mark.at);
    Ok(())
}

fn lower(
    plan: &Plan,
    incident: &mut Incident,
    level: Level,
    now: Timestamp,
) -> Result<(), Refusal> {
    only(incident, incident.state.is_running())?;
    if level >= incident.level {
        return Err(Refusal::Level(incident.level));
    }
    if let (Some(raised), Some(hold)) =
        (incident.life.raised_at, plan.activation.hold_before_lowering)
    {
        let until = later(raised, hold);
        if now < until {
            return Err(Refusal::TooEarly(until));
        }
    }
    incident.level = level;
    incident.life.classified_at.get_or_insert(now);
    incident.life.next_report_at = None;
    steps::withdraw(plan, incident, level);
    let asks = |row: u32| chase::row_of(plan, row).is_some_and(|row| row.from_level <= level);
    let duties = incident.life.duties.iter_mut().map(|duty| &mut duty.care);
    for care in incident.steps.iter_mut().map(|step| &mut step.care).chain(duties) {
        care.repeats.retain(|it| asks(it.row));
    }
    Ok(())
}

/// A proposal, or what people took for none and is now more than they thought.
fn may_start(incident: &Incident) -> bool {
    matches!(
        incident.state,
        IncidentState::Proposed | IncidentState::Rejected | IncidentState::Cancelled
    )
}

fn relapse(plan: &Plan, incident: &mut Incident, now: Timestamp) {
    incident.state = IncidentState::Responding;
    let life = &mut incident.life;
    (life.stood_down_at, life.monitor_until) = (None, None);
    (life.review_due_at, life.review_asked, life.reviewed_at) = (None, false, None);
    steps::open(plan, incident, now);
}

fn stand_down(
    plan: &Plan,
    incident: &mut Incident,
    met: &[u32],
    mark: &Mark,
) -> Result<(), Refusal> {
    only(incident, incident.state.is_running())?;
    people::commands(plan, incident, mark)?;
    let left = incident.steps.iter().filter(|step| step.state.is_unfinished());
    let left: Vec<String> = left.map(|step| step.key.clone()).collect();
    if !left.is_empty() {
        return Err(Refusal::Left(left));
    }
    let conditions = plan.stand_down.iter().flat_map(|end| &end.requires);
    let unmet = (1..).zip(conditions).filter(|(number, _)| !met.contains(number));
    let unmet: Vec<String> = unmet.map(|(number, text)| format!("{number}. {text}")).collect();
    if !unmet.is_empty() {
        return Err(Refusal::Conditions(unmet));
    }
    incident.state = IncidentState::StoodDown;
    let peak = incident.life.peak.unwrap_or(incident.level);
    let mut reviews = plan.review.iter().flat_map(|review| &review.due);
    let review = reviews.rfind(|(level, _)| **level <= peak);
    let tail = plan.stand_down.as_ref().and_then(|end| end.monitor_after);
    let life = &mut incident.life;
    life.stood_down_at = Some(mark.at);
    life.monitor_until = tail.map(|tail| later(mark.at, tail));
    life.review_due_at = review.and_then(|(_, notation)| clock::due(plan, notation, mark.at));
    Ok(())
}

fn only(incident: &Incident, allowed: bool) -> Result<(), Refusal> {
    if allowed { Ok(()) } else { Err(Refusal::State(incident.state)) }
}

pub(super) fn person(mark: &Mark) -> Result<(), Refusal> {
    if mark.by.is_some() { Ok(()) } else { Err(Refusal::Person) }
}

pub(super) fn said(mark: &Mark, reason: &str) -> Result<(), Refusal> {
    person(mark)?;
    if reason.trim().is_empty() { Err(Refusal::Reason) } else { Ok(()) }
}
