//! F18: bodies without end, of a wrong length, or that stop half-way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use atalaya::guard::{FetchError, Limits};
use futures_util::FutureExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::servers::{Net, answer};
use crate::stage::{client, from_now, get, limits, on_stage, peak};

/// Sends until nobody takes it any more; how much that was.
async fn pour(mut stream: TcpStream, head: &'static str, chunked: bool) -> u64 {
    let piece = if chunked {
        [b"10000\r\n".as_slice(), &vec![b'x'; 65536], b"\r\n"].concat()
    } else {
        vec![b'x'; 65536]
    };
    let mut sent = 0;
    let mut alive = stream.write_all(format!("HTTP/1.1 {head}\r\n\r\n").as_bytes()).await.is_ok();
    while alive {
        alive = stream.write_all(&piece).await.is_ok();
        sent += 65536;
    }
    sent
}

/// Sends this much and then nothing, with the connection left open.
async fn stop_after(mut stream: TcpStream, sent: &str) {
    if stream.write_all(sent.as_bytes()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

#[test]
fn bodies_end_where_the_limit_is() {
    on_stage("endless::bodies_end_where_the_limit_is", async {
        let poured = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&poured);
        let net = Net::open(&[80], move |stream, request| {
            let count = Arc::clone(&count);
            async move {
                match request.path() {
                    "/endless" => _ = count.fetch_add(pour(stream, "200 OK", false).await, SeqCst),
                    "/chunked" => {
                        let head = "200 OK\r\ntransfer-encoding: chunked";
                        count.fetch_add(pour(stream, head, true).await, SeqCst);
                    }
                    "/1GB" => {
                        let head = "200 OK\r\ncontent-length: 1000000000";
                        count.fetch_add(pour(stream, head, false).await, SeqCst);
                    }
                    "/short" => answer(stream, "200 OK\r\ncontent-length: 1000", b"short").await,
                    "/more" => {
                        answer(stream, "200 OK\r\ncontent-length: 5", b"short and more").await;
                    }
                    "/odd" => answer(stream, "200 OK\r\ncontent-length: -5", b"odd").await,
                    "/claims" => {
                        stop_after(stream, "HTTP/1.1 200 OK\r\ncontent-length: 7999999\r\n\r\nx")
                            .await;
                    }
                    _ => {
                        let half = "x".repeat(300_000);
                        let head = "HTTP/1.1 200 OK\r\ncontent-length: 600000\r\n\r\n";
                        stop_after(stream, &format!("{head}{half}")).await;
                    }
                }
            }
            .boxed()
        })
        .await;
        let patient = client(Limits { total: Duration::from_mins(2), ..limits() });
        let before = from_now();
        let url = |path: &str| format!("http://93.184.216.34{path}");
        let ask = async |path: &str| get(&patient, &url(path)).await;
        for path in ["/endless", "/chunked", "/1GB"] {
            let before = poured.load(SeqCst);
            let result = ask(path).await;
            let large = matches!(result, Err(FetchError::TooLarge { limit: 8_000_000 }));
            assert!(large, "{path} {result:?}");
            let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
            while poured.load(SeqCst) == before {
                assert!(
                    tokio::time::Instant::now() < deadline,
                    "{path}: the connection stays open"
                );
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            // The limit and what the two ends of a socket hold.
            let sent = poured.load(SeqCst) - before;
            println!("{path}: {sent} bytes sent");
            assert!(sent < 30_000_000, "{path}: {sent}");
        }
        assert_eq!(ask("/more").await.unwrap().body, b"short");
        for path in ["/short", "/odd"] {
            let result = ask(path).await;
            assert!(matches!(result, Err(FetchError::Network { .. })), "{path} {result:?}");
        }
        let limits = Limits { grace: Duration::from_secs(1), min_rate: 300_000, ..limits() };
        let strict = client(limits);
        for path in ["/claims", "/half"] {
            let result = get(&strict, &url(path)).await;
            assert!(
                matches!(result, Err(FetchError::Timeout { phase: "body" })),
                "{path} {result:?}"
            );
        }
        let grown = peak() - before;
        println!("endless: {} MB more at the peak", grown / 1_000_000);
        assert!(grown < 60_000_000, "{grown}");
        assert_eq!(net.public(), 8);
    });
}

#[test]
fn sixty_four_endless_bodies_leave_memory_bounded() {
    on_stage("endless::sixty_four_endless_bodies_leave_memory_bounded", async {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let _net = Net::open(&[80], move |stream, _| {
            count.fetch_add(1, SeqCst);
            pour(stream, "200 OK", false).map(|_sent| ()).boxed()
        })
        .await;
        let client = client(limits());
        let before = from_now();
        let all = (1..=64).map(|n| {
            let client = &client;
            async move { get(client, &format!("http://93.184.1.{n}/")).await }
        });
        for result in futures_util::future::join_all(all).await {
            assert!(matches!(result, Err(FetchError::TooLarge { .. })), "{result:?}");
        }
        let grown = peak() - before;
        println!("64 endless: {} MB more at the peak", grown / 1_000_000);
        assert!(grown < 200_000_000, "{grown}");
        assert_eq!(asked.load(SeqCst), 64);
    });
}
