//! How the sources of a configuration are, from the store alone: beside a running daemon, or after.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, location};
use crate::config::Config;
use crate::model::{Health, Source, SourceState, Vitals};
use crate::pipeline::usual_gap;
use crate::store::{Store, sources};

/// Every configured source and how it is; the shape of `atalaya sources --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SourcesReport {
    /// Configured sources.
    pub total: usize,
    /// How many of them are healthy.
    pub healthy: usize,
    /// The sources asked for, in the order of the configuration.
    pub sources: Vec<SourceReport>,
}

/// How one source is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SourceReport {
    /// Name in the configuration.
    pub id: String,
    /// The medium.
    pub name: String,
    /// Where it is polled, as configured.
    pub url: String,
    /// Where it is polled instead: it has moved, or its feed was found on its page.
    pub address: Option<String>,
    /// How it is.
    pub health: Health,
    /// Since when, RFC 3339.
    pub since: Option<String>,
    /// Why; null while all is well.
    pub reason: Option<String>,
    /// Failures in a row.
    pub failures: u32,
    /// When it was last polled, whatever came of it.
    pub polled_at: Option<String>,
    /// When a poll last worked.
    pub last_success_at: Option<String>,
    /// When it last brought something new.
    pub last_entry_at: Option<String>,
    /// The usual time between two entries that it brings.
    pub usual_gap_seconds: Option<u64>,
    /// The time from the last poll to the next.
    pub interval_seconds: Option<u64>,
    /// When it is polled next; null if it is not any more.
    pub next_check_at: Option<String>,
    /// Until then it is polled as often as it may be: it carries a story that rises.
    pub breaking_until: Option<String>,
}

impl SourceReport {
    /// Whether somebody should look after it.
    #[must_use]
    pub fn is_unwell(&self) -> bool {
        !matches!(self.health, Health::New | Health::Healthy)
    }
}

/// Reads how the sources are.
///
/// # Errors
/// If the store cannot be read.
pub async fn report(config: &Config, only_unhealthy: bool) -> Result<SourcesReport, AppError> {
    let store = Store::open_to_read(&location(config))?;
    let known = store.read(|tx| sources::overview(tx)).await;
    store.close();
    let known = known?;
    let reports: Vec<SourceReport> = config
        .sources
        .iter()
        .map(|source| {
            let at = known.binary_search_by(|(state, _)| state.source_id.cmp(&source.id));
            source_report(source, at.ok().and_then(|at| known.get(at)))
        })
        .collect();
    let healthy = reports.iter().filter(|source| source.health == Health::Healthy).count();
    let total = reports.len();
    let wanted = |source: &SourceReport| !only_unhealthy || source.health != Health::Healthy;
    Ok(SourcesReport { total, healthy, sources: reports.into_iter().filter(wanted).collect() })
}

fn source_report(source: &Source, known: Option<&(SourceState, Vitals)>) -> SourceReport {
    let state = known.map(|(state, _)| state);
    let vitals = known.map(|(_, vitals)| vitals.clone()).unwrap_or_default();
    let moved = state.and_then(|state| state.address.as_ref()?.moved());
    let next = state.map(|state| state.next_check_at).filter(|at| *at < NEVER);
    let interval = next.zip(vitals.polled_at).map(|(next, polled)| next.duration_since(polled));
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
    SourceReport {
        id: source.id.clone(),
        name: source.name.clone(),
        url: source.url.to_string(),
        address: moved.map(ToString::to_string),
        health: vitals.health,
        since: text(vitals.health_since),
        reason: vitals.health_reason,
        failures: state.map_or(0, |state| state.failures),
        polled_at: text(vitals.polled_at),
        last_success_at: text(state.and_then(|state| state.last_success_at)),
        last_entry_at: text(vitals.last_entry_at),
        usual_gap_seconds: usual_gap(&vitals.rhythm).map(|gap| gap.as_secs()),
        interval_seconds: interval.and_then(|pause| u64::try_from(pause.as_secs()).ok()),
        next_check_at: text(next),
        breaking_until: text(vitals.breaking_until.filter(|until| *until > Timestamp::now())),
    }
}

/// A check this far away is none: the source is gone.
const NEVER: Timestamp = Timestamp::constant(200_000_000_000, 0);
