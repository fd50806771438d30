//! People's answers to alerts: one transaction that changes the alert, records who did it from where, and
//! stops whoever is still to be asked.

use jiff::Timestamp;

use super::{StoreError, Transaction, alert_events, alerts, deliveries, escalations};
use crate::model::{
    Actor, Alert, AlertEvent, AlertEventId, AlertEventKind, AlertId, AlertState, DeliveryId,
    EscalationState,
};

/// What somebody says of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What: acknowledged, noted, resolved or dismissed.
    pub kind: AlertEventKind,
    /// Who, from where.
    pub actor: Actor,
    /// Why.
    pub note: Option<String>,
    /// The message whose link they used.
    pub link: Option<DeliveryId>,
}

/// Why an answer changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such alert.
    Unknown,
    /// The link was used before, and the alert has opened again since.
    Used,
    /// Somebody was there first.
    Already(Standing),
}

/// Where an alert stands, and who put it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where.
    pub state: AlertState,
    /// Who, if a person did.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Records an answer: all that follows from it, or why nothing does.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn record(
    tx: &mut dyn Transaction,
    alert: AlertId,
    answer: &Answer,
    now: Timestamp,
) -> Result<Result<Alert, Refusal>, StoreError> {
    let Some(alert) = alerts::by_id(tx, alert)? else { return Ok(Err(Refusal::Unknown)) };
    let Some(life) = alert.life().after(answer.kind, now) else {
        return Ok(Err(Refusal::Already(standing(tx, &alert)?)));
    };
    if let Some(link) = answer.link
        && alert_events::is_used(tx, link)?
    {
        return Ok(Err(Refusal::Used));
    }
    let alert = Alert { updated_at: now, ..alert.living(life) };
    alerts::save(tx, &alert)?;
    let event = AlertEvent {
        id: AlertEventId::new(),
        alert_id: alert.id,
        at: now,
        kind: answer.kind,
        state: alert.state,
        actor: answer.actor.clone(),
        note: answer.note.clone(),
        notice_id: None,
        delivery_id: answer.link,
    };
    alert_events::add(tx, &event)?;
    if !alert.state.is_unanswered() {
        quieten(tx, &alert, answer.kind, now)?;
    }
    Ok(Ok(alert))
}

/// Where an alert stands, and who put it there.
///
/// # Errors
/// As [`Transaction::query`].
pub fn standing(tx: &mut dyn Transaction, alert: &Alert) -> Result<Standing, StoreError> {
    let kind = match alert.state {
        AlertState::Acknowledged => Some(AlertEventKind::Acknowledged),
        AlertState::Resolved => Some(AlertEventKind::Resolved),
        AlertState::Dismissed => Some(AlertEventKind::Dismissed),
        AlertState::Firing | AlertState::Notified | AlertState::Escalated => None,
    };
    let event = kind.map_or(Ok(None), |kind| alert_events::last(tx, alert.id, kind))?;
    Ok(Standing {
        state: alert.state,
        by: event.as_ref().and_then(|event| event.actor.name.clone()),
        at: event.map_or(alert.state_since, |event| event.at),
    })
}

/// Nobody further is asked, and what was to ask and has not left stays.
fn quieten(
    tx: &mut dyn Transaction,
    alert: &Alert,
    kind: AlertEventKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    for escalation in escalations::of_alert(tx, alert.id)? {
        let stopped = match kind {
            AlertEventKind::Acknowledged => escalation.answered(alert.level, now),
            // What was noted is an action: the steward sees when it was.
            AlertEventKind::Noted => continue,
            _ if escalation.state == EscalationState::Stopped => continue,
            _ => escalation.stopped(),
        };
        escalations::save(tx, &stopped)?;
    }
    if kind != AlertEventKind::Noted {
        for event in alert_events::of_alert(tx, alert.id)? {
            if let (AlertEventKind::Asked | AlertEventKind::Escalated, Some(notice)) =
                (event.kind, event.notice_id)
            {
                deliveries::withdraw(tx, notice)?;
            }
        }
    }
    Ok(())
}
