//! When a surprise drill takes place: nobody can tell from outside, and a restart draws the same.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::clock;
use crate::model::{DrillSchedule, Plan};

/// Days over which the instant is spread at least.
const SPREAD: i64 = 14;
/// Days looked at.
const MOST_DAYS: usize = 400;

/// The instant of the next surprise drill of a plan, drawn from `seed`: between two thirds of the
/// interval after the last drill and its end, on a day and at an hour that the plan allows, never on a
/// holiday; not before `now` and the time by which some are told. None if no day is allowed.
#[must_use]
pub fn surprise(
    plan: &Plan,
    schedule: &DrillSchedule,
    last: Timestamp,
    seed: &str,
    now: Timestamp,
) -> Option<Timestamp> {
    let zone = TimeZone::get(&plan.time_zone).unwrap_or(TimeZone::UTC);
    let due = clock::due(plan, &schedule.every, last)?;
    let third = due.duration_since(last) / 3;
    let told = clock::later(now, schedule.told_before);
    let from = due.checked_sub(third).unwrap_or(due).max(told);
    let first = from.to_zoned_datetime(zone.clone()).date().checked_add(1.day()).ok()?;
    let end = due.to_zoned_datetime(zone.clone()).date();
    let end = end.max(first.checked_add(SPREAD.days()).ok()?);
    let days: Vec<Date> = first
        .series(1.day())
        .take(MOST_DAYS)
        .take_while(|day| *day <= end)
        .filter(|day| schedule.days.contains(&day.weekday().to_monday_one_offset()))
        .filter(|day| !plan.business_days.holidays.contains(day))
        .collect();
    let drawn = blake3::hash(format!("{seed}/{}/{}", plan.id, last.as_millisecond()).as_bytes());
    let day = days.get(pick(drawn.as_bytes(), 0, days.len())?)?;
    let minutes = (schedule.until.duration_since(schedule.from).as_mins()).max(1);
    let minute = pick(drawn.as_bytes(), 8, usize::try_from(minutes).ok()?)?;
    let start = day.to_datetime(schedule.from);
    let at = start.checked_add(i64::try_from(minute).ok()?.minutes()).ok()?;
    zone.to_ambiguous_timestamp(at).compatible().ok()
}

/// A number below `count` out of eight bytes of a hash.
fn pick(hash: &[u8; 32], at: usize, count: usize) -> Option<usize> {
    let bytes: [u8; 8] = hash.get(at..at.checked_add(8)?)?.try_into().ok()?;
    let count = u64::try_from(count).ok().filter(|count| *count > 0)?;
    usize::try_from(u64::from_le_bytes(bytes) % count).ok()
}
