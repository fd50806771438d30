//! The mail sender against a server that speaks TLS with a certificate of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::smtp::Email;
use super::{HandOver, HandOverRefused, Message, Notifier, Receipt, SendError, sample};
use crate::config::{MailTls, Smtp};
use crate::model::Locale;

struct Willing;

impl HandOver for Willing {
    fn begin(&self) -> BoxFuture<'_, Result<(), HandOverRefused>> {
        Box::pin(async { Ok(()) })
    }
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/notify/testdata")
}

fn tls() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_file(directory().join("localhost.crt"));
    let key = PrivateKeyDer::from_pem_file(directory().join("localhost.key")).expect("key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.expect("certificate")], key);
    Arc::new(config.expect("server settings"))
}

/// Serves one client; the verbs that arrived, each marked by whether TLS hid it.
fn server(implicit: bool) -> (u16, std::thread::JoinHandle<Vec<(String, bool)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("address").port();
    let serving = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        let mut verbs = Vec::new();
        if implicit || talk(&stream, true, false, &mut verbs) {
            let session = ServerConnection::new(tls()).expect("session");
            talk(StreamOwned::new(session, stream), implicit, true, &mut verbs);
        }
        verbs
    });
    (port, serving)
}

/// True if the client asked for STARTTLS. A client that breaks off ends the talk.
fn talk(
    stream: impl Read + Write,
    greet: bool,
    hidden: bool,
    verbs: &mut Vec<(String, bool)>,
) -> bool {
    let mut stream = BufReader::new(Duplex(stream));
    let mut in_text = false;
    let mut answer = if greet { "220 test\r\n" } else { "" };
    loop {
        if stream.get_mut().0.write_all(answer.as_bytes()).is_err() {
            return false;
        }
        let mut line = String::new();
        if !matches!(stream.read_line(&mut line), Ok(1..)) {
            return false;
        }
        if in_text && line != ".\r\n" {
            answer = "";
            continue;
        }
        let verb = line.split_whitespace().next().unwrap_or_default().to_owned();
        in_text = verb == "DATA";
        answer = match verb.as_str() {
            "EHLO" if hidden => "250-test\r\n250 AUTH PLAIN\r\n",
            "EHLO" => "250-test\r\n250 STARTTLS\r\n",
            "STARTTLS" => "220 go on\r\n",
            "AUTH" => "235 welcome\r\n",
            "DATA" => "354 go on\r\n",
            _ => "250 ok\r\n",
        };
        let starts = verb == "STARTTLS";
        verbs.push((verb, hidden));
        if starts {
            return stream.get_mut().0.write_all(answer.as_bytes()).is_ok();
        }
    }
}

/// Lets one stream be read through a buffer and written beside it.
struct Duplex<S>(S);

impl<S: Read> Read for Duplex<S> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

async fn check(tls: MailTls, server_name: &str, trusted: bool, expected: &[(&str, bool)]) {
    let (port, serving) = server(tls == MailTls::Implicit);
    let email = Email::new(
        &Smtp {
            server: server_name.to_owned(),
            port,
            tls,
            ca_file: trusted.then(|| directory().join("localhost.crt")),
            login: Some(("user".to_owned(), "hunter2".into())),
            from: "alertas@acme.example".to_owned(),
            dkim: None,
        },
        &Arc::default(),
    )
    .expect("settings");
    let (notice, delivery) = (sample::notice(Locale::Es), sample::delivery(Locale::Es));
    let message = Message { delivery: &delivery, notice: &notice };
    let result: Result<Receipt, SendError> = email.send(message, &Willing).await;
    drop(email);
    let verbs = serving.join().expect("the server ends");
    let verbs: Vec<_> = verbs.iter().map(|(verb, hidden)| (verb.as_str(), *hidden)).collect();
    assert_eq!(verbs, expected, "{tls:?} {server_name} {trusted}: {result:?}");
    let delivered = expected.iter().any(|(verb, _)| *verb == "DATA");
    assert_eq!(result.is_ok(), delivered, "{result:?}");
    assert!(delivered || matches!(result, Err(SendError::Retry { .. })), "{result:?}");
}

const HIDDEN: [(&str, bool); 6] =
    [("EHLO", true), ("AUTH", true), ("MAIL", true), ("RCPT", true), ("DATA", true), (".", true)];

#[tokio::test(flavor = "multi_thread")]
async fn login_and_mail_travel_under_tls_only() {
    check(MailTls::Implicit, "localhost", true, &HIDDEN).await;
    let before = [("EHLO", false), ("STARTTLS", false)];
    check(MailTls::Starttls, "localhost", true, &[&before[..], &HIDDEN].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_trusted_gets_nothing() {
    check(MailTls::Implicit, "localhost", false, &[]).await;
    check(MailTls::Implicit, "127.0.0.1", true, &[]).await;
    check(MailTls::Starttls, "localhost", false, &[("EHLO", false), ("STARTTLS", false)]).await;
}
