//! The plan inspection: what needs a calendar or the past, beyond what every start checks. Pure:
//! the day and what the archive knows are arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::raw::{RawPlan, Text};
use crate::config::{Finding, TomlFile};
use crate::model::{
    BusinessDays, Category, Level, Locale, Person, Plan, PlanDuration, PlanTrouble, Trigger,
};
use crate::phrases;

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
    /// What was put off after incidents, by plan: reviews of them, and lessons.
    pub owed: &'a [Owed],
    /// What the triggers would have done with the last 90 days.
    pub rehearsed: &'a Rehearsed,
}

/// By plan, for each of its trigger rows in the order of the file: how many stories of the last 90 days it would have
/// held for; none where the archive cannot tell. Plans are missing while the archive is younger.
pub type Rehearsed = BTreeMap<String, Vec<Option<usize>>>;

/// What a plan's keepers owe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// Plan, by id.
    pub plan: String,
    /// What.
    pub trouble: PlanTrouble,
}

/// What the inspection finds, and the bytes of the file that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedTrouble {
    /// What.
    pub trouble: PlanTrouble,
    /// Where.
    pub at: Range<usize>,
}

impl LocatedTrouble {
    /// The same as `check` tells it.
    #[must_use]
    pub fn finding(&self, file: &TomlFile) -> Finding {
        let (rule, what) = (self.trouble.rule(), phrases::trouble(&self.trouble, Locale::En));
        let remedy = phrases::trouble_remedy(&self.trouble, Locale::En);
        file.warning(self.at.clone(), format!("{rule} {what}"), remedy)
    }
}

/// What is to be said of a plan that starts, in the order of the file.
#[must_use]
pub fn inspect_plan(file: &TomlFile, known: &Inspection<'_>) -> Vec<LocatedTrouble> {
    let Ok(raw) = file.parse::<RawPlan>() else { return Vec::new() };
    let mut all = Vec::new();
    let mut report = |at: Range<usize>, trouble| all.push(LocatedTrouble { trouble, at });
    age(&raw, known, &mut report);
    reached(&raw, known, &mut report);
    calendar(&raw, known, &mut report);
    statements(&raw, &mut report);
    rehearsed(&raw, known, &mut report);
    for owed in known.owed.iter().filter(|it| it.plan == *raw.plan.id.get_ref()) {
        report(raw.plan.id.span(), owed.trouble.clone());
    }
    all.sort_by_key(|found| found.at.start);
    all
}

/// Takes what is found at a place.
type Report<'a> = &'a mut dyn FnMut(Range<usize>, PlanTrouble);

/// Risk categories that lift a story to orange by themselves and that no plan covers (L20).
#[must_use]
pub fn uncovered<'c>(categories: &'c [Category], plans: &[Plan]) -> Vec<&'c Category> {
    let covers = |plan: &Plan, id: &str| {
        // A row that only counts complaints of one category covers no other.
        let category = |row: &Trigger| row.category.clone().or(row.complaint_category.clone());
        plan.triggers.iter().any(|row| category(row).is_none_or(|category| category == id))
    };
    let grave = categories.iter().filter(|category| category.floor >= Some(Level::Orange));
    grave.filter(|category| !plans.iter().any(|plan| covers(plan, &category.id))).collect()
}

fn age(raw: &RawPlan, known: &Inspection<'_>, report: Report<'_>) {
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
    let reviewed = day(head.reviewed_on.as_ref());
    match overdue(reviewed.as_ref(), head.review_every.as_ref(), known.today) {
        Overdue::No => {}
        Overdue::NoInterval => report(head.id.span(), PlanTrouble::ReviewInterval),
        Overdue::Since(due, at) => report(at, PlanTrouble::ReviewDue { due }),
    }
    match overdue(drilled.as_ref(), head.drill_every.as_ref(), known.today) {
        Overdue::No => {}
        Overdue::NoInterval => report(head.id.span(), PlanTrouble::DrillInterval),
        Overdue::Since(due, at) => report(at, PlanTrouble::DrillDue { due }),
    }
}

/// Whether what is to happen at intervals did.
enum Overdue {
    No,
    /// Nothing says at which.
    NoInterval,
    /// Not since this day, or ever; and where that is written.
    Since(Option<Date>, Range<usize>),
}

