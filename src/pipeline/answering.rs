//! The life of alerts between being told and being answered: what opens them again, and who is asked next
//! while nobody takes them. Due times are rows, each step is one transaction with the messages that it causes.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Pipeline, outbox};
use crate::config::Config;
use crate::decide::{self, Brings, Known, Next, Reached};
use crate::model::{
    Actor, Alert, AlertEvent, AlertEventId, AlertEventKind, AlertId, AlertNotice, Article, Call,
    Cause, Decision, Escalation, EscalationNotice, EscalationState, Level, NoticeBody, NoticeId,
    Reason, Source, TopicOpinion,
};
use crate::score;
use crate::store::{StoreError, Transaction, alert_events, alerts, deliveries, escalations};

/// Escalations and alerts that are taken on at once, and how often in one look; the next comes within a second.
const BATCH: u32 = 100;
const BATCHES: u32 = 10;
/// What no mail server and no room took within this is no matter of its first message any more.
const DELIVERED_WITHIN: SignedDuration = SignedDuration::from_hours(48);

/// Why an article matters to whoever has answered the alert; none while nobody has.
pub(super) fn change(
    tx: &mut dyn Transaction,
    open: Option<&Alert>,
    (article, source): (&Article, &Source),
    opinion: &TopicOpinion,
    config: &Config,
) -> Result<Option<Reason>, StoreError> {
    let Some(alert) = open.filter(|alert| !alert.state.is_unanswered()) else { return Ok(None) };
    if opinion.polarity.p_negative < score::NEGATIVE_FROM {
        return Ok(None);
    }
    let before = alerts::before(tx, alert.story_id, &alert.topic_id, article.id)?;
    let region = |id: &String| {
        let source = config.sources.iter().find(|source| source.id == *id)?;
        source.region.clone()
    };
    let known = Known {
        regions: before.sources.iter().filter_map(region).collect(),
        categories: before.categories,
        best_tier: before.best_tier,
    };
    let category = score::gravest(opinion, &config.keywords.categories);
    let brings = Brings {
        category: category.map(|found| found.id.as_str()),
        region: source.region.as_deref(),
        tier: source.tier,
    };
    Ok(decide::material(&known, brings))
}

/// Writes an alert that is told now, and that it is.
pub(super) fn begun(
    tx: &mut dyn Transaction,
    alert: Alert,
    decision: Decision,
    now: Timestamp,
) -> Result<Alert, StoreError> {
    let kind = match decision {
        Decision::Open(..) => AlertEventKind::Opened,
        Decision::Reopen(..) => AlertEventKind::Reopened,
        Decision::Raise(..) | Decision::Quiet(_) => AlertEventKind::Raised,
    };
    let note = match decision {
        Decision::Open(level, reason)
        | Decision::Raise(level, reason)
        | Decision::Reopen(level, reason) => format!("{level}: {}", reason.name()),
        Decision::Quiet(reason) => reason.name().to_owned(),
    };
    let life = alert.life().after(kind, now).unwrap_or(alert.life());
    let alert = alert.living(life);
    alerts::save(tx, &alert)?;
    alert_events::add(tx, &event(&alert, kind, now, Some(note)))?;
    Ok(alert)
}

/// Starts the escalations that the routes of an alert name; what is under way goes on, with what is known now.
pub(super) fn ask(
    tx: &mut dyn Transaction,
    config: &Config,
    policies: &[&str],
    facts: &AlertNotice,
    now: Timestamp,
) -> Result<(), StoreError> {
    let policies: BTreeSet<&str> = policies.iter().copied().collect();
    for policy in policies.into_iter().filter_map(|id| config.policies.get(id)) {
        let before = escalations::find(tx, facts.alert_id, &policy.id)?;
        let opens = before.as_ref().is_some_and(|before| {
            decide::opens_steps(&before.ladder, before.facts.level, facts.level)
        });
        let escalation = match before {
            Some(before) if before.state == EscalationState::Running && !opens => {
                Escalation { facts: facts.clone(), ..before }
            }
            Some(before) => Escalation {
                ladder: policy.ladder.clone(),
                facts: facts.clone(),
                ..before.anew(Cause::Raised, now)
            },
            None => Escalation {
                alert_id: facts.alert_id,
                policy: policy.id.clone(),
                run: 1,
                state: EscalationState::Running,
                ladder: policy.ladder.clone(),
                facts: facts.clone(),
                cause: Cause::Raised,
                began_at: now,
                last: None,
                asked: BTreeSet::new(),
                due_at: Some(now),
            },
        };
        escalations::save(tx, &escalation)?;
    }
    Ok(())
}

