//! `[[source]]` and `[[route]]`: where articles come from and who is told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::Route;
use super::explain::did_you_mean;
use super::load::Names;
use super::settings::http_url;
use super::value::Check;
use crate::model::{Level, Pace, Person, PrivateAccess, Reach, Source, SourceKind};

const INTERVAL: Duration = Duration::from_mins(5);
/// Shorter than this a public site will rightly complain.
const POLITE_INTERVAL: Duration = Duration::from_secs(30);
/// Reach of a source that nobody has judged.
const UNKNOWN_TIER: u8 = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSource {
    id: Spanned<String>,
    name: Option<String>,
    #[serde(default)]
    kind: RawKind,
    url: Spanned<String>,
    links: Option<Spanned<String>>,
    language: Option<String>,
    region: Option<String>,
    tier: Option<Spanned<i64>>,
    owner: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    business_line: Option<String>,
    interval: Option<Spanned<String>>,
    #[serde(default)]
    allow_private: bool,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    #[default]
    Feed,
    Page,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRoute {
    #[serde(default)]
    topics: Vec<Spanned<String>>,
    #[serde(default = "least_level")]
    min_level: Level,
    #[serde(default)]
    people: Vec<Spanned<String>>,
    #[serde(default)]
    via: Vec<Spanned<String>>,
    #[serde(default)]
    rooms: Vec<Spanned<String>>,
}

fn least_level() -> Level {
    Level::Blue
}

pub(super) fn sources(
    check: &mut Check<'_>,
    raw: &[RawSource],
    alert_on_history: bool,
) -> Vec<Source> {
    let mut seen = BTreeSet::new();
    let mut sources = Vec::new();
    for raw in raw {
        if !seen.insert(raw.id.get_ref()) {
            check.error(
                &raw.id,
                format!("the source id `{}` is used twice", raw.id.get_ref()),
                "give it another id",
            );
        }
        sources.extend(source(check, raw, alert_on_history));
    }
    sources
}

fn source(check: &mut Check<'_>, raw: &RawSource, alert_on_history: bool) -> Option<Source> {
    let url = http_url(check, &raw.url)?;
    let kind = source_kind(check, raw)?;
    let tier = raw.tier.as_ref().map_or(UNKNOWN_TIER, |at| {
        if !(1..=3).contains(at.get_ref()) {
            check.error(
                at,
                format!("{} is not a tier", at.get_ref()),
                "write 1 (widest reach), 2 or 3",
            );
        }
        u8::try_from(*at.get_ref()).unwrap_or(UNKNOWN_TIER)
    });
    let interval = check.duration(raw.interval.as_ref(), INTERVAL);
    if let Some(at) = &raw.interval
        && interval < POLITE_INTERVAL
        && !raw.allow_private
    {
        check.warn(at, "polls a public site more than twice a minute", "write `1m` or more");
    }
    let name = raw.name.clone().unwrap_or_else(|| raw.id.get_ref().clone());
    Some(Source {
        id: raw.id.get_ref().clone(),
        owner: raw.owner.clone().unwrap_or_else(|| name.clone()),
        name,
        kind,
        url,
        language: raw.language.clone(),
        region: raw.region.clone(),
        tier,
        tags: raw.tags.clone(),
        business_line: raw.business_line.clone(),
        pace: Pace::fixed(interval.max(Duration::from_millis(100))),
        reach: Reach {
            private: if raw.allow_private { PrivateAccess::All } else { PrivateAccess::None },
            proxy: None,
        },
        obey_robots: true,
        alert_on_history,
    })
}

fn source_kind(check: &mut Check<'_>, raw: &RawSource) -> Option<SourceKind> {
    match (raw.kind, &raw.links) {
        (RawKind::Feed, None) => Some(SourceKind::Feed),
        (RawKind::Feed, Some(at)) => {
            check.error(at, "`links` is for pages only", "remove it, or write `kind = \"page\"`");
            None
        }
        (RawKind::Page, None) => {
            let what = "a page needs `links`, the CSS selector of its links to articles";
            check.error(&raw.id, what, "add e.g. `links = \"h2 a\"`");
            None
        }
        (RawKind::Page, Some(at)) => {
            if scraper::Selector::parse(at.get_ref()).is_err() {
                let what = format!("`{}` is not a CSS selector", at.get_ref());
                check.error(at, what, "write e.g. `h2 a` for the links in second headings");
                return None;
            }
            Some(SourceKind::Page { links: Some(at.get_ref().clone()) })
        }
    }
}

pub(super) fn routes(check: &mut Check<'_>, raw: &[RawRoute], names: &Names<'_>) -> Vec<Route> {
    raw.iter().map(|raw| route(check, raw, names)).collect()
}

fn route(check: &mut Check<'_>, raw: &RawRoute, names: &Names<'_>) -> Route {
    if let Some(topics) = &names.topics {
        known(check, &raw.topics, "topic", topics.iter().map(String::as_str));
    }
    if let Some(people) = names.people {
        known(check, &raw.people, "person", people.keys().map(String::as_str));
        reachable(check, raw, people);
    }
    let channels = |mail: bool| {
        let wanted = names.channels.iter().filter(move |(_, is_mail)| **is_mail == mail);
        wanted.map(|(id, _)| id.as_str())
    };
    known(check, &raw.via, "mail channel", channels(true));
    known(check, &raw.rooms, "room channel", channels(false));
    let values = |list: &[Spanned<String>]| list.iter().map(|at| at.get_ref().clone()).collect();
    Route {
        topics: values(&raw.topics),
        min_level: raw.min_level,
        people: values(&raw.people),
        via: values(&raw.via),
        rooms: values(&raw.rooms),
    }
}

/// A person who is told and cannot be reached is an alert that nobody gets.
fn reachable(check: &mut Check<'_>, raw: &RawRoute, people: &BTreeMap<String, Person>) {
    for at in &raw.people {
        if raw.via.is_empty() {
            check.error(
                at,
                format!("no channel carries messages to `{}`", at.get_ref()),
                "add `via = [\"…\"]` with a channel of kind email",
            );
        }
        if people.get(at.get_ref()).is_some_and(|person| person.email.is_none()) {
            check.error(
                at,
                format!("`{}` has no mail address", at.get_ref()),
                "add `email` in the people file",
            );
        }
    }
}

/// Each name must be one of `known`; the nearest one is offered.
fn known<'k>(
    check: &mut Check<'_>,
    names: &[Spanned<String>],
    kind: &str,
    known: impl Iterator<Item = &'k str>,
) {
    let known: Vec<&str> = known.collect();
    for at in names.iter().filter(|at| !known.contains(&at.get_ref().as_str())) {
        let remedy = if known.is_empty() {
            format!("configure a {kind} first")
        } else {
            did_you_mean(at.get_ref(), &known)
        };
        check.error(at, format!("there is no {kind} `{}`", at.get_ref()), remedy);
    }
}
