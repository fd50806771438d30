//! robots.txt of each origin: fetched once, kept for a day, asked before each page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use super::FetchError;
use super::robots::Robots;
use super::turns::host_and_port;
use crate::model::Reach;

/// How long a file holds (RFC 9309 §2.4).
const FRESH: Duration = Duration::from_hours(24);

/// How long an origin is left alone whose file cannot be had because of an error of the server
/// (RFC 9309 §2.3.1.4).
const UNKNOWN: Duration = Duration::from_mins(10);

/// What all kept files may weigh, and how many origins are kept.
const KEPT: (usize, usize) = (16_000_000, 16_384);

/// What came of asking for a file.
pub(super) enum Answer {
    /// Its text.
    File(Vec<u8>),
    /// There is none, or none for us: everything is allowed (RFC 9309 §2.3.1.3).
    None,
    /// The server failed.
    Broken,
}

/// The files by origin and by the way that they were had.
#[derive(Default)]
pub(super) struct Manners {
    origins: StdMutex<HashMap<(String, Reach), Arc<Origin>>>,
}

/// One origin. Whoever comes first fetches, the others wait for the lock.
#[derive(Default)]
struct Origin {
    known: Mutex<Option<Known>>,
    weight: StdMutex<(usize, Option<Instant>)>,
}

#[derive(Clone)]
struct Known {
    /// None: it could not be had.
    robots: Option<Arc<Robots>>,
    fetched: Instant,
    until: Instant,
}

impl Manners {
    /// What robots.txt says of a URL; `fetch` gets the file.
    ///
    /// # Errors
    /// [`FetchError::Robots`] if it forbids the page, [`FetchError::Resting`] while it cannot be
    /// had, and what `fetch` failed by.
    pub(super) async fn ask<F>(
        &self,
        url: &Url,
        reach: &Reach,
        fetch: impl FnOnce(Url) -> F,
    ) -> Result<Option<Duration>, FetchError>
    where
        F: Future<Output = Result<Answer, FetchError>>,
    {
        let origin = self.origin(url, reach);
        let mut known = origin.known.lock().await;
        let now = Instant::now();
        let fresh = known.as_ref().filter(|known| known.until > now).cloned();
        let fresh = if let Some(fresh) = fresh {
            fresh
        } else {
            let answer = fetch(place(url)).await;
            let new = renew(known.as_ref(), answer)?;
            origin.weigh(&new);
            *known = Some(new.clone());
            new
        };
        drop(known);
        let Some(robots) = fresh.robots else {
            let left = fresh.until.saturating_duration_since(Instant::now());
            let until = Timestamp::now().checked_add(left).unwrap_or(Timestamp::MAX);
            return Err(FetchError::Resting { until });
        };
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        if robots.allows(path) {
            return Ok(robots.delay);
        }
        Err(FetchError::Robots { host: url.host_str().unwrap_or_default().to_owned() })
    }

    fn origin(&self, url: &Url, reach: &Reach) -> Arc<Origin> {
        let key = ([url.scheme(), "://", host_and_port(url)].concat(), reach.clone());
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(origin) = origins.get(&key) {
            return Arc::clone(origin);
        }
        make_room(&mut origins);
        Arc::clone(origins.entry(key).or_default())
    }
}

impl Origin {
    fn weigh(&self, known: &Known) {
        let weight = known.robots.as_ref().map_or(0, |robots| robots.weight());
        let mut kept = self.weight.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = (weight, Some(known.until));
    }

    fn weight(&self) -> (usize, Option<Instant>) {
        *self.weight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known after a fetch. A copy outlives failures until it is two days old.
fn renew(old: Option<&Known>, answer: Result<Answer, FetchError>) -> Result<Known, FetchError> {
    let now = Instant::now();
    let old = old.filter(|old| old.robots.is_some() && old.fetched + 2 * FRESH > now);
    let stand_in = old.map(|old| Known { until: now + UNKNOWN, ..old.clone() });
    let robots = match answer {
        Ok(Answer::File(bytes)) => Robots::parse(&bytes),
        Ok(Answer::None) => Robots::open(),
        Ok(Answer::Broken) => {
            let unknown = Known { robots: None, fetched: now, until: now + UNKNOWN };
            return Ok(stand_in.unwrap_or(unknown));
        }
        // The page itself could not be had either: the next one asks again.
        Err(error) => return stand_in.ok_or(error),
    };
    Ok(Known { robots: Some(Arc::new(robots)), fetched: now, until: now + FRESH })
}

fn place(url: &Url) -> Url {
    let mut place = url.clone();
    place.set_path("/robots.txt");
    place.set_query(None);
    place.set_fragment(None);
    place
}

/// Forgets the outdated, and if that is not enough the older half.
fn make_room(origins: &mut HashMap<(String, Reach), Arc<Origin>>) {
    let full = |origins: &HashMap<_, Arc<Origin>>| {
        let weight: usize = origins.values().map(|origin| origin.weight().0).sum();
        origins.len() >= KEPT.1 || weight >= KEPT.0
    };
    // Weighing all of them for each new one would be quadratic.
    if !origins.len().is_multiple_of(16) || !full(origins) {
        return;
    }
    let now = Instant::now();
    let idle = |origin: &Arc<Origin>| Arc::strong_count(origin) == 1;
    origins.retain(|_, origin| !idle(origin) || origin.weight().1.is_some_and(|until| until > now));
    if full(origins) {
        let mut ends: Vec<_> = origins.values().filter_map(|origin| origin.weight().1).collect();
        ends.sort_unstable();
        let middle = ends.get(ends.len() / 2).copied().unwrap_or(now);
        origins.retain(|_, one| !idle(one) || one.weight().1.is_some_and(|until| until > middle));
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Answer, KEPT, Manners};
    use crate::model::Reach;

    #[tokio::test]
    async fn files_without_end_are_not_all_remembered() {
        let manners = Manners::default();
        let heavy =
            format!("user-agent: *\n{}", format!("disallow: /{}\n", "x".repeat(480)).repeat(1000));
        for n in 0..KEPT.1 + 100 {
            let url: Url = format!("http://{n}.test/").parse().unwrap();
            // Heavy files first, then many light ones.
            let answer =
                if n < 60 { Answer::File(heavy.clone().into_bytes()) } else { Answer::None };
            manners.ask(&url, &Reach::default(), async |_| Ok(answer)).await.unwrap();
            let origins = manners.origins.lock().unwrap();
            assert!(origins.len() <= KEPT.1 + 16, "{}", origins.len());
            if n < 60 {
                let weight: usize = origins.values().map(|origin| origin.weight().0).sum();
                assert!(weight <= KEPT.0 + 16 * heavy.len() * 2, "{weight}");
            }
        }
    }
}
