//! Who is told of complaints that wait: the owner before a deadline, the deputy at it, the manager behind it.
//! And what time does by itself: resolved ones close, closed ones lose what is personal.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::super::{Pipeline, outbox};
use crate::complaint::{self, Act};
use crate::config::{ComplaintRules, Config};
use crate::decide::{self, Address};
use crate::model::{
    Complaint, ComplaintEvent, ComplaintEventKind, ComplaintItem, ComplaintLife, ComplaintState,
    ComplaintsNotice, NoticeBody, Reminder,
};
use crate::store::{StoreError, Transaction, complaints};

/// Complaints that are taken on in one transaction.
const BATCH: u32 = 200;
/// Characters of a text that a message shows.
const EXCERPT: usize = 200;

/// One look: what has waited long enough is told, to each person in one message.
pub(in super::super) async fn look(pipeline: &Pipeline, now: Timestamp) {
    let live = pipeline.snapshot();
    let Some(rules) = &live.config.complaints else { return };
    let gather = SignedDuration::try_from(rules.gather).unwrap_or(SignedDuration::MAX);
    let ripe = now.checked_sub(gather).unwrap_or(Timestamp::MIN);
    let waits = pipeline.store.read(move |tx| Ok(!complaints::to_remind(tx, ripe, 1)?.is_empty()));
    let told = match waits.await {
        Ok(false) => return,
        Ok(true) => {
            let live = pipeline.snapshot();
            pipeline.store.write(move |tx| remind(tx, &live.config, now)).await
        }
        Err(error) => Err(error),
    };
    match told {
        Ok(0) => {}
        Ok(messages) => {
            tracing::info!(messages, "people are told of complaints that wait");
            pipeline.wake.deliveries.notify_one();
        }
        Err(error) => tracing::error!(%error, "people could not be told of complaints yet"),
    }
}

/// Tells all that is due. Answers how many messages that makes.
fn remind(tx: &mut dyn Transaction, config: &Config, now: Timestamp) -> Result<usize, StoreError> {
    let Some(rules) = &config.complaints else { return Ok(0) };
    let mut by_person: BTreeMap<String, Vec<ComplaintItem>> = BTreeMap::new();
    for waiting in complaints::to_remind(tx, now, BATCH)? {
        let reminder = complaint::reminder(&waiting.life, &rules.remind, now);
        let life = ComplaintLife { reminded_at: Some(now), ..waiting.life.clone() };
        let next = complaint::next_reminder(&life, &rules.remind);
        complaints::save(tx, &waiting.number, &life, next)?;
        let Some(reminder) = reminder else { continue };
        let told = recipients(&waiting.life.owner, reminder, rules);
        let event = ComplaintEvent {
            at: now,
            kind: ComplaintEventKind::Reminded,
            state: life.state,
            by: None,
            to: Some(told.join(", ")),
            note: Some(reminder.name().to_owned()),
        };
        complaints::add_event(tx, &waiting.number, &event)?;
        let item = item(config, &waiting, reminder);
        for person in told {
            by_person.entry(person.to_owned()).or_default().push(item.clone());
        }
    }
    let mut messages = 0;
    for (person, items) in by_person {
        let occasion = format!("{person}/{}", now.as_millisecond());
        messages += tell(tx, (config, rules), &person, items, (&occasion, now))?;
    }
    Ok(messages)
}

/// Tells the owner of a complaint at once; `occasion` is told once.
pub(super) fn tell_owner(
    tx: &mut dyn Transaction,
    config: &Config,
    (complaint, why): (&Complaint, Reminder),
    (occasion, now): (&str, Timestamp),
) -> Result<usize, StoreError> {
    let Some(rules) = &config.complaints else { return Ok(0) };
    let items = vec![item(config, complaint, why)];
    tell(tx, (config, rules), &complaint.life.owner, items, (occasion, now))
}

/// Tells the owner of a complaint and the manager; `occasion` is told once.
pub(super) fn tell_owner_and_manager(
    tx: &mut dyn Transaction,
    config: &Config,
    (complaint, why): (&Complaint, Reminder),
    (occasion, now): (&str, Timestamp),
) -> Result<usize, StoreError> {
    let Some(rules) = &config.complaints else { return Ok(0) };
    let items = vec![item(config, complaint, why)];
    let mut messages = 0;
    for person in BTreeSet::from([&complaint.life.owner, &rules.manager]) {
        messages += tell(tx, (config, rules), person, items.clone(), (occasion, now))?;
    }
    Ok(messages)
}

fn tell(
    tx: &mut dyn Transaction,
    (config, rules): (&Config, &ComplaintRules),
    person: &str,
    items: Vec<ComplaintItem>,
    (occasion, now): (&str, Timestamp),
) -> Result<usize, StoreError> {
    let addresses = addresses(config, rules, person);
    if addresses.is_empty() {
        tracing::warn!(person, "nobody can be reached who answers for complaints");
    }
    let notice = outbox::notice(config, now, NoticeBody::Complaints(notice(items)));
    outbox::enqueue(tx, &notice, occasion, &addresses)
}

