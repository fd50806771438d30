//! Waits that were measured by a clock which has been set back since.

use jiff::Timestamp;

use super::transaction::params;
use super::{StoreError, Transaction};

/// What waits for a length of time, not for an hour of the day: table, column, which rows.
const WAITS: [(&str, &str, &str); 7] = [
    ("source_state", "next_check_at", ""),
    ("entry", "not_before", " AND state = 'pending'"),
    // Those that were never tried may wait for the end of quiet hours.
    ("delivery", "not_before", " AND state = 'pending' AND attempts > 0"),
    ("escalation", "due_at", ""),
    ("alert_group", "due_at", ""),
    ("alert_flow", "due_at", ""),
    ("reminder", "due_at", ""),
];

/// Shortens all waits by the milliseconds that the clock went back. Answers how many there were.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn shorten(tx: &mut dyn Transaction, by_ms: i64, now: Timestamp) -> Result<u64, StoreError> {
    let mut changed = 0;
    for (table, column, which) in WAITS {
        let sql = format!(
            "UPDATE {table} SET {column} = CASE WHEN {column} - ?1 < ?2 THEN ?2 ELSE {column} - ?1 END \
             WHERE {column} > ?2{which}"
        );
        changed += tx.execute(&sql, params![by_ms, now])?;
    }
    Ok(changed)
}
