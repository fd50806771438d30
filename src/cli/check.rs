//! `atalaya check`: validates everything that `run` would use, without starting anything.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::report;
use crate::analyse::{self, Engine};
use crate::config::{self, Config, Finding, FindingSeverity, TomlFile};
use crate::pipeline::Live;

/// Check configuration, rules, lexicons and plans
#[derive(Args)]
pub struct Check {
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// The shape of `atalaya check --json`.
#[derive(Serialize, JsonSchema)]
pub struct CheckReport {
    /// How many of the findings stop the start.
    pub errors: usize,
    /// How many do not.
    pub warnings: usize,
    /// All, in the order in which they were found.
    pub findings: Vec<Finding>,
}

impl Check {
    /// Exit code 0 without errors, 2 with.
    pub fn run(self) -> ExitCode {
        let findings = match config::load(&self.config) {
            Ok((config, warnings)) => {
                [warnings, beyond(config, &self.config.display().to_string())].concat()
            }
            Err(findings) => findings,
        };
        let errors =
            findings.iter().filter(|finding| finding.severity == FindingSeverity::Error).count();
        if self.json {
            let warnings = findings.len() - errors;
            super::output::print_json(&CheckReport { errors, warnings, findings });
        } else {
            report::findings(&findings);
            if errors == 0 {
                eprintln!("{}: good", self.config.display());
            }
        }
        ExitCode::from(if errors == 0 { 0 } else { report::BAD_INPUT })
    }
}

/// What only shows once the rules are compiled and the channels built: examples that fail.
fn beyond(config: Config, file: &str) -> Vec<Finding> {
    let error = |what: String, remedy: &str| Finding {
        file: file.to_owned(),
        line: 1,
        column: 1,
        severity: FindingSeverity::Error,
        what,
        remedy: remedy.to_owned(),
        span: 0..0,
        source: "".into(),
    };
    let failed = match Engine::compile(&config.keywords) {
        Ok(engine) => analyse::run_examples(&config.keywords, &engine),
        Err(fault) => return vec![error(fault.to_string(), "mend the keyword files")],
    };
    let mut findings: Vec<Finding> = failed.iter().map(example_finding).collect();
    if let Err(fault) = Live::build(config) {
        findings.push(error(fault.to_string(), "mend what it names"));
    }
    findings
}

fn example_finding(failed: &analyse::FailedExample) -> Finding {
    let (name, line) = failed.place.rsplit_once(':').unwrap_or((&failed.place, "1"));
    let line: usize = line.parse().unwrap_or(1);
    let wanted = if failed.expect { "must match and does not" } else { "must not match and does" };
    let what = format!("{}: the example “{}” {wanted}", failed.what, failed.text);
    let remedy = "mend the terms of the rule, or the example and its `expect`";
    let file = TomlFile::read(Path::new(name)).unwrap_or_else(|_| TomlFile::new(name, ""));
    let span = value_on(file.text(), line);
    Finding { line, ..file.error(span, what, remedy) }
}

/// The bytes behind the `=` of a line, counted from 1.
fn value_on(text: &str, line: usize) -> Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let value = line.find('=').map_or(line, |equals| line[equals + 1..].trim_start());
    start + line.len() - value.len()..start + line.trim_end().len()
}
