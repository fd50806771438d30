//! Claims sources that are due and polls them; a full house stops the claiming, due rows wait.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::leases::Holder;
use super::wake::wait;
use super::{Event, Pipeline};
use crate::collect::{self, Announced, Document, Poll, PollResult, ReadError};
use crate::model::Source;
use crate::store::leases::Claim;
use crate::store::sources::{self, Claimed, PollRecord};

/// Sources polled at the same time; worst memory: this many feeds of 16 MB decoded, by the guard's
/// own limits far less at once.
const POLLS: usize = 32;
/// After a fault of the store.
const PAUSE: Duration = Duration::from_secs(1);

/// Polls until the workers are to stop, then finishes the polls that run.
pub(super) async fn run(pipeline: Pipeline) {
    let room = Arc::new(Semaphore::new(POLLS));
    let mut polls = JoinSet::new();
    let mut nap = Duration::ZERO;
    while wait(&pipeline.wake.sources, nap, &pipeline.stop).await {
        while polls.try_join_next().is_some() {}
        let free = u32::try_from(room.available_permits()).unwrap_or(0);
        if free == 0 {
            // The poll that ends first rings the bell; what is due waits in its row.
            nap = PAUSE;
            continue;
        }
        nap = match claim(&pipeline, free).await {
            Ok(claimed) => {
                for claim in claimed {
                    let permit = Arc::clone(&room).acquire_owned().await;
                    let pipeline = pipeline.clone();
                    polls.spawn(async move {
                        poll(&pipeline, claim).await;
                        drop(permit);
                        pipeline.wake.sources.notify_one();
                    });
                }
                until_next(&pipeline).await
            }
            Err(error) => {
                tracing::error!(%error, "sources could not be claimed");
                PAUSE
            }
        };
    }
    while polls.join_next().await.is_some() {}
}

async fn claim(pipeline: &Pipeline, limit: u32) -> Result<Vec<Claimed>, crate::store::StoreError> {
    let owner = pipeline.holder.owner().to_owned();
    pipeline.store.write(move |tx| sources::claim(tx, Holder::lease(&owner), limit)).await
}

/// Time until a source is due; the store's rows decide, so that nothing is missed after a restart.
async fn until_next(pipeline: &Pipeline) -> Duration {
    let next = pipeline.store.read(|tx| sources::next_due(tx)).await.ok().flatten();
    let now = Timestamp::now();
    next.map_or(PAUSE, |next| {
        Duration::try_from(next.duration_since(now)).unwrap_or(Duration::from_millis(20))
    })
}

async fn poll(pipeline: &Pipeline, claimed: Claimed) {
    let id = claimed.state.source_id.clone();
    let _held = pipeline.holder.hold(Claim::Source(id.clone()));
    let live = pipeline.snapshot();
    let Some(source) = live.config.sources.iter().find(|source| source.id == id) else {
        forget(pipeline, &claimed).await;
        return;
    };
    let started = Timestamp::now();
    let poll = collect::poll(&live.client, read, source, &claimed.state, started).await;
    pipeline.metrics.poll_seconds(Timestamp::now().duration_since(started).as_secs_f64());
    let record = record_of(source, &claimed, poll);
    let result = record.result.as_ref().map(|_| ()).map_err(Clone::clone);
    match pipeline.store.write(move |tx| sources::record(tx, &record)).await {
        Ok(new) => report(pipeline, source, result.map(|()| new.unwrap_or(0))),
        Err(error) => {
            tracing::error!(source.id = %id, %error, "a poll could not be recorded; it will be repeated");
        }
    }
}

async fn read(document: Document) -> Result<Announced, ReadError> {
    let reading = tokio::task::spawn_blocking(move || collect::read(&document));
    reading.await.unwrap_or_else(|error| Err(ReadError::Unavailable(error.to_string())))
}

fn record_of(source: &Source, claimed: &Claimed, poll: Poll) -> PollRecord {
    let Poll { validators, address, memory, wish, result } = poll;
    let failures =
        if let PollResult::Failed { .. } = &result { claimed.state.failures + 1 } else { 0 };
    let next_check_at =
        collect::next_check(source, &crate::model::Vitals::default(), failures, &wish, Timestamp::now());
    let result = match result {
        PollResult::Unchanged => Ok(Vec::new()),
        PollResult::Found { entries, warnings } => {
            for warning in warnings {
                tracing::debug!(source.id = %source.id, warning, "repaired while reading");
            }
            Ok(entries)
        }
        PollResult::Failed { error, .. } => Err(error),
    };
    PollRecord {
        source_id: source.id.clone(),
        epoch: claimed.epoch,
        at: Timestamp::now(),
        validators,
        address,
        memory,
        next_check_at,
        result,
    }
}

fn report(pipeline: &Pipeline, source: &Source, result: Result<u32, String>) {
    pipeline.metrics.polled(&source.id, result.is_ok());
    match &result {
        Ok(0) => {}
        Ok(new) => {
            tracing::debug!(source.id = %source.id, new, "new entries");
            pipeline.wake.entries.notify_one();
        }
        Err(error) => tracing::warn!(source.id = %source.id, error, "poll failed"),
    }
    pipeline.emit(Event::Polled { source: source.id.clone(), result });
}

/// A source that configuration no longer names is not polled; its memory stays for when it returns.
async fn forget(pipeline: &Pipeline, claimed: &Claimed) {
    let record = PollRecord {
        source_id: claimed.state.source_id.clone(),
        epoch: claimed.epoch,
        at: Timestamp::now(),
        validators: claimed.state.validators.clone(),
        address: None,
        memory: None,
        next_check_at: Timestamp::MAX,
        result: Err("no longer configured".to_owned()),
    };
    if let Err(error) = pipeline.store.write(move |tx| sources::record(tx, &record)).await {
        tracing::error!(%error, "a source could not be retired");
    }
}
