//! Alerts that are told again until somebody takes them.

use jiff::Timestamp;

use super::gathered::Reader;
use super::transaction::{json, params};
use super::{Row, StoreError, Transaction};
use crate::model::{AlertId, Labels, Notice};

/// An alert that is told again until somebody takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reminder {
    /// The alert.
    pub alert: AlertId,
    /// The route.
    pub place: String,
    /// When it is told next.
    pub due_at: Timestamp,
    /// How often, in milliseconds.
    pub every_ms: i64,
    /// How often it was repeated.
    pub times: u32,
    /// Who is told.
    pub readers: Vec<Reader>,
    /// Its labels.
    pub labels: Labels,
    /// What was told of it.
    pub notice: Notice,
}

/// Writes a reminder, new or put off.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn save(tx: &mut dyn Transaction, reminder: &Reminder) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO reminder (alert_id, place, due_at, every_ms, times, readers, labels, notice) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (alert_id, place) DO UPDATE SET \
         due_at = excluded.due_at, every_ms = excluded.every_ms, times = excluded.times, \
         readers = excluded.readers, labels = excluded.labels, notice = excluded.notice",
        params![
            reminder.alert,
            &reminder.place,
            reminder.due_at,
            reminder.every_ms,
            reminder.times,
            json(&reminder.readers)?,
            json(&reminder.labels)?,
            json(&reminder.notice)?
        ],
    )?;
    Ok(())
}

/// Up to `limit` reminders that are due, the longest overdue first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn due(
    tx: &mut dyn Transaction,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Reminder>, StoreError> {
    let sql = "SELECT alert_id, place, due_at, every_ms, times, readers, labels, notice FROM reminder \
               WHERE due_at <= ?1 ORDER BY due_at, alert_id LIMIT ?2";
    let read = |row: &Row| {
        Ok(Reminder {
            alert: row.parse(0)?,
            place: row.get(1)?,
            due_at: row.get(2)?,
            every_ms: row.get(3)?,
            times: row.get(4)?,
            readers: row.json(5)?,
            labels: row.json(6)?,
            notice: row.json(7)?,
        })
    };
    tx.query(sql, params![now, limit])?.iter().map(read).collect()
}

/// An alert is not told again.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn end(tx: &mut dyn Transaction, alert: AlertId, place: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM reminder WHERE alert_id = ?1 AND place = ?2";
    tx.execute(sql, params![alert, place])?;
    Ok(())
}

/// An alert is not told again by any route.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn end_all(tx: &mut dyn Transaction, alert: AlertId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM reminder WHERE alert_id = ?1", params![alert])?;
    Ok(())
}
