//! A chat server and webhook receiver: takes every POST and keeps it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A request that was taken.
#[derive(Debug, Clone)]
pub struct Post {
    /// The path, without its slash.
    pub room: String,
    pub headers: HeaderMap,
    /// The body as it was signed.
    pub raw: Bytes,
}

impl Post {
    pub fn body(&self) -> Value {
        serde_json::from_slice(&self.raw).expect("JSON")
    }
}

/// A running sink; it closes when dropped.
pub struct Chat {
    address: SocketAddr,
    posts: Arc<Mutex<Vec<Post>>>,
    serving: JoinHandle<()>,
}

impl Chat {
    /// Opens on a free port.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let posts = Arc::new(Mutex::new(Vec::new()));
        let routes = Router::new().route("/{room}", post(take)).with_state(Arc::clone(&posts));
        let serving = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("served");
        });
        Self { address, posts, serving }
    }

    pub fn url(&self, room: &str) -> String {
        format!("http://{}/{room}", self.address)
    }

    /// What came so far for a room.
    pub fn posts(&self, room: &str) -> Vec<Post> {
        let posts = self.posts.lock().expect("not poisoned");
        posts.iter().filter(|post| post.room == room).cloned().collect()
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(
    State(posts): State<Arc<Mutex<Vec<Post>>>>,
    Path(room): Path<String>,
    headers: HeaderMap,
    raw: Bytes,
) -> &'static str {
    posts.lock().expect("not poisoned").push(Post { room, headers, raw });
    "ok"
}
