//! `atalaya incident`: running crisis plans, and what people do about them.

use std::fmt::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::stories::{configuration, cut, short_time};
use super::table::table;
use super::{output, report};
use crate::app::AppError;
use crate::app::incidents::{self, Act, Answer, IncidentReport, IncidentsReport, Opening, TaskRow};
use crate::config::Config;
use crate::model::{Happening, IncidentState, Level, Start, StoryId};

mod review;
mod statement;

pub(super) use review::Reader;

/// List incidents, show one, work its plan
#[derive(Args)]
pub struct IncidentCommand {
    #[command(subcommand)]
    what: What,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
}

#[derive(Subcommand)]
enum What {
    /// Those that are open or wait for their review
    List {
        /// Also those that are over
        #[arg(long)]
        all: bool,
        /// One JSON object on standard output
        #[arg(long)]
        json: bool,
    },
    /// Steps, deadlines and log of one
    Show {
        /// `INC-2026-0007`
        number: String,
        /// One JSON object on standard output
        #[arg(long)]
        json: bool,
    },
    /// The after-action review: as a document, or signed
    Review(review::Review),
    /// Open one by hand and start its plan
    Open(Open),
    Draft(statement::Draft),
    Approve(statement::Approve),
    #[command(flatten)]
    Do(Do),
}

