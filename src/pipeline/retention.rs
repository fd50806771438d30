//! Removes what was kept long enough, a little at a time, so that nobody waits for it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Pipeline, complaints};
use crate::store::{StoreError, gathered, health, held, prune};

/// Entries or stories of one transaction: some milliseconds.
const BATCH: u32 = 200;
/// Between two batches while there is more to remove.
const BREATH: Duration = Duration::from_millis(200);
/// How long what was gathered and told is remembered.
const GATHERED: SignedDuration = SignedDuration::from_hours(48);
/// Between two looks when there is not.
const LOOK: Duration = Duration::from_mins(10);

/// Removes until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    loop {
        if let Err(error) = complaints::tidy(&pipeline, Timestamp::now()).await {
            tracing::error!(%error, "complaints could not be closed or emptied");
        }
        let pause = match prune(&pipeline).await {
            Ok(0) => LOOK,
            Ok(_) => BREATH,
            Err(error) => {
                tracing::error!(%error, "old articles could not be removed");
                LOOK
            }
        };
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn prune(pipeline: &Pipeline) -> Result<u32, StoreError> {
    let keep = pipeline.snapshot().config.keep;
    let before = Timestamp::now().checked_sub(keep).unwrap_or(Timestamp::MIN);
    // Longer than anything gathers; kept so that a group told today is not told again too soon.
    let yesterday = Timestamp::now() - GATHERED;
    let job = move |tx: &mut dyn crate::store::Transaction| {
        health::prune(tx, before)?;
        gathered::prune(tx, yesterday)?;
        held::prune(tx, before, BATCH)?;
        match prune::entries(tx, before, BATCH)? {
            0 => prune::stories(tx, before, BATCH),
            removed => Ok(removed),
        }
    };
    pipeline.store.write(job).await
}
