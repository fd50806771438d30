//! Records polls, many in one transaction: a commit costs the same for one as for a hundred.
//!
//! Each poll stays fenced by the epoch of its own claim; one that spoils a batch is found by
//! recording the batch one by one.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::announce::announce;
use super::leases::Held;
use super::{Event, Pipeline};
use crate::collect::{self, Change, Examined, Finding, Poll, PollResult};
use crate::model::{Entry, HealthEvent, HealthEventId, Source, Vitals};
use crate::store::sources::{self, Claimed, PollRecord, QuietPoll};
use crate::store::{Store, StoreError, Transaction, health};

/// Polls with entries of one transaction, and polls that wait for the next one; beyond them polls wait
/// to be taken, and no more are begun. Worst memory: their entries, whose texts the readers bound.
pub(super) const BATCH: usize = 128;
/// Polls of one transaction that brought nothing: small, and far the most.
const BATCH_QUIET: usize = 8 * BATCH;
/// Characters of one transaction.
const BATCH_TEXT: usize = 16 << 20;
/// How long a poll that brought something waits for others to be recorded with.
const GATHER: Duration = Duration::from_millis(10);
/// How long one that brought nothing waits.
const GATHER_QUIET: Duration = Duration::from_millis(50);

/// A poll that has ended.
pub(super) struct Finished {
    /// The claim.
    pub claimed: Box<Claimed>,
    /// The source.
    pub source: Arc<Source>,
    /// What was found, its entries marked as history where they are.
    pub poll: Poll,
    /// When it ended.
    pub at: Timestamp,
    /// How long it took, the wait for its turn included.
    pub took: Duration,
    /// How long it must be failing or empty before people hear of it.
    pub told_after: Duration,
    /// Keeps the claim alive.
    pub _held: Held,
}

/// What came of recording a poll.
struct Recorded {
    new: usize,
    edited: usize,
    change: Option<Change>,
}

/// Records until no more polls can come.
pub(super) async fn run(pipeline: Pipeline, mut done: mpsc::Receiver<Box<Finished>>) {
    while let Some(first) = done.recv().await {
        let batch = Arc::new(gather(first, &mut done).await);
        let recorded = record(&pipeline.store, &batch).await;
        for (finished, recorded) in batch.iter().zip(recorded) {
            report(&pipeline, finished, recorded);
        }
        // Before the bell, so that nothing is renewed that was given back.
        drop(batch);
        pipeline.wake.sources.notify_one();
    }
}

async fn gather(
    first: Box<Finished>,
    done: &mut mpsc::Receiver<Box<Finished>>,
) -> Vec<Box<Finished>> {
    let (mut text, mut loud, mut until) = (0, 0, Instant::now() + GATHER_QUIET);
    let mut batch = Vec::new();
    let mut next = Some(first);
    while let Some(one) = next {
        text += text_of(&one);
        if one.poll.result != PollResult::Unchanged {
            loud += 1;
            until = until.min(Instant::now() + GATHER);
        }
        batch.push(one);
        if loud >= BATCH || batch.len() >= BATCH_QUIET || text >= BATCH_TEXT {
            break;
        }
        next = match done.try_recv() {
            Ok(one) => Some(one),
            Err(_) => timeout_at(until, done.recv()).await.ok().flatten(),
        };
    }
    batch
}

fn text_of(finished: &Finished) -> usize {
    let PollResult::Found { entries, .. } = &finished.poll.result else { return 0 };
    entries.iter().map(|entry| entry.text.len()).sum()
}

/// What came of each poll of a batch, in its order.
async fn record(
    store: &Store,
    batch: &Arc<Vec<Box<Finished>>>,
) -> Vec<Result<Option<Recorded>, StoreError>> {
    let all = Arc::clone(batch);
    let job = move |tx: &mut dyn Transaction| {
        all.iter().map(|finished| record_one(tx, finished)).collect::<Result<Vec<_>, _>>()
    };
    match store.write(job).await {
        Ok(recorded) => return recorded.into_iter().map(Ok).collect(),
        Err(StoreError::Unavailable(what)) => {
            // One by one would only wait longer; the claims run out and the sources are polled again.
            let away = || Err(StoreError::Unavailable(what.clone()));
            return batch.iter().map(|_| away()).collect();
        }
        Err(error) => tracing::warn!(%error, "a batch of polls is recorded one by one"),
    }
    let mut recorded = Vec::with_capacity(batch.len());
    for index in 0..batch.len() {
        let all = Arc::clone(batch);
        recorded.push(store.write(move |tx| record_one(tx, &all[index])).await);
    }
    recorded
}

