//! What waits to be told, over all its tables: whether something is due, and what may go.

use jiff::Timestamp;

use super::transaction::params;
use super::{StoreError, Transaction};
use crate::model::Recipient;

/// A channel and who is told over it.
pub type Reader = (String, Recipient);

/// Whether a group, a reminder or a summary is due, a silence ends, or something that it held back waits.
///
/// # Errors
/// As [`Transaction::query`].
pub fn anything_due(
    tx: &mut dyn Transaction,
    now: Timestamp,
    warn_before: Timestamp,
) -> Result<bool, StoreError> {
    let rows = tx.query(
        "SELECT (SELECT COUNT(*) FROM alert_group WHERE due_at IS NOT NULL AND due_at <= ?1) \
         + (SELECT COUNT(*) FROM reminder WHERE due_at <= ?1) \
         + (SELECT COUNT(*) FROM alert_flow WHERE due_at IS NOT NULL AND due_at <= ?1) \
         + (SELECT COUNT(*) FROM silence WHERE reported = 0 \
            AND (ends_at <= ?1 OR (warned = 0 AND ends_at <= ?2))) \
         + (SELECT COUNT(*) FROM held_alert h JOIN silence s ON s.id = h.by_id \
            WHERE h.notice IS NOT NULL AND s.reported = 1)",
        params![now, warn_before],
    )?;
    rows.first().map_or(Ok(false), |row| Ok(row.get::<i64>(0)? > 0))
}

/// Removes what nobody needs any more: groups told and flows last used before `before`, and what
/// stood for others until then.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn prune(tx: &mut dyn Transaction, before: Timestamp) -> Result<(), StoreError> {
    let before = params![before];
    tx.execute("DELETE FROM alert_group WHERE due_at IS NULL AND told_at < ?1", before)?;
    tx.execute("DELETE FROM alert_flow WHERE due_at IS NULL AND updated_at < ?1", before)?;
    tx.execute("DELETE FROM inhibitor WHERE until_at < ?1", before)?;
    Ok(())
}
