//! The life of an incident: proposed, active, raised. Every wait becomes an absolute time once,
//! so that a restart changes nothing.

use jiff::{SignedDuration, Timestamp};

use crate::model::{
    ActivationMode, AlertId, Incident, IncidentId, IncidentState, Level, Plan, PlanStep, Step,
    StepState, StoryId,
};

/// What set an incident off.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// As people will call it, e.g. `INC-2026-0007`; the store counts them.
    pub number: String,
    /// Headline of the story.
    pub title: String,
    /// Risk category that held.
    pub category: String,
    /// Level that the plan gives.
    pub level: Level,
    /// The topic that is at stake.
    pub topic_id: String,
    /// The story.
    pub story_id: StoryId,
    /// The alert on it.
    pub alert_id: AlertId,
    /// First article of the story.
    pub detected_at: Timestamp,
}

/// Opens an incident under the plan: at once active if the plan starts by itself (always, or at
/// red), else proposed until `confirm_by`.
#[must_use]
pub fn open(plan: &Plan, origin: Origin, now: Timestamp) -> Incident {
    let level = origin.level;
    let proposed = Incident {
        id: IncidentId::new(),
        number: origin.number,
        plan_id: plan.id.clone(),
        plan_hash: plan.hash.clone(),
        title: origin.title,
        category: origin.category,
        state: IncidentState::Proposed,
        level,
        topic_id: origin.topic_id,
        story_id: origin.story_id,
        alert_id: origin.alert_id,
        detected_at: origin.detected_at,
        opened_at: now,
        confirm_by: Some(after(now, plan.activation.confirm_within)),
        activated_at: None,
        steps: steps_up_to(plan, level).map(|step| proposed_step(plan, step)).collect(),
    };
    let at_once = plan.activation.mode == ActivationMode::Automatic
        || (level == Level::Red && plan.activation.red_without_confirm);
    if at_once { Incident { confirm_by: None, ..activate(&proposed, plan, now) } } else { proposed }
}

/// Whether a proposal has waited long enough to start by itself.
#[must_use]
pub fn confirm_overdue(incident: &Incident, now: Timestamp) -> bool {
    incident.state == IncidentState::Proposed && incident.confirm_by.is_some_and(|by| by <= now)
}

/// The incident with its plan started: due times count from `now`. One that is not proposed stays
/// as it is.
#[must_use]
pub fn activate(incident: &Incident, plan: &Plan, now: Timestamp) -> Incident {
    let mut active = incident.clone();
    if active.state != IncidentState::Proposed {
        return active;
    }
    active.state = IncidentState::Active;
    active.activated_at = Some(now);
    for step in &mut active.steps {
        let due = plan.steps.iter().find(|planned| planned.key == step.key);
        step.due_at = due.map(|planned| after(now, planned.due));
    }
    active
}

/// The steps that `level` adds to the incident; none that it has already. In an active incident
/// they count from `now`: what opens later has its full time.
#[must_use]
pub fn raise(incident: &Incident, plan: &Plan, level: Level, now: Timestamp) -> Vec<Step> {
    let known = |key: &str| incident.steps.iter().find(|step| step.key == key);
    let done = |key: &String| known(key).is_some_and(|step| step.state == StepState::Done);
    let active = incident.state == IncidentState::Active;
    steps_up_to(plan, level)
        .filter(|planned| known(&planned.key).is_none())
        .map(|planned| Step {
            due_at: active.then(|| after(now, planned.due)),
            state: state(planned.after.iter().all(done)),
            ..proposed_step(plan, planned)
        })
        .collect()
}

fn steps_up_to(plan: &Plan, level: Level) -> impl Iterator<Item = &PlanStep> {
    plan.steps.iter().filter(move |step| step.from_level <= level)
}

fn proposed_step(plan: &Plan, step: &PlanStep) -> Step {
    let role = plan.roles.get(&step.role);
    Step {
        key: step.key.clone(),
        title: step.title.clone(),
        role: step.role.clone(),
        person: role.map(|role| role.primary.clone()).unwrap_or_default(),
        backup: role.map(|role| role.backup.clone()).unwrap_or_default(),
        due_at: None,
        state: state(step.after.is_empty()),
    }
}

fn state(free: bool) -> StepState {
    if free { StepState::Due } else { StepState::Waiting }
}

/// Plans name at most ten years; at the end of time the clock stands still.
fn after(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
