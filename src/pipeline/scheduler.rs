//! Claims sources that are due and polls them; a full house stops the claiming, due rows wait.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::Pipeline;
use super::claims::{Claims, Due};
use super::queue::{Place, Queue, Task};
use super::recorder::Finished;
use crate::collect::{self, Poll, PollResult};
use crate::store::StoreError;
use crate::store::leases::Claim;
use crate::store::sources::{self, Claimed};

/// Sources held in memory, claimed and not yet polled; more are claimed when half of them are gone.
const HELD: usize = 512;
/// How long nothing is claimed when nobody rings, and after a fault of the store.
const LOOK: Duration = Duration::from_secs(1);

/// Polls until the workers are to stop, then finishes the polls that run.
pub(super) async fn run(pipeline: Pipeline, recorder: mpsc::Sender<Box<Finished>>) {
    let mut scheduler = Scheduler {
        claims: Claims::new(pipeline.sole_owner),
        pipeline,
        recorder,
        queue: Queue::default(),
        polls: JoinSet::new(),
        look_at: Instant::now(),
    };
    while scheduler.wait().await {
        if scheduler.queue.waiting() <= HELD / 2 && Instant::now() >= scheduler.look_at {
            scheduler.claim().await;
        }
        scheduler.begin();
    }
    while scheduler.polls.join_next().await.is_some() {}
}

struct Scheduler {
    pipeline: Pipeline,
    recorder: mpsc::Sender<Box<Finished>>,
    claims: Claims,
    queue: Queue,
    /// Each ends with the place that it took.
    polls: JoinSet<Place>,
    /// When the store is asked again for what is due.
    look_at: Instant,
}

impl Scheduler {
    /// Waits until there may be something to do; false once the workers are to stop.
    async fn wait(&mut self) -> bool {
        tokio::select! {
            () = self.pipeline.stop.cancelled() => return false,
            Some(ended) = self.polls.join_next() => {
                self.free(ended);
                while let Some(ended) = self.polls.try_join_next() {
                    self.free(ended);
                }
            }
            () = self.pipeline.wake.sources.notified() => self.look_at = Instant::now(),
            () = sleep_until(self.look_at.max(Instant::now() + Duration::from_millis(1))),
                if self.queue.waiting() <= HELD / 2 => {}
        }
        true
    }

    fn free(&mut self, ended: Result<Place, JoinError>) {
        match ended {
            Ok(place) => self.queue.free(&place),
            // No poll is aborted, and a panic is caught within.
            Err(error) => tracing::error!(%error, "a poll ended without giving its place back"),
        }
    }

    fn gap(&self) -> Duration {
        self.pipeline.live.borrow().config.collect.host_gap
    }

    /// Fills the queue with what is due.
    async fn claim(&mut self) {
        let limit = u32::try_from(HELD - self.queue.waiting()).unwrap_or(u32::MAX);
        let due = self.claims.next(&self.pipeline.store, &self.pipeline.holder, limit).await;
        let Due { claimed, pause } = match due {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "sources could not be claimed");
                self.look_at = Instant::now() + LOOK;
                return;
            }
        };
        self.look_at = Instant::now() + pause.unwrap_or(LOOK).min(LOOK);
        if let Err(error) = self.take(claimed).await {
            tracing::error!(%error, "claims could not be given back; they will run out");
        }
    }

    /// Queues claims; gives back those of hosts that are busy, for when these can serve them, and
    /// those that configuration no longer names.
    async fn take(&mut self, claimed: Vec<Claimed>) -> Result<(), StoreError> {
        let (live, gap, now) = (self.pipeline.snapshot(), self.gap(), Timestamp::now());
        let mut back: Vec<(String, i64, Timestamp)> = Vec::new();
        let mut behind: HashMap<Duration, u32> = HashMap::new();
        for claimed in claimed {
            let id = claimed.state.source_id.clone();
            let Some(source) = live.sources.get(&id) else {
                // Its memory stays for when it returns.
                back.push((id, claimed.epoch, Timestamp::MAX));
                continue;
            };
            let held = self.pipeline.holder.hold(Claim::Source(id.clone()));
            let task = Task { claimed: Box::new(claimed), source: Arc::clone(source), held };
            if let Err((task, wait)) = self.queue.push(task, gap) {
                let nth = behind.entry(wait).or_default();
                *nth += 1;
                let at = now.checked_add(wait + gap * *nth).unwrap_or(Timestamp::MAX);
                back.push((id, task.claimed.epoch, at));
            }
        }
        if back.is_empty() {
            return Ok(());
        }
        self.pipeline.store.write(move |tx| sources::put_back(tx, &back)).await
    }

    /// Begins as many polls as there are places.
    fn begin(&mut self) {
        while let Some((task, place)) = self.queue.next() {
            let (pipeline, recorder) = (self.pipeline.clone(), self.recorder.clone());
            // Boxed, since the runtime moves a task's whole future several times.
            self.polls.spawn(Box::pin(async move {
                let polling = AssertUnwindSafe(poll(&pipeline, task)).catch_unwind();
                if let Ok(finished) = polling.await {
                    if recorder.send(Box::new(finished)).await.is_err() {
                        tracing::error!("the recorder has gone; the source will be polled again");
                    }
                } else {
                    tracing::error!(
                        "a poll was cut off by a panic; its source will be polled again"
                    );
                }
                place
            }));
        }
    }
}

async fn poll(pipeline: &Pipeline, task: Task) -> Finished {
    let Task { claimed, source, held } = task;
    let live = pipeline.snapshot();
    let (began, now) = (Instant::now(), Timestamp::now());
    let read = |document| pipeline.parsers.document(document);
    let mut poll = collect::poll(&live.client, read, &source, &claimed.state, now).await;
    mark_old(&mut poll, &source, live.config.collect.max_age, now);
    let (at, took, told_after) =
        (Timestamp::now(), began.elapsed(), live.config.collect.health_after);
    Finished { claimed, source, poll, at, took, told_after, _held: held }
}

/// What was published long ago is history, whenever it turns up.
fn mark_old(poll: &mut Poll, source: &crate::model::Source, max_age: Duration, now: Timestamp) {
    let PollResult::Found { entries, warnings } = &mut poll.result else { return };
    for warning in warnings {
        tracing::debug!(source.id = %source.id, warning, "repaired while reading");
    }
    for entry in entries.iter_mut().filter(|_| !source.alert_on_history) {
        entry.history |= collect::is_old(entry, max_age, now);
    }
}
