//! The circuit breaker of one host: rests after failures in a row, longer each time, and is woken by
//! one probe (Nygard, Release It!, "Circuit Breaker"). Pure: the clock is an argument.

use std::time::Duration;

use tokio::time::Instant;

use super::Limits;

/// A probe that does not report is taken for lost after this time.
const PROBE: Duration = Duration::from_secs(30);

/// What a server may ask for by `Retry-After`.
const ASKED: (Duration, Duration) = (Duration::from_secs(1), Duration::from_hours(24));

/// What a request says of its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// It answers.
    Fine,
    /// It does not, or with an error of its own.
    Failed,
    /// It wants to be left alone for so long.
    Asked(Duration),
}

/// The state of one host.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// Failures since the last success or rest.
    failures: u32,
    /// Rests since the last success.
    rests: u32,
    until: Option<Instant>,
}

impl Breaker {
    /// Until when the host rests, if it does.
    pub(super) fn rests(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|&until| until > now)
    }

    /// Whether nothing would be lost by forgetting it.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.rests(now).is_none() && self.failures == 0 && self.rests == 0
    }

    /// Lets a request through, or says until when not. After a rest the first one is the probe, and
    /// the others wait for its report.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), Instant> {
        match self.until {
            None => Ok(()),
            Some(until) if until > now => Err(until),
            Some(_) => {
                self.until = Some(now + PROBE);
                Ok(())
            }
        }
    }

    /// Takes a report. `chance` in 0..1 spreads the rests by ±10 %.
    pub(super) fn report(&mut self, health: Health, limits: &Limits, now: Instant, chance: f64) {
        match health {
            Health::Fine => *self = Self::default(),
            Health::Asked(pause) => {
                self.failures = 0;
                self.until = self.until.max(Some(now + pause.clamp(ASKED.0, ASKED.1)));
            }
            Health::Failed => {
                self.failures += 1;
                if self.rests > 0 || self.failures >= limits.failures {
                    let doubled = limits.rest_min.saturating_mul(1 << self.rests.min(20));
                    let rest = doubled.min(limits.rest_max).mul_f64(0.9 + 0.2 * chance);
                    self.failures = 0;
                    self.rests += 1;
                    self.until = Some(now + rest);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Breaker, Health};
    use crate::guard::Limits;

    fn fail(breaker: &mut Breaker, now: Instant, times: u32) {
        for _ in 0..times {
            breaker.report(Health::Failed, &Limits::default(), now, 0.5);
        }
    }

    #[test]
    fn five_failures_in_a_row_and_then_longer_each_time() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        fail(&mut breaker, start, 4);
        assert_eq!(breaker.admit(start), Ok(()));
        breaker.report(Health::Fine, &Limits::default(), start, 0.5);
        fail(&mut breaker, start, 4);
        assert_eq!(breaker.admit(start), Ok(()), "a success starts the count anew");
        fail(&mut breaker, start, 1);
        let mut now = start;
        for minutes in [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360] {
            let until = breaker.admit(now).unwrap_err();
            assert_eq!(until - now, Duration::from_mins(minutes));
            assert_eq!(breaker.rests(until), None);
            assert_eq!(breaker.admit(until), Ok(()), "the probe");
            assert!(breaker.admit(until).is_err(), "one probe at a time");
            now = until;
            fail(&mut breaker, now, 1);
        }
        let until = breaker.admit(now).unwrap_err();
        assert_eq!(breaker.admit(until), Ok(()));
        breaker.report(Health::Fine, &Limits::default(), until, 0.5);
        assert!(breaker.is_idle(until));
        assert_eq!((breaker.admit(until), breaker.admit(until)), (Ok(()), Ok(())));
    }

    #[test]
    fn a_lost_probe_is_not_waited_for_without_end() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        fail(&mut breaker, start, 5);
        let woken = start + Duration::from_mins(2);
        assert_eq!(breaker.admit(woken), Ok(()));
        let next = breaker.admit(woken).unwrap_err();
        assert_eq!(breaker.admit(next), Ok(()));
    }

    #[test]
    fn a_server_may_ask_for_a_second_to_a_day() {
        for (asked, given) in [(0, 1), (90, 90), (1_000_000, 86_400)] {
            let (mut breaker, now) = (Breaker::default(), Instant::now());
            let asked = Health::Asked(Duration::from_secs(asked));
            breaker.report(asked, &Limits::default(), now, 0.5);
            assert_eq!(breaker.rests(now), Some(now + Duration::from_secs(given)));
        }
    }
}
