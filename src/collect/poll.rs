//! One poll of one source.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::document::{Announced, Document, ReadError};
use super::entries::entry;
use crate::guard::{Client, Get, Reply};
use crate::model::{Entry, Source, SourceState, UpdateHints, Validators};

/// What a poll found and what is to be remembered of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Poll {
    /// For the next conditional GET.
    pub validators: Validators,
    /// Where it is polled from now on, if not at its configured URL.
    pub address: Option<Url>,
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
pub async fn poll<F>(
    client: &Client,
    read: impl Fn(Document) -> F,
    source: &Source,
    state: &SourceState,
    now: Timestamp,
) -> Poll
where
    F: Future<Output = Result<Announced, ReadError>> + Send,
{
    let get = Get { validators: &state.validators, ..Get::of(source, address(source, state)) };
    let reply = match client.get(get).await {
        Ok(reply) => reply,
        Err(error) => {
            let wish = Wish { retry_after: error.rest(now), ..Wish::default() };
            return failed(state, wish, Failure::Unreachable, error.to_string());
        }
    };
    let wish = wish(&reply);
    match reply.status {
        304 => unchanged(state, reply.validators, wish),
        200..=299 => found(read, source, state, reply, now).await,
        410 => failed(state, wish, Failure::Gone, "the server answered 410".to_owned()),
        status => {
            failed(state, wish, Failure::Unreachable, format!("the server answered {status}"))
        }
    }
}

fn address<'a>(source: &'a Source, state: &'a SourceState) -> &'a Url {
    state.address.as_ref().unwrap_or(&source.url)
}

fn wish(reply: &Reply) -> Wish {
    Wish { retry_after: reply.retry_after, max_age: reply.cache_max_age, hints: None }
}

async fn found<F>(
    read: impl Fn(Document) -> F,
    source: &Source,
    state: &SourceState,
    mut reply: Reply,
    now: Timestamp,
) -> Poll
where
    F: Future<Output = Result<Announced, ReadError>> + Send,
{
    let body = std::mem::take(&mut reply.body);
    let wish = wish(&reply);
    let hash = blake3::hash(&body).to_hex().to_string();
    let validators = Validators { body_hash: Some(hash), ..reply.validators };
    if validators.body_hash == state.validators.body_hash {
        return unchanged(state, validators, wish);
    }
    let document = Document {
        kind: source.kind.clone(),
        url: reply.final_url,
        content_type: reply.content_type,
        memory: state.memory.clone(),
        body,
    };
    match read(document).await {
        Ok(announced) => {
            let Announced { entries, hints, warnings, memory, .. } = announced;
            let history = !state.seeded && !source.alert_on_history;
            let entries = entries.into_iter().map(|one| entry(one, source, history, now)).collect();
            Poll {
                validators,
                address: state.address.clone(),
                memory: memory.or_else(|| state.memory.clone()),
                wish: Wish { hints: Some(hints), ..wish },
                result: PollResult::Found { entries, warnings },
            }
        }
        Err(error) => failed(state, wish, failure(&error), error.to_string()),
    }
}

fn failure(error: &ReadError) -> Failure {
    match error {
        ReadError::Unexpected { .. } | ReadError::Broken(_) | ReadError::Refused(_) => {
            Failure::Unreadable
        }
        ReadError::Empty(_) => Failure::Empty,
        ReadError::Stopped(_) => Failure::Stopped,
        ReadError::Unavailable(_) => Failure::Unreachable,
    }
}

fn unchanged(state: &SourceState, validators: Validators, wish: Wish) -> Poll {
    Poll {
        validators,
        address: state.address.clone(),
        memory: state.memory.clone(),
        wish,
        result: PollResult::Unchanged,
    }
}

