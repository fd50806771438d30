//! One article's outcome, in one transaction: archive, story, severity, alert, incident, outbox.
//!
//! Facts are read, pure stages decide, rows are written; a crash leaves all of it or nothing.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Live, answering, complaints, crisis, dispatch, outbox, voice};
use crate::config::Config;
use crate::decide;
use crate::model::{
    Alert, AlertId, AlertState, Analysis, Article, Assignment, Decision, Entry, Incident, Level,
    Origin, Plan, Reason, Severity, Source, StoryFacts, StoryId, TopicOpinion,
};
use crate::plan;
use crate::score::{self, Case};
use crate::store::articles::Verdict;
use crate::store::{
    StoreError, Transaction, alerts, articles, entries, incidents, sources, stories, story_edits,
};

mod compose;

use compose::Telling;

/// How long the sources of a story are asked faster after it rose.
const BREAKING: SignedDuration = SignedDuration::from_hours(1);

/// An article with all that is known of it before it is judged.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its announcement.
    pub entry: Entry,
    /// Fencing epoch of the claim on it.
    pub epoch: i64,
    /// The medium.
    pub source: Arc<Source>,
    /// The text.
    pub article: Article,
    /// What it says about whom.
    pub analysis: Analysis,
    /// Where it belongs.
    pub assignment: Assignment,
    /// Whether it was judged before, as it was then; it keeps its name and its story.
    pub is_revision: bool,
}

/// What became of an article.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The article, with its story.
    pub article: Article,
    /// The medium's name.
    pub source: String,
    /// What it says about whom.
    pub analysis: Analysis,
    /// Where it was put.
    pub assignment: Assignment,
    /// What was decided, by topic.
    pub told: Vec<Told>,
}

/// What was decided on one topic.
#[derive(Debug, Clone)]
pub struct Told {
    /// The topic.
    pub topic_id: String,
    /// Why it was told, or was not.
    pub reason: Reason,
    /// The sum.
    pub severity: Severity,
    /// Level told before.
    pub previous_level: Option<Level>,
    /// Messages put into the outbox.
    pub deliveries: usize,
    /// Incident opened or raised, by number.
    pub incident: Option<String>,
}

/// Judges an article and writes everything that follows. None if the claim on its entry was lost:
/// then nothing was written.
pub(super) fn commit(
    tx: &mut dyn Transaction,
    subject: &Subject,
    live: &Live,
) -> Result<Option<Judged>, StoreError> {
    if !entries::finish(tx, subject.entry.id, subject.epoch)? {
        return Ok(None);
    }
    judge_in(tx, subject, &live.config, Timestamp::now()).map(Some)
}

/// The judgement itself, for an entry that is already settled: the daemon's way and `explain`'s.
///
/// # Errors
/// As the store's.
pub fn judge_in(
    tx: &mut dyn Transaction,
    subject: &Subject,
    config: &Config,
    now: Timestamp,
) -> Result<Judged, StoreError> {
    let Subject { entry, source, analysis, .. } = subject;
    // Somebody may have merged the story away since it was found.
    let story = story_edits::current(tx, subject.assignment.story)?;
    let assignment = &Assignment { story, ..subject.assignment.clone() };
    let article = Article {
        story_id: Some(assignment.story),
        duplicate_of: assignment.duplicate_of,
        ..subject.article.clone()
    };
    if subject.is_revision {
        articles::revise(tx, &article, analysis)?;
    } else {
        articles::insert(tx, entry.id, &article, assignment.story, analysis)?;
        stories::add_article(tx, assignment.story, &article)?;
    }
    let copied = match assignment.duplicate_of {
        Some(original) => articles::voice(tx, original)?,
        None => None,
    };
    let voice = voice::of_article(config, source, &article, copied.as_deref());
    let complaint = complaints::heed(tx, subject, assignment.story, config, now)?;
    let shown = complaints::shown(&article, complaint.as_ref());
    let story = complaint.as_ref().map_or(assignment.story, |complaint| complaint.story);
    let mut told = Vec::with_capacity(analysis.topics.len());
    for opinion in &analysis.topics {
        let negative = opinion.polarity.p_negative >= score::NEGATIVE_FROM;
        let category = score::gravest(opinion, &config.keywords.categories);
        let category = category.map_or("", |found| &found.id);
        let mark = articles::Mark { negative, category, voice: &voice };
        articles::insert_topic(tx, &article, assignment.story, source, opinion, mark)?;
        let complaint = complaint.as_ref();
        let case = Matter { article: &shown, source, story, complaint, opinion, config, now };
        told.push(decide_topic(tx, &case, entry.history)?);
    }
    Ok(Judged {
        article,
        source: source.name.clone(),
        analysis: analysis.clone(),
        assignment: assignment.clone(),
        told,
    })
}

