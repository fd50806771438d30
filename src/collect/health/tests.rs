//! What each finding makes of a source, and what people hear of it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::collect::Failure;
use crate::model::{Entry, EntryId, Health, Vitals};

use super::{Change, Examined, Finding, examine};

/// A Monday.
pub(super) fn begin() -> Timestamp {
    "2026-11-02T00:00:00Z".parse().unwrap()
}

pub(super) fn entry(published_at: Option<Timestamp>, history: bool) -> Entry {
    Entry {
        id: EntryId::new(),
        source_id: "daily".to_owned(),
        key: String::new(),
        url: String::new(),
        title: String::new(),
        text: String::new(),
        authors: Vec::new(),
        published_at,
        discovered_at: begin(),
        history,
        marks: crate::model::EntryMarks::default(),
    }
}

pub(super) fn poll(finding: Finding<'_>) -> Examined<'_> {
    let took = Duration::from_millis(100);
    Examined {
        finding,
        hints: None,
        took,
        apart: Duration::from_mins(1),
        stale_after: None,
        told_after: Duration::from_mins(15),
    }
}

/// A source polled every five minutes, and what people hear of it.
pub(super) struct Watched {
    pub vitals: Vitals,
    now: Timestamp,
    told: Vec<(Health, Health)>,
}

impl Watched {
    pub fn new() -> Self {
        Self { vitals: Vitals::default(), now: begin(), told: Vec::new() }
    }

    fn step(&mut self, finding: Finding<'_>) -> &mut Self {
        let (vitals, change) = examine(&self.vitals, &poll(finding), self.now);
        self.vitals = vitals;
        self.told.extend(change.map(|Change { was, now, .. }| (was, now)));
        self.now += SignedDuration::from_mins(5);
        self
    }

    fn brings(&mut self) -> &mut Self {
        let new = entry(None, false);
        self.step(Finding::Read { listed: 20, new: &[&new] })
    }

    fn fails(&mut self, failure: Failure, times: u32) -> &mut Self {
        for _ in 0..times {
            self.step(Finding::Failed { failure, error: "the server answered 503" });
        }
        self
    }

    #[track_caller]
    fn is(&self, health: Health, told: &[(Health, Health)]) {
        assert_eq!(self.vitals.health, health);
        assert_eq!(self.told, told);
    }
}

const WELL: Health = Health::Healthy;
const FAILING: Health = Health::Failing;

#[test]
fn a_blank_alarms_nobody() {
    let mut source = Watched::new();
    source.brings().fails(Failure::Unreachable, 3).is(FAILING, &[]);
    source.brings().is(WELL, &[]);
    source.step(Finding::Read { listed: 0, new: &[] }).is(Health::Empty, &[]);
    source.step(Finding::Unchanged).is(Health::Empty, &[]);
    source.step(Finding::Read { listed: 20, new: &[] }).is(WELL, &[]);
}

#[test]
fn what_lasts_is_told_once_and_so_is_its_end() {
    let mut source = Watched::new();
    source.brings().fails(Failure::Unreachable, 9).is(FAILING, &[(WELL, FAILING)]);
    assert_eq!(source.vitals.health_since, Some(begin() + SignedDuration::from_mins(5)));
    assert_eq!(source.vitals.health_reason.as_deref(), Some("the server answered 503"));
    source.step(Finding::Unchanged).is(WELL, &[(WELL, FAILING), (FAILING, WELL)]);
    assert_eq!(source.vitals.health_reason, None);
}

#[test]
fn each_health_has_its_finding() {
    let after = |failure, times| {
        let mut source = Watched::new();
        source.brings().fails(failure, times);
        (source.vitals.health, source.told, source.vitals.health_reason.unwrap_or_default())
    };
    assert_eq!(after(Failure::Gone, 1).0, Health::Gone);
    assert_eq!(after(Failure::Gone, 1).1, [(WELL, Health::Gone)], "at once: it is not asked again");
    assert_eq!(after(Failure::Empty, 4).1, [(WELL, Health::Empty)]);
    assert_eq!(after(Failure::Unreadable, 4).1, [(WELL, FAILING)]);
    assert!(!after(Failure::Stopped, 2).2.contains("quarantined"));
    let (health, _, reason) = after(Failure::Stopped, 3);
    assert_eq!(health, FAILING);
    assert!(reason.starts_with("quarantined: it stopped its reader 3 times"), "{reason}");
}

#[test]
fn a_source_without_news_yet_is_well() {
    let mut source = Watched::new();
    source.step(Finding::Read { listed: 0, new: &[] });
    source.step(Finding::Unchanged).is(WELL, &[]);
    let mut never = Watched::new();
    never.fails(Failure::Unreachable, 6).is(FAILING, &[(Health::New, FAILING)]);
}

#[test]
fn a_feed_that_died_before_it_was_watched_is_stale_at_once_and_no_news() {
    let mut source = Watched::new();
    let old: Vec<Entry> = (101..121)
        .rev()
        .map(|day| entry(Some(begin() - SignedDuration::from_hours(24 * day)), true))
        .collect();
    let old: Vec<&Entry> = old.iter().collect();
    source.step(Finding::Read { listed: 20, new: &old }).is(Health::Stale, &[]);
    let reason = source.vitals.health_reason.as_deref();
    assert_eq!(reason, Some("nothing new for 101 d; up to 3 d is usual"));
    source.brings().is(WELL, &[(Health::Stale, WELL)]);
}
