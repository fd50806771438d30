//! Polls against a local site.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::collect::entries::tests::source;
use crate::collect::{Announced, Document, ReadError};
use crate::guard::{Client, Limits};
use crate::model::{Address, JsonPaths, Reach, Source, SourceKind, SourceState, Validators};

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

/// Documents by path that a test changes while they are served, and how often each was asked for.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<HashMap<String, Served>>>);

/// A document, if there is one, and how often it was asked for.
type Served = (Option<String>, usize);

impl Shelf {
    fn put(&self, path: &str, document: &str) {
        self.0.lock().unwrap().entry(path.to_owned()).or_default().0 = Some(document.to_owned());
    }

    fn remove(&self, path: &str) {
        self.0.lock().unwrap().entry(path.to_owned()).or_default().0 = None;
    }

    /// How often a path was asked for since the last time this was.
    fn asked(&self, path: &str) -> usize {
        self.0.lock().unwrap().get_mut(path).map_or(0, |(_, asked)| std::mem::take(asked))
    }

    fn serve(&self, uri: &Uri, headers: &HeaderMap) -> Response {
        let mut shelf = self.0.lock().unwrap();
        let (document, asked) = shelf.entry(uri.path().to_owned()).or_default();
        *asked += 1;
        let Some(document) = document else { return StatusCode::NOT_FOUND.into_response() };
        let tag = format!("\"{}\"", blake3::hash(document.as_bytes()).to_hex());
        if headers.get("if-none-match").is_some_and(|known| known == tag.as_str()) {
            return StatusCode::NOT_MODIFIED.into_response();
        }
        ([("etag", tag)], document.clone()).into_response()
    }

    async fn site(&self, kind: SourceKind) -> Site {
        let serve = async |State(shelf): State<Self>, uri: Uri, headers: HeaderMap| {
            shelf.serve(&uri, &headers)
        };
        let router = Router::new().fallback(serve).with_state(self.clone());
        let mut site = Site::new(router).await;
        site.source.kind = kind;
        site
    }
}

/// The state after a poll that worked.
fn after(poll: Poll) -> SourceState {
    let Poll { validators, address, memory, .. } = poll;
    SourceState { validators, address, memory, seeded: true, ..state() }
}

fn warnings(poll: &Poll) -> &[String] {
    let PollResult::Found { warnings, .. } = &poll.result else { panic!("{:?}", poll.result) };
    warnings
}

fn sitemap(items: &[(&str, &str)]) -> String {
    let url = |(path, title): &(&str, &str)| {
        format!("<url><loc>{path}</loc><news><title>{title}</title></news></url>")
    };
    format!("<urlset>{}</urlset>", items.iter().map(url).collect::<String>())
}

fn index(sitemaps: &[(&str, &str)]) -> String {
    let child = |(path, date): &(&str, &str)| {
        format!("<sitemap><loc>{path}</loc><lastmod>{date}</lastmod></sitemap>")
    };
    format!("<sitemapindex>{}</sitemapindex>", sitemaps.iter().map(child).collect::<String>())
}

#[tokio::test]
async fn an_index_is_followed_to_what_changed() {
    let shelf = Shelf::default();
    let site = shelf.site(SourceKind::Sitemap).await;
    shelf.put("/feed", &index(&[("/a.xml", "2024-05-01"), ("/b.xml", "2024-05-02")]));
    shelf.put("/a.xml", &sitemap(&[("/1", "One")]));
    shelf.put("/b.xml", &sitemap(&[("/2", "Two")]));
    let first = site.poll(&state()).await;
    assert_eq!(found(&first), [("Two", true), ("One", true)]);
    let seeded = after(first);
    assert_eq!(site.poll(&seeded).await.result, PollResult::Unchanged);
    assert_eq!((shelf.asked("/a.xml"), shelf.asked("/b.xml")), (1, 1));

    shelf.put("/feed", &index(&[("/a.xml", "2024-05-03"), ("/b.xml", "2024-05-02")]));
    shelf.put("/a.xml", &sitemap(&[("/3", "Three"), ("/1", "One")]));
    let second = site.poll(&seeded).await;
    assert_eq!(found(&second), [("One", false), ("Three", false)]);
    assert_eq!((shelf.asked("/a.xml"), shelf.asked("/b.xml")), (1, 0));
}

