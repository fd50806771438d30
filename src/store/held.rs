//! Alerts that were not told at once, with why.

use jiff::Timestamp;

use super::transaction::{json, params};
use super::{Row, StoreError, Transaction};
use crate::model::{AlertId, HeldId, HeldWhy, Labels, Notice, StoryId, SummaryItem};

const COLUMNS: &str =
    "id, at, why, by_id, alert_id, occasion, story_id, topic_id, labels, item, notice";

/// An alert that somebody was not told of at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Identifier.
    pub id: HeldId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: HeldWhy,
    /// By what: a silence, the alert that stands for it, a digest; empty in a storm.
    pub by: String,
    /// The alert.
    pub alert: AlertId,
    /// How often it was told, this time included.
    pub occasion: String,
    /// Its labels then.
    pub labels: Labels,
    /// As a line of a list.
    pub item: SummaryItem,
    /// What is to be told later, if it is.
    pub notice: Option<Notice>,
}

/// Records one; the same alert of the same occasion is held back once by the same.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn add(tx: &mut dyn Transaction, held: &Held) -> Result<(), StoreError> {
    let notice = held.notice.as_ref().map(json).transpose()?;
    tx.execute(
        "INSERT INTO held_alert (id, at, why, by_id, alert_id, occasion, story_id, topic_id, labels, \
         item, notice) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
         ON CONFLICT (why, by_id, alert_id, occasion) DO NOTHING",
        params![
            held.id,
            held.at,
            held.why.name(),
            &held.by,
            held.alert,
            &held.occasion,
            held.labels.story,
            &held.labels.topic,
            json(&held.labels)?,
            json(&held.item)?,
            notice
        ],
    )?;
    Ok(())
}

/// Up to `limit` that a silence held back, in their order behind `after`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn by_silence(
    tx: &mut dyn Transaction,
    silence: &str,
    after: Option<HeldId>,
    limit: u32,
) -> Result<Vec<Held>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM held_alert WHERE why = 'silenced' AND by_id = ?1 AND id > ?2 \
         ORDER BY id LIMIT ?3"
    );
    let after = after.map_or_else(String::new, |id| id.to_string());
    tx.query(&sql, params![silence, after, limit])?.iter().map(read).collect()
}

/// When and by what an alert was held back, oldest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of_alert(tx: &mut dyn Transaction, alert: AlertId) -> Result<Vec<Held>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM held_alert WHERE alert_id = ?1 ORDER BY id LIMIT 100");
    tx.query(&sql, params![alert])?.iter().map(read).collect()
}

/// How many alerts a silence held back.
///
/// # Errors
/// As [`Transaction::query`].
pub fn count_by_silence(tx: &mut dyn Transaction, silence: &str) -> Result<u32, StoreError> {
    let rows = tx.query(
        "SELECT COUNT(DISTINCT alert_id) FROM held_alert WHERE why = 'silenced' AND by_id = ?1",
        params![silence],
    )?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Up to `limit` alerts that waited for the end of a silence which was reported, each as it was last.
///
/// # Errors
/// As [`Transaction::query`].
pub fn released(tx: &mut dyn Transaction, limit: u32) -> Result<Vec<Held>, StoreError> {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("h.{column}")).collect();
    let sql = format!(
        "SELECT {} FROM held_alert h JOIN silence s ON s.id = h.by_id \
         WHERE h.notice IS NOT NULL AND s.reported = 1 AND NOT EXISTS (SELECT 1 FROM held_alert n \
             WHERE n.by_id = h.by_id AND n.alert_id = h.alert_id AND n.notice IS NOT NULL AND n.id > h.id) \
         ORDER BY h.id LIMIT ?1",
        columns.join(", ")
    );
    tx.query(&sql, params![limit])?.iter().map(read).collect()
}

/// Nothing of an alert held back by this silence waits any longer.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn settle(tx: &mut dyn Transaction, by: &str, alert: AlertId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE held_alert SET notice = NULL WHERE by_id = ?1 AND alert_id = ?2 AND notice IS NOT NULL",
        params![by, alert],
    )?;
    Ok(())
}

/// The place of a held alert, or of an article, in the order of a digest: topic, story, identifier.
pub type DigestPlace = (String, String, String);