/// The validators stay those of the last document that was read, so that it is asked for again.
fn failed(state: &SourceState, wish: Wish, failure: Failure, error: String) -> Poll {
    let result = PollResult::Failed { failure, error };
    Poll { result, ..unchanged(state, state.validators.clone(), wish) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::http::{HeaderMap, StatusCode};
    use axum::response::IntoResponse;
    use axum::routing::get;
    use jiff::Timestamp;
    use tokio::net::TcpListener;

    use crate::collect::entries::tests::source;
    use crate::guard::{Client, Limits};
    use crate::model::{Reach, Source, SourceKind, SourceState, Validators};

    use super::{Failure, Poll, PollResult, poll};

    const FEED: &str = "<rss version='2.0'><channel><title>Daily</title>\
        <item><title>Two</title><link>/2</link><guid>2</guid></item>\
        <item><title>One</title><link>/1</link><guid>1</guid></item></channel></rss>";

    fn now() -> Timestamp {
        "2024-05-01T10:00:00Z".parse().unwrap()
    }

    fn state() -> SourceState {
        SourceState {
            source_id: "daily".to_owned(),
            validators: Validators::default(),
            next_check_at: now(),
            last_success_at: None,
            failures: 0,
            last_error: None,
            seeded: false,
            address: None,
            memory: None,
        }
    }

    struct Site {
        client: Client,
        source: Source,
    }

    impl Site {
        async fn new(router: Router) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move { axum::serve(listener, router).await });
            let url = format!("http://{address}/feed").parse().unwrap();
            let limits = Limits { host_gap: Duration::ZERO, ..Limits::default() };
            let client = Client::new(limits, "test").unwrap();
            Self { client, source: Source { url, reach: Reach::anywhere(), ..source() } }
        }

        async fn poll(&self, state: &SourceState) -> Poll {
            let read = |document| async move { crate::collect::read(&document) };
            poll(&self.client, read, &self.source, state, now()).await
        }
    }

    fn found(poll: &Poll) -> Vec<(&str, bool)> {
        let PollResult::Found { entries, .. } = &poll.result else { panic!("{:?}", poll.result) };
        entries.iter().map(|entry| (entry.title.as_str(), entry.history)).collect()
    }

    #[tokio::test]
    async fn a_poll_can_run_on_any_thread() {
        fn check<T: Send>(_: &T) {}
        let site = Site::new(Router::new()).await;
        check(&site.poll(&state()));
    }

    #[tokio::test]
    async fn the_first_poll_is_history_and_the_next_asks_for_changes() {
        let feed = async |headers: HeaderMap| {
            if headers.get("if-none-match").is_some_and(|tag| tag == "\"1\"") {
                return StatusCode::NOT_MODIFIED.into_response();
            }
            ([("etag", "\"1\"")], FEED).into_response()
        };
        let site = Site::new(Router::new().route("/feed", get(feed))).await;
        let first = site.poll(&state()).await;
        assert_eq!(found(&first), [("One", true), ("Two", true)]);
        let seeded = SourceState { seeded: true, validators: first.validators, ..state() };
        let second = site.poll(&seeded).await;
        assert_eq!(second.result, PollResult::Unchanged);
        assert_eq!(second.validators, seeded.validators);
        let fresh = SourceState { validators: Validators::default(), ..seeded };
        assert_eq!(found(&site.poll(&fresh).await), [("One", false), ("Two", false)]);
    }

    #[tokio::test]
    async fn the_same_body_is_unchanged_without_validators() {
        let site = Site::new(Router::new().route("/feed", get(async || FEED))).await;
        let first = site.poll(&state()).await;
        let second = site.poll(&SourceState { validators: first.validators, ..state() }).await;
        assert_eq!(second.result, PollResult::Unchanged);
    }

    #[tokio::test]
    async fn failures_say_why_and_wait() {
        let refuse = async || (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7200")]);
        let busy = Site::new(Router::new().route("/feed", get(refuse))).await.poll(&state()).await;
        assert_eq!(busy.wish.retry_after, Some(Duration::from_hours(2)));
        let gone = async || StatusCode::GONE;
        let gone = Site::new(Router::new().route("/feed", get(gone))).await.poll(&state()).await;
        assert!(matches!(gone.result, PollResult::Failed { failure: Failure::Gone, .. }));
        let page = async || "<!doctype html><html><body>Sign in</body></html>";
        let page = Site::new(Router::new().route("/feed", get(page))).await.poll(&state()).await;
        let error = "this is a web page, not a feed".to_owned();
        assert_eq!(page.result, PollResult::Failed { failure: Failure::Unreadable, error });
        assert_eq!(page.validators, Validators::default());
    }

    #[tokio::test]
    async fn pages_are_lists_of_links() {
        let page = async || "<ul><li><a href='/b'>B</a><li><a href='/a'>A</a></ul>";
        let mut site = Site::new(Router::new().route("/feed", get(page))).await;
        site.source.kind = SourceKind::Page { links: Some("li a".to_owned()) };
        assert_eq!(found(&site.poll(&state()).await), [("A", true), ("B", true)]);
    }
}
