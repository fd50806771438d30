//! When a source usually brings something, and when its silence is longer than usual. Pure.
//!
//! Nights and weekends are not silence: time is counted in the hours of the week (UTC) in which the
//! source brought something in the last weeks, as soon as enough of them were observed.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{HoursOfWeek, Rhythm};

/// Arrivals that are kept.
const ARRIVALS: usize = 20;
/// The most recent gaps: a source that grows lively is noticed after three of them.
const RECENT: usize = 5;
/// Weeks of hours that are kept, the present one included.
const WEEKS: usize = 5;
/// Days of longest pauses that are kept: two weekends are among them.
const PAUSE_DAYS: usize = 15;
/// Days with a pause on record from which the hours are trusted.
const TRUSTED_DAYS: usize = 7;
/// Observed for so long, every hour of a week was seen once.
const WEEK_SEEN_MS: i64 = 8 * DAY_MS;
/// Sources slower than this have no hours of their own: each of their pauses spans nights anyway.
const HOURLY_MS: i64 = 3 * HOUR_MS;
/// Silence is never called so before this.
const LEAST_MS: i64 = HOUR_MS;
/// Silence is called so after this at the latest, unless the usual gap itself comes near it.
const MOST_MS: i64 = 7 * DAY_MS;
/// The same for a source that brought too little yet to have a rhythm.
const UNKNOWN_MS: i64 = 14 * DAY_MS;
/// What a source that was observed for less than a week may pause: a long weekend.
const YOUNG_MS: i64 = 3 * DAY_MS;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
const WEEK_HOURS: i64 = 7 * 24;

/// A silence that is longer than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Silence {
    /// Since the last arrival.
    pub lasts: Duration,
    /// The longest pause that counts as usual; `hourly` ones count only the hours in which the
    /// source usually brings something.
    pub usual: Duration,
    /// See `usual`.
    pub hourly: bool,
}

/// Notes an arrival. Arrivals nearer than `apart` are one: more often it is never asked.
pub(super) fn observe(rhythm: &mut Rhythm, at: Timestamp, apart: Duration) {
    let at = at.as_millisecond();
    let last = rhythm.arrivals.last().copied();
    mark_hour(rhythm, at);
    rhythm.since = Some(rhythm.since.map_or(at, |since| since.min(at)));
    let apart = i64::try_from(apart.as_millis()).unwrap_or(i64::MAX).max(1);
    if let Some(last) = last {
        if at < last.saturating_add(apart) {
            return;
        }
        note_pause(rhythm, last, at);
    }
    rhythm.arrivals.push(at);
    let surplus = rhythm.arrivals.len().saturating_sub(ARRIVALS);
    rhythm.arrivals.drain(..surplus);
}

/// The usual gap between two arrivals: the median of the last ones; shorter as soon as the very last
/// ones are. None before three arrivals.
#[must_use]
pub fn usual_gap(rhythm: &Rhythm) -> Option<Duration> {
    let gaps = gaps(rhythm);
    let recent = median(&gaps[gaps.len().saturating_sub(RECENT)..]);
    let gap = median(&gaps)?.min(recent?);
    (gaps.len() >= 2).then(|| Duration::from_millis(gap.unsigned_abs()))
}

/// Whether the silence since `last` is far longer than usual: three usual gaps, and more where they
/// differ; at least an hour, at most a week, unless its usual gap itself comes near that.
pub(super) fn silence(rhythm: &Rhythm, last: Timestamp, now: Timestamp) -> Option<Silence> {
    let (last, now) = (last.as_millisecond(), now.as_millisecond());
    let lasts = now.saturating_sub(last);
    if lasts < LEAST_MS {
        return None;
    }
    let gaps = gaps(rhythm);
    let Some(gap) = median(&gaps).filter(|_| gaps.len() >= 2) else {
        return (lasts >= UNKNOWN_MS).then(|| found(lasts, UNKNOWN_MS, false));
    };
    if lasts < (3 * gap).min(MOST_MS) {
        return None;
    }
    let longest = gaps.iter().copied().max().unwrap_or(0);
    let latest = MOST_MS.max(gap + gap / 2);
    // `spread` for what differs: it weighs more where only the last twenty gaps are known.
    let usual = |longest: i64, spread: i64, least: i64| {
        (3 * gap + spread * (longest - gap).max(0)).clamp(least, latest)
    };
    let (silent, usual, hourly) = if gap > HOURLY_MS {
        (lasts, usual(longest, 3, LEAST_MS), false)
    } else if is_trusted(rhythm) {
        let longest = rhythm.pauses.iter().map(|(_, minutes)| minutes * MINUTE_MS).max();
        (usual_ms(rhythm, gap, last, now), usual(longest.unwrap_or(0), 2, LEAST_MS), true)
    } else {
        (lasts, usual(longest, 3, YOUNG_MS), false)
    };
    if silent >= usual {
        return Some(found(lasts, usual, hourly));
    }
    (lasts >= latest).then(|| found(lasts, latest, false))
}

fn found(lasts: i64, usual: i64, hourly: bool) -> Silence {
    let duration = |ms: i64| Duration::from_millis(ms.unsigned_abs());
    Silence { lasts: duration(lasts), usual: duration(usual), hourly }
}

fn is_trusted(rhythm: &Rhythm) -> bool {
    rhythm.pauses.len() >= TRUSTED_DAYS && is_week_seen(rhythm)
}

