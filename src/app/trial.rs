//! A message over one channel by hand: the real sender, no store, no daemon.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::{Instant, timeout};

use crate::config::{Channel, Config};
use crate::model::{Delivery, DeliveryId, DeliveryState, NoticeId, Recipient};
use crate::notify::{self, HandOver, HandOverRefused, Message, Notifier, Receipt, SendError};

/// Longer than any sender takes.
const PATIENCE: Duration = Duration::from_mins(5);

/// What became of a test; the shape of `atalaya channel test --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TrialReport {
    /// The channel, by id.
    pub channel: String,
    /// Person or room, by id.
    pub recipient: String,
    /// Whether the receiver took the message.
    pub accepted: bool,
    /// What it answered, or what went wrong.
    pub answer: String,
    /// Whether another attempt may succeed; false too if none is needed.
    pub worth_another: bool,
    /// How long it took.
    pub milliseconds: u64,
    /// The message's key, which it bears.
    pub idempotency_key: String,
}

/// Why no test was made.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// There is no such channel.
    #[error("there is no channel `{0}`")]
    Channel(String),
    /// There is no such person, or without a mail address.
    #[error("there is no person `{0}` with a mail address")]
    Person(String),
    /// Mail goes to persons.
    #[error("channel `{0}` carries mail: say to whom by `--to PERSON`")]
    NoPerson(String),
    /// Rooms are told, not persons.
    #[error("channel `{0}` is a room: leave `--to` out")]
    Room(String),
}

/// Sends a realistic long message over a channel, to a person if it carries mail. `notifier` is the
/// channel's sender.
///
/// # Errors
/// If there is nobody to send it to.
pub async fn try_channel(
    config: &Config,
    notifier: &Arc<dyn Notifier>,
    id: &str,
    person: Option<&str>,
) -> Result<TrialReport, TrialError> {
    let channel = config.channels.iter().find(|channel| channel.id == id);
    let channel = channel.ok_or_else(|| TrialError::Channel(id.to_owned()))?;
    let recipient = recipient(config, channel, person)?;
    let now = Timestamp::now();
    let status = config.web.as_ref().and_then(|web| web.public_url.as_ref());
    let notice = notify::trial(&config.organisation.name, status.map(ToString::to_string), now);
    let delivery = Delivery {
        id: DeliveryId::new(),
        notice_id: NoticeId::new(),
        channel: channel.id.clone(),
        recipient,
        idempotency_key: format!("test-{}", DeliveryId::new()),
        thread_key: None,
        state: DeliveryState::Leased,
        attempts: 1,
        not_before: now,
        lease_epoch: 1,
        created_at: now,
        answer: None,
    };
    let begun = Instant::now();
    let message = Message { delivery: &delivery, notice: &notice };
    let sent = timeout(PATIENCE, notifier.send(message, &Willing)).await;
    let silent = |_| SendError::Retry { after: None, what: "no answer".to_owned() };
    let (accepted, answer, worth_another) = judged(sent.map_err(silent).flatten());
    Ok(TrialReport {
        channel: channel.id.clone(),
        recipient: delivery.recipient.id,
        accepted,
        answer,
        worth_another,
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        idempotency_key: delivery.idempotency_key,
    })
}

fn judged(sent: Result<Receipt, SendError>) -> (bool, String, bool) {
    match sent {
        Ok(receipt) => (true, receipt.answer, false),
        Err(error @ (SendError::Refused { .. } | SendError::Gone { .. })) => {
            (false, error.to_string(), false)
        }
        Err(error) => (false, error.to_string(), true),
    }
}

fn recipient(
    config: &Config,
    channel: &Channel,
    person: Option<&str>,
) -> Result<Recipient, TrialError> {
    let id = || channel.id.clone();
    match (person, channel.is_mail()) {
        (None, true) => Err(TrialError::NoPerson(id())),
        (Some(_), false) => Err(TrialError::Room(id())),
        (None, false) => Ok(Recipient {
            id: id(),
            address: id(),
            name: id(),
            locale: channel.locale,
            time_zone: channel.time_zone.clone(),
        }),
        (Some(person), true) => {
            let found = config.people.get(person).and_then(|person| {
                Some(Recipient {
                    id: person.id.clone(),
                    address: person.email.clone()?,
                    name: person.name.clone(),
                    locale: person.locale,
                    time_zone: person.time_zone.clone(),
                })
            });
            found.ok_or_else(|| TrialError::Person(person.to_owned()))
        }
    }
}

/// Nothing is recorded.
struct Willing;

impl HandOver for Willing {
    fn begin(&self) -> BoxFuture<'_, Result<(), HandOverRefused>> {
        Box::pin(async { Ok(()) })
    }
}
