//! Texts for others: the program fills in the plan's words, people write and approve; none of it is ever
//! published from here.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Happened, hear};
use crate::config::Config;
use crate::model::{
    Happening, Incident, IncidentEvent, Locale, Plan, RoleKind, StepState, TextField,
};
use crate::phrases;
use crate::plan::{self, Refusal};
use crate::store::{StoreError, Transaction, drills, incidents};

/// A person has a text drafted: `text`, or else the plan's own words with what is known. None if
/// there is no incident of this number.
///
/// # Errors
/// As the store's.
pub fn draft(
    tx: &mut dyn Transaction,
    config: &Config,
    number: &str,
    by: &str,
    (key, text): (&str, Option<&str>),
    now: Timestamp,
) -> Result<Option<Result<Happened, Refusal>>, StoreError> {
    let Some((incident, plan)) = incidents::by_number(tx, number)? else { return Ok(None) };
    let Some(template) = plan.messages.get(key) else {
        return Ok(Some(Err(Refusal::NoText(key.to_owned()))));
    };
    let drill = match &incident.drill {
        Some(_) => drills::by_number(tx, number)?,
        None => None,
    };
    let shown = drill.map_or(now, |drill| drill.shows(now));
    let prepared = text.is_none();
    let locale = template.locale.unwrap_or(plan.locale);
    let text = text.map_or_else(
        || {
            plan::fill(&template.body, |field| {
                value(config, (&plan, &incident), field, (shown, locale))
            })
        },
        str::to_owned,
    );
    let what = Happening::Drafted { key: key.to_owned(), text: text.trim().to_owned(), prepared };
    hear(tx, config, number, &IncidentEvent::new(now, Some(by.to_owned()), what))
}

/// A person approves the present draft of a text, as every role that they hold or stand in for and that
/// has not approved it. `hash` is the beginning of the hash of the text that they have read, if they
/// name it.
///
/// # Errors
/// As the store's.
pub fn approve(
    tx: &mut dyn Transaction,
    config: &Config,
    number: &str,
    by: &str,
    (key, hash): (&str, Option<&str>),
    now: Timestamp,
) -> Result<Option<Result<Happened, Refusal>>, StoreError> {
    let Some((incident, plan)) = incidents::by_number(tx, number)? else { return Ok(None) };
    let Some(standing) = plan::statement(&plan, &incident, key) else {
        return Ok(Some(Err(Refusal::NoText(key.to_owned()))));
    };
    let Some(draft) = standing.draft else {
        return Ok(Some(Err(Refusal::NoDraft(key.to_owned()))));
    };
    if hash.is_some_and(|read| !draft.hash.starts_with(read)) {
        return Ok(Some(Err(Refusal::OtherText(key.to_owned()))));
    }
    let mut roles = plan::pending(&plan, &incident, key, by);
    if roles.is_empty() {
        // The plan says why not.
        let named = standing.missing.first().copied();
        let first = named.or(standing.template.approvals.first().map(String::as_str));
        roles.extend(first.map(str::to_owned));
    }
    let mut happened: Option<Happened> = None;
    for role in roles {
        let what = Happening::Approved { key: key.to_owned(), role, hash: draft.hash.clone() };
        let event = IncidentEvent::new(now, Some(by.to_owned()), what);
        match hear(tx, config, number, &event)? {
            Some(Ok(done)) => {
                let messages = happened.map_or(0, |it| it.messages) + done.messages;
                happened = Some(Happened { messages, ..done });
            }
            refused => return Ok(refused),
        }
    }
    Ok(Some(happened.ok_or_else(|| Refusal::NoApproval(key.to_owned()))))
}

/// What stands in a field, as far as it is known.
fn value(
    config: &Config,
    (plan, incident): (&Plan, &Incident),
    field: TextField,
    (now, locale): (Timestamp, Locale),
) -> Option<String> {
    let zone = TimeZone::get(&plan.time_zone).unwrap_or(TimeZone::UTC);
    let clock = |at: Timestamp| at.to_zoned_datetime(zone).strftime("%H:%M").to_string();
    let listed = |all: Vec<&str>| (!all.is_empty()).then(|| all.join("; "));
    let planned = |key: &str| plan.steps.iter().find(|step| step.key == key);
    let done = incident.steps.iter().filter(|step| step.state == StepState::Done);
    match field {
        TextField::Incident => Some(incident.number.clone()),
        TextField::Level => Some(phrases::level(incident.level, locale).to_owned()),
        TextField::Time => Some(clock(now)),
        TextField::Next => incident.life.next_report_at.map(clock),
        TextField::Facts => {
            let noted = |key: &str| {
                planned(key).is_some_and(|step| step.evidence.as_deref() == Some("note"))
            };
            let notes = done.filter(|step| noted(&step.key));
            listed(notes.filter_map(|step| step.care.note.as_deref()).collect())
        }
        TextField::Actions => {
            let acts = |key: &str| {
                planned(key).is_some_and(|step| step.message.is_none() && step.evidence.is_none())
            };
            listed(done.filter(|step| acts(&step.key)).map(|step| step.title.as_str()).collect())
        }
        TextField::Contact => {
            let of = |kind| plan.roles.iter().find(|(_, role)| role.kind == kind);
            let (role, _) = of(RoleKind::Spokesperson).or_else(|| of(RoleKind::Reputation))?;
            let person = config.people.get(&plan::holder(plan, incident, role)?)?;
            let email = person.email.iter().map(|email| format!(", {email}"));
            Some(person.name.clone() + &email.collect::<String>())
        }
    }
}
