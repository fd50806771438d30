//! Intervals by rhythm, wishes, failures; the schedule with what it observes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::collect::Wish;
use crate::collect::entries::tests::source;
use crate::collect::rhythm::observe;
use crate::model::{Health, Pace, Rhythm, Source, UpdateHints, Vitals};

use super::next_check;

const MIN: u64 = 60;

/// A Wednesday.
fn now() -> Timestamp {
    "2024-05-01T10:00:00Z".parse().unwrap()
}

fn paced(min: u64, max: u64) -> Source {
    Source {
        pace: Pace { min: Duration::from_secs(min), max: Duration::from_secs(max) },
        ..source()
    }
}

fn pause(source: &Source, vitals: &Vitals, failures: u32, wish: &Wish) -> f64 {
    next_check(source, vitals, failures, wish, now()).duration_since(now()).as_secs_f64()
}

#[track_caller]
fn is_about(found: f64, expected: u64) {
    let expected = expected as f64;
    assert!((found - expected).abs() <= expected * 0.1001, "{found} is not about {expected}");
}

#[test]
fn fixed_intervals() {
    let check = |interval, failures, retry: Option<u64>, age: Option<u64>, seconds| {
        let wish = Wish {
            retry_after: retry.map(Duration::from_secs),
            max_age: age.map(Duration::from_secs),
            hints: None,
        };
        let found = pause(&paced(interval, interval), &Vitals::default(), failures, &wish);
        is_about(found, seconds);
        assert!(retry != Some(seconds) || found >= seconds as f64, "{found} is too early");
    };
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
fn what_documents_wish() {
    let source = paced(5 * MIN, 60 * MIN);
    let hints = |ttl_minutes, skip_hours: &[u8], skip_days: &[u8]| Vitals {
        rhythm: regular(10),
        last_entry_at: Some(now()),
        hints: UpdateHints {
            ttl_minutes,
            skip_hours: skip_hours.into(),
            skip_days: skip_days.into(),
        },
        ..Vitals::default()
    };
    let asked = |vitals: &Vitals| pause(&source, vitals, 0, &Wish::default());
    is_about(asked(&hints(None, &[], &[])), 7 * MIN + 30);
    is_about(asked(&hints(Some(30), &[], &[])), 30 * MIN);
    is_about(asked(&hints(Some(600), &[], &[])), 60 * MIN);
    assert!((asked(&hints(None, &[10], &[])) - 3600.0).abs() < 1.0, "at eleven");
    is_about(asked(&hints(None, &[11], &[])), 7 * MIN + 30);
    is_about(asked(&hints(None, &[10, 11, 12], &[])), 60 * MIN);
    is_about(asked(&hints(None, &[], &[2])), 60 * MIN);
    let always: Vec<u8> = (0..24).collect();
    is_about(asked(&hints(None, &always, &[0, 1, 2, 3, 4, 5, 6])), 60 * MIN);
    let breaking = Vitals {
        breaking_until: Some(now() + SignedDuration::from_mins(1)),
        ..hints(Some(600), &always, &[2])
    };
    is_about(asked(&breaking), 5 * MIN);
    let retry = Wish { retry_after: Some(Duration::from_mins(30)), ..Wish::default() };
    is_about(pause(&source, &breaking, 0, &retry), 30 * MIN);
}

fn regular(minutes: i64) -> Rhythm {
    let mut rhythm = Rhythm::default();
    for n in (0..20).rev() {
        observe(&mut rhythm, now() - SignedDuration::from_mins(n * minutes), Duration::ZERO);
    }
    rhythm
}

#[test]
fn the_rhythm_gives_the_interval_within_the_pace() {
    let source = paced(2 * MIN, 120 * MIN);
    let asked = |gap, quiet| {
        let last_entry_at = Some(now() - SignedDuration::from_mins(quiet));
        let vitals = Vitals { rhythm: regular(gap), last_entry_at, ..Vitals::default() };
        pause(&source, &vitals, 0, &Wish::default())
    };
    is_about(asked(1, 0), 2 * MIN);
    is_about(asked(20, 0), 15 * MIN);
    is_about(asked(20, 30), 15 * MIN);
    is_about(asked(20, 8 * 60), 60 * MIN);
    is_about(asked(20, 9 * 24 * 60), 120 * MIN);
    is_about(asked(24 * 60, 0), 120 * MIN);
    let unknown =
        |polls| pause(&source, &Vitals { polls, ..Vitals::default() }, 0, &Wish::default());
    is_about(unknown(1), 4 * MIN);
    is_about(unknown(40), 120 * MIN);
}

/// The schedule and what it observes work on each other: undated entries are seen when asked.
#[test]
fn polls_converge_to_the_rhythm() {
    for gap in [4, 15, 45, 90] {
        let source = paced(60, 120 * MIN);
        let mut vitals = Vitals::default();
        let (mut at, mut next, mut polls) = (now(), now(), 0);
        let end = now() + SignedDuration::from_hours(72);
        let settled = now() + SignedDuration::from_hours(24);
        while at < end {
            let came = at >= next;
            while next <= at {
                next += SignedDuration::from_mins(gap);
            }
            if came {
                observe(&mut vitals.rhythm, at, source.pace.min);
                vitals.last_entry_at = Some(at);
            }
            vitals.polls += 1;
            polls += u32::from(at >= settled);
            at = next_check(&source, &vitals, 0, &Wish::default(), at);
        }
        let every = 48.0 * 60.0 / f64::from(polls);
        let gap = gap as f64;
        assert!(every >= gap / 2.0 && every <= gap * 1.05, "{gap}: asked every {every:.1} minutes");
    }
}

#[test]
fn jitter_differs_between_sources_and_polls() {
    let mut other = source();
    other.id = "another".to_owned();
    let next = |source: &Source, polls| {
        next_check(source, &Vitals { polls, ..Vitals::default() }, 0, &Wish::default(), now())
    };
    assert_eq!(next(&source(), 1), next(&source(), 1));
    assert_ne!(next(&source(), 1), next(&other, 1));
    assert_ne!(next(&source(), 1), next(&source(), 2));
}

#[test]
fn what_is_gone_is_not_asked_and_what_is_quarantined_seldom() {
    let source = paced(5 * MIN, 60 * MIN);
    let gone = Vitals { health: Health::Gone, ..Vitals::default() };
    assert_eq!(next_check(&source, &gone, 1, &Wish::default(), now()), Timestamp::MAX);
    let stopped = Vitals { stops: 3, ..Vitals::default() };
    is_about(pause(&source, &stopped, 3, &Wish::default()), 360 * MIN);
}
