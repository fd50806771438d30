//! Periodic reports on how complaints were served.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, reading};
use crate::complaint;
use crate::config::Config;
use crate::model::{Service, ServiceBy};
use crate::store::complaint_service;

/// The shape of `atalaya complaint report --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ServiceReport {
    /// First day, by the organisation's clock: `2026-10-01`.
    pub from: String,
    /// Last day.
    pub to: String,
    /// When it was written, RFC 3339: what is open or late is so then.
    pub written_at: String,
    /// What it is broken down by.
    pub by: ServiceBy,
    /// All complaints that were filed on these days.
    pub total: Service,
    /// Those with most complaints first.
    pub rows: Vec<ServiceRow>,
}

/// A branch, product, owner, severity or channel.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ServiceRow {
    /// Name; null for complaints that have none.
    pub name: Option<String>,
    /// In figures.
    #[serde(flatten)]
    pub service: Service,
}

/// The first and the last day of the month before an instant, by the organisation's clock.
#[must_use]
pub fn last_month(config: &Config, now: Timestamp) -> (Date, Date) {
    let today = now.to_zoned_datetime(zone(config)).date();
    let last = today.first_of_month().yesterday().unwrap_or(today);
    (last.first_of_month(), last)
}

/// Counts the complaints that were filed on some days, both included.
///
/// # Errors
/// If the store cannot be read.
pub async fn report(
    config: &Config,
    (from, to): (Date, Date),
    by: ServiceBy,
) -> Result<ServiceReport, AppError> {
    let zone = zone(config);
    let midnight = |day: Date| {
        let at = zone.to_ambiguous_timestamp(day.to_datetime(jiff::civil::Time::midnight()));
        at.compatible().unwrap_or(Timestamp::MAX)
    };
    let span = (midnight(from), midnight(to.saturating_add(Span::new().days(1))));
    let all = reading(config, move |tx| complaint_service::filed(tx, span, by)).await?;
    let now = Timestamp::now();
    let (total, groups) = complaint::served(&all, now);
    let rows = groups.into_iter().map(|(name, service)| ServiceRow { name, service }).collect();
    let (from, to) = (from.to_string(), to.to_string());
    Ok(ServiceReport { from, to, written_at: now.to_string(), by, total, rows })
}

fn zone(config: &Config) -> TimeZone {
    TimeZone::get(&config.organisation.time_zone).unwrap_or(TimeZone::UTC)
}
