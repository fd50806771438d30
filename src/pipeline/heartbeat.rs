//! The dead man's switch: pings a service of the operator's while all is well, so that it can raise
//! the alarm when the pings end. Silence is the message: in doubt nothing is sent.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use tokio::time::Instant;
use url::Url;

use super::{Live, Pipeline};
use crate::config::Heartbeat;
use crate::guard::Get;
use crate::model::{Health, Reach, Validators};
use crate::store::{StoreError, sources, status};

/// How soon a heartbeat that a reload brought is noticed.
const LOOK: Duration = Duration::from_secs(1);

/// Pings until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    let mut last = Instant::now();
    loop {
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let live = pipeline.snapshot();
        let Some(heartbeat) = &live.config.collect.heartbeat else { continue };
        if last.elapsed() < heartbeat.every {
            continue;
        }
        last = Instant::now();
        match unsound(&pipeline, &live, heartbeat.every).await {
            Ok(None) => ping(&live, heartbeat).await,
            Ok(Some(why)) => tracing::warn!(why, "no heartbeat is sent"),
            Err(error) => tracing::error!(%error, "no heartbeat is sent: the store is away"),
        }
    }
}

/// Why all is not well, if so: the store takes rows, polls are recorded (or none was due), and at
/// least half of the sources are healthy.
async fn unsound(
    pipeline: &Pipeline,
    live: &Live,
    period: Duration,
) -> Result<Option<&'static str>, StoreError> {
    let now = Timestamp::now();
    let since = now.checked_sub(period).unwrap_or(Timestamp::MIN);
    let (healths, due) = pipeline
        .store
        .write(move |tx| {
            status::prove_writable(tx)?;
            Ok((sources::healths(tx)?, sources::next_due(tx, now)?))
        })
        .await?;
    let ours: Vec<_> = healths.iter().filter(|(id, ..)| live.sources.contains_key(id)).collect();
    let polled = ours.iter().filter_map(|(_, _, polled_at)| *polled_at).max();
    let healthy = ours.iter().filter(|(_, health, _)| *health == Health::Healthy).count();
    let is_behind = due.is_some_and(|due| due < since);
    if polled.is_none() || (is_behind && polled < Some(since)) {
        return Ok(Some("no poll was recorded"));
    }
    Ok((healthy * 2 < ours.len()).then_some("fewer than half of the sources are healthy"))
}

async fn ping(live: &Live, heartbeat: &Heartbeat) {
    // The address is a secret: nothing that holds it is logged.
    let Ok(url) = Url::parse(heartbeat.url.expose_secret()) else { return };
    let reach = if heartbeat.allow_private { Reach::anywhere() } else { Reach::default() };
    let validators = Validators::default();
    let get = Get { url: &url, validators: &validators, reach: &reach, obey_robots: false };
    match live.client.ping(get).await {
        Ok(reply) if reply.status < 300 => tracing::debug!("heartbeat sent"),
        Ok(reply) => tracing::warn!(status = reply.status, "the heartbeat was refused"),
        Err(error) => tracing::warn!(%error, "the heartbeat could not be sent"),
    }
}
