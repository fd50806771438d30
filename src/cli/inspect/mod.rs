//! `atalaya inspect …`: each stage by itself, on a file or as a JSON Lines stream.

mod jsonl;
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
