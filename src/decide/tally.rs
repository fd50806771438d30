//! Many matters as a bounded account: all are counted, the gravest of each topic are kept.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Level, LocalText, SummaryItem, SummaryNotice, SummaryOf, SummaryTopic};

/// Topics that are told apart; what concerns further ones is only counted.
const MAX_TOPICS: usize = 200;

/// The account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    total: u32,
    levels: BTreeMap<Level, u32>,
    topics: BTreeMap<String, Topic>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Topic {
    total: u32,
    /// Gravest first, at most [`SummaryNotice::PER_TOPIC`].
    items: Vec<SummaryItem>,
}

impl Tally {
    /// Counts one matter.
    pub fn add(&mut self, topic: &str, item: SummaryItem) {
        self.total = self.total.saturating_add(1);
        if let Some(level) = item.level {
            *self.levels.entry(level).or_default() += 1;
        }
        if !self.topics.contains_key(topic) && self.topics.len() >= MAX_TOPICS {
            return;
        }
        let topic = self.topics.entry(topic.to_owned()).or_default();
        topic.total = topic.total.saturating_add(1);
        let graver = |other: &SummaryItem| rank(other) >= rank(&item);
        let place = topic.items.iter().take_while(|other| graver(other)).count();
        if place < SummaryNotice::PER_TOPIC {
            topic.items.insert(place, item);
            topic.items.truncate(SummaryNotice::PER_TOPIC);
        }
    }

    /// How many matters were counted.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.total
    }

    /// How many are kept one by one.
    #[must_use]
    pub fn listed(&self) -> usize {
        self.topics.values().map(|topic| topic.items.len()).sum()
    }

    /// The account as a message, topics with the gravest matter first.
    #[must_use]
    pub fn notice(self, of: SummaryOf, name: impl Fn(&str) -> LocalText) -> SummaryNotice {
        let mut topics: Vec<(String, Topic)> = self.topics.into_iter().collect();
        topics.sort_by_key(|(_, topic)| Reverse(order(topic)));
        topics.truncate(SummaryNotice::TOPICS);
        let topics: Vec<SummaryTopic> = topics
            .into_iter()
            .map(|(id, topic)| SummaryTopic {
                name: name(&id),
                id,
                total: topic.total,
                items: topic.items,
            })
            .collect();
        let named = topics.iter().fold(0_u32, |sum, topic| sum.saturating_add(topic.total));
        SummaryNotice {
            of,
            total: self.total,
            levels: self.levels,
            topics,
            more: self.total.saturating_sub(named),
        }
    }
}

/// What is graver is greater.
fn rank(item: &SummaryItem) -> (Option<Level>, u32) {
    // Scores lie between 0 and 100: tenths order them as people see them.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
    let tenths = (item.score.clamp(0.0, 100.0) * 10.0) as u32;
    (item.level, tenths)
}

fn order(topic: &Topic) -> (Option<(Option<Level>, u32)>, u32) {
    (topic.items.first().map(rank), topic.total)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::{MAX_TOPICS, Tally};
    use crate::model::{Level, LocalText, SummaryItem, SummaryNotice, SummaryOf};

    fn item(level: Option<Level>, score: f64) -> SummaryItem {
        SummaryItem {
            alert: None,
            level,
            score,
            headline: format!("{level:?} {score}"),
            url: None,
            source: "diario".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            why: None,
        }
    }

    fn told(tally: Tally) -> SummaryNotice {
        tally.notice(SummaryOf::Reminder { times: 1 }, LocalText::same)
    }

    #[test]
    fn the_gravest_are_listed_and_all_are_counted() {
        let mut tally = Tally::default();
        for n in 0..100 {
            tally.add("sector", item(None, f64::from(n % 30)));
        }
        tally.add("bank", item(Some(Level::Yellow), 60.0));
        tally.add("bank", item(Some(Level::Orange), 75.0));
        let notice = told(tally);
        assert_eq!((notice.total, notice.more), (102, 0));
        let topics: Vec<_> = notice.topics.iter().map(|it| (it.id.as_str(), it.total)).collect();
        assert_eq!(topics, [("bank", 2), ("sector", 100)]);
        assert_eq!(notice.topics[0].items[0].level, Some(Level::Orange));
        assert_eq!(notice.topics[1].items.len(), SummaryNotice::PER_TOPIC);
        assert!((notice.topics[1].items[0].score - 29.0).abs() < 0.01);
        assert_eq!(notice.level(), Some(Level::Orange));
    }

    #[test]
    fn many_topics_are_counted_and_do_not_grow_it() {
        let mut tally = Tally::default();
        for n in 0..10_000 {
            tally.add(&format!("t{n}"), item(Some(Level::Blue), 10.0));
        }
        assert_eq!(tally.listed(), MAX_TOPICS);
        let notice = told(tally);
        assert_eq!((notice.topics.len(), notice.total), (SummaryNotice::TOPICS, 10_000));
        assert_eq!(notice.more, 10_000 - 20);
    }

    proptest! {
        /// Against sorting everything.
        #[test]
        fn agrees_with_sorting(scores in prop::collection::vec(0_u32..1000, 0..60)) {
            let mut tally = Tally::default();
            for &score in &scores {
                tally.add("bank", item(Some(Level::Blue), f64::from(score) / 10.0));
            }
            let mut sorted = scores;
            sorted.sort_unstable_by(|a, b| b.cmp(a));
            sorted.truncate(SummaryNotice::PER_TOPIC);
            let notice = told(tally);
            let kept = notice.topics.first().map(|topic| topic.items.clone()).unwrap_or_default();
            let expected: Vec<f64> = sorted.iter().map(|&score| f64::from(score) / 10.0).collect();
            let found: Vec<f64> = kept.iter().map(|one| one.score).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
