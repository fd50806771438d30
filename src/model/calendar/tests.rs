//! Turns and quiet hours by the clocks of Madrid, Mexico City and Shanghai, where these change and where not.

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Calendar, Hours, Override, QuietHours, Rotation, Turn, instant, zone};
use crate::model::Level;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn time(text: &str) -> Time {
    text.parse().expect("a time")
}

fn rotation(every: Turn, hand_over: &str, anchor: &str) -> Rotation {
    Rotation {
        people: ["ana", "bea", "eva"].map(str::to_owned).into(),
        every,
        hand_over: time(hand_over),
        anchor: anchor.parse().expect("a date"),
        hours: None,
    }
}

fn calendar(time_zone: &str, rotation: Rotation) -> Calendar {
    Calendar {
        id: "desk".to_owned(),
        time_zone: time_zone.to_owned(),
        rotations: vec![rotation],
        overrides: Vec::new(),
    }
}

/// Who is on call at each instant.
fn check(calendar: &Calendar, cases: &[(&str, &str)]) {
    for (when, who) in cases {
        assert_eq!(calendar.on_call(at(when)), Some(*who), "{} {when}", calendar.time_zone);
    }
}

/// Turns of a day that begin in the hour which is skipped or comes twice.
fn days(zone: &str, hand_over: &str, anchor: &str, cases: &[(&str, &str)]) {
    check(&calendar(zone, rotation(Turn::Day, hand_over, anchor)), cases);
}

#[test]
fn a_turn_begins_after_a_gap_and_at_the_first_of_two() {
    days(
        "Europe/Madrid",
        "02:30",
        "2026-03-28",
        &[
            ("2026-03-28T01:29:59Z", "eva"),
            ("2026-03-28T01:30:00Z", "ana"),
            ("2026-03-29T01:29:59Z", "ana"), // 03:29:59: 02:30 did not come
            ("2026-03-29T01:30:00Z", "bea"),
            ("2026-03-30T00:30:00Z", "eva"),
        ],
    );
    days(
        "Europe/Madrid",
        "02:30",
        "2026-10-24",
        &[
            ("2026-10-25T00:29:59Z", "ana"),
            ("2026-10-25T00:30:00Z", "bea"), // 02:30 in summer time
            ("2026-10-25T01:15:00Z", "bea"), // 02:15 once more
            ("2026-10-25T01:30:00Z", "bea"), // 02:30 once more
            ("2026-10-26T01:29:59Z", "bea"),
            ("2026-10-26T01:30:00Z", "eva"),
        ],
    );
    days(
        "America/Mexico_City",
        "02:30",
        "2021-04-03",
        &[("2021-04-04T08:29:59Z", "ana"), ("2021-04-04T08:30:00Z", "bea")],
    );
    days(
        "America/Mexico_City",
        "01:30",
        "2021-10-30",
        &[
            ("2021-10-31T06:29:59Z", "ana"),
            ("2021-10-31T06:30:00Z", "bea"),
            ("2021-10-31T07:15:00Z", "bea"),
        ],
    );
    // Mexico has had no summer time since 2022.
    days(
        "America/Mexico_City",
        "02:30",
        "2026-04-04",
        &[("2026-04-05T08:29:59Z", "ana"), ("2026-04-05T08:30:00Z", "bea")],
    );
    days(
        "Asia/Shanghai",
        "02:30",
        "1986-05-03",
        &[("1986-05-03T18:29:59Z", "ana"), ("1986-05-03T18:30:00Z", "bea")],
    );
    days(
        "Asia/Shanghai",
        "01:30",
        "1986-09-13",
        &[
            ("1986-09-13T16:29:59Z", "ana"),
            ("1986-09-13T16:30:00Z", "bea"),
            ("1986-09-13T17:15:00Z", "bea"),
        ],
    );
    days(
        "Asia/Shanghai",
        "09:00",
        "2026-03-28",
        &[("2026-03-29T00:59:59Z", "ana"), ("2026-03-29T01:00:00Z", "bea")],
    );
}

#[test]
fn a_week_goes_from_hand_over_to_hand_over() {
    let mut desk =
        calendar("Europe/Madrid", rotation(Turn::Week(Weekday::Monday), "09:00", "2026-01-01"));
    check(
        &desk,
        &[
            ("2026-01-05T07:59:59Z", "eva"), // before the first Monday the turns go on backwards
            ("2026-01-05T08:00:00Z", "ana"),
            ("2026-01-12T07:59:59Z", "ana"),
            ("2026-01-12T08:00:00Z", "bea"),
            ("2026-03-30T06:59:59Z", "eva"), // summer time has begun in this turn
            ("2026-03-30T07:00:00Z", "ana"),
        ],
    );
    let local = |text: &str| text.parse().expect("a local time");
    desk.overrides.push(Override {
        person: "leo".to_owned(),
        from: local("2026-01-06T10:00"),
        to: local("2026-01-07T10:00"),
    });
    check(
        &desk,
        &[
            ("2026-01-06T08:59:59Z", "ana"),
            ("2026-01-06T09:00:00Z", "leo"),
            ("2026-01-07T08:59:59Z", "leo"),
            ("2026-01-07T09:00:00Z", "ana"),
        ],
    );
    assert_eq!(desk.people(), ["ana", "bea", "eva", "leo"]);
}

