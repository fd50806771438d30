//! Claims as rows: renewed while their work goes on, given back at the end, free after a crash.

use super::transaction::params;
use super::{Lease, StoreError, Transaction, Value};

/// A claimed row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    /// A source, by id.
    Source(String),
    /// An entry, by id.
    Entry(String),
    /// A delivery, by id.
    Delivery(String),
}

/// Claims extended by one statement; fewer are filled up, so that one prepared statement serves all.
const AT_ONCE: usize = 64;

/// Extends claims that are still ours.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn renew(
    tx: &mut dyn Transaction,
    claims: &[Claim],
    lease: Lease<'_>,
) -> Result<(), StoreError> {
    let (mut sources, mut entries, mut deliveries) = (Vec::new(), Vec::new(), Vec::new());
    for claim in claims {
        match claim {
            Claim::Source(id) => sources.push(id.as_str()),
            Claim::Entry(id) => entries.push(id.as_str()),
            Claim::Delivery(id) => deliveries.push(id.as_str()),
        }
    }
    renew_in(tx, "source_state", "source_id", &sources, lease)?;
    renew_in(tx, "entry", "id", &entries, lease)?;
    renew_in(tx, "delivery", "id", &deliveries, lease)
}

fn renew_in(
    tx: &mut dyn Transaction,
    table: &str,
    column: &str,
    ids: &[&str],
    lease: Lease<'_>,
) -> Result<(), StoreError> {
    let places: Vec<String> = (3..AT_ONCE + 3).map(|n| format!("?{n}")).collect();
    let places = places.join(", ");
    let sql = format!(
        "UPDATE {table} SET lease_until = ?1 \
         WHERE lease_owner = ?2 AND lease_until > 0 AND {column} IN ({places})"
    );
    for some in ids.chunks(AT_ONCE) {
        let last = some.last().copied().unwrap_or_default();
        let mut values = vec![Value::from(lease.until), Value::from(lease.owner)];
        values.extend(some.iter().map(|&id| Value::from(id)));
        values.resize(AT_ONCE + 2, Value::from(last));
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

/// Gives back all that a process still holds; its unfinished attempts at entries do not count.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn release(tx: &mut dyn Transaction, owner: &str) -> Result<(), StoreError> {
    let owner = params![owner];
    tx.execute("UPDATE source_state SET lease_until = 0 WHERE lease_owner = ?1", owner)?;
    tx.execute(
        "UPDATE entry SET lease_until = 0, attempts = attempts - 1 \
         WHERE lease_owner = ?1 AND lease_until > 0 AND state = 'pending'",
        owner,
    )?;
    tx.execute("UPDATE delivery SET lease_until = 0 WHERE lease_owner = ?1", owner)?;
    Ok(())
}

/// Frees every claim: for a store that only one process can hold, which has just begun to.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn free_all(tx: &mut dyn Transaction) -> Result<(), StoreError> {
    for table in ["source_state", "entry", "delivery"] {
        tx.execute(&format!("UPDATE {table} SET lease_until = 0 WHERE lease_until > 0"), &[])?;
    }
    Ok(())
}
