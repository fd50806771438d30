//! What is known of announced entries: which of them were seen before, and how they were edited.

use std::collections::HashMap;

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction, Value};
use crate::model::{Entry, EntryId};

/// Names of one query; fewer are filled up, so that one prepared statement serves all.
const AT_ONCE: usize = 32;
/// Former texts of an entry that are kept.
const REVISIONS: u32 = 10;

const COLUMNS: &str =
    "id, state, alias, fingerprint, revision, published_at, discovered_at, not_before";

/// An entry that was announced before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Identifier.
    pub id: EntryId,
    /// Whether it is only a tombstone: its article was pruned.
    pub is_gone: bool,
    /// Source, publisher's identifier and headline, hashed.
    pub alias: Option<i64>,
    /// Headline and text, hashed.
    pub fingerprint: Option<i64>,
    /// 1 as it was first announced.
    pub revision: u32,
    /// When the publisher says it appeared.
    pub published_at: Option<Timestamp>,
    /// When it was first seen.
    pub discovered_at: Timestamp,
    /// When it was last put up for reading.
    pub queued_at: Timestamp,
}

/// The known ones among keys.
///
/// # Errors
/// As [`Transaction::query`].
pub fn by_key(
    tx: &mut dyn Transaction,
    keys: &[&str],
) -> Result<HashMap<String, Known>, StoreError> {
    let values: Vec<Value> = keys.iter().map(|&key| Value::from(key)).collect();
    let rows = among(tx, "key", &values)?;
    rows.iter().map(|row| Ok((row.get(8)?, read(row)?))).collect()
}

/// The known ones among aliases.
///
/// # Errors
/// As [`Transaction::query`].
pub fn by_alias(
    tx: &mut dyn Transaction,
    aliases: &[i64],
) -> Result<HashMap<i64, Known>, StoreError> {
    let values: Vec<Value> = aliases.iter().map(|&alias| alias.into()).collect();
    let rows = among(tx, "alias", &values)?;
    rows.iter().map(|row| Ok((row.get(8)?, read(row)?))).collect()
}

fn among(
    tx: &mut dyn Transaction,
    column: &str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, StoreError> {
    let places: Vec<String> = (1..=AT_ONCE).map(|n| format!("?{n}")).collect();
    let places = places.join(", ");
    let sql = format!("SELECT {COLUMNS}, {column} FROM entry WHERE {column} IN ({places})");
    let mut rows = Vec::new();
    for some in values.chunks(AT_ONCE) {
        let mut some = some.to_vec();
        if let Some(last) = some.last().cloned() {
            some.resize(AT_ONCE, last);
        }
        rows.extend(tx.query(&sql, &some)?);
    }
    Ok(rows)
}

/// Whether entries are known that share the page of this key (see `collect::key`).
///
/// # Errors
/// As [`Transaction::query`].
pub fn is_shared(tx: &mut dyn Transaction, page: &str) -> Result<bool, StoreError> {
    // The next character after `#`: every key that begins with `page#` lies between.
    let (from, to) = (format!("{page}#"), format!("{page}$"));
    let sql = "SELECT 1 FROM entry WHERE key > ?1 AND key < ?2 LIMIT 1";
    Ok(!tx.query(sql, params![from, to])?.is_empty())
}

/// Headline and text of an entry.
///
/// # Errors
/// As [`Transaction::query`].
pub fn texts(
    tx: &mut dyn Transaction,
    id: EntryId,
) -> Result<Option<(String, String)>, StoreError> {
    let rows = tx.query("SELECT title, text FROM entry WHERE id = ?1", params![id])?;
    rows.first().map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Takes over what an entry says now and keeps what it said before. `again` puts it up for reading
/// once more; whoever reads the former text meanwhile loses the claim.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn revise(
    tx: &mut dyn Transaction,
    known: &Known,
    now: &Entry,
    again: bool,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO entry_revision (entry_id, n, title, text, replaced_at) \
         SELECT id, revision, title, text, ?2 FROM entry WHERE id = ?1",
        params![known.id, now.discovered_at],
    )?;
    let oldest = i64::from(known.revision) - i64::from(REVISIONS);
    let sql = "DELETE FROM entry_revision WHERE entry_id = ?1 AND n <= ?2";
    tx.execute(sql, params![known.id, oldest])?;
    tx.execute(
        "UPDATE entry SET url = ?2, title = ?3, text = ?4, alias = ?5, fingerprint = ?6, \
         revision = revision + 1 WHERE id = ?1",
        params![known.id, &now.url, &now.title, &now.text, now.marks.alias, now.marks.fingerprint],
    )?;
    if again {
        tx.execute(
            "UPDATE entry SET state = 'pending', attempts = 0, not_before = ?2, last_error = NULL, \
             lease_until = 0, lease_epoch = lease_epoch + 1 WHERE id = ?1 AND state IN ('pending', 'done')",
            params![known.id, now.discovered_at],
        )?;
    }
    Ok(())
}

/// Adopts the marks of an entry that was stored without them.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn mark(tx: &mut dyn Transaction, id: EntryId, now: &Entry) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE entry SET alias = ?2, fingerprint = ?3 WHERE id = ?1",
        params![id, now.marks.alias, now.marks.fingerprint],
    )?;
    Ok(())
}

/// What an entry said before it was edited, oldest first: headline, text, and until when.
///
/// # Errors
/// As [`Transaction::query`].
pub fn revisions(
    tx: &mut dyn Transaction,
    id: EntryId,
) -> Result<Vec<(String, String, Timestamp)>, StoreError> {
    let sql = "SELECT title, text, replaced_at FROM entry_revision WHERE entry_id = ?1 ORDER BY n";
    let rows = tx.query(sql, params![id])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

fn read(row: &Row) -> Result<Known, StoreError> {
    let state: String = row.get(1)?;
    Ok(Known {
        id: row.parse(0)?,
        is_gone: state == "gone",
        alias: row.get(2)?,
        fingerprint: row.get(3)?,
        revision: row.get(4)?,
        published_at: row.get(5)?,
        discovered_at: row.get(6)?,
        queued_at: row.get(7)?,
    })
}
