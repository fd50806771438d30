//! What is remembered of each source, and who polls it now.

use jiff::{SignedDuration, Timestamp};

use super::entries;
use super::transaction::params;
use super::{Lease, Row, StoreError, Transaction};
use crate::model::{Address, Entry, SourceState, Validators};

const COLUMNS: &str = "source_id, etag, last_modified, body_hash, next_check_at, last_success_at, \
                       failures, last_error, seeded, address, memory, lease_epoch";

/// A source that this process may poll.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// What is remembered of it.
    pub state: SourceState,
    /// Fencing epoch of the claim.
    pub epoch: i64,
}

/// What a poll changes.
#[derive(Debug, Clone, PartialEq)]
pub struct PollRecord {
    /// The source.
    pub source_id: String,
    /// Fencing epoch of the claim.
    pub epoch: i64,
    /// When it was polled.
    pub at: Timestamp,
    /// For the next conditional GET.
    pub validators: Validators,
    /// Where it answers.
    pub address: Option<Address>,
    /// What the reader of its kind keeps.
    pub memory: Option<String>,
    /// When it is polled next.
    pub next_check_at: Timestamp,
    /// New or known entries, or why there are none.
    pub result: Result<Vec<Entry>, String>,
}

/// A next check further away than this belongs to a source that was taken out of configuration.
const RETIRED_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Makes sure that each source has a row; new ones, and such as had been taken out, are due at once.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn register(
    tx: &mut dyn Transaction,
    ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    for id in ids {
        tx.execute(
            "INSERT INTO source_state (source_id, next_check_at) VALUES (?1, ?2) \
             ON CONFLICT (source_id) DO UPDATE SET next_check_at = excluded.next_check_at \
             WHERE source_state.next_check_at > ?3",
            params![id, now, now + RETIRED_AFTER],
        )?;
    }
    Ok(())
}

/// Makes the sources due at once, for a round that was asked for by hand.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn make_due(
    tx: &mut dyn Transaction,
    ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    for id in ids {
        tx.execute(
            "UPDATE source_state SET next_check_at = ?2 WHERE source_id = ?1",
            params![id, now],
        )?;
    }
    Ok(())
}

/// Claims up to `limit` due sources, the longest overdue first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn claim(
    tx: &mut dyn Transaction,
    lease: Lease<'_>,
    limit: u32,
) -> Result<Vec<Claimed>, StoreError> {
    let sql = format!(
        "UPDATE source_state SET lease_owner = ?1, lease_until = ?2, lease_epoch = lease_epoch + 1 \
         WHERE source_id IN (SELECT source_id FROM source_state \
             WHERE next_check_at <= ?3 AND lease_until <= ?3 \
             ORDER BY next_check_at LIMIT ?4{}) RETURNING {COLUMNS}",
        tx.skip_locked()
    );
    let rows = tx.query(&sql, params![lease.owner, lease.until, lease.now, limit])?;
    rows.iter().map(|row| Ok(Claimed { state: read(row)?, epoch: row.get(11)? })).collect()
}

/// The earliest instant at which a source will be due.
///
/// # Errors
/// As [`Transaction::query`].
pub fn next_due(tx: &mut dyn Transaction) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(CASE WHEN lease_until > next_check_at THEN lease_until ELSE next_check_at END) \
               FROM source_state";
    tx.query(sql, &[])?.first().map_or(Ok(None), |row| row.get(0))
}

/// Records a poll: validators, the next time and the entries that it found, all or nothing.
/// Answers how many entries were new, or none if the claim was lost meanwhile.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn record(tx: &mut dyn Transaction, poll: &PollRecord) -> Result<Option<u32>, StoreError> {
    let Validators { etag, last_modified, body_hash } = &poll.validators;
    let changed = match &poll.result {
        Ok(_) => tx.execute(
            "UPDATE source_state SET etag = ?3, last_modified = ?4, body_hash = ?5, next_check_at = ?6, \
             last_success_at = ?7, failures = 0, last_error = NULL, seeded = 1, address = ?8, memory = ?9, \
             lease_until = 0 \
             WHERE source_id = ?1 AND lease_epoch = ?2",
            params![
                &poll.source_id, poll.epoch, etag.as_ref(), last_modified.as_ref(), body_hash.as_ref(),
                poll.next_check_at, poll.at, poll.address.as_ref().map(Address::to_string), poll.memory.as_ref()
            ],
        )?,
        Err(error) => tx.execute(
            "UPDATE source_state SET next_check_at = ?3, failures = failures + 1, last_error = ?4, \
             lease_until = 0 WHERE source_id = ?1 AND lease_epoch = ?2",
            params![&poll.source_id, poll.epoch, poll.next_check_at, error],
        )?,
    };
    if changed == 0 {
        return Ok(None);
    }
    let mut new = 0;
    for entry in poll.result.iter().flatten() {
        new += u32::from(entries::insert(tx, entry)?);
    }
    Ok(Some(new))
}

/// What is remembered of every source, by name.
///
/// # Errors
/// As [`Transaction::query`].
pub fn all(tx: &mut dyn Transaction) -> Result<Vec<SourceState>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM source_state ORDER BY source_id");
    tx.query(&sql, &[])?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<SourceState, StoreError> {
    Ok(SourceState {
        source_id: row.get(0)?,
        validators: Validators {
            etag: row.get(1)?,
            last_modified: row.get(2)?,
            body_hash: row.get(3)?,
        },
        next_check_at: row.get(4)?,
        last_success_at: row.get(5)?,
        failures: row.get(6)?,
        last_error: row.get(7)?,
        seeded: row.get(8)?,
        address: row.get::<Option<String>>(9)?.and_then(|address| address.parse().ok()),
        memory: row.get(10)?,
    })
}
