//! The date of mail and most feeds (RFC 5322 §3.3), exactly as it should be written. All else is left
//! to the reader of words, which reads this form too, several times slower.

use jiff::tz::Offset;

use super::{Written, iso, written};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Reads `Wed, 01 May 2024 10:00:00 +0200`, or `GMT` in place of the zone.
pub(super) fn read(raw: &str) -> Option<Written> {
    let (weekday, rest) = raw.split_at_checked(3)?;
    let rest = rest.strip_prefix(", ").filter(|_| DAYS.contains(&weekday))?;
    let (date, rest) = rest.split_at_checked("01 May 2024".len())?;
    let (time, zone) = rest.strip_prefix(' ')?.split_at_checked("10:00:00".len())?;
    let month = MONTHS.iter().position(|name| date.get(3..6) == Some(name))?;
    let spaces = [date.as_bytes()[2], date.as_bytes()[6], time.as_bytes()[2], time.as_bytes()[5]];
    if spaces != *b"  ::" {
        return None;
    }
    let date = (number(date.get(7..)?)?, i8::try_from(month).ok()? + 1, two(date.get(..2)?)?);
    let time = (two(time.get(..2)?)?, two(time.get(3..5)?)?, two(time.get(6..)?)?);
    let zone = zone.strip_prefix(' ')?;
    let offset = if zone == "GMT" {
        Offset::UTC
    } else {
        iso::numeric_zone(Some(zone).filter(|zone| zone.len() == 5)?)?
    };
    written(date, Some(time), Some(offset))
}

fn two(digits: &str) -> Option<i8> {
    number(digits).and_then(|number| i8::try_from(number).ok())
}

fn number(digits: &str) -> Option<i16> {
    Some(digits).filter(|text| text.bytes().all(|c| c.is_ascii_digit()))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::{DateContext, words};
    use super::read;

    #[test]
    fn it_reads_what_the_reader_of_words_reads() {
        for raw in [
            "Wed, 01 May 2024 10:00:00 +0200",
            "Thu, 31 Dec 2026 24:00:00 GMT",
            "Mon, 23 Nov 2026 23:59:60 -0330",
            "Sun, 29 Feb 2032 00:00:00 GMT",
        ] {
            let read = read(raw);
            assert!(read.is_some(), "{raw}");
            assert_eq!(read, words::read(raw, DateContext::default()), "{raw}");
        }
        for raw in ["Wed, 1 May 2024 10:00:00 GMT", "Wed, 01 May 2024 10:00 GMT", "Miércoles"] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }
}
