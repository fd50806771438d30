//! One question and its answer: a conditional GET, and the document read if it changed.

use std::borrow::Cow;

use jiff::Timestamp;
use url::Url;

use super::{Failure, Wish};
use crate::collect::document::{Announced, Document, ReadError};
use crate::guard::{Client, FetchError, Get, Reply};
use crate::model::{Source, SourceState, Validators};

/// What stays the same through all questions of a poll.
pub(super) struct Round<'a, R> {
    pub client: &'a Client,
    pub read: &'a R,
    pub source: &'a Source,
}

/// What is known of a document before it is asked for.
#[derive(Debug, Clone)]
pub(super) struct Known<'a> {
    pub url: Cow<'a, Url>,
    pub validators: Cow<'a, Validators>,
    pub memory: Option<&'a str>,
}

impl<'a> Known<'a> {
    /// What is remembered of a source; nothing of it is believed if its URL was edited since.
    pub fn of(source: &'a Source, state: &'a SourceState) -> Self {
        let url = match &state.address {
            Some(address) if address.configured != source.url => return Self::nothing(source),
            Some(address) => &address.actual,
            None => &source.url,
        };
        Self {
            url: Cow::Borrowed(url),
            validators: Cow::Borrowed(&state.validators),
            memory: state.memory.as_deref(),
        }
    }

    /// The configured URL, as if it were asked for the first time.
    pub fn nothing(source: &'a Source) -> Self {
        Self::at(Cow::Borrowed(&source.url))
    }

    /// A URL of which nothing is known.
    pub fn at(url: Cow<'a, Url>) -> Self {
        Self { url, validators: Cow::default(), memory: None }
    }
}

/// An answer and what came with it.
#[derive(Debug)]
pub(super) struct Asked {
    /// Where it has moved for good, if it has.
    pub moved_to: Option<Url>,
    /// For the next time; empty if nothing was read.
    pub validators: Validators,
    pub wish: Wish,
    pub answer: Answer,
}

/// How a document answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// Nothing changed since the validators were given.
    Same,
    /// It was read.
    Read(Announced),
    /// It was not.
    Failed {
        failure: Failure,
        error: String,
        /// 404, 410 or something else than expected: this is not its place any more.
        lost: bool,
        /// Feeds that the document names, if it is a page.
        feeds: Vec<Url>,
    },
}

impl Asked {
    pub fn is_lost(&self) -> bool {
        matches!(self.answer, Answer::Failed { lost: true, .. })
    }
}

impl<R, F> Round<'_, R>
where
    R: Fn(Document) -> F + Sync,
    F: Future<Output = Result<Announced, ReadError>> + Send,
{
    /// Asks for a document and reads it.
    pub async fn ask(&self, known: &Known<'_>) -> Asked {
        let get = Get { validators: &known.validators, ..Get::of(self.source, &known.url) };
        let mut asked = Asked {
            moved_to: None,
            validators: Validators::default(),
            wish: Wish::default(),
            answer: Answer::Same,
        };
        let mut reply = match self.client.get(get).await {
            Ok(reply) => reply,
            Err(error) => {
                asked.wish.retry_after = error.rest(Timestamp::now());
                asked.answer = refused(&error);
                return asked;
            }
        };
        asked.wish = wish(&reply);
        asked.moved_to = reply.moved_to.take();
        match reply.status {
            304 => asked.validators = reply.validators,
            200..=299 => {
                let hash = blake3::hash(&reply.body).to_hex().to_string();
                let is_same = known.validators.body_hash.as_ref() == Some(&hash);
                asked.validators =
                    Validators { body_hash: Some(hash), ..std::mem::take(&mut reply.validators) };
                if !is_same {
                    asked.answer = self.read(reply, known.memory.map(str::to_owned)).await;
                }
            }
            status => asked.answer = turned_away(status),
        }
        asked
    }

    async fn read(&self, reply: Reply, memory: Option<String>) -> Answer {
        let document = Document {
            kind: self.source.kind.clone(),
            url: reply.final_url,
            content_type: reply.content_type,
            memory,
            body: reply.body,
        };
        // Boxed, so that the many polls that read nothing do not carry the room for it.
        match Box::pin((self.read)(document)).await {
            Ok(announced) => Answer::Read(announced),
            Err(error) => unread(error),
        }
    }
}

fn wish(reply: &Reply) -> Wish {
    Wish { retry_after: reply.retry_after, max_age: reply.cache_max_age, hints: None }
}

/// A request that brought no answer.
fn refused(error: &FetchError) -> Answer {
    let failure = match error {
        FetchError::Refused { .. }
        | FetchError::TooLarge { .. }
        | FetchError::Timeout { .. }
        | FetchError::Network { .. }
        | FetchError::Resting { .. }
        | FetchError::Robots { .. } => Failure::Unreachable,
    };
    Answer::Failed { failure, error: error.to_string(), lost: false, feeds: Vec::new() }
}

/// A status that brings no document.
fn turned_away(status: u16) -> Answer {
    let failure = if status == 410 { Failure::Gone } else { Failure::Unreachable };
    let error = format!("the server answered {status}");
    Answer::Failed { failure, error, lost: matches!(status, 404 | 410), feeds: Vec::new() }
}

/// A document that could not be read.
fn unread(error: ReadError) -> Answer {
    let (failure, lost) = match error {
        ReadError::Unexpected { .. } | ReadError::Broken(_) => (Failure::Unreadable, true),
        ReadError::Refused(_) => (Failure::Unreadable, false),
        ReadError::Empty(_) => (Failure::Empty, false),
        ReadError::Stopped(_) => (Failure::Stopped, false),
        ReadError::Unavailable(_) => (Failure::Unreachable, false),
    };
    let text = error.to_string();
    let feeds = if let ReadError::Unexpected { feeds, .. } = error { feeds } else { Vec::new() };
    Answer::Failed { failure, error: text, lost, feeds }
}
