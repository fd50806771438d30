//! What came of the day, read from the store and the sinks, and whether it went as scripted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::life::{IncidentRow, Life};
use super::script::{Medium, TroubleKind};
use super::{Event, Play, Script};
use crate::app::AppError;
use crate::app::sources::SourceReport;
use crate::model::{Alert, Delivery, DeliveryState, Health, Level, Locale, Severity, Story};
use crate::store::{StoreError, Transaction, alerts, deliveries, status, stories};

/// Alerts and deliveries that a demo can have at the most.
const MOST: u32 = 10_000;

/// The shape of `atalaya demo --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Outcome {
    /// Whether all went as scripted.
    pub as_scripted: bool,
    /// What did not.
    pub problems: Vec<String>,
    /// Articles read.
    pub articles: u32,
    /// Articles that concern a topic.
    pub matches: u32,
    /// Articles that copy another.
    pub duplicates: u32,
    /// Stories.
    pub stories: u32,
    /// Alerts, in the order in which they were raised.
    pub alerts: Vec<AlertRow>,
    /// Messages.
    pub deliveries: Vec<DeliveryRow>,
    /// Crisis plans in action.
    pub incidents: Vec<IncidentRow>,
    /// How the sources are at the end of the day.
    pub sources: Vec<SourceReport>,
    /// Mails that arrived.
    pub mails_received: usize,
    /// Chat posts that arrived.
    pub posts_received: usize,
    /// Directory of the `.eml` files.
    pub mailbox: PathBuf,
    /// The daemon's store.
    pub archive: PathBuf,
    /// Where the status page was served.
    pub status_page: Option<String>,
}

/// An alert with its explanation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AlertRow {
    /// Identifier.
    pub id: String,
    /// Headline of the story.
    pub story: String,
    /// Articles of the story.
    pub articles: u32,
    /// Topic.
    pub topic: String,
    /// Highest level told.
    pub level: Level,
    /// Times told.
    pub told: u32,
    /// The sum when it was last told.
    pub severity: Severity,
}

/// A message and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryRow {
    /// Channel.
    pub channel: String,
    /// Person or room.
    pub recipient: String,
    /// Mail address or room.
    pub address: String,
    /// The same for every attempt.
    pub idempotency_key: String,
    /// Language of the message.
    pub language: Locale,
    /// `accepted` where it arrived.
    pub state: &'static str,
    /// Attempts.
    pub attempts: u32,
}

/// What the demo saw while the day was played.
#[derive(Debug, Default)]
pub struct Witness {
    /// Highest level told because of an article, by the article's id in the script.
    pub told: BTreeMap<String, Level>,
    /// Idempotency keys of the mails that arrived.
    pub mail_keys: Vec<String>,
    /// Idempotency keys of the posts that arrived.
    pub post_keys: Vec<String>,
    /// Whether the day came to an end with nothing left to do.
    pub finished: bool,
}

struct Facts {
    counts: status::Counts,
    alerts: Vec<(Alert, Option<Story>)>,
    deliveries: Vec<Delivery>,
}

/// Reads the outcome and judges it by the script; with the lives of the incidents.
///
/// # Errors
/// If the store does not answer.
pub async fn outcome(play: &Play, witness: &Witness) -> Result<(Outcome, Vec<Life>), AppError> {
    let Play { script, cast, stage, app, .. } = play;
    let facts = app.store().read(|tx| read(tx)).await?;
    let sources = play.sources().await?.sources;
    let (lives, whole) = play.lives().await?;
    let mut problems = problems(script, witness, &facts);
    problems.extend(unlike_scripted(script, &sources));
    let once = script.expect.iter().filter(|expected| expected.incident).count();
    if lives.len() != once {
        problems.push(format!("{} incidents instead of {once}", lives.len()));
    }
    problems.extend(lives.iter().flat_map(|life| life.unlike_scripted(cast)));
    if !whole {
        problems.push("the log of incidents is not whole".to_owned());
    }
    let status_page = app.web_address().map(|address| format!("http://{address}/"));
    let outcome = Outcome {
        as_scripted: problems.is_empty(),
        problems,
        articles: facts.counts.articles,
        matches: facts.counts.matches,
        duplicates: facts.counts.duplicates,
        stories: facts.counts.stories,
        alerts: facts.alerts.iter().map(alert_row).collect(),
        deliveries: facts.deliveries.iter().map(delivery_row).collect(),
        incidents: lives.iter().map(Life::row).collect(),
        sources,
        mails_received: witness.mail_keys.len(),
        posts_received: witness.post_keys.len(),
        mailbox: stage.mailbox.clone(),
        archive: stage.archive.clone(),
        status_page,
    };
    Ok((outcome, lives))
}

