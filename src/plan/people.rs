//! What people do about the steps and duties of an incident: take, do, leave out, hand over.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Refusal;
use super::chase::{awaited, holder, restart, still_asked};
use super::life::{person, said};
use super::statement::{self, approvers, released};
use crate::model::{
    Care, Incident, IncidentState, Lesson, Mark, Plan, RoleKind, Skipping, Step, StepState,
};

/// Somebody is at it. Whoever stands in and takes a step holds it from then on. Whoever was asked with others, and
/// answers after one of them, says that they know of it, and takes it from nobody.
pub(super) fn acknowledge(
    plan: &Plan,
    incident: &mut Incident,
    key: &str,
    mark: Mark,
) -> Result<(), Refusal> {
    person(&mark)?;
    workable(incident, key)?;
    let by = mark.by.clone().unwrap_or_default();
    let taken = incident.care(key).is_some_and(|care| care.acknowledged.is_some());
    let joins = taken && awaited(plan, incident, key).contains(&by);
    care_mut(incident, key)?.heard.insert(by);
    if !joins {
        take(incident, key, mark)?;
    }
    let asked = incident.care(key).map(|care| still_asked(plan, incident, care));
    care_mut(incident, key)?.repeats = asked.unwrap_or_default();
    Ok(())
}

fn take(incident: &mut Incident, key: &str, mark: Mark) -> Result<(), Refusal> {
    let (person, backup) = holders_mut(incident, key)?;
    if mark.by.as_deref() == Some(backup.as_str()) {
        backup.clone_into(person);
    }
    if let Some(step) = incident.steps.iter_mut().find(|step| step.key == key) {
        step.state = StepState::Acknowledged;
    }
    let care = care_mut(incident, key)?;
    (care.acknowledged, care.chase) = (Some(mark), None);
    Ok(())
}

/// It is done.
pub(super) fn finish(
    plan: &Plan,
    incident: &mut Incident,
    key: &str,
    mark: Mark,
    evidence: Option<&str>,
) -> Result<(), Refusal> {
    person(&mark)?;
    workable(incident, key)?;
    let evidence = evidence.map(str::trim).filter(|text| !text.is_empty());
    let planned = plan.steps.iter().find(|planned| planned.key == key);
    if let Some(wanted) = planned.and_then(|planned| planned.evidence.as_deref())
        && !proves(wanted, evidence)
    {
        return Err(Refusal::Evidence { key: key.to_owned(), wanted: wanted.to_owned() });
    }
    released(plan, incident, key)?;
    if planned.is_some_and(|planned| planned.sets.as_deref() == Some("classified")) {
        incident.life.classified_at.get_or_insert(mark.at);
    }
    close(incident, key, StepState::Done, mark, evidence)
}

fn proves(wanted: &str, evidence: Option<&str>) -> bool {
    let is_url = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    evidence.is_some_and(|text| wanted != "url" || is_url(text))
}

/// It is left out. A duty is waived.
pub(super) fn skip(
    plan: &Plan,
    incident: &mut Incident,
    key: &str,
    mark: Mark,
    reason: &str,
) -> Result<(), Refusal> {
    said(&mark, reason)?;
    started(incident)?;
    unfinished(incident, key)?;
    may_leave_out(plan, incident, key, &mark)?;
    if let Some(duty) = incident.life.duties.iter_mut().find(|duty| duty.key == key) {
        duty.waived = true;
    }
    close(incident, key, StepState::Skipped, mark, Some(reason.trim()))
}