/// None if the claim was lost: then nothing was written.
fn record_one(
    tx: &mut dyn Transaction,
    finished: &Finished,
) -> Result<Option<Recorded>, StoreError> {
    let Finished { claimed, poll, at, .. } = finished;
    let (id, now) = (&claimed.state.source_id, *at);
    if is_as_claimed(finished) && record_unchanged(tx, finished)? {
        return Ok(Some(Recorded { new: 0, edited: 0, change: None }));
    }
    let Some((before, failures)) = sources::vitals(tx, id, claimed.epoch)? else {
        return Ok(None);
    };
    let found: &[Entry] =
        if let PollResult::Found { entries, .. } = &poll.result { entries } else { &[] };
    let brought = announce(tx, found, !claimed.state.seeded)?;
    let (vitals, change) = examine(&before, finished, &brought.new);
    let error =
        if let PollResult::Failed { error, .. } = &poll.result { Some(error) } else { None };
    let failures = if error.is_some() { failures.saturating_add(1) } else { 0 };
    sources::record(tx, &poll_record(finished, vitals, failures, error.cloned()))?;
    if let Some(Change { was, now: is, reason }) = change.clone() {
        let (id, source_id) = (HealthEventId::new(), id.clone());
        health::insert(tx, &HealthEvent { id, source_id, at: now, was, now: is, reason })?;
    }
    Ok(Some(Recorded { new: brought.new.len(), edited: brought.edited, change }))
}

fn poll_record(
    finished: &Finished,
    vitals: Vitals,
    failures: u32,
    error: Option<String>,
) -> PollRecord {
    let Finished { claimed, source, poll, at, .. } = finished;
    PollRecord {
        source_id: claimed.state.source_id.clone(),
        epoch: claimed.epoch,
        at: *at,
        validators: poll.validators.clone(),
        address: poll.address.clone(),
        memory: poll.memory.clone(),
        next_check_at: collect::next_check(source, &vitals, failures, &poll.wish, *at),
        vitals,
        failures,
        error,
    }
}

/// Whether a poll found a healthy source as it was claimed: nothing is to be remembered but times.
fn is_as_claimed(finished: &Finished) -> bool {
    let (state, poll) = (&finished.claimed.state, &finished.poll);
    poll.result == PollResult::Unchanged
        && state.seeded
        && state.failures == 0
        && state.last_error.is_none()
        && poll.validators == state.validators
        && poll.address == state.address
        && poll.memory == state.memory
}

/// Records a poll that changed nothing by the vitals that were claimed, which only the holder of the
/// claim changes, with one exception that the store looks at. False if that is not all there is to it.
fn record_unchanged(tx: &mut dyn Transaction, finished: &Finished) -> Result<bool, StoreError> {
    let Finished { claimed, source, poll, at, .. } = finished;
    let (vitals, change) = examine(&claimed.vitals, finished, &[]);
    if change.is_some() || !vitals.is_but_for_counts(&claimed.vitals) {
        return Ok(false);
    }
    let next_check_at = collect::next_check(source, &vitals, 0, &poll.wish, *at);
    sources::record_unchanged(tx, QuietPoll { claimed, at: *at, next_check_at, vitals: &vitals })
}

fn examine(before: &Vitals, finished: &Finished, new: &[&Entry]) -> (Vitals, Option<Change>) {
    let poll = &finished.poll;
    let finding = match &poll.result {
        PollResult::Unchanged => Finding::Unchanged,
        PollResult::Found { entries, .. } => Finding::Read { listed: entries.len(), new },
        PollResult::Failed { failure, error } => Finding::Failed { failure: *failure, error },
    };
    let examined = Examined {
        finding,
        hints: poll.wish.hints.as_ref(),
        took: finished.took,
        apart: finished.source.pace.min,
        stale_after: finished.source.stale_after,
        told_after: finished.told_after,
    };
    collect::examine(before, &examined, finished.at)
}

fn report(
    pipeline: &Pipeline,
    finished: &Finished,
    recorded: Result<Option<Recorded>, StoreError>,
) {
    let id = &finished.claimed.state.source_id;
    let recorded = match recorded {
        Ok(Some(recorded)) => recorded,
        Ok(None) => {
            tracing::warn!(source.id = %id, "another process polled this source meanwhile");
            return;
        }
        Err(error) => {
            tracing::error!(source.id = %id, %error, "a poll could not be recorded; it will be repeated");
            return;
        }
    };
    let Recorded { new, edited, change } = recorded;
    let result = match &finished.poll.result {
        PollResult::Failed { error, .. } => Err(error.clone()),
        _ => Ok(u32::try_from(new).unwrap_or(u32::MAX)),
    };
    pipeline.metrics.polled(result.is_ok());
    pipeline.metrics.poll_seconds(finished.took.as_secs_f64());
    if new + edited > 0 {
        tracing::debug!(source.id = %id, new, edited, "new entries");
        pipeline.wake.entries.notify_one();
    }
    if let Err(error) = &result {
        tracing::debug!(source.id = %id, error, "poll failed");
    }
    if let Some(Change { was, now, reason }) = change {
        let (was, now) = (was.name(), now.name());
        tracing::warn!(source.id = %id, was, now, reason, "the health of a source changed");
    }
    pipeline.emit(Event::Polled { source: id.clone(), result });
}

#[cfg(test)]
mod tests;
