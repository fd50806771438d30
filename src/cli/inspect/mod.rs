//! `atalaya inspect …`: each stage by itself, on a file or as a JSON Lines stream.

pub(super) mod document;
mod feed;
mod jsonl;
mod language;
mod matching;
mod page;
mod sentiment;
mod stories;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;

pub use jsonl::Answer;
pub use language::LanguageRow;
pub use stories::StoriesRow;

use super::output::{print_json, print_text, refuse};
use super::report;
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
    Stories(stories::Stories),
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
            Inspect::Feed(inspect) => inspect.run(),
            Inspect::Page(inspect) => inspect.run(),
            Inspect::Stories(inspect) => ended(inspect.run()),
            Inspect::Match(inspect) => ended(inspect.run()),
            Inspect::Sentiment(inspect) => ended(inspect.run()),
            Inspect::Language(inspect) => ended(inspect.run()),
        }
    }
}

/// The end of an inspection: its own code, or 2 where its input or output failed.
fn ended(result: io::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| refuse(&error, ExitCode::from(report::BAD_INPUT)))
}

/// The keyword files of a directory, or those inside the program. Findings go to standard error;
/// with errors among them the exit code is the answer.
pub(super) fn keywords(dir: Option<&Path>) -> Result<Keywords, ExitCode> {
    match dir.map_or_else(embedded_keywords, load_keywords) {
        Ok((keywords, warnings)) => {
            report::findings(&warnings);
            Ok(keywords)
        }
        Err(findings) => {
            report::findings(&findings);
            Err(ExitCode::from(report::BAD_INPUT))
        }
    }
}

/// Compiles them; what is wrong with them goes to standard error.
pub(super) fn compile(keywords: &Keywords) -> Result<Engine, ExitCode> {
    Engine::compile(keywords).map_err(|error| refuse(&error, ExitCode::from(report::BAD_INPUT)))
}
