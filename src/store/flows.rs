//! What each recipient was told lately, for storm control.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::gathered::Reader;
use super::transaction::{json, params};
use super::{Row, StoreError, Transaction};
use crate::model::Recipient;

/// What a recipient was told lately; none if nothing.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find<T: DeserializeOwned>(
    tx: &mut dyn Transaction,
    channel: &str,
    recipient: &str,
) -> Result<Option<T>, StoreError> {
    let sql = "SELECT flow FROM alert_flow WHERE channel = ?1 AND recipient_id = ?2";
    tx.query(sql, params![channel, recipient])?.first().map(|row| row.json(0)).transpose()
}

/// Writes what a recipient was told lately, and when the summary of the rest is due.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn save<T: Serialize>(
    tx: &mut dyn Transaction,
    (channel, recipient): (&str, &Recipient),
    flow: &T,
    due_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO alert_flow (channel, recipient_id, recipient, flow, due_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (channel, recipient_id) DO UPDATE SET \
         recipient = excluded.recipient, flow = excluded.flow, due_at = excluded.due_at, \
         updated_at = excluded.updated_at",
        params![channel, &recipient.id, json(recipient)?, json(flow)?, due_at, now],
    )?;
    Ok(())
}

/// Up to `limit` recipients whose summary is due.
///
/// # Errors
/// As [`Transaction::query`].
pub fn due<T: DeserializeOwned>(
    tx: &mut dyn Transaction,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(Reader, T)>, StoreError> {
    let sql = "SELECT channel, recipient, flow FROM alert_flow \
               WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at, channel, recipient_id LIMIT ?2";
    let read = |row: &Row| Ok(((row.get(0)?, row.json(1)?), row.json(2)?));
    tx.query(sql, params![now, limit])?.iter().map(read).collect()
}
