//! Stories, and the facts that their severity is computed from.

use jiff::{SignedDuration, Timestamp};

use super::transaction::params;
use super::{Row, StoreError, Transaction, verdicts};
use crate::model::{Article, Source, Story, StoryFacts, StoryId};

/// Time over which the usual rate of negative articles is measured.
const BASELINE: SignedDuration = SignedDuration::from_hours(28 * 24);
/// A younger archive is taken to be this old, so that its first day does not look like a burst.
const LEAST_BASELINE_HOURS: f64 = 24.0;
/// Weeks that the rate of an hour of the week is measured over.
const WEEKS: i64 = 4;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Opens a story with its first article, or counts one more.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn add_article(
    tx: &mut dyn Transaction,
    story: StoryId,
    article: &Article,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO story (id, headline, lead_article, first_seen_at, last_seen_at, articles) \
         VALUES (?1, ?2, ?3, ?4, ?4, 1) \
         ON CONFLICT (id) DO UPDATE SET articles = story.articles + 1, last_seen_at = excluded.last_seen_at",
        params![story, &article.title, article.id, article.discovered_at],
    )?;
    Ok(())
}

/// A story, if there is one of that name.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find(tx: &mut dyn Transaction, id: StoryId) -> Result<Option<Story>, StoreError> {
    let rows = tx.query(
        "SELECT headline, lead_article, first_seen_at, last_seen_at, articles FROM story WHERE id = ?1",
        params![id],
    )?;
    let read = |row: &Row| {
        Ok(Story {
            id,
            headline: row.get(0)?,
            lead_article: row.parse(1)?,
            first_seen_at: row.get(2)?,
            last_seen_at: row.get(3)?,
            articles: row.get(4)?,
        })
    };
    rows.first().map(read).transpose()
}

/// The sources that carried a story, by id.
///
/// # Errors
/// As [`Transaction::query`].
pub fn carriers(tx: &mut dyn Transaction, id: StoryId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT source_id FROM article WHERE story_id = ?1";
    tx.query(sql, params![id])?.iter().map(|row| row.get(0)).collect()
}

/// What is known of a story toward a topic, all articles recorded so far included; `category` is the
/// event that its latest article tells.
///
/// # Errors
/// As [`Transaction::query`].
pub fn facts(
    tx: &mut dyn Transaction,
    story: StoryId,
    topic: &str,
    category: Option<&str>,
    now: Timestamp,
) -> Result<StoryFacts, StoreError> {
    let mut facts = spread(tx, story, topic, now)?;
    facts.media = media(tx, story, topic)?;
    (facts.negative_last_hour, facts.negative_per_hour) = rate(tx, topic, now)?;
    if let Some(weekly) = weekly_rate(tx, topic, now, facts.negative_per_hour)? {
        (facts.negative_per_hour, facts.weekly_rate) = (weekly, true);
    }
    if let Some(category) = category {
        facts.last_such_at = last_such(tx, story, topic, category)?;
    }
    facts.verdict = verdicts::last(tx, story, topic)?.map(|verdict| verdict.label);
    Ok(facts)
}

fn spread(
    tx: &mut dyn Transaction,
    story: StoryId,
    topic: &str,
    now: Timestamp,
) -> Result<StoryFacts, StoreError> {
    let rows = tx.query(
        "SELECT COUNT(*), COUNT(DISTINCT owner), COUNT(DISTINCT source_id), \
         COUNT(DISTINCT CASE WHEN tier = 1 THEN source_id END), MIN(tier), MAX(p_negative), MIN(appeared_at), \
         COUNT(CASE WHEN appeared_at > ?3 THEN 1 END), \
         COUNT(CASE WHEN appeared_at > ?4 AND appeared_at <= ?3 THEN 1 END), \
         COUNT(DISTINCT CASE WHEN negative = 1 THEN owner END), \
         COUNT(CASE WHEN source_id = ?5 AND appeared_at > ?3 THEN 1 END) \
         FROM article_topic WHERE story_id = ?1 AND topic_id = ?2",
        params![story, topic, now - HOUR, now - HOUR - HOUR, Source::COMPLAINTS],
    )?;
    let Some(row) = rows.first() else { return Ok(StoryFacts::default()) };
    let best_tier: Option<u32> = row.get(4)?;
    Ok(StoryFacts {
        articles: row.get(0)?,
        owners: row.get(1)?,
        negative_owners: row.get(9)?,
        sources: row.get(2)?,
        tier1: row.get(3)?,
        best_tier: best_tier.and_then(|tier| tier.try_into().ok()),
        p_negative: row.get::<Option<f64>>(5)?.unwrap_or(0.0),
        first_seen_at: row.get(6)?,
        articles_last_hour: row.get(7)?,
        articles_previous_hour: row.get(8)?,
        complaints_last_hour: row.get(10)?,
        ..StoryFacts::default()
    })
}

