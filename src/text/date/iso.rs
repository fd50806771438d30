//! ISO 8601 and RFC 3339, by position: the form that most feeds use, and the rarer ones.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::Offset;

use super::{Written, written};

/// `2024-05-01T10:00:00Z`, with a space or small letters, a fraction, any numeric zone, or none.
pub(super) fn common(raw: &str) -> Option<Written> {
    let bytes = raw.as_bytes();
    let date = (number(bytes, 0, 4)?, two(bytes, 5)?, two(bytes, 8)?);
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T' | b't' | b' ', ..] = bytes else { return None };
    let (hour, minute) = (two(bytes, 11)?, two(bytes, 14)?);
    if bytes.get(13) != Some(&b':') {
        return None;
    }
    let (second, at) = match bytes.get(16) {
        Some(b':') => (two(bytes, 17)?, 19),
        _ => (0, 16),
    };
    let rest = raw.get(at..)?;
    let fraction = rest.strip_prefix(['.', ',']);
    let rest = fraction.map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let offset = match rest.trim_start() {
        "" => None,
        "Z" | "z" => Some(Offset::UTC),
        zone => Some(numeric_zone(zone)?),
    };
    written(date, Some((hour, minute, second)), offset)
}

/// `20240501`, `20240501T100000Z`, `2024-05`, `2024`, `2024-W18-3`, `2024-122`, `2024122`.
pub(super) fn other(raw: &str) -> Option<Written> {
    let (date, time) =
        raw.split_once(['T', 't']).map_or((raw, None), |(date, time)| (date, Some(time)));
    let (date, time) = match date.split_once(' ') {
        Some((date, clock)) if time.is_none() => (date, Some(clock)),
        _ => (date, time),
    };
    let bytes = date.as_bytes();
    let ymd = match *bytes {
        [_, _, _, _, b'-', b'W', ..] | [_, _, _, _, b'W', ..] => week(date)?,
        [_, _, _, _] => (number(bytes, 0, 4)?, 1, 1),
        [_, _, _, _, b'-', _, _] => (number(bytes, 0, 4)?, two(bytes, 5)?, 1),
        [_, _, _, _, b'-', _, _, _] => ordinal(number(bytes, 0, 4)?, number(bytes, 5, 3)?)?,
        [_, _, _, _, _, _, _] => ordinal(number(bytes, 0, 4)?, number(bytes, 4, 3)?)?,
        [_, _, _, _, _, _, _, _] => (number(bytes, 0, 4)?, two(bytes, 4)?, two(bytes, 6)?),
        [_, _, _, _, _, _, _, _, _, _, _, _, _, _] if time.is_none() => {
            let clock = (two(bytes, 8)?, two(bytes, 10)?, two(bytes, 12)?);
            return written(
                (number(bytes, 0, 4)?, two(bytes, 4)?, two(bytes, 6)?),
                Some(clock),
                None,
            );
        }
        _ => return None,
    };
    let Some(time) = time else { return written(ymd, None, None) };
    let end = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(end);
    let offset = match zone {
        "" => None,
        "Z" | "z" => Some(Offset::UTC),
        zone => Some(numeric_zone(zone)?),
    };
    let clock = clock.split(['.', ',']).next()?;
    let digits: Vec<u8> = clock.bytes().filter(|byte| *byte != b':').collect();
    let second = if digits.len() == 6 { two(&digits, 4)? } else { 0 };
    if !matches!(digits.len(), 2 | 4 | 6) {
        return None;
    }
    let minute = if digits.len() > 2 { two(&digits, 2)? } else { 0 };
    written(ymd, Some((two(&digits, 0)?, minute, second)), offset)
}

fn week(date: &str) -> Option<(i16, i8, i8)> {
    let digits: Vec<u8> = date.bytes().filter(u8::is_ascii_digit).collect();
    if !matches!(digits.len(), 6 | 7) {
        return None;
    }
    let day = if digits.len() == 7 { number(&digits, 6, 1)? } else { 1 };
    let day = Weekday::from_monday_one_offset(i8::try_from(day).ok()?).ok()?;
    let date: Date = ISOWeekDate::new(number(&digits, 0, 4)?, two(&digits, 4)?, day).ok()?.date();
    Some((date.year(), date.month(), date.day()))
}

fn ordinal(year: i16, day: i16) -> Option<(i16, i8, i8)> {
    let first = Date::new(year, 1, 1).ok()?;
    let date = first.with().day_of_year(day).build().ok()?;
    Some((date.year(), date.month(), date.day()))
}

/// `+02:00`, `+0200`, `-5`, `+5:30`.
pub(super) fn numeric_zone(zone: &str) -> Option<Offset> {
    let (sign, digits) = match zone.as_bytes().first()? {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None => digits
            .split_at_checked(digits.len().saturating_sub(2))
            .filter(|_| digits.len() > 2)
            .unwrap_or((digits, "0")),
    };
    let part = |text: &str| {
        let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if is_number { text.parse::<i32>().ok() } else { None }
    };
    let (hours, minutes) = (part(hours)?, part(minutes)?);
    Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok().filter(|_| minutes < 60)
}

fn two(bytes: &[u8], at: usize) -> Option<i8> {
    i8::try_from(number(bytes, at, 2)?).ok()
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<i16> {
    let digits = bytes.get(at..at + length)?;
    digits.iter().try_fold(0_i16, |sum, digit| {
        let value = digit.is_ascii_digit().then(|| i16::from(digit - b'0'))?;
        sum.checked_mul(10)?.checked_add(value)
    })
}
