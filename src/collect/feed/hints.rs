//! How often a feed changes, as it says itself: RSS `ttl`, `skipHours`, `skipDays`, and the
//! syndication module of RSS 1.0 (<https://web.resource.org/rss/1.0/modules/syndication/>).

use crate::model::UpdateHints;

/// A longer wait than a month is a mistake.
const MAX_MINUTES: u32 = 31 * 24 * 60;

/// Gathers hints from the elements of a channel, in the order of the document.
#[derive(Debug, Default)]
pub(super) struct Gatherer<'a> {
    /// The element that stands open, if it is one of ours.
    wanted: Option<Wanted>,
    hours: Vec<u8>,
    days: Vec<u8>,
    ttl: Option<u32>,
    period: Option<&'a str>,
    frequency: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
enum Wanted {
    Ttl,
    Hour,
    Day,
    Period,
    Frequency,
}

impl<'a> Gatherer<'a> {
    /// An element of the channel begins.
    pub(super) fn open(&mut self, local: &str) {
        self.wanted = match local {
            "ttl" => Some(Wanted::Ttl),
            "hour" => Some(Wanted::Hour),
            "day" => Some(Wanted::Day),
            "updatePeriod" => Some(Wanted::Period),
            "updateFrequency" => Some(Wanted::Frequency),
            _ => None,
        };
    }

    /// An element ends.
    pub(super) fn close(&mut self) {
        self.wanted = None;
    }

    /// The text of an element.
    pub(super) fn text(&mut self, text: &'a str) {
        let Some(wanted) = self.wanted else { return };
        let text = text.trim();
        match wanted {
            Wanted::Ttl => self.ttl = text.parse().ok(),
            Wanted::Hour => self.hours.extend(hour(text).filter(|_| self.hours.len() < 24)),
            Wanted::Day => self.days.extend(day(text).filter(|_| self.days.len() < 7)),
            Wanted::Period => self.period = Some(text),
            Wanted::Frequency => self.frequency = text.parse().ok(),
        }
    }

    /// What was gathered.
    pub(super) fn finish(self) -> UpdateHints {
        let minutes = self.ttl.or_else(|| {
            let period = match self.period?.to_ascii_lowercase().as_str() {
                "hourly" => 60,
                "daily" => 24 * 60,
                "weekly" => 7 * 24 * 60,
                "monthly" => 30 * 24 * 60,
                "yearly" => 365 * 24 * 60,
                _ => return None,
            };
            Some(period / self.frequency.unwrap_or(1).max(1))
        });
        let sorted = |mut list: Vec<u8>| {
            list.sort_unstable();
            list.dedup();
            list
        };
        UpdateHints {
            ttl_minutes: minutes.filter(|minutes| *minutes > 0).map(|m| m.min(MAX_MINUTES)),
            skip_hours: sorted(self.hours),
            skip_days: sorted(self.days),
        }
    }
}

/// RSS 0.91 counted to 24.
fn hour(text: &str) -> Option<u8> {
    text.parse().ok().filter(|hour| *hour <= 24).map(|hour: u8| hour % 24)
}

fn day(text: &str) -> Option<u8> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let start = text.get(..3)?.to_ascii_lowercase();
    DAYS.iter().position(|day| *day == start).and_then(|at| u8::try_from(at).ok())
}
