//! `atalaya poll --once`: one round over all sources, then the end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

use super::report;
use crate::app::{self, App, AppError, Parsing};
use crate::pipeline::Event;
use crate::store::{StoreError, sources};
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

/// How often the store is asked what is left to do.
const LOOK: Duration = Duration::from_millis(200);

/// What a round came to.
#[derive(Debug, Default)]
struct Round {
    polled: usize,
    /// By source, why its poll failed.
    failed: BTreeMap<String, String>,
    articles: usize,
    alerts: usize,
    sent: usize,
    unsent: usize,
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
        let since = Timestamp::now();
        let begun = begin(&app).await;
        let done = tokio::time::timeout(limit, follow(&app, &mut events, &mut round, since)).await;
        if let Err(error) = read_results(&app, &mut round, since).await {
            eprintln!("atalaya: {error}");
        }
        app.stop().await;
        summarise(&round);
        if let Err(error) = begun {
            eprintln!("atalaya: {error}");
            return ExitCode::from(report::DEPENDENCY);
        }
        if done.is_err() {
            eprintln!("not done within {} s; the rest waits in the store", self.limit);
        }
        ExitCode::from(if round.failed.is_empty() && done.is_ok() { 0 } else { report::DEPENDENCY })
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

/// Follows the round until every source has answered and nothing is left to do: the store says so,
/// since events that come too fast are lost.
async fn follow(app: &App, events: &mut Receiver<Event>, round: &mut Round, since: Timestamp) {
    let sources = app.source_count();
    let bar = progress_bar(sources as u64);
    loop {
        let look = Instant::now() + LOOK;
        loop {
            match timeout_at(look, events.recv()).await {
                Ok(Ok(event)) => count(round, event),
                Ok(Err(RecvError::Lagged(_))) => {}
                Ok(Err(RecvError::Closed)) => return,
                Err(_) => break,
            }
        }
        let unpolled = app.pipeline().unpolled(since).await;
        let unpolled = unpolled.map_or(sources, |left| usize::try_from(left).unwrap_or(sources));
        let (entries, deliveries) = app.pipeline().backlog().await.unwrap_or((1, 1));
        bar.set_position(sources.saturating_sub(unpolled) as u64);
        bar.set_message(format!(
            "{} articles read, {entries} waiting, {} alerts, {} sent, {deliveries} to send",
            round.articles, round.alerts, round.sent
        ));
        if unpolled == 0 && entries == 0 && deliveries == 0 && events.is_empty() {
            break;
        }
    }
    bar.finish_and_clear();
}

/// What became of each source, as the store has it.
async fn read_results(app: &App, round: &mut Round, since: Timestamp) -> Result<(), StoreError> {
    let all = app.store().read(|tx| sources::overview(tx)).await?;
    for (state, vitals) in all {
        if vitals.polled_at.is_none_or(|at| at < since) {
            continue;
        }
        round.polled += 1;
        if let Some(error) = state.last_error.filter(|_| state.failures > 0) {
            round.failed.insert(state.source_id, error);
        }
    }
    Ok(())
}

fn count(round: &mut Round, event: Event) {
    match event {
        Event::Polled { .. } => {}
        Event::Judged(judged) => {
            round.articles += 1;
            round.alerts += judged.told.iter().filter(|told| told.deliveries > 0).count();
        }
        Event::Sent { outcome: crate::model::AttemptOutcome::Accepted(_), .. } => round.sent += 1,
        Event::Sent { .. } => round.unsent += 1,
    }
}

fn summarise(round: &Round) {
    let Round { polled, failed, articles, alerts, sent, unsent } = round;
    eprintln!(
        "{polled} sources polled, {} failed, {articles} articles read, {alerts} alerts, {sent} messages sent, {unsent} attempts failed",
        failed.len()
    );
    for (source, error) in failed {
        eprintln!("  {source}: {error}");
    }
}

fn progress_bar(sources: u64) -> ProgressBar {
    let bar = ProgressBar::new(sources);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} sources  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
