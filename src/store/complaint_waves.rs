//! Waves of complaints, and the counts by which they are seen. What belongs to a wave counts toward no
//! other and is no part of what is usual.

use jiff::{SignedDuration, Timestamp};

use super::transaction::params;
use super::{Row, StoreError, Transaction, Value};
use crate::model::{StoryId, WaveAbout};

const HOUR_MS: i64 = 3_600_000;
/// Hours of the past that are looked at: four weeks.
const PAST: u32 = 4 * 168;

/// A wave that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// Identifier.
    pub id: String,
    /// The story whose alert tells of it.
    pub story: StoryId,
    /// When its first complaint was received.
    pub began_at: Timestamp,
    /// What was usual when it began.
    pub usual: Option<f64>,
}

/// How many customers complained by hour, oldest first, up to now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// About anything.
    pub totals: Vec<u32>,
    /// About the branch or product in question.
    pub about: Vec<u32>,
    /// Branches or products that anybody complained about.
    pub kinds: u32,
}

/// The wave about a branch or product of which something came after `since`, if there is one.
///
/// # Errors
/// As [`Transaction::query`].
pub fn open(
    tx: &mut dyn Transaction,
    about: WaveAbout,
    name: &str,
    since: Timestamp,
) -> Result<Option<Open>, StoreError> {
    let rows = tx.query(
        "SELECT id, story_id, began_at, usual FROM complaint_wave \
         WHERE about = ?1 AND name = ?2 AND last_at > ?3 ORDER BY last_at DESC LIMIT 1",
        params![about.name(), name, since],
    )?;
    let read = |row: &Row| {
        Ok(Open {
            id: row.get(0)?,
            story: row.parse(1)?,
            began_at: row.get(2)?,
            usual: row.get(3)?,
        })
    };
    rows.first().map(read).transpose()
}

/// Customers who complained about a branch or product from `since` to `until`, those of other waves aside.
///
/// # Errors
/// As [`Transaction::query`].
pub fn customers(
    tx: &mut dyn Transaction,
    about: WaveAbout,
    name: &str,
    (since, until): (Timestamp, Timestamp),
) -> Result<u32, StoreError> {
    let sql = format!(
        "SELECT COUNT(DISTINCT customer) FROM complaint \
         WHERE {} = ?1 AND received_at > ?2 AND received_at <= ?3 AND wave_id IS NULL",
        about.name()
    );
    let rows = tx.query(&sql, params![name, since, until])?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Customers by hour over four weeks, or since the first complaint.
///
/// # Errors
/// As [`Transaction::query`].
pub fn hours(
    tx: &mut dyn Transaction,
    about: WaveAbout,
    name: &str,
    now: Timestamp,
) -> Result<Hours, StoreError> {
    let begin =
        now.checked_sub(SignedDuration::from_hours(i64::from(PAST))).unwrap_or(Timestamp::MIN);
    let column = about.name();
    let sql = format!(
        "SELECT MIN(received_at), COUNT(DISTINCT {column}) FROM complaint \
         WHERE received_at > ?1 AND received_at <= ?2"
    );
    let rows = tx.query(&sql, params![begin, now])?;
    let Some(row) = rows.first() else { return Ok(Hours::default()) };
    let Some(first) = row.get::<Option<Timestamp>>(0)? else { return Ok(Hours::default()) };
    let kinds = row.get(1)?;
    let length = usize::try_from((now.as_millisecond() - first.as_millisecond()) / HOUR_MS + 1);
    let length = length.unwrap_or(1);
    let mut counted = |wanted: Option<&str>| {
        let condition = wanted.map(|_| format!("AND {column} = ?3")).unwrap_or_default();
        let sql = format!(
            "SELECT (?1 - received_at) / {HOUR_MS}, COUNT(DISTINCT customer) FROM complaint \
             WHERE received_at > ?2 AND received_at <= ?1 AND wave_id IS NULL {condition} GROUP BY 1"
        );
        let mut values = vec![now.into(), begin.into()];
        values.extend(wanted.map(Value::from));
        let mut hours = vec![0; length];
        for row in tx.query(&sql, &values)? {
            let ago = usize::try_from(row.get::<i64>(0)?).unwrap_or(usize::MAX);
            if let Some(hour) =
                length.checked_sub(ago.saturating_add(1)).and_then(|at| hours.get_mut(at))
            {
                *hour = row.get(1)?;
            }
        }
        Ok::<_, StoreError>(hours)
    };
    let totals = counted(None)?;
    let about = counted(Some(name))?;
    Ok(Hours { totals, about, kinds })
}

/// The story that most of the complaints of a beginning wave were put into.
///
/// # Errors
/// As [`Transaction::query`].
pub fn story(
    tx: &mut dyn Transaction,
    about: WaveAbout,
    name: &str,
    (since, until): (Timestamp, Timestamp),
) -> Result<Option<StoryId>, StoreError> {
    let sql = format!(
        "SELECT story_id FROM complaint WHERE {} = ?1 AND received_at > ?2 AND received_at <= ?3 \
         AND wave_id IS NULL AND story_id IS NOT NULL \
         GROUP BY story_id ORDER BY COUNT(*) DESC, story_id LIMIT 1",
        about.name()
    );
    let rows = tx.query(&sql, params![name, since, until])?;
    rows.first().map(|row| row.parse(0)).transpose()
}

/// Records a wave that begins, with the complaints that it consists of.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn begin(
    tx: &mut dyn Transaction,
    (about, name): (WaveAbout, &str),
    wave: &Open,
    (since, until): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO complaint_wave (id, about, name, story_id, began_at, last_at, usual) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![&wave.id, about.name(), name, wave.story, wave.began_at, until, wave.usual],
    )?;
    let sql = format!(
        "UPDATE complaint SET wave_id = ?1 WHERE {} = ?2 AND received_at > ?3 AND received_at <= ?4 \
         AND wave_id IS NULL",
        about.name()
    );
    tx.execute(&sql, params![&wave.id, name, since, until])?;
    Ok(())
}

/// Adds a complaint to a wave that goes on.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn join(
    tx: &mut dyn Transaction,
    wave: &str,
    number: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute("UPDATE complaint SET wave_id = ?1 WHERE number = ?2", params![wave, number])?;
    let sql = "UPDATE complaint_wave SET last_at = ?2 WHERE id = ?1 AND last_at < ?2";
    tx.execute(sql, params![wave, at])?;
    Ok(())
}

/// Customers of a wave, and the hours from its beginning to its last complaint, begun ones included.
///
/// # Errors
/// As [`Transaction::query`].
pub fn extent(tx: &mut dyn Transaction, wave: &str) -> Result<(u32, u32), StoreError> {
    let rows = tx.query(
        "SELECT COUNT(DISTINCT customer), MIN(received_at), MAX(received_at) FROM complaint WHERE wave_id = ?1",
        params![wave],
    )?;
    let Some(row) = rows.first() else { return Ok((0, 1)) };
    let (first, last): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?);
    let hours = (last.unwrap_or(0) - first.unwrap_or(0)) / HOUR_MS + 1;
    Ok((row.get(0)?, u32::try_from(hours).unwrap_or(u32::MAX)))
}
