//! `atalaya inspect …`: each stage by itself, on a file or as a JSON Lines stream.

mod jsonl;

use std::process::ExitCode;

use clap::Subcommand;

/// What to look at.
#[derive(Subcommand)]
pub enum Inspect {}

impl Inspect {
    /// Runs the chosen inspection.
    pub fn run(self) -> ExitCode {
        match self {}
    }
}
