//! How far the mailboxes of complaints were read.

use jiff::Timestamp;

use super::transaction::params;
use super::{StoreError, Transaction};
use crate::model::{MailboxMark, MailboxState};

/// How a mailbox is; as if it was never read where nothing is known of it.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find(tx: &mut dyn Transaction, id: &str) -> Result<MailboxState, StoreError> {
    let sql =
        "SELECT validity, last, read_at, failures, failing_since, error FROM mailbox WHERE id = ?1";
    let rows = tx.query(sql, params![id])?;
    let Some(row) = rows.first() else { return Ok(MailboxState::default()) };
    let mark = match (row.get(0)?, row.get(1)?, row.get(2)?) {
        (Some(validity), Some(last), Some(read_at)) => {
            Some(MailboxMark { validity, last, read_at })
        }
        _ => None,
    };
    Ok(MailboxState { mark, failures: row.get(3)?, failing_since: row.get(4)?, error: row.get(5)? })
}

/// Records that a mailbox was read up to a mark.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn mark(tx: &mut dyn Transaction, id: &str, mark: &MailboxMark) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mailbox (id, validity, last, read_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET \
         validity = excluded.validity, last = excluded.last, read_at = excluded.read_at",
        params![id, mark.validity, mark.last, mark.read_at],
    )?;
    Ok(())
}

/// Records that a mailbox can be read.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn works(tx: &mut dyn Transaction, id: &str) -> Result<(), StoreError> {
    let sql = "UPDATE mailbox SET failures = 0, failing_since = NULL, error = NULL WHERE id = ?1";
    tx.execute(sql, params![id])?;
    Ok(())
}

/// Records that a mailbox could not be read.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn fails(
    tx: &mut dyn Transaction,
    id: &str,
    error: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mailbox (id, failures, failing_since, error) VALUES (?1, 1, ?2, ?3) \
         ON CONFLICT (id) DO UPDATE SET failures = mailbox.failures + 1, \
         failing_since = COALESCE(mailbox.failing_since, excluded.failing_since), error = excluded.error",
        params![id, now, error],
    )?;
    Ok(())
}
