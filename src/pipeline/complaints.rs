//! Complaints on their way through the pipeline: judged as articles of a source of their own, so that they
//! join stories and raise their spread; seen as a wave where they come in numbers.

mod filing;
mod mailboxes;
mod rating;
mod reminders;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::outcome::Subject;
use crate::analyse::Engine;
use crate::config::{ComplaintRules, Config};
use crate::model::{
    Adjustment, Alert, Analysis, Article, ArticleId, Complaint, Entry, Field, Level, Polarity,
    PolarityLabel, Reason, Severity, Source, Span, StoryFacts, StoryId, TopicMatch, TopicOpinion,
    Wave, WaveAbout,
};
use crate::phrases;
use crate::plan;
use crate::store::complaint_waves::{self as waves, Open};
use crate::store::{StoreError, Transaction, complaints, story_edits};
use crate::story::{self, Inflow, Usual};

pub use filing::file;
pub(super) use mailboxes::{run as read_mailboxes, sources as mailboxes};
pub use rating::rate;
pub(super) use reminders::{look, tidy};

/// Whoever complains speaks ill of us at least this surely.
const LEAST_P: f64 = 0.8;
const LEAST_SCORE: f64 = -0.6;
/// The name of the rule that finds our topic in a complaint.
const RULE: &str = "complaint";
/// How an article came by its text.
const METHOD: &str = "complaint";

/// Whether an entry is a complaint.
pub(super) fn is_one(entry: &Entry) -> bool {
    entry.source_id == Source::COMPLAINTS
}

/// The source that a complaint is an article of: its customer is a voice of its own.
pub(super) fn source(config: &Config, complaint: &Complaint) -> Source {
    Source {
        name: phrases::text("complaint.source", config.organisation.locale).to_owned(),
        owner: format!("customer:{}", complaint.customer),
        ..Source::unlisted(Source::COMPLAINTS)
    }
}

/// A complaint as an article, and what it says of us.
pub(super) fn read(
    entry: &Entry,
    complaint: &Complaint,
    source: &Source,
    rules: Option<&ComplaintRules>,
    engine: &Engine,
) -> (Article, Analysis) {
    let article = Article {
        id: ArticleId::new(),
        source_id: Source::COMPLAINTS.to_owned(),
        story_id: None,
        duplicate_of: None,
        url: entry.url.clone(),
        original_url: None,
        title: entry.title.clone(),
        body: entry.text.clone(),
        authors: Vec::new(),
        language: complaint.language.clone(),
        published_at: entry.published_at,
        discovered_at: entry.discovered_at,
        method: METHOD.to_owned(),
        warnings: Vec::new(),
    };
    let analysis = engine.analyse(&article.document(source));
    let language = analysis.language.clone();
    let analysis = match rules {
        Some(rules) => about_us(analysis, &rules.topic, &article),
        None => Analysis { topics: Vec::new(), ..analysis },
    };
    (Article { language, ..article }, analysis)
}

/// A complaint is about us whether it names us or not, and it speaks ill of us by being one; what else it
/// names is no news of that.
fn about_us(analysis: Analysis, topic: &str, article: &Article) -> Analysis {
    let Analysis { language, topics, categories } = analysis;
    let found = topics.into_iter().find(|found| found.topic.id == topic);
    let opinion = found.unwrap_or_else(|| TopicOpinion {
        topic: TopicMatch {
            id: topic.to_owned(),
            rule: RULE.to_owned(),
            spans: vec![Span {
                field: Field::Title,
                from: 0,
                to: article.title.chars().count(),
                text: article.title.clone(),
                term: RULE.to_owned(),
            }],
        },
        polarity: Polarity {
            label: PolarityLabel::Neutral,
            score: 0.0,
            p_negative: 0.0,
            evidence: Vec::new(),
        },
        categories: categories.clone(),
        prominence: 1.0,
        hearsay: false,
        second: None,
    });
    let polarity = match opinion.polarity {
        negative if negative.p_negative >= LEAST_P => negative,
        other => Polarity {
            label: PolarityLabel::Negative,
            score: other.score.min(LEAST_SCORE),
            p_negative: LEAST_P,
            evidence: other.evidence,
        },
    };
    let opinion = TopicOpinion { polarity, hearsay: false, ..opinion };
    Analysis { language, topics: vec![opinion], categories }
}

/// What a complaint is beside being an article.
pub(super) struct Standing {
    /// The story on which an alert tells of it: its own, or that of its wave.
    pub story: StoryId,
    /// The wave that it belongs to; none if it came alone.
    pub wave: Option<Wave>,
    /// The headline of that wave.
    pub headline: Option<String>,
}

/// Records into which story a complaint was put, and sees whether it belongs to a wave. None for what is no
/// complaint.
pub(super) fn heed(
    tx: &mut dyn Transaction,
    subject: &Subject,
    story: StoryId,
    config: &Config,
    now: Timestamp,
) -> Result<Option<Standing>, StoreError> {
    if !is_one(&subject.entry) {
        return Ok(None);
    }
    let alone = Standing { story, wave: None, headline: None };
    let Some(complaint) = complaints::of_entry(tx, subject.entry.id)? else {
        return Ok(Some(alone));
    };
    complaints::put_into(tx, &complaint.number, story)?;
    let Some(rules) = config.complaints.as_ref().filter(|_| !subject.entry.history) else {
        return Ok(Some(alone));
    };
    let found = match joined(tx, &complaint, rules, now)? {
        Some(found) => Some(found),
        None => begun(tx, &complaint, rules, (story, now))?,
    };
    Ok(Some(match found {
        None => alone,
        Some((story, wave)) => {
            let headline = phrases::wave_headline(&wave, config.organisation.locale);
            Standing { story, wave: Some(wave), headline: Some(headline) }
        }
    }))
}

