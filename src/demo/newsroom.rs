//! The demo's newsroom: an HTTP server on this machine that publishes the script as its clock runs.
//!
//! Never reaches out and never shows what is not out yet. Routes: `/`, `/robots.txt`,
//! `/m/<medium>/` (front page), `…/rss.xml`, `…/atom.xml`, `…/<article>.html`.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::demo::clock::Clock;
use crate::demo::pages::{Pages, Published};
use crate::demo::script::{Medium, MediumKind, Script, TroubleKind};

/// How long open connections may take to end after a stop.
const STOP_DEADLINE: Duration = Duration::from_secs(2);

/// Where a feed that has moved is found.
const MOVED: &str = "moved.xml";
/// Entity declarations that would unfold to three gigabytes (the "billion laughs").
const HOSTILE: &str = include_str!("templates/hostile.xml");

const RSS: &str = "application/rss+xml; charset=utf-8";
const ATOM: &str = "application/atom+xml; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// Why the newsroom did not open, or closed in trouble.
#[derive(Debug, thiserror::Error)]
pub enum NewsroomError {
    /// The listener is unusable: try another address.
    #[error("the newsroom's listener failed")]
    Listener(#[source] io::Error),
    /// A template is malformed: a mistake of the build.
    #[error("the newsroom's templates do not compile")]
    Templates(#[from] minijinja::Error),
    /// It did not end in time after a stop, or panicked.
    #[error("the newsroom did not end cleanly")]
    Unclean,
}

/// An open newsroom; it closes when its token is cancelled.
#[derive(Debug)]
pub struct Newsroom {
    base: Url,
    cancel: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

/// What the handlers share.
struct Desk {
    script: Arc<Script>,
    clock: Clock,
    pages: Pages,
}

impl Newsroom {
    /// Opens on a listener that the caller bound; an article is out once `clock` has reached it.
    /// Ends when `cancel` is cancelled. Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// The listener has no address, or a template is malformed.
    pub fn start(
        listener: TcpListener,
        script: Arc<Script>,
        clock: Clock,
        cancel: CancellationToken,
    ) -> Result<Self, NewsroomError> {
        let address = listener.local_addr().map_err(NewsroomError::Listener)?;
        let base = base_of(address)?;
        let desk = Desk { script, clock, pages: Pages::new(base.clone())? };
        let server = axum::serve(listener, routes(Arc::new(desk)))
            .with_graceful_shutdown(cancel.clone().cancelled_owned());
        let server = tokio::spawn(server.into_future());
        Ok(Self { base, cancel, server })
    }

    /// Where it is open: `http://127.0.0.1:port/`.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Waits for the token, then at most two seconds for the open connections.
    ///
    /// # Errors
    /// The server failed, or its connections did not end in time.
    pub async fn stopped(mut self) -> Result<(), NewsroomError> {
        let deadline = async {
            self.cancel.cancelled().await;
            tokio::time::sleep(STOP_DEADLINE).await;
        };
        tokio::select! {
            ended = &mut self.server => match ended {
                Ok(outcome) => outcome.map_err(NewsroomError::Listener),
                Err(_) => Err(NewsroomError::Unclean),
            },
            () = deadline => {
                self.server.abort();
                Err(NewsroomError::Unclean)
            }
        }
    }
}

impl Desk {
    /// What has befallen a medium's feed by now.
    fn trouble(&self, medium: &Medium) -> Option<TroubleKind> {
        let trouble = medium.trouble?;
        let begun = self.clock.elapsed() >= Duration::from_secs(trouble.at.into());
        begun.then_some(trouble.kind)
    }

    /// What a medium has published by now, newest first.
    fn published(&self, medium: &Medium) -> Vec<Published<'_>> {
        let now = self.clock.elapsed();
        let is_out = |at: Duration| at <= now;
        let articles = self.script.articles.iter().rev();
        articles
            .filter(|article| article.medium == medium.id && is_out(article.at))
            .map(|article| Published {
                article,
                at: self.clock.wall(article.at),
                updated: article.updated.filter(|&at| is_out(at)).map(|at| self.clock.wall(at)),
            })
            .collect()
    }
}

/// What a feed in trouble answers; none if it answers as always.
fn troubled(trouble: TroubleKind, medium: &Medium) -> Option<Response> {
    match trouble {
        TroubleKind::FallsSilent => None,
        TroubleKind::Dies => Some(StatusCode::SERVICE_UNAVAILABLE.into_response()),
        TroubleKind::TurnsHostile => Some(([(header::CONTENT_TYPE, RSS)], HOSTILE).into_response()),
        TroubleKind::Moves => {
            let to = format!("/m/{}/{MOVED}", medium.id);
            Some((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]).into_response())
        }
    }
}

fn base_of(address: SocketAddr) -> Result<Url, NewsroomError> {
    Url::parse(&format!("http://{address}/"))
        .map_err(|error| NewsroomError::Listener(io::Error::other(error)))
}

fn routes(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/robots.txt", get(|| async { "User-agent: *\nAllow: /\n" }))
        .route("/m/{medium}", get(to_front_page))
        .route("/m/{medium}/", get(front_page))
        .route("/m/{medium}/{file}", get(file))
        .with_state(desk)
}

async fn index(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    let row = |medium| (medium, desk.published(medium));
    let media: Vec<_> = desk.script.media.iter().map(row).collect();
    document(HTML, &headers, desk.pages.index(&media, desk.script.articles.len()))
}

async fn to_front_page(State(desk): State<Arc<Desk>>, Path(medium): Path<String>) -> Response {
    match desk.script.medium(&medium) {
        Some(medium) => Redirect::permanent(&format!("/m/{}/", medium.id)).into_response(),
        None => missing(),
    }
}

async fn front_page(
    State(desk): State<Arc<Desk>>,
    Path(medium): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(medium) = desk.script.medium(&medium) else { return missing() };
    document(HTML, &headers, desk.pages.list(medium, &desk.published(medium)))
}

async fn file(
    State(desk): State<Arc<Desk>>,
    Path((medium, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(medium) = desk.script.medium(&medium) else { return missing() };
    let out = desk.published(medium);
    if file == medium.feed_file()
        && let Some(trouble) = desk.trouble(medium)
        && let Some(answer) = troubled(trouble, medium)
    {
        return answer;
    }
    match (file.as_str(), medium.kind) {
        (MOVED, _) | ("rss.xml", MediumKind::Rss) => {
            document(RSS, &headers, desk.pages.rss(medium, &out))
        }
        ("atom.xml", MediumKind::Atom) => document(ATOM, &headers, desk.pages.atom(medium, &out)),
        _ => {
            let id = file.strip_suffix(".html");
            match out.iter().find(|shown| Some(shown.article.id.as_str()) == id) {
                Some(shown) => document(HTML, &headers, desk.pages.article(medium, shown, &out)),
                None => missing(),
            }
        }
    }
}

/// The answer to a conditional GET (RFC 9110 §13.1.2): the document, or 304 if the client has it.
fn document(
    media_type: &'static str,
    request: &HeaderMap,
    rendered: Result<String, minijinja::Error>,
) -> Response {
    let body = match rendered {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "a page of the demo's newsroom cannot be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let etag = format!("\"{:.16}\"", blake3::hash(body.as_bytes()).to_hex());
    let standing: [(HeaderName, String); 2] =
        [(header::CACHE_CONTROL, "no-cache".to_owned()), (header::ETAG, etag.clone())];
    if has_current(request, &etag) {
        return (StatusCode::NOT_MODIFIED, standing).into_response();
    }
    (standing, [(header::CONTENT_TYPE, media_type)], body).into_response()
}

fn has_current(request: &HeaderMap, etag: &str) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag
    })
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "not found\n").into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use jiff::Timestamp;
    use scraper::{Html, Selector};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;
    use tokio_util::sync::CancellationToken;

    use super::Newsroom;
    use crate::demo::clock::Clock;
    use crate::demo::script::{LIST_LINKS, MediumKind, Script};

    struct Open {
        newsroom: Newsroom,
        script: Arc<Script>,
        hand: watch::Sender<Duration>,
        cancel: CancellationToken,
    }

    struct Answer {
        status: u16,
        head: String,
        body: String,
    }

    const START: i64 = 1_700_000_000;

    async fn open() -> Open {
        let script = Arc::new(Script::load().expect("script"));
        let start = Timestamp::from_second(START).expect("timestamp");
        let (hand, clock) = Clock::manual(start);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let cancel = CancellationToken::new();
        let newsroom = Newsroom::start(listener, Arc::clone(&script), clock, cancel.clone());
        Open { newsroom: newsroom.expect("starts"), script, hand, cancel }
    }

    impl Open {
        fn at(&self, seconds: u64) {
            self.hand.send(Duration::from_secs(seconds)).expect("the newsroom is open");
        }

        async fn get(&self, path: &str) -> Answer {
            self.get_with(path, "").await
        }

        async fn get_with(&self, path: &str, header: &str) -> Answer {
            let port = self.newsroom.base().port().expect("port");
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("connects");
            let ask = format!(
                "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{header}\r\n"
            );
            stream.write_all(ask.as_bytes()).await.expect("writes");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("reads");
            let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
            let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
            Answer { status, head: head.to_owned(), body: body.to_owned() }
        }

        async fn feed(&self, path: &str) -> feed_rs::model::Feed {
            let answer = self.get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            feed_rs::parser::parse(answer.body.as_bytes()).expect("a valid feed")
        }
    }

    impl Answer {
        fn header(&self, name: &str) -> Option<&str> {
            let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
            let (_, value) = lines.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            Some(value)
        }
    }

    fn texts(html: &str, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        Html::parse_document(html).select(&selector).map(|found| found.text().collect()).collect()
    }

    #[tokio::test]
    async fn feeds_grow_with_the_clock_newest_first() {
        let open = open().await;
        for medium in open.script.media.iter().filter(|medium| medium.trouble.is_none()) {
            let path = medium.poll_path();
            for seconds in [0, 40, 110] {
                open.at(seconds);
                let scripted = open.script.articles.iter().rev().filter(|article| {
                    article.medium == medium.id && article.at.as_secs() <= seconds
                });
                let scripted: Vec<String> = scripted.map(|a| a.title.clone()).collect();
                let shown: Vec<String> = if medium.kind == MediumKind::Page {
                    texts(&open.get(&path).await.body, LIST_LINKS)
                } else {
                    let entries = open.feed(&path).await.entries;
                    entries.into_iter().filter_map(|entry| Some(entry.title?.content)).collect()
                };
                assert_eq!(shown, scripted, "{path} at {seconds} s");
            }
        }
    }

    #[tokio::test]
    async fn trouble_comes_at_its_time() {
        let open = open().await;
        let at = |id: &str| open.script.medium(id).and_then(|medium| medium.trouble).unwrap().at;
        for (id, status) in [("faro", 503), ("quayside", 200), ("xingang", 301), ("tablon", 200)] {
            let path = open.script.medium(id).unwrap().poll_path();
            open.at(u64::from(at(id)) - 1);
            let before = open.get(&path).await;
            assert_eq!((before.status, before.body.contains("ENTITY")), (200, false), "{id}");
            open.at(u64::from(at(id)));
            let after = open.get(&path).await;
            let hostile = after.body.contains("ENTITY");
            assert_eq!((after.status, hostile), (status, id == "tablon"), "{id}");
            if let Some(moved) = after.header("location") {
                assert_eq!(open.feed(moved).await.entries.len(), 1);
            }
        }
    }

    #[tokio::test]
    async fn entries_carry_the_real_time_and_a_link_that_works() {
        let open = open().await;
        open.at(110);
        for (path, id) in [
            ("/m/gaceta/rss.xml", "filtracion-datos-clientes"),
            ("/m/guancha/atom.xml", "anwang-chushou-shuju"),
        ] {
            let scripted = open.script.article(id).expect("scripted");
            let feed = open.feed(path).await;
            let at =
                feed.entries.iter().find(|entry| entry.links[0].href.ends_with(&scripted.path()));
            let entry = at.expect("announced");
            let published = entry.published.expect("dated").to_string();
            let wall = START + i64::try_from(scripted.at.as_secs()).expect("small");
            let wall = Timestamp::from_second(wall).expect("timestamp");
            let dated = wall.strftime("%Y-%m-%d").to_string();
            assert!(published.starts_with(&dated), "{published} is not {wall}");
            assert!(published.contains(&wall.strftime("%H:%M:%S").to_string()), "{published}");
            let link = entry.links[0].href.strip_prefix(open.newsroom.base().as_str());
            let page = open.get(&format!("/{}", link.expect("on this newsroom"))).await;
            assert_eq!(page.status, 200);
            assert_eq!(texts(&page.body, "main h1"), [scripted.title.as_str()]);
        }
    }

    #[tokio::test]
    async fn an_unchanged_feed_is_not_sent_again() {
        let open = open().await;
        let path = "/m/plaza/atom.xml";
        let first = open.get(path).await;
        let etag = first.header("etag").expect("an ETag").to_owned();
        let header = |etag: &str| format!("If-None-Match: {etag}\r\n");
        let again = open.get_with(path, &header(&etag)).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        let listed = open.get_with(path, &header(&format!("\"other\", W/{etag}"))).await;
        assert_eq!(listed.status, 304);
        open.at(18);
        let changed = open.get_with(path, &header(&etag)).await;
        assert_eq!(changed.status, 200);
        assert!(changed.body.contains("audio-retirada-depositos"));
        assert_ne!(changed.header("etag"), Some(etag.as_str()));
    }

    #[tokio::test]
    async fn every_article_page_holds_its_whole_text_and_stays_as_it_is() {
        let open = open().await;
        for article in &open.script.articles {
            open.at(article.at.as_secs());
            let page = open.get(&article.path()).await;
            assert_eq!(page.status, 200, "{}", article.id);
            let paragraphs = texts(&page.body, ".article-body p, .post .text p");
            assert_eq!(paragraphs, article.paragraphs, "{}", article.id);
            for data in texts(&page.body, "script[type='application/ld+json']") {
                let data: serde_json::Value = serde_json::from_str(&data).expect("JSON-LD");
                assert_eq!(data["headline"], article.title.as_str());
            }
            if article.updated.is_none() {
                open.at(110);
                assert_eq!(open.get(&article.path()).await.body, page.body, "{}", article.id);
            }
        }
    }

    #[tokio::test]
    async fn nothing_is_shown_before_its_time_or_in_a_foreign_place() {
        let open = open().await;
        open.at(71);
        let leak = "/m/gaceta/filtracion-datos-clientes.html";
        assert_eq!(open.get(leak).await.status, 404);
        open.at(72);
        assert_eq!(open.get(leak).await.status, 200);
        for path in [
            "/m/levante/filtracion-datos-clientes.html",
            "/m/gaceta/filtracion-datos-clientes",
            "/m/gaceta/atom.xml",
            "/m/civico/rss.xml",
            "/m/nobody/",
            "/m/nobody",
            "/elsewhere",
        ] {
            assert_eq!(open.get(path).await.status, 404, "{path}");
        }
    }

    #[tokio::test]
    async fn a_person_finds_every_medium() {
        let open = open().await;
        let index = open.get("/").await;
        assert_eq!(index.status, 200);
        let names = texts(&index.body, "tr td:first-child a");
        let media: Vec<String> = open.script.media.iter().map(|m| m.name.clone()).collect();
        assert_eq!(names, media);
        let moved = open.get("/m/civico").await;
        assert_eq!((moved.status, moved.header("location")), (308, Some("/m/civico/")));
    }

    #[tokio::test]
    async fn it_closes_when_told() {
        let open = open().await;
        open.cancel.cancel();
        open.newsroom.stopped().await.expect("a clean end");
    }
}
