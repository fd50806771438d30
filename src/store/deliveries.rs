//! The outbox: what is to be told to whom, written together with the decision to tell it.

mod fallbacks;
mod letters;

use std::time::Duration;

use jiff::Timestamp;

pub use fallbacks::{Late, enqueue_fallback, fell_back, late};
pub use letters::{Filter, Letter, Retried, find_letter, letters, retry};

use super::transaction::{json, params};
use super::{Lease, Row, StoreError, Transaction};
use crate::model::{AttemptOutcome, Delivery, DeliveryId, DeliveryState, Level, Notice, NoticeId};

const COLUMNS: &str = "id, notice_id, channel, recipient, idempotency_key, thread_key, state, attempts, \
                       not_before, lease_epoch, created_at";

/// A delivery and the facts that it tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// The message.
    pub delivery: Delivery,
    /// Its facts.
    pub notice: Notice,
    /// For how long it has been tried; its patience counts by this.
    pub tried: Duration,
}

/// Adds the facts of a message and its deliveries to the outbox.
///
/// # Errors
/// [`StoreError::Conflict`] if one of the idempotency keys exists.
pub fn enqueue(
    tx: &mut dyn Transaction,
    id: NoticeId,
    notice: &Notice,
    deliveries: &[Delivery],
) -> Result<(), StoreError> {
    let thread = notice.thread();
    tx.execute(
        "INSERT INTO notice (id, thread, body, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![id, &thread, json(notice)?, notice.at],
    )?;
    for delivery in deliveries {
        tx.execute(
            "INSERT INTO delivery (id, notice_id, thread, channel, recipient_id, recipient, \
             idempotency_key, thread_key, state, not_before, created_at, updated_at, urgent) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'pending', ?9, ?10, ?10, ?11)",
            params![
                delivery.id,
                id,
                &thread,
                &delivery.channel,
                &delivery.recipient.id,
                json(&delivery.recipient)?,
                &delivery.idempotency_key,
                delivery.thread_key.as_ref(),
                delivery.not_before,
                delivery.created_at,
                is_urgent(notice)
            ],
        )?;
    }
    Ok(())
}

/// Claims up to `limit` due deliveries of a channel, red ones first, then the oldest; none of a channel that is
/// disabled. A recipient gets the messages
/// of one thread in order: a later one waits until the earlier ones are settled. What was in doubt
/// when its worker died is taken again, with the same key.
///
/// # Errors
/// As [`Transaction::query`].
pub fn claim(
    tx: &mut dyn Transaction,
    channel: &str,
    lease: Lease<'_>,
    limit: u32,
) -> Result<Vec<Outgoing>, StoreError> {
    let sql = format!(
        "UPDATE delivery SET state = 'leased', lease_owner = ?1, lease_until = ?2, \
         lease_epoch = lease_epoch + 1, attempts = attempts + 1, updated_at = ?3, \
         first_try_at = COALESCE(first_try_at, ?3) \
         WHERE id IN (SELECT d.id FROM delivery d WHERE d.channel = ?4 \
             AND d.state IN ('pending', 'leased', 'in_doubt') AND d.not_before <= ?3 AND d.lease_until <= ?3 \
             AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.thread = d.thread \
                 AND e.recipient_id = d.recipient_id AND e.channel = d.channel AND e.id < d.id \
                 AND e.state NOT IN ('accepted', 'dead')) \
             AND NOT EXISTS (SELECT 1 FROM channel_health h WHERE h.channel = ?4 \
                 AND h.disabled_at IS NOT NULL) \
             ORDER BY d.urgent DESC, d.created_at, d.id LIMIT ?5{}) RETURNING {COLUMNS}, tried_ms",
        tx.skip_locked()
    );
    let rows = tx.query(&sql, params![lease.owner, lease.until, lease.now, channel, limit])?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in &rows {
        let delivery = read(row)?;
        tx.execute(
            "INSERT INTO attempt (delivery_id, n, started_at, outcome) VALUES (?1, ?2, ?3, 'leased')",
            params![delivery.id, delivery.attempts, lease.now],
        )?;
        let notice = notice(tx, delivery.notice_id)?;
        let tried = Duration::from_millis(row.get::<i64>(11)?.unsigned_abs());
        claimed.push(Outgoing { delivery, notice, tried });
    }
    claimed.sort_by_key(|outgoing| (!is_urgent(&outgoing.notice), outgoing.delivery.id));
    Ok(claimed)
}

