//! `atalaya verify`: proves that nobody has changed the log of incidents, or says where.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::stories::configuration;
use super::{output, report};
use crate::app::incidents::{self, Verified};

/// Prove that nobody has changed the log of incidents
#[derive(Args)]
pub struct Verify {
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// The log must have had this hash at its end once: a situation report names it, or an earlier run
    #[arg(long, value_name = "HASH")]
    head: Option<String>,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Exit code 0 if it is whole, 1 if it is not, 2 for a bad configuration, 3 if the store cannot be read.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            match incidents::verify(&config, self.head.clone()).await {
                Ok(found) => self.tell(&found),
                Err(error) => report::fault(&error),
            }
        })
    }

    fn tell(&self, found: &Verified) -> ExitCode {
        let told = if self.json {
            output::print_json(found)
        } else {
            output::print_text(|text| {
                for broken in &found.broken {
                    let incident = broken.incident.as_deref().unwrap_or("the log");
                    let entry = broken.entry.map(|n| format!(", entry {n}")).unwrap_or_default();
                    writeln!(text, "{incident}{entry}: {}", broken.what)?;
                }
                let head = found.head.as_deref().unwrap_or("–");
                writeln!(
                    text,
                    "{}: {} entries of {} incidents, {} without a log, head {head}",
                    if found.whole { "whole" } else { "BROKEN" },
                    found.entries,
                    found.incidents,
                    found.without_log
                )
            })
        };
        if found.whole { told } else { ExitCode::from(1) }
    }
}