fn read(tx: &mut dyn Transaction) -> Result<Facts, StoreError> {
    let mut told = Vec::new();
    for alert in alerts::recent(tx, Timestamp::MIN, MOST)? {
        let story = stories::find(tx, alert.story_id)?;
        told.push((alert, story));
    }
    told.sort_by_key(|(alert, _)| alert.opened_at);
    Ok(Facts { counts: status::counts(tx)?, alerts: told, deliveries: deliveries::list(tx, MOST)? })
}

fn problems(script: &Script, witness: &Witness, facts: &Facts) -> Vec<String> {
    let mut problems = Vec::new();
    let mut check = |good: bool, problem: String| {
        if !good {
            problems.push(problem);
        }
    };
    check(witness.finished, "the day did not come to an end".to_owned());
    let read = facts.counts.articles as usize;
    check(
        read == script.articles.len(),
        format!("{read} of {} articles were read", script.articles.len()),
    );
    for expected in &script.expect {
        let told = expected.articles.iter().filter_map(|id| witness.told.get(id)).max().copied();
        let said = told.map_or("nothing", Level::name);
        check(expected.allows(told), format!("{:?}: {said} was told", expected.event));
    }
    delivered(witness, &facts.deliveries, &mut check);
    problems
}

/// Each source is as what befell it made it.
fn unlike_scripted(script: &Script, sources: &[SourceReport]) -> Vec<String> {
    let unlike = |medium: &Medium| {
        let trouble = medium.trouble.map(|trouble| trouble.kind);
        let expected = trouble.map_or(Health::Healthy, TroubleKind::health);
        let source = sources.iter().find(|source| source.id == medium.id);
        let found = source.map(|source| source.health);
        let has_moved = source.is_some_and(|source| source.address.is_some());
        let is_right =
            found == Some(expected) && has_moved == (trouble == Some(TroubleKind::Moves));
        (!is_right).then(|| format!("source {}: {found:?}, moved: {has_moved}", medium.id))
    };
    script.media.iter().filter_map(unlike).collect()
}

/// Each message arrived, none twice, and each reader's language was spoken.
fn delivered(witness: &Witness, deliveries: &[Delivery], check: &mut impl FnMut(bool, String)) {
    let open =
        deliveries.iter().filter(|delivery| delivery.state != DeliveryState::Accepted).count();
    check(open == 0, format!("{open} messages did not arrive"));
    let arrived: Vec<&String> = witness.mail_keys.iter().chain(&witness.post_keys).collect();
    let distinct: BTreeSet<&String> = arrived.iter().copied().collect();
    check(
        arrived.len() == distinct.len(),
        format!("{} messages arrived twice", arrived.len() - distinct.len()),
    );
    let sent: BTreeSet<&String> =
        deliveries.iter().map(|delivery| &delivery.idempotency_key).collect();
    check(sent == distinct, "the sinks received other messages than were sent".to_owned());
    for locale in Locale::ALL {
        let spoken = deliveries.iter().any(|delivery| delivery.recipient.locale == locale);
        check(spoken, format!("no message in `{locale}`"));
    }
}

/// Whether an article's page is that of a scripted one: its file name without `.html`.
#[must_use]
pub fn script_id(url: &str) -> Option<String> {
    let file = url.rsplit('/').next()?;
    Some(file.split(['?', '#']).next()?.strip_suffix(".html")?.to_owned())
}

/// What a person calls an event of the day.
#[must_use]
pub fn event_name(event: Event) -> &'static str {
    match event {
        Event::Ordinary => "ordinary",
        Event::Rumour => "rumour",
        Event::Denial => "denial",
        Event::Leak => "leak",
    }
}

fn alert_row((alert, story): &(Alert, Option<Story>)) -> AlertRow {
    AlertRow {
        id: alert.id.to_string(),
        story: story.as_ref().map(|story| story.headline.clone()).unwrap_or_default(),
        articles: story.as_ref().map_or(0, |story| story.articles),
        topic: alert.topic_id.clone(),
        level: alert.level,
        told: alert.told,
        severity: alert.severity.clone(),
    }
}

fn delivery_row(delivery: &Delivery) -> DeliveryRow {
    DeliveryRow {
        channel: delivery.channel.clone(),
        recipient: delivery.recipient.id.clone(),
        address: delivery.recipient.address.clone(),
        idempotency_key: delivery.idempotency_key.clone(),
        language: delivery.recipient.locale,
        state: delivery.state.name(),
        attempts: delivery.attempts,
    }
}
