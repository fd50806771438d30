//! A plan that is practised: what marks its messages, whom they may reach, what is played, by which clock.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Level, Locale, Recipient};

/// What an incident of a drill and each of its messages carry: nothing without it is a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillMark {
    /// What the plan writes before everything, e.g. `[SIMULACRO]`.
    pub prefix: String,
    /// The plan's language: readers of another one read the word of theirs.
    pub locale: Locale,
    /// Who may be written to.
    pub reach: DrillReach,
}

/// Whom the messages of a drill may reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum DrillReach {
    /// Real people, over their channels.
    People {
        /// Addresses, `*@bank.example` all of a domain.
        recipients: Vec<String>,
        /// Rooms, by channel.
        channels: Vec<String>,
    },
    /// Nobody: every message becomes a file.
    Sinks {
        /// Where.
        directory: String,
    },
    /// Nobody: people sit at one table and nothing is written to them.
    Tabletop,
}

impl DrillReach {
    /// Whether a message may go to this recipient over this channel.
    #[must_use]
    pub fn allows(&self, channel: &str, recipient: &Recipient) -> bool {
        match self {
            Self::Sinks { .. } => true,
            Self::Tabletop => false,
            Self::People { recipients, channels } => {
                channels.iter().any(|allowed| allowed == channel)
                    || recipients.iter().any(|pattern| fits(pattern, &recipient.address))
            }
        }
    }
}

fn fits(pattern: &str, address: &str) -> bool {
    let (pattern, address) = (pattern.to_lowercase(), address.to_lowercase());
    match pattern.strip_prefix('*') {
        // The part behind the star holds the `@`, so that it cannot be the end of another domain.
        Some(domain) => domain.starts_with('@') && address.ends_with(&domain),
        None => pattern == address,
    }
}

/// What is played: made-up articles in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Unique: the name of its file, or the case.
    pub id: String,
    /// What it is about, in the plan's language.
    pub title: String,
    /// Risk category.
    pub category: String,
    /// Level at which it begins.
    pub level: Level,
    /// How long the drill lasts.
    pub lasts: SignedDuration,
    /// The articles.
    pub items: Vec<ScenarioItem>,
}

/// A made-up article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioItem {
    /// After the beginning.
    pub after: SignedDuration,
    /// The medium.
    pub outlet: String,
    /// How much it carries: 1 is a national one.
    pub tier: u8,
    /// Its language.
    pub language: Locale,
    /// Headline.
    pub headline: String,
    /// Text.
    pub text: String,
}

/// Where a drill is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DrillState {
    /// It begins at an instant to come.
    Planned,
    /// It is played.
    Running,
    /// Something real happened.
    Paused,
    /// It is over.
    Over,
}

impl DrillState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Planned, Self::Running, Self::Paused, Self::Over];

    /// The name in the store and in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Over => "over",
        }
    }
}

/// The clock of a drill: it runs faster than the real one, and stands while the drill is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillClock {
    /// When it began to run; both clocks show the same then.
    pub began: Timestamp,
    /// Times as fast as the real one, at least 1.
    pub speed: u32,
    /// Real time for which it stood.
    pub stood: SignedDuration,
}

impl DrillClock {
    /// What it shows at an instant.
    #[must_use]
    pub fn shows(&self, real: Timestamp) -> Timestamp {
        let ran = real.duration_since(self.began).saturating_sub(self.stood);
        let speed = i32::try_from(self.speed.max(1)).unwrap_or(i32::MAX);
        self.began.saturating_add(ran.saturating_mul(speed)).unwrap_or(Timestamp::MAX)
    }

    /// The first instant at which it shows this.
    #[must_use]
    pub fn real(&self, shown: Timestamp) -> Timestamp {
        let speed = i64::from(self.speed.max(1));
        let ran = shown.duration_since(self.began).as_millis();
        let ran = i64::try_from(ran).unwrap_or(i64::MAX);
        // Up to the next millisecond: what is due then is due when it is looked at.
        let ran = ran.div_euclid(speed).saturating_add(i64::from(ran.rem_euclid(speed) != 0));
        let ran = SignedDuration::from_millis(ran).saturating_add(self.stood);
        self.began.saturating_add(ran).unwrap_or(Timestamp::MAX)
    }
}

/// A drill, past, present or to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// As people call it and its incident, e.g. `SIM-2026-0003`.
    pub number: String,
    /// The plan, by id.
    pub plan_id: String,
    /// Where it is.
    pub state: DrillState,
    /// What is played.
    pub scenario: Scenario,
    /// What its messages carry.
    pub mark: DrillMark,
    /// Who started it; none for one that came by surprise.
    pub by: Option<String>,
    /// When it is to begin.
    pub starts_at: Timestamp,
    /// Its clock; [`DrillClock::began`] is `starts_at` until it begins.
    pub clock: DrillClock,
    /// Those who are to know before, by id, until they were told.
    pub to_tell: Vec<String>,
    /// When they are told.
    pub tells_at: Option<Timestamp>,
    /// Items that were played.
    pub played: u32,
    /// Since when it is paused.
    pub paused_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Why it is paused or over.
    pub reason: Option<String>,
}

impl Drill {
    /// Whether it is played now.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.state == DrillState::Running
    }

    /// What its clock shows at an instant; it stands while the drill is paused.
    #[must_use]
    pub fn shows(&self, real: Timestamp) -> Timestamp {
        self.clock.shows(self.paused_at.unwrap_or(real))
    }

    /// What its clock shows so long after the beginning.
    #[must_use]
    pub fn at(&self, after: SignedDuration) -> Timestamp {
        self.clock.began.saturating_add(after).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{DrillClock, DrillReach};
    use crate::model::{Locale, Recipient};
    use jiff::{SignedDuration, Timestamp};

    fn recipient(address: &str) -> Recipient {
        let text = str::to_owned;
        Recipient {
            id: text("id"),
            address: text(address),
            name: text("Name"),
            locale: Locale::Es,
            time_zone: text("UTC"),
        }
    }

    #[test]
    fn nobody_is_reached_who_is_not_named() {
        let reach = DrillReach::People {
            recipients: vec!["*@bank.example".to_owned(), "ana@press.example".to_owned()],
            channels: vec!["room".to_owned()],
        };
        for (channel, address, expected) in [
            ("mail", "luis@bank.example", true),
            ("mail", "LUIS@Bank.Example", true),
            ("mail", "luis@notbank.example", false),
            ("mail", "luis@bank.example.evil.example", false),
            ("mail", "ana@press.example", true),
            ("mail", "eva@press.example", false),
            ("room", "room", true),
            ("public", "public", false),
        ] {
            assert_eq!(reach.allows(channel, &recipient(address)), expected, "{channel} {address}");
        }
        assert!(!DrillReach::Tabletop.allows("mail", &recipient("luis@bank.example")));
    }

    #[test]
    fn a_faster_clock_comes_back_to_the_same_instant() {
        let began: Timestamp = "2026-11-23T09:00:00Z".parse().expect("an instant");
        let stood = SignedDuration::from_secs(30);
        let clock = DrillClock { began, speed: 60, stood };
        let real = began + SignedDuration::from_secs(90);
        assert_eq!(clock.shows(real), began + SignedDuration::from_hours(1));
        assert_eq!(clock.real(clock.shows(real)), real);
        let odd = began + SignedDuration::from_millis(61);
        assert!(clock.shows(clock.real(odd)) >= odd, "due when it is looked at");
    }
}
