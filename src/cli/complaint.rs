//! `atalaya complaint`: customers' complaints, who answers for them and until when.

mod service;

use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::stories::{configuration, cut, short_time};
use super::table::table;
use super::{output, report};
use crate::app::AppError;
use crate::app::complaints::{
    self, ComplaintReport, ComplaintRow, ComplaintsReport, Denied, Filter, Import, ImportReport,
};
use crate::app::mailboxes::{self, MailboxRow};
use crate::complaint::{Act, Row, read_table};
use crate::config::Config;
use crate::model::ComplaintState;
use crate::text::{DocumentKind, decode};

/// Larger tables are split.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// List customers' complaints, show one, take, answer and resolve it; import a table of them
#[derive(Args)]
pub struct ComplaintCommand {
    #[command(subcommand)]
    what: What,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml", global = true)]
    config: PathBuf,
    /// One JSON object on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Complaints that are not closed, those first that are due first
    List {
        #[command(flatten)]
        narrowed: Narrowed,
    },
    /// All that is known of one, without what is personal
    Show {
        /// The complaint: C-2026-000123
        number: String,
        /// With the full text and what is personal
        #[arg(long)]
        full: bool,
    },
    /// File the rows of a table (CSV; UTF-8, UTF-16 or GB18030; the first row names the columns)
    Import {
        /// The table
        file: PathBuf,
        /// File nothing, only say what would come of it
        #[arg(long)]
        dry_run: bool,
    },
    /// How complaints were served in a month: answered, late, reopened, how content their customers are
    Report {
        #[command(flatten)]
        asked: service::Asked,
    },
    /// The address at which its customer says how content they are, to be handed on to them
    Link {
        /// The complaint
        number: String,
    },
    /// Ask each mailbox that complaints come into; files nothing
    Mailboxes,
    #[command(flatten)]
    Done(Done),
}

#[derive(Args)]
struct Narrowed {
    /// `open`, `acknowledged`, `answered`, `resolved` or `closed`
    #[arg(long, value_name = "STATE")]
    state: Option<ComplaintState>,
    /// Of this owner
    #[arg(long, value_name = "PERSON")]
    owner: Option<String>,
    /// About this branch
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// About this product
    #[arg(long, value_name = "NAME")]
    product: Option<String>,
    /// Those alone whose deadline is over
    #[arg(long)]
    late: bool,
}

/// What somebody did; the running daemon heeds it at once.
#[derive(Subcommand)]
enum Done {
    /// Take it up, or accept what was offered to you
    Take {
        #[command(flatten)]
        about: About,
    },
    /// Offer it to somebody; you answer for it until they take it
    HandOver {
        #[command(flatten)]
        about: About,
        /// To whom, by id
        #[arg(long, value_name = "PERSON")]
        to: String,
    },
    /// The customer was answered
    Answer {
        #[command(flatten)]
        about: About,
    },
    /// What was wrong is put right, or cannot be
    Resolve {
        #[command(flatten)]
        about: About,
    },
    /// It is not resolved after all
    Reopen {
        #[command(flatten)]
        about: About,
    },
    /// How content the customer is, 1 (not at all) to 5; closes it
    Satisfaction {
        /// The complaint
        number: String,
        /// 1 to 5
        rating: u8,
    },
}

#[derive(Args)]
struct About {
    /// The complaint: C-2026-000123
    number: String,
    /// Who does it, by id in the people file
    #[arg(long, value_name = "PERSON")]
    by: String,
    /// What there is to say of it; what is personal in it is masked
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl ComplaintCommand {
    /// Exit code 1 for what does not fit or rows that were not filed, 2 for an unknown complaint or person, a bad
    /// table or configuration, 3 if the store failed.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        if config.complaints.is_none() {
            let what =
                "there is no `[complaints]` in the configuration; docs/complaints.md says how";
            return output::refuse(&what, ExitCode::from(report::BAD_INPUT));
        }
        report::on_runtime(async {
            let done = match self.what {
                What::List { narrowed } => list(&config, narrowed, self.json).await,
                What::Show { number, full } => show(&config, number, full, self.json).await,
                What::Import { file, dry_run } => {
                    let how = if dry_run { Import::Try } else { Import::File };
                    import(&config, &file, how, self.json).await
                }
                What::Report { asked } => service::print(&config, asked, self.json).await,
                What::Link { number } => link(&config, number).await,
                What::Mailboxes => asked(&config, self.json).await,
                What::Done(done) => act(&config, done).await,
            };
            done.unwrap_or_else(|error| report::fault(&error))
        })
    }
}

async fn list(config: &Config, narrowed: Narrowed, json: bool) -> Result<ExitCode, AppError> {
    let Narrowed { state, owner, branch, product, late } = narrowed;
    let late_at = late.then(Timestamp::now);
    let found = complaints::list(config, Filter { state, owner, branch, product, late_at }).await?;
    Ok(if json {
        output::print_json(&found)
    } else {
        output::print_text(|text| rows(text, &found))
    })
}

