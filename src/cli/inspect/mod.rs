//! `atalaya inspect …`: each stage by itself, on a file or as a JSON Lines stream.

mod jsonl;
mod stories;

use std::process::ExitCode;

use clap::Subcommand;

/// What to look at.
#[derive(Subcommand)]
pub enum Inspect {
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
        let done = match self {
            Inspect::Stories { jsonl: _ } => stories::run(),
        };
        done.unwrap_or_else(|error| {
            eprintln!("atalaya: standard input or output failed: {error}");
            ExitCode::from(3)
        })
    }
}
