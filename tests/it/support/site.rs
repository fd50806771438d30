//! A local news site: an RSS feed and its articles, published while the test runs. Counts who asks.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// News of a leak at the bank that the tests watch: grave enough for an alert, and for a plan.
pub const LEAK: &str = "Roban los datos de miles de clientes del Banco Almenara en un ciberataque";
/// Its text.
pub const LEAK_TEXT: &str = "El Banco Almenara confirma que ha sufrido un ciberataque. Los delincuentes robaron \
    datos personales de miles de clientes, según la entidad.";

/// A running site; it closes when dropped.
pub struct Site {
    address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Desk {
    articles: Vec<(String, String)>,
    edition: u32,
    pages_hang: bool,
    feed_fails: bool,
    only_amp: bool,
    asked: Asked,
}

/// How often it was asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// For the feed.
    pub feed: u32,
    /// For the feed, by somebody who had its present edition already.
    pub unchanged: u32,
    /// For an article, in whatever edition.
    pub pages: u32,
}

impl Site {
    /// Opens on a free port, with no article.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let desk = Arc::new(Mutex::new(Desk::default()));
        let routes = Router::new()
            .route("/rss.xml", get(feed))
            .route("/news/{id}", get(page))
            .route("/amp/{id}", get(amp))
            .with_state((address, Arc::clone(&desk)));
        let serving = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("served");
        });
        Self { address, desk, serving }
    }

    /// Publishes an article in the next edition of the feed.
    pub fn publish(&self, title: &str, text: &str) {
        let mut desk = self.desk();
        desk.articles.push((title.to_owned(), text.to_owned()));
        desk.edition += 1;
    }

    /// The same articles in a new edition, so that the feed is read again.
    pub fn reprint(&self) {
        self.desk().edition += 1;
    }

    /// From now on articles are never answered, or are again.
    pub fn let_pages_hang(&self, hang: bool) {
        self.desk().pages_hang = hang;
    }

    /// From now on the feed is answered by an error, or is again as it was.
    pub fn let_feed_fail(&self, fail: bool) {
        self.desk().feed_fails = fail;
    }

    /// From now on articles are shown by scripts, but for their AMP edition.
    pub fn let_amp_show_articles(&self) {
        self.desk().only_amp = true;
    }

    pub fn asked(&self) -> Asked {
        self.desk().asked
    }

    pub fn feed_url(&self) -> String {
        format!("http://{}/rss.xml", self.address)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("not poisoned")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

type Shared = (SocketAddr, Arc<Mutex<Desk>>);

async fn feed(State((address, desk)): State<Shared>, headers: HeaderMap) -> Response {
    let mut desk = desk.lock().expect("not poisoned");
    desk.asked.feed += 1;
    if desk.feed_fails {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let tag = format!("\"edition-{}\"", desk.edition);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag.as_str());
    if known {
        desk.asked.unchanged += 1;
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let items: String =
        desk.articles.iter().enumerate().map(|(id, article)| item(address, id, article)).collect();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>Diario</title>\
         <link>http://{address}/</link><description>Noticias</description>{items}</channel></rss>"
    );
    ([(header::CONTENT_TYPE, "application/rss+xml".to_owned()), (header::ETAG, tag)], text)
        .into_response()
}

fn item(address: SocketAddr, id: usize, (title, _): &(String, String)) -> String {
    let url = format!("http://{address}/news/{id}");
    format!("<item><title>{title}</title><link>{url}</link><guid>{url}</guid></item>")
}

async fn page(State((_, desk)): State<Shared>, Path(id): Path<usize>) -> Response {
    let (article, hang, only_amp) = {
        let mut desk = desk.lock().expect("not poisoned");
        desk.asked.pages += 1;
        (desk.articles.get(id).cloned(), desk.pages_hang, desk.only_amp)
    };
    if hang {
        std::future::pending::<()>().await;
    }
    let Some((title, text)) = article else { return StatusCode::NOT_FOUND.into_response() };
    if only_amp {
        let head = format!("<title>{title}</title><link rel=\"amphtml\" href=\"/amp/{id}\">");
        let notice = "<noscript>Active JavaScript para leer este artículo.</noscript>";
        return Html(format!("<!doctype html><head>{head}</head><body>{notice}</body>"))
            .into_response();
    }
    whole(&title, &text)
}

async fn amp(State((_, desk)): State<Shared>, Path(id): Path<usize>) -> Response {
    let mut desk = desk.lock().expect("not poisoned");
    desk.asked.pages += 1;
    let article = desk.articles.get(id).cloned();
    article
        .map_or_else(|| StatusCode::NOT_FOUND.into_response(), |(title, text)| whole(&title, &text))
}

fn whole(title: &str, text: &str) -> Response {
    Html(format!(
        "<!doctype html><html lang=\"es\"><head><title>{title}</title></head><body><main><article>\
         <h1>{title}</h1><p>{text}</p></article></main></body></html>"
    ))
    .into_response()
}
