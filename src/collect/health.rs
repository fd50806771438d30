//! From what a poll found to how its source is, and whether people should hear of it. Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::rhythm::{self, Silence};
use super::{Failure, QUARANTINE};
use crate::model::{Entry, Health, UpdateHints, Vitals};

/// Blanks that pass alarm nobody: people are told of a failing or empty source when so many polls
/// in a row, over so long a time, have found it so.
const TOLD_AFTER_POLLS: u32 = 3;

/// A poll that took longer than this is followed by polls in the slow lane.
const SLOW: Duration = Duration::from_secs(5);

/// A date of a new entry that lies further back says nothing of when it came.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// What a poll found, as far as health goes.
#[derive(Debug, Clone, Copy)]
pub struct Examined<'a> {
    /// What came of it.
    pub finding: Finding<'a>,
    /// What the document says of how often it changes; none if it was not read.
    pub hints: Option<&'a UpdateHints>,
    /// How long it took, without waiting for its turn.
    pub took: Duration,
    /// Arrivals nearer than this are one: the source's shortest interval.
    pub apart: Duration,
    /// Silence after which it is stale, where its own rhythm shall not decide.
    pub stale_after: Option<Duration>,
    /// How long it must be failing or empty before people hear of it.
    pub told_after: Duration,
}

/// What came of a poll.
#[derive(Debug, Clone, Copy)]
pub enum Finding<'a> {
    /// The document is the same as last time.
    Unchanged,
    /// The document was read.
    Read {
        /// Entries in it.
        listed: usize,
        /// Those that are new.
        new: &'a [&'a Entry],
    },
    /// Nothing could be read.
    Failed {
        /// What kind of failure.
        failure: Failure,
        /// Why.
        error: &'a str,
    },
}

/// A change of health that people should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What they heard last.
    pub was: Health,
    /// How it is.
    pub now: Health,
    /// Why.
    pub reason: Option<String>,
}

/// The vitals after a poll at `now`, and the change that people should hear of, if any.
#[must_use]
pub fn examine(before: &Vitals, poll: &Examined<'_>, now: Timestamp) -> (Vitals, Option<Change>) {
    let mut vitals = before.clone();
    vitals.polls = vitals.polls.saturating_add(1);
    vitals.polled_at = Some(now);
    vitals.slow = poll.took >= SLOW;
    if let Some(hints) = poll.hints {
        vitals.hints.clone_from(hints);
    }
    if let Finding::Read { listed, new } = poll.finding {
        vitals.listed = u32::try_from(listed).unwrap_or(u32::MAX);
        arrive(&mut vitals, new, poll.apart, now);
    }
    vitals.stops = match poll.finding {
        Finding::Failed { failure: Failure::Stopped, .. } => before.stops.saturating_add(1),
        Finding::Failed { .. } => before.stops,
        _ => 0,
    };
    let (health, reason) = judge(&vitals, poll, now);
    if health == before.health {
        vitals.streak = before.streak.saturating_add(1);
    } else {
        vitals.streak = 1;
        vitals.health_since = Some(now);
    }
    vitals.health = health;
    vitals.health_reason = reason;
    let change = tell(&mut vitals, poll.told_after, now);
    (vitals, change)
}

/// Notes new entries. Their own dates are finer than our polls, where they can be believed.
fn arrive(vitals: &mut Vitals, new: &[&Entry], apart: Duration, now: Timestamp) {
    if new.is_empty() {
        return;
    }
    let is_first = vitals.last_entry_at.is_none();
    let mut arrivals: Vec<Timestamp> = new
        .iter()
        .filter_map(|entry| {
            let date = entry.published_at.filter(|&at| at <= now);
            if entry.history { date } else { date.filter(|&at| at > now - RECENT).or(Some(now)) }
        })
        .collect();
    arrivals.sort_unstable();
    for at in &arrivals {
        rhythm::observe(&mut vitals.rhythm, *at, apart);
    }
    // What its first poll finds may have lain there for years.
    let newest = arrivals.last().copied().filter(|_| is_first);
    vitals.last_entry_at = Some(newest.unwrap_or(now));
}

fn judge(vitals: &Vitals, poll: &Examined<'_>, now: Timestamp) -> (Health, Option<String>) {
    match poll.finding {
        Finding::Failed { failure: Failure::Gone, error } => (Health::Gone, Some(error.to_owned())),
        Finding::Failed { failure: Failure::Empty, error } => {
            (Health::Empty, Some(error.to_owned()))
        }
        Finding::Failed { error, .. } if vitals.stops >= QUARANTINE => {
            let times = vitals.stops;
            let reason =
                format!("quarantined: it stopped its reader {times} times in a row: {error}");
            (Health::Failing, Some(reason))
        }
        Finding::Failed { error, .. } => (Health::Failing, Some(error.to_owned())),
        Finding::Unchanged | Finding::Read { .. } => answering(vitals, poll.stale_after, now),
    }
}

/// It answers. An unchanged document is as empty as when it was read.
fn answering(
    vitals: &Vitals,
    stale_after: Option<Duration>,
    now: Timestamp,
) -> (Health, Option<String>) {
    let Some(last) = vitals.last_entry_at else { return (Health::Healthy, None) };
    if vitals.listed == 0 {
        let reason = "its document lists nothing any more".to_owned();
        return (Health::Empty, Some(reason));
    }
    let silence = match stale_after {
        None => rhythm::silence(&vitals.rhythm, last, now),
        Some(usual) => Duration::try_from(now.duration_since(last))
            .ok()
            .filter(|&lasts| lasts > usual)
            .map(|lasts| Silence { lasts, usual, hourly: false }),
    };
    match silence {
        Some(silence) => (Health::Stale, Some(in_words(silence))),
        None => (Health::Healthy, None),
    }
}

fn in_words(Silence { lasts, usual, hourly }: Silence) -> String {
    let hours = if hourly { " in its usual hours" } else { "" };
    format!("nothing new for {}; up to {}{hours} is usual", span(lasts), span(usual))
}

fn span(duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    match minutes {
        0 => format!("{} s", duration.as_secs()),
        1..=119 => format!("{minutes} min"),
        120..=2879 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    }
}

/// Whether people should hear of it now. That a new source is well, or was silent long before
/// anybody watched it, is no news.
fn tell(vitals: &mut Vitals, told_after: Duration, now: Timestamp) -> Option<Change> {
    let (was, health) = (vitals.told_health, vitals.health);
    let lasts = vitals.health_since.map_or(SignedDuration::ZERO, |since| now.duration_since(since));
    let may_pass = matches!(health, Health::Failing | Health::Empty);
    if was == health
        || (may_pass && (vitals.streak < TOLD_AFTER_POLLS || lasts.unsigned_abs() < told_after))
    {
        return None;
    }
    vitals.told_health = health;
    let is_news = was != Health::New || !matches!(health, Health::Healthy | Health::Stale);
    is_news.then(|| Change { was, now: health, reason: vitals.health_reason.clone() })
}

#[cfg(test)]
mod rhythms;
#[cfg(test)]
mod tests;
