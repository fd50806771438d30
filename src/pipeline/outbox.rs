//! Puts messages into the outbox: the frozen facts once, and a delivery to each recipient, under
//! the key and in the thread that they keep for ever.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::config::{Answers, ChannelKind, Config, Service};
use crate::decide::{self, Address};
use crate::model::{
    AnswerBy, AnswerLink, Delivery, DeliveryId, DeliveryState, Notice, NoticeBody, NoticeId, Press,
};
use crate::store::{StoreError, Transaction, deliveries};

/// A message of this organisation, decided at `at`.
pub(super) fn notice(config: &Config, at: Timestamp, body: NoticeBody) -> Notice {
    let public_url = config.web.as_ref().and_then(|web| web.public_url.as_ref());
    Notice {
        organisation: config.organisation.name.clone(),
        at,
        status_url: public_url.map(ToString::to_string),
        drill: None,
        body,
    }
}

/// Writes a message to some recipients; `occasion` tells it from the other messages of its thread. It is due
/// at once, or when the quiet hours of a recipient end. Answers how many deliveries that makes.
pub(super) fn enqueue(
    tx: &mut dyn Transaction,
    notice: &Notice,
    occasion: &str,
    to: &[Address],
) -> Result<usize, StoreError> {
    enqueue_as(tx, NoticeId::new(), notice, occasion, to)
}

/// As [`enqueue`], under a name by which the message can be found again.
pub(super) fn enqueue_as(
    tx: &mut dyn Transaction,
    notice_id: NoticeId,
    notice: &Notice,
    occasion: &str,
    to: &[Address],
) -> Result<usize, StoreError> {
    let thread = notice.thread();
    let mut messages = Vec::with_capacity(to.len());
    for address in to {
        let (channel, recipient) = (&address.channel, &address.recipient.id);
        let thread_key = deliveries::first_key(tx, &thread, channel, recipient)?;
        let not_before = address.not_before(notice.level(), notice.at);
        if not_before == notice.at {
            // What waits for the morning must not hold up what cannot.
            deliveries::hasten(tx, &thread, channel, recipient, notice.at)?;
        }
        messages.push(Delivery {
            id: DeliveryId::new(),
            notice_id,
            channel: address.channel.clone(),
            recipient: address.recipient.clone(),
            idempotency_key: decide::idempotency_key(&thread, occasion, notice.kind(), address),
            thread_key,
            state: DeliveryState::Pending,
            attempts: 0,
            not_before,
            lease_epoch: 0,
            created_at: notice.at,
            answer: None,
        });
    }
    if !messages.is_empty() {
        deliveries::enqueue(tx, notice_id, notice, &messages)?;
    }
    Ok(messages.len())
}

/// Which matters, by number, go to whom, given whom each is told: who gets the same gets the same message.
pub(super) fn mailing(
    addressed: impl Iterator<Item = Vec<Address>>,
) -> BTreeMap<Vec<usize>, Vec<Address>> {
    let mut by_recipient: BTreeMap<(String, String), (Address, Vec<usize>)> = BTreeMap::new();
    for (number, addresses) in addressed.enumerate() {
        for address in addresses {
            let key = (address.channel.clone(), address.recipient.id.clone());
            by_recipient.entry(key).or_insert((address, Vec::new())).1.push(number);
        }
    }
    let mut mailing: BTreeMap<Vec<usize>, Vec<Address>> = BTreeMap::new();
    for (address, numbers) in by_recipient.into_values() {
        mailing.entry(numbers).or_default().push(address);
    }
    mailing
}

/// By what the recipient of a message can answer it, if there is something to answer and people can reach the
/// page.
pub(super) fn answer_by(config: &Config, notice: &Notice, delivery: &Delivery) -> Option<AnswerBy> {
    if !notice.is_answerable() {
        return None;
    }
    let web = config.web.as_ref()?;
    let (base, key) = (web.public_url.as_ref()?, web.answers.key.as_ref()?);
    let valid = i64::try_from(web.answers.valid.as_secs()).ok()?;
    let until = delivery.created_at.as_second().checked_add(valid)?;
    let link = AnswerLink { delivery: delivery.id, until };
    let base = base.as_str().trim_end_matches('/');
    let press = presses(config, &web.answers, &delivery.channel)
        .map(|path| Press { url: format!("{base}{path}"), token: link.token(key) });
    Some(AnswerBy { url: format!("{base}/answer/{}", link.sealed(key)), press })
}

/// Where the service of a channel tells of presses, if it does.
fn presses(config: &Config, answers: &Answers, channel: &str) -> Option<&'static str> {
    let channel = config.channels.iter().find(|known| known.id == channel)?;
    match &channel.kind {
        ChannelKind::Room { service: Service::Slack, .. } => {
            answers.slack.is_some().then_some("/slack/interactions")
        }
        ChannelKind::Room { service: Service::Mattermost, .. } => {
            answers.mattermost.then_some("/mattermost/actions")
        }
        _ => None,
    }
}
