//! Polls against a local site.

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
