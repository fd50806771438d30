//! F15: servers that send next to nothing, for ever.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atalaya::guard::{FetchError, Limits};
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::servers::{Net, answer};
use crate::stage::{client, get, limits, on_stage};

/// One byte a second of a body, or of a head that never ends.
async fn trickle(mut stream: TcpStream, body: bool) {
    let start: &[u8] = if body {
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"
    } else {
        b"HTTP/1.1 200 OK\r\nx: "
    };
    let mut alive = stream.write_all(start).await.is_ok();
    while alive {
        alive = stream.write_all(b"y").await.is_ok();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Header line after header line, as fast as they are taken.
async fn pour_headers(mut stream: TcpStream) {
    let mut alive = stream.write_all(b"HTTP/1.1 200 OK\r\n").await.is_ok();
    while alive {
        alive = stream.write_all(b"x-more: and more\r\n").await.is_ok();
    }
}

#[test]
fn sixty_slow_servers_hold_up_no_healthy_one() {
    on_stage("slow::sixty_slow_servers_hold_up_no_healthy_one", async {
        let hooked: Arc<Mutex<HashSet<IpAddr>>> = Arc::default();
        let seen = Arc::clone(&hooked);
        let _net = Net::open(&[80], move |stream, request| {
            let slow = request.at.to_string().starts_with("93.184.1.");
            if slow {
                seen.lock().unwrap().insert(request.at);
            }
            async move {
                if slow {
                    trickle(stream, request.path() == "/body").await;
                } else {
                    answer(stream, "200 OK", b"healthy").await;
                }
            }
            .boxed()
        })
        .await;
        // Long limits for the slow ones: what counts is who ends first.
        let long = Duration::from_mins(5);
        let client = client(Limits { head: long, total: long, grace: long, ..limits() });
        let mut slow: FuturesUnordered<_> = (1..=60)
            .map(|n| {
                let (client, kind) = (&client, if n % 2 == 0 { "body" } else { "head" });
                async move { get(client, &format!("http://93.184.1.{n}/{kind}")).await }
            })
            .collect();
        let healthy = async {
            while hooked.lock().unwrap().len() < 60 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let mut all: FuturesUnordered<_> = (1..=60)
                .map(|n| {
                    let client = &client;
                    async move { get(client, &format!("http://93.184.2.{n}/")).await }
                })
                .collect();
            let mut answered = 0;
            while let Some(reply) = all.next().await {
                assert_eq!(reply.unwrap().body, b"healthy");
                answered += 1;
            }
            answered
        };
        tokio::select! {
            biased;
            answered = healthy => assert_eq!(answered, 60),
            early = slow.next() => panic!("a slow server ended first: {early:?}"),
        }
        assert_eq!(slow.len(), 60, "they all still hang");
    });
}

#[test]
fn slow_servers_are_given_up() {
    on_stage("slow::slow_servers_are_given_up", async {
        let net = Net::open(&[80], |stream, request| {
            async move {
                match request.path() {
                    "/headers" => pour_headers(stream).await,
                    path => trickle(stream, path == "/body").await,
                }
            }
            .boxed()
        })
        .await;
        let short = Duration::from_millis(500);
        let strict = client(Limits { grace: short, ..limits() });
        let slow_body = get(&strict, "http://93.184.1.1/body").await;
        assert!(matches!(slow_body, Err(FetchError::Timeout { phase: "body" })), "{slow_body:?}");
        let strict = client(Limits { head: short, ..limits() });
        let slow_head = get(&strict, "http://93.184.1.2/head").await;
        assert!(matches!(slow_head, Err(FetchError::Timeout { phase: "head" })), "{slow_head:?}");
        // Many headers end at the library's limits, not at the clock.
        let headers = get(&client(limits()), "http://93.184.1.3/headers").await;
        assert!(matches!(headers, Err(FetchError::Network { .. })), "{headers:?}");
        assert_eq!(net.public(), 3);
    });
}
