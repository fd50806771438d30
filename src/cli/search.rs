//! `atalaya search`: articles of the archive for which a query holds, newest first.

use std::fmt::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use console::{Style, measure_text_width};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{output, report, span};
use crate::app::{AppError, open_archive};
use crate::archive::{ArchiveError, Exact, Found, Hit, Question, Way, search};
use crate::config::{self, Config, Finding, FindingSeverity};
use crate::model::{Field, Span};
use crate::query::{QueryError, Reading, parse};

/// Most articles that are shown.
const MOST: u32 = 10_000;
/// Characters of text around what was found in a body.
const AROUND: usize = 60;

/// Search the archive: words, "phrases", NEAR/n, fields and ranges, newest first
#[derive(Args)]
pub struct Search {
    /// The query, in the language of docs/query-language.md
    query: String,
    /// Found since: 7d, 12h, 2026-03-01 or an RFC 3339 time; everything if missing
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Found until
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Articles at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    limit: u32,
    /// Say on standard error how the articles were looked for
    #[arg(long)]
    explain: bool,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// One JSON object on standard output
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// One JSON object a line for each article
    #[arg(long)]
    jsonl: bool,
}

/// The shape of `atalaya search --json`.
#[derive(Serialize, JsonSchema)]
pub struct SearchReport {
    /// The query as it was asked.
    pub query: String,
    /// Articles below.
    pub count: usize,
    /// Whether there are more than the limit lets be shown.
    pub more: bool,
    /// Articles that the rule engine looked at.
    pub looked_at: usize,
    /// How they were chosen: `index`, `scan` (the query names no words) or `no_index` (it is not built yet).
    pub way: String,
    /// Newest first.
    pub articles: Vec<SearchHit>,
}

/// An article for which the query holds.
#[derive(Serialize, JsonSchema)]
pub struct SearchHit {
    /// Identifier in the archive, for `atalaya explain`.
    pub id: String,
    /// Headline.
    pub title: String,
    /// Page of the article.
    pub url: Option<String>,
    /// Identifier of the source.
    pub source: String,
    /// Name of the medium.
    pub source_name: String,
    /// BCP-47.
    pub language: Option<String>,
    /// RFC 3339, UTC.
    pub published: Option<String>,
    /// When the daemon found it, RFC 3339, UTC.
    pub found: String,
    /// The story that it belongs to.
    pub story: Option<String>,
    /// Severity of that story, 0 to 100, if it concerns a topic.
    pub severity: Option<f64>,
    /// Where the query holds; nowhere for one that names no words.
    pub spans: Vec<Span>,
}

impl Search {
    /// Exit code 0 if something was found, 1 if not, 2 for a query or configuration that is wrong, 3 if
    /// the store cannot be read.
    pub fn run(self) -> ExitCode {
        let now = Timestamp::now();
        let time = |text: &Option<String>, read: fn(&str, Timestamp) -> _, or| {
            text.as_ref().map_or(Ok(or), |text| read(text, now))
        };
        let times = time(&self.since, span::since, Timestamp::UNIX_EPOCH)
            .and_then(|since| Ok((since, time(&self.until, span::until, Timestamp::MAX)?)));
        let (since, until) = match times {
            Ok(times) => times,
            Err(error) => return output::refuse(&error, ExitCode::from(report::BAD_INPUT)),
        };
        let config = match config::load(&self.config) {
            Ok((config, _)) => config,
            Err(findings) => return report::fault(&AppError::Config(findings)),
        };
        let reading =
            Reading { lists: Some(&config.lists), may_only_deny: true, ..Reading::default() };
        let parsed = match parse(&self.query, &reading) {
            Ok(parsed) => parsed,
            Err(error) => return self.refuse(&error),
        };
        let question = Question { query: &parsed.query, since, until, limit: self.limit as usize };
        report::on_runtime(async {
            match ask(&config, &question).await {
                Ok(found) => self.show(&found),
                Err(error) => report::archive_fault(&error),
            }
        })
    }

    fn refuse(&self, error: &QueryError) -> ExitCode {
        let before = self.query.get(..error.span.start).unwrap_or(&self.query);
        report::findings(&[Finding {
            file: "query".to_owned(),
            line: 1,
            column: before.chars().count() + 1,
            severity: FindingSeverity::Error,
            what: error.message.clone(),
            remedy: error.remedy.clone(),
            span: error.span.clone(),
            source: self.query.as_str().into(),
        }]);
        ExitCode::from(report::BAD_INPUT)
    }

    fn show(&self, found: &Found) -> ExitCode {
        if self.explain {
            eprintln!("{}", explained(found));
        }
        let hits = || found.hits.iter().map(hit).collect::<Vec<_>>();
        let printed = if self.json {
            output::print_json(&SearchReport {
                query: self.query.clone(),
                count: found.hits.len(),
                more: found.more,
                looked_at: found.looked_at,
                way: way(&found.way).to_owned(),
                articles: hits(),
            })
        } else if self.jsonl {
            output::print_text(|text| {
                hits().iter().try_for_each(|hit| {
                    let line = serde_json::to_string(hit).map_err(|_| fmt::Error)?;
                    writeln!(text, "{line}")
                })
            })
        } else {
            output::print_text(|text| listed(text, found))
        };
        let is_empty = found.hits.is_empty() && printed == ExitCode::SUCCESS;
        if is_empty { ExitCode::from(1) } else { printed }
    }
}

