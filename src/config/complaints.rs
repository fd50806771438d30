//! `[complaints]`: who is asked about customers' complaints, how long they have, what is a wave of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::Spanned;

use super::explain::did_you_mean;
use super::load::Names;
use super::mailboxes::{Mailbox, RawMailbox, mailboxes};
use super::value::{Check, SecretRef};
use crate::model::{BusinessDays, Level, PlanDuration, Source};

const DAY: Duration = Duration::from_hours(24);
const KEEP: Duration = Duration::from_hours(90 * 24);
const CLOSE_AFTER: Duration = Duration::from_hours(14 * 24);
const GATHER: Duration = Duration::from_mins(1);
const LEAST_GATHER: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);
/// Shares of a time after which its owner is reminded, in per cent.
const REMIND: [u8; 2] = [50, 80];
const MAX_REMIND: usize = 5;
/// Who sends complaints can fill the desk's mail: their token is no word.
const LEAST_TOKEN: usize = 20;
const LEAST_WAVE: u32 = 3;
const WAVE: WaveRules = WaveRules { hours: 2, least: 10, level: Level::Yellow };

/// How complaints are taken in, answered and watched.
#[derive(Debug, Clone)]
pub struct ComplaintRules {
    /// The topic that they are about: us.
    pub topic: String,
    /// People who are asked in turn where nobody else was; at least one.
    pub desk: Vec<String>,
    /// Who is asked about a branch.
    pub branches: BTreeMap<String, String>,
    /// Who hears of what their holder is late with.
    pub deputies: BTreeMap<String, String>,
    /// Who hears of it when nobody does anything, and may hand complaints over for others.
    pub manager: String,
    /// Mail channels that carry the reminders.
    pub via: Vec<String>,
    /// What whoever sends complaints by HTTP must know; none if nobody may.
    pub token: Option<SecretString>,
    /// How long text and what is personal stay once a complaint is closed.
    pub keep: Duration,
    /// How long a resolved complaint waits for the customer before it is closed.
    pub close_after: Duration,
    /// How long news for one person are gathered into one message.
    pub gather: Duration,
    /// Shares of a time after which the owner is reminded, in per cent, rising.
    pub remind: Vec<u8>,
    /// Severities, the usual one first; at least one.
    pub severities: Vec<ComplaintSeverity>,
    /// Which days are business days.
    pub business_days: BusinessDays,
    /// IANA zone in which they begin and end.
    pub time_zone: String,
    /// What is a wave.
    pub wave: WaveRules,
    /// Where customers write by mail.
    pub mailboxes: Vec<Mailbox>,
}

impl ComplaintRules {
    /// A severity by its id.
    #[must_use]
    pub fn severity(&self, id: &str) -> Option<&ComplaintSeverity> {
        self.severities.iter().find(|severity| severity.id == id)
    }

    /// The severity of a complaint; the usual one where its own is not configured any more.
    #[must_use]
    pub fn severity_or_usual(&self, id: &str) -> Option<&ComplaintSeverity> {
        self.severity(id).or_else(|| self.severities.first())
    }
}

/// How long complaints of a severity may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplaintSeverity {
    /// Name.
    pub id: String,
    /// Until its owner takes it up.
    pub acknowledge: PlanDuration,
    /// Until the customer has an answer.
    pub answer: PlanDuration,
}

