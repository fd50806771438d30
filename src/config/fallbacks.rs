//! `fallback` of channels, once all channels and people are known: it must exist, reach somebody, and
//! lead nowhere back.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::channels::RawChannel;
use super::explain::did_you_mean;
use super::value::Check;
use super::{Channel, Fallback};
use crate::model::Person;

/// Checks each channel's fallback and notes it there. `people` is none if their file is broken.
pub(super) fn fallbacks(
    check: &mut Check<'_>,
    raw: &[RawChannel],
    channels: &mut [Channel],
    mail: &BTreeMap<String, bool>,
    people: Option<&BTreeMap<String, Person>>,
) {
    for raw in raw {
        let found = fallback(check, raw, mail, people);
        let id = raw.id.get_ref();
        if let Some(channel) = channels.iter_mut().find(|channel| channel.id == *id) {
            channel.fallback = found;
        }
    }
    circles(check, raw);
}

fn fallback(
    check: &mut Check<'_>,
    raw: &RawChannel,
    mail: &BTreeMap<String, bool>,
    people: Option<&BTreeMap<String, Person>>,
) -> Option<Fallback> {
    let Some(at) = &raw.fallback else {
        if let Some(after) = &raw.fallback_after {
            check.error(after, "there is no fallback to wait for", "add `fallback = \"…\"`");
        }
        if let Some(list) = &raw.fallback_people {
            check.error(list, "there is no fallback to reach them by", "add `fallback = \"…\"`");
        }
        return None;
    };
    let Some(&is_mail) = mail.get(at.get_ref()) else {
        let known: Vec<&str> = mail.keys().map(String::as_str).collect();
        let remedy = did_you_mean(at.get_ref(), &known);
        check.error(at, format!("there is no channel `{}`", at.get_ref()), remedy);
        return None;
    };
    let from_room = mail.get(raw.id.get_ref()) == Some(&false);
    match (&raw.fallback_people, is_mail && from_room) {
        (None, true) => {
            let remedy = "add `fallback_people = [\"…\"]`: whom it is mailed to";
            check.error(at, "a room has no mail address of its own", remedy);
        }
        (Some(list), false) => {
            let remedy = "remove it: persons keep their own mail, and rooms have no persons";
            check.error(list, "`fallback_people` is for rooms that fall back on mail", remedy);
        }
        _ => {}
    }
    let listed = raw.fallback_people.as_ref().map_or(&[][..], |list| list.get_ref().as_slice());
    if let Some(people) = people {
        reachable(check, listed, people);
    }
    Some(Fallback {
        channel: at.get_ref().clone(),
        after: check.duration(raw.fallback_after.as_ref(), super::channels::FALLBACK_AFTER),
        people: listed.iter().map(|person| person.get_ref().clone()).collect(),
    })
}

fn reachable(check: &mut Check<'_>, listed: &[Spanned<String>], people: &BTreeMap<String, Person>) {
    let known: Vec<&str> = people.keys().map(String::as_str).collect();
    for at in listed {
        let id = at.get_ref();
        match people.get(id) {
            None => {
                check.error(at, format!("there is no person `{id}`"), did_you_mean(id, &known));
            }
            Some(person) if person.email.is_none() => {
                let what = format!("`{id}` has no mail address");
                check.error(at, what, "add `email` in the people file");
            }
            Some(_) => {}
        }
    }
}

/// A message that goes in a circle reaches nobody.
fn circles(check: &mut Check<'_>, raw: &[RawChannel]) {
    let next: BTreeMap<&str, &Spanned<String>> = raw
        .iter()
        .filter_map(|raw| Some((raw.id.get_ref().as_str(), raw.fallback.as_ref()?)))
        .collect();
    let mut told = BTreeSet::new();
    for start in next.keys() {
        let mut way = vec![*start];
        while let Some(at) = way.last().and_then(|last| next.get(last)) {
            let to = at.get_ref().as_str();
            if let Some(place) = way.iter().position(|passed| *passed == to) {
                let circle: BTreeSet<&str> = way[place..].iter().copied().collect();
                if told.insert(circle) {
                    let names = [&way[place..], &[to]].concat().join(" → ");
                    let what = format!("the fallbacks go in a circle: {names}");
                    check.error(*at, what, "let one of them have no fallback");
                }
                break;
            }
            way.push(to);
        }
    }
}
