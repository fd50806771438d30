//! F11 to F13: receivers of posts that want to be left alone, break off, hang, lead elsewhere, are gone.

use std::time::Duration;

use standardwebhooks::Webhook;

use super::{OTHER, OTHER_TEXT, SOON, mail_channel, outbox, room, scene};
use crate::support::daemon::atalaya;
use crate::support::mail_stub::{Does as MailDoes, MailStub};
use crate::support::post_stub::{Does, OK, PostStub};
use crate::support::wait_for;

const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiBhIHRlc3QsIG5vIG1vcmU=";
const SIEM: &str = "[[channel]]\nid = \"siem\"\nkind = \"webhook\"\nurl = { file = \"siem-url\" }\n\
    secret = { file = \"siem-secret\" }\nallow_private = true\n[[route]]\nrooms = [\"siem\"]\n";

/// F11: 429 is never final, and the wait that it asks for is kept.
#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_be_left_alone_is() {
    let chat = PostStub::open(|before| match before {
        0 => Does::Answers("429 Too Many Requests\r\nretry-after: 4", "rate_limited"),
        1 => Does::Answers("429 Too Many Requests\r\nretry-after: -7", "rate_limited"),
        _ => OK,
    })
    .await;
    let ways = room("chat", "give_up_after = \"1s\"\n") + "[[route]]\nrooms = [\"chat\"]\n";
    let scene = scene(&ways, &[("chat-url", &chat.url())]).await;
    let third = || (chat.came().len() >= 3).then(|| chat.came());
    let came = wait_for("the room is told", SOON, third).await;
    assert!(came[1].at - came[0].at >= Duration::from_secs(4), "{:?}", came[1].at - came[0].at);
    assert!(came[2].at - came[1].at >= Duration::from_secs(1), "{:?}", came[2].at - came[1].at);
    let accepted = || (outbox(&scene.settings)[0].1 == "accepted").then_some(());
    wait_for("the outcome is recorded, a second past its deadline", SOON, accepted).await;
}

/// F12: an error, an answer that breaks off, one that drips, none at all: each is tried again under the
/// same identifier, signed with the time of the attempt, after at most 15 s.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_breaks_off_gets_it_again_under_the_same_id() {
    let siem = PostStub::open(|before| match before {
        0 => Does::Answers("500 Internal Server Error", ""),
        1 => Does::Drips,
        _ => OK,
    })
    .await;
    let broken = PostStub::open(|before| if before == 0 { Does::Resets } else { OK }).await;
    let silent = PostStub::open(|before| if before == 0 { Does::Stalls } else { OK }).await;
    let ways = SIEM.to_owned()
        + &room("broken", "")
        + &room("silent", "")
        + "[[route]]\nrooms = [\"broken\", \"silent\"]\n";
    let secrets = [
        ("siem-url", &*siem.url()),
        ("siem-secret", SECRET),
        ("broken-url", &*broken.url()),
        ("silent-url", &*silent.url()),
    ];
    let scene = scene(&ways, &secrets).await;
    let third = || (siem.came().len() >= 3).then(|| siem.came());
    let came = wait_for("the receiver has it", SOON * 2, third).await;
    let ids: Vec<&str> = came.iter().map(|one| one.header("webhook-id")).collect();
    assert!(ids[0].len() == 32 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_ne!(came[0].header("webhook-timestamp"), came[1].header("webhook-timestamp"));
    let verifier = Webhook::new(SECRET).expect("a secret");
    for one in &came {
        let mut headers = axum::http::HeaderMap::new();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            headers.insert(name, one.header(name).parse().expect("a header"));
        }
        verifier.verify(one.body.as_bytes(), &headers).expect("signed anew");
    }
    let dripped = came[2].at - came[1].at;
    assert!(dripped < Duration::from_secs(15 + 19 + 5), "cut off after 15 s: {dripped:?}");
    let others = || (broken.came().len() == 2 && silent.came().len() == 2).then_some(());
    wait_for("the others have it too", SOON, others).await;
    let all = || outbox(&scene.settings).iter().all(|row| row.1 == "accepted").then_some(());
    wait_for("all outcomes are recorded", SOON, all).await;
}