fn media(tx: &mut dyn Transaction, story: StoryId, topic: &str) -> Result<Vec<String>, StoreError> {
    let rows = tx.query(
        "SELECT source_name FROM article_topic WHERE story_id = ?1 AND topic_id = ?2 \
         GROUP BY source_name ORDER BY MIN(appeared_at), source_name LIMIT 10",
        params![story, topic],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Negative articles about the topic: in the last hour, and the mean per hour before.
fn rate(tx: &mut dyn Transaction, topic: &str, now: Timestamp) -> Result<(u32, f64), StoreError> {
    let hour_ago = now - HOUR;
    let begin = now - BASELINE;
    let rows = tx.query(
        "SELECT COUNT(CASE WHEN appeared_at > ?2 THEN 1 END), \
         COUNT(CASE WHEN appeared_at <= ?2 THEN 1 END), MIN(appeared_at) \
         FROM article_topic WHERE topic_id = ?1 AND negative = 1 AND appeared_at > ?3",
        params![topic, hour_ago, begin],
    )?;
    let Some(row) = rows.first() else { return Ok((0, 0.0)) };
    let before: u32 = row.get(1)?;
    let first: Option<Timestamp> = row.get(2)?;
    let hours = first.map_or(0.0, |first| hour_ago.duration_since(first).as_secs_f64() / 3600.0);
    Ok((row.get(0)?, f64::from(before) / hours.max(LEAST_BASELINE_HOURS)))
}

/// The usual number in this hour of the week: its mean over four weeks, with the mean of all hours
/// counted once more, since four hours alone say little. None while the archive is younger.
fn weekly_rate(
    tx: &mut dyn Transaction,
    topic: &str,
    now: Timestamp,
    overall: f64,
) -> Result<Option<f64>, StoreError> {
    let rows = tx.query("SELECT MIN(discovered_at) FROM article", &[])?;
    let first: Option<Timestamp> = rows.first().map(|row| row.get(0)).transpose()?.flatten();
    if first.is_none_or(|first| first > now - BASELINE) {
        return Ok(None);
    }
    let mut found = 0_u32;
    for week in 1..=WEEKS {
        let end = now - SignedDuration::from_hours(week * 7 * 24);
        let rows = tx.query(
            "SELECT COUNT(*) FROM article_topic \
             WHERE topic_id = ?1 AND negative = 1 AND appeared_at > ?2 AND appeared_at <= ?3",
            params![topic, end - HOUR, end],
        )?;
        found += rows.first().map_or(Ok(0), |row| row.get::<u32>(0))?;
    }
    Ok(Some((f64::from(found) + overall) / 5.0))
}

/// When the topic last had a negative article of a category in another story.
fn last_such(
    tx: &mut dyn Transaction,
    story: StoryId,
    topic: &str,
    category: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let rows = tx.query(
        "SELECT MAX(appeared_at) FROM article_topic \
         WHERE topic_id = ?1 AND negative = 1 AND category = ?2 AND story_id <> ?3",
        params![topic, category, story],
    )?;
    Ok(rows.first().map(|row| row.get(0)).transpose()?.flatten())
}
