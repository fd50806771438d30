//! Looks after what falls due by itself: proposed incidents that nobody confirmed start.

use std::time::Duration;

use jiff::Timestamp;

use super::Pipeline;
use crate::plan;
use crate::store::{StoreError, Transaction, incidents};

/// How often it looks. Due times are rows, so that nothing is missed by sleeping or a restart.
const LOOK: Duration = Duration::from_secs(1);

/// Looks until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    loop {
        let now = Timestamp::now();
        match pipeline.store.write(move |tx| activate_unconfirmed(tx, now)).await {
            Ok(numbers) => {
                for number in numbers {
                    tracing::warn!(incident.number = %number, "nobody confirmed the incident in time: it starts by itself");
                }
            }
            Err(error) => tracing::error!(%error, "incidents could not be looked after"),
        }
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

fn activate_unconfirmed(
    tx: &mut dyn Transaction,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let mut numbers = Vec::new();
    for (incident, frozen) in incidents::unconfirmed(tx, now)? {
        let active = plan::activate(&incident, &frozen, now);
        incidents::save(tx, &active, &frozen)?;
        numbers.push(active.number);
    }
    Ok(numbers)
}
