//! `atalaya explain`: why one article would alert, or did, or did not.
//!
//! A file or URL is judged by the live rules as if it were the first article of its story; an
//! article of the archive is shown as it was judged.

use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::inspect::document::{self, Document};
use super::{output, report};
use crate::app::{self, AppError, explain};
use crate::config::Config;
use crate::model::{ArticleId, Evidence, Locale};
use crate::{phrases, pipeline};
use explain::{Candidate, Explanation, TopicExplanation};

/// Words of evidence that are shown.
const WORDS: usize = 10;

/// Explain one article: topics, polarity, severity, and who would be told
#[derive(Args)]
pub struct Explain {
    /// HTML or text file, URL, or the id of an article in the archive
    article: String,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// The medium that carries a file or URL, by source id
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Language of the sum: es, en or zh
    #[arg(long, value_name = "CODE", default_value = "en")]
    language: Locale,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

impl Explain {
    /// Exit code 2 for an unknown article or a bad configuration, 3 where network or store failed.
    pub fn run(self) -> ExitCode {
        // The fetch runs on a runtime of its own, before ours starts.
        let asked = match self.article.parse::<ArticleId>() {
            Ok(id) => Ok(id),
            Err(_) => match document::open(&self.article) {
                Ok(document) => Err(document),
                Err(error) => return output::refuse(&error, error.exit_code()),
            },
        };
        report::on_runtime(async {
            let explained = match asked {
                Ok(id) => self.recall(id).await,
                Err(document) => self.judge(document).await.map(Some),
            };
            match explained {
                Ok(Some(explanation)) => self.show(&explanation),
                Ok(None) => {
                    let what = format!("the archive has no article {}", self.article);
                    output::refuse(&what, ExitCode::from(report::BAD_INPUT))
                }
                Err(error) => report::fault(&error),
            }
        })
    }

    async fn judge(&self, document: Document) -> Result<Explanation, AppError> {
        let (live, warnings) = app::prepare(&self.config).await?;
        report::findings(&warnings);
        explain::judge(&live, self.candidate(document, &live.config)).await
    }

    fn candidate(&self, document: Document, config: &Config) -> Candidate {
        let Document { bytes, content_type, url, .. } = document;
        let extracted = if url.is_some() || explain::is_page(Path::new(&self.article), &bytes) {
            let layout = url.as_ref().and_then(|url| config.site(url));
            let now = Some(Timestamp::now());
            pipeline::explain_page(&bytes, content_type.as_deref(), url.as_ref(), layout, now)
                .extracted
        } else {
            explain::plain_text(&String::from_utf8_lossy(&bytes))
        };
        Candidate { extracted, url: url.map(String::from), source: self.source.clone() }
    }

    async fn recall(&self, id: ArticleId) -> Result<Option<Explanation>, AppError> {
        let (live, _) = app::prepare(&self.config).await?;
        explain::recall(&live.config, id).await
    }

    fn show(&self, explanation: &Explanation) -> ExitCode {
        if self.json {
            output::print_json(explanation)
        } else {
            output::print_text(|out| article(explanation, self.language, out))
        }
    }
}

fn article(explanation: &Explanation, locale: Locale, out: &mut String) -> fmt::Result {
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    writeln!(out, "{}", explanation.title)?;
    for (name, value) in [
        ("url", known(&explanation.url)),
        ("source", known(&explanation.source)),
        ("language", known(&explanation.language)),
        ("published", known(&explanation.published)),
        ("read by", explanation.method.clone()),
        ("story", explanation.story.clone()),
    ] {
        writeln!(out, "{name:>10}  {value}")?;
    }
    if let Some(original) = &explanation.duplicate_of {
        writeln!(out, "{:>10}  {original}", "copy of")?;
    }
    for warning in &explanation.warnings {
        writeln!(out, "{:>10}  {warning}", "warning")?;
    }
    if explanation.topics.is_empty() {
        writeln!(out, "\nno topic: nobody would be told")?;
    }
    explanation.topics.iter().try_for_each(|told| topic(told, locale, out))
}

fn topic(told: &TopicExplanation, locale: Locale, out: &mut String) -> fmt::Result {
    let places: Vec<String> =
        told.spans.iter().take(WORDS).map(|span| format!("“{}”", span.text)).collect();
    writeln!(out, "\ntopic {} (rule {}): {}", told.id, told.rule, places.join(", "))?;
    let polarity = phrases::polarity(told.polarity.label, locale);
    let p = told.polarity.p_negative;
    let hearsay = if told.hearsay { ", hearsay" } else { "" };
    writeln!(
        out,
        "  polarity {polarity}, {:.2}, p(negative) {p:.2}{hearsay}",
        told.polarity.score
    )?;
    let evidence = told.polarity.evidence.iter().take(WORDS);
    evidence.map(|one| word(one, locale)).try_for_each(|line| writeln!(out, "    {line}"))?;
    for found in &told.categories {
        let words: Vec<String> =
            found.spans.iter().take(WORDS).map(|span| format!("“{}”", span.text)).collect();
        writeln!(out, "  category {} (gravity {}): {}", found.id, found.weight, words.join(", "))?;
    }
    sum(told, locale, out)?;
    let level = told.severity.level.map_or("-", |level| phrases::level(level, locale));
    let reason = phrases::reason(told.reason, locale);
    writeln!(out, "  {}: {level}, {reason}", phrases::text("explain.level", locale))?;
    if let Some(incident) = &told.incident {
        writeln!(out, "  crisis plan {} ({})", incident.plan, incident.state)?;
        incident.steps.iter().try_for_each(|step| writeln!(out, "    {step}"))?;
    }
    for telling in &told.told {
        writeln!(
            out,
            "  told: {} by {} in {}",
            telling.recipient, telling.channel, telling.language
        )?;
    }
    for hold in &told.held {
        let by = hold.by.as_deref().map_or_else(String::new, |by| format!(" ({by})"));
        writeln!(out, "  not at once: {}{by}", phrases::held_why(hold.why, locale))?;
    }
    Ok(())
}

fn word(one: &Evidence, locale: Locale) -> String {
    format!("{:+.2} “{}” {}", one.value, one.text, phrases::evidence_kind(one.kind, locale))
}

fn sum(told: &TopicExplanation, locale: Locale, out: &mut String) -> fmt::Result {
    let score = format!("{:.1}", told.severity.score);
    writeln!(out, "  {}", phrases::fill("explain.severity", locale, &[("score", &score)]))?;
    for part in &told.severity.parts {
        let name = phrases::part(part.name, locale);
        let fact = phrases::fact(&part.fact, locale);
        writeln!(out, "    {:>5.1} / {:<3.0} {name} ({fact})", part.points, part.max)?;
    }
    let adjustments = told.severity.adjustments.iter();
    adjustments
        .map(|one| phrases::adjustment(one, locale))
        .try_for_each(|line| writeln!(out, "    {line}"))
}
