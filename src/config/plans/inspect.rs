//! The plan inspection: what needs a calendar or the past, beyond what every start checks. Pure:
//! the day and what the archive knows are arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::raw::RawPlan;
use super::report::Report;
use crate::config::{Finding, TomlFile};
use crate::model::{BusinessDays, Category, Level, Person, Plan, PlanDuration};

/// Hours that are looked at for somebody who can be reached: a week.
const HOURS: i64 = 7 * 24;

/// Stories in 90 days from which a row holds too often.
const TOO_OFTEN: usize = 20;

/// Days for which a confirmed address is believed.
const CONFIRMED_FOR: i64 = 90;

/// What the inspection knows besides the plans.
#[derive(Debug, Clone, Copy)]
pub struct Inspection<'a> {
    /// The day of the inspection.
    pub today: Date,
    /// People by id.
    pub people: &'a BTreeMap<String, Person>,
    /// Business days by calendar.
    pub holidays: &'a BTreeMap<String, BusinessDays>,
    /// People whose mail came back and has not gone through since, by id.
    pub bounced: &'a BTreeSet<String>,
    /// Day of the last drill that the archive knows, by plan.
    pub drilled: &'a BTreeMap<String, Date>,
    /// Lessons of reviews that are not seen to.
    pub lessons: &'a [OpenLesson],
    /// What the triggers would have done with the last 90 days.
    pub rehearsed: &'a Rehearsed,
}

/// By plan, for each of its trigger rows in the order of the file: how many stories of the last 90 days it would have
/// held for; none where the archive cannot tell. Plans are missing while the archive is younger.
pub type Rehearsed = BTreeMap<String, Vec<Option<usize>>>;

/// A lesson whose day has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLesson {
    /// Plan, by id.
    pub plan: String,
    /// Number of the incident.
    pub incident: String,
    /// What.
    pub text: String,
    /// Until when.
    pub due: Date,
}

/// What is to be said of a plan that starts; findings in the order of the file, all of them
/// warnings.
#[must_use]
pub fn inspect_plan(file: &TomlFile, known: &Inspection<'_>) -> Vec<Finding> {
    let Ok(raw) = file.parse::<RawPlan>() else { return Vec::new() };
    let mut report = Report::new(file);
    age(&raw, known, &mut report);
    reached(&raw, known, &mut report);
    calendar(&raw, known, &mut report);
    statements(&raw, &mut report);
    rehearsed(&raw, known, &mut report);
    for lesson in known.lessons.iter().filter(|it| it.plan == *raw.plan.id.get_ref()) {
        let OpenLesson { incident, text, due, .. } = lesson;
        let what = format!("L22 a lesson of {incident} was due {due}: {text}");
        let remedy = "see to it, and set `reviewed_on` once the plan has taken it in";
        report.warning(raw.plan.id.span(), what, remedy);
    }
    report.finish(()).map_or_else(|findings| findings, |((), findings)| findings)
}

/// Risk categories that lift a story to orange by themselves and that no plan covers (L20).
#[must_use]
pub fn uncovered<'c>(categories: &'c [Category], plans: &[Plan]) -> Vec<&'c Category> {
    let covers = |plan: &Plan, id: &str| {
        plan.triggers
            .iter()
            .any(|row| row.category.as_deref().is_none_or(|category| category == id))
    };
    let grave = categories.iter().filter(|category| category.floor >= Some(Level::Orange));
    grave.filter(|category| !plans.iter().any(|plan| covers(plan, &category.id))).collect()
}

fn age(raw: &RawPlan, known: &Inspection<'_>, report: &mut Report<'_>) {
    let head = &raw.plan;
    let day = |date: Option<&toml::Spanned<toml::value::Datetime>>| {
        date.and_then(|date| Some((date.get_ref().to_string().parse::<Date>().ok()?, date.span())))
    };
    let written = day(head.drilled_on.as_ref());
    let drilled = match (written, known.drilled.get(head.id.get_ref())) {
        (Some((day, at)), Some(held)) => Some((day.max(*held), at)),
        (None, Some(held)) => Some((*held, head.id.span())),
        (written, None) => written,
    };
    let rows = [
        (
            "L12 the review",
            "reviewed_on",
            day(head.reviewed_on.as_ref()),
            head.review_every.as_ref(),
        ),
        ("L13 the drill", "drilled_on", drilled, head.drill_every.as_ref()),
    ];
    for (what, key, last, every) in rows {
        let Some(every) = every else {
            let remedy = "say how often: `review_every` and `drill_every`, such as \"180d\"";
            report.warning(head.id.span(), format!("{what} has no interval"), remedy);
            continue;
        };
        let Some((last, at)) = last else {
            let remedy = format!("write the day of the last one as `{key}`");
            report.warning(every.span(), format!("{what} never took place"), &remedy);
            continue;
        };
        let Some(PlanDuration::Clock(every)) = PlanDuration::parse(every.get_ref()) else {
            continue; // reported where it was read
        };
        let days = every.as_hours() / 24;
        let due = last.checked_add(days.days()).unwrap_or(Date::MAX);
        if due < known.today {
            let what = format!("{what} was due {due}");
            report.warning(at, what, &format!("hold it, and write the day as `{key}`"));
        }
    }
}

