//! `atalaya inspect …`: each stage by itself, on a file or as a JSON Lines stream.

mod document;
mod feed;
mod jsonl;
mod page;
mod stories;

use std::fmt::{self, Display};
use std::io::{self, Write};
mod language;
mod matching;
mod sentiment;

use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;

use crate::analyse::Engine;
use crate::config::{embedded_keywords, load_keywords};
use crate::model::Keywords;

/// Largest text that is read from a file or from standard input.
const MAX_TEXT_BYTES: u64 = 16 * 1024 * 1024;

/// What to look at.
#[derive(Subcommand)]
pub enum Inspect {
    /// What is read in a feed
    Feed(feed::InspectFeed),
    /// What is read in an article's page
    Page(page::InspectPage),
    /// Which articles tell one event; which are copies
    Stories {
        /// Read JSON Lines from standard input, in the order of publication
        #[arg(long, required = true)]
        jsonl: bool,
    },
    /// Which topics and risk categories a text speaks of, and where
    Match(matching::Match),
    /// What a text says of a target
    Sentiment(sentiment::Sentiment),
    /// Which language a text is in
    Language(language::Language),
}

impl Inspect {
    /// Runs the chosen inspection.
    pub fn run(self) -> ExitCode {
        match self {
            Self::Feed(feed) => feed.run(),
            Self::Page(page) => page.run(),
        }
        let done = match self {
            Inspect::Stories { jsonl: _ } => stories::run(),
        };
        done.unwrap_or_else(|error| {
            eprintln!("atalaya: standard input or output failed: {error}");
            ExitCode::from(3)
        })
        let done = match self {
            Inspect::Match(inspect) => inspect.run(),
            Inspect::Sentiment(inspect) => inspect.run(),
            Inspect::Language(inspect) => inspect.run(),
        };
        done.unwrap_or_else(|error| {
            complain(&[error]);
            ExitCode::from(2)
        })
    }
}

/// The keyword files of a directory, or those inside the program. Findings go to standard error;
/// with errors among them the exit code is the answer.
fn keywords(dir: Option<&Path>) -> Result<Keywords, ExitCode> {
    match dir.map_or_else(embedded_keywords, load_keywords) {
        Ok((keywords, warnings)) => {
            complain(&warnings);
            Ok(keywords)
        }
        Err(findings) => {
            complain(&findings);
            Err(ExitCode::from(2))
        }
    }
}

fn compile(keywords: &Keywords) -> Result<Engine, ExitCode> {
    Engine::compile(keywords).map_err(|error| {
        complain(&[error]);
        ExitCode::from(2)
    })
}

/// One JSON object on standard output.
fn print(answer: &impl Serialize) -> std::io::Result<ExitCode> {
    let mut output = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, answer)?;
    output.write_all(b"\n")?;
    Ok(ExitCode::SUCCESS)
}

/// What is wrong, a line each, on standard error.
fn complain(problems: &[impl Display]) {
    for problem in problems {
        eprintln!("{problem}");
    }
}

/// The end of a stream: its own code, or 2 where standard input or output failed.
fn stream(result: io::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| refuse(&error, ExitCode::from(2)))
}

fn print_json(value: &impl Serialize) -> ExitCode {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&(text + "\n")),
        Err(error) => refuse(&error, ExitCode::from(2)),
    }
}

fn print_text(write: impl FnOnce(&mut String) -> fmt::Result) -> ExitCode {
    let mut text = String::new();
    match write(&mut text) {
        Ok(()) => print(&text),
        Err(error) => refuse(&error, ExitCode::from(2)),
    }
}

/// Writes to standard output; a reader that went away (`| head`) is no fault.
fn print(text: &str) -> ExitCode {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            refuse(&error, ExitCode::from(2))
        }
        _ => ExitCode::SUCCESS,
    }
}

fn refuse(error: &impl Display, code: ExitCode) -> ExitCode {
    eprintln!("atalaya: {error}");
    code
}