async fn ask(config: &Config, question: &Question<'_>) -> Result<Found, ArchiveError> {
    let exact = Exact::compile(question.query)?;
    let store = open_archive(config)?;
    let found = search(&store, config, question, &exact).await;
    store.close();
    found
}

fn way(way: &Way) -> &'static str {
    match way {
        Way::Index(..) => "index",
        Way::Scan => "scan",
        Way::NoIndex => "no_index",
    }
}

fn explained(found: &Found) -> String {
    let looked_at = found.looked_at;
    match &found.way {
        Way::Index(condition, tail) => format!(
            "by the index, which has articles with {condition}, and {tail} that it does not have yet: \
             {looked_at} looked at"
        ),
        Way::Scan => {
            format!("without the index, since the query names no words: {looked_at} looked at")
        }
        Way::NoIndex => format!("without the index, which is not built yet: {looked_at} looked at"),
    }
}

fn hit(hit: &Hit) -> SearchHit {
    let article = &hit.stored.article;
    SearchHit {
        id: article.id.to_string(),
        title: article.title.clone(),
        url: Some(article.url.clone()).filter(|url| !url.is_empty()),
        source: article.source_id.clone(),
        source_name: hit.source.clone(),
        language: article.language.clone(),
        published: article.published_at.map(|at| at.to_string()),
        found: article.discovered_at.to_string(),
        story: article.story_id.map(|story| story.to_string()),
        severity: hit.stored.severity,
        spans: hit.spans.clone(),
    }
}

fn listed(text: &mut String, found: &Found) -> fmt::Result {
    let (bold, dim) = (Style::new().bold(), Style::new().dim());
    for Hit { stored, source, spans } in &found.hits {
        let article = &stored.article;
        let date = article.published_at.unwrap_or(article.discovered_at);
        let date = date.strftime("%Y-%m-%d %H:%M").to_string();
        let title = marked(&article.title, 0, &of(spans, Field::Title), &bold);
        writeln!(text, "{}  {title}", dim.apply_to(&date))?;
        let gap = measure_text_width(&date) + 2;
        let severity = stored.severity.map_or(String::new(), |s| format!(" · severity {s:.0}"));
        writeln!(text, "{:gap$}{}{severity}", "", dim.apply_to(plain(source)))?;
        if let Some(excerpt) = excerpt(&article.body, &of(spans, Field::Body)) {
            writeln!(text, "{:gap$}{excerpt}", "")?;
        }
        if !article.url.is_empty() {
            writeln!(text, "{:gap$}{}", "", dim.apply_to(plain(&article.url)))?;
        }
    }
    let count = found.hits.len();
    let plural = if count == 1 { "" } else { "s" };
    let more = if found.more { ", and there are more: --limit" } else { "" };
    writeln!(text, "{count} article{plural}{more}")
}

fn of(spans: &[Span], field: Field) -> Vec<(usize, usize)> {
    let mut found: Vec<_> =
        spans.iter().filter(|span| span.field == field).map(|span| (span.from, span.to)).collect();
    found.sort_unstable();
    found
}

/// The text around the first place, with all places in it marked.
fn excerpt(body: &str, places: &[(usize, usize)]) -> Option<String> {
    let &(first, end) = places.first()?;
    let from = first.saturating_sub(AROUND);
    let length = end.min(first + AROUND) - from + AROUND;
    let part: String = body.chars().skip(from).take(length).collect();
    let lead = if from > 0 { "…" } else { "" };
    let tail = if body.chars().nth(from + length).is_some() { "…" } else { "" };
    Some(format!("{lead}{}{tail}", marked(&part, from, places, &Style::new().bold())))
}

/// A stretch of a text that begins at character `from`, its places marked.
fn marked(part: &str, from: usize, places: &[(usize, usize)], style: &Style) -> String {
    let mut out = String::new();
    let mut run = String::new();
    let mut is_hit = false;
    for (at, c) in (from..).zip(part.chars()) {
        let hit = places.iter().any(|&(from, to)| from <= at && at < to);
        if hit != is_hit {
            flush(&mut out, &mut run, is_hit, style);
            is_hit = hit;
        }
        // Publishers write these texts: nothing of theirs may move the cursor.
        run.push(if c.is_control() { ' ' } else { c });
    }
    flush(&mut out, &mut run, is_hit, style);
    out
}

fn flush(out: &mut String, run: &mut String, is_hit: bool, style: &Style) {
    if is_hit {
        out.push_str(&style.apply_to(&run).to_string());
    } else {
        out.push_str(run);
    }
    run.clear();
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