fn is_urgent(notice: &Notice) -> bool {
    notice.level() == Some(Level::Red)
}

/// Records that the hand-over begins: from here on a crash leaves it in doubt.
/// False if the claim was lost meanwhile: then nothing must be sent.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn begin_hand_over(
    tx: &mut dyn Transaction,
    delivery: &Delivery,
    lease: Lease<'_>,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE delivery SET state = 'in_doubt', lease_until = ?3, updated_at = ?4 \
         WHERE id = ?1 AND lease_epoch = ?2 AND state = 'leased'",
        params![delivery.id, delivery.lease_epoch, lease.until, lease.now],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    tx.execute(
        "UPDATE attempt SET outcome = 'in_doubt' WHERE delivery_id = ?1 AND n = ?2",
        params![delivery.id, delivery.attempts],
    )?;
    Ok(true)
}

/// Records how an attempt ended. False if the claim was lost meanwhile.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn finish(
    tx: &mut dyn Transaction,
    delivery: &Delivery,
    outcome: &AttemptOutcome,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (state, name, detail, not_before) = match outcome {
        AttemptOutcome::Accepted(answer) => (DeliveryState::Accepted, "accepted", answer, now),
        AttemptOutcome::Retry { at, error, .. } => (DeliveryState::Pending, "retry", error, *at),
        AttemptOutcome::Refused(error) | AttemptOutcome::Gone(error) => {
            (DeliveryState::Dead, "refused", error, now)
        }
    };
    let tried_ms = match outcome {
        AttemptOutcome::Retry { tried, .. } => i64::try_from(tried.as_millis()).ok(),
        _ => None,
    };
    let error = (state != DeliveryState::Accepted).then_some(detail);
    let changed = tx.execute(
        "UPDATE delivery SET state = ?3, not_before = ?4, last_error = ?5, lease_until = 0, updated_at = ?6, \
         tried_ms = COALESCE(?7, tried_ms) \
         WHERE id = ?1 AND lease_epoch = ?2 AND state IN ('leased', 'in_doubt')",
        params![delivery.id, delivery.lease_epoch, state.name(), not_before, error, now, tried_ms],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    tx.execute(
        "UPDATE attempt SET finished_at = ?3, outcome = ?4, detail = ?5 WHERE delivery_id = ?1 AND n = ?2",
        params![delivery.id, delivery.attempts, now, name, detail],
    )?;
    Ok(true)
}

/// Gives back claimed deliveries whose hand-over has not begun, without counting the attempt.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn give_back(tx: &mut dyn Transaction, delivery: &Delivery) -> Result<(), StoreError> {
    let changed = tx.execute(
        "UPDATE delivery SET state = 'pending', attempts = attempts - 1, lease_until = 0, \
         first_try_at = CASE WHEN attempts <= 1 THEN NULL ELSE first_try_at END \
         WHERE id = ?1 AND lease_epoch = ?2 AND state = 'leased'",
        params![delivery.id, delivery.lease_epoch],
    )?;
    if changed == 1 {
        tx.execute(
            "DELETE FROM attempt WHERE delivery_id = ?1 AND n = ?2",
            params![delivery.id, delivery.attempts],
        )?;
    }
    Ok(())
}

/// Takes back the deliveries of a message that have not been tried yet.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn withdraw(tx: &mut dyn Transaction, notice: NoticeId) -> Result<u64, StoreError> {
    let sql = "DELETE FROM delivery WHERE notice_id = ?1 AND state = 'pending' AND attempts = 0";
    tx.execute(sql, params![notice])
}

/// Takes back what has not been tried yet of a thread. Answers how many deliveries that were.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn take_back(tx: &mut dyn Transaction, thread: &str) -> Result<u64, StoreError> {
    let sql = "DELETE FROM delivery WHERE thread = ?1 AND state = 'pending' AND attempts = 0";
    tx.execute(sql, params![thread])
}

