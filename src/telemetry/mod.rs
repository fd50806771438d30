//! What operators see of the daemon from outside: logs and metrics.

mod metrics;

pub use metrics::Metrics;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Never logged.
const IMAP: &str = "async_imap=off";

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Sends log lines to standard error from now on. `ATALAYA_LOG` chooses what is logged
/// (`info`, `atalaya=debug`, …), else `default` does.
pub fn init_log(format: LogFormat, default: &str) {
    let filter = EnvFilter::try_from_env("ATALAYA_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    // At `trace` the library tells every byte: passwords, and customers' mails.
    let filter = [IMAP]
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = match format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if let Err(error) = installed {
        tracing::debug!(%error, "a log was there already");
    }
}
