//! `atalaya run`: the daemon, until SIGTERM or SIGINT; SIGHUP reloads.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::report;
use crate::app::{self, App, AppError, Parsing};
use crate::store::{Store, status};
use crate::telemetry::{self, LogFormat};

/// Run the daemon
#[derive(Args)]
pub struct Run {
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// How log lines look; `ATALAYA_LOG` chooses which (default `info`)
    #[arg(long, value_enum, default_value_t)]
    log: LogFormat,
}

impl Run {
    /// Runs until a signal ends it.
    pub fn run(self) -> ExitCode {
        telemetry::init_log(self.log, "info");
        report::on_runtime(self.daemon())
    }

    async fn daemon(self) -> ExitCode {
        let mut signals = match Signals::listen() {
            Ok(signals) => signals,
            Err(error) => {
                eprintln!("atalaya: signals cannot be received: {error}");
                return ExitCode::from(report::DEPENDENCY);
            }
        };
        let app = match self.start().await {
            Ok(app) => app,
            Err(error) => return report::fault(&error),
        };
        tell_systemd(&[NotifyState::Ready]);
        let watchdog = tokio::spawn(feed_watchdog(app.store().clone()));
        while let Asked::Reload = signals.next().await {
            reload(&app).await;
        }
        tell_systemd(&[NotifyState::Stopping]);
        tracing::info!("stopping");
        watchdog.abort();
        let clean = app.stop().await;
        tracing::info!(clean, "stopped");
        ExitCode::SUCCESS
    }

    async fn start(&self) -> Result<App, AppError> {
        let (live, warnings) = app::prepare(&self.config).await?;
        report::findings(&warnings);
        let sources = live.config.sources.len();
        let app = App::open(&self.config, live, &Parsing::own_processes()).await?;
        app.begin().await?;
        let address = app.web_address().map(|address| format!("http://{address}/"));
        tracing::info!(sources, status_page = address, "running");
        Ok(app)
    }
}

enum Asked {
    Reload,
    Stop,
}

struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.hangup.recv() => Asked::Reload,
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.interrupt.recv() => Asked::Stop,
        }
    }
}

async fn reload(app: &App) {
    tell_systemd(&[
        NotifyState::Reloading,
        NotifyState::monotonic_usec_now().unwrap_or(NotifyState::Reloading),
    ]);
    match app.reload().await {
        Ok(warnings) => {
            report::findings(&warnings);
            tracing::info!("configuration reloaded");
        }
        Err(error) => {
            report::fault(&error);
            tracing::error!(%error, "the new configuration was refused; the old one stays");
        }
    }
    tell_systemd(&[NotifyState::Ready]);
}

/// Beats only while the store answers, so that systemd restarts a daemon that is stuck.
async fn feed_watchdog(store: Store) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let every = (limit / 3).max(Duration::from_millis(100));
    loop {
        match store.write(|tx| status::prove_writable(tx)).await {
            Ok(()) => tell_systemd(&[NotifyState::Watchdog]),
            Err(error) => tracing::error!(%error, "no heartbeat: the store does not answer"),
        }
        tokio::time::sleep(every).await;
    }
}

/// Without systemd this does nothing.
fn tell_systemd(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd was not told");
    }
}
