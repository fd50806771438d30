//! What is remembered of the sitemaps of an index: which of them owe something.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::Validators;
use crate::text;

/// Sitemaps asked in one poll.
const MAX_ASKED: usize = 5;

/// Sitemaps that are remembered: those that changed last.
const MAX_KEPT: usize = 200;

/// A sitemap that fails so often is let alone until the index gives it a new date.
const MAX_FAILURES: u32 = 3;

/// The sitemaps of an index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Index {
    /// Whether the first poll is over: what comes now is new.
    #[serde(default)]
    settled: bool,
    /// Counts polls, so that sitemaps without dates take turns.
    #[serde(default)]
    round: u32,
    #[serde(default)]
    sitemaps: Vec<Child>,
}

/// One sitemap of an index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Child {
    url: Url,
    /// As the index says now.
    lastmod: Option<Timestamp>,
    /// As it said when the sitemap was read last, or when the index was first seen.
    seen: Option<Timestamp>,
    /// Whether it was read.
    read: bool,
    /// Whether it was there when the index was first seen.
    original: bool,
    failures: u32,
    /// The round in which it was asked last.
    asked: u32,
    validators: Validators,
}

/// A sitemap that is to be asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Owed {
    /// Where.
    pub url: Url,
    /// What its last answer gave.
    pub validators: Validators,
    /// If it was there from the start and has not been read: what is as old as this was in it then.
    pub baseline: Option<Timestamp>,
}

impl Index {
    /// From memory; what cannot be read is an index that was never seen.
    pub fn recall(memory: Option<&str>) -> Self {
        memory.and_then(|memory| serde_json::from_str(memory).ok()).unwrap_or_default()
    }

    /// As it is kept.
    pub fn to_memory(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Takes over what the index says now.
    pub fn update(&mut self, sitemaps: Vec<(Url, Option<String>)>) {
        let mut known: HashMap<Url, Child> =
            self.sitemaps.drain(..).map(|child| (child.url.clone(), child)).collect();
        let (mut now, mut taken): (Vec<Child>, HashSet<Url>) = Default::default();
        for (url, lastmod) in sitemaps {
            if !taken.insert(url.clone()) {
                continue;
            }
            let lastmod = lastmod.and_then(|date| text::read_date(&date)?.timestamp());
            let child = known.remove(&url).unwrap_or_else(|| Child {
                url,
                lastmod,
                seen: None,
                read: false,
                original: !self.settled,
                failures: 0,
                asked: 0,
                validators: Validators::default(),
            });
            let failures = if lastmod > child.lastmod { 0 } else { child.failures };
            now.push(Child { lastmod, failures, ..child });
        }
        // Stable: those without a date stay in the order of the index, after the others.
        now.sort_by_key(|child| Reverse(child.lastmod));
        now.truncate(MAX_KEPT);
        self.sitemaps = now;
    }

    /// The sitemaps to be asked in this poll: with a new date first, newest first; then those without
    /// dates in turn.
    pub fn owed(&self) -> Vec<Owed> {
        let mut due: Vec<&Child> =
            self.sitemaps.iter().filter(|child| child.is_due(self.settled)).collect();
        due.sort_by_key(|child| (child.lastmod.is_none(), child.failures, child.asked));
        let owed = |child: &Child| Owed {
            url: child.url.clone(),
            validators: child.validators.clone(),
            baseline: (self.settled && child.original && !child.read)
                .then(|| child.seen.unwrap_or(Timestamp::MAX)),
        };
        due.into_iter().take(MAX_ASKED).map(owed).collect()
    }

    /// A sitemap was read, or is the same as before.
    pub fn answered(&mut self, url: &Url, validators: Validators) {
        let round = self.round.saturating_add(1);
        if let Some(child) = self.sitemaps.iter_mut().find(|child| child.url == *url) {
            *child = Child {
                seen: child.lastmod,
                read: true,
                failures: 0,
                asked: round,
                validators,
                ..child.clone()
            };
        }
    }

    /// A sitemap could not be read.
    pub fn failed(&mut self, url: &Url) {
        let round = self.round.saturating_add(1);
        if let Some(child) = self.sitemaps.iter_mut().find(|child| child.url == *url) {
            child.failures = child.failures.saturating_add(1);
            child.asked = round;
        }
    }

    /// Ends a poll. After the first one, what was not read is known to be old.
    pub fn close_round(&mut self) {
        if self.sitemaps.is_empty() {
            return;
        }
        self.round = self.round.saturating_add(1);
        if !self.settled {
            self.settled = true;
            for child in self.sitemaps.iter_mut().filter(|child| child.asked == 0) {
                child.seen = child.lastmod;
            }
        }
    }
}

impl Child {
    fn is_due(&self, settled: bool) -> bool {
        let Some(lastmod) = self.lastmod else { return true };
        let is_new = self.seen.is_none_or(|seen| lastmod > seen);
        (is_new || (!settled && !self.read)) && self.failures < MAX_FAILURES
    }
}

#[cfg(test)]
mod tests {
    use super::Index;
    use crate::model::Validators;

