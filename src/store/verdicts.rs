//! What staff says of stories: append-only, the last one counts.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::{StaffVerdict, StoryId};

const COLUMNS: &str = "v.id, v.story_id, v.topic_id, v.article_id, v.label, v.name, v.note, v.at";

/// Adds a verdict.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn add(tx: &mut dyn Transaction, verdict: &StaffVerdict) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO verdict (id, story_id, topic_id, article_id, label, name, note, at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            verdict.id,
            verdict.story_id,
            verdict.topic_id.as_ref(),
            verdict.article_id,
            verdict.label.name(),
            verdict.by.as_ref(),
            verdict.note.as_ref(),
            verdict.at
        ],
    )?;
    Ok(())
}

/// The last verdict on a story, of the topic or of all.
///
/// # Errors
/// As [`Transaction::query`].
pub fn last(
    tx: &mut dyn Transaction,
    story: StoryId,
    topic: &str,
) -> Result<Option<StaffVerdict>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM verdict v WHERE v.story_id = ?1 \
         AND (v.topic_id IS NULL OR v.topic_id = ?2) ORDER BY v.at DESC, v.id DESC LIMIT 1"
    );
    tx.query(&sql, params![story, topic])?.first().map(read).transpose()
}

/// All verdicts since an instant, oldest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn since(tx: &mut dyn Transaction, from: Timestamp) -> Result<Vec<StaffVerdict>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM verdict v WHERE v.at >= ?1 ORDER BY v.at, v.id");
    tx.query(&sql, params![from])?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<StaffVerdict, StoreError> {
    Ok(StaffVerdict {
        id: row.parse(0)?,
        story_id: row.parse(1)?,
        topic_id: row.get(2)?,
        article_id: row.parse(3)?,
        label: row.parse(4)?,
        by: row.get(5)?,
        note: row.get(6)?,
        at: row.get(7)?,
    })
}
