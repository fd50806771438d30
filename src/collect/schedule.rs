//! When a source is asked again. Pure.

use std::time::Duration;

use jiff::Timestamp;

use super::rhythm::usual_gap;
use super::{QUARANTINE, Wish};
use crate::model::{Health, Pace, Source, UpdateHints, Vitals};

/// The longest pause after failures: a source is never dropped, it is asked at least so often.
const MAX_BACKOFF: Duration = Duration::from_hours(6);

/// The longest pause that a server can order.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Sources polled more often than this are wanted fast: their backoff stays within 8 intervals.
const FAST: Duration = Duration::from_mins(1);

/// Share of the usual gap after which a source is asked, the jitter aside: an entry is found within
/// the gap to the next one.
const SHARE_OF_GAP: f64 = 0.75;

/// A source that has been quiet for this many times the interval is asked less and less.
const QUIET_INTERVALS: u32 = 8;

const HOUR_MS: i64 = 3_600_000;
const WEEK_HOURS: usize = 7 * 24;

/// The next poll.
///
/// - Three quarters of the source's usual gap, longer the longer it has been quiet, within its pace;
///   the least interval while a story that it carries is rising.
/// - Doubled with each failure in a row up to six hours (8 intervals for those below a minute).
/// - `max-age` doubles it at most: many servers send a day for everything they have.
/// - What the document says (`ttl`, `skipHours`, `skipDays`) holds within the longest interval: such
///   hints are copied about and were often written in another time zone, so they may save polls
///   but not blind us.
/// - `Retry-After` is an order: never before it, up to a day, even while a story rises.
/// - A jitter of ±10 %, another one for each poll, keeps sources from marching in step.
///
/// `failures` counts those in a row, the last poll's included.
#[must_use]
pub fn next_check(
    source: &Source,
    vitals: &Vitals,
    failures: u32,
    wish: &Wish,
    now: Timestamp,
) -> Timestamp {
    if vitals.health == Health::Gone {
        return Timestamp::MAX;
    }
    let pace = source.pace;
    let is_breaking = vitals.breaking_until.is_some_and(|until| until > now);
    let share = share(&source.id, vitals.polls);
    let jittered = |pause: Duration| pause.mul_f64(0.9 + 0.2 * share);
    let calm = failures == 0 && !is_breaking;
    let pause = if failures > 0 {
        jittered(backed_off(pace, failures, vitals.stops))
    } else if is_breaking {
        jittered(pace.min)
    } else {
        let interval = interval(pace, vitals, now);
        let fresh =
            wish.max_age.unwrap_or_default().min(interval * 2).min(pace.max.max(pace.min * 2));
        let ttl = u64::from(vitals.hints.ttl_minutes.unwrap_or(0));
        jittered(interval.max(fresh)).max(Duration::from_mins(ttl).min(pace.max))
    };
    let ordered = wish.retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    let after = |pause| now.checked_add(pause).unwrap_or(Timestamp::MAX);
    let at = after(pause.max(ordered));
    if calm { past_skips(at, &vitals.hints, after(pace.max)) } else { at }
}

fn backed_off(pace: Pace, failures: u32, stops: u32) -> Duration {
    let longest = if pace.max < FAST { pace.max * 8 } else { MAX_BACKOFF.max(pace.max) };
    if stops >= QUARANTINE {
        return longest;
    }
    pace.min.saturating_mul(2_u32.saturating_pow(failures)).min(longest)
}

/// From the observed rhythm, within the pace.
fn interval(pace: Pace, vitals: &Vitals, now: Timestamp) -> Duration {
    if pace.min >= pace.max {
        return pace.min;
    }
    let quiet = vitals.last_entry_at.map_or(Duration::ZERO, |last| {
        Duration::try_from(now.duration_since(last)).unwrap_or(Duration::ZERO)
    });
    let wanted = match usual_gap(&vitals.rhythm) {
        Some(gap) => gap.mul_f64(SHARE_OF_GAP).max(quiet / QUIET_INTERVALS),
        // Nothing is known of it: begin fast, and slow down as it stays quiet.
        None => pace.min.saturating_mul(2_u32.saturating_pow(vitals.polls)),
    };
    wanted.clamp(pace.min, pace.max)
}

/// The end of the skipped hours that `at` falls into, but not after `latest`.
fn past_skips(at: Timestamp, hints: &UpdateHints, latest: Timestamp) -> Timestamp {
    if hints.skip_hours.is_empty() && hints.skip_days.is_empty() {
        return at;
    }
    let mut moved = at;
    for _ in 0..=WEEK_HOURS {
        if moved >= latest || !is_skipped(moved, hints) {
            break;
        }
        let next = (moved.as_millisecond().div_euclid(HOUR_MS) + 1) * HOUR_MS;
        moved = Timestamp::from_millisecond(next).unwrap_or(latest);
    }
    moved.min(latest.max(at))
}

fn is_skipped(at: Timestamp, hints: &UpdateHints) -> bool {
    let hours = at.as_millisecond().div_euclid(HOUR_MS);
    let hour = hours.rem_euclid(24);
    // 1970 began on a Thursday.
    let day = (hours.div_euclid(24) + 3).rem_euclid(7);
    hints.skip_hours.iter().any(|&skipped| i64::from(skipped % 24) == hour)
        || hints.skip_days.iter().any(|&skipped| i64::from(skipped) == day)
}

/// Evenly spread over 0 to 1 by source and poll.
fn share(id: &str, polls: u32) -> f64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(id.as_bytes()).update(&polls.to_le_bytes());
    let [low, high, ..] = *hasher.finalize().as_bytes();
    f64::from(u16::from_le_bytes([low, high])) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests;
