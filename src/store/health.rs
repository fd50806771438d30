//! Changes of health that people should know of, until they were told.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::{HealthEvent, HealthEventId};

/// Events of one reading.
const AT_ONCE: u32 = 1000;

/// Adds an event.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn insert(tx: &mut dyn Transaction, event: &HealthEvent) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO health_event (id, source_id, at, was, now, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            event.id, &event.source_id, event.at, event.was.name(), event.now.name(),
            event.reason.as_ref()
        ],
    )?;
    Ok(())
}

/// Events up to `before` that nobody was told of, oldest first, at most a thousand.
///
/// # Errors
/// As [`Transaction::query`].
pub fn untold(tx: &mut dyn Transaction, before: Timestamp) -> Result<Vec<HealthEvent>, StoreError> {
    let rows = tx.query(
        "SELECT id, source_id, at, was, now, reason FROM health_event \
         WHERE told = 0 AND at <= ?1 ORDER BY at, id LIMIT ?2",
        params![before, AT_ONCE],
    )?;
    rows.iter().map(read).collect()
}

/// Marks events as told.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn mark_told(tx: &mut dyn Transaction, ids: &[HealthEventId]) -> Result<(), StoreError> {
    for id in ids {
        tx.execute("UPDATE health_event SET told = 1 WHERE id = ?1", params![*id])?;
    }
    Ok(())
}

/// Removes events before `before`, told or not: nobody needs to hear of them any more.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn prune(tx: &mut dyn Transaction, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM health_event WHERE at < ?1", params![before])
}

fn read(row: &Row) -> Result<HealthEvent, StoreError> {
    Ok(HealthEvent {
        id: row.parse(0)?,
        source_id: row.get(1)?,
        at: row.get(2)?,
        was: row.parse(3)?,
        now: row.parse(4)?,
        reason: row.get(5)?,
    })
}
