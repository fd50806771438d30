//! Script time: how many seconds of the scripted day have passed, and when in the real one.
//!
//! Never decides what happens at a time; that is the script.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// Slowest and fastest replay: beyond these nobody can follow, and times would overflow.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=1000.0;

/// A speed that no clock can run at.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("speed {0} lies outside 0.01 to 1000")]
pub struct SpeedError(pub f64);

/// Maps the script's timeline to real time.
#[derive(Debug, Clone)]
pub struct Clock {
    started_at: Timestamp,
    hand: Hand,
}

#[derive(Debug, Clone)]
enum Hand {
    Running { start: Arc<OnceLock<(Instant, Timestamp)>>, speed: f64 },
    Manual(watch::Receiver<Duration>),
}

impl Clock {
    /// A clock that stands at second 0 of the script until it is started; from then on `speed`
    /// seconds of it pass in each real second.
    ///
    /// # Errors
    /// The speed lies outside 0.01 to 1000.
    pub fn held(speed: f64) -> Result<Self, SpeedError> {
        if !SPEEDS.contains(&speed) {
            return Err(SpeedError(speed));
        }
        let hand = Hand::Running { start: Arc::default(), speed };
        Ok(Self { started_at: Timestamp::now(), hand })
    }

    /// Lets a held clock and its clones run, as if from `start` on. Once; a second start is none.
    pub fn start(&self, start: Instant) {
        let Hand::Running { start: begun, .. } = &self.hand else { return };
        let now = Instant::now();
        let ahead = signed(start.saturating_duration_since(now));
        let behind = signed(now.saturating_duration_since(start));
        begun.get_or_init(|| (start, later(later(Timestamp::now(), ahead), -behind)));
    }

    /// A clock that is started at `start`, which may lie ahead.
    #[cfg(test)]
    fn running(start: Instant, speed: f64) -> Result<Self, SpeedError> {
        let clock = Self::held(speed)?;
        clock.start(start);
        Ok(clock)
    }

    /// A clock that shows what its sender says, for tests: script second 0 is at `started_at`.
    #[must_use]
    pub fn manual(started_at: Timestamp) -> (watch::Sender<Duration>, Self) {
        let (sender, receiver) = watch::channel(Duration::ZERO);
        (sender, Self { started_at, hand: Hand::Manual(receiver) })
    }

    /// Script time that has passed; zero before the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match &self.hand {
            Hand::Running { start, speed } => {
                let Some((start, _)) = start.get() else { return Duration::ZERO };
                let real = Instant::now().saturating_duration_since(*start);
                Duration::try_from_secs_f64(real.as_secs_f64() * speed).unwrap_or(Duration::MAX)
            }
            Hand::Manual(shown) => *shown.borrow(),
        }
    }

    /// The real instant at which `at` of the script is reached.
    #[must_use]
    pub fn wall(&self, at: Duration) -> Timestamp {
        let (begin, real) = match &self.hand {
            Hand::Running { start, speed } => {
                let begin = start.get().map_or(self.started_at, |(_, begin)| *begin);
                (begin, Duration::try_from_secs_f64(at.as_secs_f64() / speed))
            }
            Hand::Manual(_) => (self.started_at, Ok(at)),
        };
        later(begin, signed(real.unwrap_or(Duration::MAX)))
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};
    use tokio::time::Instant;

    use super::Clock;

    #[test]
    fn speed_shrinks_the_day() {
        let now = Instant::now();
        let ahead = Clock::running(now + Duration::from_mins(10), 10.0).expect("speed");
        assert_eq!(ahead.elapsed(), Duration::ZERO, "the start lies ahead");
        let begun = now.checked_sub(Duration::from_secs(7)).expect("the machine runs for 7 s");
        let begun = Clock::running(begun, 10.0).expect("speed");
        assert!(begun.elapsed() >= Duration::from_secs(70), "{:?}", begun.elapsed());
        let day = begun.wall(Duration::from_secs(100)).duration_since(begun.wall(Duration::ZERO));
        assert_eq!(day, SignedDuration::from_secs(10));
        let between = ahead.wall(Duration::ZERO).duration_since(begun.wall(Duration::ZERO));
        assert!((between.as_secs_f64() - 607.0).abs() < 0.5, "both know their real start");
    }

    #[test]
    fn speeds_nobody_can_run_at_are_refused() {
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Clock::running(Instant::now(), speed).is_err(), "{speed}");
        }
    }

    #[test]
    fn a_manual_clock_shows_what_it_is_told() {
        let (hand, clock) = Clock::manual(Timestamp::UNIX_EPOCH);
        hand.send(Duration::from_secs(9)).expect("the clock listens");
        assert_eq!(clock.elapsed(), Duration::from_secs(9));
        assert_eq!(clock.wall(Duration::from_mins(1)).as_second(), 60);
    }
}
