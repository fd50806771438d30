//! Drills: when surprises come, and what a scorecard says.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use super::tests::plans;
use super::{Reached, apply, opening, scorecard, surprise};
use crate::model::{
    AlertId, DrillSchedule, Happening, Incident, IncidentEvent, Level, Origin, Plan, Start, StoryId,
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("time")
}

fn schedule() -> DrillSchedule {
    DrillSchedule {
        every: "6mo".to_owned(),
        from: Time::constant(9, 0, 0, 0),
        until: Time::constant(18, 0, 0, 0),
        days: vec![2, 3],
        told: Vec::new(),
        told_before: SignedDuration::from_hours(24),
        scenario: "rumour".to_owned(),
    }
}

#[test]
fn surprises_come_on_allowed_hours_and_are_drawn_once() {
    let mut plan = plans().swap_remove(0);
    let last = at("2026-01-15T10:00:00Z");
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let seed = seed.to_string();
        let draw = |plan: &Plan| surprise(plan, &schedule(), last, &seed, last).expect("a day");
        let drawn = draw(&plan);
        assert_eq!(drawn, draw(&plan), "a restart draws the same");
        let local = drawn.in_tz(&plan.time_zone).expect("a zone");
        assert!((9..18).contains(&local.hour()), "{local}");
        assert!([2, 3].contains(&local.weekday().to_monday_one_offset()), "{local}");
        assert!(
            drawn > at("2026-05-10T00:00:00Z") && drawn < at("2026-07-16T00:00:00Z"),
            "{local}"
        );
        seen.insert(local.date());
        // The same day as a holiday is not drawn.
        plan.business_days.holidays = [local.date()].into();
        assert_ne!(draw(&plan).in_tz(&plan.time_zone).expect("a zone").date(), local.date());
        plan.business_days.holidays.clear();
    }
    assert!(seen.len() > 10, "nobody can tell the day: {}", seen.len());
}

#[test]
fn a_drill_that_is_overdue_comes_soon_and_not_at_once() {
    let plan = plans().swap_remove(0);
    let now = at("2026-11-23T10:00:00Z");
    let drawn = surprise(&plan, &schedule(), at("2024-01-01T10:00:00Z"), "seed", now);
    let drawn = drawn.expect("a day");
    assert!(drawn > now + SignedDuration::from_hours(24), "those who know are told before");
    assert!(drawn < now + SignedDuration::from_hours(24 * 18));
    let never = DrillSchedule { days: Vec::new(), ..schedule() };
    assert_eq!(surprise(&plan, &never, now, "seed", now), None);
}

/// Without a day that is allowed nothing is drawn, however long one looks.
#[test]
fn holidays_alone_are_no_days() {
    let mut plan = plans().swap_remove(0);
    let first: Date = "2026-01-01".parse().expect("a day");
    plan.business_days.holidays = first.series(jiff::ToSpan::days(1_i64)).take(800).collect();
    let now = at("2026-02-01T10:00:00Z");
    assert_eq!(surprise(&plan, &schedule(), now, "seed", now), None);
}

pub(super) fn origin(now: Timestamp) -> Origin {
    Origin {
        number: "SIM-2026-0001".to_owned(),
        title: "Colas".to_owned(),
        category: "solvency".to_owned(),
        level: Level::Orange,
        topic_id: "bank".to_owned(),
        story_id: StoryId::new(),
        alert_id: AlertId::new(),
        detected_at: now,
        drill: None,
    }
}

#[test]
fn a_scorecard_counts_seconds_and_names_who_was_not_reached() {
    let plan = plans().swap_remove(0);
    let start = at("2026-11-23T10:00:00Z");
    let (mut incident, mut log): (Option<Incident>, Vec<IncidentEvent>) = (None, Vec::new());
    let mut happen = |seconds: i64, by: Option<&str>, what: Happening| {
        let at = start + SignedDuration::from_secs(seconds);
        let event = IncidentEvent::new(at, by.map(str::to_owned), what);
        incident = Some(apply(&plan, incident.as_ref(), &event).expect("it can happen"));
        log.push(event);
    };
    for what in opening(&plan, origin(start), String::new()) {
        happen(0, None, what);
    }
    happen(90, Some("elena.ruiz"), Happening::Activated { start: Start::Confirmed });
    let key = "verificar".to_owned();
    happen(150, Some("marta.leon"), Happening::Acknowledged { key: key.clone() });
    let evidence = Some("visto".to_owned());
    happen(690, Some("marta.leon"), Happening::Done { key, evidence });
    let incident = incident.expect("an incident");
    let message = |who: &str, arrived: bool| Reached {
        who: who.to_owned(),
        channel: "mail".to_owned(),
        arrived: Some(arrived),
        why: (!arrived).then(|| "no such mailbox".to_owned()),
    };
    let messages = [message("marta.leon", true), message("rosa.vidal", false)];
    let card = scorecard(&plan, &incident, &log, &messages);
    let time = |key: &str| {
        let found = card.measures.iter().find(|measure| measure.key == key).expect("a measure");
        (found.seconds, found.reached)
    };
    assert_eq!(time("confirm"), (Some(90), Some(true)), "within 15 minutes");
    assert_eq!(time("first_ack"), (Some(60), None));
    assert_eq!(time("facts"), (Some(600), Some(true)));
    assert_eq!(time("ack_all"), (None, Some(false)), "others have said nothing");
    assert_eq!(time("answer"), (None, Some(false)), "the golden hours count");
    assert_eq!((card.steps_on_time, card.steps), (1, 1));
    assert!(card.never_reached.contains(&"rosa.vidal".to_owned()), "{card:?}");
    assert!(!card.never_reached.contains(&"marta.leon".to_owned()), "{card:?}");
    assert_eq!(card.failed.len(), 1);
    let marta = card.people.iter().find(|one| one.person == "marta.leon").expect("her row");
    assert_eq!((marta.seconds, marta.channels.len()), (Some(60), 1));
}
