//! Name resolution that gives no address which the request's rule forbids.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::rule::{Forbidden, Rule};

/// Lookups under way at most. One that nobody waits for any more keeps its thread until the system
/// gives it up; with a silent name server these must not fill the runtime's 512 blocking threads.
const LOOKUPS: usize = 256;

/// Places for lookups, shared by all clients.
pub(super) fn places() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(LOOKUPS))
}

/// The system's resolver without the forbidden addresses, so that the socket goes where the check
/// looked. Without a rule it keeps them all (the name of a configured proxy).
pub(super) struct Resolver {
    pub(super) rule: Option<Rule>,
    pub(super) patience: Duration,
    pub(super) places: Arc<Semaphore>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (rule, patience, places) = (self.rule.clone(), self.patience, Arc::clone(&self.places));
        Box::pin(async move {
            let lookup = look_up(name.as_str().to_owned(), places);
            let found = tokio::time::timeout(patience, lookup)
                .await
                .map_err(|_| "the name was not resolved in time")??;
            let any = !found.is_empty();
            let mut allowed = found;
            allowed.retain(|at| rule.as_ref().is_none_or(|rule| rule.allows(at.ip())));
            if allowed.is_empty() && any {
                return Err(Forbidden::Private(name.as_str().to_owned()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

type LookupError = Box<dyn std::error::Error + Send + Sync>;

async fn look_up(name: String, places: Arc<Semaphore>) -> Result<Vec<SocketAddr>, LookupError> {
    let place = places.acquire_owned().await?;
    let work = move || {
        let found = (name.as_str(), 0).to_socket_addrs().map(Iterator::collect);
        drop(place);
        found
    };
    Ok(tokio::task::spawn_blocking(work).await??)
}
