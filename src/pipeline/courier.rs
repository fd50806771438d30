//! Takes due deliveries from the outbox, sends them and records what became of them.
//!
//! One batch a channel at a time: a channel that hangs holds up nobody else.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use tokio::task::{JoinError, JoinSet};

use super::leases::Holder;
use super::wake::wait;
use super::{Event, Pipeline, outbox};
use crate::config::Channel;
use crate::model::{AttemptOutcome, Delivery};
use crate::notify::{self, HandOver, HandOverRefused, Message, Notifier, SendError};
use crate::store::deliveries::{self, Outgoing};
use crate::store::leases::Claim;

/// Messages of one batch.
const BATCH: u32 = 8;
/// Messages of one mail channel under way at once; rooms get one at a time.
const MAILS: usize = 4;
/// Between looks at the outbox when nothing rings.
const LOOK: Duration = Duration::from_secs(1);

/// Sends until the workers are to stop, then finishes what is under way.
pub(super) async fn run(pipeline: Pipeline) {
    let mut busy = BTreeSet::new();
    let mut batches: JoinSet<String> = JoinSet::new();
    loop {
        tokio::select! {
            go_on = wait(&pipeline.wake.deliveries, LOOK, &pipeline.stop) => if !go_on { break },
            Some(done) = batches.join_next() => free(done, &mut busy),
        }
        let live = pipeline.snapshot();
        for channel in live.config.channels.iter().cloned() {
            if busy.contains(&channel.id) {
                continue;
            }
            let Some(notifier) = live.notifiers.get(&channel.id).cloned() else { continue };
            match claim(&pipeline, &channel.id).await {
                Ok(claimed) if claimed.is_empty() => {}
                Ok(claimed) => {
                    busy.insert(channel.id.clone());
                    batches.spawn(batch(pipeline.clone(), channel, notifier, claimed));
                }
                Err(error) => tracing::error!(%error, "deliveries could not be claimed"),
            }
        }
    }
    while batches.join_next().await.is_some() {}
}

/// The channel of a finished batch can take the next one.
fn free(done: Result<String, JoinError>, busy: &mut BTreeSet<String>) {
    match done {
        Ok(channel) => drop(busy.remove(&channel)),
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
) -> Result<Vec<Outgoing>, crate::store::StoreError> {
    let (owner, channel) = (pipeline.holder.owner().to_owned(), channel.to_owned());
    pipeline
        .store
        .write(move |tx| deliveries::claim(tx, &channel, Holder::lease(&owner), BATCH))
        .await
}

/// Sends a batch; answers its channel, which is free again.
async fn batch(
    pipeline: Pipeline,
    channel: Channel,
    notifier: Arc<dyn Notifier>,
    claimed: Vec<Outgoing>,
) -> String {
    let at_once = if channel.min_gap.is_zero() { MAILS } else { 1 };
    let held: Vec<_> = claimed
        .iter()
        .map(|outgoing| pipeline.holder.hold(Claim::Delivery(outgoing.delivery.id.to_string())))
        .collect();
    let (pipeline, notifier, gap) = (&pipeline, notifier.as_ref(), channel.min_gap);
    stream::iter(claimed.iter().zip(held))
        .for_each_concurrent(at_once, |(outgoing, held)| async move {
            if pipeline.stop.is_cancelled() {
                give_back(pipeline, &outgoing.delivery).await;
            } else {
                deliver(pipeline, notifier, outgoing).await;
                tokio::time::sleep(gap).await;
            }
            drop(held);
        })
        .await;
    channel.id
}

async fn deliver(pipeline: &Pipeline, notifier: &dyn Notifier, outgoing: &Outgoing) {
    let Outgoing { delivery, notice } = outgoing;
    let hand_over = Recorded { pipeline, delivery };
    let answer_url = outbox::answer_url(&pipeline.snapshot().config, notice, delivery);
    let signed = Delivery { answer_url, ..delivery.clone() };
    let sent = notifier.send(Message { delivery: &signed, notice }, &hand_over).await;
    let now = Timestamp::now();
    let outcome = match sent {
        Ok(receipt) => AttemptOutcome::Accepted(receipt.answer),
        Err(SendError::Refused { what }) => AttemptOutcome::Refused(what),
        Err(SendError::Retry { after, what }) => {
            let at = notify::retry_at(&delivery.idempotency_key, delivery.attempts, after, now);
            AttemptOutcome::Retry { at, error: what }
        }
        Err(SendError::HandOver) => {
            tracing::warn!(delivery.id = %delivery.id, "the claim was lost before the hand-over; nothing was sent");
            return;
        }
    };
    record(pipeline, delivery, outcome).await;
}

/// Records the outcome. While the store is away it is tried again: the answer of the receiver is
/// worth waiting for, since without it the message would be repeated.
async fn record(pipeline: &Pipeline, delivery: &Delivery, outcome: AttemptOutcome) {
    for _ in 0..30 {
        let (message, result) = (delivery.clone(), outcome.clone());
        let now = Timestamp::now();
        let done =
            pipeline.store.write(move |tx| deliveries::finish(tx, &message, &result, now)).await;
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

fn report(pipeline: &Pipeline, delivery: &Delivery, outcome: AttemptOutcome) {
    let (id, channel, attempt) = (delivery.id, &delivery.channel, delivery.attempts);
    let name = match &outcome {
        AttemptOutcome::Accepted(_) => {
            tracing::info!(delivery.id = %id, channel, attempt, "delivered");
            "accepted"
        }
        AttemptOutcome::Retry { at, error } => {
            tracing::warn!(delivery.id = %id, channel, attempt, %at, error, "not delivered yet");
            "retry"
        }
        AttemptOutcome::Refused(error) => {
            tracing::error!(delivery.id = %id, channel, attempt, error, "given up; a person must look");
            "refused"
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
