//! Thousands of connections that only hold on (F16): each is closed in its time, and whoever asks in earnest
//! meanwhile is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::support::daemon::Daemon;
use crate::support::settings::Settings;
use crate::support::site::Site;

const SILENT: usize = 5_000;
const TRICKLING: usize = 50;
/// Between two bytes of a head that never ends.
const DRIP: Duration = Duration::from_millis(300);
/// A machine that is busy closes late, but closes.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn silent_and_slow_clients_are_closed_while_others_are_answered() {
    let site = Site::open().await;
    let daemon = Daemon::start(&Settings::new().source("diario", &site.feed_url()).write()).await;
    let address = daemon.address();
    let mut clients = JoinSet::new();
    for _ in 0..SILENT {
        clients.spawn(closed(connect(address).await));
    }
    for _ in 0..TRICKLING {
        clients.spawn(trickle(connect(address).await));
    }
    let held = Arc::new(AtomicBool::new(true));
    let all_closed = {
        let held = Arc::clone(&held);
        tokio::spawn(async move {
            while let Some(closed) = clients.join_next().await {
                closed.expect("a client");
            }
            held.store(false, Ordering::Release);
        })
    };
    let mut answered_meanwhile = 0;
    while held.load(Ordering::Acquire) {
        let (status, _) = tokio::task::block_in_place(|| daemon.get("/healthz"));
        assert_eq!(status, 200);
        answered_meanwhile += usize::from(held.load(Ordering::Acquire));
    }
    all_closed.await.expect("every client was closed");
    assert!(answered_meanwhile > 0, "void: nobody was left to hold on");
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("connected")
}

/// Says nothing until it is hung up on.
async fn closed(mut stream: TcpStream) {
    let mut byte = [0; 1];
    let end = timeout(PATIENCE, stream.read(&mut byte)).await.expect("closed in time");
    assert!(matches!(end, Ok(0) | Err(_)), "a silent client was answered");
}

/// Sends a head byte by byte, without end.
async fn trickle(mut stream: TcpStream) {
    let whole = timeout(PATIENCE, async {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nX-Slow: ").await.ok();
        while stream.write_all(b"a").await.is_ok() {
            sleep(DRIP).await;
        }
    });
    whole.await.expect("closed in time");
}
