//! The outbox as people look at it: what waits, what was taken, what was given up; and asking for a
//! message again.

use jiff::Timestamp;

use super::{COLUMNS, read};
use crate::model::{Delivery, DeliveryId, DeliveryState};
use crate::store::transaction::params;
use crate::store::{Row, StoreError, Transaction, Value};

/// Which deliveries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only in this state.
    pub state: Option<DeliveryState>,
    /// Only over this channel.
    pub channel: Option<String>,
    /// Only decided at this time or later.
    pub since: Option<Timestamp>,
}

/// A delivery with what only those who look after it ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// The message.
    pub delivery: Delivery,
    /// Its notice's thread: an alert, or the matter.
    pub thread: String,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When something last happened to it.
    pub updated_at: Timestamp,
    /// When a person last asked for it again.
    pub retried_at: Option<Timestamp>,
    /// The delivery that it stands in for.
    pub fallback_of: Option<String>,
    /// When another one began to stand in for it.
    pub fell_back_at: Option<Timestamp>,
}

const MORE: &str = "thread, last_error, updated_at, retried_at, fallback_of, fell_back_at";

/// Deliveries, newest first, at most `limit`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn letters(
    tx: &mut dyn Transaction,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<Letter>, StoreError> {
    let mut wanted = vec!["1 = 1".to_owned()];
    let mut values: Vec<Value<'_>> = Vec::new();
    let conditions = [
        ("state =", filter.state.map(|state| state.name().into())),
        ("channel =", filter.channel.as_ref().map(Value::from)),
        ("created_at >=", filter.since.map(Value::from)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            wanted.push(format!("{condition} ?{}", values.len()));
        }
    }
    values.push(limit.into());
    let (wanted, last) = (wanted.join(" AND "), values.len());
    let sql = format!(
        "SELECT {COLUMNS}, {MORE} FROM delivery WHERE {wanted} \
         ORDER BY created_at DESC, id DESC LIMIT ?{last}"
    );
    tx.query(&sql, &values)?.iter().map(letter).collect()
}

/// One delivery, if there is one of this identifier.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find_letter(tx: &mut dyn Transaction, id: DeliveryId) -> Result<Option<Letter>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, {MORE} FROM delivery WHERE id = ?1");
    tx.query(&sql, params![id])?.first().map(letter).transpose()
}

/// What became of the wish to send a message again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// It is due now, under the same key.
    Due,
    /// It was accepted: to send it again would tell it twice.
    Accepted,
    /// It is being sent right now.
    UnderWay,
    /// There is no such delivery.
    Unknown,
}

/// Makes a message that was given up, or waits, due now; its deadline counts anew.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn retry(
    tx: &mut dyn Transaction,
    id: DeliveryId,
    now: Timestamp,
) -> Result<Retried, StoreError> {
    let changed = tx.execute(
        "UPDATE delivery SET state = 'pending', not_before = ?2, first_try_at = NULL, tried_ms = 0, \
         retried_at = ?2, updated_at = ?2 WHERE id = ?1 AND lease_until <= ?2 AND state IN ('dead', 'pending')",
        params![id, now],
    )?;
    if changed == 1 {
        return Ok(Retried::Due);
    }
    Ok(match find_letter(tx, id)?.map(|letter| letter.delivery.state) {
        None => Retried::Unknown,
        Some(DeliveryState::Accepted) => Retried::Accepted,
        Some(_) => Retried::UnderWay,
    })
}

fn letter(row: &Row) -> Result<Letter, StoreError> {
    Ok(Letter {
        delivery: read(row)?,
        thread: row.get(11)?,
        last_error: row.get(12)?,
        updated_at: row.get(13)?,
        retried_at: row.get(14)?,
        fallback_of: row.get(15)?,
        fell_back_at: row.get(16)?,
    })
}
