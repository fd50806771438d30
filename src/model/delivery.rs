//! One message to one recipient over one channel, and what became of it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DeliveryId, Locale, NoticeId};

/// The life of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its time.
    Pending,
    /// A courier has it; certainly not yet handed over.
    Leased,
    /// The hand-over has begun: after a crash nobody knows whether it arrived.
    InDoubt,
    /// The receiving system took it.
    Accepted,
    /// Given up; a person must look.
    Dead,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Leased, Self::InDoubt, Self::Accepted, Self::Dead];

    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Leased => "leased",
            DeliveryState::InDoubt => "in_doubt",
            DeliveryState::Accepted => "accepted",
            DeliveryState::Dead => "dead",
        }
    }
}

/// To whom, in which language, in which clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Person or room, as configuration names it.
    pub id: String,
    /// Mail address, or the room's name.
    pub address: String,
    /// As the message greets them.
    pub name: String,
    /// Language of the message.
    pub locale: Locale,
    /// IANA name of the zone that times are shown in.
    pub time_zone: String,
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Identifier.
    pub id: DeliveryId,
    /// The facts that it tells.
    pub notice_id: NoticeId,
    /// The channel, as configuration names it.
    pub channel: String,
    /// To whom.
    pub recipient: Recipient,
    /// The same for every attempt, unique for ever: receivers can tell a repeat by it.
    pub idempotency_key: String,
    /// Key of the first message of this thread to this recipient, for threading; none if this is it.
    pub thread_key: Option<String>,
    /// Where it is in its life.
    pub state: DeliveryState,
    /// Attempts begun.
    pub attempts: u32,
    /// Not before this.
    pub not_before: Timestamp,
    /// Fencing epoch of the lease: a finish with an older one changes nothing.
    pub lease_epoch: i64,
    /// When it was decided.
    pub created_at: Timestamp,
    /// By what the recipient can answer. Sealed when it is sent, never stored.
    pub answer: Option<AnswerBy>,
}

/// By what the recipient of a message can answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerBy {
    /// The page.
    pub url: String,
    /// How its chat service tells of a press of the button; if it does not, the button leads to the page.
    pub press: Option<Press>,
}

/// A button in a message whose presses a chat service tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// To which address.
    pub url: String,
    /// What it hands on, sealed: see [`AnswerLink::token`](super::AnswerLink::token).
    pub token: String,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Taken; with the receiver's answer.
    Accepted(String),
    /// Not taken; worth another attempt at this time.
    Retry {
        /// When.
        at: Timestamp,
        /// For how long it will have been tried by then.
        tried: Duration,
        /// Why, free of secrets.
        error: String,
    },
    /// Not taken, and never will be.
    Refused(String),
    /// Not taken, and neither will be any other: the receiver is gone.
    Gone(String),
}
