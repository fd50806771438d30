//! Counts for the status page, the summary and the metrics.

use jiff::{SignedDuration, Timestamp};

use super::transaction::params;
use super::{StoreError, Transaction, channels, held, silences};
use crate::model::{HeldWhy, Silence};

/// How far back it is told what was held back.
const HELD_BACK: SignedDuration = SignedDuration::from_hours(24);

/// How much of everything there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Entries that wait to become articles.
    pub entries_pending: u32,
    /// Articles in the archive.
    pub articles: u32,
    /// Articles that concern a topic.
    pub matches: u32,
    /// Articles that copy another.
    pub duplicates: u32,
    /// Stories.
    pub stories: u32,
    /// Alerts.
    pub alerts: u32,
    /// Deliveries that wait or are on their way.
    pub deliveries_open: u32,
    /// Deliveries taken by their receivers.
    pub deliveries_accepted: u32,
    /// Deliveries given up.
    pub deliveries_dead: u32,
    /// Incidents.
    pub incidents: u32,
}

/// Counts everything at one instant.
///
/// # Errors
/// As [`Transaction::query`].
pub fn counts(tx: &mut dyn Transaction) -> Result<Counts, StoreError> {
    let rows = tx.query(
        "SELECT (SELECT COUNT(*) FROM entry WHERE state = 'pending'), (SELECT COUNT(*) FROM article), \
         (SELECT COUNT(DISTINCT article_id) FROM article_topic), \
         (SELECT COUNT(*) FROM article WHERE duplicate_of IS NOT NULL), (SELECT COUNT(*) FROM story), \
         (SELECT COUNT(*) FROM alert), \
         (SELECT COUNT(*) FROM delivery WHERE state IN ('pending', 'leased', 'in_doubt')), \
         (SELECT COUNT(*) FROM delivery WHERE state = 'accepted'), \
         (SELECT COUNT(*) FROM delivery WHERE state = 'dead'), (SELECT COUNT(*) FROM incident WHERE drill IS NULL)",
        &[],
    )?;
    let Some(row) = rows.first() else { return Ok(Counts::default()) };
    Ok(Counts {
        entries_pending: row.get(0)?,
        articles: row.get(1)?,
        matches: row.get(2)?,
        duplicates: row.get(3)?,
        stories: row.get(4)?,
        alerts: row.get(5)?,
        deliveries_open: row.get(6)?,
        deliveries_accepted: row.get(7)?,
        deliveries_dead: row.get(8)?,
        incidents: row.get(9)?,
    })
}

/// What is not told at once, at one instant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Holding {
    /// Alerts held back in the last 24 h, by why; none of which there were none.
    pub held: Vec<(HeldWhy, u32)>,
    /// Alerts that wait in groups.
    pub grouped: u32,
    /// Recipients who will get a summary of what was too much for them.
    pub summaries: u32,
    /// Silences that run, with how many alerts each held back.
    pub silences: Vec<(Silence, u32)>,
    /// Channels to which nothing is sent, with since when and why.
    pub disabled: Vec<(String, Timestamp, String)>,
}

/// Counts what is held back.
///
/// # Errors
/// As [`Transaction::query`].
pub fn holding(tx: &mut dyn Transaction, now: Timestamp) -> Result<Holding, StoreError> {
    let since = now.checked_sub(HELD_BACK).unwrap_or(Timestamp::MIN);
    let waits = tx.query(
        "SELECT (SELECT COUNT(*) FROM alert_group_member), \
         (SELECT COUNT(*) FROM alert_flow WHERE due_at IS NOT NULL)",
        &[],
    )?;
    let (grouped, summaries) = match waits.first() {
        Some(row) => (row.get(0)?, row.get(1)?),
        None => (0, 0),
    };
    let mut running = Vec::new();
    for silence in silences::running(tx, now)? {
        let count = held::count_by_silence(tx, &silence.id)?;
        running.push((silence, count));
    }
    let gone = channels::all(tx)?.into_iter().filter_map(|health| {
        let since = health.disabled_at?;
        Some((health.channel, since, health.last_error.unwrap_or_default()))
    });
    Ok(Holding {
        held: held::counts(tx, since)?,
        grouped,
        summaries,
        silences: running,
        disabled: gone.collect(),
    })
}

/// Deliveries given up, newest first: channel and why.
///
/// # Errors
/// As [`Transaction::query`].
pub fn dead_deliveries(
    tx: &mut dyn Transaction,
    limit: u32,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = tx.query(
        "SELECT channel, COALESCE(last_error, '') FROM delivery WHERE state = 'dead' \
         ORDER BY updated_at DESC, id LIMIT ?1",
        params![limit],
    )?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Proves that the store can be written now: a full disk answers queries and takes no rows.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn prove_writable(tx: &mut dyn Transaction) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sequence (name, value) VALUES ('proof-of-writing', 1) \
         ON CONFLICT (name) DO UPDATE SET value = sequence.value + 1",
        &[],
    )?;
    Ok(())
}
