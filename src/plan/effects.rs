//! Whom an event of an incident concerns, and over which channels they are told.

use std::collections::BTreeSet;

use super::chase::{Whom, holder, ladder, row_of, unheard};
use super::statement::{approvers, message_of, statement};
use crate::model::{Happening, Incident, IncidentEvent, Plan, RoleKind};

/// An event is to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// People, by id.
    pub people: BTreeSet<String>,
    /// Channels of the plan: those for mail reach the people, rooms are told once. Without one for
    /// mail the people are written to over the first that there is.
    pub via: Vec<String>,
}

#[derive(Clone, Copy)]
enum To {
    /// The person who is to do it.
    Holder,
    /// The person who stands in.
    Deputy,
    /// Whoever leads.
    Command,
}

/// Whom an event concerns; none if it is told to nobody.
///
/// `before` and `after` are the incident on both sides of the event. That an incident was opened
/// or raised by the news is told by the alert, and concerns nobody here.
#[must_use]
pub fn effects(
    plan: &Plan,
    before: &Incident,
    event: &IncidentEvent,
    after: &Incident,
) -> Option<Effect> {
    match &event.what {
        Happening::Activated { .. } | Happening::StoodDown { .. } | Happening::Reopened { .. } => {
            Some(everybody(plan, after))
        }
        Happening::Rejected { .. } | Happening::Cancelled { .. } => Some(everybody(plan, before)),
        Happening::Raised { .. } | Happening::Lowered { .. } if event.by.is_some() => {
            Some(everybody(plan, after))
        }
        Happening::Asked { key, rung } => asked(plan, after, key, *rung),
        Happening::Repeated { key, row } => {
            let heard = after.care(key).map(|care| &care.heard)?;
            let people: BTreeSet<String> = unheard(plan, after, *row, heard).into_iter().collect();
            let via = row_of(plan, *row)?.via.clone();
            (!people.is_empty()).then_some(Effect { people, via })
        }
        Happening::Warned { key, .. } => Some(people(plan, after, key, &[To::Holder, To::Deputy])),
        Happening::Late { key } => {
            let command = people(plan, after, key, &[To::Command]);
            let is_duty = after.life.duties.iter().any(|duty| duty.key == *key);
            let people = if is_duty { command.people } else { answers_for(plan, after, key) };
            Some(Effect { people, via: rooms(plan, after) })
        }
        Happening::HandedOver { key, to, .. } => {
            let mut told = BTreeSet::from([to.clone()]);
            told.extend(holder_of(before, key));
            told.extend(before.life.holders.get(key).cloned());
            told.extend(plan.roles.get(key).map(|role| role.primary.clone()));
            Some(Effect { people: told, via: Vec::new() })
        }
        Happening::Drafted { key, .. } => {
            let standing = statement(plan, after, key)?;
            let asked = standing.missing.iter().flat_map(|role| approvers(plan, after, role));
            let people: BTreeSet<String> = asked.collect();
            (!people.is_empty()).then(|| Effect { people, via: Vec::new() })
        }
        Happening::Unapproved { key } => {
            let standing = statement(plan, after, key)?;
            let asked = standing.missing.iter().flat_map(|role| approvers(plan, after, role));
            let mut told = Effect { people: asked.collect(), via: Vec::new() };
            // Who was asked twice in vain may be away: whoever leads can hand the role over.
            if standing.draft.is_some_and(|draft| draft.times > 1) {
                told.people.extend(people(plan, after, "", &[To::Command]).people);
            }
            (!told.people.is_empty()).then_some(told)
        }
        Happening::Approved { key, .. } => {
            let released = statement(plan, after, key)?.missing.is_empty();
            let people = users(plan, after, key);
            (released && !people.is_empty()).then(|| Effect { people, via: Vec::new() })
        }
        Happening::Reported { .. } => {
            let to = plan.sitrep.iter().flat_map(|sitrep| &sitrep.to);
            let people = to.filter_map(|role| holder(plan, after, role)).collect();
            Some(Effect { people, via: rooms(plan, after) })
        }
        Happening::ReviewDue => {
            let mut told = people(plan, after, "", &[To::Command]);
            told.people.extend(holder(plan, after, &plan.owner));
            Some(told)
        }
        _ => None,
    }
}

