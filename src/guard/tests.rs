//! The client against a real server on this machine: what it refuses, cuts, gives back.

use std::future::pending;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use flate2::{Compression, write::GzEncoder};
use tokio::net::TcpListener;
use url::Url;

use crate::model::{Reach, Validators};

use super::{Client, FetchError, Get, Limits, Post, Reply};

fn limits() -> Limits {
    Limits { host_gap: Duration::ZERO, decoded_bytes: 1_000_000, ..Limits::default() }
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn fetch(
    client: &Client,
    url: &str,
    validators: &Validators,
    allow_private: bool,
) -> Result<Reply, FetchError> {
    let url: Url = url.parse().unwrap();
    let reach = if allow_private { Reach::anywhere() } else { Reach::default() };
    client.get(Get { url: &url, validators, reach: &reach, obey_robots: false }).await
}

async fn fetch_local(router: Router, limits: Limits) -> Result<Reply, FetchError> {
    let address = serve(router).await;
    let client = Client::new(limits, "test").unwrap();
    fetch(&client, &format!("http://{address}/"), &Validators::default(), true).await
}

#[tokio::test]
async fn an_unchanged_document_costs_a_head() {
    let handler = async |headers: HeaderMap| match headers.get("if-none-match") {
        Some(tag) if tag == "\"7\"" => StatusCode::NOT_MODIFIED.into_response(),
        _ => ([("etag", "\"7\""), ("cache-control", "max-age=60")], "feed").into_response(),
    };
    let address = serve(Router::new().route("/", get(handler))).await;
    let client = Client::new(limits(), "test").unwrap();
    let url = format!("http://{address}/");
    let first = fetch(&client, &url, &Validators::default(), true).await.unwrap();
    assert_eq!((first.status, first.body.as_slice()), (200, b"feed".as_slice()));
    assert_eq!(first.cache_max_age, Some(Duration::from_mins(1)));
    let second = fetch(&client, &url, &first.validators, true).await.unwrap();
    assert_eq!((second.status, second.body.len()), (304, 0));
    assert_eq!(second.validators, first.validators);
}

#[tokio::test]
async fn a_gzip_bomb_stops_at_the_decoded_cap() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![0; 50_000_000]).unwrap();
    let bomb = gzip.finish().unwrap();
    assert!(bomb.len() < 100_000);
    let router =
        Router::new().route("/", get(async move || ([("content-encoding", "gzip")], bomb.clone())));
    let result = fetch_local(router, limits()).await;
    assert!(matches!(result, Err(FetchError::TooLarge { limit: 1_000_000 })), "{result:?}");
}

#[tokio::test]
async fn what_is_announced_as_too_large_is_not_read() {
    let router = Router::new().route("/", get(async || "x".repeat(2000)));
    let result = fetch_local(router, Limits { wire_bytes: 1000, ..limits() }).await;
    assert!(matches!(result, Err(FetchError::TooLarge { limit: 1000 })), "{result:?}");
}

/// A listener that counts who connects.
async fn counted() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counter.fetch_add(1, SeqCst);
        }
    });
    (address, count)
}

#[tokio::test]
async fn private_addresses_need_leave() {
    let (inner, connections) = counted().await;
    let client = Client::new(limits(), "test").unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("http://{host}:{}/", inner.port());
        let result = fetch(&client, &url, &Validators::default(), false).await;
        assert!(matches!(result, Err(FetchError::Refused { .. })), "{result:?}");
    }
    assert_eq!(connections.load(SeqCst), 0);
}

#[tokio::test]
async fn redirects_are_followed_and_end() {
    let router = Router::new()
        .route("/", get(async || Redirect::permanent("/there")))
        .route("/there", get(async || "found"))
        .route("/round", get(async || Redirect::to("/round")));
    let address = serve(router).await;
    let client = Client::new(limits(), "test").unwrap();
    let none = Validators::default();
    let reply = fetch(&client, &format!("http://{address}/"), &none, true).await.unwrap();
    assert_eq!((reply.final_url.path(), reply.body.as_slice()), ("/there", b"found".as_slice()));
    let round = fetch(&client, &format!("http://{address}/round"), &none, true).await;
    assert!(matches!(round, Err(FetchError::Refused { .. })), "{round:?}");
}

#[tokio::test]
async fn a_slow_head_times_out() {
    let router = Router::new().route("/", get(pending::<&str>));
    let short = Limits { head: Duration::from_millis(50), ..limits() };
    let result = fetch_local(router, short).await;
    assert!(matches!(result, Err(FetchError::Timeout { phase: "head" })), "{result:?}");
}

#[tokio::test]
async fn a_wish_to_be_left_alone_is_passed_on() {
    let refuse = async || (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "120")]);
    let reply = fetch_local(Router::new().route("/", get(refuse)), limits()).await.unwrap();
    assert_eq!((reply.status, reply.retry_after), (429, Some(Duration::from_mins(2))));
}

#[tokio::test]
async fn errors_keep_secrets() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let client = Client::new(limits(), "test").unwrap();
    let url = format!("http://user:secret@127.0.0.1:{port}/hook?token=secret");
    for allow_private in [true, false] {
        let error = fetch(&client, &url, &Validators::default(), allow_private).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[tokio::test]
async fn one_host_is_asked_twice_at_once_at_most() {
    #[derive(Clone, Default)]
    struct Load(Arc<AtomicUsize>, Arc<AtomicUsize>);
    let handler = async |State(Load(now, most)): State<Load>| {
        most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
        tokio::time::sleep(Duration::from_millis(10)).await;
        now.fetch_sub(1, SeqCst);
    };
    let load = Load::default();
    let address = serve(Router::new().route("/", get(handler)).with_state(load.clone())).await;
    let client = Client::new(limits(), "test").unwrap();
    let (url, none) = (format!("http://{address}/"), Validators::default());
    let all = (0..8).map(|_| fetch(&client, &url, &none, true));
    for reply in futures_util::future::join_all(all).await {
        assert_eq!(reply.unwrap().status, 200);
    }
    assert_eq!(load.1.load(SeqCst), 2);
}

#[tokio::test]
async fn a_post_is_sent_once_and_its_answer_cut() {
    let echo = async |headers: HeaderMap, body: String| {
        assert_eq!(headers["x-kind"], "alert");
        body.repeat(70_000)
    };
    let router = Router::new()
        .route("/", post(echo))
        .route("/moved", post(async || Redirect::temporary("/")));
    let address = serve(router).await;
    let client = Client::new(limits(), "test").unwrap();
    let send = async |path: &str| {
        let url: Url = format!("http://{address}{path}").parse().unwrap();
        let headers = vec![("x-kind".to_owned(), "alert".to_owned())];
        let timeout = Duration::from_secs(5);
        let body = b"!".to_vec();
        let reach = &Reach::anywhere();
        client.post(Post { url: &url, headers, body, reach, timeout }).await.unwrap()
    };
    let reply = send("/").await;
    assert_eq!((reply.status, reply.body.len()), (200, 64 * 1024));
    assert_eq!(send("/moved").await.status, 307);
}
