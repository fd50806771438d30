//! Whose turn it is: so many requests at once, so many to one host, and time between them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

use super::{FetchError, Limits};

/// Hosts that are remembered before the idle ones are forgotten.
const HOSTS: usize = 4096;

/// The order of requests.
pub(super) struct Turns {
    limits: Limits,
    global: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

struct Host {
    places: Arc<Semaphore>,
    /// When the next request may start.
    next: Mutex<Instant>,
}

/// A request under way; dropping it lets the next one in.
pub(super) struct Turn {
    _host: OwnedSemaphorePermit,
    _global: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            global: Arc::new(Semaphore::new(limits.global)),
            hosts: Mutex::default(),
        }
    }

    /// Waits for a place. The host comes first, so that requests to a busy one hold none of the
    /// places of all; whoever waits holds no other turn, so nobody waits in a circle.
    pub(super) async fn take(&self, url: &Url, spaced: bool) -> Result<Turn, FetchError> {
        let host = self.host(url);
        let closed = |_| FetchError::refused("the client is shutting down");
        let place = Arc::clone(&host.places).acquire_owned().await.map_err(closed)?;
        if spaced {
            tokio::time::sleep_until(self.start_of(&host)).await;
        }
        let global = Arc::clone(&self.global).acquire_owned().await.map_err(closed)?;
        Ok(Turn { _host: place, _global: global })
    }

    fn start_of(&self, host: &Host) -> Instant {
        let mut next = host.next.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Instant::now().max(*next);
        *next = start + self.limits.host_gap;
        start
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let name = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let key = format!("{name}:{port}");
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS {
            let now = Instant::now();
            hosts.retain(|_, host| {
                let next = host.next.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::strong_count(host) > 1 || *next > now
            });
        }
        let host = hosts.entry(key).or_insert_with(|| {
            let places = Arc::new(Semaphore::new(self.limits.per_host));
            Arc::new(Host { places, next: Mutex::new(Instant::now()) })
        });
        Arc::clone(host)
    }
}
