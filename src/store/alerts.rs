//! Alerts: one a story and topic, held by a unique index.

use jiff::Timestamp;

use super::transaction::{json, params};
use super::{Row, StoreError, Transaction};
use crate::model::{Alert, AlertId, AlertState, StoryId};

const COLUMNS: &str = "id, story_id, topic_id, state, level, severity, told, opened_at, updated_at, \
                       COALESCE(standing, level), below_since";

/// The alert of a story on a topic, if there is one.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find(
    tx: &mut dyn Transaction,
    story: StoryId,
    topic: &str,
) -> Result<Option<Alert>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM alert WHERE story_id = ?1 AND topic_id = ?2");
    tx.query(&sql, params![story, topic])?.first().map(read).transpose()
}

/// An alert by its identifier.
///
/// # Errors
/// As [`Transaction::query`].
pub fn by_id(tx: &mut dyn Transaction, id: AlertId) -> Result<Option<Alert>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM alert WHERE id = ?1");
    tx.query(&sql, params![id])?.first().map(read).transpose()
}

/// Writes an alert, new or changed.
///
/// # Errors
/// [`StoreError::Conflict`] if another process opened one for the same story and topic.
pub fn save(tx: &mut dyn Transaction, alert: &Alert) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO alert (id, story_id, topic_id, state, level, severity, told, opened_at, updated_at, \
         standing, below_since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (id) DO UPDATE SET \
         state = excluded.state, level = excluded.level, severity = excluded.severity, \
         told = excluded.told, updated_at = excluded.updated_at, \
         standing = excluded.standing, below_since = excluded.below_since",
        params![
            alert.id, alert.story_id, &alert.topic_id, alert.state.name(), alert.level.name(),
            json(&alert.severity)?, alert.told, alert.opened_at, alert.updated_at,
            alert.standing.name(), alert.below_since
        ],
    )?;
    Ok(())
}

/// The latest alerts, newest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn recent(
    tx: &mut dyn Transaction,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Alert>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM alert WHERE updated_at >= ?1 ORDER BY updated_at DESC, id LIMIT ?2"
    );
    tx.query(&sql, params![since, limit])?.iter().map(read).collect()
}

/// How many alerts were raised or rose in a stretch of time, its beginning not included.
///
/// # Errors
/// As [`Transaction::query`].
pub fn count_between(
    tx: &mut dyn Transaction,
    since: Timestamp,
    until: Timestamp,
) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM alert WHERE updated_at > ?1 AND updated_at <= ?2";
    tx.query(sql, params![since, until])?.first().map_or(Ok(0), |row| row.get(0))
}

fn read(row: &Row) -> Result<Alert, StoreError> {
    Ok(Alert {
        id: row.parse(0)?,
        story_id: row.parse(1)?,
        topic_id: row.get(2)?,
        state: row.name(3, &AlertState::ALL, AlertState::name)?,
        level: row.parse(4)?,
        severity: row.json(5)?,
        told: row.get(6)?,
        opened_at: row.get(7)?,
        updated_at: row.get(8)?,
        standing: row.parse(9)?,
        below_since: row.get(10)?,
    })
}
