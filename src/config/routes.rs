//! `[[route]]`: who is told of what.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::Route;
use super::explain::did_you_mean;
use super::load::Names;
use super::value::Check;
use crate::model::{Level, Person};

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
