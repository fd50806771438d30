//! Entries on their way to becoming articles: the work that a crash must not lose. What is known of
//! them is in [`super::known`].

use jiff::Timestamp;

use super::transaction::{json, params};
use super::{Lease, Row, StoreError, Transaction};
use crate::model::{Entry, EntryId, EntryMarks};

const COLUMNS: &str = "id, source_id, key, url, title, text, authors, published_at, discovered_at, \
                       history, attempts, lease_epoch, revision";

/// An entry that this process may turn into an article.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// What was announced.
    pub entry: Entry,
    /// Times it was taken, this time included.
    pub attempts: u32,
    /// Fencing epoch of the claim.
    pub epoch: i64,
    /// 1 as it was first announced; more after edits.
    pub revision: u32,
}

/// Adds an entry unless it is known by its key. Answers whether it was new.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn insert(tx: &mut dyn Transaction, entry: &Entry) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "INSERT INTO entry (id, source_id, key, url, title, text, authors, published_at, discovered_at, \
         history, alias, fingerprint, state, not_before) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'pending', ?9) \
         ON CONFLICT (key) DO NOTHING",
        params![
            entry.id, &entry.source_id, &entry.key, &entry.url, &entry.title, &entry.text,
            json(&entry.authors)?, entry.published_at, entry.discovered_at, entry.history,
            entry.marks.alias, entry.marks.fingerprint
        ],
    )?;
    Ok(changed == 1)
}

/// Claims up to `limit` pending entries, in the order in which they were discovered.
/// The attempt counts from now on, so that an entry which kills the process is known by it.
///
/// # Errors
/// As [`Transaction::query`].
pub fn claim(
    tx: &mut dyn Transaction,
    lease: Lease<'_>,
    limit: u32,
) -> Result<Vec<Claimed>, StoreError> {
    let sql = format!(
        "UPDATE entry SET lease_owner = ?1, lease_until = ?2, lease_epoch = lease_epoch + 1, \
         attempts = attempts + 1 WHERE id IN (SELECT id FROM entry \
             WHERE state = 'pending' AND not_before <= ?3 AND lease_until <= ?3 \
             ORDER BY discovered_at, id LIMIT ?4{}) RETURNING {COLUMNS}",
        tx.skip_locked()
    );
    let rows = tx.query(&sql, params![lease.owner, lease.until, lease.now, limit])?;
    let mut claimed = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    claimed.sort_by_key(|claimed| (claimed.entry.discovered_at, claimed.entry.id));
    Ok(claimed)
}

/// Puts a claimed entry back, to be taken again at `not_before`.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn put_back(
    tx: &mut dyn Transaction,
    id: EntryId,
    epoch: i64,
    not_before: Timestamp,
    error: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE entry SET not_before = ?3, last_error = ?4, lease_until = 0 \
         WHERE id = ?1 AND lease_epoch = ?2 AND state = 'pending'",
        params![id, epoch, not_before, error],
    )?;
    Ok(())
}

/// Marks a claimed entry as turned into its article. False if the claim was lost meanwhile:
/// then the caller must change nothing else.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn finish(tx: &mut dyn Transaction, id: EntryId, epoch: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE entry SET state = 'done', lease_until = 0 \
         WHERE id = ?1 AND lease_epoch = ?2 AND state = 'pending'",
        params![id, epoch],
    )?;
    Ok(changed == 1)
}

/// How many entries wait to become articles, claimed ones included.
///
/// # Errors
/// As [`Transaction::query`].
pub fn pending(tx: &mut dyn Transaction) -> Result<u32, StoreError> {
    let rows = tx.query("SELECT COUNT(*) FROM entry WHERE state = 'pending'", &[])?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

fn read(row: &Row) -> Result<Claimed, StoreError> {
    let entry = Entry {
        id: row.parse(0)?,
        source_id: row.get(1)?,
        key: row.get(2)?,
        url: row.get(3)?,
        title: row.get(4)?,
        text: row.get(5)?,
        authors: row.json(6)?,
        published_at: row.get(7)?,
        discovered_at: row.get(8)?,
        history: row.get(9)?,
        marks: EntryMarks::default(),
    };
    Ok(Claimed { entry, attempts: row.get(10)?, epoch: row.get(11)?, revision: row.get(12)? })
}
