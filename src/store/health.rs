//! Changes of health that people should know of, until they were told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction, Value};
use crate::model::{Health, HealthEvent, HealthEventId};

/// Events of one reading.
const AT_ONCE: u32 = 1000;
/// Events of one marking.
const MARKED_AT_ONCE: usize = 500;
/// What `told` holds beside 0, untold.
const TOLD: i64 = 1;
const PASSED_OVER: i64 = 2;

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
    mark(tx, ids, TOLD)
}

/// Marks events that nobody need be told of.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn pass_over(tx: &mut dyn Transaction, ids: &[HealthEventId]) -> Result<(), StoreError> {
    mark(tx, ids, PASSED_OVER)
}

/// In few statements: an outage has as many events as there are sources.
fn mark(tx: &mut dyn Transaction, ids: &[HealthEventId], told: i64) -> Result<(), StoreError> {
    for ids in ids.chunks(MARKED_AT_ONCE) {
        let places: Vec<String> = (2..).take(ids.len()).map(|n| format!("?{n}")).collect();
        let sql = format!("UPDATE health_event SET told = ?1 WHERE id IN ({})", places.join(", "));
        let values: Vec<Value> =
            std::iter::once(told.into()).chain(ids.iter().map(|id| (*id).into())).collect();
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

/// How people last heard that the sources are of which something is untold; healthy if all that
/// was settled of a source was passed over. Sources of which nothing is settled are missing.
///
/// # Errors
/// As [`Transaction::query`].
pub fn last_told(tx: &mut dyn Transaction) -> Result<BTreeMap<String, Health>, StoreError> {
    let rows = tx.query(
        "SELECT source_id, told, now FROM (SELECT source_id, told, now, \
             ROW_NUMBER() OVER (PARTITION BY source_id ORDER BY told, at DESC, id DESC) AS place \
             FROM health_event WHERE told > 0 \
             AND source_id IN (SELECT source_id FROM health_event WHERE told = 0)) AS settled \
         WHERE place = 1",
        &[],
    )?;
    let read = |row: &Row| {
        let heard = row.get::<i64>(1)? == TOLD;
        Ok((row.get(0)?, if heard { row.parse(2)? } else { Health::Healthy }))
    };
    rows.iter().map(read).collect()
}

/// The sources that are healthy now.
///
/// # Errors
/// As [`Transaction::query`].
pub fn healthy(tx: &mut dyn Transaction) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT source_id FROM source_state WHERE health = ?1";
    tx.query(sql, params![Health::Healthy.name()])?.iter().map(|row| row.get(0)).collect()
}

/// When a source is asked next.
///
/// # Errors
/// As [`Transaction::query`].
pub fn next_check(tx: &mut dyn Transaction, id: &str) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT next_check_at FROM source_state WHERE source_id = ?1";
    tx.query(sql, params![id])?.first().map(|row| row.get(0)).transpose()
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
