//! The archive: articles with what the analysis found and what was decided of them.

use jiff::{SignedDuration, Timestamp};

use super::search;
use super::transaction::{json, params};
use super::{Row, StoreError, Transaction};
use crate::model::{
    Analysis, Article, ArticleId, EntryId, Reason, Severity, Source, StoryId, TopicOpinion,
};

/// What [`read`] reads.
pub(super) const COLUMNS: &str = "id, source_id, story_id, duplicate_of, url, title, body, authors, language, \
                       published_at, discovered_at, method, warnings, original_url";
/// How many these are.
pub(super) const COLUMN_COUNT: usize = 14;

/// What was decided of an article toward one topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The topic.
    pub topic_id: String,
    /// Why it was told, or was not.
    pub reason: Reason,
    /// Severity of the story at that moment.
    pub severity: Severity,
    /// When.
    pub at: Timestamp,
}

/// How an article counts toward a topic.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// Whether it speaks ill of it.
    pub negative: bool,
    /// The gravest category that is an event; empty if none is.
    pub category: &'a str,
    /// Whom it counts as, when independent owners are counted.
    pub voice: &'a str,
}

/// Adds an article to the archive.
///
/// # Errors
/// [`StoreError::Conflict`] if its entry has one already.
pub fn insert(
    tx: &mut dyn Transaction,
    entry: EntryId,
    article: &Article,
    story: StoryId,
    analysis: &Analysis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO article (id, entry_id, source_id, story_id, duplicate_of, url, title, body, authors, \
         language, published_at, discovered_at, method, warnings, analysis, original_url) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            article.id, entry, &article.source_id, story, article.duplicate_of, &article.url, &article.title,
            &article.body, json(&article.authors)?, article.language.as_ref(), article.published_at,
            article.discovered_at, &article.method, json(&article.warnings)?, json(analysis)?,
            article.original_url.as_ref()
        ],
    )?;
    search::mark(tx, article.id)
}

/// The article of an entry as it stands, if it was judged already: its names are kept when the entry
/// is read again.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of_entry(
    tx: &mut dyn Transaction,
    entry: EntryId,
) -> Result<Option<(ArticleId, StoryId, Option<ArticleId>)>, StoreError> {
    let sql = "SELECT id, story_id, duplicate_of FROM article WHERE entry_id = ?1";
    let rows = tx.query(sql, params![entry])?;
    let read = |row: &Row| {
        let original: Option<String> = row.get(2)?;
        Ok((row.parse(0)?, row.parse(1)?, original.map(|_| row.parse(2)).transpose()?))
    };
    rows.first().map(read).transpose()
}

/// Replaces the text of an article that was edited, and forgets which topics it concerned: they
/// are added anew.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn revise(
    tx: &mut dyn Transaction,
    article: &Article,
    analysis: &Analysis,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE article SET url = ?2, title = ?3, body = ?4, authors = ?5, language = ?6, \
         published_at = ?7, method = ?8, warnings = ?9, analysis = ?10, original_url = ?11 WHERE id = ?1",
        params![
            article.id,
            &article.url,
            &article.title,
            &article.body,
            json(&article.authors)?,
            article.language.as_ref(),
            article.published_at,
            &article.method,
            json(&article.warnings)?,
            json(analysis)?,
            article.original_url.as_ref()
        ],
    )?;
    tx.execute("DELETE FROM article_topic WHERE article_id = ?1", params![article.id])?;
    search::mark(tx, article.id)
}

/// Records that an article concerns a topic, before its severity is known: the story's facts
/// count it from now on.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn insert_topic(
    tx: &mut dyn Transaction,
    article: &Article,
    story: StoryId,
    source: &Source,
    opinion: &TopicOpinion,
    mark: Mark<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO article_topic (article_id, topic_id, story_id, source_id, source_name, owner, tier, \
         p_negative, negative, appeared_at, category, decided_at, reason, severity) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, '', '')",
        params![
            article.id, &opinion.topic.id, story, &source.id, &source.name, mark.voice,
            u32::from(source.tier), opinion.polarity.p_negative, mark.negative, article.appeared_at(), mark.category
        ],
    )?;
    Ok(())
}

/// Whom an article counts as, if it concerns a topic.
///
/// # Errors
/// As [`Transaction::query`].
pub fn voice(tx: &mut dyn Transaction, id: ArticleId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT owner FROM article_topic WHERE article_id = ?1 ORDER BY topic_id LIMIT 1";
    tx.query(sql, params![id])?.first().map(|row| row.get(0)).transpose()
}

/// Records what was decided.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn record_verdict(
    tx: &mut dyn Transaction,
    article: ArticleId,
    verdict: &Verdict,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE article_topic SET decided_at = ?3, reason = ?4, severity = ?5 \
         WHERE article_id = ?1 AND topic_id = ?2",
        params![
            article,
            &verdict.topic_id,
            verdict.at,
            verdict.reason.name(),
            json(&verdict.severity)?
        ],
    )?;
    Ok(())
}

