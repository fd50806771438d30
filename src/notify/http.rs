//! One POST request and what its answer means. What is posted is the matter of [`super::rooms`].

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::clean::clean;
use super::{BuildError, HandOver, Receipt, SendError};
use crate::guard::{Client, Post, PostReply};
use crate::model::Reach;

/// For the whole exchange; Standard Webhooks asks for 15 to 30 s.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Where requests go. Its URL is a credential: it is in no text and has no `Debug`.
pub(super) struct Receiver {
    pub url: Url,
    reach: Reach,
    http: Arc<Client>,
}

impl Receiver {
    /// A receiver.
    ///
    /// # Errors
    /// If the URL is none.
    pub fn new(
        url: &SecretString,
        allow_private: bool,
        http: Arc<Client>,
    ) -> Result<Self, BuildError> {
        let url = Url::parse(url.expose_secret()).map_err(|_| BuildError::Url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BuildError::Url);
        }
        let reach = if allow_private { Reach::anywhere() } else { Reach::default() };
        Ok(Self { url, reach, http })
    }

    /// Posts JSON to `url`, which is the receiver's own or made of it.
    ///
    /// # Errors
    /// [`SendError::Retry`] if no answer came; [`SendError::HandOver`].
    pub async fn post(
        &self,
        url: &Url,
        mut headers: Vec<(String, String)>,
        body: String,
        hand_over: &dyn HandOver,
    ) -> Result<PostReply, SendError> {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        let post =
            Post { url, headers, body: body.into_bytes(), reach: &self.reach, timeout: TIMEOUT };
        hand_over.begin().await?;
        match self.http.post(post).await {
            Ok(reply) => Ok(reply),
            Err(error) => {
                Err(SendError::Retry { after: None, what: redact(url, &error.to_string()) })
            }
        }
    }
}

/// The text without any part of the URL: a chat room's path is its password.
fn redact(url: &Url, text: &str) -> String {
    let parts = [Some(url.as_str()), Some(url.path()), url.query()];
    let mut text = text.to_owned();
    for part in parts.into_iter().flatten().filter(|part| part.len() > 1) {
        text = text.replace(part, "…");
    }
    clean(&text, 200)
}

/// 2xx is taken; 429 asks for fewer; 410 wants no more; 408, 425 and 5xx may pass; everything else, redirects included,
/// needs a person (RFC 9110 §15).
pub(super) fn judge(reply: &PostReply) -> Result<Receipt, SendError> {
    let what = format!("HTTP {}{}", reply.status, word(&reply.body));
    match reply.status {
        200..=299 => Ok(Receipt { answer: what }),
        429 => Err(SendError::Slower { after: reply.retry_after, what }),
        410 => Err(SendError::Gone { what }),
        408 | 425 | 500..=599 => Err(SendError::Retry { after: reply.retry_after, what }),
        _ => Err(SendError::Refused { what }),
    }
}

/// Slack's one-word answers (`ok`, `invalid_blocks`, `channel_is_archived`). Anything else might
/// echo a URL or a token and is left out.
fn word(body: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
    match std::str::from_utf8(body) {
        Ok(word) if (1..=40).contains(&word.len()) && body.iter().all(plain) => format!(" {word}"),
        _ => String::new(),
    }
}

