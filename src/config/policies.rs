//! `policies = "…"`: who is asked in which order while nobody takes an alert.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use toml::Spanned;

use super::TomlFile;
use super::calendars::{known_person, shown};
use super::explain::did_you_mean;
use super::value::{self, Check};
use crate::model::{Calendar, Holder, Ladder, Level, Person, Policy, Rung};

/// More than this are a mistake: nobody is helped by the two hundredth call.
const MAX_POLICIES: usize = 200;
const MAX_STEPS: usize = 20;
const MAX_ROUNDS: u32 = 10;
/// Less than this, and everybody would be asked at once.
const LEAST_WAIT: Duration = Duration::from_secs(1);
const LEAST_RESUME: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    policy: Vec<RawPolicy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    id: Spanned<String>,
    rounds: Option<Spanned<u32>>,
    resume_after: Option<Spanned<String>>,
    #[serde(default)]
    step: Vec<Spanned<RawStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    #[serde(default)]
    people: Vec<Spanned<String>>,
    #[serde(default)]
    on_call: Vec<Spanned<String>>,
    #[serde(default)]
    via: Vec<Spanned<String>>,
    wait: Spanned<String>,
}

/// What policies may name. People and calendars are none while their files are broken.
pub(super) struct Reach<'a> {
    pub people: Option<&'a BTreeMap<String, Person>>,
    pub calendars: Option<&'a BTreeMap<String, Calendar>>,
    /// With each, whether it carries mail to persons.
    pub channels: &'a BTreeMap<String, bool>,
}

/// The policies of a file, by id; none if it cannot be read.
pub(super) fn policies(
    check: &mut Check<'_>,
    path: Option<&Spanned<PathBuf>>,
    reach: &Reach<'_>,
) -> Option<BTreeMap<String, Policy>> {
    let mut policies = BTreeMap::new();
    let Some(at) = path else { return Some(policies) };
    let path = check.path(at.get_ref());
    if !path.is_file() {
        let what = format!("there is no file {}", path.display());
        check.error(at, what, "name the file of the escalation policies, seen from this file");
        return None;
    }
    let (raw, file) =
        match TomlFile::read(&path).and_then(|file| Ok((file.parse::<RawFile>()?, file))) {
            Ok(read) => read,
            Err(finding) => {
                check.findings.push(finding);
                return None;
            }
        };
    if raw.policy.len() > MAX_POLICIES {
        check.error(at, "the file holds more than 200 policies", "take out what no route names");
    }
    let mut inside = Check { file: &file, base: Path::new(""), findings: Vec::new() };
    for raw in &raw.policy {
        if policies.contains_key(raw.id.get_ref()) {
            let what = format!("the policy id `{}` is used twice", raw.id.get_ref());
            inside.error(&raw.id, what, "give it another id");
        }
        policies.insert(raw.id.get_ref().clone(), policy(&mut inside, raw, reach));
    }
    check.findings.append(&mut inside.findings);
    Some(policies)
}

fn policy(check: &mut Check<'_>, raw: &RawPolicy, reach: &Reach<'_>) -> Policy {
    if raw.step.is_empty() {
        let what = format!("the policy `{}` has no step", raw.id.get_ref());
        check.error(&raw.id, what, "add a `[[policy.step]]` with people, channels and a wait");
    }
    if raw.step.len() > MAX_STEPS {
        let what = format!("the policy `{}` has more than 20 steps", raw.id.get_ref());
        check.error(&raw.id, what, "ask fewer people, or more of them in one step");
    }
    let rounds = raw.rounds.as_ref().map_or(1, |at| {
        if !(1..=MAX_ROUNDS).contains(at.get_ref()) {
            check.error(at, "rounds go from 1 to 10", "write such a number");
        }
        (*at.get_ref()).clamp(1, MAX_ROUNDS)
    });
    let resume_after = raw.resume_after.as_ref().map(|at| wait(check, at, LEAST_RESUME));
    let mut rungs = Vec::with_capacity(raw.step.len());
    let mut after = SignedDuration::ZERO;
    for raw in &raw.step {
        reachable(check, raw, reach);
        let step = raw.get_ref();
        let people = step.people.iter().map(|at| Holder::Person(at.get_ref().clone()));
        let on_call = step.on_call.iter().map(|at| Holder::OnCall(at.get_ref().clone()));
        rungs.push(Rung {
            from_level: Level::Blue,
            after,
            holders: people.chain(on_call).collect(),
            via: step.via.iter().map(|at| at.get_ref().clone()).collect(),
            repeat: None,
        });
        after = after.saturating_add(wait(check, &step.wait, LEAST_WAIT));
    }
    Policy {
        id: raw.id.get_ref().clone(),
        ladder: Ladder { rungs, rounds, round: after, resume_after },
    }
}

