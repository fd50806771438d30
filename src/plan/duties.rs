//! What is owed to others: opened with the level, due by clocks that events start.

use jiff::Timestamp;

use super::chase::holder;
use super::clock;
use crate::model::{Anchor, Care, Deadline, Duty, Incident, Plan, StepState};

/// Opens the duties of the level that are not there yet, and sets what their clocks say now.
pub(super) fn open(plan: &Plan, incident: &mut Incident) {
    for planned in plan.deadlines.iter().filter(|planned| planned.from_level <= incident.level) {
        if incident.life.duties.iter().all(|duty| duty.key != planned.key) {
            let role = plan.roles.get(&planned.role);
            let duty = Duty {
                key: planned.key.clone(),
                title: planned.title.clone(),
                role: planned.role.clone(),
                person: holder(plan, incident, &planned.role).unwrap_or_default(),
                backup: role.map(|role| role.backup.clone()).unwrap_or_default(),
                due_at: None,
                warned: 0,
                waived: false,
                care: Care::default(),
            };
            incident.life.duties.push(duty);
        }
    }
    for at in 0..incident.life.duties.len() {
        let due = incident.life.duties.get(at).and_then(|duty| {
            let planned = plan.deadlines.iter().find(|planned| planned.key == duty.key)?;
            due_at(plan, incident, planned)
        });
        if let Some(duty) = incident.life.duties.get_mut(at)
            && duty.care.finished.is_none()
        {
            duty.due_at = due;
            duty.care.free_at = duty.care.free_at.or(due.and(incident.activated_at));
        }
    }
}

/// When a duty is due: the earlier of its limits, of those whose clocks run.
fn due_at(plan: &Plan, incident: &Incident, planned: &Deadline) -> Option<Timestamp> {
    let own =
        started(incident, &planned.anchor).and_then(|from| clock::due(plan, &planned.due, from));
    let limit = planned.not_after.as_ref().and_then(|limit| {
        started(incident, &limit.anchor).and_then(|from| clock::due(plan, &limit.due, from))
    });
    own.into_iter().chain(limit).min()
}

/// When a clock was started, if it was.
fn started(incident: &Incident, anchor: &Anchor) -> Option<Timestamp> {
    let life = &incident.life;
    match anchor {
        Anchor::Detected => Some(incident.detected_at),
        Anchor::Aware => life.aware_at,
        Anchor::Classified => life.classified_at,
        Anchor::Activated => incident.activated_at,
        Anchor::Step(key) => {
            let step = incident.steps.iter().find(|step| step.key == *key)?;
            let done = step.state == StepState::Done;
            step.care.finished.as_ref().filter(|_| done).map(|mark| mark.at)
        }
        Anchor::Deadline(key) => {
            let duty = life.duties.iter().find(|duty| duty.key == *key)?;
            duty.care.finished.as_ref().filter(|_| !duty.waived).map(|mark| mark.at)
        }
    }
}

/// When the warnings of a duty that were not given yet are due, with their numbers.
pub(super) fn warnings(plan: &Plan, duty: &Duty) -> Vec<(Timestamp, u32)> {
    let Some(due) = duty.due_at else { return Vec::new() };
    let planned = plan.deadlines.iter().find(|planned| planned.key == duty.key);
    let all = planned.into_iter().flat_map(|planned| &planned.warn);
    let mut times: Vec<Timestamp> =
        all.filter_map(|warn| clock::ahead(plan, warn, due)).filter(|at| *at < due).collect();
    times.sort();
    let given = usize::try_from(duty.warned).unwrap_or(usize::MAX);
    (0..).zip(times).skip(given).map(|(number, at)| (at, number)).collect()
}
