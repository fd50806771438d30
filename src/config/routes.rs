//! `[[route]]`: who is told of what, and how. Routes have routes of their own, which inherit whom they
//! tell and how.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::explain::did_you_mean;
use super::load::Names;
use super::matchers::matcher;
use super::value::Check;
use super::{About, Route, Telling};
use crate::model::{Label, Level, Person, Plan};

/// Long enough for the other articles of a wave, short enough for a reader who waits.
const GROUP_WAIT: Duration = Duration::from_secs(30);
const GROUP_INTERVAL: Duration = Duration::from_mins(5);
/// A reminder more often than this is the noise that it should not be.
const LEAST_REPEAT: Duration = Duration::from_mins(1);
/// Routes within routes.
const MAX_DEPTH: usize = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRoute {
    about: Option<Spanned<RawAbout>>,
    #[serde(rename = "match")]
    matching: Option<Spanned<String>>,
    topics: Option<Spanned<Vec<Spanned<String>>>>,
    min_level: Option<Spanned<Level>>,
    tags: Option<Spanned<Vec<Spanned<String>>>>,
    plans: Option<Spanned<Vec<Spanned<String>>>>,
    people: Option<Vec<Spanned<String>>>,
    via: Option<Vec<Spanned<String>>>,
    rooms: Option<Vec<Spanned<String>>>,
    #[serde(rename = "continue")]
    goes_on: Option<bool>,
    group_by: Option<Spanned<toml::Value>>,
    group_wait: Option<Spanned<String>>,
    group_interval: Option<Spanned<String>>,
    red_waits: Option<Spanned<bool>>,
    repeat: Option<Spanned<String>>,
    digest: Option<Spanned<String>>,
    #[serde(default)]
    route: Vec<Spanned<RawRoute>>,
    policy: Option<Spanned<String>>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum RawAbout {
    #[default]
    Alerts,
    Sources,
    Plans,
}

impl RawAbout {
    /// In sentences.
    fn name(self) -> &'static str {
        match self {
            Self::Alerts => "alerts",
            Self::Sources => "sources",
            Self::Plans => "plans",
        }
    }
}

/// What routes may name.
pub(super) struct Known<'a> {
    pub names: &'a Names<'a>,
    /// Tags that sources have.
    pub tags: &'a BTreeSet<&'a str>,
    /// Digests, by id.
    pub digests: &'a BTreeSet<String>,
    /// The crisis plans.
    pub plans: &'a [Plan],
}

/// What a route has from the one it stands in.
#[derive(Clone, Default)]
struct Inherited {
    place: String,
    depth: usize,
    about: RawAbout,
    people: Vec<Spanned<String>>,
    via: Vec<Spanned<String>>,
    rooms: Vec<Spanned<String>>,
    telling: Telling,
    policy: Option<String>,
}

/// The routes of the file.
pub(super) fn routes(check: &mut Check<'_>, raw: &[RawRoute], known: &Known<'_>) -> Vec<Route> {
    let above = Inherited {
        telling: Telling {
            group_wait: GROUP_WAIT,
            group_interval: GROUP_INTERVAL,
            ..Telling::default()
        },
        ..Inherited::default()
    };
    let numbered = raw.iter().zip(1..);
    numbered.map(|(raw, n): (_, usize)| route(check, raw, known, &above, &n.to_string())).collect()
}

fn route(
    check: &mut Check<'_>,
    raw: &RawRoute,
    known: &Known<'_>,
    above: &Inherited,
    place: &str,
) -> Route {
    let kind = match &raw.about {
        Some(at) if above.depth > 0 => {
            check.error(at, "a route within a route is about what that one is about", "remove it");
            above.about
        }
        Some(at) => *at.get_ref(),
        None => above.about,
    };
    let about = match kind {
        RawAbout::Alerts => about_alerts(check, raw, known.names),
        RawAbout::Sources => about_sources(check, raw, known.tags),
        RawAbout::Plans => about_plans(check, raw, known.plans),
    };
    let of = Inherited {
        place: place.to_owned(),
        depth: above.depth + 1,
        about: kind,
        telling: telling(check, raw, &above.telling, known.digests),
        policy: policy(check, raw, kind, known.names).or_else(|| above.policy.clone()),
        ..recipients(raw, above)
    };
    named(check, raw, &of, known.names);
    let routes = children(check, raw, known, &of);
    Route {
        about,
        people: values(&of.people),
        via: values(&of.via),
        rooms: values(&of.rooms),
        place: of.place,
        telling: of.telling,
        policy: of.policy,
        // At the top every route that fits has always told it.
        goes_on: raw.goes_on.unwrap_or(above.depth == 0),
        routes,
    }
}

