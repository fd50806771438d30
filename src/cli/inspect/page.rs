//! `atalaya inspect page`: what the daemon reads in an article's page.

use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;
use url::Url;

use crate::extract;
use crate::model::Extracted;

use super::document::{self, DocumentError};
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
    /// Print what was read as JSON
    #[arg(long)]
    json: bool,
    #[arg(help = r#"Read {"id","path","url"?,"content_type"?} lines, write one answer a line"#, long, conflicts_with_all = ["place", "json", "url"])]
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
        match self.place {
            Some(place) => one(&place, self.url.as_ref(), self.json),
            None => super::ended(jsonl::parallel(|question| answer(&question))),
        }
    }
}

fn answer(question: &Question) -> Result<Extracted, String> {
    let bytes = document::read_file(&question.path).map_err(|error| error.to_string())?;
    let url = question.url.as_deref().and_then(|url| Url::parse(url).ok());
    Ok(extract::page(
        &bytes,
        question.content_type.as_deref(),
        url.as_ref(),
        &extract::Site::default(),
    ))
}

fn one(place: &str, url: Option<&Url>, json: bool) -> ExitCode {
    let document = match document::open(place) {
        Ok(document) => document,
        Err(error) => return super::refuse(&error, DocumentError::exit_code(&error)),
    };
    let url = url.or(document.url.as_ref());
    let read = extract::page(
        &document.bytes,
        document.content_type.as_deref(),
        url,
        &extract::Site::default(),
    );
    if json { super::print_json(&read) } else { super::print_text(|out| summary(&read, out)) }
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
