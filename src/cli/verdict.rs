//! `atalaya verdict`: staff says what an alert was worth; the last word counts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{output, report};
use crate::app::verdicts::{self, Statement};
use crate::app::{self, AppError};
use crate::model::VerdictLabel;

/// Say whether an alert was right; list what was said, or export it to learn from
#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["about", "list", "export"]))]
pub struct Verdict {
    /// Id of an alert, a story or an article
    #[arg(requires = "label")]
    about: Option<String>,
    /// `confirmed`, `dismissed` or `wrong-target`
    label: Option<VerdictLabel>,
    /// Who says so
    #[arg(long = "by", value_name = "NAME")]
    name: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// All verdicts, oldest first
    #[arg(long)]
    list: bool,
    /// With --list: one JSON object a line
    #[arg(long, requires = "list")]
    jsonl: bool,
    /// Write the last verdict on each article as JSONL, for `atalaya train`
    #[arg(long, value_name = "FILE.jsonl")]
    export: Option<PathBuf>,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
}

impl Verdict {
    /// Exit code 2 for an unknown id or a bad configuration, 3 if the store failed.
    pub fn run(self) -> ExitCode {
        report::on_runtime(async {
            match self.answer().await {
                Ok(code) => code,
                Err(error) => report::fault(&error),
            }
        })
    }

    async fn answer(self) -> Result<ExitCode, AppError> {
        let (live, _) = app::prepare(&self.config).await?;
        if self.list {
            return Ok(listed(&verdicts::list(&live.config).await?, self.jsonl));
        }
        if let Some(path) = &self.export {
            return Ok(exported(&verdicts::examples(&live.config).await?, path));
        }
        let (Some(about), Some(label)) = (self.about, self.label) else {
            return Ok(output::refuse(&"no verdict", ExitCode::from(report::BAD_INPUT)));
        };
        let statement = Statement { about: about.clone(), label, by: self.name, note: self.note };
        if verdicts::record(&live.config, statement).await? {
            eprintln!("{about}: {}", label.name());
            return Ok(ExitCode::SUCCESS);
        }
        let what = format!("the archive has no alert, story or article {about}");
        Ok(output::refuse(&what, ExitCode::from(report::BAD_INPUT)))
    }
}

fn listed(rows: &[verdicts::VerdictRow], jsonl: bool) -> ExitCode {
    if jsonl {
        return match lines(rows) {
            Ok(text) => output::print_text(|out| out.write_str(&text)),
            Err(error) => output::refuse(&error, ExitCode::from(report::BAD_INPUT)),
        };
    }
    output::print_text(|out| {
        for row in rows {
            let (by, note) = (row.by.as_deref().unwrap_or("-"), row.note.as_deref());
            let title = row.title.as_deref().unwrap_or("-");
            let topic = row.topic.as_deref().unwrap_or("*");
            writeln!(out, "{}  {:<12}  {topic}  {by}  {title}", row.at, row.label.name())?;
            note.map_or(Ok(()), |note| writeln!(out, "    {note}"))?;
        }
        Ok(())
    })
}

fn exported(examples: &[verdicts::Example], path: &Path) -> ExitCode {
    let text = match lines(examples) {
        Ok(text) => text,
        Err(error) => return output::refuse(&error, ExitCode::from(report::BAD_INPUT)),
    };
    if let Err(error) = std::fs::write(path, text) {
        let what = format!("{}: {error}", path.display());
        return output::refuse(&what, ExitCode::from(report::BAD_INPUT));
    }
    eprintln!("{} examples", examples.len());
    ExitCode::SUCCESS
}

fn lines<T: serde::Serialize>(rows: &[T]) -> Result<String, serde_json::Error> {
    rows.iter().map(|row| serde_json::to_string(row).map(|line| line + "\n")).collect()
}