/// Lets what a recipient has still to get of a thread, and has not been tried yet, go out by `at`: something
/// urgent follows, and they get all in order.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn hasten(
    tx: &mut dyn Transaction,
    thread: &str,
    channel: &str,
    recipient: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE delivery SET not_before = ?4 WHERE thread = ?1 AND recipient_id = ?3 AND channel = ?2 \
         AND state = 'pending' AND attempts = 0 AND not_before > ?4",
        params![thread, channel, recipient, at],
    )?;
    Ok(())
}

/// A delivery and its thread, if there is one of that name.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find(
    tx: &mut dyn Transaction,
    id: DeliveryId,
) -> Result<Option<(Delivery, String)>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, thread FROM delivery WHERE id = ?1");
    let rows = tx.query(&sql, params![id])?;
    rows.first().map(|row| Ok((read(row)?, row.get(11)?))).transpose()
}

/// The key of the first message of a thread to a recipient over a channel.
///
/// # Errors
/// As [`Transaction::query`].
pub fn first_key(
    tx: &mut dyn Transaction,
    thread: &str,
    channel: &str,
    recipient: &str,
) -> Result<Option<String>, StoreError> {
    let rows = tx.query(
        "SELECT idempotency_key FROM delivery WHERE thread = ?1 AND channel = ?2 AND recipient_id = ?3 \
         ORDER BY id LIMIT 1",
        params![thread, channel, recipient],
    )?;
    rows.first().map(|row| row.get(0)).transpose()
}

/// Whether a message of this key was put into the outbox before.
///
/// # Errors
/// As [`Transaction::query`].
pub fn is_known(tx: &mut dyn Transaction, key: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM delivery WHERE idempotency_key = ?1";
    Ok(!tx.query(sql, params![key])?.is_empty())
}

/// How many deliveries are not settled and due by `until`; none means that the outbox is idle.
///
/// # Errors
/// As [`Transaction::query`].
pub fn unsettled(tx: &mut dyn Transaction, until: Timestamp) -> Result<u32, StoreError> {
    let rows = tx.query(
        "SELECT COUNT(*) FROM delivery WHERE state IN ('pending', 'leased', 'in_doubt') AND not_before <= ?1",
        params![until],
    )?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Every delivery, oldest first, at most `limit`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn list(tx: &mut dyn Transaction, limit: u32) -> Result<Vec<Delivery>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM delivery ORDER BY created_at, id LIMIT ?1");
    tx.query(&sql, params![limit])?.iter().map(read).collect()
}

/// The deliveries of a thread, in the order in which they were decided.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of_thread(tx: &mut dyn Transaction, thread: &str) -> Result<Vec<Delivery>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE thread = ?1 ORDER BY id");
    tx.query(&sql, params![thread])?.iter().map(read).collect()
}

/// The facts of a message.
///
/// # Errors
/// [`StoreError::Mismatch`] if there is none.
pub fn notice(tx: &mut dyn Transaction, id: NoticeId) -> Result<Notice, StoreError> {
    let rows = tx.query("SELECT body FROM notice WHERE id = ?1", params![id])?;
    let row =
        rows.first().ok_or_else(|| StoreError::Mismatch(format!("notice {id} is missing")))?;
    row.json(0)
}

fn read(row: &Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: row.parse::<DeliveryId>(0)?,
        notice_id: row.parse(1)?,
        channel: row.get(2)?,
        recipient: row.json(3)?,
        idempotency_key: row.get(4)?,
        thread_key: row.get(5)?,
        state: row.name(6, &DeliveryState::ALL, DeliveryState::name)?,
        attempts: row.get(7)?,
        not_before: row.get(8)?,
        lease_epoch: row.get(9)?,
        created_at: row.get(10)?,
        answer: None,
    })
}

/// Recipients whose last message over some channel was given up since an instant, by id.
///
/// # Errors
/// As [`Transaction::query`].
pub fn bounced(tx: &mut dyn Transaction, since: Timestamp) -> Result<Vec<String>, StoreError> {
    let rows = tx.query(
        "SELECT DISTINCT d.recipient_id FROM delivery d WHERE d.state = 'dead' AND d.updated_at >= ?1 \
         AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.recipient_id = d.recipient_id \
         AND o.channel = d.channel AND o.state = 'accepted' AND o.updated_at > d.updated_at)",
        params![since],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}
