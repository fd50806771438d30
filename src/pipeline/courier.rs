//! Takes due deliveries from the outbox, sends them and records what became of them.
//!
//! One batch a channel at a time: a channel that hangs holds up nobody else.

mod pace;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::leases::Holder;
use super::wake::wait;
use super::{Event, Pipeline, outbox};
use crate::config::Channel;
use crate::model::{AttemptOutcome, Delivery, DrillReach, NoticeKind};
use crate::notify::{self, HandOver, HandOverRefused, Message, Notifier, SendError};
use crate::store::deliveries::{self, Outgoing};
use crate::store::leases::Claim;
use crate::store::{StoreError, Transaction, channels};
use pace::Pace;

/// Messages of one batch.
const BATCH: u32 = 8;
/// Tries to record an outcome, one a second: nobody else can take the message while the store is away.
const RECORD: u32 = 900;
/// Messages of one mail channel under way at once; rooms get one at a time.
const MAILS: usize = 4;
/// Between looks at the outbox when nothing rings.
const LOOK: Duration = Duration::from_secs(1);
/// What may go within this is claimed; the rest stays free for whoever comes first.
const AHEAD: Duration = Duration::from_secs(10);
/// Why a message of a drill goes no further.
const OUTSIDE: &str = "not a recipient of the drill: [drill] allow_recipients, allow_channels";

/// Sends until the workers are to stop, then finishes what is under way.
pub(super) async fn run(pipeline: Pipeline) {
    let (mut busy, mut paces) = (BTreeSet::new(), BTreeMap::new());
    let mut batches: JoinSet<(String, Pace)> = JoinSet::new();
    loop {
        tokio::select! {
            go_on = wait(&pipeline.wake.deliveries, LOOK, &pipeline.stop) => if !go_on { break },
            Some(done) = batches.join_next() => free(done, &mut busy, &mut paces),
        }
        let live = pipeline.snapshot();
        for channel in live.config.channels.iter().cloned() {
            if busy.contains(&channel.id) {
                continue;
            }
            let Some(notifier) = live.notifiers.get(&channel.id).cloned() else { continue };
            let pace = paces.remove(&channel.id).map_or_else(
                || Pace::new(channel.min_gap, channel.burst, Instant::now()),
                |pace: Pace| pace.under(channel.min_gap, channel.burst),
            );
            let limit = pace.room(Instant::now() + AHEAD, BATCH);
            match claim(&pipeline, &channel.id, limit).await {
                Ok(claimed) if !claimed.is_empty() => {
                    busy.insert(channel.id.clone());
                    batches.spawn(batch(pipeline.clone(), channel, notifier, (claimed, pace)));
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "deliveries could not be claimed"),
            }
            paces.insert(channel.id.clone(), pace);
        }
    }
    while batches.join_next().await.is_some() {}
}

/// The channel of a finished batch can take the next one.
fn free(
    done: Result<(String, Pace), JoinError>,
    busy: &mut BTreeSet<String>,
    paces: &mut BTreeMap<String, Pace>,
) {
    match done {
        Ok((channel, pace)) => {
            busy.remove(&channel);
            paces.insert(channel, pace);
        }
        // The channel's name went down with its batch: look at all of them anew.
        Err(error) => {
            tracing::error!(%error, "a batch of deliveries failed; its leases will run out");
            busy.clear();
        }
    }
}

async fn claim(
    pipeline: &Pipeline,
    channel: &str,
    limit: u32,
) -> Result<Vec<Outgoing>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let (owner, channel) = (pipeline.holder.owner().to_owned(), channel.to_owned());
    pipeline
        .store
        .write(move |tx| deliveries::claim(tx, &channel, Holder::lease(&owner), limit))
        .await
}

/// Sends a batch at the channel's pace; answers the channel, which is free again, and the pace.
async fn batch(
    pipeline: Pipeline,
    channel: Channel,
    notifier: Arc<dyn Notifier>,
    (claimed, pace): (Vec<Outgoing>, Pace),
) -> (String, Pace) {
    let at_once = if channel.min_gap.is_zero() { MAILS } else { 1 };
    let held: Vec<_> = claimed
        .iter()
        .map(|outgoing| pipeline.holder.hold(Claim::Delivery(outgoing.delivery.id.to_string())))
        .collect();
    let pace = Mutex::new(pace);
    let lane = Lane { pipeline: &pipeline, channel: &channel, notifier: &*notifier, pace: &pace };
    stream::iter(claimed.iter().zip(held))
        .for_each_concurrent(at_once, |(outgoing, held)| async move {
            if lane.its_turn().await {
                lane.deliver(outgoing).await;
            } else {
                give_back(lane.pipeline, &outgoing.delivery).await;
            }
            drop(held);
        })
        .await;
    let pace = pace.into_inner().unwrap_or_else(PoisonError::into_inner);
    (channel.id, pace)
}

