//! The status page for people and the endpoints for machines. Meets the pipeline only in the store.
//!
//! | path | answers |
//! |---|---|
//! | `/` | status page in Spanish, English or Chinese (`?lang=`, else `Accept-Language`) |
//! | `/answer/…` | the page behind a link in a message: GET shows an alert, a step or a text, POST answers |
//! | `/slack/interactions` | takes the alert or step whose button was pressed in Slack; signed by Slack |
//! | `/mattermost/actions` | the same in Mattermost; by the token in the message |
//! | `/complaint/…` | the page on which a customer says how content they are: GET asks, POST records |
//! | `/api/complaints` | POST files a customer's complaint, with the configured token |
//! | `/healthz` | 200 while the process lives |
//! | `/readyz` | 200 while the store can be written and the daemon is not stopping, else 503 |
//! | `/metrics` | OpenMetrics 1.0 text |

mod answer;
mod complaints;
mod connections;
mod mattermost;
mod page;
mod press;
mod rating;
mod slack;
mod statement;
mod task;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::complaint::{self, Fault, Record};
use crate::config::Config;
use crate::model::{HeldWhy, IncidentEvent, Locale};
use crate::plan::Refusal;
use crate::store::complaints::Filed;
use crate::store::{Store, StoreError, Transaction, status};
use crate::telemetry::Metrics;

/// A store that does not answer within this is not ready.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// Bytes that a request may bring.
const MOST_BODY: usize = 4 * 1024;
/// Bytes of an answer: a proof or a reason in any script, as forms encode it.
const MOST_ANSWER: usize = 16 * 1024;
/// Nothing on the page comes from elsewhere or runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// How a person's word about an incident is done: the pipeline knows, this room does not. None if there is
/// no such incident.
pub type SayPlan = fn(
    &mut dyn Transaction,
    &Config,
    &str,
    &IncidentEvent,
) -> Result<Option<Result<(), Refusal>>, StoreError>;

/// How a complaint is filed; a fault changes nothing.
pub type FileComplaint = fn(
    &mut dyn Transaction,
    &Record,
    &Config,
    Timestamp,
) -> Result<Result<Filed, Fault>, StoreError>;

/// How a customer's word on how content they are is recorded; none if there is no such complaint.
pub type RateComplaint = fn(
    &mut dyn Transaction,
    &Config,
    &str,
    u8,
    Timestamp,
) -> Result<Option<Result<(), complaint::Refusal>>, StoreError>;

/// What the handlers see.
#[derive(Clone)]
pub struct Shared {
    /// The store.
    pub store: Store,
    /// The present configuration.
    pub config: watch::Receiver<Arc<Config>>,
    /// Does what people say about incidents.
    pub plans: SayPlan,
    /// Files complaints.
    pub complaints: FileComplaint,
    /// Records how content customers are.
    pub ratings: RateComplaint,
    /// The registry.
    pub metrics: Arc<Metrics>,
    /// Cancelled once the daemon takes no more work.
    pub stopping: CancellationToken,
}

/// Serves until `stop`.
pub async fn serve(listener: TcpListener, shared: Shared, stop: CancellationToken) {
    // Chats send the whole message along.
    let presses = DefaultBodyLimit::max(press::MOST_BODY);
    let complaint_intake =
        post(complaints::take).layer(DefaultBodyLimit::max(complaints::MOST_BODY));
    let answers = get(answer::show).post(answer::take).layer(DefaultBodyLimit::max(MOST_ANSWER));
    let router = Router::new()
        .route("/", get(status_page))
        .route("/answer/{end}", answers)
        .route("/complaint/{end}", get(rating::show).post(rating::rate))
        .route("/api/complaints", complaint_intake)
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/slack/interactions", post(slack::pressed).layer(presses))
        .route("/mattermost/actions", post(mattermost::pressed).layer(presses))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(shared);
    connections::serve(listener, &router, &stop).await;
}

#[derive(Deserialize)]
struct PageQuery {
    lang: Option<String>,
}

async fn status_page(
    State(shared): State<Shared>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> Response {
    let config = Arc::clone(&shared.config.borrow());
    let locale = locale(&query, &headers, config.organisation.locale);
    match page::render(&shared.store, &config, locale).await {
        Ok(html) => with_policy(Html(html).into_response()),
        Err(error) => {
            tracing::error!(%error, "the status page could not be made");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

fn with_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn locale(query: &PageQuery, headers: &HeaderMap, default: Locale) -> Locale {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let wanted = accepted
        .unwrap_or_default()
        .split(',')
        .map(|tag| tag.split(';').next().unwrap_or_default().trim());
    let asked = query.lang.as_deref().into_iter();
    asked.chain(wanted).find_map(Locale::of_tag).unwrap_or(default)
}

async fn ready(State(shared): State<Shared>) -> Response {
    if shared.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    let answer = shared.store.write(|tx| status::prove_writable(tx));
    match tokio::time::timeout(READY_WITHIN, answer).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store is slow\n").into_response(),
    }
}

async fn metrics(State(shared): State<Shared>) -> Response {
    if let Ok(counts) = shared.store.read(|tx| status::counts(tx)).await {
        shared.metrics.backlog(counts.entries_pending, counts.deliveries_open);
    }
    let now = Timestamp::now();
    if let Ok(holding) = shared.store.read(move |tx| status::holding(tx, now)).await {
        let count = |why: HeldWhy| holding.held.iter().find(|(known, _)| *known == why);
        let by_why =
            HeldWhy::ALL.map(|why| (why.name(), count(why).map_or(0, |(_, count)| *count)));
        let waiting = [("group", holding.grouped), ("summary", holding.summaries)];
        shared.metrics.held(by_why.into_iter().chain(waiting), holding.silences.len());
    }
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match shared.metrics.render() {
        Ok(text) => ([(header::CONTENT_TYPE, content_type)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}
