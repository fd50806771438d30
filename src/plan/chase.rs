//! Who is asked in which order while something is not done: the holder, the deputy, then whoever
//! the plan's escalation names. Rows that want everybody's answer go on asking those who gave none.
//!
//! A wait counts from when the step before was really asked, never from when it should have been:
//! after a night without power everybody still has their time to answer.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::clock::later;
use crate::model::{Care, Chase, EscalationStep, Incident, Level, Plan, Repeating};

/// Time that the holder has, where the plan's escalation names no wait.
const USUAL_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// One step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Time since the ladder began.
    pub after: SignedDuration,
    /// Who is asked.
    pub whom: Whom,
}

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Whoever is to do it.
    Holder,
    /// Whoever stands in for them.
    Deputy,
    /// Roles of the plan (`role` or `role:backup`), over channels of the plan.
    Roles {
        /// Roles.
        notify: Vec<String>,
        /// Channels.
        via: Vec<String>,
    },
}

/// The ladder of a plan at a level: after the deputy the rows of `[escalation]`, those of one wait
/// together, in the order of their waits.
#[must_use]
pub fn ladder(plan: &Plan, level: Level) -> Vec<Rung> {
    let rows = || plan.escalation.iter().filter(|row| row.from_level <= level);
    let waits: BTreeSet<SignedDuration> = rows().map(|row| row.wait).collect();
    let patience = patience(rows());
    let mut rungs = vec![
        Rung { after: SignedDuration::ZERO, whom: Whom::Holder },
        Rung { after: patience, whom: Whom::Deputy },
    ];
    let base = patience.saturating_add(patience);
    for wait in waits {
        let group = || rows().filter(move |row| row.wait == wait);
        let each = |texts: Vec<&String>| {
            let mut seen = BTreeSet::new();
            texts.into_iter().filter(|text| seen.insert(*text)).cloned().collect()
        };
        let notify = each(group().flat_map(|row| &row.notify).collect());
        let via = each(group().flat_map(|row| &row.via).collect());
        rungs.push(Rung { after: base.saturating_add(wait), whom: Whom::Roles { notify, via } });
    }
    rungs
}

/// The time that somebody who is asked at a level has before others are.
pub(super) fn wait(plan: &Plan, level: Level) -> SignedDuration {
    patience(plan.escalation.iter().filter(|row| row.from_level <= level))
}

/// The beginning of a ladder.
pub(super) fn begin(at: Timestamp) -> Chase {
    Chase { rung: 0, next_at: at }
}

/// Begins the ladder anew: who answered before has to answer again.
pub(super) fn restart(care: &mut Care, at: Timestamp) {
    (care.chase, care.repeats) = (Some(begin(at)), Vec::new());
    care.heard.clear();
}

/// The rows of a rung that go on asking: because they want everybody's answer, or are repeated while
/// nobody answers.
fn going_on(plan: &Plan, level: Level, rung: u32) -> Vec<u32> {
    let rows = || (0..).zip(&plan.escalation).filter(|(_, row)| row.from_level <= level);
    let waits: BTreeSet<SignedDuration> = rows().map(|(_, row)| row.wait).collect();
    let behind = rung.checked_sub(2).and_then(|rung| usize::try_from(rung).ok());
    let wait = behind.and_then(|behind| waits.into_iter().nth(behind));
    let of_rung = rows().filter(|(_, row)| Some(row.wait) == wait);
    let goes_on = |row: &EscalationStep| {
        (row.ack_all || row.repeat_every.is_some()) && row.repeat_max != Some(0)
    };
    of_rung.filter(|(_, row)| goes_on(row)).map(|(at, _)| at).collect()
}

/// When a row is asked again that is asked now. Without a time of its own it has that of the ladder.
fn again(plan: &Plan, row: &EscalationStep, now: Timestamp) -> Timestamp {
    let every = row.repeat_every.unwrap_or_else(|| patience(&plan.escalation));
    later(now, every.max(SignedDuration::from_secs(1)))
}

/// A row of the escalation.
#[must_use]
pub fn row_of(plan: &Plan, row: u32) -> Option<&EscalationStep> {
    plan.escalation.get(usize::try_from(row).ok()?)
}

