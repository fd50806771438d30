//! `[[inhibit]]`, `[storm]` and `[[digest]]`: what is not told at once, and how it is told then.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::{Time, Weekday};
use serde::Deserialize;
use toml::Spanned;

use super::load::Names;
use super::matchers::matcher;
use super::routes::{known, labels, reachable};
use super::value::Check;
use super::{Digest, Inhibit, Storm};
use crate::query::print;

/// A story that stood still for so long stands for nothing new.
const WITHIN: Duration = Duration::from_hours(24);
const STORM_OVER: i64 = 30;
const STORM_WITHIN: Duration = Duration::from_mins(10);
/// So many instants are kept for each recipient.
const MOST_OVER: i64 = 1_000;
const LEAST_STORM: Duration = Duration::from_secs(1);
const MOST_STORM: Duration = Duration::from_hours(24);

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawInhibit {
    source: Spanned<String>,
    target: Spanned<String>,
    #[serde(default)]
    equal: Option<Spanned<Vec<String>>>,
    within: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStorm {
    over: Option<Spanned<i64>>,
    within: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDigest {
    id: Spanned<String>,
    #[serde(default)]
    people: Vec<Spanned<String>>,
    #[serde(default)]
    via: Vec<Spanned<String>>,
    #[serde(default)]
    rooms: Vec<Spanned<String>>,
    at: Spanned<String>,
    days: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    all_quiet: bool,
    #[serde(rename = "match")]
    matching: Option<Spanned<String>>,
    unsubscribe: Option<Spanned<String>>,
}

pub(super) fn inhibits(
    check: &mut Check<'_>,
    raw: &[RawInhibit],
    names: &Names<'_>,
) -> Vec<Inhibit> {
    raw.iter().filter_map(|raw| inhibit(check, raw, names)).collect()
}

fn inhibit(check: &mut Check<'_>, raw: &RawInhibit, names: &Names<'_>) -> Option<Inhibit> {
    let source = matcher(check, Some(&raw.source), names);
    let target = matcher(check, Some(&raw.target), names);
    let equal = match &raw.equal {
        Some(at) => labels(check, at, at.get_ref()),
        None => Vec::new(),
    };
    if equal.is_empty() && raw.equal.as_ref().is_none_or(|at| at.get_ref().is_empty()) {
        let what = "one alert of the source would stand for every target";
        check.error(&raw.target, what, "add in what both agree: `equal = [\"story\"]`");
    }
    let within = check.duration(raw.within.as_ref(), WITHIN);
    let (source, target) = (source?, target?);
    let agreed: Vec<&str> = equal.iter().map(|label| label.name()).collect();
    let key = format!("{} > {} = {}", print(&source), print(&target), agreed.join(","));
    Some(Inhibit { key, source, target, equal, within })
}

/// None after a finding.
pub(super) fn storm(check: &mut Check<'_>, raw: &RawStorm) -> Option<Storm> {
    let over = raw.over.as_ref().map_or(STORM_OVER, |at| *at.get_ref());
    if let Some(at) = raw.over.as_ref().filter(|_| !(1..=MOST_OVER).contains(&over)) {
        let what = format!("{over} is out of range");
        check.error(at, what, format!("write a number from 1 to {MOST_OVER}"));
    }
    let within = check.duration(raw.within.as_ref(), STORM_WITHIN);
    if let Some(at) = raw.within.as_ref().filter(|_| !(LEAST_STORM..=MOST_STORM).contains(&within))
    {
        check.error(at, format!("`{}` is out of range", at.get_ref()), "write `1s` to `24h`");
    }
    Some(Storm { over: usize::try_from(over).ok()?, within })
}

/// The ids of the digests, each once.
pub(super) fn ids(check: &mut Check<'_>, raw: &[RawDigest]) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for RawDigest { id, .. } in raw {
        if id.get_ref().trim().is_empty() {
            check.error(id, "the digest has no name", "write a short one, such as \"morning\"");
        } else if !ids.insert(id.get_ref().clone()) {
            let what = format!("there are two digests `{}`", id.get_ref());
            check.error(id, what, "give each its own id");
        }
    }
    ids
}

pub(super) fn digests(check: &mut Check<'_>, raw: &[RawDigest], names: &Names<'_>) -> Vec<Digest> {
    raw.iter().filter_map(|raw| digest(check, raw, names)).collect()
}

fn digest(check: &mut Check<'_>, raw: &RawDigest, names: &Names<'_>) -> Option<Digest> {
    if let Some(people) = names.people {
        known(check, Some(&raw.people), "person", people.keys().map(String::as_str));
        reachable(check, &raw.people, &raw.via, people);
    }
    known(check, Some(&raw.via), "mail channel", names.channels_of(true));
    known(check, Some(&raw.rooms), "room channel", names.channels_of(false));
    if raw.people.is_empty() && raw.rooms.is_empty() {
        let what = format!("nobody gets the digest `{}`", raw.id.get_ref());
        check.error(&raw.id, what, "add `people` and `via`, or `rooms`");
    }
    let matching = matcher(check, raw.matching.as_ref(), names);
    let days = days(check, raw.days.as_deref());
    if let Some(at) = &raw.unsubscribe
        && at.get_ref().parse::<lettre::Address>().is_err()
    {
        let what = format!("`{}` is not a mail address", at.get_ref());
        check.error(at, what, "write it as name@example.org");
    }
    Some(Digest {
        id: raw.id.get_ref().clone(),
        people: raw.people.iter().map(|at| at.get_ref().clone()).collect(),
        via: raw.via.iter().map(|at| at.get_ref().clone()).collect(),
        rooms: raw.rooms.iter().map(|at| at.get_ref().clone()).collect(),
        at: time(check, &raw.at)?,
        days,
        all_quiet: raw.all_quiet,
        matching,
        unsubscribe: raw.unsubscribe.as_ref().map(|at| at.get_ref().clone()),
    })
}

pub(super) fn time(check: &mut Check<'_>, at: &Spanned<String>) -> Option<Time> {
    let text = at.get_ref();
    let read = || {
        let (hour, minute) = text.split_once(':')?;
        let both =
            [hour, minute].map(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()));
        if both != [true, true] {
            return None;
        }
        Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
    };
    let time = read().ok_or_else(|| format!("`{text}` is no time of the day"));
    check.take(at, time, "write hours and minutes, as \"07:30\"")
}

pub(super) fn days(check: &mut Check<'_>, raw: Option<&[Spanned<String>]>) -> Vec<Weekday> {
    let Some(raw) = raw else { return DAYS.map(|(_, day)| day).to_vec() };
    let mut days = Vec::with_capacity(raw.len());
    for at in raw {
        match DAYS.iter().find(|(name, _)| name == at.get_ref()) {
            Some((_, day)) => days.push(*day),
            None => check.error(
                at,
                format!("`{}` is no day", at.get_ref()),
                "write mon, tue, wed, thu, fri, sat or sun",
            ),
        }
    }
    days
}
