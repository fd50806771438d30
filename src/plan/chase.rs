//! Who is asked in which order while something is not done: the holder, the deputy, then whoever
//! the plan's escalation names.
//!
//! A wait counts from when the step before was really asked, never from when it should have been:
//! after a night without power everybody still has their time to answer.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::clock::later;
use crate::model::{Care, Chase, Incident, Level, Plan};

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
    let patience = waits.iter().copied().find(SignedDuration::is_positive).unwrap_or(USUAL_WAIT);
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

/// The beginning of a ladder.
pub(super) fn begin(at: Timestamp) -> Chase {
    Chase { rung: 0, next_at: at }
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
