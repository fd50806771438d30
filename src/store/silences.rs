//! Silences, the running ones and those that ended.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction, sequence};
use crate::model::Silence;

const COLUMNS: &str = "id, query, owner, reason, starts_at, ends_at, warned, reported";
/// Silences that can run at once.
const MOST: u32 = 1_000;

/// The next identifier: `S-12`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn next_id(tx: &mut dyn Transaction) -> Result<String, StoreError> {
    let value = sequence::next(tx, "silence")?;
    Ok(format!("S-{value}"))
}

/// Writes a silence, new or changed.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn save(tx: &mut dyn Transaction, silence: &Silence) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO silence (id, query, owner, reason, starts_at, ends_at, warned, reported) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET \
         ends_at = excluded.ends_at, warned = excluded.warned, reported = excluded.reported",
        params![
            &silence.id,
            &silence.query,
            &silence.owner,
            &silence.reason,
            silence.starts_at,
            silence.ends_at,
            silence.warned,
            silence.reported
        ],
    )?;
    Ok(())
}

/// A silence by its identifier.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find(tx: &mut dyn Transaction, id: &str) -> Result<Option<Silence>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM silence WHERE id = ?1");
    tx.query(&sql, params![id])?.first().map(read).transpose()
}

/// Those that run at `now`, the first to end first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn running(tx: &mut dyn Transaction, now: Timestamp) -> Result<Vec<Silence>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM silence WHERE reported = 0 AND starts_at <= ?1 AND ends_at > ?1 \
         ORDER BY ends_at, id LIMIT ?2"
    );
    tx.query(&sql, params![now, MOST])?.iter().map(read).collect()
}

/// Those whose owner must hear something by `before`: they end by then and were not warned of, or
/// ended by `now` and were not reported.
///
/// # Errors
/// As [`Transaction::query`].
pub fn ending(
    tx: &mut dyn Transaction,
    now: Timestamp,
    before: Timestamp,
) -> Result<Vec<Silence>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM silence WHERE reported = 0 \
         AND (ends_at <= ?1 OR (warned = 0 AND ends_at <= ?2)) ORDER BY ends_at, id LIMIT 100"
    );
    tx.query(&sql, params![now, before])?.iter().map(read).collect()
}

/// All of them that have not ended by `since`, the newest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn list(tx: &mut dyn Transaction, since: Timestamp) -> Result<Vec<Silence>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM silence WHERE ends_at > ?1 ORDER BY starts_at DESC, id DESC LIMIT ?2"
    );
    tx.query(&sql, params![since, MOST])?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Silence, StoreError> {
    Ok(Silence {
        id: row.get(0)?,
        query: row.get(1)?,
        owner: row.get(2)?,
        reason: row.get(3)?,
        starts_at: row.get(4)?,
        ends_at: row.get(5)?,
        warned: row.get(6)?,
        reported: row.get(7)?,
    })
}
