//! What happened to alerts: append-only.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::{Actor, AlertEvent, AlertEventKind, AlertId, AlertState, DeliveryId};

const COLUMNS: &str =
    "id, alert_id, at, kind, state, name, channel, address, note, notice_id, delivery_id";
/// Events of one alert that are ever read at once.
const MOST: u32 = 1_000;

/// Adds an event.
///
/// # Errors
/// [`StoreError::Conflict`] if the link of that message was used already.
pub fn add(tx: &mut dyn Transaction, event: &AlertEvent) -> Result<(), StoreError> {
    let Actor { name, channel, address } = &event.actor;
    tx.execute(
        "INSERT INTO alert_event (id, alert_id, at, kind, state, name, channel, address, note, notice_id, \
         delivery_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            event.id,
            event.alert_id,
            event.at,
            event.kind.name(),
            event.state.name(),
            name.as_ref(),
            channel.as_ref(),
            address.as_ref(),
            event.note.as_ref(),
            event.notice_id,
            event.delivery_id
        ],
    )?;
    Ok(())
}

/// What happened to an alert, oldest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of_alert(tx: &mut dyn Transaction, alert: AlertId) -> Result<Vec<AlertEvent>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM alert_event WHERE alert_id = ?1 ORDER BY id LIMIT {MOST}");
    tx.query(&sql, params![alert])?.iter().map(read).collect()
}

/// The last event of a kind, if there was one.
///
/// # Errors
/// As [`Transaction::query`].
pub fn last(
    tx: &mut dyn Transaction,
    alert: AlertId,
    kind: AlertEventKind,
) -> Result<Option<AlertEvent>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM alert_event WHERE alert_id = ?1 AND kind = ?2 ORDER BY id DESC LIMIT 1"
    );
    tx.query(&sql, params![alert, kind.name()])?.first().map(read).transpose()
}

/// Whether the link of a message was used.
///
/// # Errors
/// As [`Transaction::query`].
pub fn is_used(tx: &mut dyn Transaction, link: DeliveryId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM alert_event WHERE delivery_id = ?1";
    Ok(!tx.query(sql, params![link])?.is_empty())
}

/// When somebody last did something about an alert: took it, noted something, or judged its story.
///
/// # Errors
/// As [`Transaction::query`].
pub fn last_action(
    tx: &mut dyn Transaction,
    alert: AlertId,
) -> Result<Option<Timestamp>, StoreError> {
    let rows = tx.query(
        "SELECT MAX(at) FROM (SELECT at FROM alert_event WHERE alert_id = ?1 \
             AND kind IN ('acknowledged', 'noted') \
         UNION ALL SELECT v.at FROM verdict v JOIN alert a ON a.story_id = v.story_id \
             WHERE a.id = ?1 AND (v.topic_id IS NULL OR v.topic_id = a.topic_id)) AS done",
        params![alert],
    )?;
    rows.first().map_or(Ok(None), |row| row.get(0))
}

fn read(row: &Row) -> Result<AlertEvent, StoreError> {
    let optional = |index: usize| row.get::<Option<String>>(index);
    Ok(AlertEvent {
        id: row.parse(0)?,
        alert_id: row.parse(1)?,
        at: row.get(2)?,
        kind: row.name(3, &AlertEventKind::ALL, AlertEventKind::name)?,
        state: row.name(4, &AlertState::ALL, AlertState::name)?,
        actor: Actor { name: optional(5)?, channel: optional(6)?, address: optional(7)? },
        note: optional(8)?,
        notice_id: optional(9)?.map(|_| row.parse(9)).transpose()?,
        delivery_id: optional(10)?.map(|_| row.parse(10)).transpose()?,
    })
}
