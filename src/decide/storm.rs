//! Storm control: how many messages about alerts one recipient gets within a time. What comes beyond
//! is summed up, never dropped.
//!
//! The window slides: whatever stretch of `within` is looked at, at most `over` messages below red,
//! and at most `over` red ones, were let through in it. The state of a recipient is bounded by the two.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tally::Tally;
use crate::config::Storm;
use crate::model::{Level, SummaryItem};

/// What one recipient was told lately, and what waits to be summed up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// When the last messages below red were let through, in milliseconds since 1970, oldest first.
    below: VecDeque<i64>,
    /// When the last red ones were: red waits for red only.
    red: VecDeque<i64>,
    held: Option<Gathered>,
}

/// What came beyond the number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    /// Since when.
    pub since: Timestamp,
    /// What.
    pub tally: Tally,
}

impl Flow {
    /// Whether a message at this level may go out now; if so it is counted.
    #[must_use]
    pub fn admits(&mut self, storm: &Storm, level: Level, now: Timestamp) -> bool {
        let sent = if level == Level::Red { &mut self.red } else { &mut self.below };
        let at = now.as_millisecond();
        let within = i64::try_from(storm.within.as_millis()).unwrap_or(i64::MAX);
        // What lies ahead was written by a clock that was set back since.
        sent.retain(|&one| one <= at && one > at.saturating_sub(within));
        if sent.len() >= storm.over {
            return false;
        }
        sent.push_back(at);
        true
    }

    /// Keeps one matter for the summary.
    pub fn hold(&mut self, topic: &str, item: SummaryItem, now: Timestamp) {
        let gathered = Gathered { since: now, tally: Tally::default() };
        self.held.get_or_insert(gathered).tally.add(topic, item);
    }

    /// When the summary is due; none if nothing waits for it.
    #[must_use]
    pub fn due_at(&self, storm: &Storm) -> Option<Timestamp> {
        let since = self.held.as_ref()?.since;
        Some(since.checked_add(storm.within).unwrap_or(Timestamp::MAX))
    }

    /// What waits, which waits no longer.
    #[must_use]
    pub fn take(&mut self) -> Option<Gathered> {
        self.held.take()
    }

    /// Whether nothing of it matters any more.
    #[must_use]
    pub fn is_idle(&self, storm: &Storm, now: Timestamp) -> bool {
        let last = self.below.back().max(self.red.back());
        let within = i64::try_from(storm.within.as_millis()).unwrap_or(i64::MAX);
        let long_ago = |&one: &i64| one <= now.as_millisecond().saturating_sub(within);
        self.held.is_none() && last.is_none_or(long_ago)
    }

    /// How many instants and matters it holds: what its size is bounded by.
    #[must_use]
    pub fn size(&self) -> usize {
        let held = self.held.as_ref().map_or(0, |held| held.tally.listed());
        self.below.len() + self.red.len() + held
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;

    use super::Flow;
    use crate::config::Storm;
    use crate::model::Level;

    const STORM: Storm = Storm { over: 3, within: Duration::from_mins(1) };

    fn at(second: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_000_000 + second)
    }

    /// Second, level, whether it goes through.
    #[test]
    fn beyond_the_number_nothing_goes_through_but_red() {
        let mut flow = Flow::default();
        for (second, level, goes) in [
            (0, Level::Yellow, true),
            (10, Level::Orange, true),
            (20, Level::Blue, true),
            (30, Level::Orange, false),
            (31, Level::Red, true),
            (32, Level::Red, true),
            (33, Level::Red, true),
            (34, Level::Red, false),
            (60, Level::Yellow, true),
            (61, Level::Yellow, false),
            (70, Level::Yellow, true),
            (91, Level::Red, true),
        ] {
            assert_eq!(flow.admits(&STORM, level, at(second)), goes, "{second} {level:?}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_silences_nobody() {
        let mut flow = Flow::default();
        for _ in 0..3 {
            assert!(flow.admits(&STORM, Level::Yellow, at(7_200)));
        }
        assert!(!flow.admits(&STORM, Level::Yellow, at(7_200)));
        assert!(flow.admits(&STORM, Level::Yellow, at(3_600)));
    }

    proptest! {
        /// Against counting all that was let through in the minute before each message.
        #[test]
        fn no_minute_has_more_than_the_number(gaps in prop::collection::vec(0_i64..40, 1..60)) {
            let (mut flow, mut second, mut sent) = (Flow::default(), 0, Vec::new());
            for gap in gaps {
                second += gap;
                let lately = sent.iter().filter(|&&one| one > second - 60).count();
                let goes = flow.admits(&STORM, Level::Yellow, at(second));
                prop_assert_eq!(goes, lately < STORM.over);
                if goes {
                    sent.push(second);
                }
                prop_assert!(flow.size() <= STORM.over);
            }
        }
    }
}
