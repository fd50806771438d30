//! The facts of an alert, and of a plan's steps, in their reader's language.

use serde::Serialize;

use crate::model::{AlertNotice, IncidentState, Level, Locale, NoticeIncident, NoticeStep, Reason};
use crate::notify::clean::{clean, link};
use crate::notify::clock::{Clock, decimal, percent, signed};
use crate::notify::context::{Hit, hits};
use crate::phrases;

/// An alert for one reader.
#[derive(Debug, Serialize)]
pub struct AlertView {
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

impl AlertView {
    /// The alert as somebody with this language and clock reads it.
    pub fn new(alert: &AlertNotice, locale: Locale, clock: &Clock) -> Self {
        let (colour, ink) = colours(alert.level);
        Self {
            level: level_name(alert.level, locale),
            colour,
            ink,
            previous_level: alert.previous_level.map(|level| level_name(level, locale)),
            score: score(alert),
            told: alert.told,
            reason: phrases::reason(alert.reason, locale).to_owned(),
            topic: clean(alert.topic.get(locale), 120),
            rule: clean(&alert.rule, 120),
            headline: clean(&alert.headline, 300),
            excerpt: clean(&alert.excerpt, 400),
            url: link(&alert.url),
            source: clean(&alert.source, 120),
            appeared: clock.show(alert.appeared_at),
            hits: hits(&alert.spans, alert, locale),
            categories: categories(alert, locale),
            category_hits: hits(&alert.category_spans, alert, locale),
            polarity: phrases::polarity(alert.polarity, locale).to_owned(),
            p_negative: percent(alert.p_negative, locale),
            evidence: evidence(alert, locale),
            hearsay: alert.hearsay,
            total: decimal(alert.severity.score, true, locale),
            parts: parts(alert, locale),
            adjustments: adjustments(alert, locale),
            articles: phrases::count("count.articles", locale, alert.story.articles),
            owners: phrases::count("count.owners", locale, alert.story.owners),
            media: alert.story.media.iter().take(10).map(|name| clean(name, 80)).collect(),
            since: clock.show(alert.story.first_seen_at),
            incident: alert.incident.as_ref().map(|it| incident(it, locale, clock)),
        }
    }
}

/// The line that stands for an alert in an inbox.
pub fn subject(alert: &AlertNotice, locale: Locale) -> String {
    let level = level_name(alert.level, locale);
    let outlets = u32::try_from(alert.story.media.len()).unwrap_or(0).max(alert.story.owners);
    let media = phrases::count("count.media", locale, outlets.max(1));
    let headline = clean(&alert.headline, 140);
    let score = score(alert);
    let key = match alert.reason {
        Reason::SeverityRose => "subject.raised",
        _ => "subject.alert",
    };
    let values =
        [("level", level.as_str()), ("score", &score), ("headline", &headline), ("media", &media)];
    phrases::fill(key, locale, &values)
}

/// The line that stands for a person's steps in an inbox.
pub fn steps_subject(alert: &AlertNotice, locale: Locale) -> String {
    let Some(incident) = &alert.incident else { return subject(alert, locale) };
    let (level, headline) = (level_name(incident.level, locale), clean(&alert.headline, 140));
    let count = u32::try_from(incident.steps.len()).unwrap_or(u32::MAX);
    let steps = phrases::count("count.your_steps", locale, count);
    let number = clean(&incident.number, 40);
    let values = [
        ("level", level.as_str()),
        ("number", &number),
        ("steps", &steps),
        ("headline", &headline),
    ];
    phrases::fill("subject.steps", locale, &values)
}

/// Rounded down: a message never claims a level that the score has not reached.
fn score(alert: &AlertNotice) -> String {
    format!("{:.0}", alert.severity.score.clamp(0.0, 100.0).floor())
}

pub(super) fn level_name(level: Level, locale: Locale) -> String {
    phrases::level(level, locale).to_uppercase()
}

/// Background and ink of the level bar, with a contrast of at least 4.5 to 1 (WCAG 2.2 §1.4.3).
pub(super) fn colours(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::Blue => ("#1d4ed8", "#ffffff"),
        Level::Yellow => ("#facc15", "#1f2937"),
        Level::Orange => ("#c2410c", "#ffffff"),
        Level::Red => ("#b91c1c", "#ffffff"),
    }
}

fn categories(alert: &AlertNotice, locale: Locale) -> Vec<String> {
    alert.categories.iter().take(8).map(|(_, name)| clean(name.get(locale), 80)).collect()
}

fn evidence(alert: &AlertNotice, locale: Locale) -> Vec<Word> {
    alert
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

fn parts(alert: &AlertNotice, locale: Locale) -> Vec<PartRow> {
    alert
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

fn adjustments(alert: &AlertNotice, locale: Locale) -> Vec<String> {
    let said = |rule| clean(&phrases::adjustment(rule, locale), 120);
    alert.severity.adjustments.iter().take(8).map(said).collect()
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