/// What the messages of a batch share.
#[derive(Clone, Copy)]
struct Lane<'a> {
    pipeline: &'a Pipeline,
    channel: &'a Channel,
    notifier: &'a dyn Notifier,
    pace: &'a Mutex<Pace>,
}

impl Lane<'_> {
    /// Waits until the channel may be written to; false if that is not soon, or the workers stop.
    async fn its_turn(&self) -> bool {
        let next = self.pace().next();
        if next > Instant::now() + AHEAD * 2 {
            return false;
        }
        tokio::select! {
            biased;
            () = self.pipeline.stop.cancelled() => return false,
            () = tokio::time::sleep_until(next) => {}
        }
        self.pace().went(Instant::now());
        true
    }

    async fn deliver(&self, outgoing: &Outgoing) {
        let Outgoing { delivery, notice, .. } = outgoing;
        let hand_over = Recorded { pipeline: self.pipeline, delivery };
        let sink = match sink(outgoing) {
            Ok(sink) => sink,
            Err(what) => {
                let outcome = AttemptOutcome::Refused(what);
                record(self.pipeline, delivery, None, outcome).await;
                return;
            }
        };
        let notifier = sink.as_ref().map_or(self.notifier, |sink| &**sink);
        let answer = outbox::answer_by(&self.pipeline.snapshot().config, notice, delivery);
        let sealed = Delivery { answer, ..delivery.clone() };
        let begun = Instant::now();
        let sending = notifier.send(Message { delivery: &sealed, notice }, &hand_over);
        // A sender that panics over one message must not take the others along.
        let sent = AssertUnwindSafe(sending).catch_unwind().await.unwrap_or_else(|_| {
            Err(SendError::Retry { after: None, what: "the sender failed".to_owned() })
        });
        let now = Timestamp::now();
        let tried = outgoing.tried + begun.elapsed();
        let again = |after| {
            let at = notify::retry_at(&delivery.idempotency_key, delivery.attempts, after, now);
            (at, Duration::try_from(at.duration_since(now)).unwrap_or_default())
        };
        let outcome = match sent {
            Ok(receipt) => AttemptOutcome::Accepted(receipt.answer),
            Err(SendError::Refused { what }) => AttemptOutcome::Refused(what),
            Err(SendError::Gone { what }) => AttemptOutcome::Gone(what),
            Err(SendError::Slower { after, what }) => {
                let (at, wait) = again(after);
                self.pace().rest(Instant::now() + wait);
                AttemptOutcome::Retry { at, tried: tried + wait, error: what }
            }
            Err(SendError::Retry { after, what }) => {
                let (at, wait) = again(after);
                patiently(self.channel.give_up_after, at, tried + wait, what)
            }
            Err(SendError::HandOver) => {
                tracing::warn!(delivery.id = %delivery.id, "the claim was lost before the hand-over; nothing was sent");
                return;
            }
        };
        record(self.pipeline, delivery, Some(notice.kind()), outcome).await;
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Another attempt at this time, if the message is not given up by then. What counts is for how long it was tried, not
/// what the clock says meanwhile: while the machine slept, or the daemon was away, nobody could.
fn patiently(patience: Duration, at: Timestamp, tried: Duration, error: String) -> AttemptOutcome {
    if tried <= patience {
        return AttemptOutcome::Retry { at, tried, error };
    }
    let minutes = patience.as_secs() / 60;
    AttemptOutcome::Refused(format!("given up after {minutes} min: {error}"))
}

/// What takes a message of a drill in place of its channel, if anything does; or why the message goes no further.
fn sink(outgoing: &Outgoing) -> Result<Option<Box<dyn Notifier>>, String> {
    let Outgoing { delivery, notice, .. } = outgoing;
    match notice.drill.as_deref().map(|mark| &mark.reach) {
        Some(reach) if !reach.allows(&delivery.channel, &delivery.recipient) => {
            Err(OUTSIDE.to_owned())
        }
        Some(DrillReach::Sinks { directory }) => {
            notify::sink(directory).map(Some).map_err(|error| error.to_string())
        }
        _ => Ok(None),
    }
}

/// Records the outcome; without a kind it says nothing of the channel. While the store is away it is tried again: the
/// answer of the receiver is worth waiting for, since without it the message would be repeated.
async fn record(
    pipeline: &Pipeline,
    delivery: &Delivery,
    kind: Option<NoticeKind>,
    outcome: AttemptOutcome,
) {
    for _ in 0..RECORD {
        let (message, result) = (delivery.clone(), outcome.clone());
        let now = Timestamp::now();
        let job = move |tx: &mut dyn Transaction| {
            let ours = deliveries::finish(tx, &message, &result, now)?;
            if let Some(kind) = kind.filter(|_| ours) {
                fares(tx, &message.channel, kind, &result, now)?;
            }
            Ok(ours)
        };
        let done = pipeline.store.write(job).await;
        match done {
            Ok(ours) => {
                if !ours {
                    tracing::warn!(delivery.id = %delivery.id, "another process took this delivery over");
                }
                report(pipeline, delivery, outcome);
                return;
            }
            Err(error) => {
                tracing::error!(delivery.id = %delivery.id, %error, "an outcome could not be recorded yet");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

/// What an attempt says of its channel. That a message about channels was given up is no further
/// news: it would be told by a message about channels.
fn fares(
    tx: &mut dyn Transaction,
    channel: &str,
    kind: NoticeKind,
    outcome: &AttemptOutcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    match outcome {
        AttemptOutcome::Accepted(_) => channels::accepted(tx, channel, now),
        AttemptOutcome::Retry { error, .. } => channels::failed(tx, channel, error, now),
        AttemptOutcome::Refused(error) | AttemptOutcome::Gone(error) => {
            channels::failed(tx, channel, error, now)?;
            if matches!(outcome, AttemptOutcome::Gone(_)) {
                channels::disable(tx, channel, now)?;
            }
            if kind == NoticeKind::Channels {
                return Ok(());
            }
            channels::lost(tx, channel, now)
        }
    }
}

fn report(pipeline: &Pipeline, delivery: &Delivery, outcome: AttemptOutcome) {
    let (id, channel, attempt) = (delivery.id, &delivery.channel, delivery.attempts);
    let name = match &outcome {
        AttemptOutcome::Accepted(_) => {
            tracing::info!(delivery.id = %id, channel, attempt, "delivered");
            "accepted"
        }
        AttemptOutcome::Retry { at, error, .. } => {
            tracing::warn!(delivery.id = %id, channel, attempt, %at, error, "not delivered yet");
            "retry"
        }
        AttemptOutcome::Refused(error) => {
            tracing::error!(delivery.id = %id, channel, attempt, error, "given up; a person must look");
            "refused"
        }
        AttemptOutcome::Gone(error) => {
            tracing::error!(delivery.id = %id, channel, attempt, error, "the receiver is gone; its channel is disabled");
            "gone"
        }
    };
    pipeline.metrics.delivered(channel, name);
    pipeline.emit(Event::Sent { delivery: Box::new(delivery.clone()), outcome });
}

async fn give_back(pipeline: &Pipeline, delivery: &Delivery) {
    let message = delivery.clone();
    if let Err(error) = pipeline.store.write(move |tx| deliveries::give_back(tx, &message)).await {
        tracing::warn!(%error, "a delivery could not be given back; its lease will run out");
    }
}

/// Records the point of no return before it is passed.
struct Recorded<'a> {
    pipeline: &'a Pipeline,
    delivery: &'a Delivery,
}

impl HandOver for Recorded<'_> {
    fn begin(&self) -> BoxFuture<'_, Result<(), HandOverRefused>> {
        Box::pin(async move {
            let (owner, delivery) =
                (self.pipeline.holder.owner().to_owned(), self.delivery.clone());
            let begun = self
                .pipeline
                .store
                .write(move |tx| deliveries::begin_hand_over(tx, &delivery, Holder::lease(&owner)))
                .await;
            match begun {
                Ok(true) => Ok(()),
                Ok(false) => Err(HandOverRefused),
                Err(error) => {
                    tracing::error!(%error, "a hand-over could not be recorded; it does not begin");
                    Err(HandOverRefused)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests;
