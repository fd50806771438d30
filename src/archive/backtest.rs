//! Rules over the past, against what was really raised or against other rules.

use jiff::{SignedDuration, Timestamp};

use super::ArchiveError;
use super::compare::{Raised, Tally};
use super::past::{Past, Pasts};
use super::replay::{Replay, RuleSet};
use super::report::{BacktestReport, Frame, report};
use crate::config::Config;
use crate::model::Alert;
use crate::story::Settings;

/// What the alerts of the rules are held against.
pub enum Baseline {
    /// What the daemon really raised.
    Record,
    /// Other rules over the same articles.
    Rules(RuleSet),
    /// Nothing: all is new.
    Nothing,
}

/// A backtest to be run.
pub struct Backtest<'a> {
    /// Sources, thresholds, routes and plans.
    pub config: &'a Config,
    /// The rules in question.
    pub rules: RuleSet,
    /// What they are held against.
    pub baseline: Baseline,
    /// Articles found from here on count; those of the time before make up the stories that were
    /// open then.
    pub since: Timestamp,
    /// Up to here.
    pub until: Timestamp,
}

impl Backtest<'_> {
    /// Where reading begins: as far back as the daemon remembers stories.
    #[must_use]
    pub fn begin(&self) -> Timestamp {
        self.since.checked_sub(Settings::default().window).unwrap_or(Timestamp::MIN)
    }

    /// Runs it. `progress` is told how many articles are done.
    ///
    /// # Errors
    /// If the articles cannot be read, or the scratch store not written.
    pub async fn run(
        &self,
        pasts: &mut Pasts,
        progress: impl Fn(u64),
    ) -> Result<BacktestReport, ArchiveError> {
        let mut ours = Replay::begin(&self.rules).await?;
        let mut others = match &self.baseline {
            Baseline::Rules(rules) => Some(Replay::begin(rules).await?),
            Baseline::Record | Baseline::Nothing => None,
        };
        let mut record = Record::begin(self, pasts).await?;
        let (mut done, mut articles) = (0_u64, 0);
        loop {
            let page = pasts.next(self.config, self.begin(), self.until).await?;
            if page.is_empty() {
                break;
            }
            ours.go_on(&page).await?;
            if let Some(others) = &mut others {
                others.go_on(&page).await?;
            }
            record.note(&page);
            done += page.len() as u64;
            articles += page.iter().filter(|past| past.article.discovered_at >= self.since).count();
            progress(done);
        }
        let ours = ours.end().await;
        let theirs = match others {
            Some(others) => others.end().await,
            None => record.tally,
        };
        let frame = Frame {
            since: self.since,
            until: self.until,
            articles,
            skipped: pasts.skipped(),
            baseline: match self.baseline {
                Baseline::Record => "record",
                Baseline::Rules(_) => "rules",
                Baseline::Nothing => "nothing",
            },
            approximations: approximations(matches!(pasts, Pasts::Archive { .. })),
        };
        Ok(report(frame, &ours, &theirs))
    }
}

/// What the daemon really raised, its alerts told by the articles as they pass.
struct Record {
    alerts: Vec<Alert>,
    tally: Tally,
}

impl Record {
    async fn begin(backtest: &Backtest<'_>, pasts: &Pasts) -> Result<Self, ArchiveError> {
        let alerts = match backtest.baseline {
            Baseline::Record => pasts.alerts(backtest.begin()).await?,
            Baseline::Rules(_) | Baseline::Nothing => Vec::new(),
        };
        let mut record = Self { alerts, tally: Tally::default() };
        let alerts = record.alerts.iter().filter(|alert| alert.opened_at <= backtest.until);
        for alert in alerts {
            record.tally.raise(&alert.topic_id, alert.story_id, || Raised {
                at: alert.opened_at,
                level: Some(alert.level),
                score: alert.severity.score,
                headline: String::new(),
                source: String::new(),
            });
        }
        Ok(record)
    }

    /// Notes where the articles were put, and tells each alert by the last article found before it.
    fn note(&mut self, page: &[Past]) {
        for past in page {
            let Some(story) = past.article.story_id else { continue };
            self.tally.story_of.insert(past.article.id, story);
            for alert in self.alerts.iter().filter(|alert| alert.story_id == story) {
                let matter = (alert.topic_id.clone(), story);
                let Some(raised) = self.tally.raised.get_mut(&matter) else { continue };
                if raised.headline.is_empty() || past.article.discovered_at <= raised.at {
                    raised.headline.clone_from(&past.article.title);
                    raised.source.clone_from(&past.source.name);
                }
            }
        }
    }
}

fn approximations(archive: bool) -> Vec<String> {
    let window = SignedDuration::try_from(Settings::default().window).unwrap_or_default();
    let days = window.as_hours() / 24;
    let mut told = vec![
        "articles are judged at the instant they were found, without the minutes that reading took"
            .to_owned(),
        format!(
            "usual rates and open stories are those of the {days} days before the beginning; the daemon knows 28 days of rates"
        ),
        "sources, thresholds, routes and plans are those of today's configuration".to_owned(),
    ];
    if archive {
        told.push("an edited article is judged once, by its last edition".to_owned());
        told.push("what was removed from the archive since is missing".to_owned());
    } else {
        told.push(
            "articles of the file count as found when they were published, and none as history"
                .to_owned(),
        );
    }
    told
}
