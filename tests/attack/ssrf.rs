//! F24: nothing forbidden is asked, however it is written: as a feed, as a message, by a redirect.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use atalaya::guard::{FetchError, Post};
use atalaya::model::Reach;
use futures_util::FutureExt;
use url::Url;

use crate::names::{self, addresses};
use crate::servers::{Net, answer, is_public};
use crate::stage::{client, get, get_within, limits, on_stage};

/// Hosts that must not be asked, by what they are.
const HOSTS: &[&str] = &[
    // Special-purpose networks.
    "127.0.0.1 127.1.2.3 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255",
    "169.254.169.254 169.254.1.1 172.16.0.1 172.31.255.255 192.168.1.1 192.0.0.8 192.0.2.1",
    "192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 240.0.0.1 224.0.0.1",
    "255.255.255.255",
    // The same in other spellings: decimal, octal, hexadecimal, short, with a dot, Unicode digits.
    "2130706433 0x7f.1 0x7f000001 017700000001 127.1 127.0.1 0177.0.0.1 0x7f.0x0.0x0.0x1",
    "2852039166 0xa9fea9fe 0251.0376.0251.0376 167772161 3232235777 0 127.0.0.1. 10.1 0x0a.1",
    "①②⑦.⓪.⓪.① 127。0。0。1 %31%32%37.0.0.1 １２７.0.0.1",
    // IPv6, and IPv4 within it: mapped, compatible, translated, NAT64, 6to4, Teredo.
    "[::1] [::] [0:0:0:0:0:0:0:1] [fc00::1] [fd12:3456::1] [fe80::1] [fec0::1] [ff02::1] [100::1]",
    "[2001:db8::1] [3fff::1] [4000::1] [::ffff:10.0.0.1] [::ffff:7f00:1] [::ffff:a9fe:a9fe]",
    "[::127.0.0.1] [::a9fe:a9fe] [::ffff:0:127.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b::10.0.0.1]",
    "[64:ff9b:1::1] [2002:7f00:1::] [2002:a9fe:a9fe::] [2001:0:a00:1::1]",
    // Names that lead there.
    "localhost LOCALHOST localhost. metadata.google.internal metadata.test intranet.test",
    "INTRANET.test. ten.test shared.test six.test mapped.test many.test nat64.test",
];

fn resolve(name: &str) -> names::Answer {
    addresses(match name {
        "metadata.google.internal" | "metadata.test" => "169.254.169.254",
        "intranet.test" => "10.0.0.1",
        "localhost" => "127.0.0.1 ::1",
        "ten.test" => "10.9.8.7",
        "shared.test" => "100.64.3.2",
        "six.test" => "fd00::1 ::1",
        "mapped.test" => "::ffff:10.0.0.1 ::ffff:169.254.169.254",
        "nat64.test" => "64:ff9b::a9fe:a9fe",
        "many.test" => "127.0.0.1 10.0.0.1 192.168.0.1 169.254.169.254 fe80::1 fd00::2",
        _ => return names::Answer::NoName,
    })
}

/// Redirects that must not be followed, beside those to the hosts above.
const REDIRECTS: &[&str] = &[
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:80/_GET",
    "ftp://127.0.0.1:80/",
    "data:text/html,hello",
    "javascript:alert(1)",
    "ws://127.0.0.1/",
    "http://127.0.0.1\\@93.184.216.34/",
    "http://93.184.216.34\\@127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "//127.0.0.1/",
    "///127.0.0.1/",
    "http:///127.0.0.1/",
    "\\\\127.0.0.1\\",
    "http://127.0.0.1 .test/",
    "http://93.184.216.34@127.0.0.1/",
    "http://user:secret@93.184.216.35/",
    "http://127.0.0.1:8080/",
    "http://10.0.0.1:443/",
    "https://10.0.0.1/",
    "https://[::1]/",
    "http://93.184.216.35:25/",
    "http://93.184.216.35:6379/",
    "http://",
];

fn hosts() -> Vec<&'static str> {
    HOSTS.iter().flat_map(|line| line.split(' ')).collect()
}

