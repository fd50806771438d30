//! Dates as publishers write them: RFC 3339 and RFC 9110 (RFC 822) with the mistakes of the field,
//! ISO 8601 in its other forms, C's `ctime`, epoch seconds, and the spellings of a dozen languages.
//!
//! Reads, never guesses: `03/04/2024` has two readings and is left alone unless the caller knows more.
//! A time without a zone is UTC.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

mod iso;
mod names;
mod relative;
mod words;

/// A date as precise as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The day where it was written.
    pub date: Date,
    /// The time of day, if one was given.
    pub time: Option<Time>,
    /// The zone, if one was given.
    pub offset: Option<Offset>,
}

impl Written {
    /// The instant; midnight where no time was given, UTC where no zone was.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        let at = self.date.to_datetime(self.time.unwrap_or(Time::midnight()));
        self.offset.unwrap_or(Offset::UTC).to_timestamp(at).ok()
    }
}

/// `2024-05-01`, `2024-05-01T10:00:00` or `2024-05-01T10:00:00+02:00`.
impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date)?;
        let Some(time) = self.time else { return Ok(()) };
        write!(f, "T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        match self.offset.map(|offset| offset.seconds() / 60) {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

/// What is known of a date beside its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DateContext {
    /// For dates that count from it ("2 hours ago"); without it they are not read.
    pub now: Option<Timestamp>,
    /// Whether `03/04/2024` is in April, see [`day_order`].
    pub day_first: Option<bool>,
    /// Whether `CST` is China Standard Time; else it is that of America.
    pub china: bool,
}

/// Reads a date; text around it other than the day of the week is not tolerated, except after it.
#[must_use]
pub fn read_date(raw: &str) -> Option<Written> {
    read_date_in(raw, DateContext::default())
}

/// [`read_date`] with what is known beside the text.
#[must_use]
pub fn read_date_in(raw: &str, context: DateContext) -> Option<Written> {
    let raw = raw.trim();
    let raw = &raw[..raw.floor_char_boundary(MAX_BYTES)];
    iso::common(raw)
        .or_else(|| iso::other(raw))
        .or_else(|| epoch(raw))
        .or_else(|| words::read(raw, context))
        .or_else(|| relative::read(raw, context.now?))
}

/// Whether dates that belong together put the day before the month (`31/12/2024`): by those that can
/// be read in one way only. Nothing where none can, or where they disagree.
pub fn day_order<'a>(dates: impl Iterator<Item = &'a str>) -> Option<bool> {
    let mut order = None;
    for (first, second) in dates.filter_map(words::slashed) {
        let here = match (first > 12, second > 12) {
            (true, false) => true,
            (false, true) => false,
            _ => continue,
        };
        if order.is_some_and(|order| order != here) {
            return None;
        }
        order = Some(here);
    }
    order
}

/// A date is not longer than this; what follows is not looked at.
const MAX_BYTES: usize = 120;

/// Seconds or milliseconds since 1970, in this century.
fn epoch(raw: &str) -> Option<Written> {
    if !raw.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = raw.parse().ok()?;
    let seconds = match raw.len() {
        10 => number,
        13 => number / 1000,
        _ => return None,
    };
    instant(Timestamp::from_second(seconds).ok()?)
}

fn instant(at: Timestamp) -> Option<Written> {
    let at = Offset::UTC.to_datetime(at);
    let time = at.time().with().subsec_nanosecond(0).build().ok()?;
    Some(Written { date: at.date(), time: Some(time), offset: Some(Offset::UTC) })
}

/// A date from numbers. 24:00 is the end of the day; a leap second is the last one that clocks know.
fn written(
    (year, month, day): (i16, i8, i8),
    time: Option<(i8, i8, i8)>,
    offset: Option<Offset>,
) -> Option<Written> {
    let date = Date::new(year, month, day).ok()?;
    let Some((hour, minute, second)) = time else {
        return Some(Written { date, time: None, offset: None });
    };
    let (date, hour) = if hour == 24 && minute == 0 { (date.tomorrow().ok()?, 0) } else { (date, hour) };
    if second > 60 {
        return None;
    }
    let time = Time::new(hour, minute, second.min(59), 0).ok()?;
    Some(Written { date, time: Some(time), offset })
}

#[cfg(test)]
mod tests {
    use super::read_date;

    fn check(raw: &str, expected: &str) {
        let read = read_date(raw).map_or("none".to_owned(), |date| date.to_string());
        assert_eq!(read, expected, "{raw:?}");
    }

    #[test]
    fn forms_of_feeds() {
        check("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z");
        check("2024-05-01T10:00:00.123+02:00", "2024-05-01T10:00:00+02:00");
        check("2024-05-01T10:00:00+0200", "2024-05-01T10:00:00+02:00");
        check("2024-05-01 10:00", "2024-05-01T10:00:00");
        check("20240501T100000Z", "2024-05-01T10:00:00Z");
        check("20040105", "2004-01-05");
        check("2004-01", "2004-01-01");
        check("Wed, 01 May 2024 10:00:00 GMT", "2024-05-01T10:00:00Z");
        check("Wednesday, 1 May 24 10:00 EDT", "2024-05-01T10:00:00-04:00");
        check("Wed, 01 May 2024 24:00:00 +0000", "2024-05-02T00:00:00Z");
        check("Wed, 01 May 2024 23:59:60 +0000", "2024-05-01T23:59:59Z");
        check("01 May 2024 10:00:00 GMT+0100", "2024-05-01T10:00:00+01:00");
        check("Wed, 01 May 2024 10:00:00 CEST", "2024-05-01T10:00:00+02:00");
        check("Wed May  1 10:00:00 2024", "2024-05-01T10:00:00");
        check("Wed May 1 10:00:00 UTC 2024", "2024-05-01T10:00:00Z");
        check("1714557600", "2024-05-01T10:00:00Z");
    }

    #[test]
    fn forms_of_pages() {
        check("1 de mayo de 2024", "2024-05-01");
        check("mié, 1 may 2024 10:00", "2024-05-01T10:00:00");
        check("1. Mai 2024", "2024-05-01");
        check("May 1, 2024", "2024-05-01");
        check("May 1st, 2024 at 3:30 PM", "2024-05-01T15:30:00");
        check("2024年5月1日 10:00", "2024-05-01T10:00:00");
        check("2024/5/1", "2024-05-01");
        check("01.05.2024", "2024-05-01");
        check("31/05/2024", "2024-05-31");
    }

    #[test]
    fn what_is_no_date_or_has_two_readings_is_none() {
        for raw in ["03/04/2024", "yesterday", "", "2024-13-01", "99 May 2024", "hello 2024"] {
            check(raw, "none");
        }
    }
}
