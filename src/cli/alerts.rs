//! `atalaya alerts`: which alerts there are, what happened to one, and people's answers.

use std::fmt::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};

use super::stories::{configuration, cut, short_time, time};
use super::table::table;
use super::{output, report};
use crate::app::AppError;
use crate::app::alerts::{self, AlertReport, AlertsReport, Refusal, Standing, Statement};
use crate::config::Config;
use crate::model::{AlertEventKind, AlertId, AlertState, VerdictLabel};

/// List alerts, show what happened to one, take, resolve or dismiss it
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Alerts {
    #[command(subcommand)]
    what: Option<What>,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
    /// All that changed in this time, closed ones too: 24h, 7d. Default: those that are open
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<SignedDuration>,
    /// One JSON object on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// All that is known of one alert, and who is being asked
    Show {
        /// The alert
        alert: AlertId,
    },
    #[command(flatten)]
    Answer(Answer),
}

/// People's answers; the running daemon heeds them at once.
#[derive(Subcommand)]
enum Answer {
    /// Take it: nobody further is asked
    Ack {
        #[command(flatten)]
        about: About,
        /// What you will do about it
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Write down what was done, which counts as action on a red alert
    Note {
        #[command(flatten)]
        about: About,
        /// What
        text: String,
    },
    /// It is over
    Resolve {
        #[command(flatten)]
        about: About,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// What it was worth: `confirmed`, `dismissed`, `wrong-target`. Default: nothing is said
        #[arg(long, value_name = "LABEL")]
        verdict: Option<VerdictLabel>,
    },
    /// It was nothing
    Dismiss {
        #[command(flatten)]
        about: About,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// `dismissed` or `wrong-target`
        #[arg(long, value_name = "LABEL", default_value = "dismissed")]
        verdict: VerdictLabel,
    },
}

#[derive(Args)]
struct About {
    /// The alert
    alert: AlertId,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    by: String,
}

impl Alerts {
    /// Exit code 1 for an answer that came too late, 2 for an unknown alert or a bad configuration, 3 if the
    /// store failed.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            let done = match self.what {
                None => list(&config, self.since, self.json).await,
                Some(What::Show { alert }) => show(&config, alert, self.json).await,
                Some(What::Answer(said)) => answer(&config, statement(said)).await,
            };
            done.unwrap_or_else(|error| report::fault(&error))
        })
    }
}

async fn list(
    config: &Config,
    since: Option<SignedDuration>,
    json: bool,
) -> Result<ExitCode, AppError> {
    let since = since.map(|span| Timestamp::now().checked_sub(span).unwrap_or(Timestamp::MIN));
    let found = alerts::list(config, since).await?;
    Ok(if json {
        output::print_json(&found)
    } else {
        output::print_text(|text| rows(text, &found))
    })
}

fn rows(text: &mut String, found: &AlertsReport) -> fmt::Result {
    let row = |it: &alerts::AlertRow| {
        [
            it.level.name().to_owned(),
            it.state.name().to_owned(),
            short_time(&it.since),
            it.by.clone().unwrap_or_else(|| "–".to_owned()),
            it.topic.clone(),
            cut(&it.headline),
            it.id.clone(),
        ]
    };
    let head = ["LEVEL", "STATE", "SINCE", "BY", "TOPIC", "HEADLINE", "ALERT"];
    table(text, head, &found.alerts.iter().map(row).collect::<Vec<_>>())?;
    writeln!(text, "{} alerts", found.alerts.len())
}

async fn show(config: &Config, id: AlertId, json: bool) -> Result<ExitCode, AppError> {
    let Some(found) = alerts::one(config, id).await? else {
        return Ok(unknown(id));
    };
    Ok(if json {
        output::print_json(&found)
    } else {
        output::print_text(|text| life(text, &found))
    })
}

fn unknown(id: AlertId) -> ExitCode {
    output::refuse(&format!("there is no alert {id}"), ExitCode::from(report::BAD_INPUT))
}

fn life(text: &mut String, found: &AlertReport) -> fmt::Result {
    let alert = &found.alert;
    let headline: String = alert.headline.chars().filter(|c| !c.is_control()).collect();
    writeln!(text, "{headline}\n")?;
    let by = alert.by.as_ref().map(|by| format!(", {by}")).unwrap_or_default();
    for (name, value) in [
        ("level", format!("{}, told up to {}", alert.level, alert.told_level)),
        ("state", format!("{} since {}{by}", alert.state.name(), short_time(&alert.since))),
        ("topic", alert.topic.clone()),
        ("story", alert.story.clone()),
        ("told", alert.told.to_string()),
    ] {
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        writeln!(text, "{name:>8}  {value}")?;
    }
    writeln!(text)?;
    let empty = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let event = |it: &alerts::EventRow| {
        [
            short_time(&it.at),
            it.what.name().to_owned(),
            empty(&it.by),
            empty(&it.channel),
            empty(&it.address),
            empty(&it.note),
        ]
    };
    let head = ["AT", "WHAT", "BY", "CHANNEL", "FROM", "NOTE"];
    table(text, head, &found.events.iter().map(event).collect::<Vec<_>>())?;
    if !found.escalations.is_empty() {
        writeln!(text)?;
    }
    let escalation = |it: &alerts::EscalationRow| {
        [
            it.policy.clone(),
            it.state.clone(),
            it.step.map_or_else(|| "–".to_owned(), |step| step.to_string()),
            it.asked.join(", "),
            it.due_at.as_deref().map_or_else(|| "–".to_owned(), short_time),
        ]
    };
    let head = ["POLICY", "STATE", "STEP", "ASKED", "GOES ON"];
    table(text, head, &found.escalations.iter().map(escalation).collect::<Vec<_>>())
}

fn statement(answer: Answer) -> Statement {
    let (about, kind, note, verdict) = match answer {
        Answer::Ack { about, note } => (about, AlertEventKind::Acknowledged, note, None),
        Answer::Note { about, text } => (about, AlertEventKind::Noted, Some(text), None),
        Answer::Resolve { about, reason, verdict } => {
            (about, AlertEventKind::Resolved, Some(reason), verdict)
        }
        Answer::Dismiss { about, reason, verdict } => {
            (about, AlertEventKind::Dismissed, Some(reason), Some(verdict))
        }
    };
    let About { alert, by } = about;
    Statement { alert, kind, by, user: user(), note, verdict }
}

/// Who is at the keyboard, as far as the system says.
fn user() -> Option<String> {
    std::env::var("SUDO_USER")
        .or_else(|_| std::env::var("USER"))
        .ok()
        .filter(|user| !user.is_empty())
}

async fn answer(config: &Config, statement: Statement) -> Result<ExitCode, AppError> {
    let id = statement.alert;
    Ok(match alerts::answer(config, statement).await? {
        Ok(state) => {
            eprintln!("{id}: {}", state.name());
            ExitCode::SUCCESS
        }
        Err(Refusal::Unknown) => unknown(id),
        Err(Refusal::Used) => output::refuse(&"the link was used", ExitCode::from(1)),
        Err(Refusal::Already(standing)) => output::refuse(&already(&standing), ExitCode::from(1)),
    })
}

fn already(standing: &Standing) -> String {
    let by = standing.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let at = short_time(&standing.at.to_string());
    match standing.state {
        AlertState::Acknowledged => format!("it was acknowledged already{by}, {at}"),
        AlertState::Resolved => format!("it was resolved already{by}, {at}"),
        AlertState::Dismissed => format!("it was dismissed already{by}, {at}"),
        state => format!("it is {} since {at}", state.name()),
    }
}