/// Whether the plan lets this person leave it out.
fn may_leave_out(plan: &Plan, incident: &Incident, key: &str, mark: &Mark) -> Result<(), Refusal> {
    let step = plan.steps.iter().find(|step| step.key == key);
    let deadline = plan.deadlines.iter().find(|deadline| deadline.key == key);
    let rule = step.map(|step| step.skip).or(deadline.map(|deadline| deadline.skip));
    match rule.unwrap_or_default() {
        Skipping::Anyone => Ok(()),
        Skipping::Command => commands(plan, incident, mark),
        Skipping::Never => Err(Refusal::Needed(key.to_owned())),
        Skipping::Accountable => {
            let role = step.and_then(|step| step.accountable.as_deref()).unwrap_or_default();
            let theirs = approvers(plan, incident, role);
            if mark.by.as_ref().is_some_and(|by| theirs.contains(by)) {
                return Ok(());
            }
            commands(plan, incident, mark).map_err(|refused| match refused {
                Refusal::Only(leaders) => {
                    Refusal::Only(theirs.into_iter().chain(leaders).collect())
                }
                other => other,
            })
        }
    }
}

fn close(
    incident: &mut Incident,
    key: &str,
    state: StepState,
    mark: Mark,
    note: Option<&str>,
) -> Result<(), Refusal> {
    if let Some(step) = incident.steps.iter_mut().find(|step| step.key == key) {
        step.state = state;
    }
    let care = care_mut(incident, key)?;
    (care.finished, care.chase) = (Some(mark), None);
    care.repeats.clear();
    care.note = note.map(str::to_owned);
    Ok(())
}

/// Somebody else takes over a step, a duty, or a role with all that is left of it. They have to
/// take it anew; its time does not begin anew.
pub(super) fn hand_over(
    plan: &Plan,
    incident: &mut Incident,
    key: &str,
    to: &str,
    now: Timestamp,
) -> Result<(), Refusal> {
    if !incident.state.is_open() && incident.state != IncidentState::StoodDown {
        return Err(Refusal::State(incident.state));
    }
    if plan.roles.contains_key(key) {
        incident.life.holders.insert(key.to_owned(), to.to_owned());
        let steps = incident.steps.iter_mut().filter(|step| step.role == key);
        for step in steps.filter(|step| step.state.is_unfinished()) {
            to.clone_into(&mut step.person);
            anew(step, now);
        }
        let duties = incident.life.duties.iter_mut().filter(|duty| duty.role == key);
        for duty in duties.filter(|duty| duty.care.finished.is_none()) {
            to.clone_into(&mut duty.person);
            renew(&mut duty.care, now);
        }
        statement::ask_anew(plan, incident, key, now);
        return Ok(());
    }
    unfinished(incident, key)?;
    let (person, _) = holders_mut(incident, key)?;
    to.clone_into(person);
    match incident.steps.iter_mut().find(|step| step.key == key) {
        Some(step) => anew(step, now),
        None => renew(care_mut(incident, key)?, now),
    }
    Ok(())
}

fn anew(step: &mut Step, now: Timestamp) {
    if step.state == StepState::Acknowledged {
        step.state = StepState::Due;
    }
    renew(&mut step.care, now);
}

/// A ladder that is under way goes on from its first rung, which is the new holder's.
fn renew(care: &mut Care, now: Timestamp) {
    care.acknowledged = None;
    let asked = care.chase.is_some() || care.late_at.is_some() || !care.repeats.is_empty();
    if asked && care.free_at.is_some() {
        restart(care, now);
    }
}

/// Nothing came of an acknowledgement.
pub(super) fn lapse(incident: &mut Incident, key: &str, now: Timestamp) -> Result<(), Refusal> {
    let late = Refusal::Time("lapsed");
    let care = care_mut(incident, key)?;
    if care.finished.is_some() || care.acknowledged.take().is_none() {
        return Err(late);
    }
    restart(care, now);
    if let Some(step) = incident.steps.iter_mut().find(|step| step.key == key) {
        step.state = StepState::Due;
    }
    Ok(())
}

