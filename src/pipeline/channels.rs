//! Looks after the channels: messages that one does not get through take a second way, and operators
//! hear of channels that fail, lose messages or work again, by other channels than these.

use jiff::{SignedDuration, Timestamp};

use super::{Pipeline, outbox};
use crate::config::{Config, Fallback};
use crate::decide;
use crate::model::{
    ChannelChange, ChannelHealth, ChannelState, ChannelsNotice, Delivery, DeliveryId,
    DeliveryState, NoticeBody,
};
use crate::store::deliveries::Late;
use crate::store::{StoreError, Transaction, channels, deliveries};

/// How often it looks. What it acts on are rows, so that nothing is missed by a restart.
const LOOK: std::time::Duration = std::time::Duration::from_secs(1);
/// Messages given up longer ago are history: a fallback that is configured now does not tell them.
const RECENT: SignedDuration = SignedDuration::from_hours(1);

/// Looks until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    let began = Timestamp::now();
    loop {
        if let Err(error) = look(&pipeline, began).await {
            tracing::error!(%error, "channels could not be looked after");
        }
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(pipeline: &Pipeline, began: Timestamp) -> Result<(), StoreError> {
    let (live, now) = (pipeline.snapshot(), Timestamp::now());
    let config = std::sync::Arc::clone(&live.config);
    let (healths, quiet) = pipeline
        .store
        .read(move |tx| {
            let healths = channels::all(tx)?;
            let late = config.channels.iter().any(|channel| channel.fallback.is_some())
                && !waiting(tx, &config, &healths, began, now)?.is_empty();
            let news = healths.iter().any(|health| decide::channel_news(health, now).is_some());
            Ok((healths, !late && !news))
        })
        .await?;
    let of = |id: &str| healths.iter().find(|health| health.channel == id);
    pipeline.metrics.channels(live.config.channels.iter().map(|channel| {
        let fails = of(&channel.id).is_some_and(|health| decide::is_failing(health, now));
        (channel.id.as_str(), !fails)
    }));
    if quiet {
        return Ok(());
    }
    let config = std::sync::Arc::clone(&live.config);
    let done = pipeline.store.write(move |tx| {
        Ok((fall_back(tx, &config, began, now)?, tell_of_channels(tx, &config, now)?))
    });
    let (fallen, told) = done.await?;
    for (channel, messages) in &fallen {
        tracing::warn!(channel, messages, "messages take a second way");
        pipeline.metrics.fell_back(channel, *messages);
    }
    if told > 0 {
        tracing::warn!(messages = told, "operators are told of channels");
    }
    if told > 0 || !fallen.is_empty() {
        pipeline.wake.deliveries.notify_one();
    }
    Ok(())
}

/// Gives every message a second way that waits longer than its channel's `fallback_after`, or was
/// given up. A daemon that was away until `began` first tries the way it was meant to go. Answers by
/// channel how many messages others stand in for.
///
/// # Errors
/// As the store's.
pub fn fall_back(
    tx: &mut dyn Transaction,
    config: &Config,
    began: Timestamp,
    now: Timestamp,
) -> Result<Vec<(String, u32)>, StoreError> {
    let healths = channels::all(tx)?;
    let mut fallen: Vec<(String, u32)> = Vec::new();
    for (delivery, fallback) in waiting(tx, config, &healths, began, now)? {
        stand_in(tx, config, fallback, &delivery, now)?;
        match fallen.last_mut() {
            Some((channel, count)) if *channel == delivery.channel => *count += 1,
            _ => fallen.push((delivery.channel.clone(), 1)),
        }
    }
    Ok(fallen)
}

/// The messages that need a second way, channel by channel.
fn waiting<'c>(
    tx: &mut dyn Transaction,
    config: &'c Config,
    healths: &[ChannelHealth],
    began: Timestamp,
    now: Timestamp,
) -> Result<Vec<(Delivery, &'c Fallback)>, StoreError> {
    let mut all = Vec::new();
    for channel in &config.channels {
        let Some(fallback) = &channel.fallback else { continue };
        let health = healths.iter().find(|health| health.channel == channel.id);
        let before = |wait| now.checked_sub(wait).unwrap_or(Timestamp::MIN);
        let due_by = before(SignedDuration::try_from(fallback.after).unwrap_or(RECENT));
        let late = Late {
            channel: &channel.id,
            due_by: if due_by < began { Timestamp::UNIX_EPOCH } else { due_by },
            accepted_at: health.and_then(|health| health.accepted_at),
            dead_since: before(RECENT),
        };
        all.extend(deliveries::late(tx, late)?.into_iter().map(|one| (one, fallback)));
    }
    Ok(all)
}