fn children(
    check: &mut Check<'_>,
    raw: &RawRoute,
    known: &Known<'_>,
    of: &Inherited,
) -> Vec<Route> {
    let Some(first) = raw.route.first() else { return Vec::new() };
    if of.about != RawAbout::Alerts {
        let remedy = "write a route of its own beside it";
        let what = format!("a route about {} has no routes within", of.about.name());
        check.error(first, what, remedy);
        return Vec::new();
    }
    if of.depth >= MAX_DEPTH {
        check.error(first, "routes stand more than 8 deep in one another", "flatten them");
        return Vec::new();
    }
    let numbered = raw.route.iter().zip(1..);
    let place = |n: usize| format!("{}.{n}", of.place);
    numbered.map(|(raw, n)| route(check, raw.get_ref(), known, of, &place(n))).collect()
}

/// Who names people or rooms tells these and nobody else; the channels stay what they are above.
fn recipients(raw: &RawRoute, above: &Inherited) -> Inherited {
    let names_some = raw.people.is_some() || raw.rooms.is_some();
    let own = |list: &Option<Vec<Spanned<String>>>, inherited: &[Spanned<String>]| match list {
        Some(list) => list.clone(),
        None if names_some => Vec::new(),
        None => inherited.to_vec(),
    };
    Inherited {
        people: own(&raw.people, &above.people),
        rooms: own(&raw.rooms, &above.rooms),
        via: raw.via.clone().unwrap_or_else(|| above.via.clone()),
        ..Inherited::default()
    }
}

fn policy(
    check: &mut Check<'_>,
    raw: &RawRoute,
    about: RawAbout,
    names: &Names<'_>,
) -> Option<String> {
    let at = raw.policy.as_ref()?;
    if about != RawAbout::Alerts {
        let what = "`policy` is for routes about alerts only";
        let remedy = format!("remove it: nobody has to take what is told of {}", about.name());
        check.error(at, what, remedy);
    }
    if let Some(policies) = &names.policies {
        let names = policies.iter().map(String::as_str);
        known(check, Some(std::slice::from_ref(at)), "policy", names);
    }
    Some(at.get_ref().clone())
}

/// The names of people and channels must be known, and people reachable.
fn named(check: &mut Check<'_>, raw: &RawRoute, of: &Inherited, names: &Names<'_>) {
    if let Some(people) = names.people {
        known(check, raw.people.as_deref(), "person", people.keys().map(String::as_str));
        if raw.people.is_some() {
            reachable(check, &of.people, &of.via, people);
        }
    }
    known(check, raw.via.as_deref(), "mail channel", names.channels_of(true));
    known(check, raw.rooms.as_deref(), "room channel", names.channels_of(false));
}

fn about_alerts(check: &mut Check<'_>, raw: &RawRoute, names: &Names<'_>) -> About {
    let topics = raw.topics.as_ref().map(|at| at.get_ref().as_slice());
    if let Some(known_topics) = &names.topics {
        known(check, topics, "topic", known_topics.iter().map(String::as_str));
    }
    if let Some(at) = &raw.tags {
        let remedy = "remove it, or write `about = \"sources\"`; alerts are chosen by `topics`";
        check.error(at, "`tags` is for routes about sources only", remedy);
    }
    only_of_plans(check, raw);
    let min_level = raw.min_level.as_ref().map_or(Level::Blue, |at| *at.get_ref());
    let matching = matcher(check, raw.matching.as_ref(), names);
    About::Alerts { topics: values(topics.unwrap_or_default()), min_level, matching }
}

/// Refuses what only routes about alerts can say.
fn only_of_alerts(check: &mut Check<'_>, raw: &RawRoute, (chosen, gathered): (&str, &str)) {
    for (key, at, remedy) in [
        ("topics", raw.topics.as_ref().map(Spanned::span), chosen),
        ("match", raw.matching.as_ref().map(Spanned::span), chosen),
        ("min_level", raw.min_level.as_ref().map(Spanned::span), "remove it: all of it is told"),
        ("group_by", raw.group_by.as_ref().map(Spanned::span), gathered),
        ("repeat", raw.repeat.as_ref().map(Spanned::span), gathered),
        ("digest", raw.digest.as_ref().map(Spanned::span), gathered),
    ] {
        if let Some(span) = at {
            let what = format!("`{key}` is for routes about alerts only");
            check.findings.push(check.file.error(span, what, remedy));
        }
    }
}

fn only_of_plans(check: &mut Check<'_>, raw: &RawRoute) {
    if let Some(at) = &raw.plans {
        let remedy = "remove it, or write `about = \"plans\"`";
        check.error(at, "`plans` is for routes about plans only", remedy);
    }
}

fn about_plans(check: &mut Check<'_>, raw: &RawRoute, known_plans: &[Plan]) -> About {
    let chosen = "remove it; plans are chosen by `plans`";
    only_of_alerts(check, raw, (chosen, "remove it: what the inspection finds is told weekly"));
    if let Some(at) = &raw.tags {
        check.error(at, "`tags` is for routes about sources only", chosen);
    }
    let plans = raw.plans.as_ref().map(|at| at.get_ref().as_slice());
    known(check, plans, "plan", known_plans.iter().map(|plan| plan.id.as_str()));
    About::Plans { plans: values(plans.unwrap_or_default()) }
}