fn rows(text: &mut String, found: &ComplaintsReport) -> fmt::Result {
    let dash = || "–".to_owned();
    let row = |it: &ComplaintRow| {
        let due = it.due_at.as_deref().map(short_time);
        [
            it.number.clone(),
            it.state.name().to_owned(),
            due.map_or_else(dash, |due| if it.late { format!("{due} late") } else { due }),
            it.severity.clone(),
            it.owner.clone(),
            it.branch.clone().unwrap_or_else(dash),
            it.product.clone().unwrap_or_else(dash),
            it.text.as_deref().map_or_else(dash, cut),
        ]
    };
    let head = ["COMPLAINT", "STATE", "DUE", "SEVERITY", "OWNER", "BRANCH", "PRODUCT", "TEXT"];
    table(text, head, &found.complaints.iter().map(row).collect::<Vec<_>>())?;
    let late = found.complaints.iter().filter(|it| it.late).count();
    writeln!(text, "{} complaints, {late} late", found.complaints.len())
}

async fn show(
    config: &Config,
    number: String,
    full: bool,
    json: bool,
) -> Result<ExitCode, AppError> {
    let found = if full {
        complaints::full(config, number.clone()).await?
    } else {
        complaints::masked(config, number.clone()).await?
    };
    let Some(found) = found else { return Ok(unknown(&number)) };
    Ok(if json {
        output::print_json(&found)
    } else {
        output::print_text(|text| life(text, &found))
    })
}

/// Exit code 1 if one of them cannot be read.
async fn asked(config: &Config, json: bool) -> Result<ExitCode, AppError> {
    let found = mailboxes::look(config).await?;
    let printed = if json {
        output::print_json(&found)
    } else {
        output::print_text(|text| {
            let row = |it: &MailboxRow| {
                let state = match (&it.error, it.waiting) {
                    (Some(error), _) => error.clone(),
                    (None, waiting) => format!("works, {} to read", waiting.unwrap_or_default()),
                };
                [it.id.clone(), it.server.clone(), it.folder.clone(), state]
            };
            let rows: Vec<_> = found.mailboxes.iter().map(row).collect();
            table(text, ["MAILBOX", "SERVER", "FOLDER", "STATE"], &rows)?;
            writeln!(text, "{} mailboxes", rows.len())
        })
    };
    let all_work = found.mailboxes.iter().all(|it| it.error.is_none());
    Ok(if all_work { printed } else { ExitCode::FAILURE })
}

fn unknown(number: &str) -> ExitCode {
    let number: String = number.chars().filter(|c| !c.is_control()).take(40).collect();
    output::refuse(&format!("there is no complaint {number}"), ExitCode::from(report::BAD_INPUT))
}

fn life(text: &mut String, found: &ComplaintReport) -> fmt::Result {
    let complaint = &found.complaint;
    let offered = complaint.offered_to.as_ref().map(|to| format!(", offered to {to}"));
    let rated = complaint.satisfaction.map(|rating| format!("{rating} of 5"));
    let personal = found.personal.as_ref();
    let known = |value: Option<&String>| value.cloned().unwrap_or_default();
    for (name, value) in [
        ("complaint", complaint.number.clone()),
        ("reference", known(found.reference.as_ref())),
        ("state", format!("{} since {}", complaint.state.name(), short_time(&complaint.since))),
        ("owner", format!("{}{}", complaint.owner, offered.unwrap_or_default())),
        ("severity", complaint.severity.clone()),
        ("take up by", short_time(&found.acknowledge_by)),
        ("answer by", short_time(&found.answer_by)),
        ("branch", known(complaint.branch.as_ref())),
        ("product", known(complaint.product.as_ref())),
        ("received", format!("{} by {}", short_time(&complaint.received_at), complaint.channel)),
        ("story", known(complaint.story.as_ref())),
        ("content", rated.unwrap_or_default()),
        ("name", known(personal.and_then(|it| it.name.as_ref()))),
        ("mail", known(personal.and_then(|it| it.email.as_ref()))),
        ("phone", known(personal.and_then(|it| it.phone.as_ref()))),
    ] {
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        if !value.is_empty() {
            writeln!(text, "{name:>10}  {value}")?;
        }
    }
    let said = personal.and_then(|it| it.text.as_ref()).or(complaint.text.as_ref());
    let said = said.map_or("The text was removed.", String::as_str);
    let plain: String = said.chars().filter(|&c| c == '\n' || !c.is_control()).collect();
    writeln!(text, "\n{plain}\n")?;
    let empty = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let event = |it: &complaints::EventRow| {
        [
            short_time(&it.at),
            it.what.name().to_owned(),
            it.state.name().to_owned(),
            empty(&it.by),
            empty(&it.to),
            empty(&it.note),
        ]
    };
    let events: Vec<_> = found.events.iter().map(event).collect();
    table(text, ["AT", "WHAT", "STATE", "BY", "TO", "NOTE"], &events)
}