fn is_week_seen(rhythm: &Rhythm) -> bool {
    let last = rhythm.arrivals.last().copied().unwrap_or(0);
    rhythm.since.is_some_and(|since| last - since >= WEEK_SEEN_MS)
}

fn gaps(rhythm: &Rhythm) -> Vec<i64> {
    rhythm.arrivals.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn median(values: &[i64]) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// Keeps the longest pause of each day, once it can be told from a night.
fn note_pause(rhythm: &mut Rhythm, from: i64, to: i64) {
    if !is_week_seen(rhythm) {
        return;
    }
    let gap = median(&gaps(rhythm)).unwrap_or(0);
    let minutes = usual_ms(rhythm, gap, from, to) / MINUTE_MS;
    let day = to.div_euclid(DAY_MS);
    match rhythm.pauses.last_mut() {
        Some((last, longest)) if *last == day => *longest = minutes.max(*longest),
        _ => rhythm.pauses.push((day, minutes)),
    }
    let surplus = rhythm.pauses.len().saturating_sub(PAUSE_DAYS);
    rhythm.pauses.drain(..surplus);
}

/// The part of a span that lies in hours in which something usually arrives, or within a usual gap
/// of one: few arrivals leave holes. Beyond two weeks the rest counts in full.
fn usual_ms(rhythm: &Rhythm, gap: i64, from: i64, to: i64) -> i64 {
    let reach = gap / HOUR_MS;
    let is_usual = |at: i64| {
        (-reach..=reach).any(|hours| {
            let (word, bit) = place(at + hours * HOUR_MS);
            rhythm.hours.iter().any(|week| week.0[word] & bit != 0)
        })
    };
    let mut sum = 0;
    let mut at = from;
    let last = to.min(from.saturating_add(14 * DAY_MS));
    while at < last {
        let end = ((at.div_euclid(HOUR_MS) + 1) * HOUR_MS).min(last);
        if is_usual(at) {
            sum += end - at;
        }
        at = end;
    }
    sum + (to - last).max(0)
}

fn mark_hour(rhythm: &mut Rhythm, at: i64) {
    let week = at.div_euclid(7 * DAY_MS);
    if rhythm.hours.is_empty() || week > rhythm.week {
        let passed = if rhythm.hours.is_empty() { 1 } else { week - rhythm.week };
        for _ in (0..passed).take(WEEKS) {
            rhythm.hours.insert(0, HoursOfWeek::default());
        }
        rhythm.hours.truncate(WEEKS);
        rhythm.week = week;
    }
    let age = usize::try_from(rhythm.week - week).unwrap_or(usize::MAX);
    let (word, bit) = place(at);
    // Publication dates may come out of order: what is older than all weeks is let go.
    if let Some(hours) = rhythm.hours.get_mut(age) {
        hours.0[word] |= bit;
    }
}

fn place(at: i64) -> (usize, u64) {
    let hour = usize::try_from(at.div_euclid(HOUR_MS).rem_euclid(WEEK_HOURS)).unwrap_or(0);
    (hour / 64, 1 << (hour % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        // A Monday.
        "2026-11-02T00:00:00Z".parse::<Timestamp>().unwrap()
            + jiff::SignedDuration::from_mins(minutes)
    }

    fn observed(minutes: impl IntoIterator<Item = i64>) -> Rhythm {
        let mut rhythm = Rhythm::default();
        for one in minutes {
            observe(&mut rhythm, at(one), Duration::from_secs(1));
        }
        rhythm
    }

    #[test]
    fn the_usual_gap_follows_the_last_ones() {
        let gap = |minutes: &[i64]| usual_gap(&observed(minutes.iter().copied()));
        assert_eq!(gap(&[0, 10]), None);
        assert_eq!(gap(&[0, 10, 20]), Some(Duration::from_mins(10)));
        let mut lively: Vec<i64> = (0..10).map(|day| day * 1440).collect();
        lively.extend((1..5).map(|n| 9 * 1440 + n * 5));
        assert_eq!(gap(&lively), Some(Duration::from_mins(5)), "after three short gaps");
    }

    #[test]
    fn a_burst_is_one_arrival_and_disorder_none() {
        let mut rhythm = Rhythm::default();
        for minutes in [0, 1, 2, 60, 30, 61, 120] {
            observe(&mut rhythm, at(minutes), Duration::from_mins(5));
        }
        assert_eq!(rhythm.arrivals, [0, 60, 120].map(|minutes| at(minutes).as_millisecond()));
    }

    #[test]
    fn it_stays_small() {
        let rhythm = observed((0..100_000).map(|n| n * 7));
        assert!(serde_json::to_string(&rhythm).unwrap().len() < 1024);
        assert_eq!((rhythm.arrivals.len(), rhythm.hours.len()), (ARRIVALS, WEEKS));
    }

    #[test]
    fn nights_are_no_silence() {
        // Every ten minutes from eight to twenty, three weeks long.
        let day = |day: i64| (48..120).map(move |ten| day * 1440 + ten * 10);
        let rhythm = observed((0..21).flat_map(day));
        let last = 20 * 1440 + 119 * 10;
        let is_silent = |minutes| silence(&rhythm, at(last), at(last + minutes)).is_some();
        assert!(!is_silent(12 * 60), "until the next morning");
        assert!(is_silent(12 * 60 + 70), "and not far into it");
    }
}
