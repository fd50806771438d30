//! `atalaya check`: validates everything that `run` would use, without starting anything.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{output, report, span};
use crate::analyse::{self, Engine};
use crate::app::open_archive;
use crate::archive::{self, Fires, Pasts};
use crate::config::{self, Config, Finding, FindingSeverity, TomlFile};
use crate::notify::{TemplateFault, Wording};
use crate::pipeline::Live;

/// Check configuration, rules, lexicons and plans
#[derive(Args)]
pub struct Check {
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// Name rules that never held in the archive, or held for nearly everything
    #[arg(long)]
    archive: bool,
    /// How much of the archive: 30d, 2026-03-01
    #[arg(long, value_name = "TIME", default_value = "30d", requires = "archive")]
    since: String,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// Fewer articles say nothing of a rule.
const ENOUGH: u64 = 100;
/// A rule of a topic that holds for a larger share holds for nearly everything.
const NEARLY_ALL: f64 = 0.8;

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
    /// Exit code 0 without errors, 2 with, 3 if the archive cannot be read.
    pub fn run(self) -> ExitCode {
        let findings = match config::load(&self.config) {
            Ok((config, warnings)) => {
                let replayed = if self.archive { self.replay(&config) } else { Ok(Vec::new()) };
                match replayed {
                    Ok(idle) => {
                        let name = self.config.display().to_string();
                        [warnings, beyond(config, &name), idle].concat()
                    }
                    Err(code) => return code,
                }
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

impl Check {
    /// What shows when the rules are held against the archive.
    fn replay(&self, config: &Config) -> Result<Vec<Finding>, ExitCode> {
        let now = Timestamp::now();
        let since = span::since(&self.since, now)
            .map_err(|error| output::refuse(&error, ExitCode::from(report::BAD_INPUT)))?;
        let counted = report::answer_on_runtime(async {
            let store = open_archive(config)?;
            let mut pasts = Pasts::of_archive(store.clone());
            let bar = report::progress(pasts.count(since, now).await?);
            let told = |done| bar.set_position(done);
            let counted = archive::fires(config, &mut pasts, since, now, told).await;
            bar.finish_and_clear();
            store.close();
            counted
        });
        let (fires, articles) = counted?.map_err(|error| report::archive_fault(&error))?;
        if articles < ENOUGH {
            eprintln!("{articles} articles since {since} are too few to judge rules by");
            return Ok(Vec::new());
        }
        let idle = fires.iter().filter_map(|one| self.idle(one, articles));
        Ok(idle.collect())
    }

    fn idle(&self, one: &Fires, articles: u64) -> Option<Finding> {
        let share = one.articles as f64 / articles as f64;
        let what = &one.what;
        let (what, remedy) = if one.articles == 0 {
            let what = format!("{what}: never held in {articles} articles since {}", self.since);
            (what, "see whether its words are those that media use, or remove it")
        } else if one.is_rule && share > NEARLY_ALL {
            let percent = share * 100.0;
            let what = format!("{what}: holds for {percent:.0} % of {articles} articles");
            (what, "ask for more than these words")
        } else {
            return None;
        };
        let (name, line) = match one.place.as_deref().and_then(|place| place.rsplit_once(':')) {
            Some((name, line)) => (name.to_owned(), line.parse().unwrap_or(1)),
            None => (self.config.display().to_string(), 1),
        };
        let severity = FindingSeverity::Warning;
        let (remedy, source) = (remedy.to_owned(), "".into());
        Some(Finding { file: name, line, column: 1, severity, what, remedy, span: 0..0, source })
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
    if let Err(faults) = Wording::build(&config.templates, &config.channels) {
        findings.extend(faults.iter().map(template_finding));
        return findings;
    }
    if let Err(fault) = Live::build(config) {
        findings.push(error(fault.to_string(), "mend what it names"));
    }
    findings
}

fn template_finding(fault: &TemplateFault) -> Finding {
    let remedy = "mend the template; docs/templates.md names what it may use";
    let path = Path::new(&fault.path);
    let file = TomlFile::read(path).unwrap_or_else(|_| TomlFile::new(&fault.path, ""));
    let start: usize =
        file.text().split_inclusive('\n').take(fault.line.saturating_sub(1)).map(str::len).sum();
    let length = file.text()[start..].lines().next().map_or(0, str::len);
    Finding { line: fault.line, ..file.error(start..start + length, &fault.what, remedy) }
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
