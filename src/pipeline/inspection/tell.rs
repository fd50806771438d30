//! Who is told of what the inspection found: those whom a route about plans names, whoever keeps the plan, and whose
//! lesson it is; what each should see to in one message.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Inspected;
use crate::config::Config;
use crate::decide::{self, Address};
use crate::model::{NoticeBody, PlanFinding, PlansNotice};
use crate::pipeline::outbox;
use crate::plan;
use crate::store::plan_findings::{self, Known};
use crate::store::{StoreError, Transaction};

/// What lasts is told again weekly; half a day less, so that a look some seconds earlier does not make it eight days.
const AGAIN: SignedDuration = SignedDuration::from_hours(7 * 24 - 12);

/// Tells what is new, and what was told a week ago, with all else that its reader should see to; forgets what was seen to.
/// Answers how many messages that makes.
///
/// # Errors
/// As the store's.
pub fn tell_keepers(
    tx: &mut dyn Transaction,
    config: &Config,
    found: &[Inspected],
    now: Timestamp,
) -> Result<usize, StoreError> {
    let known: BTreeMap<String, Known> =
        plan_findings::all(tx)?.into_iter().map(|known| (known.key.clone(), known)).collect();
    let keys: Vec<String> = found.iter().map(key).collect();
    for gone in known.keys().filter(|key| !keys.contains(key)) {
        plan_findings::forget(tx, gone)?;
    }
    let is_due = |n: usize| {
        let known = keys.get(n).and_then(|key| known.get(key));
        known.is_none_or(|known| now.duration_since(known.told_at) >= AGAIN)
    };
    let addressed = found.iter().map(|found| keepers(config, found, now));
    let (mut messages, mut told) = (0, Vec::new());
    for (numbers, addresses) in outbox::mailing(addressed) {
        let due: Vec<&String> =
            numbers.iter().filter(|n| is_due(**n)).filter_map(|n| keys.get(*n)).collect();
        if due.is_empty() {
            continue;
        }
        let items = numbers.iter().filter_map(|n| Some((found.get(*n)?, keys.get(*n)?)));
        let items = items.map(|(found, key)| item(config, found, known.get(key), now)).collect();
        let notice = outbox::notice(config, now, NoticeBody::Plans(notice(items)));
        let occasion = now.as_millisecond().to_string();
        messages += outbox::enqueue(tx, &notice, &occasion, &addresses)?;
        told.extend(due);
    }
    for key in told {
        plan_findings::told(tx, key, now)?;
    }
    if messages == 0 && (0..found.len()).any(is_due) {
        let remedy = "write a [[route]] with `about = \"plans\"`";
        tracing::warn!(remedy, "nobody can be told of what the inspection of the plans finds");
    }
    Ok(messages)
}

/// What names a finding for as long as it lasts.
fn key(found: &Inspected) -> String {
    let plan = found.plan.as_deref().unwrap_or_default();
    format!("{plan}\n{}\n{}", found.trouble.rule(), found.trouble.subject())
}

fn keepers(config: &Config, found: &Inspected, now: Timestamp) -> Vec<Address> {
    let plan = config.plans.iter().find(|plan| Some(&plan.id) == found.plan.as_ref());
    let holder = plan.and_then(|plan| {
        let role = plan::on_duty(plan, &config.calendars, now).roles.remove(&plan.owner)?;
        Some(role.primary)
    });
    let people: Vec<String> =
        holder.into_iter().chain(found.trouble.owner().map(str::to_owned)).collect();
    decide::keepers(config, found.plan.as_deref(), &people)
}

fn item(config: &Config, found: &Inspected, known: Option<&Known>, now: Timestamp) -> PlanFinding {
    let plan = config.plans.iter().find(|plan| Some(&plan.id) == found.plan.as_ref());
    PlanFinding {
        plan_id: found.plan.clone(),
        plan: plan.map(|plan| plan.title.clone()),
        rule: found.trouble.rule().to_owned(),
        trouble: found.trouble.clone(),
        place: plan.map(|_| format!("{}:{}", found.finding.file, found.finding.line)),
        since: known.map_or(now, |known| known.since),
        new: known.is_none(),
    }
}

fn notice(mut findings: Vec<PlanFinding>) -> PlansNotice {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let total = findings.len();
    let new = findings.iter().filter(|finding| finding.new).count();
    findings.sort_by_key(|finding| !finding.new);
    findings.truncate(PlansNotice::SHOWN);
    PlansNotice {
        more: count(total - findings.len()),
        total: count(total),
        new: count(new),
        findings,
    }
}
