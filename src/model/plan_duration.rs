//! The notation of durations in plans: `15m`, `2h`, `180d` by the clock; `5bd` business days and
//! `1mo` months, which need a calendar and stay text until a deadline is computed.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::BusinessDays;

/// Longest duration that a plan may name: ten years. Longer ones are slips of the finger.
const MAX_SECONDS: i64 = 3650 * DAY;
const DAY: i64 = 24 * 3600;

/// What a duration of the plan is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanDuration {
    /// By the clock (`s`, `m`, `h`, `d`).
    Clock(SignedDuration),
    /// Business days of the plan's calendar (`bd`).
    BusinessDays(u16),
    /// Calendar months (`mo`).
    Months(u16),
}

impl PlanDuration {
    /// Reads the notation; none if it is not one or exceeds ten years.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = text.split_at(digits);
        let count: u16 = number.parse().ok()?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => DAY,
            "bd" => return (count <= 2500).then_some(Self::BusinessDays(count)),
            "mo" => return (count <= 120).then_some(Self::Months(count)),
            _ => return None,
        };
        let total = i64::from(count) * seconds;
        (total <= MAX_SECONDS).then(|| Self::Clock(SignedDuration::from_secs(total)))
    }

    /// When something is due that has so much time from an instant on, to the millisecond, which is what the store
    /// keeps; at the end of time the clock stands still.
    ///
    /// Business days end with the last hour of the last day, in the zone, whatever hour they began at (the rule of
    /// Regulation (EEC) 1182/71, article 3); months end at the same hour of the same day, or of the last day of a shorter
    /// month.
    #[must_use]
    pub fn after(
        self,
        from: Timestamp,
        zone: &TimeZone,
        business_days: &BusinessDays,
    ) -> Timestamp {
        let at = match self {
            Self::Clock(duration) => from.checked_add(duration).unwrap_or(Timestamp::MAX),
            Self::BusinessDays(count) => {
                let first = from.to_zoned_datetime(zone.clone()).date();
                let last = business_days.after(first, count);
                let end = last.checked_add(1.day()).unwrap_or(last).to_datetime(Time::midnight());
                zone.to_ambiguous_timestamp(end).compatible().unwrap_or(Timestamp::MAX)
            }
            Self::Months(count) => {
                let end =
                    from.to_zoned_datetime(zone.clone()).checked_add(i64::from(count).months());
                end.map_or(Timestamp::MAX, |end| end.timestamp())
            }
        };
        Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::PlanDuration;

    #[test]
    fn notation() {
        let clock = |minutes| Some(PlanDuration::Clock(SignedDuration::from_mins(minutes)));
        let cases = [
            ("0m", clock(0)),
            ("15m", clock(15)),
            ("2h", clock(120)),
            ("180d", clock(180 * 24 * 60)),
            ("60s", clock(1)),
            ("5bd", Some(PlanDuration::BusinessDays(5))),
            ("1mo", Some(PlanDuration::Months(1))),
            ("", None),
            ("m", None),
            ("15", None),
            ("15 m", None),
            ("-5m", None),
            ("1.5h", None),
            ("9999d", None),
            ("99999999999999999999h", None),
            ("15м", None),
        ];
        for (text, expected) in cases {
            assert_eq!(PlanDuration::parse(text), expected, "{text:?}");
        }
    }
}
