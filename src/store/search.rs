//! The index of the archive's words, and what a search reads.
//!
//! The index narrows, the rule engine decides. Articles that it does not have yet stand in `unindexed`, so
//! that a search can look at them itself. `SQLite` keeps the words in FTS5 with their places;
//! `PostgreSQL` keeps only which words an article has, in a `tsvector`, whose places are bounded.

use jiff::Timestamp;

use super::transaction::params;
use super::{Dialect, Row, StoreError, Transaction, Value, articles};
use crate::model::condition::{Condition, IndexWords};
use crate::model::{Article, ArticleId};

mod ask;

/// Bits of a row's number behind the millisecond.
const WITHIN: u32 = 20;
/// Name of the row of `sequence` that says by which cutting of words the index was made.
const VERSION: &str = "search-index";

/// Has an article indexed, anew if it is already.
pub(super) fn mark(tx: &mut dyn Transaction, article: ArticleId) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO unindexed (article_id) VALUES (?1) \
         ON CONFLICT (article_id) DO UPDATE SET stamp = unindexed.stamp + 1",
        params![article],
    )?;
    Ok(())
}

/// Removes an article from the index.
pub(super) fn forget(tx: &mut dyn Transaction, article: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM unindexed WHERE article_id = ?1", params![article])?;
    unlist(tx, article)
}

fn unlist(tx: &mut dyn Transaction, article: &str) -> Result<(), StoreError> {
    let rows = tx.query("SELECT n FROM search_row WHERE article_id = ?1", params![article])?;
    let Some(n) = rows.first().map(|row| row.get::<i64>(0)).transpose()? else { return Ok(()) };
    if tx.dialect() == Dialect::Sqlite {
        tx.execute("DELETE FROM article_words WHERE rowid = ?1", params![n])?;
    }
    tx.execute("DELETE FROM search_row WHERE n = ?1", params![n])?;
    Ok(())
}

/// An article that waits to be indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its identifier.
    pub id: String,
    /// Which of its editions this is.
    pub stamp: i64,
    /// When it was found.
    pub found_at: Timestamp,
    /// Headline.
    pub title: String,
    /// Text.
    pub body: String,
}

/// Up to `limit` articles that wait to be indexed.
///
/// # Errors
/// As [`Transaction::query`].
pub fn waiting(tx: &mut dyn Transaction, limit: u32) -> Result<Vec<Waiting>, StoreError> {
    let sql = "SELECT u.article_id, u.stamp, a.discovered_at, a.title, a.body FROM unindexed u \
               JOIN article a ON a.id = u.article_id ORDER BY u.article_id LIMIT ?1";
    let read = |row: &Row| {
        Ok(Waiting {
            id: row.get(0)?,
            stamp: row.get(1)?,
            found_at: row.get(2)?,
            title: row.get(3)?,
            body: row.get(4)?,
        })
    };
    tx.query(sql, params![limit])?.iter().map(read).collect()
}

/// Indexes articles, oldest first; one that was edited or removed since it was read stays as it is.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn index(
    tx: &mut dyn Transaction,
    articles: &[(Waiting, IndexWords)],
) -> Result<(), StoreError> {
    let mut ordered: Vec<_> = articles.iter().collect();
    ordered.sort_by_key(|(article, _)| article.found_at);
    for (article, words) in ordered {
        let unmarked = "DELETE FROM unindexed WHERE article_id = ?1 AND stamp = ?2";
        if tx.execute(unmarked, params![&article.id, article.stamp])? == 0 {
            continue;
        }
        unlist(tx, &article.id)?;
        let n = next_number(tx, article.found_at)?;
        match tx.dialect() {
            Dialect::Sqlite => {
                let row = "INSERT INTO search_row (n, article_id) VALUES (?1, ?2)";
                tx.execute(row, params![n, &article.id])?;
                let sql = "INSERT INTO article_words (rowid, title, body) VALUES (?1, ?2, ?3)";
                tx.execute(sql, params![n, &words.title, &words.body])?;
            }
            Dialect::Postgres => {
                let sql = "INSERT INTO search_row (n, article_id, words) \
                           VALUES (?1, ?2, array_to_tsvector(string_to_array(CAST(?3 AS TEXT), ' ')))";
                tx.execute(sql, params![n, &article.id, &words.distinct])?;
            }
        }
    }
    Ok(())
}

