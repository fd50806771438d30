//! Messages that their channel does not get through, and those that stand in for them.

use jiff::Timestamp;

use super::{COLUMNS, read};
use crate::model::{Delivery, DeliveryId};
use crate::store::transaction::{json, params};
use crate::store::{StoreError, Transaction};

/// At most so many are looked at in one transaction.
const BATCH: u32 = 100;

/// Which messages of a channel need a second way.
#[derive(Debug, Clone, Copy)]
pub struct Late<'a> {
    /// The channel.
    pub channel: &'a str,
    /// Those due at this time or earlier and still not accepted.
    pub due_by: Timestamp,
    /// When the channel last took a message: what waits untried behind later successes only waits
    /// for its turn.
    pub accepted_at: Option<Timestamp>,
    /// Those given up at this time or later; older ones are history.
    pub dead_since: Timestamp,
}

/// The messages that need a second way and have none, oldest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn late(tx: &mut dyn Transaction, late: Late<'_>) -> Result<Vec<Delivery>, StoreError> {
    let accepted_at = late.accepted_at.unwrap_or(Timestamp::UNIX_EPOCH);
    let sql = format!(
        "SELECT {COLUMNS} FROM delivery WHERE channel = ?1 AND fell_back_at IS NULL AND ( \
             (state = 'dead' AND updated_at >= ?2) \
             OR (state IN ('pending', 'leased', 'in_doubt') AND COALESCE(first_try_at, not_before) <= ?3 \
                 AND (attempts > 0 OR not_before >= ?4))) \
         ORDER BY id LIMIT {BATCH}"
    );
    let values = params![late.channel, late.dead_since, late.due_by, accepted_at];
    tx.query(&sql, values)?.iter().map(read).collect()
}

/// Notes that others stand in for a message, or that nobody can.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn fell_back(
    tx: &mut dyn Transaction,
    delivery: DeliveryId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute("UPDATE delivery SET fell_back_at = ?2 WHERE id = ?1", params![delivery, now])?;
    Ok(())
}

/// Adds a message that tells the facts of another one's notice over another channel. False if that
/// recipient is told of them there anyway.
///
/// # Errors
/// [`StoreError::Conflict`] if its idempotency key exists.
pub fn enqueue_fallback(
    tx: &mut dyn Transaction,
    delivery: &Delivery,
    thread: &str,
    stands_in_for: DeliveryId,
) -> Result<bool, StoreError> {
    let known = tx.query(
        "SELECT 1 FROM delivery WHERE notice_id = ?1 AND channel = ?2 AND recipient_id = ?3 LIMIT 1",
        params![delivery.notice_id, &delivery.channel, &delivery.recipient.id],
    )?;
    if !known.is_empty() {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO delivery (id, notice_id, thread, channel, recipient_id, recipient, \
         idempotency_key, thread_key, state, not_before, created_at, updated_at, fallback_of, \
         urgent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'pending', ?9, ?10, ?10, ?11, \
         (SELECT urgent FROM delivery WHERE id = ?11))",
        params![
            delivery.id,
            delivery.notice_id,
            thread,
            &delivery.channel,
            &delivery.recipient.id,
            json(&delivery.recipient)?,
            &delivery.idempotency_key,
            delivery.thread_key.as_ref(),
            delivery.not_before,
            delivery.created_at,
            stands_in_for
        ],
    )?;
    Ok(true)
}