#[tokio::test]
async fn what_an_index_owes_is_asked_though_the_index_is_the_same() {
    let shelf = Shelf::default();
    let site = shelf.site(SourceKind::Sitemap).await;
    shelf.put("/feed", "<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>");
    shelf.put("/a.xml", &sitemap(&[("/1", "One")]));
    let seeded = after(site.poll(&state()).await);
    assert_eq!(site.poll(&seeded).await.result, PollResult::Unchanged);
    assert_eq!(shelf.asked("/a.xml"), 2, "without a date only the sitemap itself can tell");
    shelf.put("/a.xml", &sitemap(&[("/2", "Two")]));
    assert_eq!(found(&site.poll(&seeded).await), [("Two", false)]);
}

#[tokio::test]
async fn a_sitemap_that_is_missing_is_said_and_the_others_are_read() {
    let shelf = Shelf::default();
    let site = shelf.site(SourceKind::Sitemap).await;
    shelf.put("/feed", &index(&[("/gone.xml", "2024-05-02"), ("/a.xml", "2024-05-01")]));
    shelf.put("/a.xml", &sitemap(&[("/1", "One")]));
    let poll = site.poll(&state()).await;
    assert_eq!(found(&poll), [("One", true)]);
    assert!(warnings(&poll)[0].ends_with("/gone.xml: the server answered 404"));
    shelf.remove("/a.xml");
    let none = site.poll(&state()).await;
    assert!(matches!(none.result, PollResult::Failed { failure: Failure::Unreachable, .. }));
}

#[tokio::test]
async fn what_an_old_sitemap_held_from_the_start_is_history() {
    let shelf = Shelf::default();
    let site = shelf.site(SourceKind::Sitemap).await;
    let days: Vec<(String, String)> =
        (1..=6).map(|day| (format!("/{day}.xml"), format!("2024-04-0{day}"))).collect();
    let mut listed: Vec<(&str, &str)> =
        days.iter().map(|(path, date)| (path.as_str(), date.as_str())).collect();
    for (path, _) in &listed {
        shelf.put(path, &sitemap(&[]));
    }
    shelf.put("/feed", &index(&listed));
    let seeded = after(site.poll(&state()).await);
    assert_eq!((shelf.asked("/1.xml"), shelf.asked("/6.xml")), (0, 1));

    let dated = |path: &str, date: &str| {
        format!(
            "<url><loc>{path}</loc><lastmod>{date}</lastmod><news><title>{path}</title></news></url>"
        )
    };
    let both = format!("{}{}", dated("/new", "2024-05-01"), dated("/old", "2024-03-01"));
    shelf.put("/1.xml", &format!("<urlset>{both}</urlset>"));
    listed[0].1 = "2024-05-01";
    shelf.put("/feed", &index(&listed));
    assert_eq!(found(&site.poll(&seeded).await), [("/old", true), ("/new", false)]);
}

const LIST: &str = "<main><h2 class=t><a href='/2024/05/01/one-two-three-four'>The lender closes its branches</a></h2>    <h2 class=t><a href='/2024/05/01/two-three-four-five'>The regulator opens an inquiry</a></h2>    <h2 class=t><a href='/2024/05/01/six-seven-eight-nine'>Depositors queue for a second day</a></h2></main>";

#[tokio::test]
async fn the_links_of_a_page_are_learned_and_remembered() {
    let shelf = Shelf::default();
    let site = shelf.site(SourceKind::Page { links: None }).await;
    shelf.put("/feed", LIST);
    let first = site.poll(&state()).await;
    assert_eq!(found(&first).len(), 3);
    assert!(first.memory.as_ref().is_some_and(|memory| memory.contains("h2.t > a")), "{first:?}");
    let seeded = after(first);
    shelf.put("/feed", "<main><p>We are redesigning this site.</p></main>");
    let empty = site.poll(&seeded).await;
    let PollResult::Failed { failure: Failure::Empty, error } = &empty.result else {
        panic!("{:?}", empty.result)
    };
    assert!(error.contains("redesigned"), "{error}");
    assert_eq!(empty.validators, seeded.validators, "it is asked for again");
}

