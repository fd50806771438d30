//! Numbers that people see, counted by name.

use super::transaction::params;
use super::{StoreError, Transaction};

/// The next number of a name, from 1 on.
pub(super) fn next(tx: &mut dyn Transaction, name: &str) -> Result<i64, StoreError> {
    let rows = tx.query(
        "INSERT INTO sequence (name, value) VALUES (?1, 1) \
         ON CONFLICT (name) DO UPDATE SET value = sequence.value + 1 RETURNING value",
        params![name],
    )?;
    rows.first().map_or(Ok(1), |row| row.get(0))
}
