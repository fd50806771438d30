//! A notice in its reader's language: what every rendering draws from. Texts from elsewhere are
//! clean here (one line, bounded); escaping for HTML or chat is the rendering's own matter.

use serde::Serialize;

use super::clean::{clean, link};
use super::clock::{Clock, decimal, percent, signed};
use super::context::{Hit, hits};
use crate::model::{
    Delivery, IncidentState, Level, Locale, Notice, NoticeIncident, NoticeKind, NoticeStep, Reason,
};
use crate::phrases;

/// A notice for one reader.
#[derive(Debug, Serialize)]
pub struct View {
    pub lang: &'static str,
    #[serde(skip)]
    pub locale: Locale,
    pub kind: NoticeKind,
    pub key: String,
    pub subject: String,
    pub greeting: String,
    pub organisation: String,
    pub level: String,
    pub colour: &'static str,
    pub ink: &'static str,
    pub previous_level: Option<String>,
    pub score: String,
    pub told: u32,
    pub reason: String,
    pub topic: String,
    pub rule: String,
    pub headline: String,
    pub excerpt: String,
    pub url: Option<String>,
    pub source: String,
    pub appeared: String,
    pub hits: Vec<Hit>,
    pub categories: Vec<String>,
    pub category_hits: Vec<Hit>,
    pub polarity: String,
    pub p_negative: String,
    pub evidence: Vec<Word>,
    pub hearsay: bool,
    pub total: String,
    pub parts: Vec<PartRow>,
    pub adjustments: Vec<String>,
    pub articles: String,
    pub owners: String,
    pub media: Vec<String>,
    pub since: String,
    pub incident: Option<IncidentView>,
    pub status_url: Option<String>,
    pub time_zone: String,
}

/// A word that made the polarity.
#[derive(Debug, Serialize)]
pub struct Word {
    pub text: String,
    pub kind: &'static str,
    pub value: String,
}

/// A term of the score.
#[derive(Debug, Serialize)]
pub struct PartRow {
    pub name: &'static str,
    pub points: String,
    pub max: String,
    pub fact: String,
}

/// A crisis plan in action.
#[derive(Debug, Serialize)]
pub struct IncidentView {
    pub number: String,
    pub plan: String,
    pub level: String,
    pub state: &'static str,
    pub confirm_by: Option<String>,
    pub steps: Vec<StepRow>,
}

/// A step of it.
#[derive(Debug, Serialize)]
pub struct StepRow {
    pub title: String,
    pub help: Option<String>,
    pub role: String,
    pub person: String,
    pub due: Option<String>,
}

/// Steps that one message lists; the rest stays on the status page.
const MAX_STEPS: usize = 40;

impl View {
    /// The notice as the delivery's recipient reads it.
    pub fn new(notice: &Notice, delivery: &Delivery) -> Self {
        let locale = delivery.recipient.locale;
        let clock = Clock::new(&delivery.recipient.time_zone, locale);
        let (colour, ink) = colours(notice.level);
        let name = clean(&delivery.recipient.name, 80);
        Self {
            lang: language_tag(locale),
            locale,
            kind: notice.kind,
            key: clean(&delivery.idempotency_key, 120),
            subject: subject(notice, locale),
            greeting: phrases::fill("mail.greeting", locale, &[("name", &name)]),
            organisation: clean(&notice.organisation, 120),
            level: level_name(notice.level, locale),
            colour,
            ink,
            previous_level: notice.previous_level.map(|level| level_name(level, locale)),
            score: score(notice),
            told: notice.told,
            reason: phrases::reason(notice.reason, locale).to_owned(),
            topic: clean(notice.topic.get(locale), 120),
            rule: clean(&notice.rule, 120),
            headline: clean(&notice.headline, 300),
            excerpt: clean(&notice.excerpt, 400),
            url: link(&notice.url),
            source: clean(&notice.source, 120),
            appeared: clock.show(notice.appeared_at),
            hits: hits(&notice.spans, notice, locale),
            categories: categories(notice, locale),
            category_hits: hits(&notice.category_spans, notice, locale),
            polarity: phrases::polarity(notice.polarity, locale).to_owned(),
            p_negative: percent(notice.p_negative, locale),
            evidence: evidence(notice, locale),
            hearsay: notice.hearsay,
            total: decimal(notice.severity.score, true, locale),
            parts: parts(notice, locale),
            adjustments: adjustments(notice, locale),
            articles: phrases::count("count.articles", locale, notice.story.articles),
            owners: phrases::count("count.owners", locale, notice.story.owners),
            media: notice.story.media.iter().take(10).map(|name| clean(name, 80)).collect(),
            since: clock.show(notice.story.first_seen_at),
            incident: notice.incident.as_ref().map(|it| incident(it, locale, &clock)),
            status_url: notice.status_url.as_deref().and_then(link),
            time_zone: clock.zone_name,
        }
    }
}

