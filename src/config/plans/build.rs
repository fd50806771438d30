//! From the file's words to `model::Plan`. Bad durations, zones and anchors are reported here;
//! whether names meet each other is the business of `lint`.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use toml::Spanned;
use toml::value::Datetime;

use super::raw::{
    Ack, Head, RawActivation, RawContact, RawDeadline, RawEscalationStep, RawMessage, RawPlan,
    RawRole, RawStep, RawTrigger, Text,
};
use super::report::Report;
use crate::model::{
    Activation, Anchor, BusinessDays, Deadline, EscalationStep, MediaContact, MessageTemplate,
    NotAfter, Plan, PlanStep, Review, Role, Sitrep, StandDown, Trigger,
};

/// Builds the plan; it may be used only if `report` holds no error in the end.
pub fn build(raw: &RawPlan, hash: String, report: &mut Report<'_>) -> Plan {
    let head = &raw.plan;
    check_head(raw, report);
    Plan {
        id: value(&head.id),
        title: head.title.clone(),
        owner: value(&head.owner),
        version: head.version.clone(),
        locale: head.language,
        time_zone: value(&head.timezone),
        calendar: head.calendar.as_ref().map(value),
        business_days: BusinessDays::default(),
        reviewed_on: head.reviewed_on.as_ref().and_then(|date| day(date, report)),
        review_every: report.optional_clock(head.review_every.as_ref()),
        drill_every: report.optional_clock(head.drill_every.as_ref()),
        drilled_on: head.drilled_on.as_ref().and_then(|date| day(date, report)),
        activation: activation(&raw.activation, report),
        triggers: raw.triggers().map(|row| trigger(row.get_ref())).collect(),
        roles: raw.role.iter().map(|(key, raw)| (key.clone(), role(raw.get_ref()))).collect(),
        escalation: raw
            .escalation
            .steps
            .iter()
            .map(|step| escalation(step.get_ref(), report))
            .collect(),
        steps: raw.step.iter().map(|raw| step(raw, report)).collect(),
        deadlines: raw.deadline.iter().map(|raw| deadline(raw, report)).collect(),
        sitrep: raw.sitrep.as_ref().map(|raw| Sitrep {
            every: raw.every.iter().map(|(&level, every)| (level, report.clock(every))).collect(),
            to: values(&raw.to),
        }),
        messages: raw
            .message
            .iter()
            .map(|(key, raw)| (key.clone(), message(raw, report)))
            .collect(),
        contacts: raw.contact.iter().map(contact).collect(),
        stand_down: raw.stand_down.as_ref().map(|raw| StandDown {
            requires: raw.requires.clone(),
            monitor_after: report.optional_clock(raw.monitor_after.as_ref()),
        }),
        review: raw.review.as_ref().map(|raw| Review {
            due: raw.due.iter().map(|(&level, due)| (level, report.notation(due))).collect(),
            questions: raw.questions.clone(),
        }),
        drill: raw.drill.as_ref().map(|raw| super::drill::settings(raw, report)),
        hash,
    }
}

/// Reads `detected`, `aware`, `classified`, `activated`, `step:KEY` (or `task:KEY`), `deadline:KEY`.
pub fn anchor(text: &str) -> Option<Anchor> {
    match text.split_once(':') {
        None => match text {
            "detected" => Some(Anchor::Detected),
            "aware" => Some(Anchor::Aware),
            "classified" => Some(Anchor::Classified),
            "activated" => Some(Anchor::Activated),
            _ => None,
        },
        Some(("step" | "task", key)) => Some(Anchor::Step(key.to_owned())),
        Some(("deadline", key)) => Some(Anchor::Deadline(key.to_owned())),
        Some(_) => None,
    }
}

fn check_head(raw: &RawPlan, report: &mut Report<'_>) {
    if *raw.schema.get_ref() != 1 {
        report.error(
            raw.schema.span(),
            "this format of plans is not known here",
            "write `schema = 1`",
        );
    }
    let Head { id, timezone, .. } = &raw.plan;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.get_ref().is_empty() || !id.get_ref().chars().all(plain) {
        let what = format!("`{}` cannot be the name of a plan", id.get_ref());
        report.error(id.span(), what, "use lower-case letters a to z, digits and hyphens");
    }
    if TimeZone::get(timezone.get_ref()).is_err() {
        let what = format!("`{}` is not a time zone", timezone.get_ref());
        report.error(timezone.span(), what, "write an IANA name such as \"Europe/Madrid\"");
    }
}

