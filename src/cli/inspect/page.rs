//! `atalaya inspect page`: what the daemon reads in an article's page, and why.

use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use crate::config::{self, Config};
use crate::extract::Explained;
use crate::model::Extracted;
use crate::pipeline::explain_page;

use super::super::report;
use super::document::{self, Document, DocumentError};
use super::jsonl;

/// Arguments of `inspect page`.
#[derive(Args)]
pub struct InspectPage {
    /// File (gzip or not) or URL of the page
    #[arg(required_unless_present = "jsonl")]
    place: Option<String>,
    /// Where a file was found: links are resolved against it
    #[arg(long)]
    url: Option<Url>,
    /// Main file of the configuration, whose `sites` are then heeded
    #[arg(long)]
    config: Option<PathBuf>,
    /// Say what each way of looking for the body proposed, and why one won
    #[arg(long, conflicts_with = "json")]
    why: bool,
    /// Print what was read as JSON
    #[arg(long)]
    json: bool,
    #[arg(help = r#"Read {"id","path","url"?,"content_type"?} lines, write one answer a line"#, long, conflicts_with_all = ["place", "json", "url", "why", "config"])]
    jsonl: bool,
}

#[derive(Deserialize)]
struct Question {
    path: PathBuf,
    url: Option<String>,
    content_type: Option<String>,
}

impl InspectPage {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        match &self.place {
            Some(place) => self.one(place),
            None => super::ended(jsonl::parallel(|question| answer(&question))),
        }
    }

    fn one(&self, place: &str) -> ExitCode {
        let config = match self.config.as_deref().map(config::load).transpose() {
            Ok(loaded) => loaded.map(|(config, _)| config),
            Err(findings) => {
                report::findings(&findings);
                return ExitCode::from(report::BAD_INPUT);
            }
        };
        let document = match document::open(place) {
            Ok(document) => document,
            Err(error) => return super::refuse(&error, DocumentError::exit_code(&error)),
        };
        let read = self.read(&document, config.as_ref());
        if self.json {
            return super::print_json(&read.extracted);
        }
        super::print_text(|out| {
            summary(&read.extracted, out)?;
            if self.why { why(&read, out) } else { Ok(()) }
        })
    }

    fn read(&self, document: &Document, config: Option<&Config>) -> Explained {
        let url = self.url.as_ref().or(document.url.as_ref());
        let layout = url.zip(config).and_then(|(url, config)| config.site(url));
        let content_type = document.content_type.as_deref();
        explain_page(&document.bytes, content_type, url, layout, Some(Timestamp::now()))
    }
}

fn answer(question: &Question) -> Result<Extracted, String> {
    let bytes = document::read_file(&question.path).map_err(|error| error.to_string())?;
    let url = question.url.as_deref().and_then(|url| Url::parse(url).ok());
    let content_type = question.content_type.as_deref();
    Ok(explain_page(&bytes, content_type, url.as_ref(), None, Some(Timestamp::now())).extracted)
}

/// What was proposed for the body, the winner marked.
fn why(read: &Explained, out: &mut String) -> fmt::Result {
    writeln!(out, "\nproposals for the body")?;
    writeln!(out, "    {:<10} {:>10} {:>10}  place", "method", "characters", "score")?;
    for proposal in &read.proposals {
        let mark = if proposal.chosen { '*' } else { ' ' };
        writeln!(
            out,
            "  {mark} {:<10} {:>10} {:>10.0}  {}",
            proposal.method, proposal.characters, proposal.score, proposal.place
        )?;
    }
    if let Some(edition) = &read.edition {
        writeln!(out, "the daemon would look at {}", edition.url)?;
    }
    let (method, reason) = (read.extracted.method.as_deref(), read.reason);
    match method {
        Some(method) if reason.is_empty() => writeln!(out, "chosen: {method}, for want of others"),
        Some(method) => writeln!(out, "chosen: {method}, because {reason}"),
        None => writeln!(out, "chosen: none"),
    }
}

fn summary(read: &Extracted, out: &mut String) -> fmt::Result {
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    for (name, value) in [
        ("title", known(&read.title)),
        ("authors", read.authors.join(", ")),
        ("published", known(&read.published)),
        ("updated", known(&read.updated)),
        ("language", known(&read.language)),
        ("site", known(&read.site_name)),
        ("canonical", known(&read.canonical_url)),
        ("method", known(&read.method)),
    ] {
        writeln!(out, "{name:>9}  {value}")?;
    }
    for warning in &read.warnings {
        writeln!(out, "  warning  {warning}")?;
    }
    if let Some(body) = &read.body {
        writeln!(out, "\n{body}")?;
    }
    Ok(())
}
