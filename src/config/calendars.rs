//! `calendars = "…"`: who is on call when, every `*.toml` of a directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::TomlFile;
use super::explain::did_you_mean;
use super::load::toml_files;
use super::settings;
use super::value::Check;
use crate::model::{Calendar, Hours, Override, Person, Rotation, Turn};

/// More than this are a mistake.
const MAX_FILES: usize = 200;
const MAX_ROTATIONS: usize = 20;
const MAX_OVERRIDES: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCalendar {
    id: Spanned<String>,
    time_zone: Spanned<String>,
    #[serde(default)]
    rotation: Vec<RawRotation>,
    #[serde(default, rename = "override")]
    overrides: Vec<RawOverride>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRotation {
    people: Spanned<Vec<Spanned<String>>>,
    every: RawTurn,
    hand_over: Spanned<String>,
    weekday: Option<Spanned<RawWeekday>>,
    anchor: Spanned<Datetime>,
    hours: Option<Spanned<RawHours>>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum RawTurn {
    Day,
    Week,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawWeekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Hours of a day as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHours {
    from: Spanned<String>,
    to: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOverride {
    person: Spanned<String>,
    from: Spanned<Datetime>,
    to: Spanned<Datetime>,
}

/// The calendars of all files of a directory, by id; none if one of them cannot be read. `people` are none
/// while their file is broken.
pub(super) fn calendars(
    check: &mut Check<'_>,
    directory: Option<&Spanned<PathBuf>>,
    people: Option<&BTreeMap<String, Person>>,
) -> Option<BTreeMap<String, Calendar>> {
    let mut calendars = BTreeMap::new();
    let Some(at) = directory else { return Some(calendars) };
    let directory = check.path(at.get_ref());
    let remedy = "name the directory of the calendars, seen from this file";
    if !directory.is_dir() {
        check.error(at, format!("there is no directory {}", directory.display()), remedy);
        return None;
    }
    let paths = match toml_files(&directory) {
        Ok(paths) if paths.len() > MAX_FILES => {
            check.error(at, "the directory holds more than 200 files", remedy);
            return None;
        }
        Ok(paths) => paths,
        Err(error) => {
            let what = format!("{} cannot be read: {error}", directory.display());
            check.error(at, what, remedy);
            return None;
        }
    };
    let mut all_read = true;
    for path in paths {
        match TomlFile::read(&path).and_then(|file| Ok((file.parse::<RawCalendar>()?, file))) {
            Ok((raw, file)) => {
                let mut inside = Check { file: &file, base: Path::new(""), findings: Vec::new() };
                add(&mut inside, &raw, people, &mut calendars);
                check.findings.append(&mut inside.findings);
            }
            Err(finding) => {
                check.findings.push(finding);
                all_read = false;
            }
        }
    }
    all_read.then_some(calendars)
}

fn add(
    check: &mut Check<'_>,
    raw: &RawCalendar,
    people: Option<&BTreeMap<String, Person>>,
    calendars: &mut BTreeMap<String, Calendar>,
) {
    let id = raw.id.get_ref();
    if calendars.contains_key(id) {
        let what = format!("the calendar id `{id}` is used twice");
        check.error(&raw.id, what, "give it another id");
    }
    if raw.rotation.len() > MAX_ROTATIONS || raw.overrides.len() > MAX_OVERRIDES {
        let what = "the calendar is longer than 20 rotations and 1,000 overrides";
        check.error(&raw.id, what, "take out what is past");
    }
    let names = raw.rotation.iter().flat_map(|rotation| rotation.people.get_ref());
    for name in names.chain(raw.overrides.iter().map(|over| &over.person)) {
        known_person(check, name, people);
    }
    let calendar = Calendar {
        id: id.clone(),
        time_zone: settings::time_zone(check, &raw.time_zone),
        rotations: raw.rotation.iter().filter_map(|raw| rotation(check, raw)).collect(),
        overrides: raw.overrides.iter().filter_map(|raw| stand_in(check, raw)).collect(),
    };
    gaps(check, raw, &calendar);
    calendars.insert(id.clone(), calendar);
}

/// The name must be that of a person.
pub(super) fn known_person(
    check: &mut Check<'_>,
    name: &Spanned<String>,
    people: Option<&BTreeMap<String, Person>>,
) {
    let Some(people) = people.filter(|people| !people.contains_key(name.get_ref())) else { return };
    let known: Vec<&String> = people.keys().collect();
    let remedy = if known.is_empty() {
        "add the person to the people file".to_owned()
    } else {
        did_you_mean(name.get_ref(), &known)
    };
    check.error(name, format!("there is no person `{}`", name.get_ref()), remedy);
}

/// A gap is told here as a warning; where a step has nobody else it is an error there.
fn gaps(check: &mut Check<'_>, raw: &RawCalendar, calendar: &Calendar) {
    // Rotations that could not be read have their own findings.
    if calendar.rotations.len() < raw.rotation.len() {
        return;
    }
    if let Some(gap) = calendar.gaps().first() {
        let what = format!("nobody is on call {}", shown(*gap));
        check.warn(&raw.id, what, "add a `[[rotation]]` for these hours, or one without `hours`");
    }
}

/// Hours as people write them.
pub(super) fn shown(hours: Hours) -> String {
    let clock = |time: Time| time.strftime("%H:%M").to_string();
    if hours.from == hours.to {
        return "at any hour".to_owned();
    }
    format!("from {} to {}", clock(hours.from), clock(hours.to))
}

fn rotation(check: &mut Check<'_>, raw: &RawRotation) -> Option<Rotation> {
    if raw.people.get_ref().is_empty() {
        check.error(&raw.people, "nobody takes turns", "name people of the people file");
        return None;
    }
    let every = match (raw.every, &raw.weekday) {
        (RawTurn::Day, None) => Some(Turn::Day),
        (RawTurn::Day, Some(at)) => {
            check.error(at, "`weekday` means nothing for turns of a day", "remove it");
            None
        }
        (RawTurn::Week, Some(at)) => Some(Turn::Week(weekday(*at.get_ref()))),
        (RawTurn::Week, None) => {
            let what = "turns of a week need the day on which they change";
            check.error(&raw.hand_over, what, "add `weekday = \"monday\"`");
            None
        }
    };
    let hand_over = clock(check, &raw.hand_over);
    let anchor = day(check, &raw.anchor);
    let hours = raw.hours.as_ref().map(|at| hours(check, at));
    Some(Rotation {
        people: raw.people.get_ref().iter().map(|at| at.get_ref().clone()).collect(),
        every: every?,
        hand_over: hand_over?,
        anchor: anchor?,
        hours: match hours {
            None => None,
            Some(hours) => Some(hours?),
        },
    })
}

fn weekday(raw: RawWeekday) -> Weekday {
    match raw {
        RawWeekday::Monday => Weekday::Monday,
        RawWeekday::Tuesday => Weekday::Tuesday,
        RawWeekday::Wednesday => Weekday::Wednesday,
        RawWeekday::Thursday => Weekday::Thursday,
        RawWeekday::Friday => Weekday::Friday,
        RawWeekday::Saturday => Weekday::Saturday,
        RawWeekday::Sunday => Weekday::Sunday,
    }
}

/// A time of the day to the minute.
fn clock(check: &mut Check<'_>, at: &Spanned<String>) -> Option<Time> {
    let time = read_clock(at.get_ref());
    let time = time.ok_or_else(|| format!("`{}` is not a time of the day", at.get_ref()));
    check.take(at, time, "write hours and minutes: \"22:00\"")
}

/// `22:00`.
pub(super) fn read_clock(text: &str) -> Option<Time> {
    let exact = text.len() == 5 && text.as_bytes().get(2) == Some(&b':');
    Time::strptime("%H:%M", text).ok().filter(|_| exact)
}

fn hours(check: &mut Check<'_>, at: &Spanned<RawHours>) -> Option<Hours> {
    let (from, to) = (clock(check, &at.get_ref().from), clock(check, &at.get_ref().to));
    let hours = Hours { from: from?, to: to? };
    if hours.from == hours.to {
        check.error(at, "these hours begin when they end", "write two times, or leave `hours` out");
        return None;
    }
    Some(hours)
}

fn day(check: &mut Check<'_>, at: &Spanned<Datetime>) -> Option<Date> {
    let day = at.get_ref().to_string().parse::<Date>();
    let bare = at.get_ref().time.is_none() && at.get_ref().offset.is_none();
    let day = day.ok().filter(|_| bare).ok_or_else(|| "not a day".to_owned());
    check.take(at, day, "write it as 2026-01-05, without quotes and without a time")
}

fn stand_in(check: &mut Check<'_>, raw: &RawOverride) -> Option<Override> {
    let (from, to) = (moment(check, &raw.from), moment(check, &raw.to));
    let over = Override { person: raw.person.get_ref().clone(), from: from?, to: to? };
    if over.from >= over.to {
        check.error(&raw.to, "this ends before it begins", "write a later time");
        return None;
    }
    Some(over)
}

/// A day means its beginning.
fn moment(check: &mut Check<'_>, at: &Spanned<Datetime>) -> Option<DateTime> {
    let text = at.get_ref().to_string();
    let local = at.get_ref().date.is_some() && at.get_ref().offset.is_none();
    let moment = text.parse::<DateTime>();
    let moment = moment.ok().filter(|_| local);
    let remedy = "write it as 2026-12-24T09:00:00, without quotes, by the calendar's own clock";
    check.take(at, moment.ok_or_else(|| "not a day with a time".to_owned()), remedy)
}
