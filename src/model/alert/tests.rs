//! The life of an alert: which event does what, and what no order of events can do.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::AlertEventKind::{
    Acknowledged, Asked, Dismissed, Escalated, Exhausted, Lapsed, Noted, Notified, Opened, Raised,
    Reopened, Resolved,
};
use super::{AlertEventKind, AlertLife, AlertState};

fn begin() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().expect("an instant")
}

/// Events, and the state that each leads to; none where it does not fit.
fn check(events: &[(AlertEventKind, Option<AlertState>)]) {
    let mut life = AlertLife::begun(begin());
    for (index, (event, expected)) in events.iter().enumerate() {
        let after = life.after(*event, begin());
        assert_eq!(after.map(|life| life.state), *expected, "event {index}, {event:?}");
        life = after.unwrap_or(life);
    }
}

#[test]
fn lives_as_people_lead_them() {
    let firing = Some(AlertState::Firing);
    let (notified, escalated) = (Some(AlertState::Notified), Some(AlertState::Escalated));
    let (taken, over) = (Some(AlertState::Acknowledged), Some(AlertState::Resolved));
    check(&[
        (Opened, firing),
        (Asked, firing),
        (Notified, notified),
        (Notified, None),
        (Escalated, escalated),
        (Raised, escalated),
        (Acknowledged, taken),
        (Acknowledged, None),
        (Escalated, None),
        (Lapsed, escalated),
        (Exhausted, escalated),
        (Acknowledged, taken),
        (Noted, taken),
        (Resolved, over),
        (Acknowledged, None),
        (Dismissed, None),
        (Raised, None),
        (Lapsed, None),
        (Reopened, firing),
        (Reopened, None),
        (Dismissed, Some(AlertState::Dismissed)),
    ]);
    check(&[(Acknowledged, taken), (Raised, firing), (Lapsed, None), (Resolved, over)]);
    check(&[(Acknowledged, taken), (Reopened, firing), (Asked, firing)]);
}

proptest! {
    #[test]
    fn no_order_of_events_wakes_what_is_over_or_asks_for_what_is_taken(
        events in prop::collection::vec(
            (prop::sample::select(&AlertEventKind::ALL[..]), -5_000_i64..5_000), 0..60,
        ),
    ) {
        let mut life = AlertLife::begun(begin());
        for (event, seconds) in events {
            let now = begin() + SignedDuration::from_secs(seconds);
            let Some(after) = life.after(event, now) else { continue };
            prop_assert!(after.since >= life.since, "time fell");
            if life.state == after.state {
                prop_assert_eq!(after.since, life.since);
            }
            if life.state.is_closed() && !after.state.is_closed() {
                prop_assert_eq!(event, Reopened, "only something material opens it again");
            }
            if life.state == AlertState::Acknowledged && after.state.is_unanswered() {
                prop_assert!(matches!(event, Raised | Reopened | Lapsed), "{event:?}");
            }
            if after.state == AlertState::Acknowledged && life.state != after.state {
                prop_assert_eq!(event, Acknowledged);
            }
            if matches!(event, Asked | Escalated | Exhausted) {
                prop_assert!(life.state.is_unanswered(), "somebody had taken it");
            }
            // What is refused once it has happened is refused however often it is said.
            if matches!(event, Acknowledged | Resolved | Dismissed | Notified | Lapsed | Reopened) {
                prop_assert_eq!(after.after(event, now), None);
            }
            life = after;
        }
    }
}
