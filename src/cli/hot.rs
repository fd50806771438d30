//! `atalaya hot`: what rises now against its own past, and which topic has fallen silent.

use std::fmt::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::stories::{configuration, cut};
use super::table::table;
use super::{output, report};
use crate::app::stories::{self, HotReport, HotRow};

/// Show which terms, stories and topics rise now, and which topic has fallen silent
#[derive(Args)]
pub struct Hot {
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// Hours up to now that are compared to the four weeks before
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=168))]
    hours: u16,
    /// Share of what is told that may be chance, above 0 to 0.5
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    rate: f64,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "a number".to_owned())?;
    if share > 0.0 && share <= 0.5 { Ok(share) } else { Err("above 0, 0.5 at most".to_owned()) }
}

impl Hot {
    /// Exit code 2 for a bad configuration, 3 if the store cannot be read.
    pub fn run(self) -> ExitCode {
        let config = match configuration(&self.config) {
            Ok(config) => config,
            Err(code) => return code,
        };
        report::on_runtime(async {
            match stories::hot(&config, usize::from(self.hours), self.rate).await {
                Ok(found) if self.json => output::print_json(&found),
                Ok(found) => output::print_text(|text| show(text, &found)),
                Err(error) => report::fault(&error),
            }
        })
    }
}

fn show(text: &mut String, found: &HotReport) -> fmt::Result {
    let mut nothing = true;
    for (title, rows) in [
        ("RISING TOPIC", &found.topics),
        ("RISING TERM", &found.terms),
        ("RISING STORY", &found.stories),
        ("SILENT TOPIC", &found.silent),
    ] {
        let row = |it: &HotRow| {
            [
                cut(&it.name),
                it.seen.to_string(),
                format!("{:.2}", it.expected),
                format!("{:.1e}", it.p),
                it.story.clone().unwrap_or_default(),
            ]
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        table(text, [title, "SEEN", "EXPECTED", "BY CHANCE", ""], &rows)?;
        if !rows.is_empty() {
            writeln!(text)?;
            nothing = false;
        }
    }
    if nothing {
        let young = "the archive is too young to tell what is usual: two days at least";
        let why = if found.past_hours < 48 { young } else { "nothing out of the ordinary" };
        writeln!(text, "{why}")?;
    }
    writeln!(
        text,
        "last {} h: {} articles about our topics, {} terms watched, {} % of what is told may be chance",
        found.hours,
        found.articles,
        found.terms_watched,
        found.false_discovery_rate * 100.0
    )
}