/// F13: a redirect is not followed, what is gone is not asked again, and both are told of by mail.
#[tokio::test(flavor = "multi_thread")]
async fn who_leads_elsewhere_or_is_gone_is_asked_once() {
    let gone = PostStub::open(|before| match before {
        0 => Does::Answers("410 Gone", "gone"),
        _ => OK,
    })
    .await;
    let target = PostStub::open(|_| OK).await;
    let moved =
        PostStub::open(|_| Does::Answers("307 Temporary Redirect\r\nlocation: /elsewhere", ""))
            .await;
    let mail = MailStub::open(|_, _| MailDoes::Well).await;
    let ways = room("gone", "")
        + &room("moved", "")
        + &mail_channel("mail", mail.port, "")
        + "[[route]]\nrooms = [\"gone\", \"moved\"]\n\
           [[route]]\nabout = \"sources\"\npeople = [\"grace.hughes\"]\nvia = [\"mail\"]\n";
    let secrets = [("gone-url", &*gone.url()), ("moved-url", &*moved.url())];
    let scene = scene(&ways, &secrets).await;
    let told = wait_for("the operator is told", SOON, || mail.kept().pop()).await;
    assert!(told.text.contains("Subject: Channels: "), "{}", told.text);
    assert!(told.text.contains("410") && told.text.contains("307"), "{}", told.text);
    let states = outbox(&scene.settings);
    assert_eq!(states.iter().filter(|row| row.1 == "dead" && row.2 == 1).count(), 2, "{states:?}");
    assert_eq!((gone.came().len(), moved.came().len(), target.came().len()), (1, 1, 0));
    assert!(moved.came()[0].line.starts_with("POST /hook"));

    // What is gone gets nothing more, until somebody says so; what happens meanwhile waits.
    assert!(
        told.text.contains("gone disabled") && told.text.contains("channel enable"),
        "{}",
        told.text
    );
    let working = |channel: &str| {
        scene.daemon.metric(&format!("atalaya_channel_working{{channel=\"{channel}\"}}"))
    };
    assert_eq!(working("gone"), Some(0.0));
    let (_, page) = scene.daemon.get("/?lang=en");
    assert!(
        page.contains("Channel disabled") && page.contains("atalaya channel enable gone"),
        "{page}"
    );
    scene.site.publish(OTHER, OTHER_TEXT);
    wait_for("the other room is asked again", SOON, || (moved.came().len() == 2).then_some(()))
        .await;
    let waits = ("gone".to_owned(), "pending".to_owned(), 0);
    assert!(outbox(&scene.settings).contains(&waits), "{:?}", outbox(&scene.settings));
    assert_eq!(gone.came().len(), 1);
    let enable = |channel: &str| {
        let mut command = atalaya();
        command.args(["channel", "enable", channel, "--config"]);
        let done = command.arg(scene.settings.file("atalaya.toml")).output().expect("started");
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    assert_eq!(enable("nobody").0, Some(2));
    assert_eq!(enable("moved").0, Some(1), "it was not disabled");
    assert_eq!(enable("gone").0, Some(0));
    wait_for("it gets what waited", SOON, || (gone.came().len() == 2).then_some(())).await;
}

/// `atalaya channel test` goes the real way and tells what the receiver said.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_tried_by_hand() {
    let chat = PostStub::open(|before| match before {
        0 => OK,
        _ => Does::Answers("403 Forbidden", "invalid_token"),
    })
    .await;
    let mail = MailStub::open(|_, _| MailDoes::Well).await;
    let ways = room("chat", "") + &mail_channel("mail", mail.port, "");
    let scene = scene(&ways, &[("chat-url", &chat.url())]).await;
    let config = scene.settings.file("atalaya.toml");
    let tried = async |arguments: &[&str]| {
        let mut command = atalaya();
        command.args(["channel", "test"]).args(arguments).arg("--config").arg(&config);
        let done = tokio::task::spawn_blocking(move || command.output().expect("started")).await;
        let done = done.expect("no panic");
        let told = [done.stdout, done.stderr].concat();
        (done.status.code(), String::from_utf8_lossy(&told).into_owned())
    };
    let (code, told) = tried(&["chat"]).await;
    assert!(
        code == Some(0) && told.contains("taken after") && told.contains("HTTP 200 ok"),
        "{told}"
    );
    let sent = &chat.came()[0].body;
    for words in ["PRUEBA", "TEST", "测试", "🚨"] {
        assert!(sent.contains(words), "{words}: {sent}");
    }
    for evil in ["<!channel>", "<@U0001>", "@everyone", "\"<https://evil"] {
        assert!(!sent.contains(evil), "{evil}: {sent}");
    }
    let (code, told) = tried(&["chat", "--json"]).await;
    assert!(code == Some(1) && told.contains("\"accepted\": false"), "{told}");
    assert!(told.contains("invalid_token") && !told.contains("/hook"), "{told}");
    let (code, told) = tried(&["mail", "--to", "lin.min"]).await;
    assert!(code == Some(0) && told.contains("250 kept"), "{told}");
    assert!(mail.kept()[0].text.contains("To: "), "{}", mail.kept()[0].text);
    for (arguments, says) in [
        (&["nobody"][..], "there is no channel `nobody`"),
        (&["mail"], "say to whom"),
        (&["mail", "--to", "nobody"], "there is no person `nobody`"),
        (&["chat", "--to", "lin.min"], "is a room"),
    ] {
        let (code, told) = tried(arguments).await;
        assert!(code == Some(2) && told.contains(says), "{arguments:?}: {told}");
    }
    drop(scene.daemon);
}
