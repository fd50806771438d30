//! The words of the model as people call them.

use super::{fill, text};
use crate::model::{
    Adjustment, AlertEventKind, AlertState, DeliveryState, DrillMark, EvidenceKind, Field, Health,
    HeldWhy, IncidentState, Level, Locale, PartName, PolarityLabel, Reason, Reminder, StepState,
};

/// An alert level: azul, blue, 蓝色.
#[must_use]
pub fn level(level: Level, locale: Locale) -> &'static str {
    text(
        match level {
            Level::Blue => "level.blue",
            Level::Yellow => "level.yellow",
            Level::Orange => "level.orange",
            Level::Red => "level.red",
        },
        locale,
    )
}

/// Why something was told, or was not.
#[must_use]
pub fn reason(reason: Reason, locale: Locale) -> &'static str {
    text(
        match reason {
            Reason::FirstHit => "reason.first_hit",
            Reason::SeverityRose => "reason.severity_rose",
            Reason::NewCategory => "reason.new_category",
            Reason::NewRegion => "reason.new_region",
            Reason::Authoritative => "reason.authoritative",
            Reason::BelowThreshold => "reason.below_threshold",
            Reason::NothingNew => "reason.nothing_new",
            Reason::History => "reason.history",
            Reason::WatchOnly => "reason.watch_only",
            Reason::ComplaintWave => "reason.complaint_wave",
            Reason::LoneComplaint => "reason.lone_complaint",
        },
        locale,
    )
}

/// What marks a drill: the plan's own prefix for readers of its language, the word of theirs for others.
#[must_use]
pub fn drill_mark(mark: &DrillMark, locale: Locale) -> &str {
    let own = mark.prefix.trim();
    if mark.locale == locale && !own.is_empty() { own } else { text("drill.mark", locale) }
}

/// Why an alert was not told at once.
#[must_use]
pub fn held_why(why: HeldWhy, locale: Locale) -> &'static str {
    text(
        match why {
            HeldWhy::Silenced => "held.silenced",
            HeldWhy::Inhibited => "held.inhibited",
            HeldWhy::Storm => "held.storm",
            HeldWhy::Digest => "held.digest",
            HeldWhy::BelowThreshold => "held.below_threshold",
        },
        locale,
    )
}

/// A term of the severity.
#[must_use]
pub fn part(part: PartName, locale: Locale) -> &'static str {
    text(
        match part {
            PartName::Negativity => "part.negativity",
            PartName::SecondOpinion => "part.second_opinion",
            PartName::Event => "part.event",
            PartName::Spread => "part.spread",
            PartName::Authority => "part.authority",
            PartName::Burst => "part.burst",
            PartName::Prominence => "part.prominence",
            PartName::Novelty => "part.novelty",
            PartName::Recency => "part.recency",
            PartName::Watch => "part.watch",
            PartName::Verdict => "part.verdict",
        },
        locale,
    )
}

/// A rule that moved a level.
#[must_use]
pub fn adjustment(adjustment: &Adjustment, locale: Locale) -> String {
    match adjustment {
        Adjustment::Floor { level: at, category } => {
            let values = [("level", level(*at, locale)), ("category", category.as_str())];
            fill("adjustment.floor", locale, &values)
        }
        Adjustment::Uncorroborated { owners } => {
            fill("adjustment.uncorroborated", locale, &[("n", &owners.to_string())])
        }
        Adjustment::Hearsay { owners } => {
            fill("adjustment.hearsay", locale, &[("n", &owners.to_string())])
        }
        Adjustment::Wave { level: at, wave } => {
            let values = [("level", level(*at, locale)), ("wave", &super::wave(wave, locale))];
            fill("adjustment.wave", locale, &values)
        }
    }
}

/// The sign of an opinion.
#[must_use]
pub fn polarity(label: PolarityLabel, locale: Locale) -> &'static str {
    text(
        match label {
            PolarityLabel::Negative => "polarity.negative",
            PolarityLabel::Neutral => "polarity.neutral",
            PolarityLabel::Positive => "polarity.positive",
        },
        locale,
    )
}

/// Why a word counted.
#[must_use]
pub fn evidence_kind(kind: EvidenceKind, locale: Locale) -> &'static str {
    text(
        match kind {
            EvidenceKind::Lexicon => "evidence.lexicon",
            EvidenceKind::Event => "evidence.event",
            EvidenceKind::Negation => "evidence.negation",
            EvidenceKind::Intensifier => "evidence.intensifier",
            EvidenceKind::Hedge => "evidence.hedge",
            EvidenceKind::Contrast => "evidence.contrast",
            EvidenceKind::Role => "evidence.role",
            EvidenceKind::Model => "evidence.model",
            EvidenceKind::SecondOpinion => "evidence.second_opinion",
        },
        locale,
    )
}

/// Headline or text.
#[must_use]
pub fn field(field: Field, locale: Locale) -> &'static str {
    text(
        match field {
            Field::Title => "field.title",
            Field::Body => "field.body",
        },
        locale,
    )
}

