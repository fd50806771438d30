//! `atalaya plan`: the inspection of the crisis plans.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use super::check::CheckReport;
use super::{output, report};
use crate::app::plans;
use crate::config::{self, Config, Finding, FindingSeverity, TomlFile};
use crate::pipeline::{self, Past};

#[derive(Subcommand)]
pub enum PlanCommand {
    /// Say what would fail the people who work by the plans
    Check(PlanCheck),
}

/// All that `check` says of the plans, and what needs the calendar and the past
#[derive(Args)]
pub struct PlanCheck {
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// As on this day. Default: today
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// Ask the archive too: drills, mail that comes back, lessons that nobody has seen to
    #[arg(long)]
    archive: bool,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

impl PlanCommand {
    /// Exit code 0 without errors, 2 with, 3 if the archive cannot be read.
    pub fn run(self) -> ExitCode {
        let Self::Check(check) = self;
        check.run()
    }
}

impl PlanCheck {
    fn run(self) -> ExitCode {
        let findings = match config::load(&self.config) {
            Err(findings) => findings,
            Ok((config, warnings)) => match self.inspect(&config) {
                Ok(found) => [of_plans(&config, warnings), found].concat(),
                Err(code) => return code,
            },
        };
        let errors =
            findings.iter().filter(|finding| finding.severity == FindingSeverity::Error).count();
        if self.json {
            let warnings = findings.len() - errors;
            output::print_json(&CheckReport { errors, warnings, findings });
        } else {
            report::findings(&findings);
            if findings.is_empty() {
                eprintln!("{}: the plans are good", self.config.display());
            }
        }
        ExitCode::from(if errors == 0 { 0 } else { report::BAD_INPUT })
    }

    fn inspect(&self, config: &Config) -> Result<Vec<Finding>, ExitCode> {
        let today = self.on.unwrap_or_else(|| {
            let zone = TimeZone::get(&config.organisation.time_zone).unwrap_or(TimeZone::UTC);
            Timestamp::now().to_zoned_datetime(zone).date()
        });
        let past = if self.archive {
            let asked = report::answer_on_runtime(plans::past(config, today))?;
            asked.map_err(|error| report::fault(&error))?
        } else {
            Past::default()
        };
        let main = TomlFile::new(&self.config.display().to_string(), "");
        let (found, unread) = pipeline::inspect(config, &past, today, &main);
        Ok(unread.into_iter().chain(found.into_iter().map(|found| found.finding)).collect())
    }
}

/// The warnings that are about the plans.
fn of_plans(config: &Config, warnings: Vec<Finding>) -> Vec<Finding> {
    let files: Vec<String> =
        config.plan_files.iter().map(|path| path.display().to_string()).collect();
    warnings.into_iter().filter(|finding| files.contains(&finding.file)).collect()
}
