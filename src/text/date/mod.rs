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
mod mail;
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
        .or_else(|| mail::read(raw))
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
    let (date, hour) =
        if hour == 24 && minute == 0 { (date.tomorrow().ok()?, 0) } else { (date, hour) };
    if second > 60 {
        return None;
    }
    let time = Time::new(hour, minute, second.min(59), 0).ok()?;
    Some(Written { date, time: Some(time), offset })
}

#[cfg(test)]
mod tests {
    use super::{DateContext, day_order, read_date, read_date_in};

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
    fn zones_and_clocks() {
        check("Wed, 01 May 2024 10:00:00 BST", "2024-05-01T10:00:00+01:00");
        check("Wed, 01 May 2024 10:00:00 GMT-05:00", "2024-05-01T10:00:00-05:00");
        check("Wed, 01 May 2024 10:00:00 UTC +2", "2024-05-01T10:00:00+02:00");
        check("Wed, 01 May 2024 10:00:00 Etc/GMT", "2024-05-01T10:00:00Z");
        check("Wed, 01 May 2024 10:00:00 +05:30", "2024-05-01T10:00:00+05:30");
        check("Wed, 01 May 2024 10:00:00 -0000", "2024-05-01T10:00:00Z");
        check("2024-05-01T24:00:00Z", "2024-05-02T00:00:00Z");
        check("2024-06-30T23:59:60Z", "2024-06-30T23:59:59Z");
        check("May 1, 2024 12:30 a.m.", "2024-05-01T00:30:00");
        check("1 mai 2024 à 10h30", "2024-05-01T10:30:00");
        check("1. Mai 2024, 10.30 Uhr", "2024-05-01T10:30:00");
        check("10:30 01.05.2024", "2024-05-01T10:30:00");
    }

    #[test]
    fn other_forms_of_iso_8601() {
        check("2024-W18-3T10:00:00Z", "2024-05-01T10:00:00Z");
        check("2024W183", "2024-05-01");
        check("2024-122", "2024-05-01");
        check("2024122T1000Z", "2024-05-01T10:00:00Z");
        check("20240501100000", "2024-05-01T10:00:00");
        check("2024-05-01t10:00:00z", "2024-05-01T10:00:00Z");
        check("2024-05-01 10:00:00.5 +0200", "2024-05-01T10:00:00+02:00");
        check("2024-05-01T10:00:00,123456789Z", "2024-05-01T10:00:00Z");
    }

    #[test]
    fn months_and_days_in_other_languages() {
        check("miércoles, 1 de mayo de 2024 10:00", "2024-05-01T10:00:00");
        check("mar. 5 mars 2024", "2024-03-05");
        check("mar, 05 mar 2024 10:00:00 +0100", "2024-03-05T10:00:00+01:00");
        check("Mittwoch, 1. Mai 2024", "2024-05-01");
        check("mercoledì 1 maggio 2024", "2024-05-01");
        check("quarta-feira, 1 de maio de 2024", "2024-05-01");
        check("14 juillet 2024", "2024-07-14");
        check("1 juin 2024", "2024-06-01");
        check("Πεμ, 05 Αυγ 2004 10:00:00 +0300", "2004-08-05T10:00:00+03:00");
        check("2004-július-13T9:15-03:00", "2004-07-13T09:15:00-03:00");
        check("1 мая 2024 г. 10:00", "2024-05-01T10:00:00");
        check("2024年5月1日 星期三 上午10:00", "2024-05-01T10:00:00");
        check("2024年05月01日(水) 15時30分", "2024-05-01T15:30:00");
        check("2024년 5월 1일 오후 3:30", "2024-05-01T15:30:00");
        check("2004-05-25 오후 11:23:17", "2004-05-25T23:23:17");
    }

    #[test]
    fn the_caller_may_know_more() {
        let read = |raw: &str, context: DateContext| {
            read_date_in(raw, context).map_or("none".to_owned(), |date| date.to_string())
        };
        let order =
            |day_first| DateContext { day_first: Some(day_first), ..DateContext::default() };
        assert_eq!(read("03/04/2024", order(true)), "2024-04-03");
        assert_eq!(read("03/04/2024 10:00", order(false)), "2024-03-04T10:00:00");
        assert_eq!(day_order(["03/04/2024", "3/13/2024"].into_iter()), Some(false));
        assert_eq!(day_order(["03/04/2024", "2024/05/13"].into_iter()), None);
        assert_eq!(day_order(["13/04/2024", "04/13/2024"].into_iter()), None);
        let cst = "Wed, 01 May 2024 10:00:00 CST";
        assert_eq!(read(cst, DateContext::default()), "2024-05-01T10:00:00-06:00");
        let china = DateContext { china: true, ..DateContext::default() };
        assert_eq!(read(cst, china), "2024-05-01T10:00:00+08:00");
        let now =
            DateContext { now: "2024-05-01T10:00:00Z".parse().ok(), ..DateContext::default() };
        for raw in [
            "2 hours ago",
            "hace 2 horas",
            "vor 2 Stunden",
            "il y a 2 heures",
            "há 2 horas",
            "2 ore fa",
            "2小时前",
            "2時間前",
            "2시간 전",
        ] {
            assert_eq!(read(raw, now), "2024-05-01T08:00:00Z", "{raw}");
            assert_eq!(read(raw, DateContext::default()), "none");
        }
        assert_eq!(read("ayer", now), "2024-04-30");
        assert_eq!(read("an hour ago", now), "2024-05-01T09:00:00Z");
    }

    #[test]
    fn what_is_no_date_or_has_two_readings_is_none() {
        for raw in [
            "03/04/2024",
            "yesterday",
            "",
            "2024-13-01",
            "99 May 2024",
            "hello 2024",
            "1 May",
            "10:00",
            "12",
            "May",
            "1.2.3.4",
            "2024-05-01T99:00Z",
            "2 hours ago",
        ] {
            check(raw, "none");
        }
    }
}
