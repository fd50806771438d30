//! F14: redirects in circles, and how far they are followed.

use atalaya::guard::FetchError;
use futures_util::FutureExt;

use crate::servers::{Net, answer};
use crate::stage::{client, get, limits, on_stage};

#[test]
fn circles_end_and_short_ways_are_gone() {
    on_stage("redirects::circles_end_and_short_ways_are_gone", async {
        let net = Net::open(&[80, 8080], |stream, request| {
            async move {
                let path = request.path();
                let to = match path {
                    "/self" => "/self".to_owned(),
                    "/ping" => "http://93.184.216.35/pong".to_owned(),
                    "/pong" => "http://93.184.216.34:8080/ping".to_owned(),
                    "/0" => return answer(stream, "200 OK", b"arrived").await,
                    count => match count[1..].parse::<u32>() {
                        Ok(count) => format!("/{}", count - 1),
                        Err(_) => format!("{count}/on"),
                    },
                };
                answer(stream, &format!("307 Away\r\nlocation: {to}"), b"").await;
            }
            .boxed()
        })
        .await;
        let client = client(limits());
        for path in ["/self", "/ping", "/on", "/6"] {
            let before = net.public();
            let result = get(&client, &format!("http://93.184.216.34{path}")).await;
            let Err(FetchError::Refused { why }) = &result else { panic!("{path}: {result:?}") };
            assert_eq!(why, "more than 5 redirects", "{path}");
            assert_eq!(net.public() - before, 6, "{path}: the page and five redirects");
        }
        assert_eq!(get(&client, "http://93.184.216.34/5").await.unwrap().body, b"arrived");
    });
}
