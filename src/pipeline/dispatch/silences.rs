//! Silences end: their owner is warned, then told what they held back; what still matters is told.

use jiff::{SignedDuration, Timestamp};

use super::{summary, tell_alert, topic_name};
use crate::config::Config;
use crate::decide::{self, Address, Tally};
use crate::model::{AlertState, Notice, Silence, SilenceFacts, SummaryItem, SummaryOf};
use crate::pipeline::outbox;
use crate::store::held::{self, Held};
use crate::store::{StoreError, Transaction, alerts, silences};

/// How long before the end of a silence its owner is warned.
pub const WARNING: SignedDuration = SignedDuration::from_mins(15);

/// Alerts of one reading.
const PAGE: u32 = 1_000;
/// Alerts told in one transaction.
const RELEASED: u32 = 50;

/// Warns, reports, and tells what silences that ended held back.
pub(super) fn look(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut messages = 0;
    for mut silence in silences::ending(tx, now, now + WARNING)? {
        let is_over = silence.ends_at <= now;
        // Who silences something for ten minutes needs no warning of its end.
        let is_short = silence.ends_at.duration_since(silence.starts_at) <= WARNING;
        silence.warned = true;
        silence.reported = is_over;
        silences::save(tx, &silence)?;
        if is_over || !is_short {
            messages += tell_owner(tx, config, &silence, now)?;
        }
    }
    for held in held::released(tx, RELEASED)? {
        messages += release(tx, config, held, now)?;
    }
    Ok(messages)
}

fn tell_owner(
    tx: &mut dyn Transaction,
    config: &Config,
    silence: &Silence,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let Some(owner) = owner(config, silence) else {
        tracing::warn!(silence.id = %silence.id, silence.owner = %silence.owner,
            "the owner of a silence is no person with a mail address any more: nobody hears what it held back");
        return Ok(0);
    };
    let facts = SilenceFacts {
        id: silence.id.clone(),
        query: silence.query.clone(),
        owner: owner.recipient.name.clone(),
        reason: silence.reason.clone(),
        since: silence.starts_at,
        until: silence.ends_at,
    };
    let (of, occasion) = if silence.reported {
        (SummaryOf::SilenceEnded(facts), "ended")
    } else {
        (SummaryOf::SilenceEnding(facts), "ending")
    };
    let tally = held_by(tx, silence)?;
    let notice = summary(config, now, tally.notice(of, |id| topic_name(config, id)));
    outbox::enqueue(tx, &notice, occasion, &[owner])
}

/// What a silence held back, each alert once, as it was last.
fn held_by(tx: &mut dyn Transaction, silence: &Silence) -> Result<Tally, StoreError> {
    let (mut tally, mut after) = (Tally::default(), None);
    loop {
        let page = held::by_silence(tx, &silence.id, after, PAGE)?;
        after = page.last().map(|held| held.id);
        for held in &page {
            // In a list of what one silence held back the reason says nothing.
            tally.add(&held.labels.topic, SummaryItem { why: None, ..held.item.clone() });
        }
        if page.len() < PAGE as usize {
            return Ok(tally);
        }
    }
}

/// The owner, over the first mail channel.
fn owner(config: &Config, silence: &Silence) -> Option<Address> {
    let channel = config.channels.iter().find(|channel| channel.is_mail())?;
    decide::mail(&channel.id, config.people.get(&silence.owner)?)
}

/// Tells an alert for which the silence is over, if it still stands where it stood.
fn release(
    tx: &mut dyn Transaction,
    config: &Config,
    held: Held,
    now: Timestamp,
) -> Result<usize, StoreError> {
    held::settle(tx, &held.by, held.alert)?;
    let (Some(alert), Some(notice)) = (alerts::by_id(tx, held.alert)?, held.notice) else {
        return Ok(0);
    };
    // What rose since was told by itself, or is held back by itself.
    let is_newest = alert.told.to_string() == held.occasion;
    let stands = alert.state == AlertState::Firing && alert.standing >= held.labels.level;
    if !is_newest || !stands {
        return Ok(0);
    }
    tell_alert(tx, config, &held.labels, &Notice { at: now, ..notice }, &held.occasion)
}
