//! How often a channel is written to: so many messages at once, then one a gap (the generic cell rate
//! algorithm, ITU-T I.371 annex A); and rests that a receiver asked for.

use std::time::Duration;

use tokio::time::Instant;

/// The allowance of one channel.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    gap: Duration,
    burst: u32,
    /// When the whole burst is there again.
    whole_at: Instant,
    rests_until: Instant,
}

impl Pace {
    /// A channel of which nobody knows how much it took before: a burst has to be earned.
    pub fn new(gap: Duration, burst: u32, now: Instant) -> Self {
        let earned = gap.saturating_mul(burst.saturating_sub(1));
        Self { gap, burst, whole_at: now + earned, rests_until: now }
    }

    /// The same past under what the configuration says now.
    pub fn under(self, gap: Duration, burst: u32) -> Self {
        Self { gap, burst, ..self }
    }

    /// When the next message may go; in the past if it may go now.
    pub fn next(&self) -> Instant {
        let burst = self.gap.saturating_mul(self.burst.saturating_sub(1));
        let allowed = self.whole_at.checked_sub(burst).unwrap_or(self.whole_at);
        allowed.max(self.rests_until)
    }

    /// A message goes.
    pub fn went(&mut self, now: Instant) {
        self.whole_at = self.whole_at.max(now) + self.gap;
    }

    /// The receiver wants no message until then.
    pub fn rest(&mut self, until: Instant) {
        self.rests_until = self.rests_until.max(until);
    }

    /// How many messages may go until `until`, at most `most`; at least one if any may.
    pub fn room(&self, until: Instant, most: u32) -> u32 {
        let mut pace = self.clone();
        let mut room = 0;
        while room < most && pace.next() <= until {
            let at = pace.next();
            pace.went(at);
            room += 1;
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use tokio::time::Instant;

    use super::Pace;

    const GAP: Duration = Duration::from_secs(2);

    #[test]
    fn a_burst_has_to_be_earned_and_is_spent_once() {
        let start = Instant::now();
        let mut pace = Pace::new(GAP, 3, start);
        assert_eq!(pace.room(start, 8), 1);
        assert_eq!(pace.room(start + GAP * 2, 8), 3);
        let later = start + GAP * 10;
        for sent in 0..3 {
            assert!(pace.next() <= later, "message {sent} of the burst");
            pace.went(later);
        }
        assert_eq!(pace.next(), later + GAP);
        assert_eq!(pace.room(later + GAP * 4, 8), 4);
    }

    #[test]
    fn who_asks_for_a_rest_gets_it() {
        let start = Instant::now();
        let mut pace = Pace::new(Duration::ZERO, 1, start);
        assert_eq!(pace.room(start, 8), 8);
        pace.rest(start + GAP);
        pace.rest(start);
        assert_eq!((pace.next(), pace.room(start, 8)), (start + GAP, 0));
    }

    proptest! {
        /// In no stretch of time more than the burst and what the stretch earns.
        #[test]
        fn never_more_than_is_allowed(
            gap in 1_u64..50, burst in 1_u32..6, waits in prop::collection::vec(0_u64..80, 1..60),
        ) {
            let (start, step) = (Instant::now(), Duration::from_millis(gap));
            let mut pace = Pace::new(step, burst, start);
            let (mut now, mut sent) = (start, Vec::new());
            for wait in waits {
                now = (now + Duration::from_millis(wait)).max(pace.next());
                pace.went(now);
                sent.push(now);
            }
            for (first, from) in sent.iter().enumerate() {
                for (last, to) in sent.iter().enumerate().skip(first) {
                    let earned = (*to - *from).as_millis() / u128::from(gap);
                    let most = earned + u128::from(burst);
                    prop_assert!((last - first + 1) as u128 <= most, "{} in {:?}", last - first + 1, *to - *from);
                }
            }
        }
    }
}
