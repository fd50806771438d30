//! The life of complaints: what fits, and what holds whatever is done in whatever order.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Act, Refusal, after, begin};
use crate::complaint::clock::next_reminder;
use crate::complaint::sample::rules;
use crate::config::ComplaintRules;
use crate::model::{ComplaintEventKind, ComplaintLife, ComplaintState};

fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

fn act(name: &str) -> Act {
    let (what, who) = name.split_once(' ').unwrap_or((name, ""));
    let by = who.to_owned();
    match what {
        "take" => Act::Take { by },
        "offer" => {
            let (by, to) = who.split_once('>').expect("two people");
            Act::Offer { by: by.to_owned(), to: to.to_owned() }
        }
        "answer" => Act::Answer { by },
        "resolve" => Act::Resolve { by },
        "close" => Act::Close,
        "reopen" => Act::Reopen { by },
        rating => Act::Rate(rating.parse().expect("a rating")),
    }
}

fn begun(rules: &ComplaintRules) -> ComplaintLife {
    begin("ana".to_owned(), &rules.severities[0], rules, at(0))
}

#[test]
fn a_complaint_goes_from_hand_to_hand_and_to_its_end() {
    use ComplaintState::{Acknowledged, Answered, Closed, Open, Resolved};
    let rules = rules();
    let mut life = begun(&rules);
    for (minute, (name, expected, owner)) in [
        ("take luis", Err("it belongs to ana, who hands it over with `hand-over` first"), "ana"),
        ("resolve ana", Err("it is open; answer the customer first"), "ana"),
        ("5", Err("it is open; resolve it first"), "ana"),
        (
            "offer luis>eva",
            Err("it belongs to ana, who hands it over with `hand-over` first"),
            "ana",
        ),
        ("offer ana>ana", Err("it is theirs already"), "ana"),
        ("offer ana>luis", Ok(Open), "ana"),
        ("take luis", Ok(Acknowledged), "luis"),
        ("take luis", Err("it is acknowledged already"), "luis"),
        ("answer ana", Err("it belongs to luis, who hands it over with `hand-over` first"), "luis"),
        ("answer luis", Ok(Answered), "luis"),
        ("offer elena>ana", Ok(Answered), "luis"),
        ("take ana", Ok(Answered), "ana"),
        ("close", Err("it is answered; resolve it first"), "ana"),
        ("resolve ana", Ok(Resolved), "ana"),
        ("answer ana", Err("it is resolved; reopen it first"), "ana"),
        ("0", Err("satisfaction goes from 1 (not at all) to 5 (fully)"), "ana"),
        ("2", Ok(Closed), "ana"),
        ("4", Err("the customer has rated it already"), "ana"),
        ("reopen eva", Ok(Open), "ana"),
        ("reopen eva", Err("it is open already"), "ana"),
        ("answer ana", Ok(Answered), "ana"),
        ("resolve ana", Ok(Resolved), "ana"),
        ("close", Ok(Closed), "ana"),
        ("5", Ok(Closed), "ana"),
    ]
    .into_iter()
    .enumerate()
    {
        let now = at(i64::try_from(minute).expect("small"));
        let done = after(&life, &act(name), (&rules.severities[0], &rules), now);
        let said = done.as_ref().map(|(life, _)| life.state).map_err(Refusal::to_string);
        assert_eq!(said, expected.map_err(str::to_owned), "{name}");
        if let Ok((next, event)) = done {
            assert_eq!(event.state, next.state, "{name}");
            life = next;
        }
        assert_eq!(life.owner, owner, "{name}");
    }
    assert_eq!((life.reopened, life.satisfaction), (1, Some(5)));
}

#[test]
fn the_clock_begins_anew_only_when_it_is_reopened() {
    let rules = rules();
    let first = begun(&rules);
    let grave = (&rules.severities[1], &rules);
    let (handed, _) = after(&first, &act("offer ana>luis"), grave, at(5)).expect("offered");
    let (taken, _) = after(&handed, &act("take luis"), grave, at(6)).expect("taken");
    assert_eq!((taken.acknowledge_by, taken.answer_by), (first.acknowledge_by, first.answer_by));
    let over = ComplaintLife { state: ComplaintState::Resolved, ..taken };
    let (again, _) = after(&over, &act("reopen luis"), grave, at(60 * 24 * 40)).expect("reopened");
    assert!(again.answer_by > at(60 * 24 * 40) && again.owner == "luis");
}

fn acts() -> impl Strategy<Value = Vec<(Act, i64)>> {
    let person = prop::sample::select(vec!["ana", "luis", "elena"]).prop_map(str::to_owned);
    let act = prop_oneof![
        person.clone().prop_map(|by| Act::Take { by }),
        (person.clone(), person.clone()).prop_map(|(by, to)| Act::Offer { by, to }),
        person.clone().prop_map(|by| Act::Answer { by }),
        person.clone().prop_map(|by| Act::Resolve { by }),
        Just(Act::Close),
        person.prop_map(|by| Act::Reopen { by }),
        (0_u8..7).prop_map(Act::Rate),
    ];
    // The clock may jump back.
    prop::collection::vec((act, -2_000_i64..20_000), 0..60)
}

proptest! {
    #[test]
    fn whatever_is_done_it_keeps_an_owner_its_order_and_its_record(acts in acts()) {
        let rules = rules();
        let terms = (&rules.severities[0], &rules);
        let (mut life, mut log) = (begun(&rules), Vec::new());
        let mut now = 0;
        for (act, step) in &acts {
            now += step;
            let Ok((next, event)) = after(&life, act, terms, at(now)) else { continue };
            prop_assert!(next.since >= life.since, "time runs forward");
            prop_assert!(event.at >= life.since);
            let accepted = event.kind == ComplaintEventKind::HandedOver
                && life.offered_to.as_ref() == Some(&next.owner);
            prop_assert!(next.owner == life.owner || accepted, "only who accepts becomes the owner");
            prop_assert!(next.state >= life.state || event.kind == ComplaintEventKind::Reopened);
            log.push((act.clone(), event));
            life = next;
        }
        // The record alone gives the same life.
        let again = log.iter().fold(begun(&rules), |life, (act, event)| {
            after(&life, act, terms, event.at).expect("it was done").0
        });
        prop_assert_eq!(&again, &life);
        let reopened = log.iter().filter(|(_, it)| it.kind == ComplaintEventKind::Reopened).count();
        prop_assert_eq!(usize::try_from(life.reopened).expect("small"), reopened);
        prop_assert!(life.satisfaction.is_none() || life.state == ComplaintState::Closed);
        prop_assert!(life.offered_to.is_none() || !life.state.is_over());
        let waits = matches!(life.state, ComplaintState::Open | ComplaintState::Acknowledged);
        prop_assert_eq!(next_reminder(&life, &rules.remind).is_some(), waits, "whoever waits is not forgotten");
    }
}
