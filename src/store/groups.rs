//! Groups of alerts that are told as one message, and the alerts that wait in them.

use jiff::Timestamp;

use super::gathered::Reader;
use super::transaction::{json, params};
use super::{Row, StoreError, Transaction};
use crate::model::{AlertId, Labels, Notice};

/// A group of alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What its alerts have in common, hashed.
    pub key: String,
    /// The route.
    pub place: String,
    /// Who is told.
    pub readers: Vec<Reader>,
    /// After how many milliseconds each of its alerts is told again, if it is.
    pub repeat_ms: Option<i64>,
    /// When it is told; none while nothing waits.
    pub due_at: Option<Timestamp>,
    /// When it was told last.
    pub told_at: Option<Timestamp>,
}

/// An alert in a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The alert.
    pub alert: AlertId,
    /// How often it was told, this time included.
    pub occasion: String,
    /// Its labels.
    pub labels: Labels,
    /// What is told of it.
    pub notice: Notice,
}

/// A group by its key.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find(tx: &mut dyn Transaction, key: &str) -> Result<Option<Group>, StoreError> {
    let sql =
        "SELECT key, place, readers, repeat_ms, due_at, told_at FROM alert_group WHERE key = ?1";
    tx.query(sql, params![key])?.first().map(read_group).transpose()
}

/// Up to `limit` groups that are due, the longest overdue first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn due(tx: &mut dyn Transaction, now: Timestamp, limit: u32) -> Result<Vec<Group>, StoreError> {
    let sql = "SELECT key, place, readers, repeat_ms, due_at, told_at FROM alert_group \
               WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at, key LIMIT ?2";
    tx.query(sql, params![now, limit])?.iter().map(read_group).collect()
}

/// Writes a group, new or changed.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn save(tx: &mut dyn Transaction, group: &Group) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO alert_group (key, place, readers, repeat_ms, due_at, told_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (key) DO UPDATE SET \
         readers = excluded.readers, repeat_ms = excluded.repeat_ms, due_at = excluded.due_at, \
         told_at = excluded.told_at",
        params![
            &group.key,
            &group.place,
            json(&group.readers)?,
            group.repeat_ms,
            group.due_at,
            group.told_at
        ],
    )?;
    Ok(())
}

/// Adds an alert to a group; what was to be told of it before is told in its newest state.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn add_member(tx: &mut dyn Transaction, key: &str, member: &Member) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO alert_group_member (group_key, alert_id, occasion, at, labels, notice) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (group_key, alert_id) DO UPDATE SET \
         occasion = excluded.occasion, at = excluded.at, labels = excluded.labels, \
         notice = excluded.notice",
        params![
            key,
            member.alert,
            &member.occasion,
            member.notice.at,
            json(&member.labels)?,
            json(&member.notice)?
        ],
    )?;
    Ok(())
}

/// Takes up to `limit` alerts out of a group, oldest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn take_members(
    tx: &mut dyn Transaction,
    key: &str,
    limit: u32,
) -> Result<Vec<Member>, StoreError> {
    let sql = "SELECT alert_id, occasion, labels, notice FROM alert_group_member \
               WHERE group_key = ?1 ORDER BY at, alert_id LIMIT ?2";
    let rows = tx.query(sql, params![key, limit])?;
    let members = rows.iter().map(|row| {
        Ok(Member {
            alert: row.parse(0)?,
            occasion: row.get(1)?,
            labels: row.json(2)?,
            notice: row.json(3)?,
        })
    });
    let members: Vec<Member> = members.collect::<Result<_, StoreError>>()?;
    for member in &members {
        drop_member(tx, key, member.alert)?;
    }
    Ok(members)
}

/// An alert waits in this group no longer.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn drop_member(tx: &mut dyn Transaction, key: &str, alert: AlertId) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM alert_group_member WHERE group_key = ?1 AND alert_id = ?2",
        params![key, alert],
    )?;
    Ok(())
}

/// Who is told of an alert that waits in a group.
///
/// # Errors
/// As [`Transaction::query`].
pub fn readers_of(tx: &mut dyn Transaction, alert: AlertId) -> Result<Vec<Reader>, StoreError> {
    let sql = "SELECT g.readers FROM alert_group_member m JOIN alert_group g ON g.key = m.group_key \
               WHERE m.alert_id = ?1 ORDER BY g.place LIMIT 100";
    let rows = tx.query(sql, params![alert])?;
    let readers = rows.iter().map(|row| row.json::<Vec<Reader>>(0));
    Ok(readers.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn read_group(row: &Row) -> Result<Group, StoreError> {
    Ok(Group {
        key: row.get(0)?,
        place: row.get(1)?,
        readers: row.json(2)?,
        repeat_ms: row.get(3)?,
        due_at: row.get(4)?,
        told_at: row.get(5)?,
    })
}
