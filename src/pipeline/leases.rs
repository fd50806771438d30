//! What this process has claimed, renewed while the work on it goes on.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Pipeline;
use crate::store::leases::{self, Claim};
use crate::store::{Lease, Store};

/// After a crash others may take the row when this has passed.
const TTL: SignedDuration = SignedDuration::from_secs(15);
const RENEW: Duration = Duration::from_secs(5);

/// The claims of this process.
pub(super) struct Holder {
    store: Store,
    owner: String,
    held: Mutex<HashSet<Arc<Claim>>>,
}

/// Keeps one claim alive until it is dropped, also by a panic.
pub(super) struct Held {
    holder: Arc<Holder>,
    claim: Arc<Claim>,
}

impl Holder {
    pub fn new(store: Store) -> Self {
        Self { store, owner: uuid::Uuid::now_v7().to_string(), held: Mutex::default() }
    }

    /// The name of this process in lease columns.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// A lease for rows that are claimed now.
    pub fn lease(owner: &str) -> Lease<'_> {
        let now = Timestamp::now();
        Lease { owner, now, until: now + TTL }
    }

    /// Keeps a claim alive from now on.
    pub fn hold(self: &Arc<Self>, claim: Claim) -> Held {
        let claim = Arc::new(claim);
        self.lock().insert(Arc::clone(&claim));
        Held { holder: Arc::clone(self), claim }
    }

    /// Whether a source is polled by this process now, or its poll is still to be recorded.
    pub fn holds_source(&self, id: &str) -> bool {
        self.lock().contains(&Claim::Source(id.to_owned()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<Arc<Claim>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.holder.lock().remove(&self.claim);
    }
}

/// Renews what is held, until the workers stop and nothing is held any more.
pub(super) async fn keep(pipeline: Pipeline) {
    let holder = &pipeline.holder;
    loop {
        let claims: Vec<Claim> = holder.lock().iter().map(|claim| Claim::clone(claim)).collect();
        if claims.is_empty() && pipeline.stop.is_cancelled() {
            return;
        }
        let owner = holder.owner.clone();
        let renewed =
            holder.store.write(move |tx| leases::renew(tx, &claims, Holder::lease(&owner))).await;
        if let Err(error) = renewed {
            tracing::warn!(%error, "leases could not be renewed; others may take the work over");
        }
        tokio::select! {
            () = tokio::time::sleep(RENEW) => {}
            () = pipeline.stop.cancelled() => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
