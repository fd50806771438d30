//! From the notation of a plan to instants: by the clock, by business days, by months.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::model::{Plan, PlanDuration};

/// When something is due that has `notation` time from an instant on; none for what is no notation.
pub(super) fn due(plan: &Plan, notation: &str, from: Timestamp) -> Option<Timestamp> {
    let zone = TimeZone::get(&plan.time_zone).unwrap_or(TimeZone::UTC);
    Some(PlanDuration::parse(notation)?.after(from, &zone, &plan.business_days))
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
