//! Texts for others: drafted and approved.

use std::fmt::{self, Write as _};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Whose, answered};
use crate::app::AppError;
use crate::app::incidents::{self, Act, Answer, StatementRow};
use crate::cli::output;
use crate::cli::report::BAD_INPUT;
use crate::cli::table::table;
use crate::config::Config;
use crate::model::{Statement, short_hash};

/// Characters of a text for others.
const MOST: usize = 10_000;

/// Draft a text for others: those who have to approve it get it by mail
#[derive(Args)]
pub struct Draft {
    #[command(flatten)]
    whose: Whose,
    /// The message of the plan
    key: String,
    /// The text; `-` is standard input. Default: the words of the plan, with what is known
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
}

/// Approve the present draft of a text, word for word
#[derive(Args)]
pub struct Approve {
    #[command(flatten)]
    whose: Whose,
    /// The message of the plan
    key: String,
    /// The fingerprint of the text that you have read: if the text is another one now, nothing is approved
    #[arg(long, value_name = "HEX")]
    hash: Option<String>,
}

impl Draft {
    pub async fn run(self, config: &Config) -> Result<ExitCode, AppError> {
        let text = match self.text_file.as_deref().map(read).transpose() {
            Ok(text) => text,
            Err(why) => return Ok(output::refuse(&why, ExitCode::from(BAD_INPUT))),
        };
        done(config, self.whose, self.key.clone(), Act::Draft { key: self.key, text }).await
    }
}

impl Approve {
    pub async fn run(self, config: &Config) -> Result<ExitCode, AppError> {
        let hash = self.hash.map(|hash| hash.to_ascii_lowercase());
        done(config, self.whose, self.key.clone(), Act::Approve { key: self.key, hash }).await
    }
}

/// Does it, and prints the text that it was done to, for whoever did it to read.
async fn done(config: &Config, whose: Whose, key: String, act: Act) -> Result<ExitCode, AppError> {
    let number = whose.number.clone();
    let answer = incidents::act(config, whose.number, whose.by, act).await?;
    if let Answer::Done(happened) = &answer
        && let Some(draft) = happened.incident.statement(&key)
    {
        let found = incidents::one(config, number).await?;
        let rows = found.into_iter().flat_map(|found| found.statements);
        let row = rows.into_iter().find(|row| row.key == key);
        let missing = row.map(|row| row.missing).unwrap_or_default();
        output::print_text(|out| shown(out, draft, &missing));
    }
    Ok(answered(answer))
}

fn shown(out: &mut String, draft: &Statement, missing: &[String]) -> fmt::Result {
    let text: String = draft.text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    writeln!(out, "{text}\n\n{} {}", draft.key, draft.short_hash())?;
    for approval in &draft.approvals {
        let by = approval.mark.by.as_deref().unwrap_or("–");
        writeln!(out, "approved by {by} as {}", approval.role)?;
    }
    if !missing.is_empty() {
        writeln!(out, "not approved yet by {}", missing.join(", "))?;
    }
    Ok(())
}

/// The texts of an incident, with who approved them and who has not.
pub fn listed(out: &mut String, texts: &[StatementRow]) -> fmt::Result {
    let row = |it: &StatementRow| {
        let approvals = it.approvals.iter().map(|it| format!("{} ({})", it.role, it.by));
        let state = match (&it.hash, it.in_advance) {
            (_, true) => "in advance".to_owned(),
            (Some(hash), false) => short_hash(hash).to_owned(),
            (None, false) => "–".to_owned(),
        };
        [
            it.key.clone(),
            format!("{} ({})", it.audience, it.language.code()),
            state,
            it.drafted_by.clone().unwrap_or_else(|| "–".to_owned()),
            approvals.collect::<Vec<_>>().join(", "),
            it.missing.join(", "),
        ]
    };
    let head = ["TEXT", "FOR", "DRAFT", "BY", "APPROVED", "MISSING"];
    table(out, head, &texts.iter().map(row).collect::<Vec<_>>())
}

/// The text of a file, or of standard input.
fn read(path: &Path) -> Result<String, String> {
    let file = path.display().to_string();
    let mut text = String::new();
    let read = if file == "-" {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(path).map(|read| text = read)
    };
    read.map_err(|error| format!("{file}: {error}"))?;
    let text: String =
        text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    match text.trim() {
        "" => Err(format!("{file}: the file holds no text")),
        text if text.chars().count() > MOST => {
            Err(format!("{file}: the text is longer than {MOST} characters: shorten it"))
        }
        text => Ok(text.to_owned()),
    }
}
