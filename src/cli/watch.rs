//! `atalaya watch`: what is watched before a launch, which questions are settled, and the report that
//! closes it.

use std::fmt::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::stories::{configuration, cut, short_time};
use super::table::table;
use super::{output, report, watch_report};
use crate::app::AppError;
use crate::app::watches::{self, Said, WatchRow, WatchShown, WatchState};
use crate::config::Config;
use crate::model::Locale;

/// Show watches before a launch, settle their questions, write the closing report
#[derive(Args)]
pub struct Watch {
    #[command(subcommand)]
    what: What,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
}

#[derive(Subcommand)]
enum What {
    /// All watches of the severity file
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// One watch with its questions
    Show {
        /// The watch
        id: String,
        /// Language of the questions: es, en or zh. Default: the organisation's
        #[arg(long, value_name = "LANG")]
        language: Option<Locale>,
        /// One JSON object on standard output
        #[arg(long)]
        json: bool,
    },
    /// A question is settled
    Check(About),
    /// A question is open again
    Reopen(About),
    /// What was seen in its time, with what is open: Markdown, or another form
    Report {
        /// The watch
        id: String,
        /// es, en or zh. Default: the organisation's
        #[arg(long, value_name = "LANG")]
        language: Option<Locale>,
        /// As Markdown, which is the default
        #[arg(long, group = "form")]
        md: bool,
        /// As an HTML page that loads nothing from elsewhere
        #[arg(long, group = "form")]
        html: bool,
        /// One JSON object on standard output
        #[arg(long, group = "form")]
        json: bool,
    },
}

#[derive(Args)]
struct About {
    /// The watch
    id: String,
    /// The question's number, as `show` lists it
    number: u32,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What else there is to say
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Watch {
    /// Exit code 2 for an unknown watch or question or a bad configuration, 3 if the store failed.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            let done = answer(&config, self.what).await;
            done.unwrap_or_else(|error| report::fault(&error))
        })
    }
}

async fn answer(config: &Config, what: What) -> Result<ExitCode, AppError> {
    let own = config.organisation.locale;
    Ok(match what {
        What::List { json } => {
            let rows = watches::list(config).await?;
            if json {
                output::print_json(&rows)
            } else {
                output::print_text(|out| listed(out, config, &rows))
            }
        }
        What::Show { id, language, json } => match watches::one(config, &id).await? {
            None => unknown(config, &id),
            Some(watch) if json => output::print_json(&watch),
            Some(watch) => {
                output::print_text(|out| shown(out, config, &watch, language.unwrap_or(own)))
            }
        },
        What::Check(about) => marked(config, about, true).await?,
        What::Reopen(about) => marked(config, about, false).await?,
        What::Report { id, language, md, html, json } => {
            match watches::report(config, &id).await? {
                None => unknown(config, &id),
                Some(found) if json => output::print_json(&found),
                Some(found) => {
                    let locale = language.unwrap_or(own);
                    let form =
                        if html && !md { watch_report::html } else { watch_report::markdown };
                    let text = form(&found, &config.organisation, locale);
                    output::print_text(|out| out.write_str(&text))
                }
            }
        }
    })
}

fn unknown(config: &Config, id: &str) -> ExitCode {
    let known: Vec<&str> = config.severity.watches.iter().map(|watch| watch.id.as_str()).collect();
    let what = match known.as_slice() {
        [] => "there are no watches: write `[[watch]]` into the severity file".to_owned(),
        known => format!("there is no watch `{id}`; there are {}", known.join(", ")),
    };
    output::refuse(&what, ExitCode::from(report::BAD_INPUT))
}

async fn marked(config: &Config, about: About, settled: bool) -> Result<ExitCode, AppError> {
    let About { id, number, by, note } = about;
    if by.trim().is_empty() {
        let what = "--by: say who";
        return Ok(output::refuse(&what, ExitCode::from(report::BAD_INPUT)));
    }
    let Some(watch) = config.severity.watches.iter().find(|watch| watch.id == id) else {
        return Ok(unknown(config, &id));
    };
    let said = Said { watch: id.clone(), number, settled, by, note };
    let Some(now) = watches::mark(config, said).await? else {
        let what = format!("{id} has {} questions, no question {number}", watch.questions.len());
        return Ok(output::refuse(&what, ExitCode::from(report::BAD_INPUT)));
    };
    let state = if settled { "settled" } else { "open again" };
    let (open, all) = (now.watch.open, now.watch.questions);
    eprintln!("{id}: question {number} is {state}; {open} of {all} are open");
    Ok(ExitCode::SUCCESS)
}

fn state(state: WatchState) -> String {
    match state {
        WatchState::Planned => "planned",
        WatchState::Running => "runs",
        WatchState::Over => "over",
    }
    .to_owned()
}

fn listed(out: &mut String, config: &Config, rows: &[WatchRow]) -> fmt::Result {
    let zone = &config.organisation.time_zone;
    let row = |row: &WatchRow| {
        [
            row.id.clone(),
            state(row.state),
            watch_report::first_day(&row.from, zone),
            watch_report::last_day(&row.until, zone),
            format!("{}/{}", row.open, row.questions),
            row.topic.clone(),
            cut(&row.reason),
        ]
    };
    let rows: Vec<_> = rows.iter().map(row).collect();
    table(out, ["WATCH", "STATE", "FROM", "UNTIL", "OPEN", "TOPIC", "REASON"], &rows)
}

fn shown(out: &mut String, config: &Config, found: &WatchShown, locale: Locale) -> fmt::Result {
    listed(out, config, std::slice::from_ref(&found.watch))?;
    let dash = || "–".to_owned();
    let rows = found.checklist.iter().map(|question| {
        [
            question.number.to_string(),
            if question.settled { "settled" } else { "open" }.to_owned(),
            question.owner.clone(),
            question.by.clone().unwrap_or_else(dash),
            question.at.as_deref().map_or_else(dash, short_time),
            question.text.get(locale).to_owned(),
            question.note.clone().unwrap_or_default(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    writeln!(out)?;
    table(out, ["N", "STATE", "OWNER", "SAID BY", "AT", "QUESTION", "NOTE"], &rows)
}