/// Rules L14 and L18: whether the holders of roles can be reached, at any hour.
fn reached(raw: &RawPlan, known: &Inspection<'_>, report: &mut Report<'_>) {
    for (key, role) in &raw.role {
        let role = role.get_ref();
        let people = || std::iter::once(&role.primary).chain(&role.backup);
        for person in people().filter(|person| known.bounced.contains(person.get_ref())) {
            let what = format!("L14 mail to `{}` comes back", person.get_ref());
            report.warning(person.span(), what, "mend the address in the people file");
        }
        for person in people() {
            let checked = known.people.get(person.get_ref()).and_then(|it| it.checked_on);
            let until = checked.and_then(|day| day.checked_add(CONFIRMED_FOR.days()).ok());
            if let Some(day) = checked.filter(|_| until.is_some_and(|until| until < known.today)) {
                let what = format!("L14 `{}` last confirmed their address {day}", person.get_ref());
                let remedy = "ask them by it, and write the day as `checked_on` in the people file";
                report.warning(person.span(), what, remedy);
            }
        }
        let holders: Vec<&Person> =
            people().filter_map(|person| known.people.get(person.get_ref())).collect();
        if let Some(at) = asleep(&holders, known.today) {
            let zone = TimeZone::get(raw.plan.timezone.get_ref()).unwrap_or(TimeZone::UTC);
            let hour = at.to_zoned_datetime(zone).strftime("%A %H:%M").to_string();
            let what = format!("L18 nobody who holds `{key}` can be disturbed at orange: {hour}");
            let remedy = "let one of them be disturbed (`quiet` … `below`), or name others";
            report.warning(role.primary.span(), what, remedy);
        }
    }
}

/// Rule L17: rows that nothing reaches, and rows that everything does.
fn rehearsed(raw: &RawPlan, known: &Inspection<'_>, report: &mut Report<'_>) {
    let Some(counts) = known.rehearsed.get(raw.plan.id.get_ref()) else { return };
    for (row, count) in raw.triggers().zip(counts) {
        match count {
            Some(0) => {
                let what = "L17 this row would have held for no story of the last 90 days";
                let remedy = "ask for less, unless it is meant for what has not happened yet";
                report.warning(row.span(), what, remedy);
            }
            Some(often) if *often > TOO_OFTEN => {
                let what =
                    format!("L17 this row would have held for {often} stories of the last 90 days");
                let remedy = "ask for more: a plan that starts so often is believed no more";
                report.warning(row.span(), what, remedy);
            }
            _ => {}
        }
    }
}

/// The first hour of the week from a day on in which none of the people may be disturbed.
fn asleep(holders: &[&Person], today: Date) -> Option<Timestamp> {
    if holders.is_empty() {
        return None;
    }
    let begin =
        TimeZone::UTC.to_timestamp(today.to_datetime(jiff::civil::Time::midnight())).ok()?;
    let quiet = |person: &&Person, at: Timestamp| {
        let quiet = person.quiet.as_ref();
        quiet.is_some_and(|quiet| quiet.until(&person.time_zone, Some(Level::Orange), at).is_some())
    };
    (0..HOURS)
        .filter_map(|hour| begin.checked_add(jiff::SignedDuration::from_hours(hour)).ok())
        .find(|at| holders.iter().all(|person| quiet(person, *at)))
}

/// Rule L23: business days need a calendar that knows the year to come.
fn calendar(raw: &RawPlan, known: &Inspection<'_>, report: &mut Report<'_>) {
    let Some(used) = business_days(raw) else { return };
    let Some(name) = &raw.plan.calendar else {
        let remedy = "name a calendar in [plan]: `calendar = \"ES\"`";
        report.warning(used, "L23 business days without a calendar", remedy);
        return;
    };
    let Some(days) = known.holidays.get(name.get_ref()) else {
        let what = format!("L23 no holidays are known of the calendar `{}`", name.get_ref());
        let remedy = "add it to the file that `holidays` names in the main file";
        report.warning(name.span(), what, remedy);
        return;
    };
    let half = known.today.checked_add(6.months()).unwrap_or(Date::MAX);
    let last = days.holidays.last().copied();
    if last.is_none_or(|last| last < half) {
        let last = last.map_or_else(|| "none".to_owned(), |last| last.to_string());
        let what = format!("L23 the calendar `{}` ends too early: {last}", name.get_ref());
        report.warning(name.span(), what, "add the holidays of the next year");
    }
}

/// The first place where the plan counts business days.
fn business_days(raw: &RawPlan) -> Option<Range<usize>> {
    let deadlines = raw.deadline.iter().flat_map(|it| {
        let limit = it.not_after.iter().map(|limit| &limit.due);
        std::iter::once(&it.due).chain(limit).chain(&it.warn)
    });
    let reviews = raw.review.iter().flat_map(|review| review.due.values());
    let is_one = |text: &&super::raw::Text| {
        matches!(PlanDuration::parse(text.get_ref()), Some(PlanDuration::BusinessDays(_)))
    };
    deadlines.chain(reviews).find(is_one).map(toml::Spanned::span)
}

/// Rule L19: at least one text for the public was approved before it is needed.
fn statements(raw: &RawPlan, report: &mut Report<'_>) {
    let public = || raw.message.values().filter(|it| it.get_ref().audience.get_ref() == "public");
    match public().next() {
        None => {
            let remedy = "add a [message.…] with `audience = \"public\"`";
            report.warning(raw.plan.id.span(), "L19 no statement for the public", remedy);
        }
        Some(first) if public().all(|it| it.get_ref().approved_on.is_none()) => {
            let remedy =
                "have the first statement approved now, and write the day as `approved_on`";
            report.warning(first.span(), "L19 no statement is approved in advance", remedy);
        }
        Some(_) => {}
    }
}
