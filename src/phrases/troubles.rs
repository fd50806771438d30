//! What the inspection finds at a plan, in words, and what to do about it.

use super::{fill, text};
use crate::model::{Locale, PlanTrouble};

/// What is wrong.
#[must_use]
pub fn trouble(trouble: &PlanTrouble, locale: Locale) -> String {
    let say = |key, values: &[(&str, &str)]| fill(key, locale, values);
    match trouble {
        PlanTrouble::ReviewDue { due: None } => say("trouble.review_never", &[]),
        PlanTrouble::ReviewDue { due: Some(due) } => {
            say("trouble.review_due", &[("day", &due.to_string())])
        }
        PlanTrouble::ReviewInterval => say("trouble.review_interval", &[]),
        PlanTrouble::DrillDue { due: None } => say("trouble.drill_never", &[]),
        PlanTrouble::DrillDue { due: Some(due) } => {
            say("trouble.drill_due", &[("day", &due.to_string())])
        }
        PlanTrouble::DrillInterval => say("trouble.drill_interval", &[]),
        PlanTrouble::MailReturns { person } => say("trouble.mail_returns", &[("person", person)]),
        PlanTrouble::Unconfirmed { person, last } => {
            say("trouble.unconfirmed", &[("person", person), ("day", &last.to_string())])
        }
        PlanTrouble::NeverHeld { row } => say("trouble.never_held", &[("row", &row.to_string())]),
        PlanTrouble::HeldTooOften { row, stories } => {
            let values = [("row", &*row.to_string()), ("stories", &*stories.to_string())];
            say("trouble.held_too_often", &values)
        }
        PlanTrouble::Asleep { role, hour } => {
            let hour = hour.strftime("%Y-%m-%d %H:%M").to_string();
            say("trouble.asleep", &[("role", role), ("hour", &hour)])
        }
        PlanTrouble::NoStatement => say("trouble.no_statement", &[]),
        PlanTrouble::NoApproval => say("trouble.no_approval", &[]),
        PlanTrouble::Uncovered { category } => say("trouble.uncovered", &[("category", category)]),
        PlanTrouble::Lesson { incident, text, due, .. } => {
            let day = due.to_string();
            say("trouble.lesson", &[("incident", incident), ("day", &day), ("text", text)])
        }
        PlanTrouble::IncidentReview { incident, due } => {
            say("trouble.incident_review", &[("incident", incident), ("day", &due.to_string())])
        }
        PlanTrouble::NoCalendar => say("trouble.no_calendar", &[]),
        PlanTrouble::UnknownCalendar { calendar } => {
            say("trouble.unknown_calendar", &[("calendar", calendar)])
        }
        PlanTrouble::CalendarEnds { calendar, last: None } => {
            say("trouble.calendar_empty", &[("calendar", calendar)])
        }
        PlanTrouble::CalendarEnds { calendar, last: Some(last) } => {
            say("trouble.calendar_ends", &[("calendar", calendar), ("day", &last.to_string())])
        }
    }
}

/// What to do about it.
#[must_use]
pub fn trouble_remedy(trouble: &PlanTrouble, locale: Locale) -> &'static str {
    text(
        match trouble {
            PlanTrouble::ReviewDue { due: None } => "remedy.review_never",
            PlanTrouble::ReviewDue { due: Some(_) } => "remedy.review_due",
            PlanTrouble::DrillDue { due: None } => "remedy.drill_never",
            PlanTrouble::DrillDue { due: Some(_) } => "remedy.drill_due",
            PlanTrouble::ReviewInterval | PlanTrouble::DrillInterval => "remedy.interval",
            PlanTrouble::MailReturns { .. } => "remedy.mail_returns",
            PlanTrouble::Unconfirmed { .. } => "remedy.unconfirmed",
            PlanTrouble::NeverHeld { .. } => "remedy.never_held",
            PlanTrouble::HeldTooOften { .. } => "remedy.held_too_often",
            PlanTrouble::Asleep { .. } => "remedy.asleep",
            PlanTrouble::NoStatement => "remedy.no_statement",
            PlanTrouble::NoApproval => "remedy.no_approval",
            PlanTrouble::Uncovered { .. } => "remedy.uncovered",
            PlanTrouble::Lesson { .. } => "remedy.lesson",
            PlanTrouble::IncidentReview { .. } => "remedy.incident_review",
            PlanTrouble::NoCalendar => "remedy.no_calendar",
            PlanTrouble::UnknownCalendar { .. } => "remedy.unknown_calendar",
            PlanTrouble::CalendarEnds { .. } => "remedy.calendar_ends",
        },
        locale,
    )
}