async fn act(config: &Config, done: Done) -> Result<ExitCode, AppError> {
    let (about, act) = match done {
        Done::Take { about } => {
            let by = about.by.clone();
            (about, Act::Take { by })
        }
        Done::HandOver { about, to } => {
            let by = about.by.clone();
            (about, Act::Offer { by, to })
        }
        Done::Answer { about } => {
            let by = about.by.clone();
            (about, Act::Answer { by })
        }
        Done::Resolve { about } => {
            let by = about.by.clone();
            (about, Act::Resolve { by })
        }
        Done::Reopen { about } => {
            let by = about.by.clone();
            (about, Act::Reopen { by })
        }
        Done::Satisfaction { number, rating } => {
            return Ok(finish(
                &number,
                complaints::act(config, &number, Act::Rate(rating), None).await?,
            ));
        }
    };
    let named = match &act {
        Act::Offer { to, .. } => vec![&about.by, to],
        _ => vec![&about.by],
    };
    if let Some(nobody) = named.into_iter().find(|id| !config.people.contains_key(*id)) {
        let what = format!("`{nobody}` is nobody of the people file");
        return Ok(output::refuse(&what, ExitCode::from(report::BAD_INPUT)));
    }
    let resolves = matches!(act, Act::Resolve { .. });
    let done = complaints::act(config, &about.number, act, about.note).await?;
    let resolved = resolves && done.is_ok();
    let code = finish(&about.number, done);
    if resolved && let Some((url, _)) = rating_link(config, &about.number).await? {
        eprintln!("for the customer, to say how content they are: {url}");
    }
    Ok(code)
}

async fn link(config: &Config, number: String) -> Result<ExitCode, AppError> {
    if complaints::masked(config, number.clone()).await?.is_none() {
        return Ok(unknown(&number));
    }
    let Some((url, until)) = rating_link(config, &number).await? else {
        let what = "nobody can reach the page: add `public_url` to `[web]`";
        return Ok(output::refuse(&what, ExitCode::from(report::BAD_INPUT)));
    };
    eprintln!("good until {}", short_time(&until.to_string()));
    Ok(output::print_text(|text| writeln!(text, "{url}")))
}

/// The key is read or made on a thread of its own.
async fn rating_link(
    config: &Config,
    number: &str,
) -> Result<Option<(String, Timestamp)>, AppError> {
    let (config, number) = (config.clone(), number.to_owned());
    let made = tokio::task::spawn_blocking(move || complaints::rating_link(&config, &number));
    made.await.unwrap_or(Ok(None))
}

fn finish(number: &str, done: Result<ComplaintState, Denied>) -> ExitCode {
    match done {
        Ok(state) => {
            eprintln!("{number}: {}", state.name());
            ExitCode::SUCCESS
        }
        Err(Denied::Unknown) => unknown(number),
        Err(denied) => output::refuse(&denied, ExitCode::from(1)),
    }
}

async fn import(
    config: &Config,
    path: &Path,
    how: Import,
    json: bool,
) -> Result<ExitCode, AppError> {
    let rows = match read(path) {
        Ok(rows) => rows,
        Err(error) => {
            let what = format!("{}: {error}", path.display());
            return Ok(output::refuse(&what, ExitCode::from(report::BAD_INPUT)));
        }
    };
    let found = complaints::import(config, rows, how).await?;
    let printed = if json {
        output::print_json(&found)
    } else {
        output::print_text(|text| imported(text, &found, how))
    };
    Ok(if found.refused > 0 { ExitCode::from(1) } else { printed })
}

fn read(path: &Path) -> Result<Vec<Row>, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > MAX_BYTES {
        return Err("the table is larger than 64 MiB; split it".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let decoded = decode(&bytes, None, DocumentKind::Xml);
    if decoded.text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(format!(
            "a character cannot be read as {}; save the table as UTF-8",
            decoded.encoding
        ));
    }
    read_table(decoded.text.trim_start_matches('\u{feff}')).map_err(|error| error.to_string())
}

fn imported(text: &mut String, found: &ImportReport, how: Import) -> fmt::Result {
    for row in &found.faults {
        writeln!(text, "line {}: {}", row.line, row.fault)?;
    }
    let filed = match how {
        Import::File => "filed",
        Import::Try => "would be filed",
    };
    let ImportReport { rows, known, refused, .. } = found;
    writeln!(text, "{rows} rows: {} {filed}, {known} known, {refused} refused", found.filed)
}
