//! How alerts are told: at once or gathered, held back for a while, summed up.

use std::time::Duration;

use jiff::civil::{Time, Weekday};

use crate::model::Label;
use crate::model::query::Query;

/// How what comes along a route is told. The default tells each alert at once and once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Telling {
    /// Alerts that agree in these labels are one message; none given means that none are gathered.
    pub group_by: Vec<Label>,
    /// How long the first alert of a group waits for others.
    pub group_wait: Duration,
    /// Least time between two messages of a group.
    pub group_interval: Duration,
    /// Whether red alerts wait with their group; else they are told at once.
    pub red_waits: bool,
    /// After which time an alert that nobody took is told again, and again.
    pub repeat: Option<Duration>,
    /// The digest that it goes into instead of being told, by id.
    pub digest: Option<String>,
}

/// While one alert stands, others need not be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Inhibit {
    /// What it says, for ever the same name of the same rule.
    pub key: String,
    /// Which alerts stand for others.
    pub source: Query,
    /// Which are not told.
    pub target: Query,
    /// In what both must agree.
    pub equal: Vec<Label>,
    /// How long after it was last told an alert stands for others.
    pub within: Duration,
}

/// How many alerts a recipient is told at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Storm {
    /// So many messages …
    pub over: usize,
    /// … within this time; what comes beyond is summed up.
    pub within: Duration,
}

/// What was not told at once, at a fixed time of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest {
    /// Unique name.
    pub id: String,
    /// People told, each in their language and zone.
    pub people: Vec<String>,
    /// Mail channels that reach the people.
    pub via: Vec<String>,
    /// Room channels told once each, in their zone.
    pub rooms: Vec<String>,
    /// When, by the clock of who is told.
    pub at: Time,
    /// On which days; what happens on the others is told on the next.
    pub days: Vec<Weekday>,
    /// Whether it is sent when there is nothing to tell.
    pub all_quiet: bool,
    /// What it is about; none means everything.
    pub matching: Option<Query>,
    /// Mail address that takes wishes to get no more of them; none means the sender's.
    pub unsubscribe: Option<String>,
}
