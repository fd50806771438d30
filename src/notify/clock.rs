//! Instants as the reader's clock shows them, and figures as the reader writes them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::Locale;
use crate::phrases;

/// A reader's clock.
pub struct Clock {
    zone: TimeZone,
    /// IANA name; `UTC` if the configured one is unknown.
    pub zone_name: String,
    locale: Locale,
}

impl Clock {
    /// A clock for an IANA zone.
    pub fn new(zone: &str, locale: Locale) -> Self {
        match TimeZone::get(zone) {
            Ok(known) => Self { zone: known, zone_name: zone.to_owned(), locale },
            Err(_) => Self { zone: TimeZone::UTC, zone_name: "UTC".to_owned(), locale },
        }
    }

    /// Date, time to the minute and the zone's abbreviation at that time.
    pub fn show(&self, at: Timestamp) -> String {
        let local = at.to_zoned_datetime(self.zone.clone());
        phrases::fill(
            "format.time",
            self.locale,
            &[
                ("day", &local.day().to_string()),
                ("month", &phrases::month(local.month(), self.locale)),
                ("year", &local.year().to_string()),
                ("clock", &local.strftime("%H:%M").to_string()),
                ("zone", &local.strftime("%Z").to_string()),
            ],
        )
    }
}

/// A figure with one decimal, or none where it is zero and `trim` is set.
pub fn decimal(value: f64, trim: bool, locale: Locale) -> String {
    let plain = format!("{value:.1}");
    let plain = if trim { plain.trim_end_matches(".0") } else { &plain };
    plain.replace('.', phrases::text("format.decimal_mark", locale))
}

/// A figure with its sign, as `+0.8` or `−1.2`.
pub fn signed(value: f64, locale: Locale) -> String {
    let sign = if value < 0.0 { '−' } else { '+' };
    format!("{sign}{}", decimal(value.abs(), false, locale))
}

/// A share of 1 in whole per cent, rounded down: 0.996 is not certainty.
pub fn percent(share: f64, locale: Locale) -> String {
    let whole = (share.clamp(0.0, 1.0) * 100.0 + 1e-9).floor();
    phrases::fill("format.percent", locale, &[("n", &format!("{whole:.0}"))])
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Clock, decimal, percent, signed};
    use crate::model::Locale;

    fn check(zone: &str, locale: Locale, shown: &str) {
        let at: Timestamp = "2026-07-01T22:05:59Z".parse().expect("instant");
        assert_eq!(Clock::new(zone, locale).show(at), shown, "{zone}");
    }

    #[test]
    fn instants_in_the_readers_zone() {
        check("Europe/Madrid", Locale::Es, "2 jul 2026, 00:05 CEST");
        check("America/New_York", Locale::En, "1 Jul 2026, 18:05 EDT");
        check("Asia/Shanghai", Locale::Zh, "2026年7月2日 06:05 CST");
        check("No/Where", Locale::En, "1 Jul 2026, 22:05 UTC");
    }

    #[test]
    fn figures_in_the_readers_hand() {
        assert_eq!(decimal(33.25, false, Locale::Es), "33,2");
        assert_eq!(decimal(35.0, true, Locale::Es), "35");
        assert_eq!(signed(-1.2, Locale::En), "−1.2");
        assert_eq!(percent(0.996, Locale::Es), "99 %");
        assert_eq!(percent(0.29, Locale::Zh), "29%");
    }
}