/// What was decided of an article, by topic.
///
/// # Errors
/// As [`Transaction::query`].
pub fn verdicts(tx: &mut dyn Transaction, id: ArticleId) -> Result<Vec<Verdict>, StoreError> {
    let rows = tx.query(
        "SELECT topic_id, reason, severity, decided_at FROM article_topic WHERE article_id = ?1 \
         ORDER BY topic_id",
        params![id],
    )?;
    let read = |row: &Row| {
        Ok(Verdict {
            topic_id: row.get(0)?,
            reason: row.parse(1)?,
            severity: row.json(2)?,
            at: row.get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// How one article was scored toward one topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The article.
    pub article: ArticleId,
    /// The story that it belongs to.
    pub story: StoryId,
    /// What was decided.
    pub verdict: Verdict,
}

/// How articles were scored since an instant, where somebody might have been told: not history, no
/// topic that is only read along. At most `most`, in the order of articles and topics; `after` is the
/// last one of the answer before.
///
/// # Errors
/// As [`Transaction::query`].
pub fn scored(
    tx: &mut dyn Transaction,
    since: Timestamp,
    after: Option<&Scored>,
    most: u32,
) -> Result<Vec<Scored>, StoreError> {
    let (article, topic) = after.map_or((String::new(), ""), |last| {
        (last.article.to_string(), last.verdict.topic_id.as_str())
    });
    let rows = tx.query(
        "SELECT article_id, story_id, topic_id, reason, severity, decided_at FROM article_topic \
         WHERE (article_id > ?2 OR (article_id = ?2 AND topic_id > ?3)) AND decided_at >= ?1 \
         AND reason NOT IN ('', ?4, ?5) ORDER BY article_id, topic_id LIMIT ?6",
        params![since, article, topic, Reason::History.name(), Reason::WatchOnly.name(), most],
    )?;
    let read = |row: &Row| {
        let verdict = Verdict {
            topic_id: row.get(2)?,
            reason: row.parse(3)?,
            severity: row.json(4)?,
            at: row.get(5)?,
        };
        Ok(Scored { article: row.parse(0)?, story: row.parse(1)?, verdict })
    };
    rows.iter().map(read).collect()
}

/// An article with its analysis, if the archive has it.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find(
    tx: &mut dyn Transaction,
    id: ArticleId,
) -> Result<Option<(Article, Analysis)>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, analysis FROM article WHERE id = ?1");
    let rows = tx.query(&sql, params![id])?;
    rows.first().map(|row| Ok((read(row)?, row.json(COLUMN_COUNT)?))).transpose()
}

/// When the first article of the archive was seen.
///
/// # Errors
/// As [`Transaction::query`].
pub fn oldest(tx: &mut dyn Transaction) -> Result<Option<Timestamp>, StoreError> {
    let rows = tx.query("SELECT MIN(discovered_at) FROM article", &[])?;
    rows.first().map_or(Ok(None), |row| row.get(0))
}

/// Articles seen within `window` before the last one, oldest first, at most `most` and of these the
/// newest.
///
/// # Errors
/// As [`Transaction::query`].
pub fn last(
    tx: &mut dyn Transaction,
    window: SignedDuration,
    most: u32,
) -> Result<Vec<Article>, StoreError> {
    let rows = tx.query("SELECT MAX(discovered_at) FROM article", &[])?;
    let latest: Option<Timestamp> = rows.first().map_or(Ok(None), |row| row.get(0))?;
    let since = latest.and_then(|at| at.checked_sub(window).ok()).unwrap_or(Timestamp::MIN);
    let sql = format!(
        "SELECT {COLUMNS} FROM article WHERE discovered_at >= ?1 ORDER BY discovered_at DESC, id DESC LIMIT ?2"
    );
    let mut articles: Vec<Article> =
        tx.query(&sql, params![since, most])?.iter().map(read).collect::<Result<_, _>>()?;
    articles.reverse();
    Ok(articles)
}

/// An article from a row that begins with [`COLUMNS`].
pub(super) fn read(row: &Row) -> Result<Article, StoreError> {
    let duplicate_of: Option<String> = row.get(3)?;
    Ok(Article {
        id: row.parse(0)?,
        source_id: row.get(1)?,
        story_id: Some(row.parse(2)?),
        duplicate_of: duplicate_of.map(|_| row.parse(3)).transpose()?,
        url: row.get(4)?,
        title: row.get(5)?,
        body: row.get(6)?,
        authors: row.json(7)?,
        language: row.get(8)?,
        published_at: row.get(9)?,
        discovered_at: row.get(10)?,
        method: row.get(11)?,
        warnings: row.json(12)?,
        original_url: row.get(13)?,
    })
}
