//! F6 to F10: mail servers that put off, refuse, hang, hang up and are not there.

use std::time::Duration;

use super::{SOON, mail_channel, outbox, room, scene};
use crate::support::daemon::atalaya;
use crate::support::mail_stub::{Does, MailStub};
use crate::support::post_stub::{OK, PostStub};
use crate::support::wait_for;

const TO_CARMEN: &str = "[[route]]\npeople = [\"carmen.saez\"]\nvia = [\"mail\"]\n";

/// F6: greylisting, twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_put_off_comes_on_schedule() {
    let server = MailStub::open(|verb, before| match (verb, before) {
        ("RCPT", 0 | 1) => Does::Says("451 4.7.1 greylisted"),
        _ => Does::Well,
    })
    .await;
    let scene = scene(&(mail_channel("mail", server.port, "") + TO_CARMEN), &[]).await;
    wait_for("the mail arrives", SOON, || server.kept().pop()).await;
    assert_eq!(server.fired(), 2);
    let tries = server.heard("RCPT");
    let waits: Vec<f64> = tries.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
    // 5 s and 15 s, each moved by a quarter at most; the courier looks once a second.
    assert!((3.7..8.0).contains(&waits[0]) && (11.2..21.0).contains(&waits[1]), "{waits:?}");
    let accepted = || (outbox(&scene.settings)[0].1 == "accepted").then_some(());
    wait_for("the outcome is recorded", SOON, accepted).await;
    assert_eq!(outbox(&scene.settings), [("mail".to_owned(), "accepted".to_owned(), 3)]);
}

/// F7: refused for good: one attempt, a dead letter, the second way at once, and whoever looks after
/// the channels hears of it by another one. Mended, the letter is sent again by hand.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_refused_takes_the_second_way_and_can_be_sent_again() {
    let server = MailStub::open(|verb, before| match (verb, before) {
        ("RCPT", 0) => Does::Says("550 5.1.1 no such user"),
        _ => Does::Well,
    })
    .await;
    let chat = PostStub::open(|_| OK).await;
    let ways = mail_channel("mail", server.port, "fallback = \"chat\"\n")
        + &room("chat", "")
        + TO_CARMEN
        + "[[route]]\nabout = \"sources\"\nrooms = [\"chat\"]\n";
    let scene = scene(&ways, &[("chat-url", &chat.url())]).await;
    let told = || (chat.came().len() >= 2).then(|| chat.came());
    let came = wait_for("the room is told of both", SOON, told).await;
    assert_eq!((server.fired(), server.heard("RCPT").len()), (1, 1), "one attempt");
    assert!(came[0].body.contains("ciberataque"), "the alert itself: {}", came[0].body);
    assert!(came[1].body.contains("550") && came[1].body.contains("mail"), "{}", came[1].body);
    let states = outbox(&scene.settings);
    assert_eq!(states[0], ("mail".to_owned(), "dead".to_owned(), 1), "{states:?}");
    assert_eq!(scene.daemon.metric("atalaya_fallbacks_total{channel=\"mail\"}"), Some(1.0));

    let config = scene.settings.file("atalaya.toml");
    let deliveries = |arguments: &[&str]| {
        let mut command = atalaya();
        command.arg("deliveries").args(arguments).arg("--config").arg(&config);
        command.output().expect("started")
    };
    let dead = deliveries(&["--state", "dead", "--json"]);
    let dead: serde_json::Value = serde_json::from_slice(&dead.stdout).expect("JSON");
    let row = &dead["deliveries"][0];
    assert!(row["error"].as_str().is_some_and(|error| error.contains("no such user")), "{row}");
    let id = row["id"].as_str().expect("an id");
    assert_eq!(deliveries(&["retry", id]).status.code(), Some(0));
    let mail = wait_for("the mail arrives", SOON, || server.kept().pop()).await;
    assert!(mail.text.contains("X-Atalaya-Key: "));
    let accepted = || (outbox(&scene.settings)[0].1 == "accepted").then_some(());
    wait_for("the outcome is recorded", SOON, accepted).await;
    assert_eq!(deliveries(&["retry", id]).status.code(), Some(1), "it would be told twice");
    let shown = deliveries(&["show", id]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("refused") && shown.contains("250 kept"), "{shown}");
}

