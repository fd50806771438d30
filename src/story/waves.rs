//! Whether what comes in about one thing is a wave: more than its own past lets expect, by the test of
//! [`super::bursts`].

use super::bursts::{History, bursts};

/// Hours of the past below which nothing is usual yet.
const YOUNG: usize = 48;
/// While nothing is usual, a wave takes so many times the least number.
const YOUNG_FACTOR: u32 = 2;
/// Of all things that are looked at, one that is told by chance in so many looks.
const RATE: f64 = 0.001;

/// Counts about one thing by hour, oldest first; the last `recent` hours are the present.
#[derive(Debug, Clone, Copy)]
pub struct Inflow<'a> {
    /// About all things of its kind.
    pub totals: &'a [u32],
    /// About it; as many as the totals.
    pub hours: &'a [u32],
    /// Hours of the present.
    pub recent: usize,
    /// Counts in the present from which there can be a wave.
    pub least: u32,
    /// How many things of the kind are looked at.
    pub kinds: usize,
}

/// What an inflow would be without a wave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual(pub Option<f64>);

/// Whether it is a wave, and what is usual; that is none while the past is too short to say.
#[must_use]
pub fn wave(inflow: Inflow<'_>) -> Option<Usual> {
    let Inflow { totals, hours, recent, least, kinds } = inflow;
    let past = hours.len().saturating_sub(recent);
    let seen: u32 = hours.iter().skip(past).sum();
    if seen < least {
        return None;
    }
    if past < YOUNG {
        return (seen >= least.saturating_mul(YOUNG_FACTOR)).then_some(Usual(None));
    }
    let history = [History { name: "", hours }];
    let rate = RATE / kinds.max(1) as f64;
    let found = bursts(totals, &history, recent, rate, 1);
    found.first().map(|burst| Usual(Some(burst.expected)))
}

#[cfg(test)]
mod tests {
    use super::{Inflow, Usual, wave};

    fn inflow(hours: &[u32], least: u32) -> Option<Usual> {
        wave(Inflow { totals: hours, hours, recent: 2, least, kinds: 20 })
    }

    /// One complaint every other hour for three weeks, and then …
    fn after(usual: u32, now: [u32; 2]) -> Vec<u32> {
        (0..504).map(|hour| usual * u32::from(hour % 2 == 0)).chain(now).collect()
    }

    #[test]
    fn a_wave_is_more_than_its_own_past() {
        let Some(Usual(Some(usual))) = inflow(&after(1, [8, 15]), 10) else { panic!("a wave") };
        assert!((0.5..1.5).contains(&usual), "{usual}");
        assert_eq!(inflow(&after(1, [4, 5]), 10), None, "too few");
        assert_eq!(inflow(&after(20, [10, 12]), 10), None, "that is usual here");
        assert!(
            inflow(&after(0, [6, 6]), 10).is_some(),
            "a branch of which nothing was ever heard"
        );
    }

    /// As many as on each Monday morning of a quarter: what is rare is believed slowly.
    #[test]
    fn the_hour_of_the_week_is_usual() {
        let monday = |hour: u32| if hour % 168 < 2 { 60 } else { u32::from(hour % 24 == 9) };
        let hours: Vec<u32> = (0..12 * 168 + 2).map(monday).collect();
        assert_eq!(inflow(&hours, 10), None);
        let sunday: Vec<u32> = hours[..12 * 168 - 24].iter().copied().chain([60, 60]).collect();
        assert!(inflow(&sunday, 10).is_some());
    }

    #[test]
    fn a_young_record_takes_twice_as_many() {
        assert_eq!(inflow(&[0, 6, 6], 10), None);
        assert_eq!(inflow(&[0, 10, 10], 10), Some(Usual(None)));
    }
}
