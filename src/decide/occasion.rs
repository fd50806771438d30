//! When a digest is due: at a time of the day by the clock of who reads it, whatever the clock does.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The last time at or before `now` at which a digest is due. Where a clock is put forward over that
/// time it is due as much later, where it is put back, at the first of the two. None if no day is one.
#[must_use]
pub fn last_occasion(at: Time, days: &[Weekday], zone: &str, now: Timestamp) -> Option<Timestamp> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let today = now.to_zoned_datetime(zone.clone()).date();
    // A week back has every day once; one more for the day on which it is not yet time.
    let dates = (0_i32..=7).filter_map(|back| today.checked_sub(back.days()).ok());
    dates
        .filter(|date| days.contains(&date.weekday()))
        .filter_map(|date| instant(date, at, &zone))
        .find(|occasion| *occasion <= now)
}

fn instant(date: Date, at: Time, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(date.to_datetime(at)).compatible().ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::{Time, Weekday, time};

    use super::last_occasion;

    const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    fn check(at: Time, days: &[Weekday], zone: &str, now: &str, expected: &str) {
        let now: Timestamp = now.parse().expect("instant");
        let expected: Timestamp = expected.parse().expect("instant");
        assert_eq!(last_occasion(at, days, zone, now), Some(expected), "{zone} {now}");
    }

    #[test]
    fn by_the_readers_clock() {
        let half_past = time(7, 30, 0, 0);
        check(half_past, &ALL, "Europe/Madrid", "2026-11-29T06:30:00Z", "2026-11-29T06:30:00Z");
        check(half_past, &ALL, "Europe/Madrid", "2026-11-29T06:29:59Z", "2026-11-28T06:30:00Z");
        check(half_past, &ALL, "Asia/Shanghai", "2026-11-29T00:00:00Z", "2026-11-28T23:30:00Z");
        check(
            half_past,
            &ALL,
            "America/Mexico_City",
            "2026-07-01T13:29:00Z",
            "2026-06-30T13:30:00Z",
        );
        let weekdays = &ALL[..5];
        check(half_past, weekdays, "UTC", "2026-11-29T12:00:00Z", "2026-11-27T07:30:00Z");
        check(half_past, &ALL[..1], "UTC", "2026-11-30T07:29:00Z", "2026-11-23T07:30:00Z");
        assert_eq!(last_occasion(half_past, &[], "UTC", Timestamp::UNIX_EPOCH), None);
    }

    /// Madrid: 2026-03-29 02:00 becomes 03:00; 2026-10-25 03:00 becomes 02:00.
    #[test]
    fn once_a_day_when_clocks_change() {
        let at = time(2, 30, 0, 0);
        let madrid = "Europe/Madrid";
        check(at, &ALL, madrid, "2026-03-29T01:29:59Z", "2026-03-28T01:30:00Z");
        check(at, &ALL, madrid, "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z");
        check(at, &ALL, madrid, "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z");
        check(at, &ALL, madrid, "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z");
        check(at, &ALL, madrid, "2026-10-26T01:29:00Z", "2026-10-25T00:30:00Z");
    }
}
