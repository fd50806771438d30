//! Manners toward a host, seen from the host: robots.txt, rests, gaps; and where a page has moved.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::time::Instant;
use url::Url;

use super::{Client, FetchError, Get, Limits, Reply};
use crate::model::{Proxy, Reach, Validators};

type Answer = (u16, Vec<(&'static str, String)>, String);

/// A host that answers by a table and remembers who asked for what, and when.
#[derive(Clone)]
struct Host {
    answer: Arc<dyn Fn(&str) -> Answer + Send + Sync>,
    asked: Arc<Mutex<Vec<(String, Instant, HeaderMap)>>>,
}

async fn handle(State(host): State<Host>, uri: Uri, headers: HeaderMap) -> Response {
    let uri = uri.to_string();
    host.asked.lock().unwrap().push((uri.clone(), Instant::now(), headers));
    let (status, headers, body) = (host.answer)(&uri);
    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

impl Host {
    async fn open(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> (Self, SocketAddr) {
        let host = Self { answer: Arc::new(answer), asked: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(handle).with_state(host.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (host, address)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(uri, ..)| uri.clone()).collect()
    }
}

fn says(status: u16, body: &str) -> Answer {
    (status, Vec::new(), body.to_owned())
}

fn to(status: u16, location: &str) -> Answer {
    (status, vec![("location", location.to_owned())], String::new())
}

fn client() -> Client {
    Client::new(Limits { host_gap: Duration::ZERO, ..Limits::default() }, "test").unwrap()
}

async fn ask(client: &Client, url: &str, obey_robots: bool) -> Result<Reply, FetchError> {
    let url: Url = url.parse().unwrap();
    let (validators, reach) = (&Validators::default(), &Reach::anywhere());
    client.get(Get { url: &url, validators, reach, obey_robots }).await
}

#[tokio::test]
async fn robots_is_fetched_once_and_obeyed_at_each_hop() {
    let (host, at) = Host::open(|path| match path {
        "/robots.txt" => says(200, "user-agent: Atalaya\ndisallow: /secret\nallow: /"),
        "/to-secret" => to(302, "/secret/page"),
        _ => says(200, "page"),
    })
    .await;
    let client = client();
    let ask = async |path: &str| ask(&client, &format!("http://{at}{path}"), true).await;
    let (a, b, c) = tokio::join!(ask("/a"), ask("/b"), ask("/to-secret"));
    assert_eq!((a.unwrap().status, b.unwrap().status), (200, 200));
    let forbidden = c.unwrap_err();
    assert!(forbidden.is_final());
    assert_eq!(forbidden.to_string(), "robots.txt of 127.0.0.1 forbids it");
    assert!(matches!(ask("/secret").await, Err(FetchError::Robots { .. })));
    let asked = host.asked();
    assert_eq!(asked.iter().filter(|path| *path == "/robots.txt").count(), 1, "{asked:?}");
    assert!(asked.iter().all(|path| !path.starts_with("/secret")), "{asked:?}");
}

#[tokio::test]
async fn a_missing_robots_allows_and_a_broken_one_does_not() {
    for (answer, allowed) in
        [(says(404, ""), true), (says(403, ""), true), (to(302, "/robots.txt"), true)]
            .into_iter()
            .chain([(says(500, ""), false), (says(429, ""), false)])
    {
        let shown = format!("{answer:?}");
        let (host, at) =
            Host::open(
                move |path| {
                    if path == "/robots.txt" { answer.clone() } else { says(200, "page") }
                },
            )
            .await;
        let client = client();
        for _ in 0..2 {
            let result = ask(&client, &format!("http://{at}/page"), true).await;
            if allowed {
                assert_eq!(result.unwrap().status, 200, "{shown}");
            } else {
                assert!(matches!(result, Err(FetchError::Resting { .. })), "{shown} {result:?}");
            }
        }
        assert_eq!(host.asked().contains(&"/page".to_owned()), allowed, "{shown}");
        if !allowed {
            assert_eq!(host.asked().len(), 1, "not asked again at once");
        }
    }
}

#[tokio::test]
async fn a_crawl_delay_spaces_requests() {
    let (host, at) = Host::open(|path| match path {
        "/robots.txt" => says(200, "user-agent: *\ncrawl-delay: 0.3"),
        _ => says(200, "page"),
    })
    .await;
    let client = client();
    for _ in 0..3 {
        ask(&client, &format!("http://{at}/page"), true).await.unwrap();
    }
    let asked = host.asked.lock().unwrap();
    let pages: Vec<Instant> =
        asked.iter().filter(|one| one.0 == "/page").map(|one| one.1).collect();
    assert_eq!(pages.len(), 3);
    assert!(pages[2] - pages[0] >= Duration::from_millis(550), "{:?}", pages[2] - pages[0]);
}

#[tokio::test]
async fn a_failing_host_rests() {
    let answer = |path: &str| if path == "/good" { says(200, "") } else { says(502, "") };
    let (host, at) = Host::open(answer).await;
    let client = client();
    let ask = async |path: &str| ask(&client, &format!("http://{at}{path}"), false).await;
    for path in ["/bad", "/bad", "/bad", "/bad", "/good", "/bad", "/bad", "/bad", "/bad", "/bad"] {
        ask(path).await.unwrap();
    }
    let now = Timestamp::now();
    let error = ask("/good").await.unwrap_err();
    let rest = error.rest(now).unwrap();
    assert!(!error.is_final() && rest > Duration::from_secs(30), "{error} {rest:?}");
    assert_eq!(host.asked().len(), 10, "no request while it rests");
}

#[tokio::test]
async fn a_host_that_is_well_again_is_asked_again() {
    let broken = Arc::new(AtomicBool::new(true));
    let state = Arc::clone(&broken);
    let (_, at) = Host::open(move |_| says(if state.load(SeqCst) { 502 } else { 200 }, "")).await;
    let limits = Limits {
        host_gap: Duration::ZERO,
        rest_min: Duration::from_millis(50),
        ..Limits::default()
    };
    let client = Client::new(limits, "test").unwrap();
    let ask = async || ask(&client, &format!("http://{at}/"), false).await;
    for _ in 0..5 {
        assert_eq!(ask().await.unwrap().status, 502);
    }
    broken.store(false, SeqCst);
    let deadline = Instant::now() + Duration::from_mins(1);
    while ask().await.is_err() {
        assert!(Instant::now() < deadline, "never woken");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(ask().await.unwrap().status, 200);
}

#[tokio::test]
async fn a_host_is_left_alone_for_as_long_as_it_asks() {
    let (host, at) =
        Host::open(|_| (503, vec![("retry-after", "3600".to_owned())], String::new())).await;
    let client = client();
    let url = format!("http://{at}/");
    assert_eq!(ask(&client, &url, false).await.unwrap().retry_after, Some(Duration::from_hours(1)));
    let resting = ask(&client, &url, false).await;
    let Err(FetchError::Resting { until }) = resting else { panic!("{resting:?}") };
    assert!(until > Timestamp::now() + Duration::from_mins(59));
    assert_eq!(host.asked().len(), 1);
}

#[tokio::test]
async fn only_leading_permanent_redirects_move_a_page() {
    let (_, at) = Host::open(|path| match path {
        "/301" => to(301, "/308"),
        "/308" => to(308, "/end"),
        "/302" => to(302, "/308"),
        "/301-302" => to(301, "/302"),
        _ => says(200, "page"),
    })
    .await;
    let client = client();
    for (path, moved) in
        [("/end", None), ("/301", Some("/end")), ("/302", None), ("/301-302", Some("/302"))]
    {
        let reply = ask(&client, &format!("http://{at}{path}"), false).await.unwrap();
        assert_eq!(reply.moved_to.as_ref().map(Url::path), moved, "{path}");
        assert_eq!(reply.final_url.path(), "/end");
    }
}

#[tokio::test]
async fn a_proxy_gets_what_it_is_for_and_its_password_is_shown_to_nobody() {
    let (proxy, at) = Host::open(|_| says(200, "by proxy")).await;
    let through =
        |proxy: &str| Reach { proxy: Some(Proxy(proxy.parse().unwrap())), ..Reach::default() };
    let client = client();
    let get = async |url: &str, reach: &Reach| {
        let (url, validators): (Url, _) = (url.parse().unwrap(), &Validators::default());
        client.get(Get { url: &url, validators, reach, obey_robots: false }).await
    };
    let reach = through(&format!("http://me:hidden@{at}"));
    assert_eq!(get("http://nowhere.invalid/x", &reach).await.unwrap().body, b"by proxy");
    let asked = proxy.asked.lock().unwrap().clone();
    assert_eq!(asked[0].0, "http://nowhere.invalid/x");
    assert!(asked[0].2.contains_key("proxy-authorization"));
    for inside in ["http://127.0.0.1/", "http://169.254.169.254/", "http://localhost/"] {
        assert!(matches!(get(inside, &reach).await, Err(FetchError::Refused { .. })), "{inside}");
    }
    assert_eq!(proxy.asked().len(), 1);
    for bad in ["http://me:hidden@127.0.0.1:1", "socks5://me:hidden@127.0.0.1:1"] {
        let reach = through(bad);
        for url in ["http://nowhere.invalid/", "https://nowhere.invalid/"] {
            let error = get(url, &reach).await.unwrap_err();
            let shown = format!("{error} {error:?} {reach:?}");
            assert!(!shown.contains("hidden"), "{shown}");
        }
    }
}
