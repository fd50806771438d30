//! Whose turn it is: so many requests at once, so many to one host, time between them, and none to
//! a host that rests.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};
use url::{Position, Url};

use super::breaker::{Breaker, Health};
use super::{FetchError, Limits};

/// Hosts that are remembered before the idle ones are forgotten, and how many at the very most.
const HOSTS: (usize, usize) = (8192, 16_384);

/// Longest gap that robots.txt can ask for.
const MAX_GAP: Duration = Duration::from_mins(1);

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// A feed or page: spaced, and not at a host that rests.
    Page,
    /// robots.txt: asked right before a page, so that it needs no gap of its own.
    Robots,
    /// A message or a ping to a service of the operator's own: whoever sends it has its own retries.
    Own,
}

/// What requests are counted by: the host, and its port where that is not the scheme's own.
#[must_use]
pub fn host_and_port(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// The order of requests.
pub(super) struct Turns {
    limits: Limits,
    global: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

struct Host {
    places: Arc<Semaphore>,
    state: Mutex<State>,
}

struct State {
    /// When the next request may start.
    next: Instant,
    breaker: Breaker,
}

/// A request under way; dropping it lets the next one in.
pub(super) struct Turn {
    host: Arc<Host>,
    errand: Errand,
    _place: OwnedSemaphorePermit,
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
    /// places of all; whoever waits holds no other turn, so nobody waits in a circle. After a page the
    /// host is left alone for `delay`, which is what robots.txt wants, and at least for the usual gap.
    pub(super) async fn take(
        &self,
        url: &Url,
        errand: Errand,
        delay: Option<Duration>,
    ) -> Result<Turn, FetchError> {
        let host = self.host(url);
        if errand != Errand::Own {
            host.state().awake()?;
        }
        let closed = |_| FetchError::refused("the client is shutting down");
        let waiting = Arc::clone(&host.places).acquire_owned();
        let place = if errand == Errand::Own {
            waiting.await.map_err(closed)?
        } else {
            let crowded = |_| resting(Instant::now(), Instant::now() + self.limits.host_gap);
            timeout(self.limits.patience, waiting).await.map_err(crowded)?.map_err(closed)?
        };
        if errand == Errand::Page {
            let gap = delay.unwrap_or_default().min(MAX_GAP).max(self.limits.host_gap);
            let start = host.state().reserve(gap, self.limits.patience)?;
            // Even a sleep until now takes a tick of a millisecond.
            if start > Instant::now() {
                sleep_until(start).await;
            }
        }
        let global = Arc::clone(&self.global).acquire_owned().await.map_err(closed)?;
        if errand != Errand::Own {
            let now = Instant::now();
            host.state().breaker.admit(now).map_err(|until| resting(now, until))?;
        }
        Ok(Turn { host, errand, _place: place, _global: global })
    }

    /// The host tells whether it works.
    pub(super) fn report(&self, turn: &Turn, health: Health) {
        if turn.errand != Errand::Own {
            let chance = chance();
            turn.host.state().breaker.report(health, &self.limits, Instant::now(), chance);
        }
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let name = host_and_port(url);
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return Arc::clone(host);
        }
        let now = Instant::now();
        // Looking at all of them for each new one would be quadratic.
        let due = hosts.len() >= HOSTS.0 && hosts.len().is_multiple_of(64);
        if due {
            forget(&mut hosts, now);
        }
        let places = Arc::new(Semaphore::new(self.limits.per_host));
        let state = Mutex::new(State { next: now, breaker: Breaker::default() });
        let host = Arc::new(Host { places, state });
        hosts.insert(name.to_owned(), Arc::clone(&host));
        host
    }
}

impl Host {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn awake(&self) -> Result<(), FetchError> {
        let now = Instant::now();
        self.breaker.rests(now).map_or(Ok(()), |until| Err(resting(now, until)))
    }

    /// The next start, unless it is too far away to wait for it.
    fn reserve(&mut self, gap: Duration, patience: Duration) -> Result<Instant, FetchError> {
        self.awake()?;
        let now = Instant::now();
        let start = now.max(self.next);
        if start > now + patience {
            return Err(resting(now, start));
        }
        self.next = start + gap;
        Ok(start)
    }
}

/// Forgets idle hosts, and if that is not enough, any that nobody is asking right now.
fn forget(hosts: &mut HashMap<String, Arc<Host>>, now: Instant) {
    hosts.retain(|_, host| {
        let state = host.state();
        Arc::strong_count(host) > 1 || state.next > now || !state.breaker.is_idle(now)
    });
    if hosts.len() >= HOSTS.1 {
        hosts.retain(|_, host| Arc::strong_count(host) > 1);
    }
}

fn resting(now: Instant, until: Instant) -> FetchError {
    let until = Timestamp::now().checked_add(until.saturating_duration_since(now));
    FetchError::Resting { until: until.unwrap_or(Timestamp::MAX) }
}

/// A random number in 0..1; the standard library's hasher is seeded at random.
fn chance() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use url::Url;

    use super::{Errand, HOSTS, Health, Turns};
    use crate::guard::Limits;

    #[tokio::test]
    async fn hosts_without_end_are_not_all_remembered() {
        let turns = Turns::new(&Limits { host_gap: Duration::ZERO, ..Limits::default() });
        for (health, most) in [(Health::Fine, HOSTS.0), (Health::Failed, HOSTS.1)] {
            for n in 0..most + 500 {
                let url: Url = format!("http://{n}.{health:?}.test/").parse().unwrap();
                let turn = turns.take(&url, Errand::Page, None).await.unwrap();
                turns.report(&turn, health);
                let kept = turns.hosts.lock().unwrap().len();
                assert!(kept <= most + 64, "{health:?}: {kept}");
            }
        }
    }
}
