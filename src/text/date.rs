//! Dates as publishers write them: RFC 3339 and RFC 9110 (RFC 822) with the mistakes of the field,
//! ISO 8601 in its other forms, C's `ctime`, Spanish and Chinese spellings, epoch seconds.
//!
//! Reads, never guesses: `03/04/2024` has two readings and is left alone. A time without a zone is UTC.

use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use regex::{Captures, Regex};

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

/// Reads a date; text around it other than the day of the week is not tolerated, except after it.
#[must_use]
pub fn read_date(raw: &str) -> Option<Written> {
    let raw = raw.trim();
    let raw = raw.get(..120).unwrap_or(raw);
    iso(raw)
        .or_else(|| day_first(raw))
        .or_else(|| month_first(raw))
        .or_else(|| chinese(raw))
        .or_else(|| dotted(raw))
        .or_else(|| epoch(raw))
}

/// Hours, minutes, seconds and a zone, as every form ends.
const CLOCK: &str = r"(?:(?P<h>\d{1,2})[:.h时](?P<m>\d{2})(?:[:.分](?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<ampm>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>[Zz]\b|(?:GMT|UTC|UT)?\s?[+-]\d{1,2}:?\d{2}|(?:GMT|UTC|UT)?[+-]\d{1,2}\b|[A-Z]{1,5}\b)?)?";

fn pattern(head: &str) -> Option<Regex> {
    Regex::new(&format!("{head}{CLOCK}")).ok()
}

/// `2024-05-01T10:00:00Z`, `2024-05-01 10:00`, `20240501`, `2024/5/1`, `2024-05`, `2024`.
fn iso(raw: &str) -> Option<Written> {
    static FULL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(r"^(?P<y>\d{4})(?:-|/|\.)(?P<mo>\d{1,2})(?:-|/|\.)(?P<d>\d{1,2})(?:[T\s,]+|$|\b)")
    });
    static COMPACT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?P<y>\d{4})(?P<mo>\d{2})(?P<d>\d{2})(?:[T ]?(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?$").ok()
    });
    static SHORT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?P<y>\d{4})(?:-(?P<mo>\d{2}))?$").ok());
    let found = FULL.as_ref()?.captures(raw);
    let found = found.or_else(|| COMPACT.as_ref()?.captures(raw));
    let found = found.or_else(|| SHORT.as_ref()?.captures(raw))?;
    let month = found.name("mo").map_or(Some(1), |month| month.as_str().parse().ok())?;
    written(&found, month)
}

/// `Wed, 01 May 2024 10:00:00 +0200`, `1 de mayo de 2024`.
fn day_first(raw: &str) -> Option<Written> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:\p{L}+\.?,?\s*)?(?P<d>\d{1,2})(?:st|nd|rd|th|\.|º)?(?:\s+de)?[\s-]+(?P<name>\p{L}{3,})\.?,?(?:\s+del?)?[\s-]+(?P<y>\d{4}|\d{2})(?:[T\s,-]+|$)(?-i)(?:at\s+|a las\s+)?",
        )
    });
    let found = FORM.as_ref()?.captures(raw)?;
    written(&found, month(found.name("name")?.as_str())?)
}

/// `May 1, 2024 10:00 AM`, `Wed May  1 10:00:00 UTC 2024`.
fn month_first(raw: &str) -> Option<Written> {
    static PLAIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"^(?:\p{L}+\.?,?\s+)?(?P<name>\p{L}{3,})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})(?:[T\s,-]+|$)(?:at\s+|-\s+)?",
        )
    });
    static CTIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^\p{L}+\.?,?\s+(?P<name>\p{L}{3,})\s+(?P<d>\d{1,2})\s+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?\s+(?P<zone>[A-Z]{1,5}|[+-]\d{4})?\s*(?P<y>\d{4})").ok()
    });
    let found = PLAIN.as_ref()?.captures(raw);
    let found = found.or_else(|| CTIME.as_ref()?.captures(raw))?;
    written(&found, month(found.name("name")?.as_str())?)
}

/// `2024年5月1日 10:00`.
fn chinese(raw: &str) -> Option<Written> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"^(?P<y>\d{4})\s*[年년]\s*(?P<mo>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일号]\s*(?:[(（]?(?:星期|周|曜)?[一二三四五六日天月火水木金土][)）]?\s*)?",
        )
    });
    let found = FORM.as_ref()?.captures(raw)?;
    written(&found, found.name("mo")?.as_str().parse().ok()?)
}

