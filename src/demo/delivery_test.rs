//! Messages from the senders of `notify` all the way into the sinks.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::chat_sink::ChatSink;
use super::smtp_sink::SmtpSink;
use crate::config::{Channel, ChannelKind, MailTls, Service, Smtp};
use crate::guard::{Client, Limits};
use crate::model::Locale;
use crate::notify::{HandOver, HandOverRefused, Message, Notifier, build, sample};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Willing;

impl HandOver for Willing {
    fn begin(&self) -> BoxFuture<'_, Result<(), HandOverRefused>> {
        Box::pin(async { Ok(()) })
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a port")
}

fn sender(kind: ChannelKind) -> Box<dyn Notifier> {
    let channel = Channel {
        id: "test".to_owned(),
        kind,
        locale: Locale::Es,
        time_zone: "Europe/Madrid".to_owned(),
        allow_private: true,
        min_gap: std::time::Duration::ZERO,
        burst: 1,
        give_up_after: std::time::Duration::from_hours(24),
        fallback: None,
    };
    build(
        &channel,
        Arc::new(Client::new(Limits::default(), "test").expect("client")),
        &Arc::default(),
    )
    .expect("a sender")
}

async fn send(sender: &dyn Notifier) -> String {
    let (notice, delivery) = (sample::notice(Locale::Zh), sample::delivery(Locale::Zh));
    let message = Message { delivery: &delivery, notice: &notice };
    sender.send(message, &Willing).await.expect("accepted").answer
}

#[tokio::test]
async fn a_mail_arrives_and_its_repeat_is_known() {
    let home = tempfile::tempdir().expect("directory");
    let (on_mail, mut mails) = mpsc::channel(8);
    let cancel = CancellationToken::new();
    let mailbox = home.path().to_path_buf();
    let sink = SmtpSink::start(listener().await, mailbox, on_mail, cancel.clone()).await;
    let sink = sink.expect("starts");
    let email = sender(ChannelKind::Email(Smtp {
        server: "127.0.0.1".to_owned(),
        port: sink.address().port(),
        tls: MailTls::None,
        ca_file: None,
        login: None,
        from: "Atalaya <alertas@acme.example>".to_owned(),
        dkim: None,
    }));

    let mut files = Vec::new();
    for repeat in [false, true] {
        assert_eq!(send(&*email).await, "250 2.0.0 kept");
        let mail = mails.recv().await.expect("told");
        assert_eq!(mail.key.as_deref(), Some("01981f2e-key-0001"));
        assert_eq!(mail.message_id.as_deref(), Some("01981f2e-key-0001@acme.example"));
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("alertas@acme.example", &["reader@acme.example".to_owned()][..])
        );
        assert_eq!(mail.repeat, repeat);
        files.push(std::fs::read(&mail.file).expect("the file"));
    }
    assert_eq!(files[0], files[1]);
    cancel.cancel();
    sink.stopped().await;
}

#[tokio::test]
async fn rooms_and_webhooks_keep_what_they_get() {
    let home = tempfile::tempdir().expect("directory");
    let journal = home.path().join("posts.jsonl");
    let (on_post, mut posts) = mpsc::channel(8);
    let cancel = CancellationToken::new();
    let sink = ChatSink::start(listener().await, &journal, on_post, cancel.clone()).await;
    let sink = sink.expect("starts");
    let url = |room: &str| format!("http://{}/{room}", sink.address()).into();

    let slack = sender(ChannelKind::Room { url: url("slack"), service: Service::Slack });
    assert_eq!(send(&*slack).await, "HTTP 200 ok");
    let webhook = sender(ChannelKind::Webhook { url: url("webhook"), secret: SECRET.into() });
    assert_eq!(send(&*webhook).await, "HTTP 200 ok");

    let first = posts.recv().await.expect("told");
    assert_eq!((first.room, first.key.as_deref()), ("slack", Some("01981f2e-key-0001")));
    let second = posts.recv().await.expect("told");
    assert_eq!((second.room, second.key.as_deref()), ("webhook", Some("01981f2e-key-0001")));
    let headers = axum::http::HeaderMap::try_from(
        &second.headers.into_iter().collect::<std::collections::HashMap<_, _>>(),
    )
    .expect("headers");
    Webhook::new(SECRET).expect("secret").verify(&second.raw, &headers).expect("signed");

    let lines = std::fs::read_to_string(&journal).expect("the journal");
    let kept: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[1]["body"]["type"], "alert.raised");
    cancel.cancel();
    drop((slack, webhook));
    sink.stopped().await;
}
