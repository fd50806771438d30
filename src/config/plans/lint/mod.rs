//! The plan lint, first part: do the names meet, can the steps be done in order and in time,
//! can the levels be reached. Ids of the rules (L01…) stand in the text of each finding.

mod order;
mod triggers;

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::raw::{RawMessage, RawPlan, RawRole, Text};
use super::report::Report;
use crate::model::{Calendar, Level, Person, PlanDuration, RoleKind, Skipping, TextField};
use crate::query::Lists;

/// Names that the rest of the configuration defines. What is itself broken is none: names are not held against it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// People.
    pub people: Option<&'a BTreeMap<String, Person>>,
    /// On-call calendars.
    pub calendars: Option<&'a BTreeMap<String, Calendar>>,
    /// Risk categories.
    pub category_ids: Option<&'a BTreeSet<String>>,
    /// Channels.
    pub channel_ids: &'a BTreeSet<String>,
    /// Topics.
    pub topic_ids: Option<&'a BTreeSet<String>>,
    /// Lists of terms, for queries.
    pub lists: Option<&'a Lists>,
}

/// Reports everything that would fail the people who work by this plan.
pub fn lint(raw: &RawPlan, known: &Known<'_>, report: &mut Report<'_>) {
    roles_used(raw, report);
    for (key, role) in &raw.role {
        holders(key, role, known, report);
    }
    three_parties(raw, report);
    burdens(raw, report);
    escalation(raw, known, report);
    messages(raw, report);
    contacts(raw, report);
    leaving_out(raw, report);
    duplicates(raw, report);
    order::lint(raw, report);
    triggers::lint(raw, known, report);
    warnings(raw, report);
}

fn roles_used(raw: &RawPlan, report: &mut Report<'_>) {
    let escalation = raw.escalation.steps.iter().flat_map(|step| &step.get_ref().notify);
    let steps = raw.step.iter().flat_map(|step| {
        [&step.role].into_iter().chain(&step.accountable).chain(&step.consult).chain(&step.inform)
    });
    let messages = raw.message.values().flat_map(|message| &message.get_ref().approvals);
    let used = std::iter::once(&raw.plan.owner)
        .chain(escalation)
        .chain(steps)
        .chain(raw.deadline.iter().map(|deadline| &deadline.role))
        .chain(raw.sitrep.iter().flat_map(|sitrep| &sitrep.to))
        .chain(messages);
    for name in used {
        if !raw.role.contains_key(role_name(name.get_ref())) {
            report.unknown(name, "L01", "role", raw.role.keys().map(String::as_str));
        }
    }
}

/// `role` and `role:backup` both name the role.
fn role_name(notify: &str) -> &str {
    notify.strip_suffix(":backup").unwrap_or(notify)
}

fn holders(key: &str, role: &Spanned<RawRole>, known: &Known<'_>, report: &mut Report<'_>) {
    let RawRole { primary, backup, calendar, .. } = role.get_ref();
    if let (Some(calendar), Some(calendars)) = (calendar, known.calendars)
        && !calendars.contains_key(calendar.get_ref())
    {
        report.unknown(calendar, "L04", "calendar", calendars.keys().map(String::as_str));
    }
    for person in std::iter::once(primary).chain(backup) {
        if let Some(people) = known.people
            && !people.contains_key(person.get_ref())
        {
            report.unknown(person, "L04", "person", people.keys().map(String::as_str));
        }
    }
    match backup {
        None => {
            let what = format!("L02 the role `{key}` has no backup");
            report.error(role.span(), what, "add `backup = \"…\"` with another person");
        }
        Some(backup) if backup.get_ref() == primary.get_ref() => {
            let what = format!("L02 `{}` is backup of themselves", backup.get_ref());
            report.error(backup.span(), what, "name another person");
        }
        Some(_) => {}
    }
}

fn three_parties(raw: &RawPlan, report: &mut Report<'_>) {
    let parties = [
        (RoleKind::Unit, "unit"),
        (RoleKind::Business, "business"),
        (RoleKind::Reputation, "reputation"),
    ];
    for (kind, name) in parties {
        if !raw.role.values().any(|role| role.get_ref().kind == kind) {
            let what = format!("L03 no role of kind \"{name}\"");
            let remedy = "the unit resolves, the business supports, reputation meets the media: \
                          add the one that is missing";
            report.error(raw.plan.id.span(), what, remedy);
        }
    }
}

fn burdens(raw: &RawPlan, report: &mut Report<'_>) {
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for role in raw.role.values() {
        let primary = &role.get_ref().primary;
        let roles = held.entry(primary.get_ref()).or_default();
        *roles += 1;
        if *roles == 4 {
            let what = format!("L05 `{}` holds more than three roles", primary.get_ref());
            report.error(primary.span(), what, "spread the roles over more people");
        }
    }
}

fn escalation(raw: &RawPlan, known: &Known<'_>, report: &mut Report<'_>) {
    for step in &raw.escalation.steps {
        let (span, step) = (step.span(), step.get_ref());
        let every = step.repeat_every.as_ref();
        let never = |text: &&Text| {
            let every = PlanDuration::parse(text.get_ref());
            matches!(every, Some(PlanDuration::Clock(every)) if !every.is_positive())
        };
        if let Some(every) = every.filter(never) {
            let remedy = "write the time between two messages, such as \"10m\"";
            report.error(every.span(), "L16 asks again without a pause", remedy);
        }
        for channel in &step.via {
            if !known.channel_ids.contains(channel.get_ref()) {
                let ids = known.channel_ids.iter().map(String::as_str);
                report.unknown(channel, "L04", "channel", ids);
            }
        }
        if step.notify.is_empty() || step.via.is_empty() {
            let what = "L04 this step reaches nobody";
            report.error(span.clone(), what, "name roles in `notify` and channels in `via`");
        }
        if step.repeat_max.is_some() && step.repeat_every.is_none() {
            let what = "`repeat_max` without `repeat_every`";
            report.error(span, what, "say how often to repeat, or remove it");
        }
    }
}