/// `01.05.2024 10:00`, and with slashes where only one reading exists.
fn dotted(raw: &str) -> Option<Written> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"^(?:\p{L}+\.?,\s*)?(?P<d>\d{1,2})(?P<sep>[./-])(?P<mo>\d{1,2})[./-](?P<y>\d{4})(?:[T\s,-]+|$)",
        )
    });
    let found = FORM.as_ref()?.captures(raw)?;
    let day: i8 = found.name("d")?.as_str().parse().ok()?;
    let month: i8 = found.name("mo")?.as_str().parse().ok()?;
    let certain = &found["sep"] == "." || day > 12 || day == month;
    certain.then(|| written(&found, month))?
}

/// Seconds or milliseconds since 1970, in this century.
fn epoch(raw: &str) -> Option<Written> {
    let number: i64 = raw.parse().ok()?;
    let seconds = match raw.len() {
        10 => number,
        13 => number / 1000,
        _ => return None,
    };
    let at = Offset::UTC.to_datetime(Timestamp::from_second(seconds).ok()?);
    Some(Written { date: at.date(), time: Some(at.time()), offset: Some(Offset::UTC) })
}

fn written(found: &Captures<'_>, month: i8) -> Option<Written> {
    let number = |name: &str| found.name(name).map(|part| part.as_str().parse::<i16>());
    let year = match number("y")?.ok()? {
        year @ 0..=68 if found["y"].len() == 2 => 2000 + year,
        year @ 69..=99 if found["y"].len() == 2 => 1900 + year,
        year => year,
    };
    let day = number("d").map_or(Ok(1), |day| day).ok()?;
    let date = Date::new(year, month, i8::try_from(day).ok()?).ok()?;
    let Some(Ok(hour)) = number("h") else {
        return Some(Written { date, time: None, offset: None });
    };
    let afternoon = found.name("ampm").map(|half| half.as_str().starts_with(['p', 'P']));
    let hour = match (hour, afternoon) {
        (12, Some(false)) => 0,
        (1..=11, Some(true)) => hour + 12,
        _ => hour,
    };
    let part = |name: &str| number(name).and_then(Result::ok).unwrap_or(0);
    // 24:00 is the end of the day; a leap second is the last one that clocks know.
    let (date, hour) = if hour == 24 { (date.tomorrow().ok()?, 0) } else { (date, hour) };
    let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(part("m")).ok()?);
    let time = Time::new(hour, minute, i8::try_from(part("s").min(59)).ok()?, 0).ok()?;
    let offset = found.name("zone").and_then(|zone| zone_offset(zone.as_str()));
    Some(Written { date, time: Some(time), offset })
}

/// Abbreviations that have one meaning in feeds (RFC 822 §5.1 and the common European and Asian ones).
fn zone_offset(zone: &str) -> Option<Offset> {
    let minutes = match zone.to_ascii_uppercase().as_str() {
        "Z" | "GMT" | "UT" | "UTC" | "WET" => 0,
        "EST" | "CDT" | "COT" | "PET" => -300,
        "EDT" | "CLT" => -240,
        "CST" | "MDT" => -360,
        "MST" | "PDT" => -420,
        "PST" => -480,
        "CET" | "MEZ" | "BST" | "WEST" => 60,
        "CEST" | "MESZ" | "EET" => 120,
        "EEST" | "MSK" => 180,
        "IST" => 330,
        "HKT" | "SGT" => 480,
        "JST" | "KST" => 540,
        "ART" | "BRT" | "CLST" => -180,
        number => numeric_zone(number)?,
    };
    Offset::from_seconds(minutes * 60).ok()
}

fn numeric_zone(zone: &str) -> Option<i32> {
    let number = zone.trim_start_matches(|c: char| c.is_alphabetic() || c == ' ');
    let (sign, digits) = match number.split_at_checked(1)? {
        ("+", digits) => (1, digits.replace(':', "")),
        ("-", digits) => (-1, digits.replace(':', "")),
        _ => return None,
    };
    let value: i32 = digits.parse().ok()?;
    let minutes = if digits.len() <= 2 { value * 60 } else { value / 100 * 60 + value % 100 };
    Some(sign * minutes)
}

/// English, Spanish, French, German, Italian and Portuguese month names by their first letters.
fn month(name: &str) -> Option<i8> {
    const STARTS: [&[&str]; 12] = [
        &["jan", "ene", "gen", "jän"],
        &["feb", "fév", "fev"],
        &["mar", "mär", "mrz"],
        &["apr", "abr", "avr"],
        &["may", "mai", "mag"],
        &["jun", "juin", "giu"],
        &["jul", "juil", "lug"],
        &["aug", "ago", "aoû"],
        &["sep", "set"],
        &["oct", "okt", "ott", "out"],
        &["nov"],
        &["dec", "dic", "dez", "déc"],
    ];
    let name = name.to_lowercase();
    let found = STARTS.iter().position(|starts| starts.iter().any(|start| name.starts_with(start)));
    i8::try_from(found? + 1).ok()
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