fn next_number(tx: &mut dyn Transaction, at: Timestamp) -> Result<i64, StoreError> {
    let first = number(at);
    let end = first.saturating_add(1 << WITHIN);
    let sql = "SELECT MAX(n) FROM search_row WHERE n >= ?1 AND n < ?2";
    let last: Option<i64> =
        tx.query(sql, params![first, end])?.first().map_or(Ok(None), |row| row.get(0))?;
    Ok(last.map_or(first, |last| last + 1))
}

/// The first number of a millisecond; those of years beyond 2248 are all the same.
fn number(at: Timestamp) -> i64 {
    at.as_millisecond().clamp(0, (i64::MAX >> WITHIN) - 1) << WITHIN
}

/// Makes an index that was cut in another way begin anew. Answers whether it did.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn begin_anew_unless(tx: &mut dyn Transaction, version: i64) -> Result<bool, StoreError> {
    if made_by(tx)? == Some(version) {
        return Ok(false);
    }
    if tx.dialect() == Dialect::Sqlite {
        tx.execute("INSERT INTO article_words (article_words) VALUES ('delete-all')", &[])?;
    }
    tx.execute("DELETE FROM search_row", &[])?;
    tx.execute(
        "INSERT INTO unindexed (article_id) SELECT id FROM article WHERE 1 = 1 \
         ON CONFLICT (article_id) DO UPDATE SET stamp = unindexed.stamp + 1",
        &[],
    )?;
    tx.execute(
        "INSERT INTO sequence (name, value) VALUES (?1, ?2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![VERSION, version],
    )?;
    Ok(true)
}

/// By which cutting of words the index was made; none before a daemon has begun it.
///
/// # Errors
/// As [`Transaction::query`].
pub fn made_by(tx: &mut dyn Transaction) -> Result<Option<i64>, StoreError> {
    let rows = tx.query("SELECT value FROM sequence WHERE name = ?1", params![VERSION])?;
    rows.first().map(|row| row.get(0)).transpose()
}

/// Which part of the archive is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// Found from here on.
    pub since: Timestamp,
    /// Found up to here, included.
    pub until: Timestamp,
    /// Published, else found, from here on.
    pub dated_from: Option<Timestamp>,
    /// And before this.
    pub dated_before: Option<Timestamp>,
    /// Only stories that have a severity.
    pub judged: bool,
}

/// An article's place in the order of a search: the newest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// When it was found.
    pub found_at: Timestamp,
    /// Its number in the index, 0 where it is not there.
    pub number: i64,
    /// Its identifier.
    pub id: String,
}

/// The newest indexed articles before `before` that fulfil the condition.
///
/// # Errors
/// As [`Transaction::query`].
pub fn narrowed(
    tx: &mut dyn Transaction,
    condition: &Condition,
    reach: &Reach,
    before: Option<&Key>,
    limit: u32,
) -> Result<Vec<Key>, StoreError> {
    let from = number(reach.since);
    let end = number(reach.until).saturating_add(1 << WITHIN);
    let end = before.map_or(end, |key| key.number);
    let (sql, asked) = match tx.dialect() {
        Dialect::Sqlite => (
            "SELECT search_row.n, search_row.article_id FROM article_words \
             CROSS JOIN search_row ON search_row.n = article_words.rowid \
             WHERE article_words MATCH ?1 AND article_words.rowid >= ?2 AND article_words.rowid < ?3 \
             ORDER BY article_words.rowid DESC LIMIT ?4",
            ask::fts5(condition),
        ),
        Dialect::Postgres => (
            "SELECT n, article_id FROM search_row WHERE words @@ CAST(CAST(?1 AS TEXT) AS tsquery) \
             AND n >= ?2 AND n < ?3 ORDER BY n DESC LIMIT ?4",
            ask::tsquery(condition),
        ),
    };
    let read = |row: &Row| {
        let number: i64 = row.get(0)?;
        let found_at = Timestamp::from_millisecond(number >> WITHIN).unwrap_or(Timestamp::MIN);
        Ok(Key { found_at, number, id: row.get(1)? })
    };
    tx.query(sql, params![asked, from, end, limit])?.iter().map(read).collect()
}

/// The newest articles before `before`, whether indexed or not.
///
/// # Errors
/// As [`Transaction::query`].
pub fn scanned(
    tx: &mut dyn Transaction,
    reach: &Reach,
    before: Option<&Key>,
    limit: u32,
) -> Result<Vec<Key>, StoreError> {
    let (until, id) = match before {
        Some(key) => (key.found_at, key.id.clone()),
        // Behind every identifier of the last millisecond.
        None => (reach.until, "~".to_owned()),
    };
    let sql = format!(
        "SELECT discovered_at, id FROM article a WHERE discovered_at >= ?1 \
         AND discovered_at <= ?2 AND (discovered_at < ?2 OR id < ?6) \
         AND {WITHIN_RANGES} ORDER BY discovered_at DESC, id DESC LIMIT ?7"
    );
    let (from, end) = dated(reach);
    let judged = reach.judged;
    let params = params![reach.since, until, from, end, judged, id, limit];
    tx.query(&sql, params)?.iter().map(key).collect()
}

