//! A chat room and a webhook receiver that enter each post into the ledger before they say 200.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::ledger::{Accepted, Ledger};

/// A receiver thinks before it keeps a post, so that kills meet messages on their way.
const THOUGHT: Duration = Duration::from_millis(100);

/// Starts both on one port, at `/slack` and `/webhook`; answers where.
pub async fn start(ledger: Ledger) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new()
        .route("/slack", post(slack))
        .route("/webhook", post(webhook))
        .with_state(ledger);
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn slack(State(ledger): State<Ledger>, headers: HeaderMap, body: String) -> &'static str {
    tokio::time::sleep(THOUGHT).await;
    enter(&ledger, "chat", &headers, "idempotency-key", body)
}

async fn webhook(State(ledger): State<Ledger>, headers: HeaderMap, body: String) -> &'static str {
    tokio::time::sleep(THOUGHT).await;
    enter(&ledger, "siem", &headers, "webhook-id", body)
}

fn enter(
    ledger: &Ledger,
    channel: &'static str,
    headers: &HeaderMap,
    key: &str,
    text: String,
) -> &'static str {
    let key = headers.get(key).and_then(|value| value.to_str().ok());
    let key = key.unwrap_or_default().to_owned();
    let recipient = channel.to_owned();
    ledger.enter(Accepted { channel, recipient, key, at: Timestamp::now(), text });
    "ok"
}
