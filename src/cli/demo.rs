//! `atalaya demo`: a bank's bad day in two minutes, live on the terminal.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use console::style;
use indicatif::{ProgressBar, ProgressStyle};

use super::stories::configuration;
use super::{output, report};
use crate::app::Parsing;
use crate::demo::outcome::{self, Outcome, Witness, script_id};
use crate::demo::{Heard, Life, Play, PlayError};
use crate::model::{AttemptOutcome, Level, Locale, Reason, TopicOpinion};
use crate::phrases;
use crate::pipeline::{Event, Judged, Told};
use crate::telemetry::{self, LogFormat};

mod plan;

/// Replay a bank's bad day on an embedded newsroom, with no network and no set-up
#[derive(Args)]
pub struct Demo {
    /// Play this many times faster
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    speed: f64,
    /// End with one JSON object on standard output
    #[arg(long)]
    json: bool,
    /// Leave everything running at the end, until Ctrl-C
    #[arg(long)]
    keep: bool,
    /// Keep the files here instead of a new temporary directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// es, en or zh: of the plan's timeline and its review. Default: the terminal's (`LC_ALL`, `LANG`)
    #[arg(long, value_name = "LANG")]
    language: Option<Locale>,
}

impl Demo {
    /// Exit code 0 only if all went as scripted.
    pub fn run(self) -> ExitCode {
        telemetry::init_log(LogFormat::Text, "error");
        report::on_runtime(self.play())
    }

    async fn play(self) -> ExitCode {
        let directory = self.dir.clone().unwrap_or_else(new_directory);
        let parsing = Parsing::own_processes();
        let (play, heard) = match Play::begin(&directory, self.speed, &parsing).await {
            Ok(begun) => begun,
            Err(PlayError::App(error)) => return report::fault(&error),
            Err(error @ PlayError::Speed(_)) => {
                return output::refuse(&error, ExitCode::from(report::BAD_INPUT));
            }
            Err(error) => return output::refuse(&error, ExitCode::from(report::DEPENDENCY)),
        };
        let status_page = play.app.web_address().map(|address| format!("http://{address}/"));
        introduce(&play, &directory, status_page.as_deref());
        let mut witness = Witness::default();
        watch(&play, heard, &mut witness).await;
        let (mut outcome, lives) = match outcome::outcome(&play, &witness).await {
            Ok(outcome) => outcome,
            Err(error) => return report::fault(&error),
        };
        let locale = self.language.unwrap_or_else(plan::language_of_terminal);
        if let Err(code) = tell_plans(&play, &mut outcome, &lives, (locale, &directory)) {
            return code;
        }
        summarise(&outcome, &directory);
        if self.keep {
            keep(&play, status_page.as_deref()).await;
        }
        play.end().await;
        if self.json {
            output::print_json(&outcome);
        }
        ExitCode::from(u8::from(!outcome.as_scripted))
    }
}

/// Shows how each plan went, and writes its review.
fn tell_plans(
    play: &Play,
    outcome: &mut Outcome,
    lives: &[Life],
    (locale, directory): (Locale, &Path),
) -> Result<(), ExitCode> {
    let config = configuration(&play.stage.config)?;
    for (life, row) in lives.iter().zip(&mut outcome.incidents) {
        plan::show(&config, life, locale);
        let written = plan::write_review(&config, life, locale, directory);
        row.review = Some(written.map_err(|error| {
            let what = format!("the review in {}: {error}", directory.display());
            output::refuse(&what, ExitCode::from(report::DEPENDENCY))
        })?);
    }
    Ok(())
}

fn new_directory() -> PathBuf {
    let stamp = jiff::Timestamp::now().as_second();
    std::env::temp_dir().join(format!("atalaya-demo-{stamp}-{}", std::process::id()))
}

fn introduce(play: &Play, directory: &Path, status_page: Option<&str>) {
    eprintln!("{}", style("Atalaya — a bank's bad day, replayed").bold());
    eprintln!("  newsroom     {}", play.newsroom_url());
    eprintln!("  status page  {}", status_page.unwrap_or("-"));
    eprintln!("  files        {}\n", directory.display());
}

