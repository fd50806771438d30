//! Plans that are practised: one row a drill, and the seed that surprises are drawn from.

use jiff::Timestamp;

use super::transaction::{json, params};
use super::{StoreError, Transaction, sequence};
use crate::model::{Drill, DrillState};

/// The next number that people will know a drill by, e.g. `SIM-2026-0003`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn next_number(tx: &mut dyn Transaction, year: i16) -> Result<String, StoreError> {
    let name = format!("SIM-{year}");
    let value = sequence::next(tx, &name)?;
    Ok(format!("{name}-{value:04}"))
}

/// Writes a drill, new or changed; `wakes_at` is when something next happens to it.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn save(
    tx: &mut dyn Transaction,
    drill: &Drill,
    wakes_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO drill (number, plan_id, state, wakes_at, at, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (number) DO UPDATE SET \
         state = excluded.state, wakes_at = excluded.wakes_at, at = excluded.at, body = excluded.body",
        params![
            &drill.number,
            &drill.plan_id,
            drill.state.name(),
            wakes_at,
            drill.starts_at,
            json(drill)?
        ],
    )?;
    Ok(())
}

/// The drill of this number, if there is one.
///
/// # Errors
/// As [`Transaction::query`].
pub fn by_number(tx: &mut dyn Transaction, number: &str) -> Result<Option<Drill>, StoreError> {
    let rows = tx.query("SELECT body FROM drill WHERE number = ?1", params![number])?;
    rows.first().map(|row| row.json(0)).transpose()
}

/// Drills to which something happens by now.
///
/// # Errors
/// As [`Transaction::query`].
pub fn due(tx: &mut dyn Transaction, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT number FROM drill WHERE wakes_at <= ?1 ORDER BY wakes_at, number LIMIT 20";
    tx.query(sql, params![now])?.iter().map(|row| row.get(0)).collect()
}

/// The latest drills, the newest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn recent(tx: &mut dyn Transaction, limit: u32) -> Result<Vec<Drill>, StoreError> {
    let sql = "SELECT body FROM drill ORDER BY at DESC, number DESC LIMIT ?1";
    tx.query(sql, params![limit])?.iter().map(|row| row.json(0)).collect()
}

/// All drills in a state.
///
/// # Errors
/// As [`Transaction::query`].
pub fn in_state(tx: &mut dyn Transaction, state: DrillState) -> Result<Vec<Drill>, StoreError> {
    let sql = "SELECT body FROM drill WHERE state = ?1 ORDER BY at, number";
    tx.query(sql, params![state.name()])?.iter().map(|row| row.json(0)).collect()
}

/// The latest drill of a plan that began before an instant and is over; one that a real incident kept from beginning
/// was none.
///
/// # Errors
/// As [`Transaction::query`].
pub fn before(
    tx: &mut dyn Transaction,
    plan: &str,
    at: Timestamp,
) -> Result<Option<Drill>, StoreError> {
    let rows = tx.query(
        "SELECT body FROM drill WHERE plan_id = ?1 AND state = 'over' AND at < ?2 \
         ORDER BY at DESC LIMIT 20",
        params![plan, at],
    )?;
    for row in &rows {
        let drill: Drill = row.json(0)?;
        if drill.played > 0 {
            return Ok(Some(drill));
        }
    }
    Ok(None)
}

/// What surprises are drawn from; `fresh` becomes it where there is none.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn seed(tx: &mut dyn Transaction, fresh: &str) -> Result<String, StoreError> {
    tx.execute(
        "INSERT INTO drill_seed (id, seed) VALUES (1, ?1) ON CONFLICT (id) DO NOTHING",
        params![fresh],
    )?;
    let rows = tx.query("SELECT seed FROM drill_seed WHERE id = 1", &[])?;
    rows.first().map_or_else(|| Ok(fresh.to_owned()), |row| row.get(0))
}
