//! Who can be told and can hold a role: `[person."elena.ruiz"]` tables, shared by all plans.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::build::day;
use super::raw::Text;
use super::report::Report;
use crate::config::calendars::read_clock;
use crate::config::{Finding, TomlFile};
use crate::model::{Hours, Level, Locale, Person, QuietHours};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeople {
    #[serde(default)]
    person: BTreeMap<String, RawPerson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPerson {
    name: Text,
    email: Option<Text>,
    language: Option<Locale>,
    time_zone: Option<Text>,
    unit: Option<Text>,
    checked_on: Option<Spanned<Datetime>>,
    quiet: Option<Spanned<RawQuiet>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuiet {
    from: Text,
    to: Text,
    below: Spanned<Level>,
}

/// Reads people, by their names in configuration. Who states no language or zone has the defaults.
///
/// # Errors
/// All findings: bad mail addresses, unknown time zones, empty names, quiet hours that are none; or the first place where
/// the file is not TOML of this shape.
pub fn load_people(
    file: &TomlFile,
    default_locale: Locale,
    default_time_zone: &str,
) -> Result<BTreeMap<String, Person>, Vec<Finding>> {
    let raw: RawPeople = file.parse().map_err(|finding| vec![finding])?;
    let mut report = Report::new(file);
    let mut people = BTreeMap::new();
    for (id, raw) in raw.person {
        check(&raw, &mut report);
        let quiet = raw.quiet.as_ref().and_then(|quiet| quiet_hours(quiet, &mut report));
        let checked_on = raw.checked_on.as_ref().and_then(|date| day(date, &mut report));
        let zone = raw.time_zone.map_or_else(|| default_time_zone.to_owned(), Text::into_inner);
        let person = Person {
            id: id.clone(),
            name: raw.name.into_inner(),
            email: raw.email.map(Text::into_inner),
            locale: raw.language.unwrap_or(default_locale),
            time_zone: zone,
            unit: raw.unit.map(|unit| unit.into_inner().trim().to_owned()),
            checked_on,
            quiet,
        };
        people.insert(id, person);
    }
    report.finish(people).map(|(people, _)| people)
}

fn quiet_hours(raw: &Spanned<RawQuiet>, report: &mut Report<'_>) -> Option<QuietHours> {
    let RawQuiet { from, to, below } = raw.get_ref();
    let mut clock = |text: &Text| {
        let time = read_clock(text.get_ref());
        if time.is_none() {
            let what = format!("`{}` is not a time of the day", text.get_ref());
            report.error(text.span(), what, "write hours and minutes: \"22:00\"");
        }
        time
    };
    let (from, to) = (clock(from), clock(to));
    let hours = Hours { from: from?, to: to? };
    if hours.from == hours.to {
        report.error(raw.span(), "these hours begin when they end", "write two different times");
    }
    if *below.get_ref() == Level::Blue {
        let what = "nothing is below blue, so these hours would keep nothing back";
        report.error(below.span(), what, "write `below = \"orange\"`, or remove `quiet`");
    }
    Some(QuietHours { hours, below: *below.get_ref() })
}

fn check(raw: &RawPerson, report: &mut Report<'_>) {
    if raw.name.get_ref().trim().is_empty() {
        report.error(raw.name.span(), "the name is empty", "write it as messages should greet");
    }
    if let Some(email) = &raw.email
        && email.get_ref().parse::<lettre::Address>().is_err()
    {
        let what = format!("`{}` is not a mail address", email.get_ref());
        report.error(email.span(), what, "write it as name@example.org");
    }
    if let Some(unit) = &raw.unit
        && unit.get_ref().trim().is_empty()
    {
        report.error(unit.span(), "the unit is empty", "write where they work, or remove `unit`");
    }
    if let Some(zone) = &raw.time_zone
        && TimeZone::get(zone.get_ref()).is_err()
    {
        let what = format!("`{}` is not a time zone", zone.get_ref());
        report.error(zone.span(), what, "write an IANA name such as \"America/Mexico_City\"");
    }
}

#[cfg(test)]
mod tests {
    use super::load_people;
    use crate::config::TomlFile;
    use crate::model::Locale;

    const PEOPLE: &str = include_str!("../../../config/people.toml");

    #[test]
    fn the_example_reads() {
        let people = load_people(&TomlFile::new("people.toml", PEOPLE), Locale::Es, "UTC");
        let people = people.expect("no findings");
        let locales: std::collections::BTreeSet<_> = people.values().map(|p| p.locale).collect();
        assert_eq!(locales.len(), 3, "readers of es, en and zh");
        assert!(people.values().all(|p| p.email.is_some()));
    }

    #[test]
    fn defaults_fill_what_is_not_stated() {
        let file = TomlFile::new("p", "[person.\"a.b\"]\nname = \"A\"");
        let people = load_people(&file, Locale::Zh, "Asia/Shanghai").expect("no findings");
        let person = &people["a.b"];
        assert_eq!((person.locale, person.time_zone.as_str()), (Locale::Zh, "Asia/Shanghai"));
    }

    #[test]
    fn the_day_of_the_last_confirmation_is_a_day() {
        let checked = |day: &str| {
            let text = format!("[person.a]\nname = \"A\"\nchecked_on = {day}\n");
            load_people(&TomlFile::new("p", &text), Locale::En, "UTC")
        };
        let people = checked("2026-09-01").expect("good");
        assert_eq!(people["a"].checked_on, Some(jiff::civil::date(2026, 9, 1)));
        assert_eq!(checked("10:00:00").expect_err("a time")[0].line, 3);
    }

    #[test]
    fn quiet_hours_are_read_and_checked() {
        let quiet = |text: &str| {
            let text = format!("[person.a]\nname = \"A\"\nquiet = {{ {text} }}\n");
            load_people(&TomlFile::new("p", &text), Locale::En, "UTC")
        };
        let people = quiet("from = \"22:00\", to = \"07:30\", below = \"orange\"").expect("good");
        let found = people["a"].quiet.expect("quiet hours");
        assert_eq!((found.hours.from.hour(), found.hours.to.minute()), (22, 30));
        for bad in [
            "from = \"22\", to = \"07:30\", below = \"red\"",
            "from = \"24:00\", to = \"07:30\", below = \"red\"",
            "from = \"7:30\", to = \"22:00\", below = \"red\"",
            "from = \"07:30\", to = \"07:30\", below = \"red\"",
            "from = \"22:00\", to = \"07:30\", below = \"blue\"",
            "from = \"22:00\", to = \"07:30\"",
        ] {
            assert_eq!(quiet(bad).expect_err(bad)[0].line, 3, "{bad}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_with_its_place() {
        let text = "[person.a]\nname = \" \"\nemail = \"a at b\"\ntime_zone = \"Europe/Madri\"\n";
        let findings = load_people(&TomlFile::new("p", text), Locale::En, "UTC").expect_err("bad");
        let lines: Vec<_> = findings.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [2, 3, 4]);
        let text = "[person.a]\nname = \"A\"\nemial = \"a@b.example\"\n";
        let findings = load_people(&TomlFile::new("p", text), Locale::En, "UTC").expect_err("bad");
        assert_eq!(findings[0].remedy, "did you mean `email`?");
    }
}
