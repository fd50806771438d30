//! How the channels fare: written with the outcome of each attempt, read by those who look after them.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::ChannelHealth;

const COLUMNS: &str = "channel, failures, failing_since, accepted_at, last_error, dead_untold, dead_since, \
                       told_at, dead_told_at, disabled_at";

/// Notes that a channel took a message.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn accepted(tx: &mut dyn Transaction, channel: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO channel_health (channel, accepted_at) VALUES (?1, ?2) \
         ON CONFLICT (channel) DO UPDATE SET accepted_at = ?2, failures = 0, failing_since = NULL, \
         last_error = NULL",
        params![channel, now],
    )?;
    Ok(())
}

/// Notes that an attempt failed.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn failed(
    tx: &mut dyn Transaction,
    channel: &str,
    error: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO channel_health (channel, failures, failing_since, last_error) VALUES (?1, 1, ?2, ?3) \
         ON CONFLICT (channel) DO UPDATE SET failures = channel_health.failures + 1, \
         failing_since = COALESCE(channel_health.failing_since, ?2), last_error = ?3",
        params![channel, now, error],
    )?;
    Ok(())
}

/// Notes that a message was given up, beside the failure itself.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn lost(tx: &mut dyn Transaction, channel: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO channel_health (channel, dead_untold, dead_since) VALUES (?1, 1, ?2) \
         ON CONFLICT (channel) DO UPDATE SET dead_untold = channel_health.dead_untold + 1, \
         dead_since = COALESCE(channel_health.dead_since, ?2)",
        params![channel, now],
    )?;
    Ok(())
}

/// Notes that the receiver is gone, beside the loss itself: nothing is sent to it any more.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn disable(tx: &mut dyn Transaction, channel: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO channel_health (channel, disabled_at) VALUES (?1, ?2) \
         ON CONFLICT (channel) DO UPDATE SET disabled_at = COALESCE(channel_health.disabled_at, ?2)",
        params![channel, now],
    )?;
    Ok(())
}

/// Lets a channel that was disabled have messages again. False if it was not.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn enable(tx: &mut dyn Transaction, channel: &str) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE channel_health SET disabled_at = NULL, failures = 0, failing_since = NULL, last_error = NULL \
         WHERE channel = ?1 AND disabled_at IS NOT NULL",
        params![channel],
    )?;
    Ok(changed > 0)
}

/// How every channel fares that was ever used.
///
/// # Errors
/// As [`Transaction::query`].
pub fn all(tx: &mut dyn Transaction) -> Result<Vec<ChannelHealth>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM channel_health ORDER BY channel");
    tx.query(&sql, &[])?.iter().map(read).collect()
}

/// Operators are told what became of it: whether they think now that it fails, and whether they
/// heard of the messages that were given up.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn told(
    tx: &mut dyn Transaction,
    channel: &str,
    fails_since: Option<Timestamp>,
    heard_of_dead: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE channel_health SET told_at = ?2 WHERE channel = ?1",
        params![channel, fails_since],
    )?;
    if let Some(at) = heard_of_dead {
        tx.execute(
            "UPDATE channel_health SET dead_untold = 0, dead_since = NULL, dead_told_at = ?2 \
             WHERE channel = ?1",
            params![channel, at],
        )?;
    }
    Ok(())
}

/// Messages of a channel that wait or are on their way.
///
/// # Errors
/// As [`Transaction::query`].
pub fn waiting(tx: &mut dyn Transaction, channel: &str) -> Result<u32, StoreError> {
    let rows = tx.query(
        "SELECT COUNT(*) FROM delivery WHERE channel = ?1 AND state IN ('pending', 'leased', 'in_doubt')",
        params![channel],
    )?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

fn read(row: &Row) -> Result<ChannelHealth, StoreError> {
    Ok(ChannelHealth {
        channel: row.get(0)?,
        failures: row.get(1)?,
        failing_since: row.get(2)?,
        accepted_at: row.get(3)?,
        last_error: row.get(4)?,
        dead_untold: row.get(5)?,
        dead_since: row.get(6)?,
        told_at: row.get(7)?,
        dead_told_at: row.get(8)?,
        disabled_at: row.get(9)?,
    })
}