/// When complaints about one branch or product are a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaveRules {
    /// Hours that are looked at.
    pub hours: u32,
    /// Customers who complain in them, at least.
    pub least: u32,
    /// The level that a wave gives at least.
    pub level: Level,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawComplaints {
    topic: Spanned<String>,
    desk: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    branches: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    deputies: BTreeMap<Spanned<String>, Spanned<String>>,
    manager: Spanned<String>,
    via: Spanned<Vec<Spanned<String>>>,
    token: Option<Spanned<SecretRef>>,
    keep: Option<Spanned<String>>,
    close_after: Option<Spanned<String>>,
    gather: Option<Spanned<String>>,
    remind: Option<Spanned<Vec<u8>>>,
    #[serde(default)]
    severity: Vec<RawSeverity>,
    weekend: Option<Spanned<Vec<i8>>>,
    #[serde(default)]
    holidays: Vec<Spanned<toml::value::Datetime>>,
    #[serde(default)]
    workdays: Vec<Spanned<toml::value::Datetime>>,
    wave: Option<RawWave>,
    #[serde(default)]
    mailbox: Vec<RawMailbox>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSeverity {
    id: Spanned<String>,
    acknowledge: Spanned<String>,
    answer: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWave {
    window: Option<Spanned<String>>,
    least: Option<Spanned<u32>>,
    level: Option<Level>,
}

/// What the rules stand beside.
pub(super) struct Beside<'a> {
    pub names: &'a Names<'a>,
    pub sources: &'a [Arc<Source>],
    pub time_zone: &'a str,
    /// Whether there is a page, on which complaints can be sent.
    pub has_web: bool,
}

/// The rules; after findings whatever they leave.
pub(super) fn complaints(
    check: &mut Check<'_>,
    raw: &RawComplaints,
    beside: &Beside<'_>,
) -> ComplaintRules {
    if let Some(topics) = &beside.names.topics {
        known(check, &raw.topic, "topic", topics.iter().map(String::as_str));
    }
    if let Some(taken) = beside.sources.iter().find(|source| source.id == Source::COMPLAINTS) {
        let what =
            format!("the source `{}` has the name that complaints are judged under", taken.id);
        check.error(&raw.topic, what, "give that source another id");
    }
    people(check, raw, beside.names);
    via(check, raw, beside.names);
    let remedy = "write `1d` or more";
    let severities = severities(check, &raw.severity);
    ComplaintRules {
        topic: raw.topic.get_ref().clone(),
        desk: values(raw.desk.get_ref()),
        branches: raw
            .branches
            .iter()
            .map(|(key, at)| (key.clone(), at.get_ref().clone()))
            .collect(),
        deputies: raw
            .deputies
            .iter()
            .map(|(key, at)| (key.get_ref().clone(), at.get_ref().clone()))
            .collect(),
        manager: raw.manager.get_ref().clone(),
        via: values(raw.via.get_ref()),
        token: token(check, raw, beside.has_web),
        keep: check.at_least(raw.keep.as_ref(), KEEP, DAY, remedy),
        close_after: check.at_least(raw.close_after.as_ref(), CLOSE_AFTER, DAY, remedy),
        gather: check.at_least(raw.gather.as_ref(), GATHER, LEAST_GATHER, "write `1s` or more"),
        remind: remind(check, raw.remind.as_ref()),
        mailboxes: mailboxes(check, &raw.mailbox, &severities, beside.names.people),
        severities,
        business_days: business_days(check, raw),
        time_zone: beside.time_zone.to_owned(),
        wave: wave(check, raw.wave.as_ref()),
    }
}

fn people(check: &mut Check<'_>, raw: &RawComplaints, names: &Names<'_>) {
    if raw.desk.get_ref().is_empty() {
        check.error(
            &raw.desk,
            "nobody is asked about complaints",
            "name people, who are asked in turn",
        );
    }
    let deputies = raw.deputies.iter().flat_map(|(holder, deputy)| [holder, deputy]);
    let asked = raw.desk.get_ref().iter().chain(raw.branches.values());
    let everybody = asked.chain(deputies).chain([&raw.manager]);
    let Some(people) = names.people else { return };
    for at in everybody {
        known(check, at, "person", people.keys().map(String::as_str));
        if people.get(at.get_ref()).is_some_and(|person| person.email.is_none()) {
            let what = format!("`{}` has no mail address", at.get_ref());
            check.error(at, what, "add `email` in the people file");
        }
    }
    for (holder, deputy) in &raw.deputies {
        if holder.get_ref() == deputy.get_ref() {
            let what = format!("`{}` is their own deputy", holder.get_ref());
            check.error(deputy, what, "name somebody else");
        }
    }
}

fn via(check: &mut Check<'_>, raw: &RawComplaints, names: &Names<'_>) {
    if raw.via.get_ref().is_empty() {
        let remedy = "name a channel of kind email or maildir";
        check.error(&raw.via, "no channel carries reminders to anybody", remedy);
    }
    let mail = || names.channels.iter().filter(|(_, mail)| **mail).map(|(id, _)| id.as_str());
    for at in raw.via.get_ref() {
        known(check, at, "mail channel", mail());
    }
}

fn token(check: &mut Check<'_>, raw: &RawComplaints, has_web: bool) -> Option<SecretString> {
    let at = raw.token.as_ref()?;
    if !has_web {
        let what = "complaints are to come by HTTP, and there is no `[web]` to take them";
        check.error(at, what, "add `[web]` with `listen`, or take `token` out");
    }
    let token = check.secret(at)?;
    if token.expose_secret().len() < LEAST_TOKEN {
        let remedy = "make one by chance: `openssl rand -hex 32`";
        check.error(at, "the token is shorter than 20 characters and could be guessed", remedy);
    }
    Some(token)
}

fn remind(check: &mut Check<'_>, at: Option<&Spanned<Vec<u8>>>) -> Vec<u8> {
    let Some(at) = at else { return REMIND.to_vec() };
    let shares = at.get_ref();
    let rising = shares.iter().zip(shares.iter().skip(1)).all(|(a, b)| a < b);
    if !rising || shares.len() > MAX_REMIND || !shares.iter().all(|share| (1..100).contains(share))
    {
        let what = "these are not shares of a time, in per cent";
        check.error(at, what, "write at most five whole numbers from 1 to 99, rising: `[50, 80]`");
    }
    shares.clone()
}

fn severities(check: &mut Check<'_>, raw: &[RawSeverity]) -> Vec<ComplaintSeverity> {
    if raw.is_empty() {
        let (acknowledge, answer) = (PlanDuration::BusinessDays(1), PlanDuration::BusinessDays(15));
        return vec![ComplaintSeverity { id: "normal".to_owned(), acknowledge, answer }];
    }
    let mut found: Vec<ComplaintSeverity> = Vec::new();
    let mut seen = BTreeSet::new();
    for raw in raw {
        let id = raw.id.get_ref();
        if id.trim().is_empty() {
            check.error(&raw.id, "the severity has no name", "write one: `normal`");
        }
        if !seen.insert(id) {
            let what = format!("there are two severities `{id}`");
            check.error(&raw.id, what, "keep one of the two");
        }
        let acknowledge = time(check, &raw.acknowledge);
        let answer = time(check, &raw.answer);
        let (Some(acknowledge), Some(answer)) = (acknowledge, answer) else { continue };
        if least_hours(acknowledge) > least_hours(answer) {
            let what = format!("`{id}` is to be answered before it is to be taken up");
            check.error(&raw.answer, what, "give it more time than `acknowledge`");
        }
        found.push(ComplaintSeverity { id: id.clone(), acknowledge, answer });
    }
    found
}

fn time(check: &mut Check<'_>, at: &Spanned<String>) -> Option<PlanDuration> {
    let time = PlanDuration::parse(at.get_ref()).filter(|time| least_hours(*time) > 0.0);
    let time = time.ok_or_else(|| format!("`{}` is not a time to answer within", at.get_ref()));
    check.take(at, time, "write a number and m, h, d, bd (business days) or mo (months)")
}

/// Hours that a time has at least, to compare them.
fn least_hours(time: PlanDuration) -> f64 {
    match time {
        PlanDuration::Clock(duration) => duration.as_secs_f64() / 3600.0,
        PlanDuration::BusinessDays(days) => f64::from(days) * 24.0,
        PlanDuration::Months(months) => f64::from(months) * 28.0 * 24.0,
    }
}

fn business_days(check: &mut Check<'_>, raw: &RawComplaints) -> BusinessDays {
    let mut days = BusinessDays::default();
    if let Some(at) = &raw.weekend {
        if at.get_ref().len() > 6 || !at.get_ref().iter().all(|day| (1..=7).contains(day)) {
            let remedy = "write numbers from 1 (Monday) to 7 (Sunday): `[6, 7]`";
            check.error(at, "these are not the days of a weekend", remedy);
        }
        days.weekend = at.get_ref().iter().copied().collect();
    }
    let mut dates = |list: &[Spanned<toml::value::Datetime>]| {
        list.iter().filter_map(|at| date(check, at)).collect::<BTreeSet<Date>>()
    };
    days.holidays = dates(&raw.holidays);
    days.workdays = dates(&raw.workdays);
    days
}

fn date(check: &mut Check<'_>, at: &Spanned<toml::value::Datetime>) -> Option<Date> {
    let written = at.get_ref();
    let whole = written.time.is_none() && written.offset.is_none();
    let date = whole.then(|| written.to_string().parse::<Date>().ok()).flatten();
    let date = date.ok_or_else(|| format!("`{written}` is not a day"));
    check.take(at, date, "write a day without a time: `2026-12-25`")
}

fn wave(check: &mut Check<'_>, raw: Option<&RawWave>) -> WaveRules {
    let Some(raw) = raw else { return WAVE };
    let window = raw.window.as_ref().map_or(WAVE.hours, |at| {
        let found = check.duration(Some(at), HOUR);
        let hours = u32::try_from(found.as_secs() / 3600).unwrap_or(u32::MAX);
        if found.subsec_nanos() != 0
            || !found.as_secs().is_multiple_of(3600)
            || !(1..=24).contains(&hours)
        {
            let what = format!("`{}` is not a number of whole hours up to a day", at.get_ref());
            check.error(at, what, "write `1h` to `24h`");
        }
        hours.clamp(1, 24)
    });
    let least = raw.least.as_ref().map_or(WAVE.least, |at| {
        if *at.get_ref() < LEAST_WAVE {
            let remedy = "write 3 or more";
            check.error(at, format!("{} customers are no wave", at.get_ref()), remedy);
        }
        *at.get_ref()
    });
    WaveRules { hours: window, least, level: raw.level.unwrap_or(WAVE.level) }
}

fn values(list: &[Spanned<String>]) -> Vec<String> {
    list.iter().map(|at| at.get_ref().clone()).collect()
}

fn known<'k>(
    check: &mut Check<'_>,
    at: &Spanned<String>,
    kind: &str,
    known: impl Iterator<Item = &'k str>,
) {
    let known: Vec<&str> = known.collect();
    if known.contains(&at.get_ref().as_str()) {
        return;
    }
    let remedy = if known.is_empty() {
        format!("configure a {kind} first")
    } else {
        did_you_mean(at.get_ref(), &known)
    };
    check.error(at, format!("there is no {kind} `{}`", at.get_ref()), remedy);
}