/// What a complaint may be part of: its branch first, which says more.
fn subjects(complaint: &Complaint) -> impl Iterator<Item = (WaveAbout, &str)> {
    let names = [(WaveAbout::Branch, &complaint.branch), (WaveAbout::Product, &complaint.product)];
    names.into_iter().filter_map(|(about, name)| Some((about, name.as_deref()?)))
}

fn window(rules: &ComplaintRules, now: Timestamp) -> Timestamp {
    let hours = SignedDuration::from_hours(i64::from(rules.wave.hours));
    now.checked_sub(hours).unwrap_or(Timestamp::MIN)
}

/// A wave that goes on takes the complaint in.
fn joined(
    tx: &mut dyn Transaction,
    complaint: &Complaint,
    rules: &ComplaintRules,
    now: Timestamp,
) -> Result<Option<(StoryId, Wave)>, StoreError> {
    for (about, name) in subjects(complaint) {
        let Some(open) = waves::open(tx, about, name, window(rules, now))? else { continue };
        waves::join(tx, &open.id, &complaint.number, complaint.received_at)?;
        let story = story_edits::current(tx, open.story)?;
        return Ok(Some((story, extent(tx, &open, (about, name), rules)?)));
    }
    Ok(None)
}

/// A wave begins where many customers complain of one thing, and its own past does not let expect it.
fn begun(
    tx: &mut dyn Transaction,
    complaint: &Complaint,
    rules: &ComplaintRules,
    (own, now): (StoryId, Timestamp),
) -> Result<Option<(StoryId, Wave)>, StoreError> {
    let since = window(rules, now);
    for (about, name) in subjects(complaint) {
        if waves::customers(tx, about, name, (since, now))? < rules.wave.least {
            continue;
        }
        let hours = waves::hours(tx, about, name, now)?;
        let inflow = Inflow {
            totals: &hours.totals,
            hours: &hours.about,
            recent: usize::try_from(rules.wave.hours).unwrap_or(1),
            least: rules.wave.least,
            kinds: usize::try_from(hours.kinds).unwrap_or(1),
        };
        let Some(Usual(usual)) = story::wave(inflow) else { continue };
        let story = waves::story(tx, about, name, (since, now))?.unwrap_or(own);
        let story = story_edits::current(tx, story)?;
        let id = complaint.number.clone();
        let wave = Open { id, story, began_at: now, usual };
        waves::begin(tx, (about, name), &wave, (since, now))?;
        return Ok(Some((story, extent(tx, &wave, (about, name), rules)?)));
    }
    Ok(None)
}

/// How many customers in how many hours, at least those of the window; what is usual grows with them.
fn extent(
    tx: &mut dyn Transaction,
    open: &Open,
    (about, name): (WaveAbout, &str),
    rules: &ComplaintRules,
) -> Result<Wave, StoreError> {
    let (customers, hours) = waves::extent(tx, &open.id)?;
    let hours = hours.max(rules.wave.hours);
    let usual = open.usual.map(|usual| usual * f64::from(hours) / f64::from(rules.wave.hours));
    Ok(Wave { about, name: name.to_owned(), customers, hours, usual })
}

/// The article as an alert shows it: with the headline of the wave that it belongs to.
pub(super) fn shown(article: &Article, complaint: Option<&Standing>) -> Article {
    let headline = complaint.and_then(|complaint| complaint.headline.clone());
    let title = headline.unwrap_or_else(|| article.title.clone());
    Article { title, ..article.clone() }
}

/// Whether an article is a complaint of a wave.
pub(super) fn in_wave(complaint: Option<&Standing>) -> bool {
    complaint.is_some_and(|complaint| complaint.wave.is_some())
}

/// A complaint that came alone alerts nobody; it counts where people are alerted already.
pub(super) fn mute(complaint: Option<&Standing>, open: Option<&Alert>) -> Option<Reason> {
    let complaint = complaint?;
    let watched = open.is_some_and(|alert| !alert.state.is_closed());
    (complaint.wave.is_none() && !watched).then_some(Reason::LoneComplaint)
}

/// A wave lifts the level to the one configured, and to what a plan says of so many complaints.
pub(super) fn floored(
    severity: Severity,
    complaint: Option<&Standing>,
    config: &Config,
    opinion: &TopicOpinion,
    facts: &StoryFacts,
) -> Severity {
    let wave = complaint.and_then(|complaint| complaint.wave.as_ref());
    let Some((rules, wave)) = config.complaints.as_ref().zip(wave) else { return severity };
    let categories: Vec<String> = opinion.categories.iter().map(|found| found.id.clone()).collect();
    let seen = plan::Facts {
        categories: &categories,
        level: severity.level.unwrap_or(Level::Blue),
        score: severity.score,
        facts,
        queries: &BTreeSet::new(),
    };
    let planned = plan::choose(&config.plans, &seen).map(|(_, level, _)| level);
    let level = rules.wave.level.max(planned.unwrap_or(Level::Blue));
    let mut adjustments = severity.adjustments;
    adjustments.push(Adjustment::Wave { level, wave: wave.clone() });
    Severity { level: severity.level.max(Some(level)), adjustments, ..severity }
}
