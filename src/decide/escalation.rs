//! What an escalation does next: the askings of a ladder in order, how long each waits, and who is reached.
//!
//! A wait counts from when the step before was really asked, never from when it should have been: after a
//! night without power, or a jump of the clock, everybody still has their time to answer, and nobody is
//! asked twice.

use jiff::{SignedDuration, Timestamp};

use super::routing::{Address, mail, room};
use crate::config::Config;
use crate::model::{Call, Holder, Ladder, Level, Rung};

/// Askings of one run, whatever a plan says.
const MOST_CALLS: usize = 1_000;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask, once this long has passed since the last asking (or since the beginning).
    Ask(Call, SignedDuration),
    /// Nobody is left to ask; this long after the last asking all had their time.
    End(SignedDuration),
}

/// What comes after the `last` asking of a ladder for an alert of this level.
#[must_use]
pub fn next(ladder: &Ladder, level: Level, last: Option<Call>) -> Next {
    let calls = calls(ladder, level);
    let last_at = last.and_then(|last| calls.iter().position(|(call, _)| *call == last));
    let before = last_at.and_then(|at| calls.get(at)).map_or(SignedDuration::ZERO, |(_, at)| *at);
    // An asking that the ladder does not have (it cannot be) ends it rather than begin it again.
    let following = match (last, last_at) {
        (None, _) => calls.first(),
        (Some(_), Some(at)) => calls.get(at + 1),
        (Some(_), None) => None,
    };
    if let Some((call, at)) = following {
        return Next::Ask(*call, *at - before);
    }
    let whole = times(ladder.round, ladder.rounds);
    Next::End((whole - before).max(SignedDuration::ZERO))
}

/// All askings of a ladder at a level, with their times since its beginning, in the order of these.
fn calls(ladder: &Ladder, level: Level) -> Vec<(Call, SignedDuration)> {
    let mut calls = Vec::new();
    for round in 0..ladder.rounds {
        let begins = times(ladder.round, round);
        for (number, rung) in (0..).zip(&ladder.rungs) {
            if rung.from_level > level {
                continue;
            }
            for again in 0..=rung.repeat.map_or(0, |repeat| repeat.most) {
                let repeated =
                    times(rung.repeat.map_or(SignedDuration::ZERO, |it| it.every), again);
                let at = begins.saturating_add(rung.after).saturating_add(repeated);
                calls.push((Call { round, rung: number, again }, at));
                if calls.len() >= MOST_CALLS {
                    break;
                }
            }
        }
    }
    calls.sort_by_key(|(call, at)| (*at, *call));
    calls.truncate(MOST_CALLS);
    calls
}

fn times(span: SignedDuration, n: u32) -> SignedDuration {
    span.checked_mul(i32::try_from(n).unwrap_or(i32::MAX)).unwrap_or(SignedDuration::MAX)
}

/// The number that people know an asking by, from 1, and how many steps there are at this level.
#[must_use]
pub fn step_of(ladder: &Ladder, level: Level, call: Call) -> (u32, u32) {
    let mut steps = (0..).zip(&ladder.rungs).filter(|(_, rung)| rung.from_level <= level);
    let all = u32::try_from(steps.clone().count()).unwrap_or(u32::MAX);
    let step = steps.position(|(number, _): (u32, _)| number == call.rung);
    (step.and_then(|step| u32::try_from(step + 1).ok()).unwrap_or(all), all)
}

/// Whether a rise of the level brings steps that were not there before.
#[must_use]
pub fn opens_steps(ladder: &Ladder, was: Level, now: Level) -> bool {
    ladder.rungs.iter().any(|rung| was < rung.from_level && rung.from_level <= now)
}

/// Who a step reaches now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// Where it is sent.
    pub addresses: Vec<Address>,
    /// Who is asked, by id.
    pub people: Vec<String>,
    /// What could not be reached: a calendar with nobody on call, a person who is gone.
    pub missing: Vec<String>,
}

/// Who a step of a ladder reaches at an instant: its people over its mail channels, and its rooms once,
/// whoever holds it.
#[must_use]
pub fn reached(config: &Config, rung: &Rung, now: Timestamp) -> Reached {
    let mut found = Reached::default();
    for holder in &rung.holders {
        let id = match holder {
            Holder::Person(id) => Some(id.as_str()),
            Holder::OnCall(id) => {
                config.calendars.get(id).and_then(|calendar| calendar.on_call(now))
            }
        };
        match id.and_then(|id| config.people.get(id)) {
            Some(person) if !found.people.contains(&person.id) => {
                found.people.push(person.id.clone());
            }
            Some(_) => {}
            None => found.missing.push(named(holder).to_owned()),
        }
    }
    for via in &rung.via {
        let Some(channel) = config.channels.iter().find(|channel| channel.id == *via) else {
            found.missing.push(via.clone());
            continue;
        };
        if channel.is_mail() {
            let people = found.people.iter().filter_map(|id| config.people.get(id));
            let mails: Vec<Address> = people.filter_map(|person| mail(via, person)).collect();
            found.addresses.extend(mails);
        } else if !found.people.is_empty() {
            found.addresses.extend(room(config, via));
        }
    }
    found
}

fn named(holder: &Holder) -> &str {
    match holder {
        Holder::Person(id) | Holder::OnCall(id) => id,
    }
}

#[cfg(test)]
mod tests;
