//! `atalaya held`: what was not told at once, and why.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::{output, report, span, table};
use crate::app::AppError;
use crate::app::silences::{self, HeldRow};
use crate::config;

/// Show which alerts were held back, and by what
#[derive(Args)]
pub struct Held {
    /// Since when: `2h`, `7d`, 2026-03-01 or a time
    #[arg(long, value_name = "TIME", default_value = "1d")]
    since: String,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
}

impl Held {
    /// Exit code 2 for bad input or configuration, 3 if the store failed.
    pub fn run(self) -> ExitCode {
        let since = match span::since(&self.since, Timestamp::now()) {
            Ok(since) => since,
            Err(error) => return output::refuse(&error, ExitCode::from(report::BAD_INPUT)),
        };
        report::on_runtime(async {
            match self.answer(since).await {
                Ok(code) => code,
                Err(error) => report::fault(&error),
            }
        })
    }

    async fn answer(&self, since: Timestamp) -> Result<ExitCode, AppError> {
        let (config, _) = config::load(&self.config).map_err(AppError::Config)?;
        let rows = silences::held(&config, since).await?;
        Ok(if self.json { output::print_json(&rows) } else { shown(&rows) })
    }
}

fn shown(rows: &[HeldRow]) -> ExitCode {
    let cells = rows.iter().map(|row| {
        let by = row.by.as_deref().unwrap_or("-");
        [
            row.at.clone(),
            row.level.name().to_owned(),
            row.topic.clone(),
            row.why.name().to_owned(),
            by.to_owned(),
            row.headline.clone(),
        ]
    });
    let cells: Vec<_> = cells.collect();
    let head = ["WHEN", "LEVEL", "TOPIC", "WHY", "BY", "HEADLINE"];
    output::print_text(|out| table::table(out, head, &cells))
}
