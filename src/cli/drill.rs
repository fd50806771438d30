//! `atalaya drill`: a plan is practised, and what it showed is read.

use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::document::{Block, Form};
use super::stories::{configuration, cut, short_time};
use super::table::table;
use super::{output, report};
use crate::app::contacts::{self, ContactRow, Standing};
use crate::app::drills::{
    self, Beginning, DrillAnswer, DrillReport, DrillTo, DrillsReport, Measure, Scorecard,
};
use crate::app::{self, AppError};
use crate::config::{self, Config};
use crate::model::Scenario;

/// Practise a plan with made-up articles; show how it went
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct DrillCommand {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    begin: Option<Begin>,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
}

#[derive(Args)]
struct Begin {
    /// The plan
    plan: String,
    /// What is played: a file of the directory `scenarios` by its name, or any by its path
    #[arg(long, value_name = "NAME|FILE", required_unless_present_any = ["case", "silent_contacts"])]
    scenario: Option<String>,
    /// A case of the library, played again
    #[arg(long, value_name = "ID", conflicts_with = "scenario")]
    case: Option<String>,
    /// Send nothing to anybody: every message becomes a file of this directory
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "tabletop")]
    sinks: Option<PathBuf>,
    /// Send nothing at all: people sit at one table
    #[arg(long)]
    tabletop: bool,
    /// Times as fast as the clock: 60 plays an hour in a minute
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=3600))]
    speed: u32,
    /// Who begins it
    #[arg(long, value_name = "NAME", required_unless_present = "silent_contacts")]
    by: Option<String>,
    /// Play nothing and send nothing: ask the mail servers whether they take mail for everybody in the plan
    #[arg(long, conflicts_with_all = ["scenario", "case", "sinks", "tabletop", "speed", "by"])]
    silent_contacts: bool,
    /// One JSON object on standard output
    #[arg(long, requires = "silent_contacts")]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Past, present and coming drills
    List {
        /// One JSON object on standard output
        #[arg(long)]
        json: bool,
    },
    /// How one went, beside its aims and the drill before
    Show {
        /// `SIM-2026-0003`
        number: String,
        /// One JSON object on standard output
        #[arg(long)]
        json: bool,
        /// As a document
        #[arg(long, value_name = "FORM", conflicts_with = "json")]
        export: Option<Form>,
    },
    /// End one
    Stop {
        /// `SIM-2026-0003`
        number: String,
        /// Who ends it
        #[arg(long, value_name = "NAME")]
        by: String,
    },
    /// Go on with one that was paused for something real
    Resume {
        /// `SIM-2026-0003`
        number: String,
    },
}

impl DrillCommand {
    /// Exit code 1 if it cannot be done, 2 for an unknown drill, plan or scenario or a bad
    /// configuration, 3 if the store failed.
    pub fn run(self) -> ExitCode {
        if let Some(Begin { plan, json, .. }) = self.begin.as_ref().filter(|it| it.silent_contacts)
        {
            return report::on_runtime(contacts(&self.config, plan, *json));
        }
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            let done = match (self.what, self.begin) {
                (Some(what), _) => answer(&config, what).await,
                (None, Some(begin)) => started(&config, begin).await,
                (None, None) => Ok(unknown("drill")),
            };
            done.unwrap_or_else(|error| report::fault(&error))
        })
    }
}

/// Exit code 1 if mail to somebody would not be taken.
async fn contacts(path: &Path, plan: &str, json: bool) -> ExitCode {
    let live = match app::prepare(path).await {
        Ok((live, _)) => live,
        Err(error) => return report::fault(&error),
    };
    let Some(found) = contacts::ask(&live, plan).await else {
        return unknown(&format!("plan `{plan}`"));
    };
    let printed = if json {
        output::print_json(&found)
    } else {
        output::print_text(|text| {
            let row = |it: &ContactRow| {
                let (person, roles) = (it.person.clone(), it.roles.join(", "));
                [
                    person,
                    it.channel.clone(),
                    it.standing.name().to_owned(),
                    roles,
                    it.answer.clone(),
                ]
            };
            let rows: Vec<[String; 5]> = found.contacts.iter().map(row).collect();
            table(text, ["PERSON", "CHANNEL", "MAIL IS", "ROLES", "ANSWER"], &rows)?;
            writeln!(text, "{} asked, nothing sent", rows.len())
        })
    };
    let refused = found.contacts.iter().any(|it| it.standing == Standing::Refused);
    if refused { ExitCode::FAILURE } else { printed }
}

async fn started(config: &Config, begin: Begin) -> Result<ExitCode, AppError> {
    let scenario = match scenario(config, &begin) {
        Ok(scenario) => scenario,
        Err(code) => return Ok(code),
    };
    let by = begin.by.unwrap_or_default();
    if !config.people.contains_key(&by) {
        return Ok(unknown_person(&by));
    }
    let to = match begin.sinks {
        Some(directory) => {
            let whole = std::path::absolute(&directory).unwrap_or(directory);
            DrillTo::Sinks(whole.display().to_string())
        }
        None if begin.tabletop => DrillTo::Tabletop,
        None => DrillTo::People,
    };
    let Begin { plan, speed, .. } = begin;
    let beginning = Beginning { plan, scenario, to, speed, by };
    Ok(answered(drills::begin(config, beginning).await?))
}

