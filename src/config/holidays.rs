//! `holidays = "…"`: which days are business days, by calendar. Plans name a calendar for their
//! deadlines in business days.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::value::Check;
use super::{Finding, TomlFile};
use crate::model::BusinessDays;

/// Days of one calendar beyond which something is wrong with it.
const MAX_DAYS: usize = 5_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHolidays {
    #[serde(default)]
    calendar: BTreeMap<String, RawCalendar>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCalendar {
    weekend: Option<Vec<Weekday>>,
    holidays: Spanned<Vec<Spanned<Datetime>>>,
    #[serde(default)]
    workdays: Vec<Spanned<Datetime>>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Weekday {
    Monday = 1,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// The calendars by name; none after findings.
pub(super) fn holidays(
    check: &mut Check<'_>,
    path: Option<&Spanned<PathBuf>>,
) -> Option<BTreeMap<String, BusinessDays>> {
    let Some(at) = path else { return Some(BTreeMap::new()) };
    let path = check.path(at.get_ref());
    if !path.is_file() {
        let what = format!("there is no file {}", path.display());
        check.error(at, what, "name the file that lists the holidays, seen from this file");
        return None;
    }
    let loaded =
        TomlFile::read(&path).map_err(|finding| vec![finding]).and_then(|file| read(&file));
    loaded.map_err(|findings| check.findings.extend(findings)).ok()
}

/// Reads calendars of holidays.
///
/// # Errors
/// What is no day; or the first place where the file is not TOML of this shape.
pub fn read(file: &TomlFile) -> Result<BTreeMap<String, BusinessDays>, Vec<Finding>> {
    let raw: RawHolidays = file.parse().map_err(|finding| vec![finding])?;
    let mut findings = Vec::new();
    let mut calendars = BTreeMap::new();
    for (name, raw) in raw.calendar {
        if raw.holidays.get_ref().len() > MAX_DAYS {
            let what = format!("more than {MAX_DAYS} holidays");
            findings.push(file.error(raw.holidays.span(), what, "keep the years that matter"));
        }
        let usual = BusinessDays::default();
        let weekend = raw.weekend.map(|days| days.into_iter().map(|day| day as i8).collect());
        let days = BusinessDays {
            weekend: weekend.unwrap_or(usual.weekend),
            holidays: days(file, raw.holidays.get_ref(), &mut findings),
            workdays: days(file, &raw.workdays, &mut findings),
        };
        calendars.insert(name, days);
    }
    if findings.is_empty() { Ok(calendars) } else { Err(findings) }
}

fn days(file: &TomlFile, raw: &[Spanned<Datetime>], findings: &mut Vec<Finding>) -> BTreeSet<Date> {
    let day = |day: &Spanned<Datetime>| {
        let whole = day.get_ref().time.is_none();
        let read = Date::from_str(&day.get_ref().to_string()).ok().filter(|_| whole);
        if read.is_none() {
            let remedy = "write it as 2026-12-25, without a time";
            findings.push(file.error(day.span(), "not a day", remedy));
        }
        read
    };
    raw.iter().filter_map(day).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::read;
    use crate::config::TomlFile;

    #[test]
    fn the_example_reads() {
        let text = include_str!("../../config/holidays.toml");
        let calendars = read(&TomlFile::new("holidays.toml", text)).expect("no findings");
        assert!(!calendars["ES"].is_one(date(2026, 12, 25)));
        assert!(calendars["CN"].is_one(date(2026, 10, 10)), "a Saturday that is worked");
        assert!(calendars.keys().eq(["CN", "ES", "GB", "MX"]));
    }

    #[test]
    fn what_is_no_day_is_told_with_its_place() {
        let text = "[calendar.ES]\nholidays = [\n  2026-12-25,\n  2026-12-26T10:00:00,\n]\n";
        let findings = read(&TomlFile::new("h", text)).expect_err("a time");
        assert_eq!((findings[0].line, findings.len()), (4, 1));
        let text = "[calendar.ES]\nholidays = []\nweekends = [\"friday\"]\n";
        let findings = read(&TomlFile::new("h", text)).expect_err("a key");
        assert_eq!(findings[0].remedy, "did you mean `weekend`?");
    }
}
