//! The command line: one file a command. JSON goes to standard output, everything else to
//! standard error; exit codes are those of docs/contracts: 0 done, 1 the answer is no,
//! 2 bad input or configuration, 3 a dependency failed.

mod inspect;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// An unattended watchtower over media and public opinion.
#[derive(Parser)]
#[command(name = "atalaya", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show what the daemon sees in a feed, a page, a text
    #[command(subcommand)]
    Inspect(inspect::Inspect),
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Inspect(inspect) => inspect.run(),
    }
}
