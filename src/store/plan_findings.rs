//! What the inspection of the plans found before, so that it is told once and then again at intervals.

use jiff::Timestamp;

use super::transaction::params;
use super::{StoreError, Transaction};

/// A finding that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What names it for as long as it lasts.
    pub key: String,
    /// When it was first told.
    pub since: Timestamp,
    /// When it was last told.
    pub told_at: Timestamp,
}

/// All that last.
///
/// # Errors
/// As [`Transaction::query`].
pub fn all(tx: &mut dyn Transaction) -> Result<Vec<Known>, StoreError> {
    let rows = tx.query("SELECT key, since, told_at FROM plan_finding ORDER BY key", &[])?;
    let known = rows
        .iter()
        .map(|row| Ok(Known { key: row.get(0)?, since: row.get(1)?, told_at: row.get(2)? }));
    known.collect()
}

/// Records that a finding is told now; since when it is known stays.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn told(tx: &mut dyn Transaction, key: &str, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO plan_finding (key, since, told_at) VALUES (?1, ?2, ?2) \
               ON CONFLICT (key) DO UPDATE SET told_at = excluded.told_at";
    tx.execute(sql, params![key, now])?;
    Ok(())
}

/// Records that a finding is seen to.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn forget(tx: &mut dyn Transaction, key: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM plan_finding WHERE key = ?1", params![key])?;
    Ok(())
}
