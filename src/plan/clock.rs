//! From the notation of a plan to instants: by the clock, by business days, by months.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::model::{Plan, PlanDuration};

/// When something is due that has `notation` time from an instant on.
///
/// Business days end with the last hour of the last day, in the plan's zone, whatever hour they
/// began at (the rule of Regulation (EEC) 1182/71, article 3); months end at the same hour of the
/// same day, or of the last day of a shorter month. None for what is no notation.
pub(super) fn due(plan: &Plan, notation: &str, from: Timestamp) -> Option<Timestamp> {
    let zone = || TimeZone::get(&plan.time_zone).unwrap_or(TimeZone::UTC);
    Some(match PlanDuration::parse(notation)? {
        PlanDuration::Clock(duration) => later(from, duration),
        PlanDuration::BusinessDays(count) => {
            let first = from.to_zoned_datetime(zone()).date();
            let last = plan.business_days.after(first, count);
            let end = last.checked_add(1.day()).unwrap_or(last).to_datetime(Time::midnight());
            whole(zone().to_ambiguous_timestamp(end).compatible().unwrap_or(Timestamp::MAX))
        }
        PlanDuration::Months(count) => {
            let local = from.to_zoned_datetime(zone());
            let end = local.checked_add(i64::from(count).months());
            end.map_or(Timestamp::MAX, |end| end.timestamp())
        }
    })
}

/// When a warning is due that comes `notation` before an instant; business days are counted back
/// to the same hour.
pub(super) fn ahead(plan: &Plan, notation: &str, of: Timestamp) -> Option<Timestamp> {
    let zone = TimeZone::get(&plan.time_zone).unwrap_or(TimeZone::UTC);
    let back = |span: jiff::Span| {
        let local = of.to_zoned_datetime(zone.clone());
        local.checked_sub(span).map_or(Timestamp::MIN, |at| at.timestamp())
    };
    Some(match PlanDuration::parse(notation)? {
        PlanDuration::Clock(duration) => of.checked_sub(duration).unwrap_or(Timestamp::MIN),
        PlanDuration::Months(count) => back(i64::from(count).months()),
        PlanDuration::BusinessDays(count) => {
            let last = of.to_zoned_datetime(zone.clone()).date();
            let first = plan.business_days.before(last, count);
            let days = first.until(last).map_or(0, |span| span.get_days());
            back(i64::from(days).days())
        }
    })
}

/// Plans name at most ten years; at the end of time the clock stands still.
pub(super) fn later(from: Timestamp, wait: SignedDuration) -> Timestamp {
    whole(from.checked_add(wait).unwrap_or(Timestamp::MAX))
}

/// To the millisecond, which is what the store keeps.
pub(super) fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
