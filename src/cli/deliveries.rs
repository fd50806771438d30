//! `atalaya deliveries`: what was told to whom, what was given up, and sending it again.

use std::fmt::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::stories::{configuration, short_time};
use super::table::table;
use super::{output, report, span};
use crate::app::AppError;
use crate::app::deliveries::{self, DeliveriesReport, DeliveryReport, DeliveryRow};
use crate::config::Config;
use crate::model::{DeliveryId, DeliveryState};
use crate::store::deliveries::{Filter, Retried};

/// List messages, show every attempt at one, send again what was given up
#[derive(Args)]
pub struct Deliveries {
    #[command(subcommand)]
    one: Option<One>,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
    /// Only those that are `pending`, `leased`, `in_doubt`, `accepted` or `dead`
    #[arg(long, value_parser = state)]
    state: Option<DeliveryState>,
    /// Only those over this channel
    #[arg(long, value_name = "ID")]
    channel: Option<String>,
    /// Only those decided since: 24h, 7d, 2026-03-01
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// At most so many, newest first
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    /// One JSON object on standard output
    #[arg(long, global = true)]
    json: bool,
}

/// What to do with single messages.
#[derive(Subcommand)]
enum One {
    /// Show a message and every attempt at it
    Show {
        /// The delivery
        id: DeliveryId,
    },
    /// Send messages again that were given up, or now those that wait, under the same key
    Retry {
        /// The deliveries
        #[arg(required = true)]
        ids: Vec<DeliveryId>,
    },
}

fn state(text: &str) -> Result<DeliveryState, String> {
    let found = DeliveryState::ALL.into_iter().find(|state| state.name() == text);
    found.ok_or_else(|| "pending, leased, in_doubt, accepted or dead".to_owned())
}

impl Deliveries {
    /// Exit code 1 if one of the messages cannot be sent again, 2 for an unknown one or a bad
    /// configuration, 3 if the store failed.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            let done = match &self.one {
                None => self.list(&config).await,
                Some(One::Show { id }) => self.show(&config, *id).await,
                Some(One::Retry { ids }) => retry(&config, ids).await,
            };
            done.unwrap_or_else(|error| report::fault(&error))
        })
    }

    async fn list(&self, config: &Config) -> Result<ExitCode, AppError> {
        let since = match &self.since {
            None => None,
            Some(text) => match span::since(text, Timestamp::now()) {
                Ok(since) => Some(since),
                Err(error) => {
                    return Ok(output::refuse(&error, ExitCode::from(report::BAD_INPUT)));
                }
            },
        };
        let filter = Filter { state: self.state, channel: self.channel.clone(), since };
        let found = deliveries::list(config, filter, self.limit).await?;
        Ok(if self.json {
            output::print_json(&found)
        } else {
            output::print_text(|text| rows(text, &found))
        })
    }

    async fn show(&self, config: &Config, id: DeliveryId) -> Result<ExitCode, AppError> {
        let Some(found) = deliveries::show(config, id).await? else {
            let code = ExitCode::from(report::BAD_INPUT);
            return Ok(output::refuse(&format!("there is no delivery {id}"), code));
        };
        Ok(if self.json {
            output::print_json(&found)
        } else {
            output::print_text(|text| one(text, &found))
        })
    }
}

async fn retry(config: &Config, ids: &[DeliveryId]) -> Result<ExitCode, AppError> {
    let mut code = ExitCode::SUCCESS;
    for (id, became) in deliveries::retry(config, ids.to_vec()).await? {
        let (said, wrong) = match became {
            Retried::Due => ("due now; the running daemon sends it", None),
            Retried::Accepted => ("was accepted: to send it again would tell it twice", Some(1)),
            Retried::UnderWay => ("is being sent right now", Some(1)),
            Retried::Unknown => ("there is no such delivery", Some(report::BAD_INPUT)),
        };
        eprintln!("{id}: {said}");
        if let Some(wrong) = wrong {
            code = ExitCode::from(wrong);
        }
    }
    Ok(code)
}

fn rows(text: &mut String, found: &DeliveriesReport) -> fmt::Result {
    let row = |it: &DeliveryRow| {
        [
            short_time(&it.created_at),
            it.state.to_owned(),
            it.channel.clone(),
            it.recipient.clone(),
            it.kind.to_owned(),
            it.attempts.to_string(),
            it.next_try_at.as_deref().map_or_else(|| "–".to_owned(), short_time),
            it.error.clone().unwrap_or_default(),
            it.id.clone(),
        ]
    };
    let head = ["DECIDED", "STATE", "CHANNEL", "TO", "KIND", "TRIES", "NEXT", "WHY", "DELIVERY"];
    table(text, head, &found.deliveries.iter().map(row).collect::<Vec<_>>())?;
    let more = if found.more { "; there are more (--limit)" } else { "" };
    writeln!(text, "{} deliveries{more}", found.deliveries.len())
}

fn one(text: &mut String, found: &DeliveryReport) -> fmt::Result {
    let it = &found.delivery;
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let mut plain = String::new();
    for (name, value) in [
        ("state", it.state.to_owned()),
        ("channel", it.channel.clone()),
        ("to", it.recipient.clone()),
        ("kind", it.kind.to_owned()),
        ("about", it.thread.clone()),
        ("key", found.idempotency_key.clone()),
        ("decided", it.created_at.clone()),
        ("next try", or_dash(&it.next_try_at)),
        ("why", or_dash(&it.error)),
        ("stands in for", or_dash(&it.fallback_of)),
        ("fell back", or_dash(&it.fell_back_at)),
        ("asked again", or_dash(&it.retried_at)),
    ] {
        writeln!(plain, "{name:>14}  {value}")?;
    }
    text.push_str(&plain.chars().filter(|&c| c == '\n' || !c.is_control()).collect::<String>());
    writeln!(text)?;
    let row = |it: &deliveries::TryRow| {
        [
            it.n.to_string(),
            it.started_at.clone(),
            or_dash(&it.finished_at),
            it.outcome.clone(),
            it.detail.clone().unwrap_or_default(),
        ]
    };
    let tries: Vec<_> = found.tries.iter().map(row).collect();
    table(text, ["TRY", "BEGAN", "ENDED", "OUTCOME", "ANSWER"], &tries)
}