fn messages(raw: &RawPlan, report: &mut Report<'_>) {
    let used = raw.step.iter().filter_map(|step| step.message.as_ref());
    for name in used.chain(raw.deadline.iter().filter_map(|deadline| deadline.message.as_ref())) {
        if !raw.message.contains_key(name.get_ref()) {
            report.unknown(name, "L08", "message", raw.message.keys().map(String::as_str));
        }
    }
    for message in raw.message.values() {
        message_text(message, report);
    }
}

fn message_text(message: &Spanned<RawMessage>, report: &mut Report<'_>) {
    let RawMessage { audience, approvals, body, .. } = message.get_ref();
    match audience.get_ref().as_str() {
        "public" | "customers" | "regulator" if approvals.is_empty() => {
            let what = format!("L08 message for {} without approvals", audience.get_ref());
            report.error(message.span(), what, "name the roles that must approve it");
        }
        "staff" | "public" | "customers" | "regulator" => {}
        _ => {
            let audiences = ["staff", "public", "customers", "regulator"];
            report.unknown(audience, "L08", "audience", audiences.into_iter());
        }
    }
    for field in fields(body.get_ref()) {
        if TextField::named(field).is_none() {
            let what = format!("L08 unknown field {{{field}}} in this text");
            let known = TextField::NAMES.map(|(known, _)| format!("{{{known}}}")).join(" ");
            report.error(body.span(), what, &format!("known here: {known}"));
        }
    }
}

fn contacts(raw: &RawPlan, report: &mut Report<'_>) {
    for contact in &raw.contact {
        let unreadable = |email: &&Text| email.get_ref().parse::<lettre::Address>().is_err();
        if let Some(email) = contact.email.as_ref().filter(unreadable) {
            let what = format!("L04 `{}` is not a mail address", email.get_ref());
            report.error(email.span(), what, "write it as name@example.org");
        }
        if contact.email.is_none() && contact.phone.is_none() {
            let what = format!("L04 nobody can reach `{}`", contact.outlet.get_ref());
            report.error(contact.outlet.span(), what, "add `phone` or `email`");
        }
    }
}

fn leaving_out(raw: &RawPlan, report: &mut Report<'_>) {
    for step in &raw.step {
        let by_nobody = |skip: &&Spanned<Skipping>| {
            *skip.get_ref() == Skipping::Accountable && step.accountable.is_none()
        };
        if let Some(skip) = step.skip.as_ref().filter(by_nobody) {
            let what = format!("L01 nobody answers for `{}`", step.key.get_ref());
            report.error(skip.span(), what, "name a role in `accountable`, or write \"command\"");
        }
    }
}

/// The names in braces.
fn fields(body: &str) -> impl Iterator<Item = &str> {
    body.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest))
}

fn duplicates(raw: &RawPlan, report: &mut Report<'_>) {
    // People name steps, deadlines and roles by these keys alone.
    let mut seen: BTreeSet<&String> = raw.role.keys().collect();
    let steps = raw.step.iter().map(|step| &step.key);
    for key in steps.chain(raw.deadline.iter().map(|deadline| &deadline.key)) {
        if !seen.insert(key.get_ref()) {
            let what = format!("L11 the key `{}` is used twice", key.get_ref());
            report.error(key.span(), what, "give each step, deadline and role its own key");
        }
    }
}

fn warnings(raw: &RawPlan, report: &mut Report<'_>) {
    let head = raw.plan.id.span();
    if raw.deadline.is_empty() {
        let remedy = "add the notices that supervisors and authorities expect";
        report.warning(head.clone(), "L15 no deadline at any level", remedy);
    }
    let commands = |name: &Text| {
        let role = raw.role.get(role_name(name.get_ref()));
        role.is_some_and(|role| role.get_ref().kind == RoleKind::Command)
    };
    let reached = raw.escalation.steps.iter().any(|step| {
        step.get_ref().from_level <= Level::Orange && step.get_ref().notify.iter().any(commands)
    });
    if !reached {
        let remedy = "tell the role of kind \"command\" at orange at the latest";
        report.warning(head, "L16 the escalation never reaches the command", remedy);
    }
    if let Some(drill) = &raw.drill {
        let allowed = &drill.allow_recipients;
        let remedy = "list the addresses that a drill may write to";
        if allowed.get_ref().is_empty() {
            report.error(allowed.span(), "L21 nobody may receive the drill", remedy);
        }
        let of_one_domain = |pattern: &&String| {
            pattern.split_once('@').is_some_and(|(_, domain)| !domain.contains('*'))
        };
        if let Some(pattern) = allowed.get_ref().iter().find(|pattern| !of_one_domain(pattern)) {
            let what = format!("L21 `{pattern}` lets a drill reach anybody");
            report.error(allowed.span(), what, "name a domain of your own: \"*@bank.example\"");
        }
    }
}
