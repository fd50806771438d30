//! An article that its publisher edits is one article, judged again, told once.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::support::daemon::Daemon;
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);

/// Headline, text, and the address under which the feed announces the one article.
type Page = Arc<Mutex<(&'static str, &'static str, &'static str)>>;

const CALM: (&str, &str, &str) = (
    "El Banco Almenara abre una oficina en Soria",
    "El Banco Almenara abre hoy su oficina en Soria, que atiende de nueve a dos.",
    "oficina",
);
const LEAK: (&str, &str, &str) = (
    "Roban los datos de miles de clientes del Banco Almenara en un ciberataque",
    "El Banco Almenara confirma que ha sufrido un ciberataque. Los delincuentes robaron datos \
     personales de miles de clientes, según la entidad.",
    "oficina",
);
const MORE: (&str, &str, &str) = (
    "Roban los datos de miles de clientes del Banco Almenara en un grave ciberataque",
    LEAK.1,
    "oficina",
);
/// The same item at another address: no article of its own.
const MOVED: (&str, &str, &str) = (MORE.0, MORE.1, "ciberataque");

async fn publish() -> (SocketAddr, Page) {
    let page: Page = Arc::new(Mutex::new(CALM));
    let feed = async |State(page): State<Page>| {
        let (title, _, slug) = *page.lock().expect("not poisoned");
        format!(
            "<rss version='2.0'><channel><title>T</title><item><title>{title}</title>\
             <link>/{slug}</link><guid isPermaLink='false'>1</guid></item></channel></rss>"
        )
    };
    let article = async |State(page): State<Page>| {
        let (title, text, _) = *page.lock().expect("not poisoned");
        let paragraphs = format!("<p>{text}</p>").repeat(3);
        Html(format!("<html><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"))
    };
    let routes = Router::new()
        .route("/feed", get(feed))
        .route("/{slug}", get(article))
        .with_state(Arc::clone(&page));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, page)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_article_is_judged_again_and_told_once() {
    let (address, page) = publish().await;
    let settings = Settings::new()
        .source("diario", &format!("http://{address}/feed"))
        .mail_to_files(&["carmen.saez"]);
    let daemon = Daemon::start(&settings.write()).await;
    let judged = async |times: f64| {
        let look = || daemon.metric("atalaya_articles_total").filter(|count| *count >= times);
        wait_for("the article is judged", SOON, look).await
    };
    judged(1.0).await;
    assert_eq!(mails(&settings.mails()).len(), 0, "nothing is wrong yet");

    *page.lock().expect("not poisoned") = LEAK;
    judged(2.0).await;
    let told = || Some(mails(&settings.mails())).filter(|mails| !mails.is_empty());
    wait_for("the edit alerts", SOON, told).await;

    *page.lock().expect("not poisoned") = MORE;
    judged(3.0).await;
    *page.lock().expect("not poisoned") = MOVED;
    // Two polls later the feed was read with the new address: everything of it is known.
    let polls = || daemon.metric("atalaya_polls_total{result=\"ok\"}").unwrap_or_default();
    let before = polls();
    wait_for("polls go on", SOON, || (polls() >= before + 3.0).then_some(())).await;
    assert_eq!(judged(3.0).await.to_string(), "3");
    assert_eq!(mails(&settings.mails()).len(), 1, "one event, one alert");
    let (_, status) = daemon.get("/?lang=en");
    assert!(status.contains("Articles: 1") || status.contains(": 1 ·"), "{status}");
}
