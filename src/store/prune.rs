//! Retention: what is older than it must be goes, in small batches, and leaves tombstones, so that
//! nothing which a feed brings again is new.

use jiff::Timestamp;

use super::search;
use super::transaction::params;
use super::{Row, StoreError, Transaction};

/// Stories that people still work on: their articles stay, however old. An alert that nobody has
/// touched since the cutoff holds nothing.
const HELD: &str = "SELECT i.story_id FROM incident_story i JOIN incident n ON n.id = i.incident_id \
                    WHERE n.state NOT IN ('rejected', 'reviewed', 'cancelled') \
                    UNION SELECT story_id FROM incident \
                    WHERE state NOT IN ('rejected', 'reviewed', 'cancelled') \
                    UNION SELECT story_id FROM alert WHERE state IN ('firing', 'acknowledged') \
                    AND updated_at >= ?1";

/// Empties up to `limit` entries that were discovered before `before`, the oldest first, with their
/// articles and what was decided of them. Answers how many.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn entries(tx: &mut dyn Transaction, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let sql = format!(
        "SELECT id FROM entry WHERE state = 'done' AND discovered_at < ?1 \
         AND id NOT IN (SELECT entry_id FROM article WHERE story_id IN ({HELD})) \
         ORDER BY discovered_at, id LIMIT ?2"
    );
    let rows = tx.query(&sql, params![before, limit])?;
    let ids = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, _>>()?;
    for id in &ids {
        let id = params![id];
        let articles = tx.query("SELECT id FROM article WHERE entry_id = ?1", id)?;
        articles.iter().try_for_each(|row| search::forget(tx, &row.get::<String>(0)?))?;
        tx.execute(
            "DELETE FROM article_topic WHERE article_id IN (SELECT id FROM article WHERE entry_id = ?1)",
            id,
        )?;
        tx.execute("DELETE FROM article WHERE entry_id = ?1", id)?;
        tx.execute("DELETE FROM entry_revision WHERE entry_id = ?1", id)?;
        tx.execute(
            "UPDATE entry SET state = 'gone', url = '', title = '', text = '', authors = '[]', \
             last_error = NULL, lease_owner = NULL WHERE id = ?1",
            id,
        )?;
    }
    Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
}

/// Removes up to `limit` stories without articles, alerts and incidents that ended before `before`.
/// Answers how many.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn stories(tx: &mut dyn Transaction, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let removed = tx.execute(
        "DELETE FROM story WHERE id IN (SELECT id FROM story s WHERE s.last_seen_at < ?1 \
         AND NOT EXISTS (SELECT 1 FROM article WHERE story_id = s.id) \
         AND NOT EXISTS (SELECT 1 FROM alert WHERE story_id = s.id) \
         AND NOT EXISTS (SELECT 1 FROM incident WHERE story_id = s.id) \
         AND NOT EXISTS (SELECT 1 FROM incident_story WHERE story_id = s.id) LIMIT ?2)",
        params![before, limit],
    )?;
    Ok(u32::try_from(removed).unwrap_or(u32::MAX))
}

/// How many entries are tombstones.
///
/// # Errors
/// As [`Transaction::query`].
pub fn tombstones(tx: &mut dyn Transaction) -> Result<u32, StoreError> {
    let rows = tx.query("SELECT COUNT(*) FROM entry WHERE state = 'gone'", &[])?;
    rows.first().map_or(Ok(0), |row: &Row| row.get(0))
}