/// One article on one topic.
struct Matter<'a> {
    article: &'a Article,
    source: &'a Source,
    story: StoryId,
    complaint: Option<&'a complaints::Standing>,
    opinion: &'a TopicOpinion,
    config: &'a Config,
    now: Timestamp,
}

fn decide_topic(
    tx: &mut dyn Transaction,
    matter: &Matter<'_>,
    history: bool,
) -> Result<Told, StoreError> {
    let Matter { article, opinion, config, now, .. } = *matter;
    let topic_id = &opinion.topic.id;
    let category = score::gravest(opinion, &config.keywords.categories);
    let category = category.map(|found| found.id.as_str());
    let facts = stories::facts(tx, matter.story, topic_id, category, now)?;
    let case = Case { opinion, facts: &facts, appeared_at: article.appeared_at(), now };
    let severity = score::severity(case, &config.keywords.categories, &config.severity);
    let severity = complaints::floored(severity, matter.complaint, config, opinion, &facts);
    let open = alerts::find(tx, matter.story, topic_id)?;
    let change = answering::change(tx, open.as_ref(), (article, matter.source), opinion, config)?;
    let decision =
        decide::decide(open.as_ref(), severity.level, mute(matter, history, open.as_ref()), change);
    let mut told = Told {
        topic_id: topic_id.clone(),
        reason: match decision {
            Decision::Open(..) if complaints::in_wave(matter.complaint) => Reason::ComplaintWave,
            Decision::Open(_, reason)
            | Decision::Raise(_, reason)
            | Decision::Reopen(_, reason)
            | Decision::Quiet(reason) => reason,
        },
        severity,
        previous_level: open.as_ref().map(|alert| alert.level),
        deliveries: 0,
        incident: None,
    };
    if let Decision::Open(level, _) | Decision::Raise(level, _) | Decision::Reopen(level, _) =
        decision
    {
        let alert = raise(open, matter, level, &told.severity);
        let alert = answering::begun(tx, alert, decision, now)?;
        hurry(tx, matter)?;
        let incident = respond(tx, matter, &alert, &facts)?;
        told.incident = incident.as_ref().map(|(incident, ..)| incident.number.clone());
        let telling = Telling {
            matter,
            alert: &alert,
            told: &told,
            facts: &facts,
            incident: incident.as_ref(),
        };
        told.deliveries = tell(tx, &telling)?;
    } else if let Some(mut alert) = open {
        let stood = (alert.standing, alert.below_since);
        let stands = decide::stand(&alert, &told.severity, &config.severity.levels, now);
        if stands != stood {
            (alert.standing, alert.below_since) = stands;
            alerts::save(tx, &alert)?;
        }
    }
    let verdict = Verdict {
        topic_id: topic_id.clone(),
        reason: told.reason,
        severity: told.severity.clone(),
        at: now,
    };
    articles::record_verdict(tx, article.id, &verdict)?;
    Ok(told)
}

/// Has the sources of a story that rises asked as often as they may be, for an hour.
fn hurry(tx: &mut dyn Transaction, matter: &Matter<'_>) -> Result<(), StoreError> {
    let carriers = stories::carriers(tx, matter.story)?;
    let sources = matter.config.sources.iter().filter(|source| carriers.contains(&source.id));
    let after = |pause| matter.now.checked_add(pause).unwrap_or(Timestamp::MAX);
    let by: Vec<_> = sources.map(|source| (source.id.clone(), after(source.pace.min))).collect();
    sources::hurry(tx, &by, matter.now + BREAKING)
}

/// Why nobody may be told of this matter, whatever the article says.
fn mute(matter: &Matter<'_>, history: bool, open: Option<&Alert>) -> Option<Reason> {
    let mut topics = matter.config.keywords.topics.iter();
    let watched = topics.find(|topic| topic.id == matter.opinion.topic.id);
    match watched {
        Some(topic) if !topic.alerts => Some(Reason::WatchOnly),
        _ if history => Some(Reason::History),
        _ => complaints::mute(matter.complaint, open),
    }
}

