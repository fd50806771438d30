//! Who is on call when, and when a person is not to be disturbed: clock times of a zone made into instants.
//!
//! A clock time that a change to summer time skips counts as the one after the gap, one that comes twice as
//! the first (RFC 5545's rule; `compatible` in jiff). All comparisons are of instants, so that a turn neither
//! returns in the hour that comes twice nor is lost in the one that is skipped.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::Level;

/// Who is on call: people in turn, and whoever stands in on some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Unique name.
    pub id: String,
    /// IANA zone of all its times.
    pub time_zone: String,
    /// The first that covers a time counts.
    pub rotations: Vec<Rotation>,
    /// These come before every rotation; the first that covers a time counts.
    pub overrides: Vec<Override>,
}

/// People in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// In their order; at least one.
    pub people: Vec<String>,
    /// How long a turn is.
    pub every: Turn,
    /// When a turn ends and the next begins.
    pub hand_over: Time,
    /// A day on which the first person's turn begins; for turns of a week its weekday counts.
    pub anchor: Date,
    /// Only in these hours of each day; none means all day.
    pub hours: Option<Hours>,
}

/// How long a turn is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A day.
    Day,
    /// A week, from this weekday on.
    Week(Weekday),
}

/// Hours of a day; from a later to an earlier time they reach past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Included.
    pub from: Time,
    /// Not included.
    pub to: Time,
}

/// Somebody who stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Who.
    pub person: String,
    /// From when, by the calendar's clock.
    pub from: DateTime,
    /// Until when, not included.
    pub to: DateTime,
}

/// When a person is not to be disturbed, by their own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// Which hours.
    pub hours: Hours,
    /// What is below this level waits for their end.
    pub below: Level,
}

impl Calendar {
    /// Who is on call at an instant; nobody where the calendar has a gap.
    #[must_use]
    pub fn on_call(&self, at: Timestamp) -> Option<&str> {
        let zone = zone(&self.time_zone);
        let stands_in =
            |over: &&Override| instant(&zone, over.from) <= at && at < instant(&zone, over.to);
        if let Some(over) = self.overrides.iter().find(stands_in) {
            return Some(&over.person);
        }
        self.rotations.iter().find_map(|rotation| rotation.on_call(&zone, at))
    }

    /// Everybody who may be on call, each once, in the order of the file.
    #[must_use]
    pub fn people(&self) -> Vec<&str> {
        let turns = self.rotations.iter().flat_map(|rotation| &rotation.people);
        let mut people: Vec<&str> = Vec::new();
        for person in turns.chain(self.overrides.iter().map(|over| &over.person)) {
            if !people.contains(&person.as_str()) {
                people.push(person);
            }
        }
        people
    }

    /// The hours of the day in which no rotation has anybody on call.
    #[must_use]
    pub fn gaps(&self) -> Vec<Hours> {
        let mut covered = vec![false; MINUTES];
        for rotation in &self.rotations {
            let Some(hours) = rotation.hours else { return Vec::new() };
            let (from, to) = (minute(hours.from), minute(hours.to));
            let length = (to + MINUTES - from) % MINUTES;
            for at in from..from + length {
                if let Some(minute) = covered.get_mut(at % MINUTES) {
                    *minute = true;
                }
            }
        }
        let mut gaps: Vec<(usize, usize)> = Vec::new();
        for at in (0..MINUTES).filter(|&at| covered.get(at) == Some(&false)) {
            match gaps.last_mut() {
                Some((_, to)) if *to == at => *to = at + 1,
                _ => gaps.push((at, at + 1)),
            }
        }
        // A night is one gap.
        if gaps.len() > 1
            && let (Some(&(0, first)), Some(&(last, MINUTES))) = (gaps.first(), gaps.last())
        {
            gaps.remove(0);
            gaps.pop();
            gaps.push((last, first));
        }
        gaps.into_iter().map(|(from, to)| Hours { from: clock(from), to: clock(to) }).collect()
    }
}

const MINUTES: usize = 24 * 60;

fn minute(time: Time) -> usize {
    usize::try_from(time.hour()).unwrap_or(0) * 60 + usize::try_from(time.minute()).unwrap_or(0)
}

fn clock(minute: usize) -> Time {
    let part = |value: usize| i8::try_from(value).unwrap_or(0);
    Time::new(part(minute / 60 % 24), part(minute % 60), 0, 0).unwrap_or(Time::MIN)
}

impl Rotation {
    fn on_call(&self, zone: &TimeZone, at: Timestamp) -> Option<&str> {
        if self.hours.is_some_and(|hours| hours.end_around(zone, at).is_none()) {
            return None;
        }
        let length = i64::try_from(self.people.len()).ok().filter(|&length| length > 0)?;
        let turn = usize::try_from(self.turn(zone, at)?.rem_euclid(length)).ok()?;
        self.people.get(turn).map(String::as_str)
    }

    /// The number of the turn at an instant; 0 begins on the anchor.
    fn turn(&self, zone: &TimeZone, at: Timestamp) -> Option<i64> {
        let local = at.to_zoned_datetime(zone.clone()).date();
        let days = i64::from(self.first_day().until(local).ok()?.get_days());
        let guess = days.div_euclid(self.days());
        // The hand-over of that day may be still to come, or a whole turn off where the clock changed.
        (guess - 1..=guess + 1)
            .rev()
            .find(|&turn| self.begins(zone, turn).is_some_and(|it| it <= at))
    }

    fn begins(&self, zone: &TimeZone, turn: i64) -> Option<Timestamp> {
        let days = Span::new().try_days(turn.checked_mul(self.days())?).ok()?;
        let day = self.first_day().checked_add(days).ok()?;
        Some(instant(zone, day.to_datetime(self.hand_over)))
    }

    fn days(&self) -> i64 {
        match self.every {
            Turn::Day => 1,
            Turn::Week(_) => 7,
        }
    }

    /// The anchor, or the first day from it on that has the weekday of the hand-over.
    fn first_day(&self) -> Date {
        match self.every {
            Turn::Day => self.anchor,
            Turn::Week(weekday) => {
                let ahead = weekday.since(self.anchor.weekday());
                plus(self.anchor, ahead)
            }
        }
    }
}

impl Hours {
    /// When the hours end that an instant lies in; none if it lies outside.
    #[must_use]
    pub fn end_around(&self, zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
        let today = at.to_zoned_datetime(zone.clone()).date();
        [plus(today, -1), today].into_iter().find_map(|day| {
            let last = if self.to > self.from { day } else { plus(day, 1) };
            let begin = instant(zone, day.to_datetime(self.from));
            let end = instant(zone, last.to_datetime(self.to));
            (begin <= at && at < end).then_some(end)
        })
    }
}

impl QuietHours {
    /// Until when something of this level must wait, for a person whose clock shows `time_zone`; none if
    /// it need not. What has no level is below all.
    #[must_use]
    pub fn until(&self, time_zone: &str, level: Option<Level>, at: Timestamp) -> Option<Timestamp> {
        if level >= Some(self.below) {
            return None;
        }
        self.hours.end_around(&zone(time_zone), at)
    }
}

/// Zones are checked when the configuration is read.
fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// At the ends of time the day itself.
fn plus(day: Date, days: i8) -> Date {
    Span::new().try_days(days).map_or(day, |span| day.saturating_add(span))
}

fn instant(zone: &TimeZone, local: DateTime) -> Timestamp {
    let at = zone.to_ambiguous_timestamp(local).compatible();
    // Only at the ends of time is there none.
    at.unwrap_or(if local.year() < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests;