/// Up to `limit` of a stretch of time (`since` not included), by topic and story, behind a place.
///
/// # Errors
/// As [`Transaction::query`].
pub fn between(
    tx: &mut dyn Transaction,
    (since, until): (Timestamp, Timestamp),
    behind: &DigestPlace,
    limit: u32,
) -> Result<Vec<Held>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM held_alert WHERE at > ?1 AND at <= ?2 \
         AND (topic_id, story_id, id) > (?3, ?4, ?5) ORDER BY topic_id, story_id, id LIMIT ?6"
    );
    let (topic, story, id) = behind;
    tx.query(&sql, params![since, until, topic, story, id, limit])?.iter().map(read).collect()
}

/// How many alerts were held back since then, by why.
///
/// # Errors
/// As [`Transaction::query`].
pub fn counts(
    tx: &mut dyn Transaction,
    since: Timestamp,
) -> Result<Vec<(HeldWhy, u32)>, StoreError> {
    let sql = "SELECT why, COUNT(DISTINCT alert_id) FROM held_alert WHERE at > ?1 GROUP BY why ORDER BY why";
    let rows = tx.query(sql, params![since])?;
    rows.iter().map(|row| Ok((row.name(0, &HeldWhy::ALL, HeldWhy::name)?, row.get(1)?))).collect()
}

/// The latest since then, newest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn recent(
    tx: &mut dyn Transaction,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Held>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM held_alert WHERE at > ?1 ORDER BY at DESC, id DESC LIMIT ?2"
    );
    tx.query(&sql, params![since, limit])?.iter().map(read).collect()
}

/// A decision on an article whose story has no alert on the topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Below {
    /// The article.
    pub article: String,
    /// Its story.
    pub story: StoryId,
    /// The topic.
    pub topic: String,
    /// Its gravest category; empty if it has none.
    pub category: String,
    /// Its source, by id.
    pub source: String,
    /// Its language.
    pub language: Option<String>,
    /// As a line of a list.
    pub item: SummaryItem,
}

/// Up to `limit` articles of a stretch of time that lay below all levels, as [`between`]. Stories
/// that have an alert on the topic were told, or stand among the held ones.
///
/// # Errors
/// As [`Transaction::query`].
pub fn below(
    tx: &mut dyn Transaction,
    (since, until): (Timestamp, Timestamp),
    behind: &DigestPlace,
    limit: u32,
) -> Result<Vec<Below>, StoreError> {
    let (topic, story, id) = behind;
    let rows = tx.query(
        "SELECT t.article_id, t.story_id, t.topic_id, t.category, t.source_id, a.language, a.title, \
         a.url, t.source_name, t.severity, t.decided_at \
         FROM article_topic t JOIN article a ON a.id = t.article_id \
         WHERE t.reason = 'below_threshold' AND t.decided_at > ?1 AND t.decided_at <= ?2 \
         AND (t.topic_id, t.story_id, t.article_id) > (?3, ?4, ?5) \
         AND NOT EXISTS (SELECT 1 FROM alert x WHERE x.story_id = t.story_id AND x.topic_id = t.topic_id) \
         ORDER BY t.topic_id, t.story_id, t.article_id LIMIT ?6",
        params![since, until, topic, story, id, limit],
    )?;
    rows.iter().map(read_below).collect()
}

fn read_below(row: &Row) -> Result<Below, StoreError> {
    let severity: crate::model::Severity = row.json(9)?;
    let (title, url, source): (String, String, String) = (row.get(6)?, row.get(7)?, row.get(8)?);
    Ok(Below {
        article: row.get(0)?,
        story: row.parse(1)?,
        topic: row.get(2)?,
        category: row.get(3)?,
        source: row.get(4)?,
        language: row.get(5)?,
        item: SummaryItem::below(&title, &url, &source, severity.score, row.get(10)?),
    })
}

/// Removes up to `limit` from before `before` that wait for nothing. Answers how many.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn prune(tx: &mut dyn Transaction, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let removed = tx.execute(
        "DELETE FROM held_alert WHERE id IN (SELECT id FROM held_alert WHERE at < ?1 \
         AND notice IS NULL ORDER BY at LIMIT ?2)",
        params![before, limit],
    )?;
    Ok(u32::try_from(removed).unwrap_or(u32::MAX))
}

fn read(row: &Row) -> Result<Held, StoreError> {
    let notice: Option<String> = row.get(10)?;
    Ok(Held {
        id: row.parse(0)?,
        at: row.get(1)?,
        why: row.name(2, &HeldWhy::ALL, HeldWhy::name)?,
        by: row.get(3)?,
        alert: row.parse(4)?,
        occasion: row.get(5)?,
        labels: row.json(8)?,
        item: row.json(9)?,
        notice: notice.map(|_| row.json(10)).transpose()?,
    })
}