/// Where an alert is in its life.
#[must_use]
pub fn alert_state(state: AlertState, locale: Locale) -> &'static str {
    text(
        match state {
            AlertState::Firing => "alert.firing",
            AlertState::Notified => "alert.notified",
            AlertState::Escalated => "alert.escalated",
            AlertState::Acknowledged => "alert.acknowledged",
            AlertState::Resolved => "alert.resolved",
            AlertState::Dismissed => "alert.dismissed",
        },
        locale,
    )
}

/// What happened to an alert.
#[must_use]
pub fn alert_event(kind: AlertEventKind, locale: Locale) -> &'static str {
    text(
        match kind {
            AlertEventKind::Opened => "alert_event.opened",
            AlertEventKind::Raised => "alert_event.raised",
            AlertEventKind::Reopened => "alert_event.reopened",
            AlertEventKind::Notified => "alert_event.notified",
            AlertEventKind::Asked => "alert_event.asked",
            AlertEventKind::Escalated => "alert_event.escalated",
            AlertEventKind::Acknowledged => "alert_event.acknowledged",
            AlertEventKind::Lapsed => "alert_event.lapsed",
            AlertEventKind::Exhausted => "alert_event.exhausted",
            AlertEventKind::Noted => "alert_event.noted",
            AlertEventKind::Resolved => "alert_event.resolved",
            AlertEventKind::Dismissed => "alert_event.dismissed",
        },
        locale,
    )
}

/// Where an incident is in its life.
#[must_use]
pub fn incident_state(state: IncidentState, locale: Locale) -> &'static str {
    text(
        match state {
            IncidentState::Proposed => "incident.proposed",
            IncidentState::Rejected => "incident.rejected",
            IncidentState::Assessing => "incident.assessing",
            IncidentState::Responding => "incident.responding",
            IncidentState::Monitoring => "incident.monitoring",
            IncidentState::StoodDown => "incident.stood_down",
            IncidentState::Reviewed => "incident.reviewed",
            IncidentState::Cancelled => "incident.cancelled",
        },
        locale,
    )
}

/// Where a step of a plan is in its life.
#[must_use]
pub fn step_state(state: StepState, locale: Locale) -> &'static str {
    text(
        match state {
            StepState::Waiting => "step.waiting",
            StepState::Due => "step.due",
            StepState::Acknowledged => "step.acknowledged",
            StepState::Done => "step.done",
            StepState::Skipped => "step.skipped",
            StepState::Withdrawn => "step.withdrawn",
        },
        locale,
    )
}

/// How a source is.
#[must_use]
pub fn health(health: Health, locale: Locale) -> &'static str {
    text(
        match health {
            Health::New => "health.new",
            Health::Healthy => "health.healthy",
            Health::Failing => "health.failing",
            Health::Stale => "health.stale",
            Health::Empty => "health.empty",
            Health::Gone => "health.gone",
        },
        locale,
    )
}

/// Where a delivery is in its life.
#[must_use]
pub fn delivery_state(state: DeliveryState, locale: Locale) -> &'static str {
    text(
        match state {
            DeliveryState::Pending => "delivery.pending",
            DeliveryState::Leased => "delivery.leased",
            DeliveryState::InDoubt => "delivery.in_doubt",
            DeliveryState::Accepted => "delivery.accepted",
            DeliveryState::Dead => "delivery.dead",
        },
        locale,
    )
}

/// Why somebody hears of a complaint.
#[must_use]
pub fn reminder(reminder: Reminder, locale: Locale) -> &'static str {
    text(
        match reminder {
            Reminder::Wrote => "complaint.wrote",
            Reminder::Displeased => "complaint.displeased",
            Reminder::Asked => "complaint.asked",
            Reminder::Due => "complaint.due",
            Reminder::Late => "complaint.late",
            Reminder::Escalated => "complaint.escalated",
        },
        locale,
    )
}

/// For whom a text of a plan is.
#[must_use]
pub fn audience(audience: &str, locale: Locale) -> &'static str {
    text(
        match audience {
            "staff" => "audience.staff",
            "customers" => "audience.customers",
            "regulator" => "audience.regulator",
            _ => "audience.public",
        },
        locale,
    )
}

/// A month from 1, as dates write it; the number itself beyond 12.
#[must_use]
pub fn month(month: i8, locale: Locale) -> String {
    let key = format!("month.m{month}");
    match text(&key, locale) {
        unknown if unknown == key => month.to_string(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{level, month, reason};
    use crate::model::{Level, Locale, Reason};

    #[test]
    fn words_of_the_model_are_said_in_each_language() {
        assert_eq!(level(Level::Orange, Locale::Es), "naranja");
        assert_eq!(level(Level::Orange, Locale::Zh), "橙色");
        assert_eq!(reason(Reason::FirstHit, Locale::En), "first alert of this story");
        assert_eq!(month(11, Locale::Es), "nov");
        assert_eq!(month(13, Locale::Es), "13");
    }
}
