//! Why one article alerts or does not: judged in a scratch store by the daemon's own code, or read
//! back from the archive as it was judged.

use std::path::Path;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, Scratch, location};
use crate::config::Config;
use crate::model::{
    Analysis, Article, ArticleId, Assignment, CategoryMatch, Entry, EntryId, EntryMarks, Extracted,
    HeldWhy, Incident, Locale, Polarity, Reason, Severity, Source, Span, StoryId, TopicOpinion,
};
use crate::pipeline::{Live, Subject, judge_in};
use crate::store::articles::Verdict;
use crate::store::gathered::Reader;
use crate::store::held::{self, Held};
use crate::store::{
    Store, StoreError, Transaction, alerts, articles, deliveries, groups, incidents,
};

/// The shape of `atalaya explain --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// Identifier in the archive; null for a file or URL that was only tried.
    pub id: Option<String>,
    /// Page of the article.
    pub url: Option<String>,
    /// Headline.
    pub title: String,
    /// Medium.
    pub source: Option<String>,
    /// BCP-47, detected, else declared.
    pub language: Option<String>,
    /// RFC 3339, UTC.
    pub published: Option<String>,
    /// Which way the text was found.
    pub method: String,
    /// What is doubtful or missing.
    pub warnings: Vec<String>,
    /// The story; for a tried article a new one.
    pub story: String,
    /// The article that this one copies.
    pub duplicate_of: Option<String>,
    /// All risk categories spoken of anywhere.
    pub categories: Vec<CategoryMatch>,
    /// What follows for each topic.
    pub topics: Vec<TopicExplanation>,
}

/// What an article means for one topic.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TopicExplanation {
    /// The topic.
    pub id: String,
    /// Which of its rules matched.
    pub rule: String,
    /// Where.
    pub spans: Vec<Span>,
    /// Toward the topic's entity; evidence offsets count in title + "\n" + body.
    pub polarity: Polarity,
    /// Categories near the entity, gravest first.
    pub categories: Vec<CategoryMatch>,
    /// 1 in the headline, 0.6 in the lead, 0.25 further down.
    pub prominence: f64,
    /// Hearsay or doubted.
    pub hearsay: bool,
    /// The sum with every term, and the level that follows.
    pub severity: Severity,
    /// Why it is told, or is not.
    pub reason: Reason,
    /// Crisis plan that starts, if any.
    pub incident: Option<IncidentExplanation>,
    /// Who is told what, in which language; at once, or with others of its group.
    pub told: Vec<Telling>,
    /// What holds it back, or held it back.
    pub held: Vec<HoldExplanation>,
}

/// Why an alert was not told at once.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HoldExplanation {
    /// Why.
    pub why: HeldWhy,
    /// The silence, the alert that stands for it, the digest; null in a storm.
    pub by: Option<String>,
}

/// A crisis plan that starts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IncidentExplanation {
    /// The plan.
    pub plan: String,
    /// `proposed` or `active`.
    pub state: &'static str,
    /// What is to be done, and by whom.
    pub steps: Vec<String>,
}

/// One message.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Telling {
    /// Channel.
    pub channel: String,
    /// Person or room.
    pub recipient: String,
    /// Language of the message.
    pub language: Locale,
}

/// What is known of an article before it is judged.
pub struct Candidate {
    /// As it was extracted.
    pub extracted: Extracted,
    /// Where it came from.
    pub url: Option<String>,
    /// The medium, if it is one of the configured sources.
    pub source: Option<String>,
}

/// What the present rules would do with an article, were it the first of its story.
///
/// # Errors
/// If the scratch store cannot be made.
pub async fn judge(live: &Live, candidate: Candidate) -> Result<Explanation, AppError> {
    let scratch = Scratch::new();
    let store = scratch.open().await?;
    let subject = subject(live, candidate);
    let config = live.config.clone();
    let explained = store
        .write(move |tx| {
            let judged = judge_in(tx, &subject, &config, Timestamp::now())?;
            let verdicts = articles::verdicts(tx, judged.article.id)?;
            describe(tx, &config, &judged.article, &judged.analysis, &verdicts)
        })
        .await;
    store.close();
    Ok(Explanation { id: None, ..explained? })
}

/// What was done with an article of the archive; none if there is none of that id.
///
/// # Errors
/// If the store cannot be read.
pub async fn recall(config: &Config, id: ArticleId) -> Result<Option<Explanation>, AppError> {
    let store = Store::open_to_read(&location(config))?;
    let known = config.clone();
    let explained = store
        .read(move |tx| {
            let Some((article, analysis)) = articles::find(tx, id)? else { return Ok(None) };
            let verdicts = articles::verdicts(tx, id)?;
            describe(tx, &known, &article, &analysis, &verdicts).map(Some)
        })
        .await;
    store.close();
    Ok(explained?)
}

