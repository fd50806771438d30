//! Which sources this process polls next, so that none is polled twice at once.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::leases::Holder;
use crate::store::sources::{self, Claimed, Passed};
use crate::store::{Store, StoreError, Transaction};

/// Before the store is asked again for what is due by now.
const SOON: Duration = Duration::from_millis(20);

/// How sources are claimed.
pub(super) enum Claims {
    /// Other processes may use the store, too: each claim is a lease in the source's row.
    Shared,
    /// The store is this process's own: its memory of what it holds is enough, and no row is written.
    Own {
        /// How far the present pass over the due sources has come; none at its beginning.
        passed: Option<Passed>,
    },
}

/// Sources to poll.
pub(super) struct Due {
    /// Those that are claimed now.
    pub claimed: Vec<Claimed>,
    /// How long until more are due; none if nothing will be.
    pub pause: Option<Duration>,
}

impl Claims {
    /// Claims for a store that is this process's own, or not.
    pub fn new(sole_owner: bool) -> Self {
        if sole_owner { Self::Own { passed: None } } else { Self::Shared }
    }

    /// Claims up to `limit` sources, the longest overdue first. The caller must hold them before it
    /// asks again.
    ///
    /// # Errors
    /// If the store is away.
    pub async fn next(
        &mut self,
        store: &Store,
        holder: &Arc<Holder>,
        limit: u32,
    ) -> Result<Due, StoreError> {
        match self {
            Self::Shared => by_lease(store, holder.owner().to_owned(), limit).await,
            Self::Own { passed } => {
                // After a fault the pass begins anew.
                let (due, reached) =
                    by_memory(store, Arc::clone(holder), passed.take(), limit).await?;
                *passed = reached;
                Ok(due)
            }
        }
    }
}

async fn by_lease(store: &Store, owner: String, limit: u32) -> Result<Due, StoreError> {
    let job = move |tx: &mut dyn Transaction| {
        let lease = Holder::lease(&owner);
        let claimed = sources::claim(tx, lease, limit)?;
        let pause = if claimed.len() < limit as usize {
            sources::next_due(tx, lease.now)?.map(|at| until(at, lease.now))
        } else {
            Some(Duration::ZERO)
        };
        Ok(Due { claimed, pause })
    };
    store.write(job).await
}

/// What is due and not held. Asked on the writer's thread: no poll is recorded, and so none is let
/// go, between the look at the rows and the look at what is held.
async fn by_memory(
    store: &Store,
    holder: Arc<Holder>,
    passed: Option<Passed>,
    limit: u32,
) -> Result<(Due, Option<Passed>), StoreError> {
    let job = move |tx: &mut dyn Transaction| {
        let now = Timestamp::now();
        let (mut claimed, reached) = sources::due(tx, now, passed, limit)?;
        claimed.retain(|claimed| !holder.holds_source(&claimed.state.source_id));
        let pause = match reached {
            Some(_) => Some(Duration::ZERO),
            // What is held is due all the time: only what comes after now is waited for.
            None => sources::next_after(tx, now)?.map(|at| until(at, now)),
        };
        Ok((Due { claimed, pause }, reached))
    };
    store.write(job).await
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(SOON).max(SOON)
}

#[cfg(test)]
mod tests;
