//! Tells operators how the sources are: gathers changes of health for a while and makes one message
//! of them, so that an outage is one message and a blink none.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::{Pipeline, complaints, outbox};
use crate::config::Config;
use crate::decide::{self, HealthChange};
use crate::model::{
    Health, HealthEvent, HealthEventId, NoticeBody, Source, SourceChange, SourcesNotice,
};
use crate::store::{StoreError, Transaction, health};

/// How often it looks. Events are rows, so that nothing is missed by sleeping or a restart.
const LOOK: Duration = Duration::from_secs(1);

/// Looks until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    loop {
        match look(&pipeline).await {
            Ok(0) => {}
            Ok(messages) => {
                tracing::info!(messages, "changes of sources' health are told");
                pipeline.wake.deliveries.notify_one();
            }
            Err(error) => tracing::error!(%error, "changes of health could not be told yet"),
        }
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(pipeline: &Pipeline) -> Result<usize, StoreError> {
    let (live, now) = (pipeline.snapshot(), Timestamp::now());
    let ripe = now - live.config.collect.health_group;
    if pipeline.store.read(move |tx| Ok(health::untold(tx, ripe)?.is_empty())).await? {
        return Ok(0);
    }
    pipeline.store.write(move |tx| tell_operators(tx, &live.config, now)).await
}

/// Settles what is untold, once the oldest of it has waited for `[collect] health_group`: each
/// recipient gets one message of all changes that the routes bring them, and what nobody need hear
/// of is passed over. Answers how many messages that makes.
///
/// # Errors
/// As the store's.
pub fn tell_operators(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<usize, StoreError> {
    if health::untold(tx, now - config.collect.health_group)?.is_empty() {
        return Ok(0);
    }
    let last_told = health::last_told(tx)?;
    let events = take(tx, now)?;
    let changes = decide::health_changes(&events, &last_told);
    let mailboxes = complaints::mailboxes(config);
    let watched = config.sources.iter().map(|source| &**source).chain(&mailboxes);
    let known: BTreeMap<&str, &Source> =
        watched.map(|source| (source.id.as_str(), source)).collect();
    let changed: Vec<(&HealthChange, &Source)> = changes
        .iter()
        .filter_map(|change| Some((change, *known.get(change.source_id.as_str())?)))
        .collect();
    let addressed = changed.iter().map(|(_, source)| decide::operators(config, source));
    let mailing = outbox::mailing(addressed);

    let healthy = health::healthy(tx)?;
    let ours = config.sources.iter().filter(|source| healthy.contains(&source.id));
    let healthy = count(ours.count());
    let total = count(config.sources.len());
    let occasion = events.last().map(|event| event.id.to_string()).unwrap_or_default();
    let (mut messages, mut told) = (0, BTreeSet::new());
    for (numbers, addresses) in &mailing {
        let theirs: Vec<_> = numbers.iter().filter_map(|&n| changed.get(n).copied()).collect();
        let facts = facts(tx, &theirs, (healthy, total))?;
        let notice = outbox::notice(config, now, NoticeBody::Sources(facts));
        messages += outbox::enqueue(tx, &notice, &occasion, addresses)?;
        told.extend(theirs.iter().map(|(change, _)| change.source_id.as_str()));
    }
    let unheard: Vec<HealthEventId> = events
        .iter()
        .filter(|event| !told.contains(event.source_id.as_str()))
        .map(|event| event.id)
        .collect();
    health::pass_over(tx, &unheard)?;
    Ok(messages)
}

/// All that is untold, oldest first, marked as told.
fn take(tx: &mut dyn Transaction, now: Timestamp) -> Result<Vec<HealthEvent>, StoreError> {
    let mut events = Vec::new();
    loop {
        let more = health::untold(tx, now)?;
        if more.is_empty() {
            return Ok(events);
        }
        let ids: Vec<HealthEventId> = more.iter().map(|event| event.id).collect();
        health::mark_told(tx, &ids)?;
        events.extend(more);
    }
}

fn facts(
    tx: &mut dyn Transaction,
    changed: &[(&HealthChange, &Source)],
    (healthy, total): (u32, u32),
) -> Result<SourcesNotice, StoreError> {
    let mut counts = BTreeMap::new();
    for (change, _) in changed {
        *counts.entry(change.now).or_insert(0) += 1;
    }
    let mut changes = Vec::new();
    for (change, source) in changed.iter().take(SourcesNotice::SHOWN) {
        let next_check_at = match change.now {
            Health::Gone => None,
            _ => health::next_check(tx, &source.id)?,
        };
        changes.push(SourceChange {
            id: source.id.clone(),
            name: source.name.clone(),
            was: change.was,
            now: change.now,
            since: change.since,
            reason: change.reason.clone(),
            next_check_at,
        });
    }
    Ok(SourcesNotice {
        more: count(changed.len() - changes.len()),
        changes,
        counts,
        silent: Vec::new(),
        healthy,
        total,
    })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
