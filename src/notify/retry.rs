//! When a failed attempt is made again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Waits after the first, second, … attempt in seconds; the last one repeats. Shorter than RFC 5321
/// §4.5.4.1 asks of relays between strangers: this is the organisation's own mail server, and an
/// alert that comes after an hour is no alert.
const WAITS_SECS: [u64; 8] = [5, 15, 30, 60, 120, 300, 600, 600];

/// Bounds of what a receiver may ask for by `Retry-After`.
const ASKED: (Duration, Duration) = (Duration::from_secs(1), Duration::from_hours(1));

/// When attempt `attempts` + 1 is due, after `attempts` (from 1) were begun. A wait that the
/// receiver asked for is obeyed within 1 s to 1 h; otherwise the waits rise from 5 s to 10 min,
/// each moved by up to ±25 % so that messages which failed together do not return together. The
/// shift follows from the idempotency key and the attempt: the same question has the same answer.
#[must_use]
pub fn retry_at(key: &str, attempts: u32, after: Option<Duration>, now: Timestamp) -> Timestamp {
    let wait = after.map_or_else(
        || scheduled(attempts).mul_f64(shift(key, attempts)),
        |asked| asked.clamp(ASKED.0, ASKED.1),
    );
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::from_mins(10));
    now.checked_add(wait).unwrap_or(now)
}

fn scheduled(attempts: u32) -> Duration {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let secs = WAITS_SECS.get(index).or(WAITS_SECS.last());
    Duration::from_secs(secs.copied().unwrap_or(600))
}

/// 0.75 to 1.25.
fn shift(key: &str, attempts: u32) -> f64 {
    let hash = blake3::hash(format!("{attempts}:{key}").as_bytes());
    let [a, b, ..] = *hash.as_bytes();
    0.75 + 0.5 * f64::from(u16::from_be_bytes([a, b])) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::retry_at;

    fn wait_secs(key: &str, attempts: u32, after: Option<u64>) -> f64 {
        let now = Timestamp::UNIX_EPOCH;
        let at = retry_at(key, attempts, after.map(Duration::from_secs), now);
        at.duration_since(now).as_secs_f64()
    }

    #[test]
    fn waits_rise_to_ten_minutes() {
        for (attempts, secs) in [
            (0, 5.0),
            (1, 5.0),
            (2, 15.0),
            (3, 30.0),
            (4, 60.0),
            (6, 300.0),
            (7, 600.0),
            (99, 600.0),
        ] {
            let wait = wait_secs("k", attempts, None);
            assert!((0.75 * secs..=1.25 * secs).contains(&wait), "attempt {attempts}: {wait} s");
        }
    }

    #[test]
    fn the_receivers_wish_is_obeyed_within_bounds() {
        for (asked, waited) in [(0, 1.0), (30, 30.0), (86_400, 3600.0)] {
            let wait = wait_secs("k", 1, Some(asked));
            assert!((wait - waited).abs() < 1e-9, "{asked} s asked, {wait} s waited");
        }
    }

    #[test]
    fn messages_that_fail_together_spread_out() {
        let waits: std::collections::BTreeSet<_> = (0..20)
            .map(|n| retry_at(&format!("key-{n}"), 5, None, Timestamp::UNIX_EPOCH))
            .collect();
        assert!(waits.len() > 15, "{} different times of 20", waits.len());
    }

    proptest! {
        #[test]
        fn the_answer_is_always_the_same_and_never_in_the_past(
            key in ".{0,40}", attempts: u32, after in proptest::option::of(any::<u64>()),
        ) {
            let after = after.map(Duration::from_secs);
            let first = retry_at(&key, attempts, after, Timestamp::UNIX_EPOCH);
            prop_assert_eq!(first, retry_at(&key, attempts, after, Timestamp::UNIX_EPOCH));
            prop_assert!(first > Timestamp::UNIX_EPOCH);
        }
    }
}
