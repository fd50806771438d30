//! Stories as people regroup them: merged, split, and all of it undone. A merged story leads to the
//! one that took it in; no story ever changes its name.

use jiff::Timestamp;

use super::transaction::{json, params};
use super::{Row, StoreError, Transaction, stories};
use crate::model::{ArticleId, StoryEdit, StoryEditId, StoryEditKind, StoryId};

const COLUMNS: &str =
    "id, kind, from_story, into_story, articles, alerts, made_at, undone_at, changed_at";
/// Signs that lead from one story to another before it is taken for a circle.
const MAX_SIGNS: usize = 64;

/// Why an edit was not made: the rows are as they were.
pub type Refusal = &'static str;

/// The story that a name leads to now.
///
/// # Errors
/// As [`Transaction::query`].
pub fn current(tx: &mut dyn Transaction, id: StoryId) -> Result<StoryId, StoreError> {
    let mut at = id;
    for _ in 0..MAX_SIGNS {
        let rows = tx.query("SELECT merged_into FROM story WHERE id = ?1", params![at])?;
        let Some(row) = rows.first() else { return Ok(at) };
        let next: Option<String> = row.get(0)?;
        if next.is_none() {
            return Ok(at);
        }
        at = row.parse(0)?;
    }
    Ok(at)
}

/// Puts all articles of `from` into `into`; `from` leads there from now on. Its alerts go along
/// where `into` has none on their topic, so that nothing is told a second time.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn merge(
    tx: &mut dyn Transaction,
    into: StoryId,
    from: StoryId,
    now: Timestamp,
) -> Result<Result<StoryEdit, Refusal>, StoreError> {
    for id in [into, from] {
        if stories::find(tx, id)?.is_none() {
            return Ok(Err("there is no such story"));
        }
    }
    let (into, from) = (current(tx, into)?, current(tx, from)?);
    if into == from {
        return Ok(Err("they are one story already"));
    }
    let articles = ids(tx, "SELECT id FROM article WHERE story_id = ?1 ORDER BY id", from)?;
    let alerts = texts(
        tx,
        "SELECT id FROM alert WHERE story_id = ?1 AND topic_id NOT IN \
         (SELECT topic_id FROM alert WHERE story_id = ?2) ORDER BY id",
        params![from, into],
    )?;
    let edit = StoryEdit {
        id: StoryEditId::new(),
        kind: StoryEditKind::Merge,
        from,
        into,
        articles,
        alerts,
        made_at: now,
        undone_at: None,
        changed_at: after_the_last(tx, now)?,
    };
    carry(tx, &edit, into)?;
    lead(tx, from, Some(into))?;
    save(tx, &edit)?;
    Ok(Ok(edit))
}

/// Takes articles, and what copies them, out of their story into a new one.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn split(
    tx: &mut dyn Transaction,
    from: StoryId,
    chosen: &[ArticleId],
    now: Timestamp,
) -> Result<Result<StoryEdit, Refusal>, StoreError> {
    let from = current(tx, from)?;
    let sql = "SELECT id, duplicate_of FROM article WHERE story_id = ?1 ORDER BY id";
    let (mut all, mut articles): (usize, Vec<ArticleId>) = (0, Vec::new());
    for row in tx.query(sql, params![from])? {
        let (id, original): (ArticleId, Option<String>) = (row.parse(0)?, row.get(1)?);
        let copied = original.map(|_| row.parse::<ArticleId>(1)).transpose()?;
        all += 1;
        if chosen.contains(&id) || copied.is_some_and(|original| chosen.contains(&original)) {
            articles.push(id);
        }
    }
    if articles.is_empty() || chosen.iter().any(|id| !articles.contains(id)) {
        return Ok(Err("an article is not of this story"));
    }
    if articles.len() == all {
        return Ok(Err("nothing would be left of the story"));
    }
    let edit = StoryEdit {
        id: StoryEditId::new(),
        kind: StoryEditKind::Split,
        from,
        into: StoryId::new(),
        articles,
        alerts: Vec::new(),
        made_at: now,
        undone_at: None,
        changed_at: after_the_last(tx, now)?,
    };
    let first = edit.articles.iter().min().copied();
    tx.execute(
        "INSERT INTO story (id, headline, lead_article, first_seen_at, last_seen_at, articles) \
         SELECT ?1, title, id, discovered_at, discovered_at, 0 FROM article WHERE id = ?2",
        params![edit.into, first.map(|id| id.to_string())],
    )?;
    carry(tx, &edit, edit.into)?;
    save(tx, &edit)?;
    Ok(Ok(edit))
}

/// Takes an edit back: its articles return, unless a later edit moved them on.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn undo(
    tx: &mut dyn Transaction,
    id: StoryEditId,
    now: Timestamp,
) -> Result<Result<StoryEdit, Refusal>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM story_edit WHERE id = ?1");
    let Some(mut edit) = tx.query(&sql, params![id])?.first().map(read).transpose()? else {
        return Ok(Err("there is no such edit"));
    };
    if edit.undone_at.is_some() {
        return Ok(Err("it was taken back already"));
    }
    // Either story may have been merged on since: what it leads to holds its articles now.
    let at = current(tx, edit.into)?;
    let to = match edit.kind {
        StoryEditKind::Merge => edit.from,
        StoryEditKind::Split => current(tx, edit.from)?,
    };
    return_to(tx, &StoryEdit { into: at, ..edit.clone() }, to)?;
    match edit.kind {
        StoryEditKind::Merge => lead(tx, edit.from, None)?,
        StoryEditKind::Split => lead(tx, edit.into, Some(to))?,
    }
    edit.undone_at = Some(now);
    edit.changed_at = after_the_last(tx, now)?;
    tx.execute(
        "UPDATE story_edit SET undone_at = ?2, changed_at = ?3 WHERE id = ?1",
        params![edit.id, edit.undone_at, edit.changed_at],
    )?;
    Ok(Ok(edit))
}

