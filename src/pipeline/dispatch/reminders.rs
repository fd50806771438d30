//! Alerts that nobody took, told again.

use jiff::Timestamp;

use super::flow::{self, Matter, Parcel};
use super::{TellableAlert, addresses, hold, later, summary, topic_name};
use crate::config::Config;
use crate::decide::Tally;
use crate::model::{AlertId, AlertState, NoticeBody, SummaryOf};
use crate::store::gathered::Reader;
use crate::store::reminders::{self, Reminder};
use crate::store::{StoreError, Transaction, alerts};

/// Reminders of one transaction.
const REMINDERS: u32 = 100;

/// An alert is told again to these readers of a route after so many milliseconds, and again.
pub(super) fn begin(
    tx: &mut dyn Transaction,
    told: &TellableAlert<'_>,
    (place, readers): (&str, Vec<Reader>),
    every_ms: i64,
) -> Result<(), StoreError> {
    let reminder = Reminder {
        alert: told.alert.alert_id,
        place: place.to_owned(),
        due_at: later(told.notice.at, every_ms),
        every_ms,
        times: 0,
        readers,
        labels: told.labels.clone(),
        notice: told.notice.clone(),
    };
    reminders::save(tx, &reminder)
}

/// An alert that is told anew is told again after its time from now.
pub(super) fn end(tx: &mut dyn Transaction, alert: AlertId) -> Result<(), StoreError> {
    reminders::end_all(tx, alert)
}

/// Tells the reminders that are due; those of alerts that somebody took, or that are over, end.
pub(super) fn look(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut messages = 0;
    for mut reminder in reminders::due(tx, now, REMINDERS)? {
        let alert = alerts::by_id(tx, reminder.alert)?;
        if alert.is_none_or(|alert| alert.state != AlertState::Firing) {
            reminders::end(tx, reminder.alert, &reminder.place)?;
            continue;
        }
        reminder.due_at = later(now, reminder.every_ms);
        reminder.times = reminder.times.saturating_add(1);
        reminders::save(tx, &reminder)?;
        messages += tell(tx, config, reminder, now)?;
    }
    Ok(messages)
}

fn tell(
    tx: &mut dyn Transaction,
    config: &Config,
    reminder: Reminder,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let NoticeBody::Alert(alert) = &reminder.notice.body else { return Ok(0) };
    let occasion = alert.told.to_string();
    let told = TellableAlert {
        labels: &reminder.labels,
        notice: &reminder.notice,
        alert,
        occasion: &occasion,
    };
    if hold::held_back(tx, config, &told, now)?.is_some() {
        return Ok(0);
    }
    let matters = [Matter::of(&told)];
    let mut tally = Tally::default();
    for matter in &matters {
        tally.add(&matter.labels.topic, matter.item.clone());
    }
    let of = SummaryOf::Reminder { times: reminder.times };
    let notice = summary(config, now, tally.notice(of, |id| topic_name(config, id)));
    let occasion = format!("{occasion}.{}", reminder.times);
    let parcel = Parcel { notice: &notice, occasion: &occasion, matters: &matters };
    flow::send(tx, config, &parcel, &addresses(reminder.readers))
}
