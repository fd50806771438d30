//! Looks after what falls due by itself: incidents go on, further people are asked where nobody answers,
//! complaints wait for their owners, and the gauges show how the sources are.

use std::time::Duration;

use jiff::Timestamp;

use super::{Pipeline, answering, complaints, crisis};
use crate::model::Health;
use crate::store::sources;

/// How often it looks. Due times are rows, so that nothing is missed by sleeping or a restart.
const LOOK: Duration = Duration::from_secs(1);

/// Looks after which the gauges of the sources are set.
const COUNT: u32 = 10;

/// Looks until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    let mut looks: u32 = 0;
    loop {
        if looks.is_multiple_of(COUNT) {
            count_sources(&pipeline).await;
            crisis::drill::draw_all(&pipeline, Timestamp::now()).await;
        }
        looks = looks.wrapping_add(1);
        let now = Timestamp::now();
        crisis::drill::look(&pipeline, now).await;
        crisis::look(&pipeline, now).await;
        answering::look(&pipeline, now).await;
        complaints::look(&pipeline, now).await;
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn count_sources(pipeline: &Pipeline) {
    let healths = match pipeline.store.read(|tx| sources::healths(tx)).await {
        Ok(healths) => healths,
        Err(error) => {
            tracing::warn!(%error, "the sources could not be counted");
            return;
        }
    };
    let live = pipeline.snapshot();
    let ours: Vec<_> = healths.iter().filter(|(id, ..)| live.sources.contains_key(id)).collect();
    let of = |health| ours.iter().filter(|(_, one, _)| *one == health).count();
    let counts =
        Health::ALL.map(|health| (health.name(), i64::try_from(of(health)).unwrap_or(i64::MAX)));
    let is_unwell = |health: Health| !matches!(health, Health::New | Health::Healthy);
    let unwell = ours.iter().filter(|(_, health, _)| is_unwell(*health));
    pipeline.metrics.sources(counts, unwell.map(|(id, health, _)| (id.as_str(), health.name())));
}