fn raise(open: Option<Alert>, matter: &Matter<'_>, level: Level, severity: &Severity) -> Alert {
    let new = || Alert {
        id: AlertId::new(),
        story_id: matter.story,
        topic_id: matter.opinion.topic.id.clone(),
        state: AlertState::Firing,
        state_since: matter.now,
        level,
        severity: severity.clone(),
        standing: level,
        below_since: None,
        told: 0,
        opened_at: matter.now,
        updated_at: matter.now,
    };
    let alert = open.unwrap_or_else(new);
    Alert {
        level,
        standing: level,
        below_since: None,
        severity: severity.clone(),
        told: alert.told + 1,
        updated_at: matter.now,
        ..alert
    }
}

/// An incident that this article opened or raised, and the keys of the steps that are new with it.
type Response = (Incident, Plan, Vec<String>);

/// At orange and above the matching plan starts, or goes on at a higher level.
fn respond(
    tx: &mut dyn Transaction,
    matter: &Matter<'_>,
    alert: &Alert,
    facts: &StoryFacts,
) -> Result<Option<Response>, StoreError> {
    if alert.level < Level::Orange {
        return Ok(None);
    }
    let categories: Vec<String> =
        matter.opinion.categories.iter().map(|category| category.id.clone()).collect();
    let running = incidents::of_story(tx, matter.story)?;
    let plans = running.iter().map(|(_, plan)| plan).chain(&matter.config.plans);
    let queries = crisis::holding(plans, &matter.config.lists, &compose::labels(matter, alert));
    let seen = plan::Facts {
        categories: &categories,
        level: alert.level,
        score: alert.severity.score,
        facts,
        queries: &queries,
    };
    if let Some((incident, plan)) = running {
        return raise_incident(tx, matter, incident, plan, &seen).map(Some);
    }
    let Some((plan, level, category)) = plan::choose(&matter.config.plans, &seen) else {
        return Ok(None);
    };
    if level < Level::Orange {
        return Ok(None);
    }
    match incidents::open_of(tx, &plan.id, &alert.topic_id)? {
        Some((incident, plan)) => {
            let joined = (incident, &plan);
            let incident = crisis::attach(tx, matter.config, joined, matter.story, matter.now)?;
            raise_incident(tx, matter, incident, plan, &seen).map(Some)
        }
        None => open_incident(tx, matter, alert, plan, (level, category)).map(Some),
    }
}

fn open_incident(
    tx: &mut dyn Transaction,
    matter: &Matter<'_>,
    alert: &Alert,
    plan: &Plan,
    (level, category): (Level, String),
) -> Result<Response, StoreError> {
    let zone = jiff::tz::TimeZone::get(&plan.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let number = incidents::next_number(tx, matter.now.to_zoned_datetime(zone).year())?;
    let origin = Origin {
        number,
        title: matter.article.title.clone(),
        category,
        level,
        topic_id: alert.topic_id.clone(),
        story_id: matter.story,
        alert_id: alert.id,
        detected_at: matter.article.appeared_at(),
        drill: None,
    };
    let incident = crisis::open(tx, matter.config, plan, origin, matter.now)?;
    let keys = incident.steps.iter().map(|step| step.key.clone()).collect();
    Ok((incident, plan.clone(), keys))
}

/// Goes on at the level that the plan, as it was frozen, gives now; the level never falls here.
fn raise_incident(
    tx: &mut dyn Transaction,
    matter: &Matter<'_>,
    incident: Incident,
    plan: Plan,
    seen: &plan::Facts<'_>,
) -> Result<Response, StoreError> {
    let level = plan::triggered(&plan, seen).map_or(incident.level, |(level, _)| level);
    let raised = crisis::rise(tx, matter.config, (incident, &plan), level, matter.now)?;
    Ok((raised.0, plan, raised.1))
}

/// Puts the messages of an alert into the outbox: the alert itself by the routes, and to each
/// person of a plan their own new steps. Answers how many.
fn tell(tx: &mut dyn Transaction, telling: &Telling<'_>) -> Result<usize, StoreError> {
    let Telling { matter, alert, .. } = telling;
    let occasion = alert.told.to_string();
    let (labels, notice) = (compose::labels(matter, alert), compose::alert_notice(telling));
    let mut messages = dispatch::tell_alert(tx, matter.config, &labels, &notice, &occasion)?;
    for (address, notice) in compose::step_notices(telling) {
        messages += outbox::enqueue(tx, &notice, &occasion, &[address])?;
    }
    Ok(messages)
}
