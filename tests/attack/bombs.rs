//! F17: small bodies that become large, and bodies packed twice.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use async_compression::Level;
use async_compression::tokio::bufread::{
    BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder,
};
use atalaya::guard::{FetchError, Limits};
use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::servers::{Net, answer};
use crate::stage::{client, from_now, get, limits, on_stage, peak};

/// What each bomb becomes.
const UNPACKED: u64 = 60_000_000;

macro_rules! packed {
    ($encoder:ident, $length:expr) => {{
        let zeros = BufReader::with_capacity(64 * 1024, tokio::io::repeat(0).take($length));
        let mut packed = Vec::new();
        $encoder::with_quality(zeros, Level::Fastest).read_to_end(&mut packed).await.unwrap();
        packed
    }};
}

#[test]
fn bombs_stop_at_the_limit() {
    on_stage("bombs::bombs_stop_at_the_limit", async {
        let gzip = packed!(GzipEncoder, UNPACKED);
        let twice = {
            let mut twice = Vec::new();
            GzipEncoder::new(Cursor::new(&gzip)).read_to_end(&mut twice).await.unwrap();
            twice
        };
        // A frame that asks for a window of 2 GiB (RFC 8878 §3.1.1.1.2), and a brotli stream of the
        // "large window" kind with 2^30 bytes.
        let zstd_window = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0xa8][..], &[0; 64]].concat();
        let brotli_window = [&[0x11, 0x1e][..], &[0; 64]].concat();
        let table: Vec<(&str, Vec<u8>, &str)> = vec![
            ("gzip", gzip.clone(), "large"),
            ("x-gzip", gzip.clone(), "large"),
            ("br", packed!(BrotliEncoder, UNPACKED), "large"),
            ("zstd", packed!(ZstdEncoder, UNPACKED), "large"),
            ("deflate", packed!(ZlibEncoder, UNPACKED), "large"),
            ("deflate", packed!(DeflateEncoder, UNPACKED), "large"),
            ("gzip, gzip", twice.clone(), "twice"),
            ("gzip\r\ncontent-encoding: gzip", twice, "twice"),
            ("gzip, identity, br", gzip.clone(), "twice"),
            ("zstd", zstd_window, "broken"),
            ("br", brotli_window, "window"),
            ("gzip", gzip[..gzip.len() / 2].to_vec(), "large"),
            ("gzip", packed!(GzipEncoder, 1_000_000)[..500].to_vec(), "broken"),
            ("gzip", packed!(GzipEncoder, 15_900_000), "fits"),
            ("deflate", packed!(DeflateEncoder, 15_900_000), "fits"),
        ];
        let bodies: Vec<_> =
            table.iter().map(|(coding, body, _)| (*coding, body.clone())).collect();
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let _net = Net::open(&[80], move |stream, request| {
            let (coding, body) = bodies[request.path()[1..].parse::<usize>().unwrap()].clone();
            let count = Arc::clone(&count);
            async move {
                let head = format!("200 OK\r\ncontent-encoding: {coding}");
                answer(stream, &head, &body).await;
                count.fetch_add(1, SeqCst);
            }
            .boxed()
        })
        .await;
        let client = client(Limits { total: Duration::from_mins(2), ..limits() });
        let before = from_now();
        for (at, (coding, body, expected)) in table.iter().enumerate() {
            assert!(body.len() < 1_000_000, "{coding}: it is a small body");
            let result = get(&client, &format!("http://93.184.216.34/{at}")).await;
            let seen = match &result {
                Ok(reply) if reply.body.len() == 15_900_000 => "fits",
                Err(FetchError::TooLarge { limit: 16_000_000 }) => "large",
                Err(FetchError::Refused { why }) if why.contains("once") => "twice",
                Err(FetchError::Refused { why }) if why.contains("window") => "window",
                Err(FetchError::Network { .. }) => "broken",
                _ => "something else",
            };
            assert_eq!(
                seen,
                *expected,
                "{at} {coding}: {:?}",
                result.map(|reply| reply.body.len())
            );
        }
        let grown = peak() - before;
        println!("bombs: {} MB more at the peak", grown / 1_000_000);
        assert!(grown < 80_000_000, "{grown}");
        assert_eq!(sent.load(SeqCst), table.len(), "all were sent");
    });
}

/// Each bomb goes off to 12 MB and then hangs, so that without a budget all would be held at once.
#[test]
fn sixty_four_bombs_at_once_share_the_budget() {
    on_stage("bombs::sixty_four_bombs_at_once_share_the_budget", async {
        let gzip = packed!(GzipEncoder, 12_000_000);
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let _net = Net::open(&[80], move |mut stream, _| {
            let (body, count) = (gzip.clone(), Arc::clone(&count));
            async move {
                let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n";
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(&body[..body.len() - 8]).await.unwrap();
                count.fetch_add(1, SeqCst);
                std::future::pending::<()>().await;
            }
            .boxed()
        })
        .await;
        let long = Duration::from_mins(5);
        let client = Arc::new(client(Limits { total: long, grace: long, ..limits() }));
        let before = from_now();
        let mut all = JoinSet::new();
        for n in 1..=64 {
            let client = Arc::clone(&client);
            all.spawn(async move { get(&client, &format!("http://93.184.1.{n}/")).await });
        }
        // Until all were sent and memory has not grown for two seconds.
        let (mut peak_before, mut since) = (0, Instant::now());
        let deadline = Instant::now() + Duration::from_mins(2);
        while sent.load(SeqCst) < 64 || since.elapsed() < Duration::from_secs(2) {
            assert!(Instant::now() < deadline, "never at rest");
            tokio::time::sleep(Duration::from_millis(50)).await;
            let grown = peak() - before;
            assert!(grown < 250_000_000, "{grown}: all bodies are held at once");
            if grown > peak_before {
                (peak_before, since) = (grown, Instant::now());
            }
        }
        println!("64 bombs: {} MB more at the peak", peak_before / 1_000_000);
        assert!(peak_before > 40_000_000, "{peak_before}: some are held");
        assert!(all.try_join_next().is_none(), "they all still hang");
    });
}