/// Edits that were made or taken back after `since`, in that order.
///
/// # Errors
/// As [`Transaction::query`].
pub fn since(tx: &mut dyn Transaction, since: i64) -> Result<Vec<StoryEdit>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM story_edit WHERE changed_at > ?1 ORDER BY changed_at");
    tx.query(&sql, params![since])?.iter().map(read).collect()
}

/// The number of the latest change.
///
/// # Errors
/// As [`Transaction::query`].
pub fn latest(tx: &mut dyn Transaction) -> Result<i64, StoreError> {
    let rows = tx.query("SELECT MAX(changed_at) FROM story_edit", &[])?;
    Ok(rows.first().map_or(Ok(None), |row| row.get::<Option<i64>>(0))?.unwrap_or(0))
}

/// Where articles are now.
///
/// # Errors
/// As [`Transaction::query`].
pub fn places(
    tx: &mut dyn Transaction,
    articles: &[ArticleId],
) -> Result<Vec<(ArticleId, StoryId)>, StoreError> {
    let mut places = Vec::with_capacity(articles.len());
    for &id in articles {
        let rows = tx.query("SELECT story_id FROM article WHERE id = ?1", params![id])?;
        if let Some(row) = rows.first() {
            places.push((id, row.parse(0)?));
        }
    }
    Ok(places)
}

/// Milliseconds, but later than every change before: two edits of one instant are two.
fn after_the_last(tx: &mut dyn Transaction, now: Timestamp) -> Result<i64, StoreError> {
    Ok(now.as_millisecond().max(latest(tx)? + 1))
}

/// Moves what an edit names into a story.
fn carry(tx: &mut dyn Transaction, edit: &StoryEdit, into: StoryId) -> Result<(), StoreError> {
    move_articles(tx, &edit.articles, edit.from, into)?;
    for alert in &edit.alerts {
        tx.execute("UPDATE alert SET story_id = ?2 WHERE id = ?1", params![alert, into])?;
    }
    tx.execute(
        "INSERT INTO incident_story (incident_id, story_id, attached_at) \
         SELECT incident_id, ?2, attached_at FROM incident_story WHERE story_id = ?1 \
         ON CONFLICT (incident_id, story_id) DO NOTHING",
        params![edit.from, into],
    )?;
    Ok(())
}

/// Moves it back.
fn return_to(tx: &mut dyn Transaction, edit: &StoryEdit, to: StoryId) -> Result<(), StoreError> {
    move_articles(tx, &edit.articles, edit.into, to)?;
    for alert in &edit.alerts {
        tx.execute(
            "UPDATE alert SET story_id = ?3 WHERE id = ?1 AND story_id = ?2",
            params![alert, edit.into, to],
        )?;
    }
    Ok(())
}

fn move_articles(
    tx: &mut dyn Transaction,
    articles: &[ArticleId],
    from: StoryId,
    into: StoryId,
) -> Result<(), StoreError> {
    for &article in articles {
        let moved = tx.execute(
            "UPDATE article SET story_id = ?3 WHERE id = ?1 AND story_id = ?2",
            params![article, from, into],
        )?;
        if moved > 0 {
            tx.execute(
                "UPDATE article_topic SET story_id = ?2 WHERE article_id = ?1",
                params![article, into],
            )?;
        }
    }
    for story in [from, into] {
        tx.execute(
            "UPDATE story SET articles = (SELECT COUNT(*) FROM article WHERE story_id = ?1), \
             first_seen_at = COALESCE((SELECT MIN(discovered_at) FROM article WHERE story_id = ?1), first_seen_at), \
             last_seen_at = COALESCE((SELECT MAX(discovered_at) FROM article WHERE story_id = ?1), last_seen_at) \
             WHERE id = ?1",
            params![story],
        )?;
    }
    Ok(())
}

fn lead(tx: &mut dyn Transaction, from: StoryId, to: Option<StoryId>) -> Result<(), StoreError> {
    let to = to.map(|to| to.to_string());
    tx.execute("UPDATE story SET merged_into = ?2 WHERE id = ?1", params![from, to])?;
    Ok(())
}

fn save(tx: &mut dyn Transaction, edit: &StoryEdit) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO story_edit (id, kind, from_story, into_story, articles, alerts, made_at, \
         undone_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            edit.id,
            edit.kind.name(),
            edit.from,
            edit.into,
            json(&edit.articles)?,
            json(&edit.alerts)?,
            edit.made_at,
            edit.undone_at,
            edit.changed_at
        ],
    )?;
    Ok(())
}

fn ids(tx: &mut dyn Transaction, sql: &str, story: StoryId) -> Result<Vec<ArticleId>, StoreError> {
    tx.query(sql, params![story])?.iter().map(|row| row.parse(0)).collect()
}

fn texts(
    tx: &mut dyn Transaction,
    sql: &str,
    params: &[super::Value],
) -> Result<Vec<String>, StoreError> {
    tx.query(sql, params)?.iter().map(|row| row.get(0)).collect()
}

fn read(row: &Row) -> Result<StoryEdit, StoreError> {
    Ok(StoryEdit {
        id: row.parse(0)?,
        kind: row.name(1, &StoryEditKind::ALL, StoryEditKind::name)?,
        from: row.parse(2)?,
        into: row.parse(3)?,
        articles: row.json(4)?,
        alerts: row.json(5)?,
        made_at: row.get(6)?,
        undone_at: row.get(7)?,
        changed_at: row.get(8)?,
    })
}
