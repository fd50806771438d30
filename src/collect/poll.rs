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
    use crate::model::{Source, SourceKind, SourceState, Validators};

    use super::{Poll, PollResult, poll};

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
            Self { client, source: Source { url, allow_private: true, ..source() } }
        }

        async fn poll(&self, state: &SourceState) -> Poll {
            poll(&self.client, &self.source, state, now()).await
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
        assert_eq!(busy.next_check_at.duration_since(now()).as_secs(), 7200);
        let gone = async || StatusCode::GONE;
        let gone = Site::new(Router::new().route("/feed", get(gone))).await.poll(&state()).await;
        assert!(matches!(gone.result, PollResult::Failed { gone: true, .. }));
        let page = async || "<!doctype html><html><body>Sign in</body></html>";
        let page = Site::new(Router::new().route("/feed", get(page))).await.poll(&state()).await;
        let error = "this is a web page, not a feed".to_owned();
        assert_eq!(page.result, PollResult::Failed { error, gone: false });
        assert_eq!(page.validators, Validators::default());
    }

    #[tokio::test]
    async fn pages_are_lists_of_links() {
        let page = async || "<ul><li><a href='/b'>B</a><li><a href='/a'>A</a></ul>";
        let mut site = Site::new(Router::new().route("/feed", get(page))).await;
        site.source.kind = SourceKind::Page { links: "li a".to_owned() };
        assert_eq!(found(&site.poll(&state()).await), [("A", true), ("B", true)]);
    }
}
