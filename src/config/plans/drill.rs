//! The `[drill]` table of a plan: whom a drill may reach, what it aims at, when it comes by surprise.

use jiff::SignedDuration;
use jiff::civil::Time;

use super::raw::{RawDay, RawDrill};
use super::report::Report;
use crate::model::{DrillSchedule, DrillSettings};

/// Builds the settings; they may be used only if `report` holds no error in the end.
pub fn settings(raw: &RawDrill, report: &mut Report<'_>) -> DrillSettings {
    let targets = raw.targets.iter().map(|(key, target)| (key.clone(), report.clock(target)));
    DrillSettings {
        prefix: raw.prefix.clone(),
        allow_recipients: raw.allow_recipients.get_ref().clone(),
        targets: targets.collect(),
        allow_channels: raw.allow_channels.iter().map(|id| id.get_ref().clone()).collect(),
        schedule: schedule(raw, report),
    }
}

fn schedule(raw: &RawDrill, report: &mut Report<'_>) -> Option<DrillSchedule> {
    let Some(every) = &raw.every else {
        if let Some(scenario) = &raw.scenario {
            let remedy = "write how often: every = \"6mo\", or take the scenario out";
            report.warning(scenario.span(), "a scenario for drills that never come", remedy);
        }
        return None;
    };
    let Some(scenario) = &raw.scenario else {
        let remedy = "write which: scenario = \"…\", a file of the directory `scenarios`";
        report.error(every.span(), "drills by surprise without a scenario", remedy);
        return None;
    };
    let (mut from, mut until) = (Time::constant(9, 0, 0, 0), Time::constant(18, 0, 0, 0));
    if let Some(hours) = &raw.hours {
        let ends = hours.get_ref().split_once('-');
        let read = ends.and_then(|(from, until)| {
            let time = |text: &str| text.trim().parse::<Time>().ok();
            Some((time(from)?, time(until)?)).filter(|(from, until)| from < until)
        });
        if let Some(read) = read {
            (from, until) = read;
        } else {
            let what = format!("`{}` are no hours of a day", hours.get_ref());
            report.error(hours.span(), what, "write hours = \"09:00-18:00\"");
        }
    }
    let weekdays = vec![RawDay::Mon, RawDay::Tue, RawDay::Wed, RawDay::Thu, RawDay::Fri];
    let days = raw.days.clone().filter(|days| !days.is_empty()).unwrap_or(weekdays);
    let day = SignedDuration::from_hours(24);
    Some(DrillSchedule {
        every: report.notation(every),
        from,
        until,
        days: days.into_iter().map(|day| day as i8).collect(),
        told: raw.told.iter().map(|id| id.get_ref().clone()).collect(),
        told_before: report.optional_clock(raw.told_before.as_ref()).unwrap_or(day),
        scenario: scenario.get_ref().clone(),
    })
}
