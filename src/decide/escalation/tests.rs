//! Ladders as people climb them: policies in rounds, plans by levels, and a slow count beside the quick one.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::{Next, next, opens_steps, step_of};
use crate::model::{Call, Holder, Ladder, Level, Repeat, Rung};

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

fn rung(after: i64, from_level: Level, repeat: Option<(i64, u32)>) -> Rung {
    Rung {
        from_level,
        after: minutes(after),
        holders: vec![Holder::Person(format!("after-{after}"))],
        via: vec!["email".to_owned()],
        repeat: repeat.map(|(every, most)| Repeat { every: minutes(every), most }),
    }
}

fn ladder(rungs: Vec<Rung>, rounds: u32, round: i64) -> Ladder {
    Ladder { rungs, rounds, round: minutes(round), resume_after: None }
}

/// Round, rung, repetition and minutes since the asking before, to the end.
fn climb(ladder: &Ladder, level: Level) -> Vec<(u32, u32, u32, i64)> {
    let (mut last, mut climbed) = (None, Vec::new());
    loop {
        match next(ladder, level, last) {
            Next::Ask(call, wait) => {
                climbed.push((call.round, call.rung, call.again, wait.as_secs() / 60));
                last = Some(call);
            }
            Next::End(wait) => {
                climbed.push((99, 0, 0, wait.as_secs() / 60));
                return climbed;
            }
        }
    }
}

#[test]
fn a_policy_goes_up_step_by_step_and_round_by_round() {
    let all = [0, 10, 25].map(|after| rung(after, Level::Blue, None));
    let policy = ladder(all.into(), 2, 40);
    assert_eq!(
        climb(&policy, Level::Blue),
        [
            (0, 0, 0, 0),
            (0, 1, 0, 10),
            (0, 2, 0, 15),
            (1, 0, 0, 15),
            (1, 1, 0, 10),
            (1, 2, 0, 15),
            (99, 0, 0, 15),
        ]
    );
    let second = Call { round: 1, rung: 1, again: 0 };
    assert_eq!(step_of(&policy, Level::Blue, second), (2, 3));
    let unknown = Some(Call { round: 7, rung: 1, again: 0 });
    assert!(matches!(next(&policy, Level::Blue, unknown), Next::End(_)));
}

#[test]
fn steps_wait_for_their_level_and_are_repeated() {
    let steps = vec![
        rung(0, Level::Yellow, None),
        rung(5, Level::Red, Some((10, 2))),
        rung(20, Level::Yellow, None),
    ];
    let plan = ladder(steps, 1, 30);
    assert_eq!(climb(&plan, Level::Orange), [(0, 0, 0, 0), (0, 2, 0, 20), (99, 0, 0, 10)]);
    assert_eq!(
        climb(&plan, Level::Red),
        [(0, 0, 0, 0), (0, 1, 0, 5), (0, 1, 1, 10), (0, 2, 0, 5), (0, 1, 2, 5), (99, 0, 0, 5)]
    );
    assert_eq!(climb(&plan, Level::Blue), [(99, 0, 0, 30)]);
    assert_eq!(step_of(&plan, Level::Orange, Call { round: 0, rung: 2, again: 0 }), (2, 2));
    assert!(opens_steps(&plan, Level::Orange, Level::Red));
    assert!(!opens_steps(&plan, Level::Yellow, Level::Orange));
}

fn ladders() -> impl Strategy<Value = Ladder> {
    let one =
        (0_i64..60, prop::sample::select(&Level::ALL[..]), prop::option::of((1_i64..30, 0_u32..4)));
    (prop::collection::vec(one, 1..6), 1_u32..4, 0_i64..120).prop_map(|(rungs, rounds, round)| {
        let rungs = rungs.into_iter().map(|(after, level, repeat)| rung(after, level, repeat));
        ladder(rungs.collect(), rounds, round)
    })
}

proptest! {
    /// Every asking that applies comes once, none before its time, and the waits add up to the clock.
    #[test]
    fn every_step_is_asked_once_in_its_time(ladder in ladders(), level in prop::sample::select(&Level::ALL[..])) {
        let mut expected = BTreeSet::new();
        for round in 0..ladder.rounds {
            for (rung, step) in (0_u32..).zip(&ladder.rungs) {
                let repeats = step.repeat.map_or(0, |repeat| repeat.most);
                for again in (0..=repeats).filter(|_| step.from_level <= level) {
                    let every = step.repeat.map_or(0, |repeat| repeat.every.as_secs());
                    let at = i64::from(round) * ladder.round.as_secs() + step.after.as_secs() + i64::from(again) * every;
                    expected.insert((round, rung, again, at));
                }
            }
        }
        let (mut last, mut clock, mut found) = (None, 0, BTreeSet::new());
        while let Next::Ask(call, wait) = next(&ladder, level, last) {
            prop_assert!(wait >= SignedDuration::ZERO);
            clock += wait.as_secs();
            prop_assert!(found.insert((call.round, call.rung, call.again, clock)), "asked twice");
            last = Some(call);
        }
        prop_assert_eq!(found, expected);
    }
}
