//! A backtest as people and programs read it.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::compare::{Matter, Raised, Tally, kept};
use crate::model::Level;

/// The shape of `atalaya backtest --json`: alerts that rules would have raised, against others.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BacktestReport {
    /// From here, RFC 3339, UTC.
    pub since: String,
    /// To here.
    pub until: String,
    /// Articles of that time.
    pub articles: usize,
    /// Lines of the file that were no articles.
    pub skipped: usize,
    /// What the alerts are compared with: `record` (really raised), `rules` (other rules) or `nothing`.
    pub baseline: String,
    /// Sums.
    pub totals: Totals,
    /// By day (UTC) and topic, those with anything to tell.
    pub days: Vec<DayOfTopic>,
    /// Alerts that the baseline does not have, oldest first.
    pub new: Vec<AlertLine>,
    /// Alerts that only the baseline has, oldest first.
    pub lost: Vec<AlertLine>,
    /// In what the replay differs from the daemon.
    pub approximations: Vec<String>,
}

/// Sums of a backtest.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Totals {
    /// Alerts that the rules raise.
    pub raised: usize,
    /// Alerts of the baseline.
    pub baseline: usize,
    /// Raised, and not in the baseline.
    pub new: usize,
    /// In the baseline, and not raised.
    pub lost: usize,
    /// In both.
    pub kept: usize,
    /// Messages that the rules put into the outbox.
    pub messages: usize,
}

/// One topic on one day.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct DayOfTopic {
    /// UTC, `2026-11-27`.
    pub day: String,
    /// The topic.
    pub topic: String,
    /// Articles that concern it under the rules.
    pub articles: usize,
    /// Alerts that the rules raise.
    pub raised: usize,
    /// Alerts of the baseline.
    pub baseline: usize,
    /// Raised, and not in the baseline.
    pub new: usize,
    /// In the baseline, and not raised.
    pub lost: usize,
}

/// One alert.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AlertLine {
    /// When it is raised, RFC 3339, UTC.
    pub at: String,
    /// The topic.
    pub topic: String,
    /// The highest level that it is told at.
    pub level: Option<Level>,
    /// Score, 0 to 100.
    pub score: f64,
    /// Headline of the article that raises it; null if it is gone.
    pub headline: Option<String>,
    /// Its medium.
    pub source: Option<String>,
}

/// What a backtest went over.
pub(super) struct Frame {
    pub since: Timestamp,
    pub until: Timestamp,
    pub articles: usize,
    pub skipped: usize,
    pub baseline: &'static str,
    pub approximations: Vec<String>,
}

/// Holds what the rules came to against the baseline.
pub(super) fn report(frame: Frame, ours: &Tally, theirs: &Tally) -> BacktestReport {
    let within = |at: Timestamp| at >= frame.since && at <= frame.until;
    let [our_kept, their_kept] = kept(ours, theirs);
    let mut days = Days::default();
    for ((topic, _), articles) in &ours.articles {
        for &(_, at) in articles.iter().filter(|(_, at)| within(*at)) {
            days.of(topic, at).articles += 1;
        }
    }
    let in_time = |tally: &'_ Tally| -> Vec<(Matter, Raised)> {
        let raised = tally.raised.iter().filter(|(_, raised)| within(raised.at));
        raised.map(|(matter, raised)| (matter.clone(), raised.clone())).collect()
    };
    let (raised, baseline) = (in_time(ours), in_time(theirs));
    let new = unmet(&raised, &our_kept);
    let lost = unmet(&baseline, &their_kept);
    for ((topic, _), one) in &raised {
        days.of(topic, one.at).raised += 1;
    }
    for ((topic, _), one) in &baseline {
        days.of(topic, one.at).baseline += 1;
    }
    for (topic, one) in &new {
        days.of(topic, one.at).new += 1;
    }
    for (topic, one) in &lost {
        days.of(topic, one.at).lost += 1;
    }
    let messages = ours.messages.iter().filter(|(at, _)| within(*at));
    let totals = Totals {
        raised: raised.len(),
        baseline: baseline.len(),
        new: new.len(),
        lost: lost.len(),
        kept: raised.len() - new.len(),
        messages: messages.map(|(_, count)| count).sum(),
    };
    BacktestReport {
        since: frame.since.to_string(),
        until: frame.until.to_string(),
        articles: frame.articles,
        skipped: frame.skipped,
        baseline: frame.baseline.to_owned(),
        totals,
        days: days.0.into_values().collect(),
        new: lines(new),
        lost: lines(lost),
        approximations: frame.approximations,
    }
}

/// By day and topic.
#[derive(Default)]
struct Days(BTreeMap<(Date, String), DayOfTopic>);

impl Days {
    fn of(&mut self, topic: &str, at: Timestamp) -> &mut DayOfTopic {
        let day = at.to_zoned_datetime(TimeZone::UTC).date();
        self.0.entry((day, topic.to_owned())).or_insert_with(|| DayOfTopic {
            day: day.to_string(),
            topic: topic.to_owned(),
            ..DayOfTopic::default()
        })
    }
}

fn unmet<'a>(raised: &'a [(Matter, Raised)], met: &HashSet<&Matter>) -> Vec<(&'a str, &'a Raised)> {
    let unmet = raised.iter().filter(|(matter, _)| !met.contains(matter));
    unmet.map(|((topic, _), one)| (topic.as_str(), one)).collect()
}

fn lines(mut alerts: Vec<(&str, &Raised)>) -> Vec<AlertLine> {
    alerts.sort_by_key(|(_, one)| one.at);
    let line = |(topic, one): (&str, &Raised)| AlertLine {
        at: one.at.to_string(),
        topic: topic.to_owned(),
        level: one.level,
        score: one.score,
        headline: Some(one.headline.clone()).filter(|text| !text.is_empty()),
        source: Some(one.source.clone()).filter(|text| !text.is_empty()),
    };
    alerts.into_iter().map(line).collect()
}