/// Each once, the owner first.
fn recipients<'a>(owner: &'a str, reminder: Reminder, rules: &'a ComplaintRules) -> Vec<&'a str> {
    let mut told = vec![owner];
    if reminder >= Reminder::Late {
        told.extend(rules.deputies.get(owner).map(String::as_str));
    }
    // Whoever has no deputy has the manager at once.
    if reminder == Reminder::Escalated || (reminder == Reminder::Late && told.len() == 1) {
        told.push(&rules.manager);
    }
    let mut each = Vec::with_capacity(told.len());
    for person in told {
        if !each.contains(&person) {
            each.push(person);
        }
    }
    each
}

fn addresses(config: &Config, rules: &ComplaintRules, person: &str) -> Vec<Address> {
    let Some(person) = config.people.get(person) else { return Vec::new() };
    rules.via.iter().filter_map(|channel| decide::mail(channel, person)).collect()
}

fn item(config: &Config, complaint: &Complaint, reminder: Reminder) -> ComplaintItem {
    let owner = &complaint.life.owner;
    ComplaintItem {
        number: complaint.number.clone(),
        reminder,
        severity: complaint.severity.clone(),
        product: complaint.product.clone(),
        branch: complaint.branch.clone(),
        owner: config.people.get(owner).map_or_else(|| owner.clone(), |it| it.name.clone()),
        received_at: complaint.received_at,
        due_at: complaint::deadline(&complaint.life),
        excerpt: complaint.masked.chars().take(EXCERPT).collect(),
    }
}

fn notice(mut items: Vec<ComplaintItem>) -> ComplaintsNotice {
    items.sort_by(|a, b| b.reminder.cmp(&a.reminder).then(a.due_at.cmp(&b.due_at)));
    let mut counts = BTreeMap::new();
    for item in &items {
        *counts.entry(item.reminder).or_insert(0) += 1;
    }
    let more = items.len().saturating_sub(ComplaintsNotice::SHOWN);
    items.truncate(ComplaintsNotice::SHOWN);
    ComplaintsNotice { complaints: items, more: u32::try_from(more).unwrap_or(u32::MAX), counts }
}

/// Closes what was resolved long enough ago, and empties what was closed long enough ago, a batch of each.
/// Answers how many.
pub(in super::super) async fn tidy(pipeline: &Pipeline, now: Timestamp) -> Result<u32, StoreError> {
    let live = pipeline.snapshot();
    if live.config.complaints.is_none() {
        return Ok(0);
    }
    pipeline.store.write(move |tx| rest(tx, &live.config, now)).await
}

fn rest(tx: &mut dyn Transaction, config: &Config, now: Timestamp) -> Result<u32, StoreError> {
    let Some(rules) = &config.complaints else { return Ok(0) };
    let before = |time| {
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        now.checked_sub(time).unwrap_or(Timestamp::MIN)
    };
    let mut done = 0;
    let resolved =
        complaints::resting(tx, ComplaintState::Resolved, before(rules.close_after), BATCH)?;
    for resolved in resolved {
        let Some(severity) = rules.severity_or_usual(&resolved.severity) else { continue };
        let closed = complaint::after(&resolved.life, &Act::Close, (severity, rules), now);
        if let Ok((life, event)) = closed {
            complaints::save(tx, &resolved.number, &life, None)?;
            complaints::add_event(tx, &resolved.number, &event)?;
            done += 1;
        }
    }
    for closed in complaints::resting(tx, ComplaintState::Closed, before(rules.keep), BATCH)? {
        complaints::empty(tx, &closed, now)?;
        let (kind, state) = (ComplaintEventKind::Emptied, closed.life.state);
        let event = ComplaintEvent { at: now, kind, state, by: None, to: None, note: None };
        complaints::add_event(tx, &closed.number, &event)?;
        done += 1;
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::recipients;
    use crate::config::{ComplaintRules, WaveRules};
    use crate::model::{BusinessDays, Level, Reminder};

    fn rules() -> ComplaintRules {
        ComplaintRules {
            topic: "bank".to_owned(),
            desk: vec!["ana".to_owned()],
            branches: BTreeMap::new(),
            deputies: BTreeMap::from([("ana".to_owned(), "luis".to_owned())]),
            manager: "elena".to_owned(),
            via: vec!["mail".to_owned()],
            token: None,
            keep: Duration::from_hours(24),
            close_after: Duration::from_hours(24),
            gather: Duration::from_mins(1),
            remind: vec![50],
            severities: Vec::new(),
            business_days: BusinessDays::default(),
            time_zone: "UTC".to_owned(),
            wave: WaveRules { hours: 2, least: 10, level: Level::Yellow },
            mailboxes: Vec::new(),
        }
    }

    #[test]
    fn the_owner_is_told_then_the_deputy_then_the_manager() {
        let rules = rules();
        for (owner, reminder, expected) in [
            ("ana", Reminder::Asked, vec!["ana"]),
            ("ana", Reminder::Due, vec!["ana"]),
            ("ana", Reminder::Late, vec!["ana", "luis"]),
            ("ana", Reminder::Escalated, vec!["ana", "luis", "elena"]),
            ("eva", Reminder::Late, vec!["eva", "elena"]),
            ("elena", Reminder::Escalated, vec!["elena"]),
        ] {
            assert_eq!(recipients(owner, reminder, &rules), expected, "{owner} {reminder:?}");
        }
    }
}