/// Header values are visible ASCII (RFC 9110 §5.5); keys that are not go by their hash.
pub(super) fn header_value(key: &str) -> String {
    super::clean::safe_key(key)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use axum::Router;
    use axum::body::Bytes;
    use axum::extract::State;
    use axum::http::{HeaderMap, StatusCode};
    use axum::response::IntoResponse;
    use axum::routing::post;
    use secrecy::SecretString;
    use standardwebhooks::Webhook;
    use tokio::sync::mpsc;

    use super::{Receiver, redact};
    use crate::config::Service;
    use crate::guard::{Client, Limits};
    use crate::model::Locale;
    use crate::notify::rooms::Room;
    use crate::notify::{HandOver, HandOverRefused, Message, Notifier, Receipt, SendError, sample};

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// Records that the hand-over began, or refuses it.
    struct Watch {
        begun: AtomicBool,
        refuse: bool,
    }

    impl HandOver for Watch {
        fn begin(&self) -> futures_util::future::BoxFuture<'_, Result<(), HandOverRefused>> {
            self.begun.store(true, Ordering::SeqCst);
            let answer = if self.refuse { Err(HandOverRefused) } else { Ok(()) };
            Box::pin(async move { answer })
        }
    }

    struct Answer {
        status: u16,
        retry_after: Option<&'static str>,
        body: &'static str,
        seen: mpsc::Sender<(HeaderMap, Bytes)>,
    }

    async fn answer(
        State(answer): State<Arc<Answer>>,
        headers: HeaderMap,
        body: Bytes,
    ) -> impl IntoResponse {
        answer.seen.send((headers, body)).await.expect("the test listens");
        let mut out = HeaderMap::new();
        if let Some(secs) = answer.retry_after {
            out.insert("retry-after", secs.parse().expect("header"));
        }
        (StatusCode::from_u16(answer.status).expect("status"), out, answer.body)
    }

    type Seen = mpsc::Receiver<(HeaderMap, Bytes)>;

    async fn server(
        status: u16,
        retry_after: Option<&'static str>,
        body: &'static str,
    ) -> (SecretString, Seen) {
        let (seen, received) = mpsc::channel(8);
        let state = Arc::new(Answer { status, retry_after, body, seen });
        let app = Router::new().route("/T0/secret-path", post(answer)).with_state(state);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/T0/secret-path", listener.local_addr().expect("address"));
        tokio::spawn(async move { axum::serve(listener, app).await.expect("serves") });
        (url.into(), received)
    }

    fn client() -> Arc<Client> {
        Arc::new(Client::new(Limits::default(), "test").expect("client"))
    }

    async fn attempt(notifier: &dyn Notifier, refuse: bool) -> (Result<Receipt, SendError>, bool) {
        let watch = Watch { begun: AtomicBool::new(false), refuse };
        let (notice, delivery) = (sample::notice(Locale::Es), sample::delivery(Locale::Es));
        let message = Message { delivery: &delivery, notice: &notice };
        let result = notifier.send(message, &watch).await;
        (result, watch.begun.load(Ordering::SeqCst))
    }

    async fn check(
        status: u16,
        retry_after: Option<&'static str>,
        body: &'static str,
        expected: Result<&str, SendError>,
    ) {
        let (url, _seen) = server(status, retry_after, body).await;
        let room = Room::new(&Service::Slack, &url, true, client()).expect("room");
        let (result, begun) = attempt(&room, false).await;
        assert_eq!(result, expected.map(|it| Receipt { answer: it.to_owned() }), "{status} {body}");
        assert!(begun);
    }

    fn retry(after: Option<u64>, what: &str) -> SendError {
        SendError::Retry { after: after.map(Duration::from_secs), what: what.to_owned() }
    }

    fn slower(after: Option<u64>, what: &str) -> SendError {
        SendError::Slower { after: after.map(Duration::from_secs), what: what.to_owned() }
    }

    fn refused(what: &str) -> SendError {
        SendError::Refused { what: what.to_owned() }
    }

    #[tokio::test]
    async fn answers_and_what_they_mean() {
        check(200, None, "ok", Ok("HTTP 200 ok")).await;
        check(204, None, "", Ok("HTTP 204")).await;
        check(429, Some("7"), "rate_limited", Err(slower(Some(7), "HTTP 429 rate_limited"))).await;
        check(503, None, "https://x/token", Err(retry(None, "HTTP 503"))).await;
        check(403, None, "invalid_token", Err(refused("HTTP 403 invalid_token"))).await;
        check(404, None, "no_service", Err(refused("HTTP 404 no_service"))).await;
        let gone = SendError::Gone { what: "HTTP 410".to_owned() };
        check(410, None, "Gone: /T0/secret-path", Err(gone)).await;
        check(400, None, "invalid_blocks", Err(refused("HTTP 400 invalid_blocks"))).await;
        check(302, None, "", Err(refused("HTTP 302"))).await;
    }

    fn every_service() -> Vec<Service> {
        let secret = || Some("SECdemo".into());
        vec![
            Service::Slack,
            Service::Teams,
            Service::Discord,
            Service::Mattermost,
            Service::GoogleChat,
            Service::Telegram { token: "1:tok".into(), chat: "-100".to_owned() },
            Service::Feishu { secret: secret() },
            Service::DingTalk { secret: secret() },
            Service::WeCom,
            Service::Ntfy { token: secret() },
            Service::PagerDuty { key: "key".into() },
            Service::Alertmanager,
        ]
    }

    /// The status says that all is well, the body that nothing was taken.
    #[tokio::test]
    async fn a_200_with_an_error_in_its_body_is_no_success() {
        let cases = [
            (Service::Feishu { secret: None }, r#"{"code":19001,"msg":"param invalid"}"#),
            (Service::DingTalk { secret: None }, r#"{"errcode":310000,"errmsg":"keywords"}"#),
            (Service::WeCom, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#),
        ];
        for (service, body) in cases {
            let (url, mut seen) = server(200, None, body).await;
            let room = Room::new(&service, &url, true, client()).expect("room");
            let (result, begun) = attempt(&room, false).await;
            assert!(matches!(result, Err(SendError::Refused { .. })), "{service:?}: {result:?}");
            assert!(begun && seen.try_recv().is_ok(), "{service:?}: the request came");
        }
    }

    /// Nobody can be told anything over a connection that is not who it says.
    #[tokio::test]
    async fn a_certificate_that_is_not_trusted_gets_nothing_from_any_service() {
        for service in every_service() {
            let (port, read) = tls_server().await;
            let url = format!("https://localhost:{port}/T0/secret-path").into();
            let room = Room::new(&service, &url, true, client()).expect("room");
            let (result, _) = attempt(&room, false).await;
            let Err(SendError::Retry { what, .. }) = result else {
                panic!("{service:?}: {result:?}")
            };
            assert!(!what.contains("secret") && !what.contains("tok"), "{service:?}: {what}");
            let read = read.await.expect("a connection came");
            assert_eq!(read, None, "{service:?}: a request came through");
        }
    }

    /// Serves TLS with a certificate of its own to one client; answers how much came through it.
    async fn tls_server() -> (u16, tokio::task::JoinHandle<Option<usize>>) {
        use rustls::pki_types::pem::PemObject;
        use rustls::pki_types::{CertificateDer, PrivateKeyDer};
        use tokio::io::AsyncReadExt;
        let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/notify/testdata");
        let certificate = CertificateDer::from_pem_file(place.join("localhost.crt"));
        let key = PrivateKeyDer::from_pem_file(place.join("localhost.key")).expect("key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.expect("certificate")], key)
            .expect("settings");
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("address").port();
        let read = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let mut stream = acceptor.accept(stream).await.ok()?;
            stream.read(&mut [0; 64]).await.ok().filter(|&read| read > 0)
        });
        (port, read)
    }

    #[tokio::test]
    async fn a_room_gets_blocks_and_the_key() {
        let (url, mut seen) = server(200, None, "ok").await;
        let room = Room::new(&Service::Slack, &url, true, client()).expect("room");
        attempt(&room, false).await.0.expect("accepted");
        let (headers, body) = seen.recv().await.expect("a request");
        assert_eq!(headers["idempotency-key"], "01981f2e-key-0001");
        assert_eq!(headers["content-type"], "application/json");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert!(body["blocks"].to_string().contains("01981f2e-key-0001"));
    }

    #[tokio::test]
    async fn a_webhook_is_signed_and_keeps_its_id() {
        let (url, mut seen) = server(200, None, "").await;
        let webhook = Room::signed(&url, &SECRET.into(), true, client()).expect("webhook");
        let mut bodies = Vec::new();
        for _ in 0..2 {
            attempt(&webhook, false).await.0.expect("accepted");
            let (headers, body) = seen.recv().await.expect("a request");
            let verifier = Webhook::new(SECRET).expect("secret");
            verifier.verify(&body, &headers).expect("the signature holds");
            assert_eq!(headers["webhook-id"], "01981f2e-key-0001");
            let other = Webhook::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("secret");
            assert!(other.verify(&body, &headers).is_err());
            bodies.push(body);
        }
        assert_eq!(bodies[0], bodies[1]);
    }

    #[tokio::test]
    async fn a_refused_hand_over_sends_nothing() {
        let (url, mut seen) = server(200, None, "ok").await;
        let room = Room::new(&Service::Slack, &url, true, client()).expect("room");
        assert_eq!(attempt(&room, true).await.0, Err(SendError::HandOver));
        drop(room);
        assert!(seen.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_dead_server_is_tried_again_and_its_url_stays_secret() {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = free.local_addr().expect("address").port();
        drop(free);
        let url = format!("http://127.0.0.1:{port}/T0/secret-path?k=secret-query").into();
        let room = Room::new(&Service::Slack, &url, true, client()).expect("room");
        let (result, _) = attempt(&room, false).await;
        let Err(SendError::Retry { what, .. }) = result else { panic!("{result:?}") };
        assert!(!what.contains("secret"), "{what}");

        let receiver = Receiver::new(&url, true, client()).expect("receiver");
        let leak = format!("error sending to {}", secrecy::ExposeSecret::expose_secret(&url));
        assert_eq!(redact(&receiver.url, &leak), "error sending to …");
    }

    #[test]
    fn bad_settings_are_refused_without_naming_them() {
        for url in ["secret", "ftp://secret/x"] {
            let error = Receiver::new(&url.into(), true, client()).err().expect("refused");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        let url = SecretString::from("https://a.example/");
        for secret in ["no-prefix", "whsec_!!"] {
            let built = Room::signed(&url, &secret.into(), true, client());
            let error = built.err().expect("refused").to_string();
            assert!(!error.contains(secret), "{error}");
        }
    }
}