#[tokio::test]
async fn json_lists_are_read() {
    let shelf = Shelf::default();
    let paths = JsonPaths {
        items: "/news".to_owned(),
        title: "/head".to_owned(),
        link: Some("/url".to_owned()),
        ..JsonPaths::default()
    };
    let site = shelf.site(SourceKind::Json(Box::new(paths))).await;
    shelf.put(
        "/feed",
        r#"{"news":[{"head":"Two &amp; <b>more</b>","url":"/2"},{"head":"One","url":"/1"}]}"#,
    );
    assert_eq!(found(&site.poll(&state()).await), [("One", true), ("Two & more", true)]);
    shelf.put("/feed", r#"{"result":[]}"#);
    let empty = site.poll(&state()).await;
    assert!(matches!(empty.result, PollResult::Failed { failure: Failure::Empty, .. }));
}

/// Reads, and finds on the page `page` the feeds that it names: what the feed reader will do.
async fn read_naming(document: Document) -> Result<Announced, ReadError> {
    let base = document.url.clone();
    match crate::collect::read(&document) {
        Err(ReadError::Unexpected { what, expected, .. }) if base.path() == "/feed" => {
            let feeds = ["/broken.xml", "/real.xml"].map(|path| base.join(path).unwrap()).into();
            Err(ReadError::Unexpected { what, expected, feeds })
        }
        other => other,
    }
}

#[tokio::test]
async fn a_page_leads_to_its_feed_which_is_remembered_until_it_is_lost() {
    let shelf = Shelf::default();
    let site = shelf.site(SourceKind::Feed).await;
    let poll = async |state: &SourceState| {
        poll(&site.client, read_naming, &site.source, state, now()).await
    };
    shelf.put("/feed", "<!doctype html><html><body>News</body></html>");
    shelf.put("/broken.xml", "nothing");
    shelf.put("/real.xml", FEED);
    let first = poll(&state()).await;
    assert_eq!(found(&first), [("One", true), ("Two", true)]);
    assert!(warnings(&first)[0].contains("/real.xml"), "{first:?}");
    let known = after(first);
    let address = known.address.clone().unwrap();
    assert_eq!(address.moved().map(url::Url::path), Some("/real.xml"));
    assert_eq!((shelf.asked("/feed"), shelf.asked("/real.xml")), (1, 1));
    assert_eq!(poll(&known).await.result, PollResult::Unchanged);
    assert_eq!((shelf.asked("/feed"), shelf.asked("/real.xml")), (0, 1));

    shelf.remove("/real.xml");
    shelf.put("/feed", FEED);
    let back = poll(&known).await;
    assert_eq!(found(&back), [("One", false), ("Two", false)]);
    assert!(warnings(&back)[0].contains("is lost"), "{back:?}");
    assert_eq!(back.address.and_then(|address| address.moved().cloned()), None);
}

#[tokio::test]
async fn an_edited_url_is_believed_and_what_belonged_to_the_old_one_is_not() {
    let shelf = Shelf::default();
    let mut site = shelf.site(SourceKind::Feed).await;
    shelf.put("/feed", FEED);
    shelf.put("/other", FEED);
    let mut known = after(site.poll(&state()).await);
    let old = site.source.url.clone();
    known.address =
        Some(Address { configured: old.clone(), actual: old.join("/elsewhere").unwrap() });
    site.source.url = old.join("/other").unwrap();
    assert_eq!(found(&site.poll(&known).await).len(), 2, "not unchanged: that was another URL");
    assert_eq!((shelf.asked("/elsewhere"), shelf.asked("/other")), (0, 1));
}

#[tokio::test]
async fn a_lost_address_falls_back_even_where_that_fails_too() {
    let shelf = Shelf::default();
    let site = shelf.site(SourceKind::Feed).await;
    let configured = site.source.url.clone();
    let actual = configured.join("/elsewhere").unwrap();
    let known = SourceState { address: Some(Address { configured, actual }), ..state() };
    let lost = site.poll(&known).await;
    assert!(matches!(lost.result, PollResult::Failed { failure: Failure::Unreachable, .. }));
    assert_eq!((shelf.asked("/elsewhere"), shelf.asked("/feed")), (1, 1));
}
