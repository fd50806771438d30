//! The outbox from the store alone, beside a running daemon or after: what was told to whom, what was
//! given up, and asking for it again.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, location, writing};
use crate::config::Config;
use crate::model::DeliveryId;
use crate::store::attempts::{self, Attempt};
use crate::store::deliveries::{self, Filter, Letter, Retried};
use crate::store::{Store, StoreError, Transaction, channels};

/// Deliveries; the shape of `atalaya deliveries --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveriesReport {
    /// Newest first.
    pub deliveries: Vec<DeliveryRow>,
    /// Whether there are more than these.
    pub more: bool,
}

/// One message to one recipient over one channel. Addresses are not told.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryRow {
    /// Identifier, for `show` and `retry`.
    pub id: String,
    /// `pending`, `leased` (being sent), `in_doubt` (may have arrived), `accepted` or `dead` (given up).
    pub state: &'static str,
    /// The channel, by id.
    pub channel: String,
    /// Person or room, by id.
    pub recipient: String,
    /// `alert`, `steps`, `sources`, `channels`.
    pub kind: &'static str,
    /// The alert, or the matter, that it is about.
    pub thread: String,
    /// Attempts begun.
    pub attempts: u32,
    /// When it was decided, RFC 3339.
    pub created_at: String,
    /// When something last happened to it.
    pub updated_at: String,
    /// When it is tried next; null unless it waits.
    pub next_try_at: Option<String>,
    /// Why the last attempt failed; null if it did not.
    pub error: Option<String>,
    /// The delivery that it stands in for.
    pub fallback_of: Option<String>,
    /// Since when another channel stands in for it.
    pub fell_back_at: Option<String>,
    /// When a person last asked for it again.
    pub retried_at: Option<String>,
}

/// One delivery whole; the shape of `atalaya deliveries show ID --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryReport {
    /// The message.
    #[serde(flatten)]
    pub delivery: DeliveryRow,
    /// The same for every attempt: receivers tell a repeat by it.
    pub idempotency_key: String,
    /// Every attempt, in order.
    pub tries: Vec<TryRow>,
}

/// One attempt.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TryRow {
    /// From 1.
    pub n: u32,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When its outcome was recorded; null if it was cut off.
    pub finished_at: Option<String>,
    /// `accepted`, `retry`, `refused`; cut off before the hand-over `leased`, in it `in_doubt`.
    pub outcome: String,
    /// The receiver's answer, or what went wrong.
    pub detail: Option<String>,
}

/// Deliveries that the filter lets through, at most `limit`.
///
/// # Errors
/// If the store cannot be read.
pub async fn list(
    config: &Config,
    filter: Filter,
    limit: u32,
) -> Result<DeliveriesReport, AppError> {
    let read = move |tx: &mut dyn Transaction| {
        let mut letters = deliveries::letters(tx, &filter, limit.saturating_add(1))?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = letters.len() > most;
        letters.truncate(most);
        let rows = letters.into_iter().map(|letter| row(tx, letter));
        Ok(DeliveriesReport { deliveries: rows.collect::<Result<_, _>>()?, more })
    };
    let store = Store::open_to_read(&location(config))?;
    let found = store.read(read).await;
    store.close();
    Ok(found?)
}

/// One delivery with all its attempts; none if there is none of this identifier.
///
/// # Errors
/// If the store cannot be read.
pub async fn show(config: &Config, id: DeliveryId) -> Result<Option<DeliveryReport>, AppError> {
    let store = Store::open_to_read(&location(config))?;
    let found = store.read(move |tx| {
        let Some(letter) = deliveries::find_letter(tx, id)? else { return Ok(None) };
        let tries = attempts::of(tx, id)?.into_iter().map(try_row).collect();
        let idempotency_key = letter.delivery.idempotency_key.clone();
        Ok(Some(DeliveryReport { delivery: row(tx, letter)?, idempotency_key, tries }))
    });
    let found = found.await;
    store.close();
    Ok(found?)
}

/// Makes messages due now that were given up or wait; the running daemon sends them within a second.
/// Answers what became of each wish.
///
/// # Errors
/// If the store cannot be written.
pub async fn retry(
    config: &Config,
    ids: Vec<DeliveryId>,
) -> Result<Vec<(DeliveryId, Retried)>, AppError> {
    let now = Timestamp::now();
    writing(config, move |tx| {
        let mut answers = Vec::new();
        for &id in &ids {
            answers.push((id, deliveries::retry(tx, id, now)?));
        }
        Ok(answers)
    })
    .await
}

/// Lets a channel that was disabled have messages again. False if it was not.
///
/// # Errors
/// If the store cannot be written.
pub async fn enable(config: &Config, channel: &str) -> Result<bool, AppError> {
    let channel = channel.to_owned();
    writing(config, move |tx| channels::enable(tx, &channel)).await
}

fn row(tx: &mut dyn Transaction, letter: Letter) -> Result<DeliveryRow, StoreError> {
    let kind = deliveries::notice(tx, letter.delivery.notice_id)?.kind().name();
    let waits = letter.delivery.state == crate::model::DeliveryState::Pending;
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
    Ok(DeliveryRow {
        id: letter.delivery.id.to_string(),
        state: letter.delivery.state.name(),
        channel: letter.delivery.channel,
        recipient: letter.delivery.recipient.id,
        kind,
        thread: letter.thread,
        attempts: letter.delivery.attempts,
        created_at: letter.delivery.created_at.to_string(),
        updated_at: letter.updated_at.to_string(),
        next_try_at: text(waits.then_some(letter.delivery.not_before)),
        error: letter.last_error,
        fallback_of: letter.fallback_of,
        fell_back_at: text(letter.fell_back_at),
        retried_at: text(letter.retried_at),
    })
}

fn try_row(attempt: Attempt) -> TryRow {
    TryRow {
        n: attempt.n,
        started_at: attempt.started_at.to_string(),
        finished_at: attempt.finished_at.map(|at| at.to_string()),
        outcome: attempt.outcome,
        detail: attempt.detail,
    }
}
