//! What is read of stories for those who look at them: their articles with their media, and counts
//! by hour.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction, stories};
use crate::model::{ArticleId, Story, StoryId};

/// Characters of a body that are read.
const BODY: u32 = 8000;
/// The same where many articles are read.
const SHORT: u32 = 500;

/// An article of a story.
#[derive(Debug, Clone)]
pub struct Member {
    /// Identifier.
    pub id: ArticleId,
    /// The medium, by id.
    pub source_id: String,
    /// Its story.
    pub story: StoryId,
    /// When it was seen.
    pub discovered_at: Timestamp,
    /// When the publisher says it appeared.
    pub published_at: Option<Timestamp>,
    /// Headline.
    pub title: String,
    /// The beginning of the text.
    pub body: String,
    /// Where it stands.
    pub url: String,
    /// BCP-47.
    pub language: Option<String>,
    /// Names of the authors.
    pub authors: Vec<String>,
    /// The address on another site that its page calls the original of its text.
    pub original_url: Option<String>,
    /// The article that it copies.
    pub duplicate_of: Option<ArticleId>,
}

const COLUMNS: &str = "a.id, a.source_id, a.story_id, a.discovered_at, a.published_at, a.title, \
                       substr(a.body, 1, ?2), a.url, a.language, a.duplicate_of, a.authors, a.original_url";
const COLUMN_COUNT: usize = 12;

/// The articles of a story, earliest first, at most `limit`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn members(
    tx: &mut dyn Transaction,
    story: StoryId,
    limit: u32,
) -> Result<Vec<Member>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM article a WHERE a.story_id = ?1 ORDER BY a.discovered_at, a.id LIMIT ?3"
    );
    tx.query(&sql, params![story, BODY, limit])?.iter().map(read).collect()
}

/// Articles about any topic since `since`, earliest first, the newest `limit`; with each topic.
///
/// # Errors
/// As [`Transaction::query`].
pub fn about_topics(
    tx: &mut dyn Transaction,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<(String, Member)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, t.topic_id FROM article a JOIN article_topic t ON t.article_id = a.id \
         WHERE a.discovered_at >= ?1 ORDER BY a.discovered_at DESC, a.id LIMIT ?3"
    );
    let rows = tx.query(&sql, params![since, SHORT, limit])?;
    let mut found: Vec<(String, Member)> = rows
        .iter()
        .map(|row| Ok((row.get(COLUMN_COUNT)?, read(row)?)))
        .collect::<Result<_, StoreError>>()?;
    found.reverse();
    Ok(found)
}

/// Stories that had an article since `since`, largest first, at most `limit`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn recent(
    tx: &mut dyn Transaction,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Story>, StoreError> {
    let sql = "SELECT id FROM story WHERE last_seen_at >= ?1 AND merged_into IS NULL \
               ORDER BY articles DESC, last_seen_at DESC, id LIMIT ?2";
    let ids: Vec<StoryId> = tx
        .query(sql, params![since, limit])?
        .iter()
        .map(|row| row.parse(0))
        .collect::<Result<_, _>>()?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(stories::find(tx, id)?);
    }
    Ok(found)
}

/// When each article since `since` was seen.
///
/// # Errors
/// As [`Transaction::query`].
pub fn arrivals(tx: &mut dyn Transaction, since: Timestamp) -> Result<Vec<Timestamp>, StoreError> {
    let sql = "SELECT discovered_at FROM article WHERE discovered_at >= ?1";
    tx.query(sql, params![since])?.iter().map(|row| row.get(0)).collect()
}

fn read(row: &Row) -> Result<Member, StoreError> {
    Ok(Member {
        id: row.parse(0)?,
        source_id: row.get(1)?,
        story: row.parse(2)?,
        discovered_at: row.get(3)?,
        published_at: row.get(4)?,
        title: row.get(5)?,
        body: row.get(6)?,
        url: row.get(7)?,
        language: row.get(8)?,
        duplicate_of: row.get::<Option<String>>(9)?.map(|_| row.parse(9)).transpose()?,
        authors: row.json(10)?,
        original_url: row.get(11)?,
    })
}
