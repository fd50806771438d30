//! Since when, until when: as people write it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Longest time that may be written as so many units: a slip of the finger beyond it.
const MAX_DAYS: i64 = 36_500;

/// Reads `7d` (ago; also `m`, `h`, `w`), `2026-03-01` (a day, UTC) or an RFC 3339 time.
///
/// # Errors
/// What can be written.
pub fn since(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    read(text, now, |day| day)
}

/// As [`since`]; a day counts whole.
///
/// # Errors
/// What can be written.
pub fn until(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    read(text, now, |day| {
        day.checked_add(SignedDuration::from_millis(86_400_000 - 1)).unwrap_or(day)
    })
}

fn read(
    text: &str,
    now: Timestamp,
    day: impl Fn(Timestamp) -> Timestamp,
) -> Result<Timestamp, String> {
    let midnight = |date: Date| TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok();
    let found = ago(text)
        .and_then(|ago| now.checked_sub(ago).ok())
        .or_else(|| text.parse().ok().and_then(midnight).map(day))
        .or_else(|| text.parse().ok());
    found.ok_or_else(|| {
        format!("`{text}` is no time: write 7d, 12h, 2026-03-01 or 2026-03-01T08:00:00Z")
    })
}

fn ago(text: &str) -> Option<SignedDuration> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let count: i64 = count.parse().ok().filter(|count| *count >= 0)?;
    let seconds = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    let total = count.checked_mul(seconds)?;
    (total <= MAX_DAYS * 86_400).then(|| SignedDuration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::{since, until};

    #[test]
    fn times_as_people_write_them() {
        let now = "2026-11-27T10:00:00Z".parse().expect("a time");
        for (text, expected) in [
            ("7d", "2026-11-20T10:00:00Z"),
            ("90m", "2026-11-27T08:30:00Z"),
            ("2w", "2026-11-13T10:00:00Z"),
            ("2026-03-01", "2026-03-01T00:00:00Z"),
            ("2026-03-01T08:00:00+01:00", "2026-03-01T07:00:00Z"),
        ] {
            assert_eq!(since(text, now), Ok(expected.parse().expect("a time")), "{text}");
        }
        let end = "2026-03-01T23:59:59.999Z".parse().expect("a time");
        assert_eq!(until("2026-03-01", now), Ok(end));
        for text in ["", "d", "7", "7y", "-7d", "9999999999999999999d", "99999999d", "é", "ayer"] {
            assert!(since(text, now).is_err(), "{text}");
        }
    }
}
