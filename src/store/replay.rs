//! The archive read from one end to the other, as its articles were found. Customers' complaints are articles too, but no
//! news: rules of their own judge them, so they are left out.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction, articles};
use crate::model::{Article, Source, StoryId};

/// An article's place in the order in which the archive is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    found_at: Timestamp,
    id: String,
}

impl Place {
    /// The place of an article.
    #[must_use]
    pub fn of(article: &Article) -> Self {
        Self { found_at: article.discovered_at, id: article.id.to_string() }
    }
}

/// Up to `limit` articles found from `since` to `until`, oldest first, behind `after`; each with
/// whether it was history.
///
/// # Errors
/// As [`Transaction::query`].
pub fn page(
    tx: &mut dyn Transaction,
    since: Timestamp,
    until: Timestamp,
    after: Option<&Place>,
    limit: u32,
) -> Result<Vec<(Article, bool)>, StoreError> {
    let (since, id) =
        after.map_or((since, String::new()), |place| (place.found_at, place.id.clone()));
    let columns = articles::COLUMNS;
    let sql = format!(
        "SELECT {columns}, COALESCE((SELECT history FROM entry WHERE entry.id = article.entry_id), 0) \
         FROM article WHERE discovered_at >= ?1 AND (discovered_at > ?1 OR id > ?2) \
         AND discovered_at <= ?3 AND source_id <> ?5 ORDER BY discovered_at, id LIMIT ?4"
    );
    let read = |row: &Row| Ok((articles::read(row)?, row.get(articles::COLUMN_COUNT)?));
    tx.query(&sql, params![since, id, until, limit, Source::COMPLAINTS])?.iter().map(read).collect()
}

/// How many were found from `since` to `until`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn count(
    tx: &mut dyn Transaction,
    since: Timestamp,
    until: Timestamp,
) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM article WHERE discovered_at >= ?1 AND discovered_at <= ?2 \
               AND source_id <> ?3";
    let rows = tx.query(sql, params![since, until, Source::COMPLAINTS])?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Whether a story has an article that is no complaint.
///
/// # Errors
/// As [`Transaction::query`].
pub fn is_news(tx: &mut dyn Transaction, story: StoryId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM article WHERE story_id = ?1 AND source_id <> ?2 LIMIT 1";
    Ok(!tx.query(sql, params![story.to_string(), Source::COMPLAINTS])?.is_empty())
}