/// The line that stands for the whole message in an inbox, at most 200 characters.
fn subject(notice: &Notice, locale: Locale) -> String {
    let level = level_name(notice.level, locale);
    let outlets = u32::try_from(notice.story.media.len()).unwrap_or(0).max(notice.story.owners);
    let media = phrases::count("count.media", locale, outlets.max(1));
    let headline = clean(&notice.headline, 140);
    let score = score(notice);
    let key = match notice.reason {
        Reason::SeverityRose => "subject.raised",
        _ => "subject.alert",
    };
    let values =
        [("level", level.as_str()), ("score", &score), ("headline", &headline), ("media", &media)];
    let subject = match (&notice.kind, &notice.incident) {
        (NoticeKind::Steps, Some(incident)) => {
            steps_subject(incident, &level_name(incident.level, locale), &headline, locale)
        }
        _ => phrases::fill(key, locale, &values),
    };
    clean(&subject, 200)
}

fn steps_subject(incident: &NoticeIncident, level: &str, headline: &str, locale: Locale) -> String {
    let count = u32::try_from(incident.steps.len()).unwrap_or(u32::MAX);
    let steps = phrases::count("count.your_steps", locale, count);
    let number = clean(&incident.number, 40);
    let values = [("level", level), ("number", &number), ("steps", &steps), ("headline", headline)];
    phrases::fill("subject.steps", locale, &values)
}

/// Rounded down: a message never claims a level that the score has not reached.
fn score(notice: &Notice) -> String {
    format!("{:.0}", notice.severity.score.clamp(0.0, 100.0).floor())
}

fn level_name(level: Level, locale: Locale) -> String {
    phrases::level(level, locale).to_uppercase()
}

/// Background and ink of the level bar, with a contrast of at least 4.5 to 1 (WCAG 2.2 §1.4.3).
fn colours(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::Blue => ("#1d4ed8", "#ffffff"),
        Level::Yellow => ("#facc15", "#1f2937"),
        Level::Orange => ("#c2410c", "#ffffff"),
        Level::Red => ("#b91c1c", "#ffffff"),
    }
}

fn language_tag(locale: Locale) -> &'static str {
    match locale {
        Locale::Zh => "zh-Hans",
        other => other.code(),
    }
}

fn categories(notice: &Notice, locale: Locale) -> Vec<String> {
    notice.categories.iter().take(8).map(|(_, name)| clean(name.get(locale), 80)).collect()
}

fn evidence(notice: &Notice, locale: Locale) -> Vec<Word> {
    notice
        .evidence
        .iter()
        .take(8)
        .map(|word| Word {
            text: clean(&word.text, 80),
            kind: phrases::evidence_kind(word.kind, locale),
            value: signed(word.value, locale),
        })
        .collect()
}

fn parts(notice: &Notice, locale: Locale) -> Vec<PartRow> {
    notice
        .severity
        .parts
        .iter()
        .map(|part| PartRow {
            name: phrases::part(part.name, locale),
            points: decimal(part.points, false, locale),
            max: decimal(part.max, true, locale),
            fact: clean(&phrases::fact(&part.fact, locale), 120),
        })
        .collect()
}

fn adjustments(notice: &Notice, locale: Locale) -> Vec<String> {
    let said = |rule| clean(&phrases::adjustment(rule, locale), 120);
    notice.severity.adjustments.iter().take(8).map(said).collect()
}

fn incident(incident: &NoticeIncident, locale: Locale, clock: &Clock) -> IncidentView {
    let waits = incident.state == IncidentState::Proposed;
    IncidentView {
        number: clean(&incident.number, 40),
        plan: clean(&incident.plan, 160),
        level: level_name(incident.level, locale),
        state: phrases::incident_state(incident.state, locale),
        confirm_by: incident.confirm_by.filter(|_| waits).map(|at| clock.show(at)),
        steps: incident.steps.iter().take(MAX_STEPS).map(|it| step(it, clock)).collect(),
    }
}

fn step(step: &NoticeStep, clock: &Clock) -> StepRow {
    StepRow {
        title: clean(&step.title, 300),
        help: step.help.as_deref().map(|help| clean(help, 1000)).filter(|help| !help.is_empty()),
        role: clean(&step.role, 120),
        person: clean(&step.person, 120),
        due: step.due_at.map(|at| clock.show(at)),
    }
}
