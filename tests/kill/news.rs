//! The media: an Atom feed each, with entity tags, and a page for each article. What was published
//! stays in its feed to the end, so that no event can be excused as never seen.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::dice::Dice;
use crate::plan::Plan;

/// Pages answer as late as those of a busy newspaper, each after a time of its own below this, so
/// that kills meet entries that wait for their page.
const LATEST_ANSWER_MS: u64 = 400;

/// Running media.
#[derive(Clone)]
pub struct News {
    /// What they will publish.
    pub plan: Arc<Plan>,
    /// Where they are.
    pub address: SocketAddr,
    /// When each article appeared, in the order of the plan.
    published: Arc<Mutex<Vec<Timestamp>>>,
}

impl News {
    /// Starts media that have published nothing yet.
    pub async fn start(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let news = Self { plan: Arc::new(plan), address, published: Arc::default() };
        let app = Router::new()
            .route("/{medium}/feed", get(feed))
            .route("/{medium}/a/{event}", get(page))
            .with_state(news.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        news
    }

    /// Publishes the next article; false if there is none.
    pub fn publish_next(&self) -> bool {
        let mut published = self.published.lock().unwrap();
        let more = published.len() < self.plan.articles.len();
        if more {
            published.push(Timestamp::now());
        }
        more
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn atom(&self, medium: &str) -> (usize, String) {
        let published = self.published.lock().unwrap().clone();
        let mut entries = Vec::new();
        for (planned, at) in self.plan.articles.iter().zip(published) {
            if planned.medium == medium {
                let event = &self.plan.events[planned.event];
                let (url, title) = (self.url(&planned.path), escape(&event.title));
                let text = escape(&event.body);
                entries.push(format!(
                    "<entry><id>{url}</id><title>{title}</title><link href=\"{url}\"/>\
                     <published>{at}</published><updated>{at}</updated>\
                     <content type=\"text\">{text}</content></entry>"
                ));
            }
        }
        let count = entries.len();
        entries.reverse();
        let feed = format!(
            "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{medium}</id>\
             <title>{medium}</title>{}</feed>",
            entries.concat()
        );
        (count, feed)
    }
}

async fn feed(
    State(news): State<News>,
    Path(medium): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (count, body) = news.atom(&medium);
    let tag = format!("\"{medium}-{count}\"");
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| *value == tag);
    if known {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let kind = "application/atom+xml; charset=utf-8".to_owned();
    ([(header::ETAG, tag), (header::CONTENT_TYPE, kind)], body).into_response()
}

async fn page(
    State(news): State<News>,
    Path((_, event)): Path<(String, usize)>,
) -> Result<Html<String>, StatusCode> {
    let late = Dice(event as u64).throw(0, LATEST_ANSWER_MS);
    tokio::time::sleep(Duration::from_millis(late)).await;
    let event = news.plan.events.get(event).ok_or(StatusCode::NOT_FOUND)?;
    let title = escape(&event.title);
    let paragraphs: Vec<_> = event.body.lines().map(escape).collect();
    let paragraphs = format!("<p>{}</p>", paragraphs.join("</p><p>"));
    Ok(Html(format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body><main><article><h1>{title}</h1>{paragraphs}</article></main></body></html>",
        event.language
    )))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
