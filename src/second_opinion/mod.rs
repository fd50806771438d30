//! A second opinion on an article toward a target, from a chat endpoint in the common format
//! (`POST …/v1/chat/completions`): asked where the rules are unsure, believed only to the letter.
//!
//! The article is data there. An answer counts if it is one JSON object of the wanted shape, repeats
//! the number of its case, which no article can know, and quotes a passage that stands in the text.
//! Whatever else comes, or nothing in time, leaves the rules' opinion as it is. Never decides what the
//! answer is worth (`analyse` does), never asks more than the budget of an hour allows, and leaves an
//! endpoint alone for a while that failed.

mod answer;
mod budget;
mod question;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use answer::Deviation;
pub use question::Question;

use crate::config::SecondReader;
use crate::guard::{Client, FetchError, Post};
use crate::model::{PolarityLabel, Reach};
use budget::Budget;

/// Questions under way at the same time.
const SLOTS: usize = 4;
/// How long an endpoint is left alone that failed, where it does not say itself …
const REST: SignedDuration = SignedDuration::from_secs(60);
/// … and at most where it does.
const LONGEST_REST: SignedDuration = SignedDuration::from_hours(1);
/// Answers that are remembered: copies of an article are the same question.
const REMEMBERED: usize = 256;

/// What the endpoint says, with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the text says of the target.
    pub label: PolarityLabel,
    /// Characters of the question's text that it quotes.
    pub quote: Range<usize>,
}

/// Why there is no answer that counts.
#[derive(Debug, Error)]
pub enum Silence {
    /// The hour's questions are spent.
    #[error("the hour's questions are spent")]
    Budget,
    /// It failed shortly before.
    #[error("the endpoint is left alone until {until:.0}")]
    Resting {
        /// When it is asked again.
        until: Timestamp,
    },
    /// Nothing came in time, or no slot became free.
    #[error("no answer in time")]
    Late,
    /// It could not be reached.
    #[error("{0}")]
    Network(FetchError),
    /// It refused.
    #[error("it answered {0}")]
    Status(u16),
    /// It answered something else than it was asked for.
    #[error("{0}")]
    Deviation(Deviation),
}

impl Silence {
    /// The name in metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Resting { .. } => "resting",
            Self::Late => "late",
            Self::Network(_) => "network",
            Self::Status(_) => "status",
            Self::Deviation(_) => "deviation",
        }
    }
}

/// Who asks: the slots, the budget and what was answered lately. One a process.
#[derive(Debug)]
pub struct Desk {
    slots: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    budget: Budget,
    rests_until: Option<Timestamp>,
    known: VecDeque<([u8; 32], Answer)>,
}

impl Default for Desk {
    fn default() -> Self {
        Self { slots: Semaphore::new(SLOTS), state: Mutex::default() }
    }
}

impl Desk {
    /// Asks about one text. Takes no longer than the reader's timeout, whatever happens; `now` is for
    /// the budget and the rest.
    ///
    /// # Errors
    /// See [`Silence`]: the rules' opinion stands then.
    pub async fn ask(
        &self,
        reader: &SecondReader,
        client: &Client,
        question: &Question<'_>,
        now: Timestamp,
    ) -> Result<Answer, Silence> {
        let excerpt = question.excerpt();
        let key = question.key(&reader.model);
        if let Some(known) = self.known(&key) {
            return Ok(known);
        }
        let asking = async {
            let _slot = self.slots.acquire().await.map_err(|_| Silence::Late)?;
            self.admit(reader.budget, now)?;
            exchange(reader, client, question, &excerpt).await
        };
        let answered = timeout(reader.timeout, asking).await;
        match answered.unwrap_or_else(|_| Err(Silence::Late.into())) {
            Ok(answer) => {
                self.remember(key, &answer);
                Ok(answer)
            }
            Err(Refused { why, rest }) => {
                self.rest(rest, now);
                Err(why)
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, key: &[u8; 32]) -> Option<Answer> {
        let state = self.state();
        state.known.iter().find(|(known, _)| known == key).map(|(_, answer)| answer.clone())
    }

    fn remember(&self, key: [u8; 32], answer: &Answer) {
        let mut state = self.state();
        if state.known.len() >= REMEMBERED {
            state.known.pop_front();
        }
        state.known.push_back((key, answer.clone()));
    }

    fn admit(&self, per_hour: u32, now: Timestamp) -> Result<(), Silence> {
        let mut state = self.state();
        if let Some(until) = state.rests_until.filter(|&until| now < until) {
            return Err(Silence::Resting { until });
        }
        if state.budget.take(per_hour, now) { Ok(()) } else { Err(Silence::Budget) }
    }

    fn rest(&self, pause: Option<SignedDuration>, now: Timestamp) {
        if let Some(until) = pause.and_then(|pause| now.checked_add(pause).ok()) {
            self.state().rests_until = Some(until);
        }
    }
}

/// Why there is no answer, and how long the endpoint is left alone for it.
struct Refused {
    why: Silence,
    rest: Option<SignedDuration>,
}

impl From<Silence> for Refused {
    fn from(why: Silence) -> Self {
        let rest = match why {
            Silence::Late | Silence::Network(_) | Silence::Status(_) => Some(REST),
            Silence::Budget | Silence::Resting { .. } | Silence::Deviation(_) => None,
        };
        Self { why, rest }
    }
}

async fn exchange(
    reader: &SecondReader,
    client: &Client,
    question: &Question<'_>,
    excerpt: &question::Excerpt<'_>,
) -> Result<Answer, Refused> {
    let case = uuid::Uuid::now_v7().simple().to_string();
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if let Some(key) = &reader.key {
        headers.push(("authorization".to_owned(), format!("Bearer {}", key.expose_secret())));
    }
    let reach = if reader.allow_private { Reach::anywhere() } else { Reach::default() };
    let body = question.body(excerpt, &reader.model, &case);
    let post = Post { url: &reader.url, headers, body, reach: &reach, timeout: reader.timeout };
    let reply = client.post(post).await.map_err(|error| match error {
        FetchError::Timeout { .. } => Silence::Late,
        error => Silence::Network(error),
    })?;
    if reply.status != 200 {
        let rest = reply.retry_after.map(pause);
        return Err(Refused { why: Silence::Status(reply.status), rest: rest.or(Some(REST)) });
    }
    let answer = answer::read(&reply.body, &case, question, excerpt);
    Ok(answer.map_err(Silence::Deviation)?)
}

fn pause(asked: Duration) -> SignedDuration {
    SignedDuration::try_from(asked).unwrap_or(LONGEST_REST).clamp(REST, LONGEST_REST)
}
