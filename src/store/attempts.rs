//! What happened on each try of a delivery; append only.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::DeliveryId;

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub n: u32,
    /// When it was taken from the outbox.
    pub started_at: Timestamp,
    /// When its outcome was recorded; none if it was cut off.
    pub finished_at: Option<Timestamp>,
    /// `accepted`, `retry`, `refused`; `leased` was cut off before the hand-over, `in_doubt` in it.
    pub outcome: String,
    /// The receiver's answer, or what went wrong.
    pub detail: Option<String>,
}

/// All tries of a delivery, in their order.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of(tx: &mut dyn Transaction, delivery: DeliveryId) -> Result<Vec<Attempt>, StoreError> {
    let rows = tx.query(
        "SELECT n, started_at, finished_at, outcome, detail FROM attempt WHERE delivery_id = ?1 ORDER BY n",
        params![delivery],
    )?;
    rows.iter().map(read).collect()
}

/// What the last try of a delivery came to, if it says so.
///
/// # Errors
/// As [`Transaction::query`].
pub fn last_detail(
    tx: &mut dyn Transaction,
    delivery: DeliveryId,
) -> Result<Option<String>, StoreError> {
    Ok(of(tx, delivery)?.pop().and_then(|attempt| attempt.detail))
}

fn read(row: &Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        n: row.get(0)?,
        started_at: row.get(1)?,
        finished_at: row.get(2)?,
        outcome: row.get(3)?,
        detail: row.get(4)?,
    })
}
