//! What a sender is, what it can answer, and how one is made from the configuration.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::rooms::Room;
use super::wording::Wording;
use super::{maildir, smtp};
use crate::config::{Channel, ChannelKind};
use crate::guard::Client;
use crate::model::{Delivery, Notice};

/// One message: to whom, and what it tells.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// To whom, with the key that is the same for every attempt.
    pub delivery: &'a Delivery,
    /// What.
    pub notice: &'a Notice,
}

/// The courier's side of an attempt.
pub trait HandOver: Send + Sync {
    /// Called right before the step after which nobody could tell whether the message arrived
    /// (SMTP: between the answer to DATA and the text; HTTP: before the request is written;
    /// directory: before the rename). It is called at most once an attempt. A refusal stops the
    /// attempt, and then nothing has left.
    fn begin(&self) -> BoxFuture<'_, Result<(), HandOverRefused>>;
}

/// The courier does not want the message to leave: its lease is lost, or the store failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("hand-over refused")]
pub struct HandOverRefused;

/// Sends messages over one channel.
pub trait Notifier: Send + Sync {
    /// Makes one attempt. Dropping the future gives it up at whatever point it is.
    fn send<'a>(
        &'a self,
        message: Message<'a>,
        hand_over: &'a dyn HandOver,
    ) -> BoxFuture<'a, Result<Receipt, SendError>>;

    /// Asks whether the receiver takes messages for an address, and sends none; none where only a message would tell.
    fn ask<'a>(&'a self, _address: &'a str) -> Option<BoxFuture<'a, Result<Receipt, SendError>>> {
        None
    }
}

/// The message was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The receiver's answer, one line, at most 200 characters.
    pub answer: String,
}

/// Why a message was not taken. Texts are one line, free of secrets and URLs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Another attempt may succeed. If the hand-over had begun and `what` names no answer of the
    /// receiver, the message may nevertheless have arrived.
    #[error("{what}")]
    Retry {
        /// The wait that the receiver asked for.
        after: Option<Duration>,
        /// What happened.
        what: String,
    },
    /// The receiver is alive and takes messages, but not so many: never final, however often it
    /// says so, and a wish about all messages of the channel. It certainly did not arrive.
    #[error("{what}")]
    Slower {
        /// The wait that the receiver asked for.
        after: Option<Duration>,
        /// What it said.
        what: String,
    },
    /// No attempt will succeed until a person changes something. It certainly did not arrive.
    #[error("{what}")]
    Refused {
        /// What happened.
        what: String,
    },
    /// The receiver says that it is gone for good: nothing more is to be sent to it (Standard Webhooks; RFC 9110
    /// §15.5.11). It certainly did not arrive.
    #[error("{what}")]
    Gone {
        /// What it said.
        what: String,
    },
    /// The courier stopped it. It certainly did not arrive.
    #[error("the hand-over was refused")]
    HandOver,
}

impl From<HandOverRefused> for SendError {
    fn from(_: HandOverRefused) -> Self {
        SendError::HandOver
    }
}

/// Why no sender can be made of a channel. Texts are free of secrets and URLs.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// `from` is no mail address.
    #[error("the sender is not a mail address: {0}")]
    Sender(String),
    /// A URL that cannot be called.
    #[error("the URL is not an http or https URL")]
    Url,
    /// A secret that cannot sign.
    #[error("the secret is not `whsec_` and base64")]
    Secret,
    /// A password would go over the wire in plain text.
    #[error("a login needs TLS unless the server is on this host")]
    PlainLogin,
    /// The file of certificates cannot be used.
    #[error("the file of certificates cannot be used: {0}")]
    Certificates(String),
}

/// Makes the sender of a channel. `http` is the client that chat rooms and webhooks are called by.
///
/// # Errors
/// If the channel cannot work whatever happens on the network.
pub fn build(
    channel: &Channel,
    http: Arc<Client>,
    wording: &Arc<Wording>,
) -> Result<Box<dyn Notifier>, BuildError> {
    let allow_private = channel.allow_private;
    Ok(match &channel.kind {
        ChannelKind::Email(server) => Box::new(smtp::Email::new(server, wording)?),
        ChannelKind::Maildir { directory, from } => {
            Box::new(maildir::Maildir::new(directory.clone(), from, wording)?)
        }
        ChannelKind::Room { url, service } => {
            Box::new(Room::new(service, url, allow_private, http)?.worded(wording))
        }
        ChannelKind::Webhook { url, secret } => {
            Box::new(Room::signed(url, secret, allow_private, http)?)
        }
    })
}