fn scenario(config: &Config, begin: &Begin) -> Result<Scenario, ExitCode> {
    if let Some(id) = &begin.case {
        let plan = config.plans.iter().find(|plan| plan.id == begin.plan);
        let locale = plan.map_or(config.organisation.locale, |plan| plan.locale);
        let case = config.cases.iter().find(|case| case.id == *id);
        let found = case.and_then(|case| config::case_scenario(case, locale));
        return found.ok_or_else(|| unknown(&format!("case `{id}` with a scenario")));
    }
    let name = begin.scenario.as_deref().unwrap_or_default();
    if let Some(found) = config.scenarios.iter().find(|it| it.id == name) {
        return Ok(found.clone());
    }
    if !Path::new(name).is_file() {
        return Err(unknown(&format!("scenario `{name}`")));
    }
    config::scenario(Path::new(name)).map_err(|findings| {
        report::findings(&findings);
        ExitCode::from(report::BAD_INPUT)
    })
}

fn unknown(what: &str) -> ExitCode {
    output::refuse(&format!("there is no {what}"), ExitCode::from(report::BAD_INPUT))
}

fn unknown_person(id: &str) -> ExitCode {
    unknown(&format!("person `{id}`"))
}

fn answered(answer: DrillAnswer) -> ExitCode {
    match answer {
        DrillAnswer::Done(drill) => output::print_text(|text| {
            writeln!(text, "{} · {} · {}", drill.number, drill.plan, drill.state)
        }),
        DrillAnswer::Refused(why) => output::refuse(&why, ExitCode::from(1)),
        DrillAnswer::Unknown(what) => unknown(&what),
    }
}

async fn answer(config: &Config, what: What) -> Result<ExitCode, AppError> {
    Ok(match what {
        What::List { json } => {
            let found = drills::list(config).await?;
            if json {
                output::print_json(&found)
            } else {
                output::print_text(|text| listed(text, &found))
            }
        }
        What::Show { number, json, export } => {
            let Some(found) = drills::one(config, number.clone()).await? else {
                return Ok(unknown(&format!("drill {number}")));
            };
            if json {
                return Ok(output::print_json(&found));
            }
            let blocks = blocks(&found);
            let text = export.unwrap_or_default().written(&number, "en", &blocks);
            output::print_text(|out| out.write_str(&text))
        }
        What::Stop { by, .. } if !config.people.contains_key(&by) => unknown_person(&by),
        What::Stop { number, by } => answered(drills::stop(config, number, by).await?),
        What::Resume { number } => answered(drills::resume(config, number).await?),
    })
}

fn listed(text: &mut String, found: &DrillsReport) -> fmt::Result {
    let time = |at: &Option<String>| at.as_deref().map_or_else(|| "–".to_owned(), short_time);
    let rows: Vec<[String; 7]> = found
        .drills
        .iter()
        .map(|it| {
            [
                it.number.clone(),
                it.state.clone(),
                time(&it.starts_at),
                format!("{}/{}", it.played, it.articles),
                it.to.clone(),
                it.plan.clone(),
                cut(&it.scenario),
            ]
        })
        .collect();
    table(text, ["DRILL", "STATE", "BEGINS", "ARTICLES", "TO", "PLAN", "SCENARIO"], &rows)?;
    writeln!(text, "{} drills", found.drills.len())
}

/// The scorecard as a document: seconds, aims, the drill before. No marks of persons.
fn blocks(found: &DrillReport) -> Vec<Block> {
    let drill = &found.drill;
    let mut blocks = vec![
        Block::Heading(1, format!("DRILL · {}", drill.number)),
        Block::Text(format!("{} · {} · {}", drill.plan, drill.scenario, drill.state)),
    ];
    let Some(card) = &found.scorecard else { return blocks };
    let head = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let before = found.scorecard_before.as_ref();
    let seconds = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |it| format!("{it} s"));
    let earlier = |key: &str| {
        let measures = before.map(|card| card.measures.as_slice()).unwrap_or_default();
        measures.iter().find(|it| it.key == key).and_then(|it| it.seconds)
    };
    let measure = |it: &Measure| {
        let reached = it.reached.map_or("", |reached| if reached { "yes" } else { "no" });
        let (time, target) = (seconds(it.seconds), seconds(it.target));
        vec![it.key.clone(), time, target, reached.to_owned(), seconds(earlier(&it.key))]
    };
    let name = found.before.clone().unwrap_or_else(|| "before".to_owned());
    blocks.push(Block::Heading(2, "Times".to_owned()));
    blocks.push(Block::Table(
        head(&["what", "time", "aim", "reached", &name]),
        card.measures.iter().map(measure).collect(),
    ));
    let of = |card: &Scorecard| {
        let (steps, owed) = (card.steps, card.deadlines);
        format!("{}/{steps} steps, {}/{owed} deadlines", card.steps_on_time, card.deadlines_met)
    };
    let mut in_time = format!("In time: {}", of(card));
    if let Some(before) = before {
        in_time = format!("{in_time} (before: {})", of(before));
    }
    blocks.push(Block::Text(in_time));
    blocks.push(Block::Heading(2, "First answers".to_owned()));
    let people = card.people.iter();
    let people =
        people.map(|it| vec![it.person.clone(), it.channels.join(", "), seconds(it.seconds)]);
    blocks.push(Block::Table(head(&["person", "reached over", "time"]), people.collect()));
    let failed = card.failed.iter().map(|it| format!("{} over {}: {}", it.who, it.channel, it.why));
    let never = card.never_reached.iter().map(|person| format!("{person}: never reached"));
    let trouble: Vec<String> = failed.chain(never).collect();
    if !trouble.is_empty() {
        blocks.push(Block::Heading(2, "Not reached".to_owned()));
        blocks.push(Block::List(trouble));
    }
    blocks
}
