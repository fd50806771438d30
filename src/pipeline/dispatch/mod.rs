//! From an alert that is to be told to the messages that tell it: held back, along the routes, gathered
//! or at once. All of it in the transaction of whoever decided; what waits is a row.

mod digests;
mod flow;
mod groups;
mod hold;
mod reminders;
mod silences;
mod worker;

use jiff::Timestamp;

pub(super) use worker::run;

use flow::{Matter, Parcel};

use super::{answering, outbox};
use crate::config::Config;
use crate::decide::{self, Address};
use crate::model::{
    AlertNotice, HeldId, HeldWhy, Labels, LocalText, Notice, NoticeBody, SummaryItem, SummaryNotice,
};
use crate::store::gathered::Reader;
use crate::store::held::{self, Held};
use crate::store::{StoreError, Transaction};

pub use silences::WARNING;

/// Tells an alert to whom the routes name, unless it is held back; `occasion` is how many times it was
/// told. Answers how many messages that makes now.
///
/// # Errors
/// As the store's.
pub fn tell_alert(
    tx: &mut dyn Transaction,
    config: &Config,
    labels: &Labels,
    notice: &Notice,
    occasion: &str,
) -> Result<usize, StoreError> {
    let NoticeBody::Alert(alert) = &notice.body else {
        return Err(StoreError::Mismatch("only alerts go along the routes".to_owned()));
    };
    let told = TellableAlert { labels, notice, alert, occasion };
    hold::stand(tx, config, &told)?;
    reminders::end(tx, alert.alert_id)?;
    if let Some(held) = hold::held_back(tx, config, &told, notice.at)? {
        record(tx, &told, &held, notice.at)?;
        return Ok(0);
    }
    along_routes(tx, config, &told)
}

/// What falls due by itself: groups, reminders, summaries of storms, ends of silences, digests. Answers
/// how many messages that makes.
///
/// # Errors
/// As the store's.
pub fn tell_gathered(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut messages = silences::look(tx, config, now)?;
    messages += groups::look(tx, config, now)?;
    messages += reminders::look(tx, config, now)?;
    messages += flow::look(tx, config, now)?;
    messages += digests::look(tx, config, now)?;
    Ok(messages)
}

/// An alert with what is told of it.
struct TellableAlert<'a> {
    labels: &'a Labels,
    notice: &'a Notice,
    alert: &'a AlertNotice,
    occasion: &'a str,
}

/// Why and by what an alert is held back.
struct Hold {
    why: HeldWhy,
    by: String,
}

fn along_routes(
    tx: &mut dyn Transaction,
    config: &Config,
    told: &TellableAlert<'_>,
) -> Result<usize, StoreError> {
    let mut at_once = Vec::new();
    let mut policies = Vec::new();
    for path in decide::paths(config, told.labels) {
        let telling = &path.route.telling;
        policies.extend(path.route.policy.as_deref().filter(|_| telling.digest.is_none()));
        if let Some(digest) = &telling.digest {
            let hold = Hold { why: HeldWhy::Digest, by: digest.clone() };
            record(tx, told, &hold, told.notice.at)?;
        } else if path.addresses.is_empty() {
            // Only its policy tells it.
        } else if telling.group_by.is_empty() || groups::breaks_out(tx, told, &path)? {
            if let Some(every) = telling.repeat {
                let readers = readers(&path.addresses);
                reminders::begin(tx, told, (&path.route.place, readers), millis(every))?;
            }
            at_once.extend(path.addresses);
        } else {
            groups::gather(tx, told, &path)?;
        }
    }
    let matters = vec![Matter::of(told)];
    let parcel = Parcel { notice: told.notice, occasion: told.occasion, matters: &matters };
    let messages = flow::send(tx, config, &parcel, &at_once)?;
    // In a storm the summary asks: an escalation for each of a thousand alerts would be the next storm.
    if messages > 0 || at_once.is_empty() {
        answering::ask(tx, config, &policies, told.alert, told.notice.at)?;
    }
    Ok(messages)
}

/// Keeps what is held back; in full only if it may be told later.
fn record(
    tx: &mut dyn Transaction,
    told: &TellableAlert<'_>,
    hold: &Hold,
    now: Timestamp,
) -> Result<(), StoreError> {
    let item = SummaryItem::of(told.alert, now);
    let later = (hold.why == HeldWhy::Silenced).then(|| told.notice.clone());
    held::add(
        tx,
        &Held {
            id: HeldId::new(),
            at: now,
            why: hold.why,
            by: hold.by.clone(),
            alert: told.alert.alert_id,
            occasion: told.occasion.to_owned(),
            labels: told.labels.clone(),
            item: SummaryItem { why: Some(hold.why), ..item },
            notice: later,
        },
    )
}

/// A message about many alerts.
fn summary(config: &Config, now: Timestamp, facts: SummaryNotice) -> Notice {
    outbox::notice(config, now, NoticeBody::Summary(Box::new(facts)))
}

/// A topic as people call it.
fn topic_name(config: &Config, id: &str) -> LocalText {
    let topic = config.keywords.topics.iter().find(|topic| topic.id == id);
    topic.map_or_else(|| LocalText::same(id), |topic| topic.name.clone())
}

fn readers(addresses: &[Address]) -> Vec<Reader> {
    addresses.iter().map(|it| (it.channel.clone(), it.recipient.clone())).collect()
}

fn addresses(config: &Config, readers: Vec<Reader>) -> Vec<Address> {
    readers.into_iter().map(|(channel, recipient)| decide::to(config, channel, recipient)).collect()
}

fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn later(now: Timestamp, millis: i64) -> Timestamp {
    now.checked_add(jiff::SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX)
}
