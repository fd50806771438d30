//! Alerts: one a story and topic, held by a unique index.

use jiff::Timestamp;

use super::transaction::{json, params};
use super::{Row, StoreError, Transaction};
use crate::model::{Alert, AlertId, AlertState, ArticleId, StoryId};

const COLUMNS: &str = "id, story_id, topic_id, state, level, severity, told, opened_at, updated_at, \
                       COALESCE(standing, level), below_since, COALESCE(state_since, opened_at)";

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
         standing, below_since, state_since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
         ON CONFLICT (id) DO UPDATE SET \
         state = excluded.state, state_since = excluded.state_since, level = excluded.level, severity = excluded.severity, \
         told = excluded.told, updated_at = excluded.updated_at, \
         standing = excluded.standing, below_since = excluded.below_since",
        params![
            alert.id, alert.story_id, &alert.topic_id, alert.state.name(), alert.level.name(),
            json(&alert.severity)?, alert.told, alert.opened_at, alert.updated_at,
            alert.standing.name(), alert.below_since, alert.state_since
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

/// Alerts that wait for somebody or are in somebody's hands, gravest first, then the newest.
///
/// # Errors
/// As [`Transaction::query`].
pub fn open(tx: &mut dyn Transaction, limit: u32) -> Result<Vec<Alert>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM alert WHERE state IN ('firing', 'notified', 'escalated', 'acknowledged') \
         ORDER BY CASE COALESCE(standing, level) WHEN 'red' THEN 0 WHEN 'orange' THEN 1 WHEN 'yellow' \
         THEN 2 ELSE 3 END, updated_at DESC, id LIMIT ?1"
    );
    tx.query(&sql, params![limit])?.iter().map(read).collect()
}

/// Alerts that count as firing although a message of theirs was taken since they are; those of the last
/// days, since what nobody took by then nobody will.
///
/// # Errors
/// As [`Transaction::query`].
pub fn delivered(
    tx: &mut dyn Transaction,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Alert>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM alert WHERE state = 'firing' AND updated_at >= ?1 AND EXISTS \
         (SELECT 1 FROM delivery d WHERE d.thread = alert.id AND d.state = 'accepted' \
         AND d.created_at >= COALESCE(alert.state_since, alert.opened_at)) ORDER BY id LIMIT ?2"
    );
    tx.query(&sql, params![since, limit])?.iter().map(read).collect()
}

/// What was known of a story on a topic before one of its articles: gravest categories, sources, best tier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// Categories, by id; the empty one where there was none.
    pub categories: Vec<String>,
    /// Sources that carried it, by id.
    pub sources: Vec<String>,
    /// Best (lowest) tier of these.
    pub best_tier: Option<u8>,
}

/// What was known of a story on a topic before an article.
///
/// # Errors
/// As [`Transaction::query`].
pub fn before(
    tx: &mut dyn Transaction,
    story: StoryId,
    topic: &str,
    article: ArticleId,
) -> Result<Before, StoreError> {
    let rows = tx.query(
        "SELECT DISTINCT category, source_id, tier FROM article_topic \
         WHERE story_id = ?1 AND topic_id = ?2 AND article_id <> ?3 AND negative = 1",
        params![story, topic, article],
    )?;
    let mut before = Before::default();
    for row in &rows {
        before.categories.push(row.get(0)?);
        before.sources.push(row.get(1)?);
        let tier = u8::try_from(row.get::<u32>(2)?).ok();
        before.best_tier = before.best_tier.into_iter().chain(tier).min();
    }
    Ok(before)
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
        state_since: row.get(11)?,
    })
}
