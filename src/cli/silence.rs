//! `atalaya silence`: somebody answers for that certain alerts are not told for a while.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::{output, report, table};
use crate::app::AppError;
use crate::app::silences::{self, SilenceRow, Wish};
use crate::config::{self, Config};

/// Longer than this is no silence but a route that is missing.
const LONGEST: Duration = Duration::from_hours(31 * 24);
const SHORTEST: Duration = Duration::from_secs(1);

/// Hold alerts back for a while: add, list, end
#[derive(Args)]
pub struct Silence {
    #[command(subcommand)]
    what: What,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
}

#[derive(Subcommand)]
enum What {
    /// Hold back alerts that a query chooses; red ones only if it says level:red
    Add {
        /// What: topic:, category:, level:, lang:, region:, line:, source:, tag: (docs/routing.md)
        query: String,
        /// How long: `30m`, `2h`, `3d`; at most 31 days
        #[arg(long = "for", value_name = "TIME")]
        length: String,
        /// Who answers for it: a person of the people file, who is warned and told what was held back
        #[arg(long, value_name = "ID")]
        owner: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Those that run, and those that ended in the last 30 days
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// End one now: its owner is told what it held back
    End {
        /// Its identifier: `S-12`
        id: String,
    },
}

impl Silence {
    /// Exit code 1 if no such silence runs, 2 for bad input or configuration, 3 if the store failed.
    pub fn run(self) -> ExitCode {
        report::on_runtime(async {
            match self.answer().await {
                Ok(code) => code,
                Err(error) => report::fault(&error),
            }
        })
    }

    async fn answer(self) -> Result<ExitCode, AppError> {
        let (config, _) = config::load(&self.config).map_err(AppError::Config)?;
        let config = &config;
        match self.what {
            What::Add { query, length, owner, reason } => {
                let wish = match wish(config, query, &length, owner, reason) {
                    Ok(wish) => wish,
                    Err(error) => {
                        return Ok(output::refuse(&error, ExitCode::from(report::BAD_INPUT)));
                    }
                };
                let row = silences::add(config, wish).await?;
                eprintln!("{}: until {}", row.id, row.ends_at);
                Ok(ExitCode::SUCCESS)
            }
            What::List { json } => {
                let rows = silences::list(config).await?;
                Ok(if json { output::print_json(&rows) } else { shown(&rows) })
            }
            What::End { id } => match silences::end(config, &id).await? {
                Some(row) => {
                    eprintln!("{id}: ended; {} alerts held back", row.held);
                    Ok(ExitCode::SUCCESS)
                }
                None => Ok(output::refuse(&format!("no silence {id} runs"), ExitCode::FAILURE)),
            },
        }
    }
}

fn wish(
    config: &Config,
    query: String,
    length: &str,
    owner: String,
    reason: String,
) -> Result<Wish, String> {
    let read = config::alert_query(&config.lists, &query).map_err(|error| error.to_string())?;
    if let Some((what, remedy)) = config::unknown_label(config, &read) {
        return Err(format!("{what}; {remedy}"));
    }
    let length = config::duration(length)
        .map_err(|error| format!("--for: {error}; write a number and m, h or d: 2h"))?;
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err("--for: a silence lasts from a second to 31 days".to_owned());
    }
    match config.people.get(&owner) {
        None => return Err(format!("--owner: there is no person `{owner}` in the people file")),
        Some(person) if person.email.is_none() => {
            return Err(format!("--owner: `{owner}` has no mail address to be warned at"));
        }
        Some(_) if !config.channels.iter().any(config::Channel::is_mail) => {
            return Err("--owner: no mail channel is configured to warn anybody by".to_owned());
        }
        Some(_) => {}
    }
    if reason.trim().is_empty() {
        return Err("--reason: say why".to_owned());
    }
    Ok(Wish { query, owner, reason, length })
}

fn shown(rows: &[SilenceRow]) -> ExitCode {
    let cells = rows.iter().map(|row| {
        let state = if row.running { "runs" } else { "ended" };
        [
            row.id.clone(),
            state.to_owned(),
            row.ends_at.clone(),
            row.owner.clone(),
            row.held.to_string(),
            row.query.clone(),
            row.reason.clone(),
        ]
    });
    let cells: Vec<_> = cells.collect();
    let head = ["ID", "STATE", "UNTIL", "OWNER", "HELD", "QUERY", "REASON"];
    output::print_text(|out| table::table(out, head, &cells))
}
