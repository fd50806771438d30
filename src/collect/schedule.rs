//! When a source is asked again. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::Source;

/// The longest pause after failures: a source is never dropped, it is asked at least so often.
const MAX_BACKOFF: Duration = Duration::from_hours(6);

/// The longest pause that a server can order.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Sources polled more often than this are wanted fast: their backoff stays within 8 intervals.
const FAST: Duration = Duration::from_mins(1);

/// The next poll: the interval; doubled with each failure in a row up to six hours (8 intervals for
/// those below a minute); at most doubled by `max-age`; never before `Retry-After` (up to a day).
/// A jitter of ±10 %, constant for each source, keeps sources from marching in step.
#[must_use]
pub fn next_check(
    source: &Source,
    failures: u32,
    retry_after: Option<Duration>,
    max_age: Option<Duration>,
    now: Timestamp,
) -> Timestamp {
    let interval = source.pace.min;
    let longest = if interval < FAST { interval * 8 } else { MAX_BACKOFF.max(interval) };
    let backed_off = interval.saturating_mul(2_u32.saturating_pow(failures)).min(longest);
    let fresh = max_age.unwrap_or_default().min(interval.saturating_mul(2));
    let pause = jittered(backed_off.max(fresh), &source.id);
    let pause = pause.max(retry_after.unwrap_or_default().min(MAX_RETRY_AFTER));
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}

fn jittered(pause: Duration, id: &str) -> Duration {
    let hash = blake3::hash(id.as_bytes());
    let [low, high, ..] = *hash.as_bytes();
    let share = f64::from(u16::from_le_bytes([low, high])) / f64::from(u16::MAX);
    pause.mul_f64(0.9 + 0.2 * share)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::collect::entries::tests::source;
    use crate::model::{Pace, Source};

    use super::next_check;

    const MIN: u64 = 60;

    fn check(interval: u64, failures: u32, retry: Option<u64>, age: Option<u64>, seconds: u64) {
        let mut source = source();
        source.pace = Pace::fixed(Duration::from_secs(interval));
        let now = "2024-05-01T10:00:00Z".parse().unwrap();
        let secs = |n: Option<u64>| n.map(Duration::from_secs);
        let next = next_check(&source, failures, secs(retry), secs(age), now);
        let pause = next.duration_since(now).as_secs_f64();
        let expected = seconds as f64;
        let tolerated = if retry == Some(seconds) { 0.0 } else { expected * 0.1001 };
        assert!((pause - expected).abs() <= tolerated, "{pause} is not about {expected}");
    }

    #[test]
    fn pauses() {
        check(5 * MIN, 0, None, None, 5 * MIN);
        check(5 * MIN, 1, None, None, 10 * MIN);
        check(5 * MIN, 3, None, None, 40 * MIN);
        check(5 * MIN, 40, None, None, 360 * MIN);
        check(10, 2, None, None, 40);
        check(10, 40, None, None, 80);
        check(5 * MIN, 1, Some(60 * MIN), None, 60 * MIN);
        check(5 * MIN, 0, Some(7 * 24 * 60 * MIN), None, 24 * 60 * MIN);
        check(5 * MIN, 0, None, Some(8 * MIN), 8 * MIN);
        check(5 * MIN, 0, None, Some(600 * MIN), 10 * MIN);
        check(24 * 60 * MIN, 3, None, None, 24 * 60 * MIN);
    }

    #[test]
    fn jitter_differs_between_sources_and_not_between_polls() {
        let now = "2024-05-01T10:00:00Z".parse().unwrap();
        let mut other = source();
        other.id = "another".to_owned();
        let next = |source: &Source| next_check(source, 0, None, None, now);
        assert_eq!(next(&source()), next(&source()));
        assert_ne!(next(&source()), next(&other));
    }
}