/// F8: servers that hang, each in another phase. The room is told at once, and the second way does not
/// wait for the servers either. The longest phases end by their own limits: `src/notify/smtp.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_hangs_holds_up_nobody_else() {
    let servers = [
        ("connect", MailStub::open(|verb, _| stalls(verb, "CONNECT")).await),
        ("ehlo", MailStub::open(|verb, _| stalls(verb, "EHLO")).await),
        ("from", MailStub::open(|verb, _| stalls(verb, "MAIL")).await),
        ("rcpt", MailStub::open(|verb, _| stalls(verb, "RCPT")).await),
        ("data", MailStub::open(|verb, _| stalls(verb, "DATA")).await),
        ("dot", MailStub::open(|verb, _| stalls(verb, ".")).await),
    ];
    let (chat, spare) = (PostStub::open(|_| OK).await, PostStub::open(|_| OK).await);
    let mut ways = room("chat", "") + &room("spare", "");
    for (id, server) in &servers {
        let second = "fallback = \"spare\"\nfallback_after = \"2s\"\n";
        ways += &mail_channel(id, server.port, second);
    }
    ways += "[[route]]\nrooms = [\"chat\"]\npeople = [\"carmen.saez\"]\n\
             via = [\"connect\", \"ehlo\", \"from\", \"rcpt\", \"data\", \"dot\"]\n";
    let secrets = [("chat-url", &*chat.url()), ("spare-url", &*spare.url())];
    let scene = scene(&ways, &secrets).await;
    wait_for("the room is told", SOON, || chat.came().pop()).await;
    wait_for("the second way is taken", Duration::from_secs(20), || spare.came().pop()).await;
    let fired = || servers.iter().all(|(_, server)| server.fired() > 0).then_some(());
    wait_for("every server hangs", SOON, fired).await;
    let log = scene.daemon.log();
    assert!(!log.contains("no answer within"), "nobody waited for a limit");
    // The slot of a hung command is free after its limit, in whatever phase; that of the text takes minutes.
    for (channel, limit) in [
        ("connect", "connecting: no answer within 45 s"),
        ("ehlo", "connecting: no answer within 45 s"),
        ("from", "MAIL: no answer within 30 s"),
        ("rcpt", "RCPT: no answer within 30 s"),
        ("data", "DATA: no answer within 30 s"),
    ] {
        let named = format!("channel=\"{channel}\"");
        let of = |line: &str| line.contains(&named) && line.contains(limit);
        let freed = || scene.daemon.log().lines().any(of).then_some(());
        wait_for(&format!("a slot is freed: {channel}"), SOON, freed).await;
    }
    assert_eq!((chat.came().len(), spare.came().len()), (1, 1), "one message for all of them");
}

fn stalls(verb: &str, at: &str) -> Does {
    if verb == at { Does::Stalls } else { Does::Well }
}

/// F9: the server takes the text and goes before it says so. Nobody can know: it comes again, under the
/// same Message-ID, and the doubt stays on record.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_in_doubt_comes_again_under_the_same_id() {
    let server = MailStub::open(|verb, before| match (verb, before) {
        (".", 0) => Does::HangsUp,
        _ => Does::Well,
    })
    .await;
    let scene = scene(&(mail_channel("mail", server.port, "") + TO_CARMEN), &[]).await;
    let twice = || (server.kept().len() == 2).then(|| server.kept());
    let kept = wait_for("it comes again", SOON, twice).await;
    assert_eq!(server.fired(), 1);
    assert_eq!(kept[0].message_id, kept[1].message_id);
    assert!(kept[0].message_id.ends_with("@almenara.example>"), "{}", kept[0].message_id);
    assert_eq!(kept[0].text, kept[1].text, "the same bytes");
    let accepted = || (outbox(&scene.settings)[0].1 == "accepted").then_some(());
    wait_for("the outcome is recorded", SOON, accepted).await;
    assert_eq!(server.kept().len(), 2);
}

/// F10: nobody listens. The room is told by the second way within its time; the mail keeps waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_mail_server_is_stood_in_for() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let chat = PostStub::open(|_| OK).await;
    let second = "fallback = \"chat\"\nfallback_after = \"3s\"\n";
    let ways = mail_channel("mail", port, second) + &room("chat", "") + TO_CARMEN;
    let scene = scene(&ways, &[("chat-url", &chat.url())]).await;
    scene.daemon.says("not delivered yet").await;
    let came = wait_for("the room is told", SOON, || chat.came().pop()).await;
    assert!(came.body.contains("ciberataque"), "{}", came.body);
    let states = outbox(&scene.settings);
    assert_eq!((states[0].0.as_str(), states[0].1 == "accepted"), ("mail", false), "{states:?}");
}