    fn url(name: &str) -> url::Url {
        format!("https://example.org/{name}.xml").parse().unwrap()
    }

    fn update(index: &mut Index, sitemaps: &[(&str, Option<&str>)]) {
        let given = sitemaps.iter().map(|(name, date)| (url(name), date.map(str::to_owned)));
        index.update(given.collect());
    }

    /// Asks all that are owed; gives their names.
    fn round(index: &mut Index) -> Vec<String> {
        let owed = index.owed();
        for one in &owed {
            index.answered(&one.url, Validators::default());
        }
        index.close_round();
        *index = Index::recall(Some(&index.to_memory()));
        owed.iter().map(|one| one.url.path().trim_matches('/').replace(".xml", "")).collect()
    }

    #[test]
    fn the_newest_first_and_later_only_what_changed() {
        let mut index = Index::default();
        let days: Vec<(String, String)> =
            (1..=8).map(|day| (format!("d{day}"), format!("2024-05-0{day}"))).collect();
        let mut sitemaps: Vec<_> =
            days.iter().map(|(name, date)| (name.as_str(), Some(date.as_str()))).collect();
        update(&mut index, &sitemaps);
        assert_eq!(round(&mut index), ["d8", "d7", "d6", "d5", "d4"]);
        update(&mut index, &sitemaps);
        assert_eq!(round(&mut index), [""; 0], "what was old at the first poll is not read");
        sitemaps[0].1 = Some("2024-05-09");
        sitemaps.push(("d9", Some("2024-05-10")));
        update(&mut index, &sitemaps);
        let baselines: Vec<_> = index.owed().iter().map(|owed| owed.baseline.is_some()).collect();
        assert_eq!(baselines, [false, true], "a sitemap of the first day holds history too");
        assert_eq!(round(&mut index), ["d9", "d1"]);
    }

    #[test]
    fn without_dates_all_take_turns() {
        let mut index = Index::default();
        let names: Vec<String> = (1..=7).map(|n| n.to_string()).collect();
        let sitemaps: Vec<_> = names.iter().map(|name| (name.as_str(), None)).collect();
        update(&mut index, &sitemaps);
        assert_eq!(round(&mut index), ["1", "2", "3", "4", "5"]);
        assert_eq!(
            round(&mut index),
            ["6", "7", "1", "2", "3"],
            "without the index having changed"
        );
    }

    #[test]
    fn one_that_fails_does_not_hold_up_the_others_for_ever() {
        let mut index = Index::default();
        update(&mut index, &[("bad", Some("2024-05-02")), ("good", Some("2024-05-01"))]);
        for _ in 0..super::MAX_FAILURES {
            index.failed(&url("bad"));
        }
        assert_eq!(round(&mut index), ["good"]);
        update(&mut index, &[("bad", Some("2024-05-03")), ("good", Some("2024-05-01"))]);
        assert_eq!(round(&mut index), ["bad"], "a new date is a new chance");
    }

    #[test]
    fn memory_that_is_not_ours_is_no_memory() {
        assert_eq!(Index::recall(Some("{\"selectors\": 3")), Index::default());
    }
}
