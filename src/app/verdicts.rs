//! What staff says of alerts, stories and articles: recorded beside the running daemon, listed, and
//! given out as examples to learn from.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, location, writing};
use crate::config::Config;
use crate::model::{
    Alert, AlertId, Article, ArticleId, Field, Span, StaffVerdict, StoryId, TopicMatch, VerdictId,
    VerdictLabel,
};
use crate::store::articles::Verdict;
use crate::store::{Store, StoreError, Transaction, alerts, articles, stories, verdicts};

/// A verdict that is to be recorded.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Identifier of an alert, a story or an article.
    pub about: String,
    /// What it says.
    pub label: VerdictLabel,
    /// Who says it.
    pub by: Option<String>,
    /// Why.
    pub note: Option<String>,
}

/// One line of `atalaya verdict --list --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerdictRow {
    /// The story.
    pub story: String,
    /// The topic; null means all of the story.
    pub topic: Option<String>,
    /// The article that was judged.
    pub article: String,
    /// Its headline; null if it is no longer kept.
    pub title: Option<String>,
    /// What it says.
    pub label: VerdictLabel,
    /// Who said it.
    pub by: Option<String>,
    /// Why.
    pub note: Option<String>,
    /// When, RFC 3339.
    pub at: String,
}

/// One line of `atalaya verdict --export`: an article toward a target, as staff judged it.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Example {
    /// The story.
    pub story: String,
    /// Headline.
    pub title: String,
    /// Text.
    pub body: String,
    /// The topic, by id.
    pub target: String,
    /// Where the topic is named, in title + "\n" + body.
    pub mentions: Vec<Mention>,
    /// Severity of the story when the article came, without the part of a verdict; null if it was not
    /// scored.
    pub score: Option<f64>,
    /// BCP-47.
    pub language: Option<String>,
    /// What staff said.
    pub label: VerdictLabel,
    /// When, RFC 3339.
    pub at: String,
}

/// A place of a target, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mention {
    /// First character.
    pub from: usize,
    /// One past the last.
    pub to: usize,
}

/// Records a verdict; false if the archive knows nothing of that identifier.
///
/// # Errors
/// If the store is away.
pub async fn record(config: &Config, statement: Statement) -> Result<bool, AppError> {
    writing(config, move |tx| {
        let Some(subject) = subject(tx, &statement.about)? else { return Ok(false) };
        let (story_id, topic_id, article_id) = subject;
        let verdict = StaffVerdict {
            id: VerdictId::new(),
            story_id,
            topic_id,
            article_id,
            label: statement.label,
            by: statement.by.clone(),
            note: statement.note.clone(),
            at: Timestamp::now(),
        };
        verdicts::add(tx, &verdict)?;
        Ok(true)
    })
    .await
}

/// Story, topic and article that an identifier stands for.
pub(super) type Subject = (StoryId, Option<String>, ArticleId);

/// Story, topic and article of an alert; none if the archive has lost its story.
pub(super) fn of_alert(
    tx: &mut dyn Transaction,
    alert: &Alert,
) -> Result<Option<Subject>, StoreError> {
    let story = stories::find(tx, alert.story_id)?;
    Ok(story.map(|story| (story.id, Some(alert.topic_id.clone()), story.lead_article)))
}

fn subject(tx: &mut dyn Transaction, about: &str) -> Result<Option<Subject>, StoreError> {
    if let Ok(id) = about.parse::<AlertId>()
        && let Some(alert) = alerts::by_id(tx, id)?
    {
        return of_alert(tx, &alert);
    }
    if let Ok(id) = about.parse::<StoryId>()
        && let Some(story) = stories::find(tx, id)?
    {
        return Ok(Some((story.id, None, story.lead_article)));
    }
    let Ok(id) = about.parse::<ArticleId>() else { return Ok(None) };
    let found = articles::find(tx, id)?;
    Ok(found.and_then(|(article, _)| Some((article.story_id?, None, article.id))))
}

/// All verdicts, oldest first.
///
/// # Errors
/// If the store is away.
pub async fn list(config: &Config) -> Result<Vec<VerdictRow>, AppError> {
    let store = Store::open_to_read(&location(config))?;
    let rows = store.read(|tx| {
        let mut rows = Vec::new();
        for verdict in verdicts::since(tx, Timestamp::MIN)? {
            let article = articles::find(tx, verdict.article_id)?.map(|(article, _)| article);
            rows.push(row(verdict, article));
        }
        Ok(rows)
    });
    let rows = rows.await;
    store.close();
    Ok(rows?)
}

fn row(verdict: StaffVerdict, article: Option<Article>) -> VerdictRow {
    VerdictRow {
        story: verdict.story_id.to_string(),
        topic: verdict.topic_id,
        article: verdict.article_id.to_string(),
        title: article.map(|article| article.title),
        label: verdict.label,
        by: verdict.by,
        note: verdict.note,
        at: verdict.at.to_string(),
    }
}

/// The last verdict on each article and topic that is still in the archive, as examples.
///
/// # Errors
/// If the store is away.
pub async fn examples(config: &Config) -> Result<Vec<Example>, AppError> {
    let store = Store::open_to_read(&location(config))?;
    let examples = store.read(|tx| {
        let mut last = std::collections::BTreeMap::new();
        for verdict in verdicts::since(tx, Timestamp::MIN)? {
            let Some((article, analysis)) = articles::find(tx, verdict.article_id)? else {
                continue;
            };
            let scored = articles::verdicts(tx, article.id)?;
            let topics = analysis.topics.iter().map(|opinion| &opinion.topic);
            let judged =
                |topic: &&TopicMatch| verdict.topic_id.as_ref().is_none_or(|id| *id == topic.id);
            for target in topics.filter(judged) {
                let key = (article.id, target.id.clone());
                last.insert(key, example(&article, target, &scored, &verdict));
            }
        }
        Ok(last.into_values().collect())
    });
    let examples = examples.await;
    store.close();
    Ok(examples?)
}

fn example(
    article: &Article,
    target: &TopicMatch,
    scored: &[Verdict],
    verdict: &StaffVerdict,
) -> Example {
    let behind_title = article.title.chars().count() + 1;
    let mention = |span: &Span| {
        let before = if span.field == Field::Body { behind_title } else { 0 };
        Mention { from: before + span.from, to: before + span.to }
    };
    let score = scored.iter().find(|one| one.topic_id == target.id);
    Example {
        story: verdict.story_id.to_string(),
        title: article.title.clone(),
        body: article.body.clone(),
        target: target.id.clone(),
        mentions: target.spans.iter().map(mention).collect(),
        score: score.map(|one| one.severity.without_verdict()),
        language: article.language.clone(),
        label: verdict.label,
        at: verdict.at.to_string(),
    }
}
