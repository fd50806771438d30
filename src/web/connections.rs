//! Connections of people and machines that ask, and of those that only hold on (slowloris).
//!
//! One request a connection; each part of it has its time. When too many are open the oldest makes room, so
//! that whoever asks in earnest is heard however many are silent. No bound per address: behind a proxy all
//! come from one.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Who asks, as far as the connection says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub SocketAddr);

/// Open connections; the worst memory is some 16 KB each.
const MOST_OPEN: usize = 512;
/// From the connection to its first byte, and from there to the end of the request's head.
const FIRST_BYTE: Duration = Duration::from_secs(5);
const HEAD: Duration = Duration::from_secs(5);
/// From the connection to the last byte of the answer.
const WHOLE: Duration = Duration::from_secs(40);
/// What is under way when the daemon stops may take this long.
const DRAIN: Duration = Duration::from_secs(2);
/// The system is out of descriptors or memory: it is asked again after this.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// Answers until `stop`, then lets what is under way end.
pub(super) async fn serve(listener: TcpListener, router: &Router, stop: &CancellationToken) {
    let mut open = Open::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => {
                    let router = router.clone().layer(Extension(Peer(address)));
                    open.add(stream, router, stop.clone());
                }
                Err(error) => pause_after(&error).await,
            },
            Some(_) = open.tasks.join_next() => {}
        }
    }
    drop(listener);
    let ended = timeout(DRAIN, async { while open.tasks.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        tracing::warn!(connections = open.tasks.len(), "requests are cut off");
    }
}

/// Open connections, oldest first.
#[derive(Default)]
struct Open {
    tasks: JoinSet<()>,
    ages: VecDeque<AbortHandle>,
}

impl Open {
    fn add(&mut self, stream: TcpStream, router: Router, stop: CancellationToken) {
        if self.ages.len() >= MOST_OPEN {
            self.ages.retain(|task| !task.is_finished());
        }
        if self.ages.len() >= MOST_OPEN
            && let Some(oldest) = self.ages.pop_front()
        {
            oldest.abort();
        }
        let answer = async move {
            if timeout(WHOLE, answer(stream, router, stop)).await.is_err() {
                tracing::debug!("a connection took too long");
            }
        };
        self.ages.push_back(self.tasks.spawn(answer));
    }
}

/// One request. hyper's clock for the head starts with its first byte, so silence has its own.
async fn answer(stream: TcpStream, router: Router, stop: CancellationToken) {
    let speaks = tokio::select! {
        () = stop.cancelled() => return,
        speaks = timeout(FIRST_BYTE, stream.readable()) => speaks,
    };
    if !matches!(speaks, Ok(Ok(()))) {
        return;
    }
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).keep_alive(false);
    let service = TowerToHyperService::new(router);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection failed");
    }
}

async fn pause_after(error: &io::Error) {
    tracing::warn!(%error, "no connection can be accepted");
    sleep(ACCEPT_AGAIN).await;
}
