//! `atalaya inspect …`: each stage by itself, on a file or as a JSON Lines stream.

mod document;
mod feed;
mod jsonl;
mod page;
mod stories;

use std::fmt::{self, Display};
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;

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
