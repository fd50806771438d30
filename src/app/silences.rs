//! Silences for those who make them, and what was held back for those who look at it: from the store,
//! beside a running daemon or without one.

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, location, writing};
use crate::config::Config;
use crate::model::{HeldWhy, Level, Silence};
use crate::store::{Store, held, silences};

/// Ended silences are listed this long.
const LISTED: Duration = Duration::from_hours(30 * 24);
/// Rows of `atalaya held`.
const MOST_HELD: u32 = 10_000;

/// A silence that is to be made; its query was read and its owner is known.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What it holds back.
    pub query: String,
    /// A person, by id.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// How long.
    pub length: Duration,
}

/// One line of `atalaya silence list --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SilenceRow {
    /// `S-12`.
    pub id: String,
    /// What it holds back.
    pub query: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// From when, RFC 3339.
    pub starts_at: String,
    /// Until when, RFC 3339.
    pub ends_at: String,
    /// Whether it runs now.
    pub running: bool,
    /// Alerts that it held back so far.
    pub held: u32,
}

/// One line of `atalaya held --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HeldRow {
    /// When, RFC 3339.
    pub at: String,
    /// Why it was not told at once.
    pub why: HeldWhy,
    /// The silence, the alert that stands for it, the digest; null in a storm.
    pub by: Option<String>,
    /// The alert.
    pub alert: String,
    /// The topic, by id.
    pub topic: String,
    /// The level.
    pub level: Level,
    /// Headline.
    pub headline: String,
    /// Its page.
    pub url: Option<String>,
    /// The medium.
    pub source: String,
}

/// Makes a silence that runs from now on.
///
/// # Errors
/// If the store is away.
pub async fn add(config: &Config, wish: Wish) -> Result<SilenceRow, AppError> {
    writing(config, move |tx| {
        let now = Timestamp::now();
        let silence = Silence {
            id: silences::next_id(tx)?,
            query: wish.query.clone(),
            owner: wish.owner.clone(),
            reason: wish.reason.clone(),
            starts_at: now,
            ends_at: now.checked_add(wish.length).unwrap_or(Timestamp::MAX),
            warned: false,
            reported: false,
        };
        silences::save(tx, &silence)?;
        Ok(row(silence, 0, now))
    })
    .await
}

/// Ends a silence now; the daemon reports what it held back and tells what still matters. None if no
/// such silence runs.
///
/// # Errors
/// If the store is away.
pub async fn end(config: &Config, id: &str) -> Result<Option<SilenceRow>, AppError> {
    let id = id.to_owned();
    writing(config, move |tx| {
        let now = Timestamp::now();
        let found = silences::find(tx, &id)?.filter(|silence| silence.holds_at(now));
        let Some(mut silence) = found else { return Ok(None) };
        silence.ends_at = now;
        silences::save(tx, &silence)?;
        let held = held::count_by_silence(tx, &silence.id)?;
        Ok(Some(row(silence, held, now)))
    })
    .await
}

/// The silences that run, and those that ended in the last thirty days; the newest first.
///
/// # Errors
/// If the store is away.
pub async fn list(config: &Config) -> Result<Vec<SilenceRow>, AppError> {
    let store = Store::open_to_read(&location(config))?;
    let rows = store
        .read(|tx| {
            let now = Timestamp::now();
            let found = silences::list(tx, now.checked_sub(LISTED).unwrap_or(Timestamp::MIN))?;
            let mut rows = Vec::with_capacity(found.len());
            for silence in found {
                let held = held::count_by_silence(tx, &silence.id)?;
                rows.push(row(silence, held, now));
            }
            Ok(rows)
        })
        .await;
    store.close();
    Ok(rows?)
}

fn row(silence: Silence, held: u32, now: Timestamp) -> SilenceRow {
    SilenceRow {
        running: silence.holds_at(now),
        id: silence.id,
        query: silence.query,
        owner: silence.owner,
        reason: silence.reason,
        starts_at: silence.starts_at.to_string(),
        ends_at: silence.ends_at.to_string(),
        held,
    }
}

/// What was not told at once since then, the newest first, at most ten thousand.
///
/// # Errors
/// If the store is away.
pub async fn held(config: &Config, since: Timestamp) -> Result<Vec<HeldRow>, AppError> {
    let store = Store::open_to_read(&location(config))?;
    let rows = store.read(move |tx| held::recent(tx, since, MOST_HELD)).await;
    store.close();
    Ok(rows?.into_iter().map(held_row).collect())
}

fn held_row(held: held::Held) -> HeldRow {
    HeldRow {
        at: held.at.to_string(),
        why: held.why,
        by: Some(held.by).filter(|by| !by.is_empty()),
        alert: held.alert.to_string(),
        topic: held.labels.topic,
        level: held.labels.level,
        headline: held.item.headline,
        url: held.item.url,
        source: held.item.source,
    }
}