fn about_sources(check: &mut Check<'_>, raw: &RawRoute, known: &BTreeSet<&str>) -> About {
    let chosen = "remove it; sources are chosen by their `tags`";
    let gathered = "remove it: changes of sources are gathered by [collect] health_group";
    only_of_alerts(check, raw, (chosen, gathered));
    only_of_plans(check, raw);
    let tags = raw.tags.as_ref().map(|at| at.get_ref().as_slice()).unwrap_or_default();
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

fn telling(
    check: &mut Check<'_>,
    raw: &RawRoute,
    above: &Telling,
    digests: &BTreeSet<String>,
) -> Telling {
    let group_by = match &raw.group_by {
        Some(at) => {
            let names = listed(check, at);
            labels(check, at, &names)
        }
        None => above.group_by.clone(),
    };
    for (key, at) in [
        ("group_wait", raw.group_wait.as_ref().map(Spanned::span)),
        ("group_interval", raw.group_interval.as_ref().map(Spanned::span)),
        ("red_waits", raw.red_waits.as_ref().map(Spanned::span)),
    ] {
        if let Some(span) = at.filter(|_| group_by.is_empty()) {
            let what = format!("`{key}` says nothing where alerts are not grouped");
            let remedy = "add `group_by = \"story\"`, or remove it";
            check.findings.push(check.file.warning(span, what, remedy));
        }
    }
    let repeat = raw.repeat.as_ref().map(|at| {
        let found = check.duration(Some(at), LEAST_REPEAT);
        if found < LEAST_REPEAT {
            check.error(at, format!("`{}` is too short", at.get_ref()), "write `1m` or more");
        }
        found
    });
    if let Some(at) = &raw.digest {
        let names: Vec<&str> = digests.iter().map(String::as_str).collect();
        if !names.contains(&at.get_ref().as_str()) {
            let remedy = if names.is_empty() {
                "add a `[[digest]]`".to_owned()
            } else {
                did_you_mean(at.get_ref(), &names)
            };
            check.error(at, format!("there is no digest `{}`", at.get_ref()), remedy);
        }
    }
    Telling {
        group_by,
        group_wait: check.duration(raw.group_wait.as_ref(), above.group_wait),
        group_interval: check.duration(raw.group_interval.as_ref(), above.group_interval),
        red_waits: raw.red_waits.as_ref().map_or(above.red_waits, |at| *at.get_ref()),
        repeat: repeat.or(above.repeat),
        digest: raw.digest.as_ref().map(|at| at.get_ref().clone()).or_else(|| above.digest.clone()),
    }
}

/// One label or several, by name.
fn listed(check: &mut Check<'_>, at: &Spanned<toml::Value>) -> Vec<String> {
    let names = match at.get_ref() {
        toml::Value::String(name) => Some(vec![name.clone()]),
        toml::Value::Array(list) => {
            list.iter().map(|name| name.as_str().map(str::to_owned)).collect()
        }
        _ => None,
    };
    let names = names.ok_or_else(|| "`group_by` takes labels".to_owned());
    let remedy = "write `group_by = \"story\"`, or several: `[\"topic\", \"category\"]`";
    check.take(at, names, remedy).unwrap_or_default()
}

/// Labels by name; `none` alone means none.
pub(super) fn labels<T>(check: &mut Check<'_>, at: &Spanned<T>, names: &[String]) -> Vec<Label> {
    if names == ["none"] {
        return Vec::new();
    }
    let known: Vec<&str> = Label::ALL.iter().map(|label| label.name()).collect();
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        match Label::ALL.into_iter().find(|label| label.name() == name) {
            Some(label) => found.push(label),
            None => check.error(
                at,
                format!("alerts have no label `{name}`"),
                format!("write some of {}", known.join(", ")),
            ),
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn values(list: &[Spanned<String>]) -> Vec<String> {
    list.iter().map(|at| at.get_ref().clone()).collect()
}

/// A person who is told and cannot be reached is an alert that nobody gets.
pub(super) fn reachable(
    check: &mut Check<'_>,
    listed: &[Spanned<String>],
    via: &[Spanned<String>],
    people: &BTreeMap<String, Person>,
) {
    for at in listed {
        if via.is_empty() {
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
pub(super) fn known<'k>(
    check: &mut Check<'_>,
    names: Option<&[Spanned<String>]>,
    kind: &str,
    known: impl Iterator<Item = &'k str>,
) {
    let known: Vec<&str> = known.collect();
    let names = names.unwrap_or_default().iter();
    for at in names.filter(|at| !known.contains(&at.get_ref().as_str())) {
        let remedy = if known.is_empty() {
            format!("configure a {kind} first")
        } else {
            did_you_mean(at.get_ref(), &known)
        };
        check.error(at, format!("there is no {kind} `{}`", at.get_ref()), remedy);
    }
}
