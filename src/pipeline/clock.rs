//! Compares the clock on the wall with one that nobody can set. What is due stands in rows as instants: a
//! clock that goes forward makes it due once, one that is set back would have it wait for as long again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::Pipeline;
use crate::store::waits;

const LOOK: Duration = Duration::from_secs(1);
/// A clock that is steered drifts less in a second; more was set, or the machine slept.
const STEP: SignedDuration = SignedDuration::from_secs(5);

/// Looks until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    let (mut wall, mut steady) = (Timestamp::now(), Instant::now());
    // What is owed for steps back that could not be made up for yet.
    let mut owed = SignedDuration::ZERO;
    loop {
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let (now, passed) = (Timestamp::now(), steady.elapsed());
        let step = step(wall, now, passed);
        (wall, steady) = (now, steady + passed);
        if step.abs() > STEP {
            let forward = step.is_positive();
            tracing::warn!(seconds = step.as_secs(), "the clock was set");
            pipeline.metrics.clock_set(forward);
            if !forward {
                owed = owed.saturating_add(step.abs());
            }
        }
        if !owed.is_zero() && shorten(&pipeline, owed, now).await {
            owed = SignedDuration::ZERO;
        }
    }
}

/// How much further the clock went than time did.
fn step(from: Timestamp, to: Timestamp, passed: Duration) -> SignedDuration {
    let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
    to.duration_since(from).saturating_sub(passed)
}

/// Whether it is done.
async fn shorten(pipeline: &Pipeline, by: SignedDuration, now: Timestamp) -> bool {
    let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    match pipeline.store.write(move |tx| waits::shorten(tx, by_ms, now)).await {
        Ok(waits) => {
            tracing::info!(waits, "what waited by the old clock waits no longer than it should");
            pipeline.wake.sources.notify_one();
            pipeline.wake.deliveries.notify_one();
            true
        }
        Err(error) => {
            tracing::error!(%error, "waits by the old clock could not be shortened yet");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};

    use super::step;

    #[test]
    fn what_time_did_not_pass_was_set() {
        let at = |second| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        for (to, passed, expected) in
            [(1, 1, 0), (3_601, 1, 3_600), (-3_599, 1, -3_600), (7, 9, -2)]
        {
            let found = step(at(0), at(to), Duration::from_secs(passed));
            assert_eq!(found.as_secs(), expected, "{to} s on the wall, {passed} s in truth");
        }
    }
}
