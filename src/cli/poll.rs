//! `atalaya poll --once`: one round over all sources, then the end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::report;
use crate::app::{self, App, AppError, Parsing};
use crate::pipeline::Event;
use crate::store::StoreError;
use crate::telemetry::{self, LogFormat};

/// Poll every source once, judge and tell what is new, and exit
#[derive(Args)]
pub struct Poll {
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// One round (the daemon that goes on is `atalaya run`)
    #[arg(long, required = true)]
    once: bool,
    /// Give up what is not done by then, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    limit: u64,
}

/// What a round came to.
#[derive(Debug, Default)]
struct Round {
    /// By source, why its last poll brought nothing, if so.
    polled: BTreeMap<String, Option<String>>,
    articles: usize,
    alerts: usize,
    sent: usize,
    unsent: usize,
}

impl Round {
    fn failures(&self) -> impl Iterator<Item = (&String, &String)> {
        self.polled.iter().filter_map(|(source, error)| Some((source, error.as_ref()?)))
    }
}

impl Poll {
    /// Exit code 0 if all sources could be polled, else 3.
    pub fn run(self) -> ExitCode {
        telemetry::init_log(LogFormat::Text, "error");
        report::on_runtime(self.round())
    }

    async fn round(self) -> ExitCode {
        let app = match self.start().await {
            Ok(app) => app,
            Err(error) => return report::fault(&error),
        };
        let mut events = app.pipeline().events();
        let limit = Duration::from_secs(self.limit);
        let mut round = Round::default();
        let begun = begin(&app).await;
        let done = tokio::time::timeout(limit, follow(&app, &mut events, &mut round)).await;
        app.stop().await;
        summarise(&round);
        if let Err(error) = begun {
            eprintln!("atalaya: {error}");
            return ExitCode::from(report::DEPENDENCY);
        }
        if done.is_err() {
            eprintln!("not done within {} s; the rest waits in the store", self.limit);
        }
        ExitCode::from(if round.failures().next().is_none() && done.is_ok() {
            0
        } else {
            report::DEPENDENCY
        })
    }

    async fn start(&self) -> Result<App, AppError> {
        let (live, warnings) = app::prepare(&self.config).await?;
        report::findings(&warnings);
        App::open(&self.config, live, &Parsing::own_processes()).await
    }
}

/// Everything is due, then the work begins.
async fn begin(app: &App) -> Result<(), StoreError> {
    app.pipeline().poll_all_now().await?;
    app.begin().await
}

/// Follows the round until every source has answered and nothing is left to do.
async fn follow(app: &App, events: &mut Receiver<Event>, round: &mut Round) {
    let sources = app.source_count();
    let bar = progress_bar(sources as u64);
    loop {
        match tokio::time::timeout(Duration::from_millis(200), events.recv()).await {
            Ok(Ok(event)) => count(round, event),
            Ok(Err(RecvError::Closed)) => break,
            Ok(Err(RecvError::Lagged(_))) | Err(_) => {}
        }
        let (entries, deliveries) = app.pipeline().backlog().await.unwrap_or((1, 1));
        bar.set_position(round.polled.len() as u64);
        bar.set_message(format!(
            "{} articles read, {entries} waiting, {} alerts, {} sent, {deliveries} to send",
            round.articles, round.alerts, round.sent
        ));
        if round.polled.len() >= sources && entries == 0 && deliveries == 0 && events.is_empty() {
            break;
        }
    }
    bar.finish_and_clear();
}

fn count(round: &mut Round, event: Event) {
    match event {
        Event::Polled { source, result } => {
            round.polled.insert(source, result.err());
        }
        Event::Judged(judged) => {
            round.articles += 1;
            round.alerts += judged.told.iter().filter(|told| told.deliveries > 0).count();
        }
        Event::Sent { outcome: crate::model::AttemptOutcome::Accepted(_), .. } => round.sent += 1,
        Event::Sent { .. } => round.unsent += 1,
    }
}

fn summarise(round: &Round) {
    let Round { polled, articles, alerts, sent, unsent } = round;
    eprintln!(
        "{} sources polled, {} failed, {articles} articles read, {alerts} alerts, {sent} messages sent, {unsent} attempts failed",
        polled.len(),
        round.failures().count()
    );
    for (source, error) in round.failures() {
        eprintln!("  {source}: {error}");
    }
}

fn progress_bar(sources: u64) -> ProgressBar {
    let bar = ProgressBar::new(sources);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} sources  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
