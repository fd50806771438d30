//! Messages about alerts into the outbox, within what storm control lets through; what it does not is
//! summed up for each recipient.

use jiff::Timestamp;

use super::{TellableAlert, addresses, summary, topic_name};
use crate::config::Config;
use crate::decide::{self, Address, Flow};
use crate::model::{AlertId, HeldId, HeldWhy, Labels, Level, Notice, SummaryItem, SummaryOf};
use crate::pipeline::outbox;
use crate::store::held::{self, Held};
use crate::store::{StoreError, Transaction, deliveries, flows};

/// Recipients whose summaries are written in one transaction.
const SUMMARIES: u32 = 100;

/// One alert in a message.
pub(super) struct Matter {
    pub alert: AlertId,
    pub occasion: String,
    pub labels: Labels,
    pub item: SummaryItem,
}

impl Matter {
    pub fn of(told: &TellableAlert<'_>) -> Self {
        Self {
            alert: told.alert.alert_id,
            occasion: told.occasion.to_owned(),
            labels: told.labels.clone(),
            item: SummaryItem::of(told.alert, told.notice.at),
        }
    }
}

/// A message, and the alerts that it tells.
pub(super) struct Parcel<'a> {
    pub notice: &'a Notice,
    pub occasion: &'a str,
    pub matters: &'a [Matter],
}

/// Writes a message to some recipients, due at once. Who has it already, or is told too much, gets
/// none. Answers how many deliveries that makes.
pub(super) fn send(
    tx: &mut dyn Transaction,
    config: &Config,
    parcel: &Parcel<'_>,
    to: &[Address],
) -> Result<usize, StoreError> {
    let (thread, kind) = (parcel.notice.thread(), parcel.notice.kind());
    let mut admitted = Vec::with_capacity(to.len());
    for address in to {
        let key = decide::idempotency_key(&thread, parcel.occasion, kind, address);
        if !deliveries::is_known(tx, &key)? && admits(tx, config, parcel, address)? {
            admitted.push(address.clone());
        }
    }
    outbox::enqueue(tx, parcel.notice, parcel.occasion, &admitted)
}

fn admits(
    tx: &mut dyn Transaction,
    config: &Config,
    parcel: &Parcel<'_>,
    address: &Address,
) -> Result<bool, StoreError> {
    let Some(storm) = &config.storm else { return Ok(true) };
    let now = parcel.notice.at;
    let level = parcel.matters.iter().map(|matter| matter.labels.level).max();
    let recipient = &address.recipient;
    let mut flow: Flow = flows::find(tx, &address.channel, &recipient.id)?.unwrap_or_default();
    let admitted = flow.admits(storm, level.unwrap_or(Level::Blue), now);
    if !admitted {
        for matter in parcel.matters {
            flow.hold(&matter.labels.topic, matter.item.clone(), now);
            held::add(tx, &held_in_storm(matter, now))?;
        }
    }
    let due_at = flow.due_at(storm);
    flows::save(tx, (&address.channel, recipient), &flow, due_at, now)?;
    Ok(admitted)
}

/// Once for each alert, however many recipients hear of it in a summary.
fn held_in_storm(matter: &Matter, now: Timestamp) -> Held {
    Held {
        id: HeldId::new(),
        at: now,
        why: HeldWhy::Storm,
        by: String::new(),
        alert: matter.alert,
        occasion: matter.occasion.clone(),
        labels: matter.labels.clone(),
        item: SummaryItem { why: Some(HeldWhy::Storm), ..matter.item.clone() },
        notice: None,
    }
}

/// One summary for each recipient whose time is up.
pub(super) fn look(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut messages = 0;
    for (reader, mut flow) in flows::due::<Flow>(tx, now, SUMMARIES)? {
        let gathered = flow.take();
        flows::save(tx, (&reader.0, &reader.1), &flow, None, now)?;
        let Some(gathered) = gathered else { continue };
        let since = gathered.since;
        let of = SummaryOf::Storm { since, until: now };
        let facts = gathered.tally.notice(of, |id| topic_name(config, id));
        let occasion = since.as_millisecond().to_string();
        let notice = summary(config, now, facts);
        messages += outbox::enqueue(tx, &notice, &occasion, &addresses(vec![reader]))?;
    }
    Ok(messages)
}
