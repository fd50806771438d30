//! Alerts that belong together, gathered for a while into one message.

use jiff::Timestamp;

use super::flow::{self, Matter, Parcel};
use super::{
    TellableAlert, addresses, hold, later, millis, readers, record, reminders, summary, topic_name,
};
use crate::config::Config;
use crate::decide::{self, Path, Tally};
use crate::model::{Level, Notice, NoticeBody, SummaryOf};
use crate::store::groups::{self, Group, Member};
use crate::store::{StoreError, Transaction};

/// Groups told in one transaction.
const GROUPS: u32 = 50;
/// Alerts of one message; what is beyond comes in the next.
const MEMBERS: u32 = 500;

/// Puts an alert into its group. The first waits for others; a group that was told lately waits until
/// it may be told again.
pub(super) fn gather(
    tx: &mut dyn Transaction,
    told: &TellableAlert<'_>,
    path: &Path<'_>,
) -> Result<(), StoreError> {
    let (telling, now) = (&path.route.telling, told.notice.at);
    let key = decide::group_key(path, told.labels);
    let known = groups::find(tx, &key)?;
    let told_at = known.as_ref().and_then(|group| group.told_at);
    let waits = later(now, millis(telling.group_wait));
    let due_at = match (known.and_then(|group| group.due_at), told_at) {
        (Some(due_at), _) => due_at,
        (None, Some(at)) => waits.max(later(at, millis(telling.group_interval))),
        (None, None) => waits,
    };
    let group = Group {
        key: key.clone(),
        place: path.route.place.clone(),
        readers: readers(&path.addresses),
        repeat_ms: telling.repeat.map(millis),
        due_at: Some(due_at),
        told_at,
    };
    groups::save(tx, &group)?;
    let member = Member {
        alert: told.alert.alert_id,
        occasion: told.occasion.to_owned(),
        labels: told.labels.clone(),
        notice: told.notice.clone(),
    };
    groups::add_member(tx, &key, &member)
}

/// Whether a red alert is told at once in place of waiting for its group, which then does not tell it again.
pub(super) fn breaks_out(
    tx: &mut dyn Transaction,
    told: &TellableAlert<'_>,
    path: &Path<'_>,
) -> Result<bool, StoreError> {
    if told.labels.level != Level::Red || path.route.telling.red_waits {
        return Ok(false);
    }
    groups::drop_member(tx, &decide::group_key(path, told.labels), told.alert.alert_id)?;
    Ok(true)
}

/// Tells the groups that are due.
pub(super) fn look(
    tx: &mut dyn Transaction,
    config: &Config,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut messages = 0;
    for group in groups::due(tx, now, GROUPS)? {
        messages += tell(tx, config, group, now)?;
    }
    Ok(messages)
}

fn tell(
    tx: &mut dyn Transaction,
    config: &Config,
    mut group: Group,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let members = groups::take_members(tx, &group.key, MEMBERS)?;
    let is_more = members.len() == MEMBERS as usize;
    let due = group.due_at.unwrap_or(now);
    group.due_at = is_more.then_some(now);
    group.told_at = Some(now);
    groups::save(tx, &group)?;
    let mut kept = Vec::with_capacity(members.len());
    for mut member in members {
        member.notice.at = now;
        if may_be_told(tx, config, &member, &group, now)? {
            kept.push(member);
        }
    }
    let to = addresses(config, group.readers);
    let matters: Vec<Matter> = kept.iter().filter_map(matter).collect();
    if let [only] = kept.as_slice() {
        // A group of one reads as any alert.
        let parcel = Parcel { notice: &only.notice, occasion: &only.occasion, matters: &matters };
        return flow::send(tx, config, &parcel, &to);
    }
    let mut tally = Tally::default();
    for matter in &matters {
        tally.add(&matter.labels.topic, matter.item.clone());
    }
    if tally.total() == 0 {
        return Ok(0);
    }
    let facts = tally.notice(SummaryOf::Group { key: group.key }, |id| topic_name(config, id));
    let notice = summary(config, now, facts);
    // Of two halves of one group the second is due when the first was told.
    let occasion = format!("{}-{}", due.as_millisecond(), now.as_millisecond());
    flow::send(tx, config, &Parcel { notice: &notice, occasion: &occasion, matters: &matters }, &to)
}

/// Somebody may have silenced it while it waited, or a graver one may stand for it by now.
fn may_be_told(
    tx: &mut dyn Transaction,
    config: &Config,
    member: &Member,
    group: &Group,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(told) = tellable(member) else { return Ok(false) };
    if let Some(held) = hold::held_back(tx, config, &told, now)? {
        record(tx, &told, &held, now)?;
        return Ok(false);
    }
    if let Some(every) = group.repeat_ms {
        reminders::begin(tx, &told, (&group.place, group.readers.clone()), every)?;
    }
    Ok(true)
}

fn tellable(member: &Member) -> Option<TellableAlert<'_>> {
    let Notice { body: NoticeBody::Alert(alert), .. } = &member.notice else { return None };
    Some(TellableAlert {
        labels: &member.labels,
        notice: &member.notice,
        alert,
        occasion: &member.occasion,
    })
}

fn matter(member: &Member) -> Option<Matter> {
    tellable(member).map(|told| Matter::of(&told))
}
