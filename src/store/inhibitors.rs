//! Alerts that stand for others.

use jiff::Timestamp;

use super::transaction::params;
use super::{StoreError, Transaction};
use crate::model::{AlertId, AlertState};

/// From now until then this alert stands for others.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn stand(
    tx: &mut dyn Transaction,
    (rule, agreed): (&str, &str),
    alert: AlertId,
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO inhibitor (rule, agreed, alert_id, until_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (rule, agreed) DO UPDATE SET alert_id = excluded.alert_id, \
         until_at = excluded.until_at",
        params![rule, agreed, alert, until],
    )?;
    Ok(())
}

/// The alert that stands for others by this rule, if it is still open.
///
/// # Errors
/// As [`Transaction::query`].
pub fn standing(
    tx: &mut dyn Transaction,
    (rule, agreed): (&str, &str),
    now: Timestamp,
) -> Result<Option<AlertId>, StoreError> {
    let rows = tx.query(
        "SELECT i.alert_id FROM inhibitor i JOIN alert a ON a.id = i.alert_id \
         WHERE i.rule = ?1 AND i.agreed = ?2 AND i.until_at > ?3 AND a.state IN (?4, ?5)",
        params![rule, agreed, now, AlertState::Firing.name(), AlertState::Acknowledged.name()],
    )?;
    rows.first().map(|row| row.parse(0)).transpose()
}