/// Shows what happens until the day is over.
async fn watch(play: &Play, heard: Heard, witness: &mut Witness) {
    let length = play.script.length();
    let bar = ProgressBar::new(length.as_secs());
    let template = "{bar:30.cyan/dim} {pos:>3}/{len} s of the day  {msg}";
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    let (mut read, mut sent) = (0, 0);
    let Heard { mut events, mut mails, mut posts } = heard;
    let over = play.over();
    tokio::pin!(over);
    loop {
        tokio::select! {
            finished = &mut over => {
                witness.finished = finished;
                break;
            }
            Ok(event) = events.recv() => {
                read += usize::from(matches!(event, Event::Judged(_)));
                show(&bar, &event, witness);
            }
            Some(mail) = mails.recv() => {
                sent += 1;
                witness.mail_keys.extend(mail.key);
            }
            Some(post) = posts.recv() => {
                sent += 1;
                witness.post_keys.extend(post.key);
            }
            _ = tick.tick() => {
                bar.set_position(play.clock.elapsed().min(length).as_secs());
                bar.set_message(format!("{read} articles read, {sent} messages arrived"));
            }
        }
    }
    bar.finish_and_clear();
}

fn show(bar: &ProgressBar, event: &Event, witness: &mut Witness) {
    match event {
        Event::Polled { result: Ok(_), .. } => {}
        Event::Polled { source, result: Err(error) } => {
            line(bar, format!("poll of {source} failed: {error}"));
        }
        Event::Judged(judged) => {
            for told in judged.told.iter().filter(|told| told.deliveries > 0) {
                let level = told.severity.level;
                if let (Some(id), Some(level)) = (script_id(&judged.article.url), level) {
                    let highest = witness.told.entry(id).or_insert(level);
                    *highest = (*highest).max(level);
                }
            }
            show_article(bar, judged);
        }
        Event::Sent { delivery, outcome } => {
            let to = &delivery.recipient.address;
            let text = match outcome {
                AttemptOutcome::Accepted(_) => {
                    format!("      → {} {to} [{}]", delivery.channel, delivery.recipient.locale)
                }
                AttemptOutcome::Retry { error, .. } => {
                    format!("      … {} {to}: {error}", delivery.channel)
                }
                AttemptOutcome::Refused(error) | AttemptOutcome::Gone(error) => {
                    format!("      ✗ {} {to}: {error}", delivery.channel)
                }
            };
            line(bar, style(text).dim().to_string());
        }
    }
}

fn line(bar: &ProgressBar, text: String) {
    // A bar that is not drawn (no terminal) would swallow the line.
    if bar.is_hidden() {
        eprintln!("{text}");
    } else {
        bar.println(text);
    }
}

/// An article, and under it why it was told or was not.
fn show_article(bar: &ProgressBar, judged: &Judged) {
    let article = &judged.article;
    let language = article.language.as_deref().and_then(|tag| tag.split('-').next());
    let language = language.unwrap_or("??");
    let copy = if article.duplicate_of.is_some() { " (copy)" } else { "" };
    let headline =
        format!("{language} {:<22} {}{copy}", shortened(&judged.source, 22), article.title);
    let told = judged.told.iter().any(|told| told.deliveries > 0);
    let headline = style(headline);
    line(bar, if told { headline.bold() } else { headline }.to_string());
    for told in &judged.told {
        let opinion =
            judged.analysis.topics.iter().find(|opinion| opinion.topic.id == told.topic_id);
        let telling = told.reason != Reason::WatchOnly || told.severity.score > 0.0;
        if let Some(opinion) = opinion.filter(|_| telling) {
            line(bar, why(told, opinion));
        }
    }
}

