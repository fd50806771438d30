//! `atalaya backtest`: what other rules would have raised in the past.

use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::{output, report, span};
use crate::app::{AppError, open_archive};
use crate::archive::{self, AlertLine, ArchiveError, BacktestReport, Baseline, Pasts, RuleSet};
use crate::config::{self, Config, load_keywords};
use crate::model::Keywords;

/// Headlines of each kind that are shown.
const SAMPLES: usize = 20;

/// Replay the archive or a file under other rules; compare with what was raised
#[derive(Args)]
pub struct Backtest {
    /// Found since: 7d, 12h, 2026-03-01 or an RFC 3339 time; required for the archive
    #[arg(long, value_name = "TIME", required_unless_present = "archive")]
    since: Option<String>,
    /// Found until; now if missing
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// The rules in question, a directory like keywords/; the configuration's if missing
    #[arg(long, value_name = "DIR")]
    keywords: Option<PathBuf>,
    /// Compare with these rules, instead of what was really raised
    #[arg(long, value_name = "DIR")]
    diff: Option<PathBuf>,
    /// Articles as JSON Lines of {"id","title"?,"body","source"?,"url"?,"language"?,"published"?}, in the
    /// order of publication, instead of the archive
    #[arg(long, value_name = "FILE")]
    archive: Option<PathBuf>,
    /// Configuration file: sources, thresholds, routes, plans
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

impl Backtest {
    /// Exit code 0 when it ran, 2 for a wrong configuration, rule or file, 3 if the store cannot be read.
    pub fn run(self) -> ExitCode {
        let config = match config::load(&self.config) {
            Ok((config, _)) => config,
            Err(findings) => return report::fault(&AppError::Config(findings)),
        };
        let now = Timestamp::now();
        let since =
            self.since.as_ref().map_or(Ok(Timestamp::UNIX_EPOCH), |at| span::since(at, now));
        let until = self.until.as_ref().map_or(Ok(now), |at| span::until(at, now));
        let (since, until) = match since.and_then(|since| Ok((since, until?))) {
            Ok(times) => times,
            Err(error) => return output::refuse(&error, ExitCode::from(report::BAD_INPUT)),
        };
        report::on_runtime(async {
            match self.ask(&config, since, until).await {
                Ok(found) if self.json => output::print_json(&found),
                Ok(found) => output::print_text(|text| listed(text, &found)),
                Err(error) => report::archive_fault(&error),
            }
        })
    }

    async fn ask(
        &self,
        config: &Config,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<BacktestReport, ArchiveError> {
        let keywords = self.keywords.as_deref().map(keywords).transpose()?;
        let baseline = match (&self.diff, &self.archive) {
            (Some(other), _) => {
                Baseline::Rules(RuleSet::new(config, Some(self::keywords(other)?))?)
            }
            (None, None) => Baseline::Record,
            (None, Some(_)) if keywords.is_some() => Baseline::Rules(RuleSet::new(config, None)?),
            (None, Some(_)) => Baseline::Nothing,
        };
        let rules = RuleSet::new(config, keywords)?;
        let test = archive::Backtest { config, rules, baseline, since, until };
        let store = match &self.archive {
            Some(_) => None,
            None => Some(open_archive(config)?),
        };
        let mut pasts = match (&self.archive, &store) {
            (Some(path), _) => Pasts::of_file(path)?,
            (None, Some(store)) => Pasts::of_archive(store.clone()),
            (None, None) => return Err(ArchiveError::File("no articles".to_owned())),
        };
        let bar = report::progress(pasts.count(test.begin(), until).await?);
        let found = test.run(&mut pasts, |done| bar.set_position(done)).await;
        bar.finish_and_clear();
        if let Some(store) = store {
            store.close();
        }
        found
    }
}

fn keywords(dir: &Path) -> Result<Keywords, ArchiveError> {
    let (keywords, warnings) = load_keywords(dir).map_err(AppError::Config)?;
    report::findings(&warnings);
    Ok(keywords)
}

fn listed(text: &mut String, found: &BacktestReport) -> fmt::Result {
    let BacktestReport { totals, .. } = found;
    let against = match found.baseline.as_str() {
        "record" => "really raised",
        "rules" => "of the other rules",
        _ => "to compare with",
    };
    writeln!(text, "{} articles from {} to {}", found.articles, found.since, found.until)?;
    if found.skipped > 0 {
        writeln!(text, "{} lines were no articles", found.skipped)?;
    }
    writeln!(
        text,
        "{} alerts would be raised ({} messages), {} {against}: {} new, {} lost, {} in both\n",
        totals.raised, totals.messages, totals.baseline, totals.new, totals.lost, totals.kept
    )?;
    if !found.days.is_empty() {
        writeln!(text, "DAY         ARTICLES  ALERTS  BASELINE  NEW  LOST  TOPIC")?;
    }
    for day in &found.days {
        writeln!(
            text,
            "{}  {:>8}  {:>6}  {:>8}  {:>3}  {:>4}  {}",
            day.day, day.articles, day.raised, day.baseline, day.new, day.lost, day.topic
        )?;
    }
    samples(text, "new", &found.new)?;
    samples(text, "lost", &found.lost)?;
    writeln!(text, "\nIn what this differs from the daemon:")?;
    found.approximations.iter().try_for_each(|one| writeln!(text, "  {one}"))
}

fn samples(text: &mut String, kind: &str, alerts: &[AlertLine]) -> fmt::Result {
    if alerts.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n{} {kind}:", alerts.len())?;
    for alert in alerts.iter().take(SAMPLES) {
        let AlertLine { at, topic, level, score, headline, source } = alert;
        let level = level.map_or("-", crate::model::Level::name);
        let known = |text: &Option<String>| {
            text.as_deref().unwrap_or("-").chars().filter(|c| !c.is_control()).collect::<String>()
        };
        writeln!(
            text,
            "  {at}  {topic}  {level} {score:.0}  {} ({})",
            known(headline),
            known(source)
        )?;
    }
    if alerts.len() > SAMPLES {
        writeln!(text, "  … and {} more: --json", alerts.len() - SAMPLES)?;
    }
    Ok(())
}
