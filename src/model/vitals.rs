//! How a source is, and the facts that say so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Health, HealthEventId, UpdateHints};

/// How a source is, and what its schedule and its health are judged by. Kept beside
/// [`super::SourceState`], which is what is needed to ask it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vitals {
    /// How it is.
    pub health: Health,
    /// Since when.
    pub health_since: Option<Timestamp>,
    /// Why, in the words of the poll that found it so; none while all is well.
    pub health_reason: Option<String>,
    /// What the last health event said of it.
    pub told_health: Health,
    /// Polls in a row that found it so.
    pub streak: u32,
    /// Documents in a row that stopped their reader.
    pub stops: u32,
    /// Polls so far.
    pub polls: u32,
    /// When it was last polled, whatever came of it.
    pub polled_at: Option<Timestamp>,
    /// Entries of the document that was last read.
    pub listed: u32,
    /// When it last brought something new; of its first poll, the date of the newest entry.
    pub last_entry_at: Option<Timestamp>,
    /// How it brings entries.
    pub rhythm: Rhythm,
    /// What its document says of how often it changes.
    pub hints: UpdateHints,
    /// Its last poll took long: it is polled in a lane of its own, so that it holds up nobody.
    pub slow: bool,
    /// Until then it is asked as often as it may be: it carries a story that is rising.
    pub breaking_until: Option<Timestamp>,
}

impl Vitals {
    /// Whether nothing but what every poll counts (`streak`, `polls`, `polled_at`) sets it apart from
    /// another.
    #[must_use]
    pub fn is_but_for_counts(&self, other: &Self) -> bool {
        let Self {
            health,
            health_since,
            health_reason,
            told_health,
            streak: _,
            stops,
            polls: _,
            polled_at: _,
            listed,
            last_entry_at,
            rhythm,
            hints,
            slow,
            breaking_until,
        } = other;
        self.health == *health
            && self.health_since == *health_since
            && self.health_reason == *health_reason
            && self.told_health == *told_health
            && self.stops == *stops
            && self.listed == *listed
            && self.last_entry_at == *last_entry_at
            && self.rhythm == *rhythm
            && self.hints == *hints
            && self.slow == *slow
            && self.breaking_until == *breaking_until
    }
}

/// When a source brings entries, as far as it was observed. Bounded: under 1 KB as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rhythm {
    /// The last arrivals, oldest first, in milliseconds since 1970 UTC.
    pub arrivals: Vec<i64>,
    /// When the observation began, likewise.
    pub since: Option<i64>,
    /// The week (of 7 days since 1970) that `hours[0]` is of.
    pub week: i64,
    /// Hours of the week in which something arrived, a bit each, this week and those before.
    pub hours: Vec<HoursOfWeek>,
    /// The longest pause of each of the last days that had one: day since 1970, and the pause in
    /// minutes of the hours in which it usually brings something.
    pub pauses: Vec<(i64, i64)>,
}

/// One bit for each of the 168 hours of a week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursOfWeek(pub [u64; 3]);

/// A change of a source's health that somebody may have to know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthEvent {
    /// Identifier.
    pub id: HealthEventId,
    /// The source.
    pub source_id: String,
    /// When it was noticed.
    pub at: Timestamp,
    /// How it was when people were last told.
    pub was: Health,
    /// How it is.
    pub now: Health,
    /// Why.
    pub reason: Option<String>,
}