fn wait(check: &mut Check<'_>, at: &Spanned<String>, least: Duration) -> SignedDuration {
    let found =
        check.take(at, value::duration(at.get_ref()), "write a number and s, m, h or d: `10m`");
    let found = found.unwrap_or(least);
    if found < least {
        check.error(at, format!("`{}` is too short", at.get_ref()), "write `1s` or more");
    }
    SignedDuration::try_from(found).unwrap_or(SignedDuration::MAX)
}

/// A step that reaches nobody is worse than none: it looks as if somebody had been asked.
fn reachable(check: &mut Check<'_>, raw: &Spanned<RawStep>, reach: &Reach<'_>) {
    let step = raw.get_ref();
    for name in &step.people {
        known_person(check, name, reach.people);
    }
    if let Some(calendars) = reach.calendars {
        known(check, &step.on_call, "calendar", calendars.keys());
    }
    known(check, &step.via, "channel", reach.channels.keys());
    if step.people.is_empty() && step.on_call.is_empty() {
        let remedy = "name people, or calendars in `on_call`";
        check.error(raw, "nobody is asked by this step", remedy);
    }
    if step.via.is_empty() {
        check.error(raw, "no channel carries this step to anybody", "name channels in `via`");
    }
    let room = step.via.iter().any(|via| reach.channels.get(via.get_ref()) == Some(&false));
    let all_known = step.via.iter().all(|via| reach.channels.contains_key(via.get_ref()));
    if let (Some(people), false, true) = (reach.people, room, all_known) {
        without_mail(check, step, people, reach.calendars);
    }
    let gap = |at: &Spanned<String>| reach.calendars?.get(at.get_ref())?.gaps().first().copied();
    if step.people.is_empty()
        && let Some((at, gap)) = step.on_call.iter().find_map(|at| Some((at, gap(at)?)))
        && step.on_call.len() == 1
    {
        let what = format!("nobody is asked {}: `{}` has nobody on call", shown(gap), at.get_ref());
        check.error(at, what, "fill the calendar, or name a person beside it");
    }
}

/// Where a step goes out by mail alone, whoever it asks must have an address.
fn without_mail(
    check: &mut Check<'_>,
    step: &RawStep,
    people: &BTreeMap<String, Person>,
    calendars: Option<&BTreeMap<String, Calendar>>,
) {
    let no_mail = |id: &str| people.get(id).is_some_and(|person| person.email.is_none());
    let remedy = "add `email` in the people file, or a room to `via`";
    for at in step.people.iter().filter(|at| no_mail(at.get_ref())) {
        check.error(at, format!("`{}` has no mail address", at.get_ref()), remedy);
    }
    for at in &step.on_call {
        let calendar = calendars.and_then(|calendars| calendars.get(at.get_ref()));
        let on_call = calendar.map(Calendar::people).unwrap_or_default();
        for id in on_call.into_iter().filter(|id| no_mail(id)) {
            let what = format!("`{id}` of the calendar `{}` has no mail address", at.get_ref());
            check.error(at, what, remedy);
        }
    }
}

fn known<'k>(
    check: &mut Check<'_>,
    names: &[Spanned<String>],
    kind: &str,
    known: impl Iterator<Item = &'k String>,
) {
    let known: Vec<&String> = known.collect();
    for at in names.iter().filter(|at| !known.contains(&at.get_ref())) {
        let remedy = if known.is_empty() {
            format!("configure a {kind} first")
        } else {
            did_you_mean(at.get_ref(), &known)
        };
        check.error(at, format!("there is no {kind} `{}`", at.get_ref()), remedy);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use jiff::SignedDuration;
    use toml::Spanned;

    use super::{Reach, policies};
    use crate::config::calendars::calendars;
    use crate::config::value::Check;
    use crate::config::{TomlFile, load_people};
    use crate::model::{Holder, Locale};

    /// The files that ship beside the main one, which does not name them yet.
    #[test]
    fn the_examples_are_good() {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let people = TomlFile::read(&base.join("people.toml")).expect("read");
        let people = load_people(&people, Locale::Es, "UTC").expect("good");
        let channels = BTreeMap::from([("email".to_owned(), true), ("chat".to_owned(), true)]);
        let file = TomlFile::new("atalaya.toml", "");
        let mut check = Check { file: &file, base: &base, findings: Vec::new() };
        let at = |name: &str| Spanned::new(0..0, PathBuf::from(name));
        let calendars = calendars(&mut check, Some(&at("calendars")), Some(&people));
        let reach =
            Reach { people: Some(&people), calendars: calendars.as_ref(), channels: &channels };
        let found = policies(&mut check, Some(&at("policies.toml")), &reach).expect("read");
        assert_eq!(check.findings, []);
        let desk = &found["mesa-de-reputacion"].ladder;
        assert_eq!((desk.rounds, desk.round), (2, SignedDuration::from_mins(30)));
        assert_eq!(desk.rungs[2].after, SignedDuration::from_mins(20));
        assert_eq!(desk.rungs[2].holders, [Holder::OnCall("guardia-madrid".to_owned())]);
    }
}