/// People of a row who have not acknowledged something, by id. Whoever stands in for a role answers for it.
#[must_use]
pub fn unheard(
    plan: &Plan,
    incident: &Incident,
    row: u32,
    heard: &BTreeSet<String>,
) -> Vec<String> {
    let roles = row_of(plan, row).map(|row| row.notify.as_slice()).unwrap_or_default();
    let silent = roles.iter().filter(|role| {
        let backup = plan.roles.get(role.as_str()).map(|role| role.backup.clone());
        let mut answering = holder(plan, incident, role).into_iter().chain(backup);
        !answering.any(|person| heard.contains(&person))
    });
    let people: BTreeSet<String> = silent.filter_map(|role| holder(plan, incident, role)).collect();
    people.into_iter().filter(|id| !id.is_empty()).collect()
}

/// People who are still asked to acknowledge something, though somebody has taken it.
#[must_use]
pub fn awaited(plan: &Plan, incident: &Incident, key: &str) -> Vec<String> {
    let Some(care) = incident.care(key) else { return Vec::new() };
    let rows = care.repeats.iter().filter(|it| row_of(plan, it.row).is_some_and(|row| row.ack_all));
    let people = rows.flat_map(|it| unheard(plan, incident, it.row, &care.heard));
    people.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Rows that still ask once some have answered: those that want everybody's answer and lack one's.
pub(super) fn still_asked(plan: &Plan, incident: &Incident, care: &Care) -> Vec<Repeating> {
    let asks = |it: &&Repeating| {
        let all = row_of(plan, it.row).is_some_and(|row| row.ack_all);
        all && !unheard(plan, incident, it.row, &care.heard).is_empty()
    };
    care.repeats.iter().filter(asks).copied().collect()
}

/// The care once people of a row have been asked again; none if it is not their time.
pub(super) fn repeated(plan: &Plan, row: u32, care: &mut Care, now: Timestamp) -> Option<()> {
    let planned = row_of(plan, row)?;
    let found = care.repeats.iter().position(|it| it.row == row && it.next_at <= now)?;
    let repeating = care.repeats.get_mut(found)?;
    repeating.times = repeating.times.saturating_add(1);
    repeating.next_at = again(plan, planned, now);
    if planned.repeat_max.is_some_and(|most| repeating.times >= most) {
        care.repeats.remove(found);
    }
    care.asked = care.asked.saturating_add(1);
    Some(())
}

/// The care once the people of a rung have been asked.
pub(super) fn asked(plan: &Plan, level: Level, rung: u32, care: &mut Care, now: Timestamp) {
    let ladder = ladder(plan, level);
    let at = |rung: u32| ladder.get(usize::try_from(rung).unwrap_or(usize::MAX));
    care.asked = care.asked.saturating_add(1);
    care.escalated |= at(rung).is_some_and(|rung| matches!(rung.whom, Whom::Roles { .. }));
    care.chase = at(rung).zip(at(rung.saturating_add(1))).map(|(this, next)| Chase {
        rung: rung.saturating_add(1),
        next_at: later(now, next.after.saturating_sub(this.after)),
    });
    for row in going_on(plan, level, rung) {
        care.repeats.retain(|it| it.row != row);
        care.repeats.extend(row_of(plan, row).map(|planned| Repeating {
            row,
            times: 0,
            next_at: again(plan, planned, now),
        }));
    }
}

/// The shortest wait of an escalation.
fn patience<'r>(rows: impl IntoIterator<Item = &'r EscalationStep>) -> SignedDuration {
    let waits = rows.into_iter().map(|row| row.wait).filter(SignedDuration::is_positive);
    waits.min().unwrap_or(USUAL_WAIT)
}

/// The person who holds a role now: whoever it was handed over to, else whom the plan names.
#[must_use]
pub fn holder(plan: &Plan, incident: &Incident, role: &str) -> Option<String> {
    let (key, backup) = role.strip_suffix(":backup").map_or((role, false), |key| (key, true));
    let planned = plan.roles.get(key)?;
    if backup {
        return Some(planned.backup.clone());
    }
    Some(incident.life.holders.get(key).unwrap_or(&planned.primary).clone())
}
