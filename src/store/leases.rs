//! Claims as rows: renewed while their work goes on, given back at the end, free after a crash.

use super::transaction::params;
use super::{Lease, StoreError, Transaction};

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

/// Extends claims that are still ours.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn renew(
    tx: &mut dyn Transaction,
    claims: &[Claim],
    lease: Lease<'_>,
) -> Result<(), StoreError> {
    for claim in claims {
        let (sql, id) = match claim {
            Claim::Source(id) => (
                "UPDATE source_state SET lease_until = ?1 \
                 WHERE source_id = ?2 AND lease_owner = ?3 AND lease_until > 0",
                id,
            ),
            Claim::Entry(id) => (
                "UPDATE entry SET lease_until = ?1 WHERE id = ?2 AND lease_owner = ?3 AND lease_until > 0",
                id,
            ),
            Claim::Delivery(id) => (
                "UPDATE delivery SET lease_until = ?1 WHERE id = ?2 AND lease_owner = ?3 AND lease_until > 0",
                id,
            ),
        };
        tx.execute(sql, params![lease.until, id, lease.owner])?;
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