#[test]
fn nothing_forbidden_is_asked() {
    on_stage("ssrf::nothing_forbidden_is_asked", async {
        let targets: Vec<String> = hosts()
            .into_iter()
            .map(|host| format!("http://{host}/"))
            .chain(REDIRECTS.iter().map(|&target| target.to_owned()))
            .collect();
        let locations = targets.clone();
        let net = Net::open(&[80, 443, 8080, 25, 6379], move |stream, request| {
            let to =
                request.path()[1..].parse().ok().and_then(|at: usize| locations.get(at).cloned());
            async move {
                match to {
                    Some(to) => answer(stream, &format!("302 Found\r\nlocation: {to}"), b"").await,
                    None => answer(stream, "200 OK", b"reached").await,
                }
            }
            .boxed()
        })
        .await;
        let queries = names::serve(|name, _| resolve(name)).await;
        let client = client(limits());
        let nowhere = Reach::default();
        let mut cases = 0;
        let mut refused = |what: String, error: Option<FetchError>| {
            cases += 1;
            assert!(matches!(error, Some(FetchError::Refused { .. })), "{what}: {error:?}");
            assert_eq!(net.forbidden(), [] as [std::net::IpAddr; 0], "{what}");
        };
        for host in hosts() {
            let Ok(url) = Url::parse(&format!("http://{host}/")) else {
                panic!("{host} is no case: it is no URL");
            };
            let fetched = get_within(&client, &url, &nowhere).await;
            refused(format!("GET {host}"), fetched.err());
            let timeout = Duration::from_secs(20);
            let (headers, body) = (Vec::new(), b"{}".to_vec());
            let post = Post { url: &url, headers, body, reach: &nowhere, timeout };
            refused(format!("POST {host}"), client.post(post).await.err());
        }
        for (at, target) in targets.iter().enumerate() {
            let before = net.public();
            let fetched = get(&client, &format!("http://93.184.216.34/{at}")).await;
            refused(format!("redirect to {target}"), fetched.err());
            assert_eq!(net.public(), before + 1, "{target}: the redirect was sent, and only it");
        }
        assert!(cases >= 200, "{cases}");
        assert!(queries.load(SeqCst) >= 30, "names were looked up");

        // With leave, the same addresses are reached: nothing else kept us from them.
        let mut reached = 0;
        for host in hosts() {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            let reply = get_within(&client, &url, &Reach::anywhere()).await;
            reached += usize::from(reply.is_ok_and(|reply| reply.body == b"reached"));
        }
        // Not multicast, broadcast, link-local without an interface.
        assert!(reached >= hosts().len() - 5, "{reached} of {}", hosts().len());
        assert!(net.forbidden().len() >= reached / 2);
        assert!(!is_public("169.254.169.254".parse().unwrap()));
    });
}

#[test]
fn a_network_that_is_allowed_is_all_that_is_allowed() {
    on_stage("ssrf::a_network_that_is_allowed_is_all_that_is_allowed", async {
        let net = Net::open(&[80, 9000], |stream, _| {
            async move { answer(stream, "200 OK", b"reached").await }.boxed()
        })
        .await;
        let _names = names::serve(|name, _| match name {
            "wiki.test" => addresses("10.0.0.1"),
            "both.test" => addresses("192.168.0.1 10.0.0.2 93.184.216.34"),
            _ => resolve(name),
        })
        .await;
        let client = client(limits());
        let networks = vec!["10.0.0.0/8".parse().unwrap()];
        let reach =
            &Reach { private: atalaya::model::PrivateAccess::Networks(networks), proxy: None };
        for (url, reached) in [
            ("http://10.0.0.1/", true),
            ("http://10.0.0.1:9000/", true),
            ("http://wiki.test:9000/", true),
            ("http://both.test:9000/", true),
            ("http://both.test/", true),
            ("http://93.184.216.34/", true),
            ("http://93.184.216.34:9000/", false),
            ("http://192.168.0.1/", false),
            ("http://127.0.0.1/", false),
            ("http://metadata.test/", false),
            ("http://metadata.test:9000/", false),
        ] {
            let reply = get_within(&client, &url.parse().unwrap(), reach).await;
            assert_eq!(reply.is_ok(), reached, "{url}: {reply:?}");
        }
        let seen = net.forbidden();
        assert!(seen.iter().all(|at| at.to_string().starts_with("10.0.0.")), "{seen:?}");
        assert!(seen.len() >= 4);
    });
}