#[test]
fn hours_without_anybody_are_gaps() {
    let with = |hours: &[(&str, &str)]| {
        let mut desk = calendar("Europe/Madrid", rotation(Turn::Day, "08:00", "2026-01-01"));
        let base = desk.rotations.remove(0);
        for (from, to) in hours {
            let hours = Some(Hours { from: time(from), to: time(to) });
            desk.rotations.push(Rotation { hours, ..base.clone() });
        }
        desk
    };
    let gaps = |hours: &[(&str, &str)]| -> Vec<String> {
        let gaps = with(hours).gaps();
        gaps.iter().map(|gap| format!("{}-{}", gap.from, gap.to)).collect()
    };
    assert_eq!(gaps(&[("08:00", "20:00"), ("20:00", "08:00")]), [""; 0]);
    assert_eq!(gaps(&[("08:00", "20:00")]), ["20:00:00-08:00:00"]);
    assert_eq!(
        gaps(&[("09:00", "14:00"), ("16:00", "00:00")]),
        ["00:00:00-09:00:00", "14:00:00-16:00:00"]
    );
    let day = with(&[("08:00", "20:00")]);
    assert_eq!(day.on_call(at("2026-01-01T06:59:59Z")), None);
    assert_eq!(day.on_call(at("2026-01-01T07:00:00Z")), Some("ana"));
    assert_eq!(day.on_call(at("2026-01-01T19:00:00Z")), None);
}

fn quiet(from: &str, to: &str) -> QuietHours {
    QuietHours { hours: Hours { from: time(from), to: time(to) }, below: Level::Orange }
}

#[test]
fn what_is_quiet_waits_for_the_end_of_the_night() {
    let night = quiet("22:00", "07:00");
    let cases = [
        ("Europe/Madrid", "2026-03-28T20:59:59Z", None),
        ("Europe/Madrid", "2026-03-28T21:30:00Z", Some("2026-03-29T05:00:00Z")),
        ("Europe/Madrid", "2026-03-29T04:59:59Z", Some("2026-03-29T05:00:00Z")),
        ("Europe/Madrid", "2026-03-29T05:00:00Z", None),
        ("Europe/Madrid", "2026-10-24T20:30:00Z", Some("2026-10-25T06:00:00Z")),
        ("America/Mexico_City", "2021-04-04T04:00:00Z", Some("2021-04-04T12:00:00Z")),
        ("America/Mexico_City", "2026-07-01T04:00:00Z", Some("2026-07-01T13:00:00Z")),
        ("Asia/Shanghai", "2026-07-01T14:00:00Z", Some("2026-07-01T23:00:00Z")),
        ("Asia/Shanghai", "1986-09-13T14:00:00Z", Some("1986-09-13T23:00:00Z")),
    ];
    for (zone, now, until) in cases {
        let found = night.until(zone, Some(Level::Yellow), at(now));
        assert_eq!(found, until.map(at), "{zone} {now}");
        assert_eq!(night.until(zone, Some(Level::Orange), at(now)), None, "grave enough");
        assert_eq!(night.until(zone, None, at(now)), found, "what has no level is not grave");
    }
    // An end in the hour that is skipped, a beginning in the one that comes twice.
    let odd = quiet("22:00", "02:30").until("Europe/Madrid", None, at("2026-03-28T23:00:00Z"));
    assert_eq!(odd, Some(at("2026-03-29T01:30:00Z")));
    let odd = quiet("02:30", "07:00").until("Europe/Madrid", None, at("2026-10-25T01:15:00Z"));
    assert_eq!(odd, Some(at("2026-10-25T06:00:00Z")));
}

proptest! {
    /// The turn is the last one that has begun, counted one by one.
    #[test]
    fn turns_are_those_that_counting_finds(
        zone_name in prop::sample::select(vec!["Europe/Madrid", "America/Mexico_City", "Asia/Shanghai"]),
        year in prop::sample::select(vec![1986_i16, 2021, 2026]),
        weekly: bool, hour in 0_i8..24, minutes in 0_i64..540_000,
    ) {
        let every = if weekly { Turn::Week(Weekday::Sunday) } else { Turn::Day };
        let mut turns = rotation(every, "00:00", &format!("{year}-01-01"));
        turns.hand_over = Time::new(hour, 30, 0, 0).expect("a time");
        let zone = zone(zone_name);
        let first = instant(&zone, turns.first_day().to_datetime(turns.hand_over));
        let now = first + SignedDuration::from_mins(minutes);
        let (mut day, mut turn, step) = (turns.first_day(), 0_usize, turns.days());
        loop {
            let next = day + jiff::Span::new().days(step);
            if instant(&zone, next.to_datetime(turns.hand_over)) > now {
                break;
            }
            (day, turn) = (next, turn + 1);
        }
        let expected = turns.people[turn % 3].clone();
        let desk = calendar(zone_name, turns);
        prop_assert_eq!(desk.on_call(now), Some(expected.as_str()));
    }
}
