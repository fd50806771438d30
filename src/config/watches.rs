//! `[[watch]]` of the severity file: topics that weigh more for a time, and what must be asked before a
//! launch.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::explain::did_you_mean;
use super::load::Names;
use super::severity::number;
use super::value::Check;
use crate::model::{LocalText, WatchQuestion};

/// More than this are a mistake.
const MAX_WATCHES: usize = 200;
const MAX_QUESTIONS: usize = 100;
/// Characters of a question.
const MAX_TEXT: usize = 500;
/// Hexadecimal digits of a question's key.
const KEY: usize = 16;

/// A topic that weighs more for a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// Unique name: the one that is given, else the topic and the first day.
    pub id: String,
    /// The topic.
    pub topic: String,
    /// First instant.
    pub from: Timestamp,
    /// First instant behind it.
    pub until: Timestamp,
    /// Points added.
    pub points: f64,
    /// Why.
    pub reason: String,
    /// What must be asked.
    pub questions: Vec<WatchQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWatch {
    id: Option<Spanned<String>>,
    topic: Spanned<String>,
    from: Spanned<toml::value::Datetime>,
    until: Spanned<toml::value::Datetime>,
    points: Spanned<f64>,
    reason: Spanned<String>,
    #[serde(default)]
    question: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    text: Spanned<LocalText>,
    owner: Spanned<String>,
}

/// The watches that are written, as far as they are right.
pub(super) fn watches(
    check: &mut Check<'_>,
    raw: &[RawWatch],
    names: &Names<'_>,
    time_zone: &str,
) -> Vec<Watch> {
    if let Some(beyond) = raw.get(MAX_WATCHES) {
        let what = format!("more than {MAX_WATCHES} watches");
        check.error(&beyond.topic, what, "delete those that are over");
        return Vec::new();
    }
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    let mut watches: Vec<Watch> = Vec::new();
    for raw in raw {
        let Some(watch) = watch(check, raw, names, &zone) else { continue };
        if watches.iter().any(|other| other.id == watch.id) {
            let what = format!("a second watch is called `{}`", watch.id);
            let place = raw.id.as_ref().unwrap_or(&raw.topic);
            check.error(place, what, "give each an `id` of its own");
        }
        watches.push(watch);
    }
    watches
}

fn watch(
    check: &mut Check<'_>,
    raw: &RawWatch,
    names: &Names<'_>,
    zone: &TimeZone,
) -> Option<Watch> {
    let topic = raw.topic.get_ref();
    if names.topics.as_ref().is_some_and(|known| !known.contains(topic)) {
        let what = format!("there is no topic `{topic}`");
        check.error(&raw.topic, what, "name a topic of the keyword files");
    }
    if raw.reason.get_ref().trim().is_empty() {
        check.error(&raw.reason, "the watch has no reason", "say why: messages show it");
    }
    let points = number(check, &Some(raw.points.clone()), 0.0, 0.0..=30.0);
    let questions = questions(check, &raw.question, names);
    let from = day(check, &raw.from);
    let until = day(check, &raw.until);
    let (first, last) = (from?, until?);
    if last < first {
        check.error(
            &raw.until,
            "the watch ends before it begins",
            "let `until` be `from` or later",
        );
        return None;
    }
    let start = |day: Date| {
        zone.to_ambiguous_zoned_datetime(day.at(0, 0, 0, 0))
            .compatible()
            .map(|zoned| zoned.timestamp())
    };
    let instants = last.tomorrow().and_then(|behind| Ok((start(first)?, start(behind)?)));
    let instants = instants.map_err(|error| error.to_string());
    let (from, until) = check.take(&raw.until, instants, "write a day such as 2026-12-15")?;
    let id = id(check, raw, first);
    let reason = raw.reason.get_ref().clone();
    Some(Watch { id, topic: topic.clone(), from, until, points, reason, questions })
}

fn id(check: &mut Check<'_>, raw: &RawWatch, first: Date) -> String {
    let Some(at) = &raw.id else { return format!("{}-{first}", raw.topic.get_ref()) };
    let id = at.get_ref();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || !id.chars().all(is_name) {
        let what = format!("`{id}` is not an id of a watch");
        check.error(at, what, "write letters, digits, `-`, `_` and `.`");
    }
    id.clone()
}

fn questions(check: &mut Check<'_>, raw: &[RawQuestion], names: &Names<'_>) -> Vec<WatchQuestion> {
    if let Some(beyond) = raw.get(MAX_QUESTIONS) {
        let what = format!("more than {MAX_QUESTIONS} questions");
        check.error(&beyond.owner, what, "nobody goes through so many: keep the grave ones");
        return Vec::new();
    }
    let mut met = BTreeSet::new();
    let mut questions = Vec::with_capacity(raw.len());
    for raw in raw {
        let (text, owner) = (raw.text.get_ref(), raw.owner.get_ref());
        if let Some(people) = names.people.filter(|people| !people.contains_key(owner)) {
            let known: Vec<&String> = people.keys().collect();
            let what = format!("there is no person `{owner}`");
            check.error(&raw.owner, what, did_you_mean(owner, &known));
        }
        if text.0.is_empty() || text.0.values().any(|text| text.trim().is_empty()) {
            let remedy = "write text = { es = \"…\", en = \"…\", zh = \"…\" }";
            check.error(&raw.text, "the question asks nothing", remedy);
        }
        if text.0.values().any(|text| text.chars().count() > MAX_TEXT) {
            let what = format!("the question is longer than {MAX_TEXT} characters");
            check.error(&raw.text, what, "make it shorter");
        }
        let key = key(text);
        if !met.insert(key.clone()) {
            check.error(&raw.text, "the same is asked twice", "remove one of the two");
        }
        questions.push(WatchQuestion { key, text: text.clone(), owner: owner.clone() });
    }
    questions
}

/// By which the store knows a question: it stays when the list is put into another order.
fn key(text: &LocalText) -> String {
    let mut hasher = blake3::Hasher::new();
    for (locale, text) in &text.0 {
        hasher.update(locale.code().as_bytes()).update(&[0]);
        hasher.update(text.trim().as_bytes()).update(&[0]);
    }
    hasher.finalize().to_hex().chars().take(KEY).collect()
}

fn day(check: &mut Check<'_>, at: &Spanned<toml::value::Datetime>) -> Option<Date> {
    let written = at.get_ref().to_string();
    // A date would be read out of a time too.
    let day = written.parse::<Date>().ok().filter(|_| at.get_ref().time.is_none());
    let day = day.ok_or_else(|| format!("`{written}` is not a day"));
    check.take(at, day, "write a day such as 2026-12-15, without a time")
}