pub fn day(date: &Spanned<Datetime>, report: &mut Report<'_>) -> Option<Date> {
    let day = Date::from_str(&date.get_ref().to_string()).ok();
    if day.is_none() {
        report.error(date.span(), "not a day", "write it as 2026-09-15, without a time");
    }
    day
}

fn activation(raw: &RawActivation, report: &mut Report<'_>) -> Activation {
    Activation {
        mode: raw.mode,
        confirm_within: report.clock(&raw.confirm_within),
        red_without_confirm: raw.red_without_confirm,
        hold_before_lowering: report.optional_clock(raw.hold_before_lowering.as_ref()),
        ack_valid: report.optional_clock(raw.ack_valid.as_ref()),
    }
}

fn trigger(raw: &RawTrigger) -> Trigger {
    Trigger {
        level: raw.level,
        category: raw.category.as_ref().map(value),
        min_score: raw.min_score,
        min_sources: raw.min_sources,
        min_tier1: raw.min_tier1,
        growth_1h: raw.growth_1h,
        complaint_category: raw.complaint_category.as_ref().map(value),
        min_complaints_1h: raw.min_complaints_1h,
        query: raw.query.as_ref().map(value),
    }
}

fn role(raw: &RawRole) -> Role {
    Role {
        title: raw.title.clone(),
        kind: raw.kind,
        primary: value(&raw.primary),
        backup: raw.backup.as_ref().map(value).unwrap_or_default(),
        calendar: raw.calendar.as_ref().map(value),
    }
}

fn escalation(raw: &RawEscalationStep, report: &mut Report<'_>) -> EscalationStep {
    EscalationStep {
        from_level: raw.from_level,
        wait: report.clock(&raw.wait),
        notify: values(&raw.notify),
        via: values(&raw.via),
        ack_all: raw.ack == Ack::All,
        repeat_every: report.optional_clock(raw.repeat_every.as_ref()),
        repeat_max: raw.repeat_max,
    }
}

fn step(raw: &RawStep, report: &mut Report<'_>) -> PlanStep {
    PlanStep {
        key: value(&raw.key),
        title: raw.title.clone(),
        help: raw.help.clone(),
        role: value(&raw.role),
        accountable: raw.accountable.as_ref().map(value),
        consult: values(&raw.consult),
        inform: values(&raw.inform),
        from_level: raw.from_level,
        due: report.clock(&raw.due),
        ack_within: report.optional_clock(raw.ack_within.as_ref()),
        after: values(&raw.after),
        evidence: raw.evidence.as_ref().map(value),
        message: raw.message.as_ref().map(value),
        sets: raw.sets.as_ref().map(value),
        skip: raw.skip.as_ref().map(|skip| *skip.get_ref()).unwrap_or_default(),
    }
}

fn deadline(raw: &RawDeadline, report: &mut Report<'_>) -> Deadline {
    Deadline {
        key: value(&raw.key),
        title: raw.title.clone(),
        role: value(&raw.role),
        from_level: raw.from_level,
        anchor: read_anchor(&raw.anchor, report),
        due: report.notation(&raw.due),
        not_after: raw.not_after.as_ref().map(|limit| NotAfter {
            anchor: read_anchor(&limit.anchor, report),
            due: report.notation(&limit.due),
        }),
        warn: raw.warn.iter().map(|warn| report.notation(warn)).collect(),
        message: raw.message.as_ref().map(value),
        skip: raw.skip,
    }
}

fn read_anchor(text: &Text, report: &mut Report<'_>) -> Anchor {
    anchor(text.get_ref()).unwrap_or_else(|| {
        let remedy = "write detected, aware, classified, activated, step:KEY or deadline:KEY";
        let what = format!("L10 `{}` is not an anchor", text.get_ref());
        report.error(text.span(), what, remedy);
        Anchor::Activated
    })
}

fn message(raw: &Spanned<RawMessage>, report: &mut Report<'_>) -> MessageTemplate {
    let raw = raw.get_ref();
    MessageTemplate {
        audience: value(&raw.audience),
        approvals: values(&raw.approvals),
        approved_on: raw.approved_on.as_ref().and_then(|date| day(date, report)),
        locale: raw.language,
        body: value(&raw.body),
    }
}

fn contact(raw: &RawContact) -> MediaContact {
    MediaContact {
        outlet: value(&raw.outlet),
        name: raw.name.clone(),
        phone: raw.phone.clone(),
        email: raw.email.as_ref().map(value),
        language: raw.language,
        note: raw.note.clone(),
    }
}

fn value(text: &Text) -> String {
    text.get_ref().clone()
}

fn values(texts: &[Text]) -> Vec<String> {
    texts.iter().map(value).collect()
}
