//! Ladders that are climbed for alerts: one row for an alert and policy, with absolute due times.

use jiff::Timestamp;

use super::transaction::{json, params};
use super::{Row, StoreError, Transaction};
use crate::model::{AlertId, Call, Escalation, EscalationState};

const COLUMNS: &str = "alert_id, policy, run, state, ladder, facts, cause, began_at, last_round, last_rung, \
                       last_again, asked, due_at";

/// Writes an escalation, new or changed.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn save(tx: &mut dyn Transaction, escalation: &Escalation) -> Result<(), StoreError> {
    let last = escalation.last;
    tx.execute(
        "INSERT INTO escalation (alert_id, policy, run, state, ladder, facts, cause, began_at, last_round, \
         last_rung, last_again, asked, due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
         ON CONFLICT (alert_id, policy) DO UPDATE SET run = excluded.run, state = excluded.state, \
         ladder = excluded.ladder, facts = excluded.facts, cause = excluded.cause, \
         began_at = excluded.began_at, last_round = excluded.last_round, last_rung = excluded.last_rung, \
         last_again = excluded.last_again, asked = excluded.asked, due_at = excluded.due_at",
        params![
            escalation.alert_id,
            &escalation.policy,
            escalation.run,
            escalation.state.name(),
            json(&escalation.ladder)?,
            json(&escalation.facts)?,
            json(&escalation.cause)?,
            escalation.began_at,
            last.map(|call| call.round),
            last.map(|call| call.rung),
            last.map(|call| call.again),
            json(&escalation.asked)?,
            escalation.due_at
        ],
    )?;
    Ok(())
}

/// The escalation of an alert by a policy, if there was one.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find(
    tx: &mut dyn Transaction,
    alert: AlertId,
    policy: &str,
) -> Result<Option<Escalation>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM escalation WHERE alert_id = ?1 AND policy = ?2");
    tx.query(&sql, params![alert, policy])?.first().map(read).transpose()
}

/// All escalations of an alert.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of_alert(tx: &mut dyn Transaction, alert: AlertId) -> Result<Vec<Escalation>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM escalation WHERE alert_id = ?1 ORDER BY policy");
    tx.query(&sql, params![alert])?.iter().map(read).collect()
}

/// Alert and policy of the escalations of which something is due, longest overdue first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn due(
    tx: &mut dyn Transaction,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(AlertId, String)>, StoreError> {
    let rows = tx.query(
        "SELECT alert_id, policy FROM escalation WHERE due_at IS NOT NULL AND due_at <= ?1 \
         ORDER BY due_at, alert_id, policy LIMIT ?2",
        params![now, limit],
    )?;
    rows.iter().map(|row| Ok((row.parse(0)?, row.get(1)?))).collect()
}

fn read(row: &Row) -> Result<Escalation, StoreError> {
    let last: (Option<u32>, Option<u32>, Option<u32>) = (row.get(8)?, row.get(9)?, row.get(10)?);
    Ok(Escalation {
        alert_id: row.parse(0)?,
        policy: row.get(1)?,
        run: row.get(2)?,
        state: row.name(3, &EscalationState::ALL, EscalationState::name)?,
        ladder: row.json(4)?,
        facts: row.json(5)?,
        cause: row.json(6)?,
        began_at: row.get(7)?,
        last: match last {
            (Some(round), Some(rung), Some(again)) => Some(Call { round, rung, again }),
            _ => None,
        },
        asked: row.json(11)?,
        due_at: row.get(12)?,
    })
}
