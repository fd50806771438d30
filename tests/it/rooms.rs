//! Alerts in rooms: a chat channel and a signed webhook.

use std::time::Duration;

use standardwebhooks::Webhook;

use crate::support::chat::Chat;
use crate::support::daemon::Daemon;
use crate::support::settings::Settings;
use crate::support::site::{LEAK, Site};
use crate::support::wait_for;

const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiBhIHRlc3QsIG5vIG1vcmU=";
const SOON: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_told_once_and_webhooks_are_signed() {
    let (site, chat) = (Site::open().await, Chat::open().await);
    site.publish(LEAK, "El Banco Almenara confirma el robo de datos personales de sus clientes.");
    let slack = "kind = \"slack\"\nurl = { file = \"chat-url\" }\nallow_private = true\n";
    let webhook = "kind = \"webhook\"\nurl = { file = \"hook-url\" }\nallow_private = true\n\
                   secret = { file = \"hook-secret\" }\n";
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .room("chat", slack)
        .room("siem", webhook);
    for (name, text) in [
        ("chat-url", chat.url("chat-6021").as_str()),
        ("hook-url", chat.url("hook-7714").as_str()),
        ("hook-secret", SECRET),
    ] {
        std::fs::write(settings.file(name), text).expect("written");
    }
    let daemon = Daemon::start(&settings.write()).await;
    let post =
        async |room: &str| wait_for("the room is told", SOON, || chat.posts(room).pop()).await;

    let message = post("chat-6021").await.body().to_string();
    assert!(message.contains("ciberataque"), "{message}");
    let signed = post("hook-7714").await;
    Webhook::new(SECRET).expect("a secret").verify(&signed.raw, &signed.headers).expect("signed");
    assert_eq!(signed.body()["type"], "alert.raised");

    let accepted = |channel: &str| {
        let name =
            format!("atalaya_deliveries_total{{channel=\"{channel}\",outcome=\"accepted\"}} ");
        daemon.metric(&name)
    };
    for channel in ["chat", "siem"] {
        wait_for("the post is accepted", SOON, || accepted(channel)).await;
    }
    assert_eq!((chat.posts("chat-6021").len(), chat.posts("hook-7714").len()), (1, 1));
    // The address of a room is its password.
    let log = daemon.log();
    assert!(!log.contains("chat-6021") && !log.contains("hook-7714"), "{log}");
}
