//! A button pressed in a chat: whoever pressed it takes what the message asks for, as "I take it" of the page behind
//! its link would, under the name that the chat knows them by.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::Timestamp;

use super::answer::{self, Answered, Asker, Said};
use super::{Shared, task};
use crate::config::Config;
use crate::model::{AnswerLink, Delivery};
use crate::store::Transaction;

/// Bytes of a request: chats send the whole message along.
pub(super) const MOST_BODY: usize = 512 * 1024;
/// Characters of a name.
const NAME: usize = 80;

/// Who pressed.
pub(super) struct Presser {
    /// As the chat knows them.
    pub name: String,
    /// The chat, and what tells them from all others there.
    pub address: String,
}

/// What came of it.
pub(super) struct Pressed {
    /// In the language of the room.
    pub text: String,
    /// Nothing is left to press.
    pub settled: bool,
}

/// Takes what the message asks for; none if it is there no more.
///
/// # Errors
/// What the chat is to be answered if the store does not answer.
pub(super) async fn take(
    shared: &Shared,
    config: Arc<Config>,
    link: AnswerLink,
    by: Presser,
) -> Result<Option<Pressed>, StatusCode> {
    let (plans, now) = (shared.plans, Timestamp::now());
    let name: String = by.name.chars().filter(|c| !c.is_control()).take(NAME).collect();
    let job = move |tx: &mut dyn Transaction| {
        // Nobody of a chat is a person of a plan by the name that they bear there.
        let who = |delivery: &Delivery| Asker {
            id: format!("{name} ({})", delivery.recipient.id),
            name: name.clone(),
            address: Some(by.address.clone()),
        };
        let ack = task::Said::ack();
        let answered = answer::say(tx, &config, plans, link, &who, &ack, now)?;
        Ok(answered.map(|answered| pressed(&config, &answered)))
    };
    let pressed = shared.store.write(job).await.map_err(|error| {
        tracing::error!(%error, "an answer could not be taken");
        StatusCode::SERVICE_UNAVAILABLE
    })?;
    let settled = pressed.as_ref().is_some_and(|pressed| pressed.settled);
    tracing::info!(settled, "a button was pressed in a chat");
    Ok(pressed)
}

fn pressed(config: &Config, answered: &Answered) -> Pressed {
    match answered {
        Answered::Alert(found, said) => {
            let reader = &found.delivery.recipient;
            let settled = matches!(said, Said::Done(_) | Said::Refused(_));
            Pressed { text: said.text(reader.locale, &reader.time_zone), settled }
        }
        Answered::Task(found, outcome) => {
            let text = found.told(config, found.delivery.recipient.locale, outcome);
            Pressed { text, settled: !found.can_be_taken() }
        }
        // Whoever approves a text has to see all of it, on its page.
        Answered::Text(found, outcome) => {
            let text = found.told(config, "", found.delivery.recipient.locale, outcome);
            Pressed { text, settled: false }
        }
    }
}
