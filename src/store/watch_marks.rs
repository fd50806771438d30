//! What was said to the questions of watches: append-only, the last one counts.

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::WatchMark;

/// Marks of one watch that are read.
const MOST: u32 = 10_000;

/// Adds a mark.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn add(tx: &mut dyn Transaction, mark: &WatchMark) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO watch_mark (id, watch_id, question, settled, name, note, at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            mark.id,
            &mark.watch,
            &mark.question,
            mark.settled,
            &mark.by,
            mark.note.as_ref(),
            mark.at
        ],
    )?;
    Ok(())
}

/// What was said to the questions of a watch, oldest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of_watch(tx: &mut dyn Transaction, watch: &str) -> Result<Vec<WatchMark>, StoreError> {
    let rows = tx.query(
        "SELECT id, watch_id, question, settled, name, note, at FROM watch_mark \
         WHERE watch_id = ?1 ORDER BY at DESC, id DESC LIMIT ?2",
        params![watch, MOST],
    )?;
    rows.iter().rev().map(read).collect()
}

fn read(row: &Row) -> Result<WatchMark, StoreError> {
    Ok(WatchMark {
        id: row.parse(0)?,
        watch: row.get(1)?,
        question: row.get(2)?,
        settled: row.get(3)?,
        by: row.get(4)?,
        note: row.get(5)?,
        at: row.get(6)?,
    })
}
