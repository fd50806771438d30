//! `atalaya sources`: how every source is, since when and why.

use std::fmt::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::table::table;
use super::{opml, output, report};
use crate::app::AppError;
use crate::app::sources::{self, SourceReport, SourcesReport};
use crate::config;

/// Show how every source is: healthy, failing, stale, empty or gone, since when and why
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Sources {
    #[command(subcommand)]
    exchange: Option<Exchange>,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// Only sources that are not healthy
    #[arg(long)]
    unhealthy: bool,
    /// Exit code 1 if a source is failing, stale, empty or gone
    #[arg(long)]
    check: bool,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// Exchange of feeds with other programs.
#[derive(Subcommand)]
enum Exchange {
    /// Make a source file of the feeds of an OPML document
    Import(opml::Import),
    /// Write the configured feeds as OPML 2.0 to standard output
    Export(opml::Export),
}

impl Sources {
    /// Exit code 2 for a bad configuration, 3 if the store cannot be read.
    pub fn run(self) -> ExitCode {
        match self.exchange {
            Some(Exchange::Import(import)) => return import.run(),
            Some(Exchange::Export(export)) => return export.run(),
            None => {}
        }
        let config = match config::load(&self.config) {
            Ok((config, _)) => config,
            Err(findings) => return report::fault(&AppError::Config(findings)),
        };
        report::on_runtime(async {
            match sources::report(&config, self.unhealthy).await {
                Ok(found) => self.show(&found),
                Err(error) => report::fault(&error),
            }
        })
    }

    fn show(&self, found: &SourcesReport) -> ExitCode {
        let printed = if self.json {
            output::print_json(found)
        } else {
            output::print_text(|text| show(text, found, Timestamp::now()))
        };
        let is_unwell = found.sources.iter().any(SourceReport::is_unwell);
        if self.check && is_unwell && printed == ExitCode::SUCCESS {
            ExitCode::from(1)
        } else {
            printed
        }
    }
}

const HEAD: [&str; 7] = ["SOURCE", "HEALTH", "SINCE", "LAST NEW", "EVERY", "NEXT", "WHY"];

fn show(text: &mut String, found: &SourcesReport, now: Timestamp) -> fmt::Result {
    let rows: Vec<[String; 7]> = found.sources.iter().map(|source| row(source, now)).collect();
    table(text, HEAD, &rows)?;
    writeln!(text, "{} of {} sources healthy", found.healthy, found.total)
}

fn row(source: &SourceReport, now: Timestamp) -> [String; 7] {
    let ago = |at: &Option<String>| {
        let at: Option<Timestamp> = at.as_ref().and_then(|at| at.parse().ok());
        at.map_or_else(|| "–".to_owned(), |at| span(now.duration_since(at).as_secs()))
    };
    let next = match source.next_check_at.as_ref().and_then(|at| at.parse::<Timestamp>().ok()) {
        None => "never".to_owned(),
        Some(at) if at <= now => "now".to_owned(),
        Some(at) => format!("in {}", span(at.duration_since(now).as_secs())),
    };
    let mut why = source.reason.clone().unwrap_or_default();
    if let Some(address) = &source.address {
        let sign = if why.is_empty() { "" } else { "; " };
        why = format!("{why}{sign}moved to {address}");
    }
    let every = source
        .interval_seconds
        .map_or_else(|| "–".to_owned(), |seconds| span(i64::try_from(seconds).unwrap_or(i64::MAX)));
    [
        source.id.clone(),
        source.health.name().to_owned(),
        ago(&source.since),
        ago(&source.last_entry_at),
        every,
        next,
        why,
    ]
}

fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{} s", seconds.max(0)),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