fn overdue(last: Option<&(Date, Range<usize>)>, every: Option<&Text>, today: Date) -> Overdue {
    let Some(every) = every else { return Overdue::NoInterval };
    let Some((last, at)) = last else { return Overdue::Since(None, every.span()) };
    let Some(PlanDuration::Clock(interval)) = PlanDuration::parse(every.get_ref()) else {
        return Overdue::No; // reported where it was read
    };
    let days = interval.as_hours() / 24;
    let due = last.checked_add(days.days()).unwrap_or(Date::MAX);
    if due < today { Overdue::Since(Some(due), at.clone()) } else { Overdue::No }
}

/// Rules L14 and L18: whether the holders of roles can be reached, at any hour.
fn reached(raw: &RawPlan, known: &Inspection<'_>, report: Report<'_>) {
    for (key, role) in &raw.role {
        let role = role.get_ref();
        let people = || std::iter::once(&role.primary).chain(&role.backup);
        for person in people().filter(|person| known.bounced.contains(person.get_ref())) {
            report(person.span(), PlanTrouble::MailReturns { person: person.get_ref().clone() });
        }
        for person in people() {
            let checked = known.people.get(person.get_ref()).and_then(|it| it.checked_on);
            let until = checked.and_then(|day| day.checked_add(CONFIRMED_FOR.days()).ok());
            if let Some(last) = checked.filter(|_| until.is_some_and(|until| until < known.today)) {
                let person_id = person.get_ref().clone();
                report(person.span(), PlanTrouble::Unconfirmed { person: person_id, last });
            }
        }
        let holders: Vec<&Person> =
            people().filter_map(|person| known.people.get(person.get_ref())).collect();
        if let Some(at) = asleep(&holders, known.today) {
            let zone = TimeZone::get(raw.plan.timezone.get_ref()).unwrap_or(TimeZone::UTC);
            let hour = at.to_zoned_datetime(zone).datetime();
            report(role.primary.span(), PlanTrouble::Asleep { role: key.clone(), hour });
        }
    }
}

/// Rule L17: rows that nothing reaches, and rows that everything does.
fn rehearsed(raw: &RawPlan, known: &Inspection<'_>, report: Report<'_>) {
    let Some(counts) = known.rehearsed.get(raw.plan.id.get_ref()) else { return };
    for ((row, count), number) in raw.triggers().zip(counts).zip(1..) {
        match *count {
            Some(0) => report(row.span(), PlanTrouble::NeverHeld { row: number }),
            Some(stories) if stories > TOO_OFTEN => {
                report(row.span(), PlanTrouble::HeldTooOften { row: number, stories });
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
fn calendar(raw: &RawPlan, known: &Inspection<'_>, report: Report<'_>) {
    let Some(used) = business_days(raw) else { return };
    let Some(name) = &raw.plan.calendar else {
        report(used, PlanTrouble::NoCalendar);
        return;
    };
    let Some(days) = known.holidays.get(name.get_ref()) else {
        report(name.span(), PlanTrouble::UnknownCalendar { calendar: name.get_ref().clone() });
        return;
    };
    let half = known.today.checked_add(6.months()).unwrap_or(Date::MAX);
    let last = days.holidays.last().copied();
    if last.is_none_or(|last| last < half) {
        report(name.span(), PlanTrouble::CalendarEnds { calendar: name.get_ref().clone(), last });
    }
}

/// The first place where the plan counts business days.
fn business_days(raw: &RawPlan) -> Option<Range<usize>> {
    let deadlines = raw.deadline.iter().flat_map(|it| {
        let limit = it.not_after.iter().map(|limit| &limit.due);
        std::iter::once(&it.due).chain(limit).chain(&it.warn)
    });
    let reviews = raw.review.iter().flat_map(|review| review.due.values());
    let is_one = |text: &&Text| {
        matches!(PlanDuration::parse(text.get_ref()), Some(PlanDuration::BusinessDays(_)))
    };
    deadlines.chain(reviews).find(is_one).map(toml::Spanned::span)
}

/// Rule L19: at least one text for the public was approved before it is needed.
fn statements(raw: &RawPlan, report: Report<'_>) {
    let public = || raw.message.values().filter(|it| it.get_ref().audience.get_ref() == "public");
    match public().next() {
        None => report(raw.plan.id.span(), PlanTrouble::NoStatement),
        Some(first) if public().all(|it| it.get_ref().approved_on.is_none()) => {
            report(first.span(), PlanTrouble::NoApproval);
        }
        Some(_) => {}
    }
}
