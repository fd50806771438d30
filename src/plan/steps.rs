//! The steps of an incident: opened with the level, freed by those before them, withdrawn when
//! the level falls.

use jiff::Timestamp;

use super::chase::{begin, holder};
use super::clock::later;
use crate::model::{Care, Incident, Level, Plan, PlanStep, Step, StepState};

/// Opens the steps up to the level that are not there yet, and asks again for those that were
/// withdrawn. Their time counts from `now`, once the plan runs: what opens later has its full time.
pub(super) fn open(plan: &Plan, incident: &mut Incident, now: Timestamp) {
    let running = incident.state.is_running();
    for planned in up_to(plan, incident.level) {
        let due_at = running.then(|| later(now, planned.due));
        match incident.steps.iter_mut().find(|step| step.key == planned.key) {
            None => {
                let step = Step { due_at, ..proposed(plan, incident, planned) };
                incident.steps.push(step);
            }
            Some(step) if step.state == StepState::Withdrawn => {
                (step.due_at, step.state, step.care) =
                    (due_at, StepState::Waiting, Care::default());
            }
            Some(_) => {}
        }
    }
    free(plan, incident, now);
}

/// Gives every step its time when the plan starts.
pub(super) fn start(plan: &Plan, incident: &mut Incident, now: Timestamp) {
    for step in incident.steps.iter_mut().filter(|step| step.state.is_unfinished()) {
        let planned = plan.steps.iter().find(|planned| planned.key == step.key);
        step.due_at = planned.map(|planned| later(now, planned.due));
        if step.state == StepState::Due {
            step.state = StepState::Waiting; // freed below, with its clock
        }
    }
    free(plan, incident, now);
}

/// Frees the steps whose predecessors are done or left out. One that is not in the incident holds
/// up nobody: the lint refuses such plans, and a level may have fallen.
pub(super) fn free(plan: &Plan, incident: &mut Incident, now: Timestamp) {
    let running = incident.state.is_running();
    let holding: Vec<String> = incident
        .steps
        .iter()
        .filter(|step| !step.state.frees())
        .map(|step| step.key.clone())
        .collect();
    for step in incident.steps.iter_mut().filter(|step| step.state == StepState::Waiting) {
        let Some(planned) = plan.steps.iter().find(|planned| planned.key == step.key) else {
            continue;
        };
        if planned.after.iter().any(|before| holding.contains(before)) {
            continue;
        }
        step.state = StepState::Due;
        if running {
            step.care.free_at = Some(now);
            step.care.chase = match (step.care.late_at, planned.ack_within) {
                (Some(_), _) => Some(begin(now)),
                (None, Some(wait)) => Some(begin(later(now, wait))),
                (None, None) => None,
            };
        }
    }
}

/// Takes back what only higher levels ask for and nobody has begun.
pub(super) fn withdraw(plan: &Plan, incident: &mut Incident, level: Level) {
    let above = |key: &str| {
        plan.steps.iter().any(|planned| planned.key == key && planned.from_level > level)
    };
    for step in &mut incident.steps {
        let untouched = matches!(step.state, StepState::Waiting | StepState::Due);
        if untouched && above(&step.key) {
            (step.state, step.care) = (StepState::Withdrawn, Care::default());
        }
    }
}

fn up_to(plan: &Plan, level: Level) -> impl Iterator<Item = &PlanStep> {
    plan.steps.iter().filter(move |step| step.from_level <= level)
}

fn proposed(plan: &Plan, incident: &Incident, planned: &PlanStep) -> Step {
    let role = plan.roles.get(&planned.role);
    Step {
        key: planned.key.clone(),
        title: planned.title.clone(),
        role: planned.role.clone(),
        person: holder(plan, incident, &planned.role).unwrap_or_default(),
        backup: role.map(|role| role.backup.clone()).unwrap_or_default(),
        due_at: None,
        state: StepState::Waiting,
        care: Care::default(),
    }
}
