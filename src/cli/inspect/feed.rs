//! `atalaya inspect feed`: what the daemon reads in a feed.

use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;

use crate::collect::read_feed;
use crate::model::Feed;

use super::document::{self, DocumentError};
use super::jsonl;

/// Arguments of `inspect feed`.
#[derive(Args)]
pub struct InspectFeed {
    /// File (gzip or not) or URL of the feed
    #[arg(required_unless_present = "jsonl")]
    place: Option<String>,
    /// Print the feed as JSON
    #[arg(long)]
    json: bool,
    #[arg(help = r#"Read {"id","path","content_type"?,"url"?} lines, write one answer a line"#, long, conflicts_with_all = ["place", "json"])]
    jsonl: bool,
}

#[derive(Deserialize)]
struct Question {
    path: PathBuf,
    content_type: Option<String>,
    url: Option<String>,
}

impl InspectFeed {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        match self.place {
            Some(place) => one(&place, self.json),
            None => super::ended(jsonl::parallel(|question| answer(&question))),
        }
    }
}

fn answer(question: &Question) -> Result<Feed, String> {
    let bytes = document::read_file(&question.path).map_err(|error| error.to_string())?;
    let (content_type, url) = (question.content_type.as_deref(), question.url.as_deref());
    read_feed(&bytes, content_type, url).map_err(|error| error.to_string())
}

fn one(place: &str, json: bool) -> ExitCode {
    let document = match document::open(place) {
        Ok(document) => document,
        Err(error) => return super::refuse(&error, DocumentError::exit_code(&error)),
    };
    let url = document.url.as_ref().map(url::Url::as_str);
    match read_feed(&document.bytes, document.content_type.as_deref(), url) {
        Ok(feed) if json => super::print_json(&feed),
        Ok(feed) => super::print_text(|out| summary(&feed, out)),
        Err(error) => super::refuse(&error, ExitCode::from(2)),
    }
}

fn summary(feed: &Feed, out: &mut String) -> fmt::Result {
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    for (name, value) in [
        ("feed", known(&feed.title)),
        ("kind", known(&feed.kind)),
        ("site", known(&feed.link)),
        ("language", known(&feed.language)),
        ("encoding", known(&feed.encoding)),
        ("entries", feed.entries.len().to_string()),
    ] {
        writeln!(out, "{name:>9}  {value}")?;
    }
    for warning in &feed.warnings {
        writeln!(out, "  warning  {warning}")?;
    }
    for entry in &feed.entries {
        let date = entry.published.as_ref().or(entry.updated.as_ref());
        let date = date.map_or("no date", String::as_str);
        writeln!(out, "\n{date:<20}  {}\n{:22}{}", known(&entry.title), "", known(&entry.link))?;
    }
    Ok(())
}