#[derive(Args)]
struct Open {
    /// The plan
    plan: String,
    /// What it is about
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// blue, yellow, orange or red
    #[arg(long, default_value = "orange")]
    level: Level,
    /// The topic. Default: the first that alerts
    #[arg(long, value_name = "ID")]
    topic: Option<String>,
    /// The story that tells it
    #[arg(long, value_name = "ID")]
    story: Option<StoryId>,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// What people do; the running daemon tells whom it concerns.
#[derive(Subcommand)]
enum Do {
    /// Start the plan of a proposal
    Activate(Whose),
    /// The plan need not start
    Reject {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        why: Why,
    },
    /// You are at a step or deadline: nobody further is asked
    Ack {
        #[command(flatten)]
        whose: Whose,
        /// The step or deadline
        key: String,
    },
    /// A step is done, a deadline is met
    Done {
        #[command(flatten)]
        whose: Whose,
        /// The step or deadline
        key: String,
        /// What proves it: a note, an address, a file, a receipt number
        #[arg(long, value_name = "TEXT")]
        evidence: Option<String>,
    },
    /// Leave a step or deadline out
    Skip {
        #[command(flatten)]
        whose: Whose,
        /// The step or deadline
        key: String,
        #[command(flatten)]
        why: Why,
    },
    /// Somebody else takes over a step, a deadline, or a role with all that is left of it
    HandOver {
        #[command(flatten)]
        whose: Whose,
        /// The step, deadline or role
        key: String,
        /// The person, by id
        #[arg(long, value_name = "PERSON")]
        to: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Confirm the level, raise it, or lower it
    Level {
        #[command(flatten)]
        whose: Whose,
        /// blue, yellow, orange or red
        level: Level,
        /// Why; needed to lower it
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Say where it is in its life
    Phase {
        #[command(flatten)]
        whose: Whose,
        /// Where
        phase: Phase,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Write something into the log
    Note {
        #[command(flatten)]
        whose: Whose,
        /// What
        text: String,
    },
    /// It is over
    StandDown {
        #[command(flatten)]
        whose: Whose,
        /// Conditions of the plan that are met, by number: 1,2,3
        #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
        met: Vec<u32>,
        #[command(flatten)]
        why: Why,
    },
    /// It was over and is not
    Reopen {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        why: Why,
    },
    /// It was opened by mistake
    Cancel {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        why: Why,
    },
    /// Something was learned
    Lesson {
        #[command(flatten)]
        whose: Whose,
        /// What
        text: String,
        /// Who sees to it, by id
        #[arg(long, value_name = "PERSON")]
        owner: String,
        /// Until when: 2026-12-31
        #[arg(long, value_name = "DATE")]
        due: Date,
    },
}

#[derive(Args)]
struct Whose {
    /// `INC-2026-0007`
    number: String,
    /// Who says so; people of the plan by their id
    #[arg(long, value_name = "NAME")]
    by: String,
}

#[derive(Args)]
struct Why {
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Phase {
    Responding,
    Monitoring,
}

impl IncidentCommand {
    /// Exit code 1 for what cannot be done, 2 for an unknown incident, person or plan or a bad
    /// configuration, 3 if the store failed.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            let done = match self.what {
                What::List { all, json } => list(&config, all, json).await,
                What::Show { number, json } => show(&config, number, json).await,
                What::Review(review) => review.run(&config).await,
                What::Open(open) => opened(&config, open).await,
                What::Draft(draft) => draft.run(&config).await,
                What::Approve(approve) => approve.run(&config).await,
                What::Do(what) => {
                    let (whose, act) = act(what);
                    act_on(&config, whose.number, whose.by, act).await
                }
            };
            done.unwrap_or_else(|error| report::fault(&error))
        })
    }
}

fn act(what: Do) -> (Whose, Act) {
    let (whose, what) = match what {
        Do::Activate(whose) => (whose, Happening::Activated { start: Start::Confirmed }),
        Do::Reject { whose, why } => (whose, Happening::Rejected { reason: why.reason }),
        Do::Ack { whose, key } => (whose, Happening::Acknowledged { key }),
        Do::Done { whose, key, evidence } => (whose, Happening::Done { key, evidence }),
        Do::Skip { whose, key, why } => (whose, Happening::Skipped { key, reason: why.reason }),
        Do::HandOver { whose, key, to, reason } => {
            (whose, Happening::HandedOver { key, to, reason })
        }
        Do::Level { whose, level, reason } => return (whose, Act::Level { level, reason }),
        Do::Phase { whose, phase, reason } => {
            let state = match phase {
                Phase::Responding => IncidentState::Responding,
                Phase::Monitoring => IncidentState::Monitoring,
            };
            (whose, Happening::Moved { state, reason })
        }
        Do::Note { whose, text } => (whose, Happening::Noted { text }),
        Do::StandDown { whose, met, why } => {
            (whose, Happening::StoodDown { met, reason: why.reason })
        }
        Do::Reopen { whose, why } => (whose, Happening::Reopened { reason: why.reason }),
        Do::Cancel { whose, why } => (whose, Happening::Cancelled { reason: why.reason }),
        Do::Lesson { whose, text, owner, due } => (whose, Happening::Learned { text, owner, due }),
    };
    (whose, Act::Say(what))
}

async fn act_on(
    config: &Config,
    number: String,
    by: String,
    act: Act,
) -> Result<ExitCode, AppError> {
    incidents::act(config, number, by, act).await.map(answered)
}

async fn opened(config: &Config, open: Open) -> Result<ExitCode, AppError> {
    let Open { plan, title, level, topic, story, by } = open;
    incidents::open(config, Opening { plan, title, level, topic, story, by }).await.map(answered)
}

/// What came of it, and the exit code that says so.
fn answered(answer: Answer) -> ExitCode {
    match answer {
        Answer::Done(happened) => {
            let incident = &happened.incident;
            let (state, level) = (incident.state.name(), incident.level);
            eprintln!("{}: {state}, {level}; {} messages", incident.number, happened.messages);
            ExitCode::SUCCESS
        }
        Answer::Refused(why) => output::refuse(&why, ExitCode::from(1)),
        Answer::Open(number) => {
            output::refuse(&format!("the plan is open already: {number}"), ExitCode::from(1))
        }
        Answer::Unknown(what) => {
            output::refuse(&format!("there is no {what}"), ExitCode::from(report::BAD_INPUT))
        }
    }
}

async fn list(config: &Config, all: bool, json: bool) -> Result<ExitCode, AppError> {
    let found = incidents::list(config, all).await?;
    Ok(if json {
        output::print_json(&found)
    } else {
        output::print_text(|text| rows(text, &found))
    })
}

fn rows(text: &mut String, found: &IncidentsReport) -> fmt::Result {
    let row = |it: &incidents::IncidentRow| {
        [
            it.number.clone(),
            it.level.name().to_owned(),
            it.state.clone(),
            short_time(&it.opened_at),
            it.left.to_string(),
            it.late.to_string(),
            it.plan.clone(),
            cut(&it.title),
        ]
    };
    let head = ["INCIDENT", "LEVEL", "STATE", "OPENED", "LEFT", "LATE", "PLAN", "TITLE"];
    table(text, head, &found.incidents.iter().map(row).collect::<Vec<_>>())?;
    writeln!(text, "{} incidents", found.incidents.len())
}

async fn show(config: &Config, number: String, json: bool) -> Result<ExitCode, AppError> {
    let Some(found) = incidents::one(config, number.clone()).await? else {
        return Ok(answered(Answer::Unknown(format!("incident {number}"))));
    };
    Ok(if json {
        output::print_json(&found)
    } else {
        output::print_text(|text| life(text, &found))
    })
}

fn life(text: &mut String, found: &IncidentReport) -> fmt::Result {
    let incident = &found.incident;
    let title: String = incident.title.chars().filter(|c| !c.is_control()).collect();
    writeln!(text, "{} · {} · {}\n{title}\n", incident.number, incident.level, incident.state)?;
    let time = |at: &Option<String>| at.as_deref().map_or_else(|| "–".to_owned(), short_time);
    let task = |it: &TaskRow| {
        let mut state = it.state.clone();
        for (is, mark) in [(it.late, " late"), (it.escalated, " escalated")] {
            state.push_str(if is { mark } else { "" });
        }
        let note = it.note.as_deref().map(cut).unwrap_or_default();
        [
            it.key.clone(),
            state,
            time(&it.due_at),
            it.person.clone(),
            it.deputy.clone(),
            cut(&it.title),
            note,
        ]
    };
    let head = ["STEP", "STATE", "DUE", "HOLDER", "DEPUTY", "TITLE", "NOTE"];
    table(text, head, &found.steps.iter().map(task).collect::<Vec<_>>())?;
    if !found.deadlines.is_empty() {
        writeln!(text)?;
    }
    let head = ["DEADLINE", "STATE", "DUE", "HOLDER", "DEPUTY", "TITLE", "NOTE"];
    table(text, head, &found.deadlines.iter().map(task).collect::<Vec<_>>())?;
    if !found.statements.is_empty() {
        writeln!(text)?;
        statement::listed(text, &found.statements)?;
    }
    for contact in &found.media {
        let language = contact.language.map(|language| language.code().to_owned());
        let parts = [&contact.name, &contact.phone, &contact.email, &language, &contact.note];
        let rest: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        let line = format!("media: {}: {}", contact.outlet, rest.join(", "));
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        writeln!(text, "{line}")?;
    }
    writeln!(text)?;
    for (number, condition) in (1..).zip(&found.conditions) {
        let condition: String = condition.chars().filter(|c| !c.is_control()).collect();
        writeln!(text, "to stand down, {number}: {condition}")?;
    }
    writeln!(text)?;
    let event = |it: &incidents::LogRow| {
        let mut details = it.details.clone();
        if let Some(details) = details.as_object_mut() {
            details.remove("what");
        }
        let short = |value: &serde_json::Value| {
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        };
        let details = details.as_object().map(|map| {
            map.iter().map(|(name, value)| format!("{name}={}", short(value))).collect::<Vec<_>>()
        });
        let details = cut(&details.unwrap_or_default().join(" "));
        let by = it.by.clone().unwrap_or_else(|| "–".to_owned());
        [it.seq.to_string(), short_time(&it.at), by, it.what.clone(), details]
    };
    let head = ["N", "AT", "BY", "WHAT", "DETAILS"];
    table(text, head, &found.events.iter().map(event).collect::<Vec<_>>())
}