fn asked(plan: &Plan, incident: &Incident, key: &str, rung: u32) -> Option<Effect> {
    let rung = ladder(plan, incident.level).into_iter().nth(usize::try_from(rung).ok()?)?;
    Some(match rung.whom {
        Whom::Holder => people(plan, incident, key, &[To::Holder]),
        // The holder sees that somebody else is asked.
        Whom::Deputy => people(plan, incident, key, &[To::Deputy, To::Holder]),
        Whom::Roles { notify, via } => Effect {
            people: notify.iter().filter_map(|role| holder(plan, incident, role)).collect(),
            via,
        },
    })
}

/// Whoever holds a role, and everybody who has something to do; over all channels of the level.
#[must_use]
pub fn everybody(plan: &Plan, incident: &Incident) -> Effect {
    let mut people: BTreeSet<String> =
        incident.steps.iter().map(|step| step.person.clone()).collect();
    people.extend(incident.life.duties.iter().map(|duty| duty.person.clone()));
    people.extend(plan.roles.keys().filter_map(|role| holder(plan, incident, role)));
    people.retain(|id| !id.is_empty());
    Effect { people, via: rooms(plan, incident) }
}

fn people(plan: &Plan, incident: &Incident, key: &str, whom: &[To]) -> Effect {
    let mut people = BTreeSet::new();
    for to in whom {
        match to {
            To::Holder => people.extend(holder_of(incident, key)),
            To::Deputy => people.extend(deputy_of(incident, key)),
            To::Command => {
                let roles = plan.roles.iter().filter(|(_, role)| role.kind == RoleKind::Command);
                people.extend(roles.filter_map(|(key, _)| holder(plan, incident, key)));
            }
        }
    }
    people.retain(|id| !id.is_empty());
    Effect { people, via: Vec::new() }
}

/// Whoever answers for a step, and is told of it.
fn answers_for(plan: &Plan, incident: &Incident, key: &str) -> BTreeSet<String> {
    let step = plan.steps.iter().filter(|step| step.key == key);
    let roles = step.flat_map(|step| step.accountable.iter().chain(&step.inform));
    roles.filter_map(|role| holder(plan, incident, role)).collect()
}

/// Who waits for a text: whoever drafted it, and who holds what uses it.
fn users(plan: &Plan, incident: &Incident, message: &str) -> BTreeSet<String> {
    let uses = |key: &str| message_of(plan, key) == Some(message);
    let steps = incident.steps.iter().filter(|step| step.state.is_unfinished());
    let steps = steps.filter(|step| uses(&step.key)).map(|step| step.person.clone());
    let duties = incident.life.duties.iter().filter(|duty| duty.care.finished.is_none());
    let duties = duties.filter(|duty| uses(&duty.key)).map(|duty| duty.person.clone());
    let draft = incident.statement(message).and_then(|draft| draft.drafted.by.clone());
    steps.chain(duties).chain(draft).filter(|id| !id.is_empty()).collect()
}

fn holder_of(incident: &Incident, key: &str) -> Option<String> {
    let step = incident.steps.iter().find(|step| step.key == key);
    let duty = || incident.life.duties.iter().find(|duty| duty.key == key);
    step.map(|step| step.person.clone()).or_else(|| duty().map(|duty| duty.person.clone()))
}

fn deputy_of(incident: &Incident, key: &str) -> Option<String> {
    let step = incident.steps.iter().find(|step| step.key == key);
    let duty = || incident.life.duties.iter().find(|duty| duty.key == key);
    step.map(|step| step.backup.clone()).or_else(|| duty().map(|duty| duty.backup.clone()))
}

/// The channels that the plan's escalation names up to the level.
fn rooms(plan: &Plan, incident: &Incident) -> Vec<String> {
    let rows = plan.escalation.iter().filter(|row| row.from_level <= incident.level);
    let mut seen = BTreeSet::new();
    rows.flat_map(|row| &row.via).filter(|via| seen.insert(*via)).cloned().collect()
}
