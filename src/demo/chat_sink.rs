//! A chat room and a webhook receiver that keep what they get: each request is a durable line of
//! JSON before it is answered.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde::Serialize;
use serde_json::Value;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Bytes of one request.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// A request that was taken; also the shape of a line in the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReceivedPost {
    /// `slack` or `webhook`.
    pub room: &'static str,
    /// The idempotency key: `webhook-id`, or `idempotency-key`.
    pub key: Option<String>,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Value,
    /// The body as it was signed.
    #[serde(skip)]
    pub raw: Bytes,
}

/// A running sink.
#[derive(Debug)]
pub struct ChatSink {
    address: SocketAddr,
    running: JoinHandle<()>,
}

/// What all requests share.
struct Journal {
    file: Mutex<File>,
    on_post: mpsc::Sender<ReceivedPost>,
}

impl ChatSink {
    /// Starts to take `POST /slack` and `POST /webhook` on `listener`, appends each to `journal`
    /// (JSON Lines) and tells of it over `on_post`.
    ///
    /// # Errors
    /// If the journal cannot be opened, or the listener has no address.
    pub async fn start(
        listener: TcpListener,
        journal: &Path,
        on_post: mpsc::Sender<ReceivedPost>,
        cancel: CancellationToken,
    ) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(journal).await?;
        let address = listener.local_addr()?;
        let journal = Arc::new(Journal { file: Mutex::new(file), on_post });
        let app = Router::new()
            .route("/slack", post(slack))
            .route("/webhook", post(webhook))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(journal);
        let serving = axum::serve(listener, app).with_graceful_shutdown(cancel.cancelled_owned());
        let running = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the chat sink ended badly");
            }
        });
        Ok(Self { address, running })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has stopped after its token was cancelled.
    pub async fn stopped(self) {
        if let Err(error) = self.running.await {
            tracing::error!(%error, "the chat sink ended badly");
        }
    }
}

type Answer = (StatusCode, &'static str);

async fn slack(State(journal): State<Arc<Journal>>, headers: HeaderMap, body: Bytes) -> Answer {
    journal.take("slack", &headers, body).await
}

async fn webhook(State(journal): State<Arc<Journal>>, headers: HeaderMap, body: Bytes) -> Answer {
    journal.take("webhook", &headers, body).await
}

impl Journal {
    async fn take(&self, room: &'static str, headers: &HeaderMap, raw: Bytes) -> Answer {
        let Ok(body) = serde_json::from_slice(&raw) else {
            return (StatusCode::BAD_REQUEST, "invalid_payload");
        };
        let headers: BTreeMap<_, _> = headers
            .iter()
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let key = headers.get("webhook-id").or(headers.get("idempotency-key")).cloned();
        let received = ReceivedPost { room, key, headers, body, raw };
        if let Err(error) = self.append(&received).await {
            tracing::warn!(%error, "a message could not be kept");
            return (StatusCode::INTERNAL_SERVER_ERROR, "not_kept");
        }
        if self.on_post.send(received).await.is_err() {
            tracing::debug!("nobody listens to the chat sink");
        }
        (StatusCode::OK, "ok")
    }

    async fn append(&self, received: &ReceivedPost) -> io::Result<()> {
        let mut line = serde_json::to_vec(received)?;
        line.push(b'\n');
        let mut file = self.file.lock().await;
        file.write_all(&line).await?;
        file.sync_all().await
    }
}
