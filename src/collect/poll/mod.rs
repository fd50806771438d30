//! One poll of one source: its document, the feed that a page names, the sitemaps of an index.

mod ask;
mod children;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::document::{Announced, Document, ReadError};
use super::entries::entry;
use super::sitemap::Index;
use crate::guard::Client;
use crate::model::{Address, Entry, Source, SourceKind, SourceState, UpdateHints, Validators};

use ask::{Answer, Asked, Known, Round};
use children::read_children;

/// Feeds that a page names of which the first that can be read is taken.
const MAX_CANDIDATES: usize = 3;

/// What a poll found and what is to be remembered of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Poll {
    /// For the next conditional GET.
    pub validators: Validators,
    /// Where it answered, so that it is asked there next time.
    pub address: Option<Address>,
    /// What the reader of its kind keeps for the next time.
    pub memory: Option<String>,
    /// When server and document wish to be asked again.
    pub wish: Wish,
    /// What came of it.
    pub result: PollResult,
}

/// When a server and its document wish to be asked again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// `Retry-After`: not before.
    pub retry_after: Option<Duration>,
    /// `Cache-Control: max-age`: nothing new before.
    pub max_age: Option<Duration>,
    /// What the document says; none if it was not read this time.
    pub hints: Option<UpdateHints>,
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
        /// What kind of failure.
        failure: Failure,
        /// Why, for the people who look after the sources.
        error: String,
    },
}

/// Why a poll failed, by what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No answer, or one that says so: try again later.
    Unreachable,
    /// The server says that the document is gone for good (410).
    Gone,
    /// The answer cannot be read.
    Unreadable,
    /// The answer was read, and nothing is in it any more.
    Empty,
    /// The answer made its reader exceed time or memory.
    Stopped,
}

/// Polls a source. `read` reads the document off the runtime's threads (see [`super::read`]).
///
/// A remembered address that is lost (404, 410, unreadable) is given up for the configured one at
/// once; a page in place of a feed is asked for the feeds that it names.
pub async fn poll<F>(
    client: &Client,
    read: impl Fn(Document) -> F + Sync,
    source: &Source,
    state: &SourceState,
    now: Timestamp,
) -> Poll
where
    F: Future<Output = Result<Announced, ReadError>> + Send,
{
    let round = Round { client, read: &read, source };
    let mut notes = Vec::new();
    let mut known = Known::of(source, state);
    let mut asked = round.ask(&known).await;
    if asked.is_lost() && *known.url != source.url {
        notes.push(format!("{} is lost: the configured address is asked again", known.url));
        known = Known::nothing(source);
        asked = round.ask(&known).await;
    }
    if let Some(moved_to) = asked.moved_to.as_ref().filter(|to| **to != *known.url) {
        notes.push(format!("{} has moved for good to {moved_to}", known.url));
        known.url = Cow::Owned(moved_to.clone());
    }
    let feeds = feeds_named(source, &asked.answer);
    // The rare ways are boxed: the many polls that find nothing new shall not carry the room for them.
    if !feeds.is_empty()
        && let Some((feed, found)) = Box::pin(discovered(&round, &known.url, feeds)).await
    {
        notes.push(format!("this is a web page; the feed that it names is read: {feed}"));
        known.url = Cow::Owned(feed);
        asked = found;
    }
    settle(&round, Past { state, known, notes }, asked, now).await
}

/// What a poll began with and what was noted on the way to its answer.
struct Past<'a> {
    state: &'a SourceState,
    /// Its URL is where to ask next time.
    known: Known<'a>,
    notes: Vec<String>,
}

/// The feeds that a page names which stands in place of a feed.
fn feeds_named<'a>(source: &Source, answer: &'a Answer) -> &'a [Url] {
    match answer {
        Answer::Failed { feeds, .. } if matches!(source.kind, SourceKind::Feed) => feeds,
        _ => &[],
    }
}

/// The first of the `feeds` of a page that can be read, and where it is.
async fn discovered<R, F>(round: &Round<'_, R>, page: &Url, feeds: &[Url]) -> Option<(Url, Asked)>
where
    R: Fn(Document) -> F + Sync,
    F: Future<Output = Result<Announced, ReadError>> + Send,
{
    for feed in feeds.iter().filter(|feed| *feed != page).take(MAX_CANDIDATES) {
        let mut found = round.ask(&Known::at(Cow::Borrowed(feed))).await;
        if matches!(found.answer, Answer::Read(_)) {
            let place = found.moved_to.take().unwrap_or_else(|| feed.clone());
            return Some((place, found));
        }
    }
    None
}

/// From the answer to the poll, with the sitemaps that an index still owes.
async fn settle<R, F>(round: &Round<'_, R>, past: Past<'_>, asked: Asked, now: Timestamp) -> Poll
where
    R: Fn(Document) -> F + Sync,
    F: Future<Output = Result<Announced, ReadError>> + Send,
{
    let Past { state, known, notes } = past;
    let source = round.source;
    let Asked { validators, mut wish, answer, .. } = asked;
    let news = |state: &SourceState| state.seeded || source.alert_on_history;
    let (announced, is_same) = match answer {
        Answer::Failed { failure, error, .. } => return failed(state, wish, failure, error),
        Answer::Same => (Announced::default(), true),
        Answer::Read(announced) => (announced, false),
    };
    if !is_same {
        wish.hints = Some(announced.hints);
    }
    let mut memory = announced.memory.or_else(|| known.memory.map(str::to_owned));
    let mut entries: Vec<Entry> =
        announced.entries.into_iter().map(|one| entry(one, source, !news(state), now)).collect();
    let mut warnings = [notes, announced.warnings].concat();
    if matches!(source.kind, SourceKind::Sitemap) {
        let mut index = Index::recall(memory.as_deref());
        let found = Box::pin(read_children(round, &mut index, news(state), now)).await;
        if let (Some((failure, error)), true) = (found.all_failed, entries.is_empty()) {
            return failed(state, wish, failure, error);
        }
        entries.extend(found.entries);
        warnings.extend(found.warnings);
        memory = Some(index.to_memory());
    }
    let (configured, actual) = (source.url.clone(), known.url.into_owned());
    let address = Some(Address { configured, actual });
    let result = if is_same && entries.is_empty() {
        PollResult::Unchanged
    } else {
        PollResult::Found { entries, warnings }
    };
    Poll { validators, address, memory, wish, result }
}

/// The validators stay those of the last document that was read, so that it is asked for again.
fn failed(state: &SourceState, wish: Wish, failure: Failure, error: String) -> Poll {
    Poll {
        validators: state.validators.clone(),
        address: state.address.clone(),
        memory: state.memory.clone(),
        wish,
        result: PollResult::Failed { failure, error },
    }
}