/// One look: who is to be asked now is asked. Nothing is written while nothing is due; each escalation is a
/// transaction of its own, so that one that cannot be worked holds up no other.
pub(super) async fn look(pipeline: &Pipeline, now: Timestamp) {
    for _ in 0..BATCHES {
        match batch(pipeline, now).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::error!(%error, "alerts could not be looked after");
                return;
            }
        }
    }
}

/// Whether there may be more to do.
async fn batch(pipeline: &Pipeline, now: Timestamp) -> Result<bool, StoreError> {
    let seen = pipeline.store.read(move |tx| {
        let told = !alerts::delivered(tx, now - DELIVERED_WITHIN, 1)?.is_empty();
        Ok((told, escalations::due(tx, now, BATCH)?))
    });
    let (told, due) = seen.await?;
    if told {
        pipeline.store.write(move |tx| mark_told(tx, now)).await?;
    }
    let (full, mut messages) = (due.len() == BATCH as usize, 0);
    for (alert, policy) in due {
        let live = pipeline.snapshot();
        let key = policy.clone();
        match pipeline.store.write(move |tx| work(tx, &live.config, (alert, &key), now)).await {
            Ok(Some(step)) => {
                report(&step);
                pipeline.metrics.escalated(step.kind.name());
                messages += step.messages;
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(alert.id = %alert, policy, %error, "people could not be asked yet");
            }
        }
    }
    if messages > 0 {
        pipeline.wake.deliveries.notify_one();
    }
    Ok(full)
}

/// What was done about an escalation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The alert.
    pub alert: String,
    /// The policy.
    pub policy: String,
    /// What: asked, escalated, lapsed or exhausted.
    pub kind: AlertEventKind,
    /// Messages put into the outbox.
    pub messages: usize,
    /// What or who could not be reached.
    pub missing: Vec<String>,
}

fn report(step: &Asked) {
    let Asked { alert, policy, messages, .. } = step;
    match step.kind {
        AlertEventKind::Exhausted => {
            tracing::error!(alert.id = %alert, policy, "everybody was asked and nobody has taken the alert");
        }
        AlertEventKind::Lapsed => {
            tracing::warn!(alert.id = %alert, policy, "nothing was done about an alert that was taken: it is asked for again");
        }
        _ => {
            tracing::info!(alert.id = %alert, policy, messages, "people are asked to take an alert");
        }
    }
    if !step.missing.is_empty() {
        let missing = step.missing.join(", ");
        tracing::warn!(alert.id = %alert, policy, missing, "a step of the policy does not reach all it names");
    }
}