fn subject(live: &Live, candidate: Candidate) -> Subject {
    let now = Timestamp::now();
    let Candidate { extracted, url, source } = candidate;
    let source = source.and_then(|id| live.sources.get(&id)).cloned().unwrap_or_else(|| {
        Source::unlisted(extracted.site_name.as_deref().unwrap_or("unknown")).into()
    });
    let title = extracted.title.unwrap_or_default();
    let body = extracted.body.unwrap_or_default();
    let url = extracted.canonical_url.or(url).unwrap_or_default();
    let published_at = extracted.published.as_deref().and_then(|text| text.parse().ok());
    let entry = Entry {
        id: EntryId::new(),
        source_id: source.id.clone(),
        key: url.clone(),
        url: url.clone(),
        title: title.clone(),
        text: String::new(),
        authors: extracted.authors.clone(),
        published_at,
        discovered_at: now,
        history: false,
        marks: EntryMarks::default(),
    };
    let mut article = Article {
        id: ArticleId::new(),
        source_id: source.id.clone(),
        story_id: None,
        duplicate_of: None,
        url,
        original_url: extracted.original_url,
        title,
        body,
        authors: extracted.authors,
        language: extracted.language,
        published_at,
        discovered_at: now,
        method: extracted.method.unwrap_or_else(|| "text".to_owned()),
        warnings: extracted.warnings,
    };
    let analysis = live.engine.analyse(&article.document(&source));
    article.language.clone_from(&analysis.language);
    let assignment = Assignment { story: StoryId::new(), opens: true, duplicate_of: None };
    Subject { entry, epoch: 0, source, article, analysis, assignment, is_revision: false }
}

fn describe(
    tx: &mut dyn Transaction,
    config: &Config,
    article: &Article,
    analysis: &Analysis,
    verdicts: &[Verdict],
) -> Result<Explanation, StoreError> {
    let story = article.story_id.unwrap_or_else(StoryId::new);
    let mut topics = Vec::new();
    for opinion in &analysis.topics {
        let verdict = verdicts.iter().find(|verdict| verdict.topic_id == opinion.topic.id);
        if let Some(verdict) = verdict {
            topics.push(topic(tx, config, story, opinion, verdict)?);
        }
    }
    let source = config.sources.iter().find(|source| source.id == article.source_id);
    Ok(Explanation {
        id: Some(article.id.to_string()),
        url: Some(article.url.clone()).filter(|url| !url.is_empty()),
        title: article.title.clone(),
        source: Some(
            source.map_or_else(|| article.source_id.clone(), |source| source.name.clone()),
        ),
        language: article.language.clone(),
        published: article.published_at.map(|at| at.to_string()),
        method: article.method.clone(),
        warnings: article.warnings.clone(),
        story: story.to_string(),
        duplicate_of: article.duplicate_of.map(|id| id.to_string()),
        categories: analysis.categories.clone(),
        topics,
    })
}

fn topic(
    tx: &mut dyn Transaction,
    config: &Config,
    story: StoryId,
    opinion: &TopicOpinion,
    verdict: &Verdict,
) -> Result<TopicExplanation, StoreError> {
    let alert = alerts::find(tx, story, &opinion.topic.id)?;
    let (mut told, mut held) = (Vec::new(), Vec::new());
    if let Some(alert) = &alert {
        let messages = deliveries::of_thread(tx, &alert.id.to_string())?;
        let waiting = groups::readers_of(tx, alert.id)?;
        told = messages.into_iter().map(|message| (message.channel, message.recipient)).collect();
        told.extend(waiting);
        held = held::of_alert(tx, alert.id)?;
    }
    let incident = match alert {
        Some(_) => incidents::of_story(tx, story)?.map(|(incident, _)| incident),
        None => None,
    };
    Ok(TopicExplanation {
        id: opinion.topic.id.clone(),
        rule: opinion.topic.rule.clone(),
        spans: opinion.topic.spans.clone(),
        polarity: opinion.polarity.clone(),
        categories: opinion.categories.clone(),
        prominence: opinion.prominence,
        hearsay: opinion.hearsay,
        severity: verdict.severity.clone(),
        reason: verdict.reason,
        incident: incident.map(|incident| incident_of(config, &incident)),
        told: told.iter().map(telling).collect(),
        held: held.into_iter().map(hold).collect(),
    })
}

fn incident_of(config: &Config, incident: &Incident) -> IncidentExplanation {
    let person = |id: &str| {
        config.people.get(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
    };
    let step = |step: &crate::model::Step| {
        let due = step.due_at.map_or_else(String::new, |at| format!(", by {at}"));
        format!("{}: {}{due}", person(&step.person), step.title)
    };
    IncidentExplanation {
        plan: incident.plan_id.clone(),
        state: incident.state.name(),
        steps: incident.steps.iter().map(step).collect(),
    }
}

fn telling((channel, recipient): &Reader) -> Telling {
    Telling {
        channel: channel.clone(),
        recipient: recipient.id.clone(),
        language: recipient.locale,
    }
}

fn hold(held: Held) -> HoldExplanation {
    HoldExplanation { why: held.why, by: Some(held.by).filter(|by| !by.is_empty()) }
}

/// The text of a plain file: its first line is the headline.
#[must_use]
pub fn plain_text(text: &str) -> Extracted {
    let (title, body) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
    Extracted {
        title: Some(title.trim().to_owned()),
        body: Some(body.trim().to_owned()),
        method: Some("text".to_owned()),
        ..Extracted::default()
    }
}

/// Whether a file holds a page rather than plain text.
#[must_use]
pub fn is_page(path: &Path, bytes: &[u8]) -> bool {
    let named = path.extension().is_some_and(|ext| ext == "html" || ext == "htm" || ext == "gz");
    let start: Vec<u8> = bytes.iter().take(1024).map(u8::to_ascii_lowercase).collect();
    let tag = |tag: &[u8]| start.windows(tag.len()).any(|window| window == tag);
    named || tag(b"<html") || tag(b"<!doctype") || tag(b"<head") || tag(b"<body")
}
