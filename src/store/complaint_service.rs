//! Complaints as periodic reports count them.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction};
use crate::model::{ComplaintEventKind, ComplaintState, Reminder, Served, ServiceBy};

/// Complaints that were filed from one instant on and before another; at most a million.
///
/// # Errors
/// As [`Transaction::query`].
pub fn filed(
    tx: &mut dyn Transaction,
    (from, until): (Timestamp, Timestamp),
    by: ServiceBy,
) -> Result<Vec<Served>, StoreError> {
    let group = match by {
        ServiceBy::Branch => "branch",
        ServiceBy::Product => "product",
        ServiceBy::Owner => "owner",
        ServiceBy::Severity => "severity",
        ServiceBy::Channel => "channel",
    };
    let sql = format!(
        "SELECT {group}, filed_at, answer_by, state, reopened, satisfaction, \
         (SELECT MIN(at) FROM complaint_event AS e WHERE e.number = complaint.number AND e.kind = ?3), \
         (SELECT COUNT(*) FROM complaint_event AS e WHERE e.number = complaint.number AND e.kind = ?4 \
          AND e.note IN (?5, ?6)) \
         FROM complaint WHERE filed_at >= ?1 AND filed_at < ?2 ORDER BY number LIMIT 1000000"
    );
    let rows = tx.query(
        &sql,
        params![
            from,
            until,
            ComplaintEventKind::Answered.name(),
            ComplaintEventKind::Reminded.name(),
            Reminder::Late.name(),
            Reminder::Escalated.name()
        ],
    )?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Served, StoreError> {
    let state: ComplaintState = row.name(3, &ComplaintState::ALL, ComplaintState::name)?;
    let satisfaction: Option<u32> = row.get(5)?;
    let told: i64 = row.get(7)?;
    Ok(Served {
        group: row.get(0)?,
        filed_at: row.get(1)?,
        answered_at: row.get(6)?,
        answer_by: row.get(2)?,
        told_late: told > 0,
        over: state.is_over(),
        reopened: row.get(4)?,
        satisfaction: satisfaction.and_then(|it| it.try_into().ok()),
    })
}
