//! Puts messages into the outbox: the frozen facts once, and a delivery to each recipient, under
//! the key and in the thread that they keep for ever.

use jiff::Timestamp;

use crate::config::Config;
use crate::decide::{self, Address};
use crate::model::{Delivery, DeliveryId, DeliveryState, Notice, NoticeBody, NoticeId};
use crate::store::{StoreError, Transaction, deliveries};

/// A message of this organisation, decided at `at`.
pub(super) fn notice(config: &Config, at: Timestamp, body: NoticeBody) -> Notice {
    let public_url = config.web.as_ref().and_then(|web| web.public_url.as_ref());
    Notice {
        organisation: config.organisation.name.clone(),
        at,
        status_url: public_url.map(ToString::to_string),
        body,
    }
}

/// Writes a message to some recipients, due at once; `occasion` tells it from the other messages
/// of its thread. Answers how many deliveries that makes.
pub(super) fn enqueue(
    tx: &mut dyn Transaction,
    notice: &Notice,
    occasion: &str,
    to: &[Address],
) -> Result<usize, StoreError> {
    let (notice_id, thread) = (NoticeId::new(), notice.thread());
    let mut messages = Vec::with_capacity(to.len());
    for address in to {
        let thread_key =
            deliveries::first_key(tx, &thread, &address.channel, &address.recipient.id)?;
        messages.push(Delivery {
            id: DeliveryId::new(),
            notice_id,
            channel: address.channel.clone(),
            recipient: address.recipient.clone(),
            idempotency_key: decide::idempotency_key(&thread, occasion, notice.kind(), address),
            thread_key,
            state: DeliveryState::Pending,
            attempts: 0,
            not_before: notice.at,
            lease_epoch: 0,
            created_at: notice.at,
        });
    }
    if !messages.is_empty() {
        deliveries::enqueue(tx, notice_id, notice, &messages)?;
    }
    Ok(messages.len())
}