/// Does all that is due: alerts whose first message was taken are told, and escalations go on. One asking an
/// escalation, so that after a gap nobody gets two at once.
///
/// # Errors
/// As the store's.
pub fn ask_people(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<Asked>, StoreError> {
    mark_told(tx, now)?;
    let mut done = Vec::new();
    for (alert, policy) in escalations::due(tx, now, BATCH)? {
        done.extend(work(tx, config, (alert, &policy), now)?);
    }
    Ok(done)
}

fn mark_told(tx: &mut dyn Transaction, now: Timestamp) -> Result<(), StoreError> {
    for alert in alerts::delivered(tx, now - DELIVERED_WITHIN, BATCH)? {
        if let Some(life) = alert.life().after(AlertEventKind::Notified, now) {
            let alert = alert.living(life);
            alerts::save(tx, &alert)?;
            alert_events::add(tx, &event(&alert, AlertEventKind::Notified, now, None))?;
        }
    }
    Ok(())
}

/// Goes on with one escalation, if it is still due.
fn work(
    tx: &mut dyn Transaction,
    config: &Config,
    (alert, policy): (AlertId, &str),
    now: Timestamp,
) -> Result<Option<Asked>, StoreError> {
    let Some(escalation) = escalations::find(tx, alert, policy)? else { return Ok(None) };
    if escalation.due_at.is_none_or(|due| due > now) {
        return Ok(None);
    }
    let Some(alert) = alerts::by_id(tx, alert)? else {
        escalations::save(tx, &escalation.stopped())?;
        return Ok(None);
    };
    match escalation.state {
        EscalationState::Running => climb(tx, config, &alert, escalation, now),
        EscalationState::Paused => remind(tx, alert, escalation, now),
        EscalationState::Stopped | EscalationState::Exhausted => {
            escalations::save(tx, &Escalation { due_at: None, ..escalation })?;
            Ok(None)
        }
    }
}

/// A red alert that somebody took and of which nothing was heard is asked for again.
fn remind(
    tx: &mut dyn Transaction,
    alert: Alert,
    escalation: Escalation,
    now: Timestamp,
) -> Result<Option<Asked>, StoreError> {
    let lapsed = alert.life().after(AlertEventKind::Lapsed, now);
    let (Some(life), Level::Red, Some(patience)) =
        (lapsed, alert.standing, escalation.ladder.resume_after)
    else {
        escalations::save(tx, &escalation.stopped())?;
        return Ok(None);
    };
    let last = alert_events::last_action(tx, alert.id)?.unwrap_or(alert.state_since);
    let due = last.checked_add(patience).unwrap_or(Timestamp::MAX);
    if due > now {
        escalations::save(tx, &Escalation { due_at: Some(due), ..escalation })?;
        return Ok(None);
    }
    let taken = alert_events::last(tx, alert.id, AlertEventKind::Acknowledged)?;
    let cause = Cause::Lapsed {
        taken_by: taken.as_ref().and_then(|event| event.actor.name.clone()),
        taken_at: taken.map_or(alert.state_since, |event| event.at),
    };
    let alert = Alert { updated_at: now, ..alert.living(life) };
    alerts::save(tx, &alert)?;
    alert_events::add(
        tx,
        &event(&alert, AlertEventKind::Lapsed, now, Some(escalation.policy.clone())),
    )?;
    let policy = escalation.policy.clone();
    escalations::save(tx, &escalation.anew(cause, now))?;
    let alert = alert.id.to_string();
    let kind = AlertEventKind::Lapsed;
    Ok(Some(Asked { alert, policy, kind, messages: 0, missing: Vec::new() }))
}

/// Asks the next step, or ends.
fn climb(
    tx: &mut dyn Transaction,
    config: &Config,
    alert: &Alert,
    escalation: Escalation,
    now: Timestamp,
) -> Result<Option<Asked>, StoreError> {
    if !alert.state.is_unanswered() {
        escalations::save(tx, &escalation.stopped())?;
        return Ok(None);
    }
    let (messages, missing, kind) =
        match decide::next(&escalation.ladder, alert.level, escalation.last) {
            Next::End(_) => {
                end(tx, alert, &escalation, now)?;
                (0, Vec::new(), AlertEventKind::Exhausted)
            }
            Next::Ask(call, _) => step(tx, config, alert, &escalation, (call, now))?,
        };
    let alert = alert.id.to_string();
    Ok(Some(Asked { alert, policy: escalation.policy, kind, messages, missing }))
}

fn end(
    tx: &mut dyn Transaction,
    alert: &Alert,
    escalation: &Escalation,
    now: Timestamp,
) -> Result<(), StoreError> {
    let kind = AlertEventKind::Exhausted;
    alert_events::add(tx, &event(alert, kind, now, Some(escalation.policy.clone())))?;
    let over = Escalation { state: EscalationState::Exhausted, due_at: None, ..escalation.clone() };
    escalations::save(tx, &over)
}

/// One asking: its message, the event, and when the next one is due.
fn step(
    tx: &mut dyn Transaction,
    config: &Config,
    alert: &Alert,
    escalation: &Escalation,
    (call, now): (Call, Timestamp),
) -> Result<(usize, Vec<String>, AlertEventKind), StoreError> {
    let ladder = &escalation.ladder;
    let rung = usize::try_from(call.rung).ok().and_then(|rung| ladder.rungs.get(rung));
    let reached = rung.map(|rung| decide::reached(config, rung, now)).unwrap_or_default();
    let heard = if escalation.last.is_none() { told_already(tx, escalation)? } else { Vec::new() };
    let is_new = |channel: &str, id: &str| !heard.iter().any(|(c, r)| c == channel && r == id);
    let mut addresses = reached.addresses.clone();
    addresses.retain(|address| is_new(&address.channel, &address.recipient.id));

    let (next_at, wait) = following(escalation, alert.level, &reached, (call, now));
    let first = escalation.last.is_none() && escalation.cause == Cause::Raised;
    let kind = if first { AlertEventKind::Asked } else { AlertEventKind::Escalated };
    let alert = &living(tx, alert, kind, now)?;
    let facts = facts(config, alert, escalation, &reached, (call, next_at));
    let notice = outbox::notice(config, now, NoticeBody::Escalation(Box::new(facts)));
    let Call { round, rung, again } = call;
    let occasion = format!("{}/{}/{round}/{rung}/{again}", escalation.policy, escalation.run);
    let notice_id = NoticeId::new();
    let messages = outbox::enqueue_as(tx, notice_id, &notice, &occasion, &addresses)?;
    let who =
        if reached.people.is_empty() { "nobody".to_owned() } else { reached.people.join(", ") };
    let note = Some(format!("{} {}.{}: {who}", escalation.policy, round + 1, rung + 1));
    let asked = AlertEvent {
        notice_id: (messages > 0).then_some(notice_id),
        ..event(alert, kind, now, note)
    };
    alert_events::add(tx, &asked)?;
    let mut asked = escalation.asked.clone();
    asked.extend(reached.people.iter().cloned());
    let due_at = Some(now.checked_add(wait).unwrap_or(Timestamp::MAX));
    escalations::save(tx, &Escalation { last: Some(call), asked, due_at, ..escalation.clone() })?;
    Ok((messages, reached.missing, kind))
}

fn living(
    tx: &mut dyn Transaction,
    alert: &Alert,
    kind: AlertEventKind,
    now: Timestamp,
) -> Result<Alert, StoreError> {
    let life = alert.life().after(kind, now).unwrap_or(alert.life());
    let alert = alert.clone().living(life);
    alerts::save(tx, &alert)?;
    Ok(alert)
}

/// Channels and recipients who had the alert itself since this run began: it carries the same link.
fn told_already(
    tx: &mut dyn Transaction,
    escalation: &Escalation,
) -> Result<Vec<(String, String)>, StoreError> {
    if escalation.cause != Cause::Raised {
        return Ok(Vec::new());
    }
    let told = deliveries::of_thread(tx, &escalation.alert_id.to_string())?;
    let since = told.into_iter().filter(|delivery| delivery.created_at >= escalation.began_at);
    Ok(since.map(|delivery| (delivery.channel, delivery.recipient.id)).collect())
}

/// When the next step is asked (none if this is the last), and how long it is until something is due. The
/// time to answer begins when the first of those asked may be disturbed; where nobody is, there is no wait.
fn following(
    escalation: &Escalation,
    level: Level,
    reached: &Reached,
    (call, now): (Call, Timestamp),
) -> (Option<Timestamp>, SignedDuration) {
    let next = decide::next(&escalation.ladder, level, Some(call));
    let (Next::Ask(_, wait) | Next::End(wait)) = next;
    let heard = reached.addresses.iter().map(|address| address.not_before(Some(level), now)).min();
    let wait = match heard {
        Some(heard) => heard.duration_since(now).max(SignedDuration::ZERO).saturating_add(wait),
        None => SignedDuration::ZERO,
    };
    let at = matches!(next, Next::Ask(..)).then(|| now.checked_add(wait).unwrap_or(Timestamp::MAX));
    (at, wait)
}

fn facts(
    config: &Config,
    alert: &Alert,
    escalation: &Escalation,
    reached: &Reached,
    (call, next_at): (Call, Option<Timestamp>),
) -> EscalationNotice {
    let (step, steps) = decide::step_of(&escalation.ladder, alert.level, call);
    let name = |id: &String| config.people.get(id).map_or_else(|| id.clone(), |it| it.name.clone());
    let before = escalation.asked.iter().filter(|id| !reached.people.contains(id));
    EscalationNotice {
        alert: escalation.facts.clone(),
        policy: escalation.policy.clone(),
        step,
        steps,
        round: call.round + 1,
        cause: escalation.cause.clone(),
        since: escalation.began_at,
        asked: reached.people.iter().map(name).collect(),
        before: before.map(name).collect(),
        next_at,
    }
}

/// Something that the program did.
fn event(alert: &Alert, kind: AlertEventKind, at: Timestamp, note: Option<String>) -> AlertEvent {
    AlertEvent {
        id: AlertEventId::new(),
        alert_id: alert.id,
        at,
        kind,
        state: alert.state,
        actor: Actor::default(),
        note,
        notice_id: None,
        delivery_id: None,
    }
}