/// Something was learned.
pub(super) fn learn(
    incident: &mut Incident,
    text: &str,
    owner: &str,
    due: Date,
    mark: &Mark,
) -> Result<(), Refusal> {
    if !matches!(incident.state, IncidentState::StoodDown | IncidentState::Reviewed) {
        return Err(Refusal::State(incident.state));
    }
    said(mark, text)?;
    let (text, owner) = (text.trim().to_owned(), owner.to_owned());
    incident.life.lessons.push(Lesson { text, owner, due });
    Ok(())
}

/// Whoever leads, or stands in for them; anybody where the plan names no command.
pub(super) fn commands(plan: &Plan, incident: &Incident, mark: &Mark) -> Result<(), Refusal> {
    let roles = plan.roles.iter().filter(|(_, role)| role.kind == RoleKind::Command);
    let leaders: Vec<String> = roles
        .flat_map(|(key, role)| [holder(plan, incident, key), Some(role.backup.clone())])
        .flatten()
        .collect();
    let leads = mark.by.as_ref().is_some_and(|by| leaders.contains(by));
    if leads || leaders.is_empty() { Ok(()) } else { Err(Refusal::Only(leaders)) }
}

/// How the step or duty of this key is looked after.
pub(super) fn care_mut<'i>(incident: &'i mut Incident, key: &str) -> Result<&'i mut Care, Refusal> {
    let step = incident.steps.iter_mut().find(|step| step.key == key).map(|step| &mut step.care);
    let duties = &mut incident.life.duties;
    step.or_else(|| duties.iter_mut().find(|duty| duty.key == key).map(|duty| &mut duty.care))
        .ok_or_else(|| Refusal::Unknown(key.to_owned()))
}

/// When the step or duty of this key is due.
pub(super) fn due_of(incident: &Incident, key: &str) -> Option<Timestamp> {
    let step = incident.steps.iter().find(|step| step.key == key);
    let duty = || incident.life.duties.iter().find(|duty| duty.key == key);
    step.map_or_else(|| duty().and_then(|duty| duty.due_at), |step| step.due_at)
}

/// Whether anybody can do it now.
pub(super) fn is_free(incident: &Incident, key: &str) -> bool {
    let step = incident.steps.iter().find(|step| step.key == key);
    step.is_none_or(|step| step.state != StepState::Waiting)
}

fn holders_mut<'i>(
    incident: &'i mut Incident,
    key: &str,
) -> Result<(&'i mut String, &'i String), Refusal> {
    let step = incident.steps.iter_mut().find(|step| step.key == key);
    if let Some(step) = step {
        return Ok((&mut step.person, &step.backup));
    }
    let duty = incident.life.duties.iter_mut().find(|duty| duty.key == key);
    let duty = duty.ok_or_else(|| Refusal::Unknown(key.to_owned()))?;
    Ok((&mut duty.person, &duty.backup))
}

/// Something can be done about what it asks for.
pub(super) fn started(incident: &Incident) -> Result<(), Refusal> {
    if incident.takes_work() { Ok(()) } else { Err(Refusal::State(incident.state)) }
}

fn workable(incident: &Incident, key: &str) -> Result<(), Refusal> {
    started(incident)?;
    unfinished(incident, key)?;
    if is_free(incident, key) {
        Ok(())
    } else {
        Err(Refusal::Step { key: key.to_owned(), state: StepState::Waiting })
    }
}

fn unfinished(incident: &Incident, key: &str) -> Result<(), Refusal> {
    if let Some(step) = incident.steps.iter().find(|step| step.key == key) {
        let (key, state) = (key.to_owned(), step.state);
        return if state.is_unfinished() { Ok(()) } else { Err(Refusal::Step { key, state }) };
    }
    let duty = incident.life.duties.iter().find(|duty| duty.key == key);
    let duty = duty.ok_or_else(|| Refusal::Unknown(key.to_owned()))?;
    let state = if duty.waived { StepState::Skipped } else { StepState::Done };
    match duty.care.finished {
        None => Ok(()),
        Some(_) => Err(Refusal::Step { key: key.to_owned(), state }),
    }
}
