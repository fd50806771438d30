//! What tells whether a topic has fallen silent: counts by hour; and which silences were told.

use jiff::Timestamp;

use super::transaction::params;
use super::{StoreError, Transaction};

const HOUR_MS: i64 = 3_600_000;

/// How many articles were seen in each hour from `since` to `now`, by how many hours ago; hours without
/// any are left out.
///
/// # Errors
/// As [`Transaction::query`].
pub fn arrivals(
    tx: &mut dyn Transaction,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<(usize, u32)>, StoreError> {
    let sql = "SELECT (?2 - discovered_at) / ?3 AS ago, COUNT(*) FROM article \
               WHERE discovered_at > ?1 AND discovered_at <= ?2 GROUP BY ago";
    let rows = tx.query(sql, params![since, now, HOUR_MS])?;
    rows.iter().map(|row| Ok((hours(row.get(0)?), row.get(1)?))).collect()
}

/// The same by topic.
///
/// # Errors
/// As [`Transaction::query`].
pub fn by_topic(
    tx: &mut dyn Transaction,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<(String, usize, u32)>, StoreError> {
    let sql = "SELECT t.topic_id, (?2 - a.discovered_at) / ?3 AS ago, COUNT(*) FROM article a \
               JOIN article_topic t ON t.article_id = a.id \
               WHERE a.discovered_at > ?1 AND a.discovered_at <= ?2 GROUP BY t.topic_id, ago";
    let rows = tx.query(sql, params![since, now, HOUR_MS])?;
    rows.iter().map(|row| Ok((row.get(0)?, hours(row.get(1)?), row.get(2)?))).collect()
}

fn hours(ago: i64) -> usize {
    usize::try_from(ago).unwrap_or(0)
}

/// Topics whose silence was told and has not ended.
///
/// # Errors
/// As [`Transaction::query`].
pub fn told(tx: &mut dyn Transaction) -> Result<Vec<String>, StoreError> {
    let rows = tx.query("SELECT topic_id FROM quiet_topic ORDER BY topic_id", &[])?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Records that a topic's silence is told.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn remember(tx: &mut dyn Transaction, topic: &str, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO quiet_topic (topic_id, told_at) VALUES (?1, ?2) \
               ON CONFLICT (topic_id) DO NOTHING";
    tx.execute(sql, params![topic, now])?;
    Ok(())
}

/// Records that a topic is heard again.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn forget(tx: &mut dyn Transaction, topic: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM quiet_topic WHERE topic_id = ?1", params![topic])?;
    Ok(())
}
