//! Up to when each reader has a digest.

use jiff::Timestamp;

use super::transaction::params;
use super::{StoreError, Transaction};

/// Up to when each recipient of a digest has it, by channel and recipient.
///
/// # Errors
/// As [`Transaction::query`].
pub fn until(
    tx: &mut dyn Transaction,
    digest: &str,
    channel: &str,
    recipient: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT until_at FROM digest_run WHERE digest_id = ?1 AND channel = ?2 AND recipient_id = ?3";
    tx.query(sql, params![digest, channel, recipient])?.first().map(|row| row.get(0)).transpose()
}

/// A recipient of a digest has it up to then.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn set_until(
    tx: &mut dyn Transaction,
    digest: &str,
    (channel, recipient): (&str, &str),
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO digest_run (digest_id, channel, recipient_id, until_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (digest_id, channel, recipient_id) DO UPDATE SET until_at = excluded.until_at",
        params![digest, channel, recipient, until],
    )?;
    Ok(())
}