fn why(told: &Told, opinion: &TopicOpinion) -> String {
    let mut facts = vec![
        format!("{} {:.0}", told.topic_id, told.severity.score.floor()),
        phrases::reason(told.reason, Locale::En).to_owned(),
    ];
    if told.severity.score > 0.0 {
        facts.push(sum(told));
        facts.extend(words(opinion));
    }
    facts.extend(told.incident.as_ref().map(|number| format!("incident {number}")));
    let told_at = told.severity.level.filter(|_| told.deliveries > 0);
    if told_at.is_some() {
        facts.push(format!("{} messages", told.deliveries));
    }
    let text = format!("      {}", facts.join(" · "));
    told_at.map_or_else(|| style(&text).dim().to_string(), |level| painted(level, &text))
}

fn sum(told: &Told) -> String {
    let counted = told.severity.parts.iter().filter(|part| part.points != 0.0);
    let named =
        counted.map(|part| format!("{} {:.0}", phrases::part(part.name, Locale::En), part.points));
    named.collect::<Vec<_>>().join(" + ")
}

/// The words that named the risks, quoted; none if none did.
fn words(opinion: &TopicOpinion) -> Option<String> {
    let spans = opinion.categories.iter().flat_map(|found| &found.spans);
    let mut words: Vec<&str> = spans.map(|span| span.text.as_str()).take(4).collect();
    words.dedup();
    (!words.is_empty()).then(|| format!("“{}”", words.join("”, “")))
}

fn painted(level: Level, text: &str) -> String {
    let text = style(text).bold();
    match level {
        Level::Blue => text.blue(),
        Level::Yellow => text.yellow(),
        Level::Orange => text.color256(208),
        Level::Red => text.red(),
    }
    .to_string()
}

fn shortened(text: &str, width: usize) -> String {
    text.chars().take(width).collect()
}

fn summarise(outcome: &Outcome, directory: &Path) {
    eprintln!("\n{}", style("The day in figures").bold());
    eprintln!(
        "  {} articles read ({} copies), {} about a topic, {} stories",
        outcome.articles, outcome.duplicates, outcome.matches, outcome.stories
    );
    for alert in &outcome.alerts {
        let text = format!(
            "  alert {} {:.0}: {} ({} articles, told {}×)",
            alert.level, alert.severity.score, alert.story, alert.articles, alert.told
        );
        eprintln!("{}", painted(alert.level, &text));
    }
    for incident in &outcome.incidents {
        eprintln!(
            "  incident {} {} by plan {}: {}",
            incident.number, incident.level, incident.plan, incident.title
        );
        for step in &incident.steps {
            eprintln!(
                "    {:<20} {} by {}",
                step.person,
                step.title,
                step.due_at.as_deref().unwrap_or("-")
            );
        }
        if let Some(review) = &incident.review {
            eprintln!("    review   {}", review.html.display());
            eprintln!("             {}", review.markdown.display());
        }
    }
    for source in outcome.sources.iter().filter(|source| source.is_unwell()) {
        let why = source.reason.as_deref().unwrap_or_default();
        eprintln!("  source {} is {}: {why}", source.id, source.health.name());
    }
    for source in &outcome.sources {
        if let Some(address) = &source.address {
            eprintln!("  source {} has moved to {address}", source.id);
        }
    }
    let accepted =
        outcome.deliveries.iter().filter(|delivery| delivery.state == "accepted").count();
    eprintln!(
        "  {accepted} of {} messages arrived: {} mails, {} posts",
        outcome.deliveries.len(),
        outcome.mails_received,
        outcome.posts_received
    );
    let config = directory.join("config/atalaya.toml");
    eprintln!("  all sources: atalaya sources --config {}", config.display());
    eprintln!("  mailbox  {}", outcome.mailbox.display());
    eprintln!("  archive  {}", outcome.archive.display());
    eprintln!("  all files of the demo are in {}", directory.display());
    if outcome.as_scripted {
        eprintln!("{}", style("All went as scripted.").green());
    } else {
        for problem in &outcome.problems {
            eprintln!("{}", style(format!("  not as scripted: {problem}")).red());
        }
    }
}

async fn keep(play: &Play, status_page: Option<&str>) {
    eprintln!("\nStill running; Ctrl-C ends it.");
    eprintln!("  status page  {}", status_page.unwrap_or("-"));
    eprintln!("  newsroom     {}", play.newsroom_url());
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("atalaya: {error}");
    }
}
