//! What was seen of a topic in a stretch of time, for whoever closes a watch.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::{AlertId, AlertState, Level, StoryId};

/// A topic in a stretch of time; its beginning included, its end not.
#[derive(Debug, Clone)]
pub struct Stretch<'a> {
    /// The topic, by id.
    pub topic: &'a str,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Numbers of a stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Articles about the topic.
    pub articles: u32,
    /// Those that speak ill of it.
    pub negative: u32,
    /// Distinct owners of their media.
    pub owners: u32,
    /// Stories.
    pub stories: u32,
}

/// A story of a stretch.
#[derive(Debug, Clone)]
pub struct SeenStory {
    /// The story.
    pub id: StoryId,
    /// Headline.
    pub headline: String,
    /// Its articles about the topic in the stretch.
    pub articles: u32,
    /// Those that speak ill of it.
    pub negative: u32,
    /// Distinct owners.
    pub owners: u32,
    /// When the first of them appeared.
    pub first_at: Timestamp,
}

/// A medium of a stretch.
#[derive(Debug, Clone)]
pub struct SeenMedium {
    /// As messages call it.
    pub name: String,
    /// Its best tier.
    pub tier: u32,
    /// Its articles about the topic.
    pub articles: u32,
    /// Those that speak ill of it.
    pub negative: u32,
}

/// An alert that was raised in a stretch.
#[derive(Debug, Clone)]
pub struct SeenAlert {
    /// The alert.
    pub id: AlertId,
    /// The highest level that was told.
    pub level: Level,
    /// Where it is in its life.
    pub state: AlertState,
    /// When it was raised.
    pub opened_at: Timestamp,
    /// Headline of its story.
    pub headline: String,
}

/// The numbers.
///
/// # Errors
/// As [`Transaction::query`].
pub fn numbers(tx: &mut dyn Transaction, of: &Stretch<'_>) -> Result<Numbers, StoreError> {
    let rows = tx.query(
        "SELECT COUNT(*), COUNT(CASE WHEN negative = 1 THEN 1 END), COUNT(DISTINCT owner), \
         COUNT(DISTINCT story_id) FROM article_topic \
         WHERE topic_id = ?1 AND appeared_at >= ?2 AND appeared_at < ?3",
        params![of.topic, of.from, of.until],
    )?;
    let Some(row) = rows.first() else { return Ok(Numbers::default()) };
    let (articles, negative) = (row.get(0)?, row.get(1)?);
    Ok(Numbers { articles, negative, owners: row.get(2)?, stories: row.get(3)? })
}

/// The stories with most that speaks ill of the topic, then the widest.
///
/// # Errors
/// As [`Transaction::query`].
pub fn stories(
    tx: &mut dyn Transaction,
    of: &Stretch<'_>,
    limit: u32,
) -> Result<Vec<SeenStory>, StoreError> {
    let rows = tx.query(
        "SELECT t.story_id, MAX(s.headline), COUNT(*), COUNT(CASE WHEN t.negative = 1 THEN 1 END), \
         COUNT(DISTINCT t.owner), MIN(t.appeared_at) \
         FROM article_topic t JOIN story s ON s.id = t.story_id \
         WHERE t.topic_id = ?1 AND t.appeared_at >= ?2 AND t.appeared_at < ?3 GROUP BY t.story_id \
         ORDER BY 4 DESC, 5 DESC, 3 DESC, 6, t.story_id LIMIT ?4",
        params![of.topic, of.from, of.until, limit],
    )?;
    let read = |row: &Row| {
        Ok(SeenStory {
            id: row.parse(0)?,
            headline: row.get(1)?,
            articles: row.get(2)?,
            negative: row.get(3)?,
            owners: row.get(4)?,
            first_at: row.get(5)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The media with most articles about the topic.
///
/// # Errors
/// As [`Transaction::query`].
pub fn media(
    tx: &mut dyn Transaction,
    of: &Stretch<'_>,
    limit: u32,
) -> Result<Vec<SeenMedium>, StoreError> {
    let rows = tx.query(
        "SELECT MAX(source_name), MIN(tier), COUNT(*), COUNT(CASE WHEN negative = 1 THEN 1 END) \
         FROM article_topic WHERE topic_id = ?1 AND appeared_at >= ?2 AND appeared_at < ?3 \
         GROUP BY source_id ORDER BY 3 DESC, 4 DESC, 2, 1 LIMIT ?4",
        params![of.topic, of.from, of.until, limit],
    )?;
    let read = |row: &Row| {
        Ok(SeenMedium {
            name: row.get(0)?,
            tier: row.get(1)?,
            articles: row.get(2)?,
            negative: row.get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The alerts that were raised, gravest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn alerts(
    tx: &mut dyn Transaction,
    of: &Stretch<'_>,
    limit: u32,
) -> Result<Vec<SeenAlert>, StoreError> {
    let rows = tx.query(
        "SELECT a.id, a.level, a.state, a.opened_at, s.headline \
         FROM alert a JOIN story s ON s.id = a.story_id \
         WHERE a.topic_id = ?1 AND a.opened_at >= ?2 AND a.opened_at < ?3 \
         ORDER BY CASE a.level WHEN 'red' THEN 0 WHEN 'orange' THEN 1 WHEN 'yellow' THEN 2 ELSE 3 END, \
         a.opened_at, a.id LIMIT ?4",
        params![of.topic, of.from, of.until, limit],
    )?;
    let read = |row: &Row| {
        Ok(SeenAlert {
            id: row.parse(0)?,
            level: row.parse(1)?,
            state: row.name(2, &AlertState::ALL, AlertState::name)?,
            opened_at: row.get(3)?,
            headline: row.get(4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// How many alerts of each level were raised.
///
/// # Errors
/// As [`Transaction::query`].
pub fn levels(tx: &mut dyn Transaction, of: &Stretch<'_>) -> Result<Vec<(Level, u32)>, StoreError> {
    let rows = tx.query(
        "SELECT level, COUNT(*) FROM alert \
         WHERE topic_id = ?1 AND opened_at >= ?2 AND opened_at < ?3 GROUP BY level",
        params![of.topic, of.from, of.until],
    )?;
    rows.iter().map(|row| Ok((row.parse(0)?, row.get(1)?))).collect()
}
