//! One poll of one source.

use jiff::Timestamp;

use crate::guard::{Client, Get, Reply};
use crate::model::{Entry, Feed, Source, SourceKind, SourceState, Validators};

use super::entries::entries;
use super::{FeedError, list, next_check, read_feed};

/// What a poll found and what is to be remembered of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Poll {
    /// For the next conditional GET.
    pub validators: Validators,
    /// When the source is due again.
    pub next_check_at: Timestamp,
    /// What came of it.
    pub result: PollResult,
}

/// The outcome of a poll.
#[derive(Debug, Clone, PartialEq)]
pub enum PollResult {
    /// The document is the same as last time.
    Unchanged,
    /// The document was read.
    Found {
        /// Its entries, oldest first, known ones among them.
        entries: Vec<Entry>,
        /// What had to be repaired.
        warnings: Vec<String>,
    },
    /// Nothing could be read; the source stays due, later.
    Failed {
        /// Why, for the people who look after the sources.
        error: String,
        /// The server says that the document is gone for good (410).
        gone: bool,
    },
}

/// Polls a source. The document is parsed off the runtime's threads.
pub async fn poll(client: &Client, source: &Source, state: &SourceState, now: Timestamp) -> Poll {
    let get = Get {
        url: &source.url,
        validators: &state.validators,
        allow_private: source.allow_private,
    };
    let reply = match client.get(get).await {
        Ok(reply) => reply,
        Err(error) => return failed(source, state, None, error.to_string(), now),
    };
    match reply.status {
        304 => unchanged(source, &reply, reply.validators.clone(), now),
        200..=299 => read(source, state, reply, now).await,
        status => {
            let error = format!("the server answered {status}");
            failed(source, state, Some(&reply), error, now)
        }
    }
}

async fn read(source: &Source, state: &SourceState, mut reply: Reply, now: Timestamp) -> Poll {
    let body = std::mem::take(&mut reply.body);
    let hash = blake3::hash(&body).to_hex().to_string();
    let validators = Validators { body_hash: Some(hash), ..reply.validators.clone() };
    if validators.body_hash == state.validators.body_hash {
        return unchanged(source, &reply, validators, now);
    }
    let (kind, url) = (source.kind.clone(), reply.final_url.clone());
    let content_type = reply.content_type.clone();
    let parsing = move || parse(&kind, &body, content_type.as_deref(), &url);
    let feed = match tokio::task::spawn_blocking(parsing).await {
        Ok(Ok(feed)) => feed,
        Ok(Err(error)) => return failed(source, state, Some(&reply), error.to_string(), now),
        Err(_) => {
            return failed(source, state, Some(&reply), "the reader was stopped".to_owned(), now);
        }
    };
    let warnings = feed.warnings.clone();
    let entries = entries(feed, source, !state.seeded, now);
    let result = PollResult::Found { entries, warnings };
    Poll { validators, next_check_at: after_success(source, &reply, now), result }
}

fn parse(
    kind: &SourceKind,
    body: &[u8],
    content_type: Option<&str>,
    url: &url::Url,
) -> Result<Feed, FeedError> {
    match kind {
        SourceKind::Feed => read_feed(body, content_type, Some(url.as_str())),
        SourceKind::Page { links } => list::read_list(body, content_type, url, links),
    }
}

fn unchanged(source: &Source, reply: &Reply, validators: Validators, now: Timestamp) -> Poll {
    let next_check_at = after_success(source, reply, now);
    Poll { validators, next_check_at, result: PollResult::Unchanged }
}

fn after_success(source: &Source, reply: &Reply, now: Timestamp) -> Timestamp {
    next_check(source, 0, reply.retry_after, reply.cache_max_age, now)
}

/// The validators stay those of the last document that was read, so that it is asked for again.
fn failed(
    source: &Source,
    state: &SourceState,
    reply: Option<&Reply>,
    error: String,
    now: Timestamp,
) -> Poll {
    let failures = state.failures.saturating_add(1);
    let retry_after = reply.and_then(|reply| reply.retry_after);
    Poll {
        validators: state.validators.clone(),
        next_check_at: next_check(source, failures, retry_after, None, now),
        result: PollResult::Failed { error, gone: reply.is_some_and(|reply| reply.status == 410) },
    }
}
