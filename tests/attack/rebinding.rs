//! F25 and F26: name servers that lie, change their mind, say nothing or are not there.

use std::net::IpAddr;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use atalaya::guard::{FetchError, Limits};
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::{FutureExt, stream};

use crate::names::{self, Answer, addresses};
use crate::servers::{Net, answer};
use crate::stage::{client, get, get_within, limits, on_stage};

const TRIES: usize = 1200;

/// Answers by the kind of attack (the first letter of the name) and the number of the query.
fn lie(name: &str, query: usize) -> Answer {
    match (&name[..1], query % 2) {
        // Public and forbidden in turn, per query.
        ("f", 0) => addresses("93.184.216.34"),
        ("f", _) => addresses("169.254.169.254 fd00::1"),
        // Both at once.
        ("m", _) => {
            let mut mixed: Vec<IpAddr> =
                (0..15).map(|n| format!("10.0.0.{n}").parse().unwrap()).collect();
            mixed.insert(query % 15, "93.184.216.35".parse().unwrap());
            mixed.push("::ffff:169.254.169.254".parse().unwrap());
            Answer::Addresses(None, mixed)
        }
        // Another name, which leads inside.
        _ => Answer::Addresses(Some("inside.test"), vec!["10.0.0.1".parse().unwrap()]),
    }
}

#[test]
fn no_name_server_leads_inside() {
    on_stage("rebinding::no_name_server_leads_inside", async {
        let net = Net::open(&[80], |stream, _| {
            async move { answer(stream, "200 OK\r\ncontent-length: 2", b"ok").await }.boxed()
        })
        .await;
        let queries = names::serve(lie).await;
        let client = client(limits());
        let ask = async |n: usize| {
            let kind = ["f", "m", "c"][n % 3];
            get(&client, &format!("http://{kind}{n}.test/")).await.map_err(|error| (kind, error))
        };
        let results: Vec<_> = stream::iter(0..TRIES)
            .map(|n| ask(n).boxed_local())
            .buffer_unordered(8)
            .collect()
            .await;
        assert_eq!(net.forbidden(), [] as [IpAddr; 0]);
        let fetched = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(net.public(), fetched);
        assert!(fetched >= TRIES / 3, "{fetched} of {TRIES}: public answers are used");
        for (kind, error) in results.into_iter().filter_map(Result::err) {
            assert!(matches!(error, FetchError::Refused { .. }), "{kind}: {error:?}");
            assert_ne!(kind, "m", "one public address among others is enough");
        }
        assert!(queries.load(SeqCst) >= TRIES, "each try was a lookup");
        // One name again and again: each connection is a lookup of its own.
        for _ in 0..100 {
            drop(get(&client, "http://f.test/").await);
        }
        assert_eq!(net.forbidden(), [] as [IpAddr; 0]);
        // With leave the forbidden answers are followed: they were there.
        let everywhere = atalaya::model::Reach::anywhere();
        get_within(&client, &"http://c.test/".parse().unwrap(), &everywhere).await.unwrap();
        assert_eq!(net.forbidden(), ["10.0.0.1".parse::<IpAddr>().unwrap()]);
    });
}

#[test]
fn silent_and_missing_names_hold_up_nobody() {
    on_stage("rebinding::silent_and_missing_names_hold_up_nobody", async {
        let _net = Net::open(&[80], |stream, _| {
            async move { answer(stream, "200 OK", b"ok").await }.boxed()
        })
        .await;
        let queries = names::serve(|name, _| match &name[..1] {
            "s" => Answer::Silence,
            "h" => addresses("93.184.216.34"),
            _ => Answer::NoName,
        })
        .await;
        // Silence lasts for as long as the healthy ones take, so that the order proves it.
        let client = client(Limits { resolve: Duration::from_mins(1), ..limits() });
        let mut silent: FuturesUnordered<_> = (0..50)
            .map(|n| {
                let client = &client;
                async move { get(client, &format!("http://s{n}.test/")).await }
            })
            .collect();
        let healthy = async {
            while queries.load(SeqCst) < 50 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            for n in 0..20 {
                get(&client, &format!("http://h{n}.test/")).await.unwrap();
                get(&client, "http://93.184.216.36/").await.unwrap();
            }
        };
        tokio::select! {
            biased;
            () = healthy => {}
            early = silent.next() => panic!("a silent name ended first: {early:?}"),
        }
        drop(silent);
        let missing = get(&client, "http://no.test/").await;
        assert!(matches!(missing, Err(FetchError::Network { .. })), "{missing:?}");

        let quick =
            crate::stage::client(Limits { resolve: Duration::from_millis(300), ..limits() });
        let silent = get(&quick, "http://s.test/").await.unwrap_err();
        assert!(silent.to_string().contains("not resolved in time"), "{silent}");
        assert!(!silent.is_final());
    });
}

#[test]
fn no_name_server_at_all_is_an_error() {
    on_stage("rebinding::no_name_server_at_all_is_an_error", async {
        let error = get(&client(limits()), "http://any.test/").await.unwrap_err();
        let known = matches!(error, FetchError::Network { .. } | FetchError::Timeout { .. });
        assert!(known, "{error:?}");
    });
}