/// Articles that the index does not have, newest first: more than `limit` of them are not told, and
/// the index is better left alone.
///
/// # Errors
/// As [`Transaction::query`].
pub fn unindexed(
    tx: &mut dyn Transaction,
    reach: &Reach,
    limit: u32,
) -> Result<Option<Vec<Key>>, StoreError> {
    let sql = "SELECT a.discovered_at, a.id FROM unindexed u JOIN article a ON a.id = u.article_id \
               WHERE a.discovered_at >= ?1 AND a.discovered_at <= ?2 LIMIT ?3";
    let rows = tx.query(sql, params![reach.since, reach.until, limit.saturating_add(1)])?;
    if rows.len() > limit as usize {
        return Ok(None);
    }
    let mut keys: Vec<Key> = rows.iter().map(key).collect::<Result<_, _>>()?;
    keys.sort_by(|a, b| b.cmp(a));
    Ok(Some(keys))
}

fn key(row: &Row) -> Result<Key, StoreError> {
    Ok(Key { found_at: row.get(0)?, number: 0, id: row.get(1)? })
}

/// The ranges of a [`Reach`], as ?3, ?4 and ?5, over `article a`.
const WITHIN_RANGES: &str = "COALESCE(published_at, discovered_at) >= ?3 \
    AND COALESCE(published_at, discovered_at) < ?4 AND (CAST(?5 AS BIGINT) = 0 OR EXISTS \
    (SELECT 1 FROM article_topic t WHERE t.story_id = a.story_id AND t.severity <> ''))";

fn dated(reach: &Reach) -> (i64, i64) {
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    (ms(reach.dated_from).unwrap_or(i64::MIN), ms(reach.dated_before).unwrap_or(i64::MAX))
}

/// An article of the archive and the severity of its story.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The article.
    pub article: Article,
    /// Highest toward any topic, as it was last decided; 0 to 100.
    pub severity: Option<f64>,
}

/// Articles that one statement asks for.
const ASKED: usize = 64;

/// Those of the articles that are in the archive and within the ranges, newest first. Their stories'
/// severities are only read where they are `weighed`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn read(
    tx: &mut dyn Transaction,
    keys: &[Key],
    reach: &Reach,
    weighed: bool,
) -> Result<Vec<Stored>, StoreError> {
    let columns = articles::COLUMNS;
    let listed: Vec<String> = (6..6 + ASKED).map(|n| format!("?{n}")).collect();
    // The signs keep the databases from going through the time instead of the names.
    let sql = format!(
        "SELECT {columns} FROM article a WHERE +discovered_at >= ?1 AND +discovered_at <= ?2 \
         AND {WITHIN_RANGES} AND id IN ({})",
        listed.join(", ")
    );
    let (from, end) = dated(reach);
    let mut found = Vec::with_capacity(keys.len());
    for asked in keys.chunks(ASKED) {
        let mut params = params![reach.since, reach.until, from, end, reach.judged].to_vec();
        params.extend(asked.iter().map(|key| Value::from(&key.id)));
        params.resize(5 + ASKED, Value::from(""));
        for row in tx.query(&sql, &params)? {
            let article = articles::read(&row)?;
            let severity = if weighed { severity(tx, &article)? } else { None };
            found.push(Stored { article, severity });
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse((one.article.discovered_at, one.article.id)));
    Ok(found)
}

/// Highest severity of an article's story toward any topic, as it was lately decided.
///
/// # Errors
/// As [`Transaction::query`].
pub fn severity(tx: &mut dyn Transaction, article: &Article) -> Result<Option<f64>, StoreError> {
    let Some(story) = article.story_id else { return Ok(None) };
    let sql = "SELECT severity FROM article_topic WHERE story_id = ?1 AND severity <> '' \
               ORDER BY decided_at DESC, article_id DESC LIMIT 20";
    let rows = tx.query(sql, params![story])?;
    let scores = rows.iter().map(|row| Ok(row.json::<crate::model::Severity>(0)?.score));
    let scores: Vec<f64> = scores.collect::<Result<_, StoreError>>()?;
    Ok(scores.into_iter().reduce(f64::max))
}
