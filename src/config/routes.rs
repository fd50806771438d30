//! `[[route]]`: who is told of what.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::explain::did_you_mean;
use super::load::Names;
use super::value::Check;
use super::{About, Route};
use crate::model::{Level, Person};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRoute {
    #[serde(default)]
    about: RawAbout,
    topics: Option<Spanned<Vec<Spanned<String>>>>,
    min_level: Option<Spanned<Level>>,
    tags: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    people: Vec<Spanned<String>>,
    #[serde(default)]
    via: Vec<Spanned<String>>,
    #[serde(default)]
    rooms: Vec<Spanned<String>>,
    policy: Option<Spanned<String>>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawAbout {
    #[default]
    Alerts,
    Sources,
}

/// The routes; `tags` are those that sources have.
pub(super) fn routes(
    check: &mut Check<'_>,
    raw: &[RawRoute],
    names: &Names<'_>,
    tags: &BTreeSet<&str>,
) -> Vec<Route> {
    raw.iter().map(|raw| route(check, raw, names, tags)).collect()
}

fn route(check: &mut Check<'_>, raw: &RawRoute, names: &Names<'_>, tags: &BTreeSet<&str>) -> Route {
    let about = match raw.about {
        RawAbout::Alerts => about_alerts(check, raw, names),
        RawAbout::Sources => about_sources(check, raw, tags),
    };
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
    Route {
        about,
        people: values(&raw.people),
        via: values(&raw.via),
        rooms: values(&raw.rooms),
        policy: policy(check, raw, names),
    }
}

fn policy(check: &mut Check<'_>, raw: &RawRoute, names: &Names<'_>) -> Option<String> {
    let at = raw.policy.as_ref()?;
    if matches!(raw.about, RawAbout::Sources) {
        let what = "`policy` is for routes about alerts only";
        check.error(at, what, "remove it: nobody has to take what befalls a source");
    }
    if let Some(policies) = &names.policies {
        known(check, std::slice::from_ref(at), "policy", policies.iter().map(String::as_str));
    }
    Some(at.get_ref().clone())
}

fn about_alerts(check: &mut Check<'_>, raw: &RawRoute, names: &Names<'_>) -> About {
    let topics = listed(raw.topics.as_ref());
    if let Some(known_topics) = &names.topics {
        known(check, topics, "topic", known_topics.iter().map(String::as_str));
    }
    if let Some(at) = &raw.tags {
        let remedy = "remove it, or write `about = \"sources\"`; alerts are chosen by `topics`";
        check.error(at, "`tags` is for routes about sources only", remedy);
    }
    let min_level = raw.min_level.as_ref().map_or(Level::Blue, |at| *at.get_ref());
    About::Alerts { topics: values(topics), min_level }
}

fn about_sources(check: &mut Check<'_>, raw: &RawRoute, known: &BTreeSet<&str>) -> About {
    if let Some(at) = &raw.topics {
        let remedy = "remove it; sources are chosen by their `tags`";
        check.error(at, "`topics` is for routes about alerts only", remedy);
    }
    if let Some(at) = &raw.min_level {
        let remedy = "remove it: whatever befalls a source is told";
        check.error(at, "`min_level` is for routes about alerts only", remedy);
    }
    let tags = listed(raw.tags.as_ref());
    let known: Vec<&str> = known.iter().copied().collect();
    for at in tags.iter().filter(|at| !known.contains(&at.get_ref().as_str())) {
        // No error: sources come and go.
        let remedy = if known.is_empty() {
            "give the sources that are meant `tags`".to_owned()
        } else {
            did_you_mean(at.get_ref(), &known)
        };
        check.warn(at, format!("no source has the tag `{}`", at.get_ref()), remedy);
    }
    About::Sources { tags: values(tags) }
}

fn listed(list: Option<&Spanned<Vec<Spanned<String>>>>) -> &[Spanned<String>] {
    list.map_or(&[], |at| at.get_ref())
}

fn values(list: &[Spanned<String>]) -> Vec<String> {
    list.iter().map(|at| at.get_ref().clone()).collect()
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
