//! Looks for what falls due by itself, and has it told.

use std::time::Duration;

use jiff::Timestamp;

use super::{WARNING, digests, tell_gathered};
use crate::pipeline::Pipeline;
use crate::store::{StoreError, gathered};

/// How often it looks. What is due stands in rows, so that nothing is missed by sleeping or a restart.
const LOOK: Duration = Duration::from_secs(1);

/// Looks until the workers are to stop.
pub(in crate::pipeline) async fn run(pipeline: Pipeline) {
    loop {
        match look(&pipeline).await {
            Ok(0) => {}
            Ok(messages) => {
                tracing::info!(messages, "what was gathered is told");
                pipeline.wake.deliveries.notify_one();
            }
            Err(error) => tracing::error!(%error, "what was gathered could not be told yet"),
        }
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(pipeline: &Pipeline) -> Result<usize, StoreError> {
    let (live, now) = (pipeline.snapshot(), Timestamp::now());
    let config = std::sync::Arc::clone(&live.config);
    let is_due = pipeline.store.read(move |tx| {
        Ok(gathered::anything_due(tx, now, now + WARNING)? || digests::is_due(tx, &config, now)?)
    });
    if !is_due.await? {
        return Ok(0);
    }
    pipeline.store.write(move |tx| tell_gathered(tx, &live.config, now)).await
}
