//! Steps and deadlines against each other: nothing waits in a circle, for a step that may never
//! be opened, or for one that is due later; every clock is started by somebody.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::plans::build::anchor;
use crate::config::plans::raw::{RawDeadline, RawPlan, RawStep, Text};
use crate::config::plans::report::Report;
use crate::model::{Anchor, PlanDuration};

/// Rules L06, L07 and L10.
pub fn lint(raw: &RawPlan, report: &mut Report<'_>) {
    let steps: BTreeMap<&str, &RawStep> =
        raw.step.iter().map(|step| (step.key.get_ref().as_str(), step)).collect();
    for step in &raw.step {
        for before in &step.after {
            match steps.get(before.get_ref().as_str()) {
                None => report.unknown(before, "L06", "step", steps.keys().copied()),
                Some(first) => pair(step, first, before, report),
            }
        }
        sets(step, report);
    }
    cycles(raw, &steps, report);
    for deadline in &raw.deadline {
        let limits = deadline.not_after.as_ref().map(|limit| &limit.anchor);
        for text in std::iter::once(&deadline.anchor).chain(limits) {
            started(deadline, text, raw, report);
        }
    }
}

fn pair(step: &RawStep, first: &RawStep, place: &Text, report: &mut Report<'_>) {
    if first.from_level > step.from_level {
        let what = format!(
            "L06 `{}` waits for `{}`, which opens only at {}",
            step.key.get_ref(),
            place.get_ref(),
            first.from_level
        );
        report.error(place.span(), what, "lower the level of the one or raise that of the other");
    }
    let due = |text: &Text| match PlanDuration::parse(text.get_ref()) {
        Some(PlanDuration::Clock(duration)) => Some(duration),
        _ => None,
    };
    if let (Some(own), Some(before)) = (due(&step.due), due(&first.due))
        && own < before
    {
        let what = format!(
            "L07 due {} but waits for `{}`, due {}",
            step.due.get_ref(),
            place.get_ref(),
            first.due.get_ref()
        );
        report.error(step.due.span(), what, "give it at least the time of what it waits for");
    }
}

fn sets(step: &RawStep, report: &mut Report<'_>) {
    if let Some(clock) = &step.sets
        && clock.get_ref() != "classified"
    {
        let what = format!("L10 a step cannot set `{}`", clock.get_ref());
        report.error(clock.span(), what, "write \"classified\", or anchor on step:KEY");
    }
}

/// Takes away, round by round, the steps that wait for nothing that is left; what stays waits in
/// a circle (Kahn 1962), or for one.
fn cycles(raw: &RawPlan, steps: &BTreeMap<&str, &RawStep>, report: &mut Report<'_>) {
    let mut open: BTreeSet<&str> = steps.keys().copied().collect();
    loop {
        let free: Vec<&str> = open
            .iter()
            .copied()
            .filter(|key| {
                steps.get(key).is_none_or(|step| {
                    !step.after.iter().any(|before| open.contains(before.get_ref().as_str()))
                })
            })
            .collect();
        if free.is_empty() {
            break;
        }
        for key in free {
            open.remove(key);
        }
    }
    for step in raw.step.iter().filter(|step| open.contains(step.key.get_ref().as_str())) {
        let what = format!("L06 `{}` waits in a circle", step.key.get_ref());
        report.error(step.key.span(), what, "remove one of the `after` of the circle");
    }
}

/// Whether something of the plan, at the deadline's level or below, starts its clock.
fn started(deadline: &RawDeadline, text: &Text, raw: &RawPlan, report: &mut Report<'_>) {
    let level = deadline.from_level;
    let starts = match anchor(text.get_ref()) {
        None => return, // reported where it was read
        Some(Anchor::Detected | Anchor::Aware | Anchor::Activated) => true,
        Some(Anchor::Classified) => raw.step.iter().any(|step| {
            step.from_level <= level
                && step.sets.as_ref().is_some_and(|clock| clock.get_ref() == "classified")
        }),
        Some(Anchor::Step(key)) => {
            raw.step.iter().any(|step| step.from_level <= level && *step.key.get_ref() == key)
        }
        Some(Anchor::Deadline(key)) => raw
            .deadline
            .iter()
            .take_while(|earlier| earlier.key.get_ref() != deadline.key.get_ref())
            .any(|earlier| earlier.from_level <= level && *earlier.key.get_ref() == key),
    };
    if !starts {
        let what = format!("L10 nothing starts `{}` by level {level}", text.get_ref());
        let remedy = "a step (`sets = \"classified\"` for that clock) or a deadline further up, \
                      of this level or a lower one, must start it";
        report.error(text.span(), what, remedy);
    }
}