fn stand_in(
    tx: &mut dyn Transaction,
    config: &Config,
    fallback: &Fallback,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<(), StoreError> {
    let notice = deliveries::notice(tx, delivery.notice_id)?;
    let thread = notice.thread();
    for address in decide::stand_ins(config, fallback, delivery) {
        let thread_key =
            deliveries::first_key(tx, &thread, &address.channel, &address.recipient.id)?;
        let second = Delivery {
            id: DeliveryId::new(),
            notice_id: delivery.notice_id,
            idempotency_key: decide::fallback_key(delivery.notice_id, &address),
            channel: address.channel,
            recipient: address.recipient,
            thread_key,
            state: DeliveryState::Pending,
            attempts: 0,
            not_before: now,
            lease_epoch: 0,
            created_at: now,
            answer: None,
        };
        deliveries::enqueue_fallback(tx, &second, &thread, delivery.id)?;
    }
    deliveries::fell_back(tx, delivery.id, now)
}

/// Tells operators in one message what became of channels since they last heard of them. Answers how
/// many deliveries that makes. If no channel is left to tell it by, the log and the metrics say it.
///
/// # Errors
/// As the store's.
pub fn tell_of_channels(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let healths = channels::all(tx)?;
    let mut changes = Vec::new();
    let mut broken: Vec<&str> = Vec::new();
    for (health, news) in healths.iter().zip(decide::news_of_channels(&healths, now)) {
        let works = matches!(news, None | Some((ChannelState::Working, _)));
        if decide::is_failing(health, now) || !works {
            broken.push(&health.channel);
        }
        let Some((state, since)) = news else { continue };
        let Some(channel) = config.channels.iter().find(|it| it.id == health.channel) else {
            channels::told(tx, &health.channel, None, Some(now))?;
            continue;
        };
        changes.push(ChannelChange {
            id: channel.id.clone(),
            now: state,
            since,
            failures: health.failures,
            waiting: channels::waiting(tx, &channel.id)?,
            dead: health.dead_untold,
            reason: health.last_error.clone(),
            fallback: channel.fallback.as_ref().map(|fallback| fallback.channel.clone()),
        });
        let fails_since = match state {
            ChannelState::Failing | ChannelState::Disabled => Some(now),
            ChannelState::Dropping => health.told_at,
            ChannelState::Working => None,
        };
        let heard = (health.dead_untold > 0).then_some(now);
        channels::told(tx, &channel.id, fails_since, heard)?;
    }
    if changes.is_empty() {
        return Ok(0);
    }
    changes.sort_by_key(|change| change.now);
    let addresses = decide::channel_operators(config, &broken);
    if addresses.is_empty() {
        let names: Vec<&str> = changes.iter().map(|change| change.id.as_str()).collect();
        tracing::error!(
            channels = names.join(", "),
            "no other channel is left to tell operators by"
        );
    }
    let body = NoticeBody::Channels(ChannelsNotice { changes });
    let notice = outbox::notice(config, now, body);
    outbox::enqueue(tx, &notice, &now.as_millisecond().to_string(), &addresses)
}
