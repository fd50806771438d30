//! What the clock brings, and when. Every wait is an absolute instant of the incident: there are
//! no timers that a restart could lose, and what fell due meanwhile happens once.

use jiff::Timestamp;

use super::clock::later;
use super::duties;
use crate::model::{Care, Happening, Incident, IncidentState, Plan, Start, StepState};

/// When something next happens by itself; none if nothing does.
#[must_use]
pub fn wakes_at(plan: &Plan, incident: &Incident) -> Option<Timestamp> {
    timers(plan, incident).into_iter().map(|(at, _)| at).min()
}

/// What happens by itself by now, if anything does: one event; after it the incident is asked
/// again.
#[must_use]
pub fn due(plan: &Plan, incident: &Incident, now: Timestamp) -> Option<Happening> {
    let mut passed = timers(plan, incident);
    passed.retain(|(at, _)| *at <= now);
    let first = passed.iter().min_by_key(|(at, _)| *at)?.1.clone();
    let Happening::Warned { key, .. } = &first else { return Some(first) };
    // Of warnings that were missed together the last is given.
    let same = passed
        .iter()
        .rev()
        .find(|(_, what)| matches!(what, Happening::Warned { key: other, .. } if other == key));
    Some(same.map_or(first.clone(), |(_, what)| what.clone()))
}

fn timers(plan: &Plan, incident: &Incident) -> Vec<(Timestamp, Happening)> {
    let mut timers = Vec::new();
    let life = &incident.life;
    if incident.state == IncidentState::Proposed {
        let start = Happening::Activated { start: Start::Unconfirmed };
        timers.extend(incident.confirm_by.map(|by| (by, start)));
    }
    if incident.state.is_running() {
        for step in incident.steps.iter().filter(|step| step.state.is_unfinished()) {
            let due = step.due_at.filter(|_| step.care.late_at.is_none());
            timers.extend(due.map(|at| (at, Happening::Late { key: step.key.clone() })));
            if step.state != StepState::Waiting {
                timers.extend(care(plan, &step.key, &step.care));
            }
        }
        for draft in &life.statements {
            let again = Happening::Unapproved { key: draft.key.clone() };
            timers.extend(draft.next_at.map(|at| (at, again)));
        }
        let report = Happening::Reported { number: life.reports.saturating_add(1) };
        timers.extend(life.next_report_at.map(|at| (at, report)));
    }
    if matches!(incident.state, IncidentState::StoodDown) && !life.review_asked {
        timers.extend(life.review_due_at.map(|at| (at, Happening::ReviewDue)));
    }
    if incident.activated_at.is_some() && incident.state != IncidentState::Cancelled {
        timers.extend(owed(plan, incident));
    }
    timers
}

/// What is owed stays owed when the incident is over.
fn owed(plan: &Plan, incident: &Incident) -> Vec<(Timestamp, Happening)> {
    let mut timers = Vec::new();
    let open = incident.life.duties.iter().filter(|duty| duty.care.finished.is_none());
    for duty in open {
        let key = || duty.key.clone();
        if duty.care.late_at.is_none() {
            timers.extend(duty.due_at.map(|at| (at, Happening::Late { key: key() })));
            let warnings = duties::warnings(plan, duty);
            timers.extend(
                warnings
                    .into_iter()
                    .map(|(at, warning)| (at, Happening::Warned { key: key(), warning })),
            );
        }
        timers.extend(care(plan, &duty.key, &duty.care));
    }
    timers
}

fn care(plan: &Plan, key: &str, care: &Care) -> Vec<(Timestamp, Happening)> {
    let key = || key.to_owned();
    let mut timers = Vec::new();
    if let Some(chase) = care.chase {
        timers.push((chase.next_at, Happening::Asked { key: key(), rung: chase.rung }));
    }
    for repeating in &care.repeats {
        timers.push((repeating.next_at, Happening::Repeated { key: key(), row: repeating.row }));
    }
    if let (Some(mark), Some(valid)) = (&care.acknowledged, plan.activation.ack_valid) {
        timers.push((later(mark.at, valid), Happening::Lapsed { key: key() }));
    }
    timers
}
