//! What commands tell of the outbox, and of a channel that is tried by hand.

use std::path::Path;
use std::process::{Command, Output};

use atalaya::model::{
    AttemptOutcome, ChannelsNotice, Delivery, DeliveryId, DeliveryState, Locale, Notice,
    NoticeBody, NoticeId, Recipient,
};
use atalaya::store::{Lease, Location, Store, Transaction, deliveries};
use jiff::{SignedDuration, Timestamp};

use super::binary::object;
use super::schemas::hold;

const MAIN: &str = r#"
people = "people.toml"
[organisation]
name = "Banco Almenara"
[store]
url = "sqlite:archive.db"
[[channel]]
id = "mail"
kind = "maildir"
directory = "mails"
from = "atalaya@almenara.example"
[[source]]
id = "diario"
url = "https://diario.example/rss.xml"
"#;
const PEOPLE: &str = "[person.ana]\nname = \"Ana\"\nemail = \"ana@almenara.example\"\n";

/// A store with one message that was given up after two attempts, and one that waits.
fn filled(dir: &Path) -> DeliveryId {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(&Location::Sqlite(dir.join("archive.db"))).await.expect("opened");
        let (dead, waits) = (DeliveryId::new(), DeliveryId::new());
        let now = Timestamp::now();
        let add = move |tx: &mut dyn Transaction| {
            for id in [dead, waits] {
                let notice_id = NoticeId::new();
                let message = delivery(id, notice_id, now);
                deliveries::enqueue(tx, notice_id, &notice(now), &[message])?;
            }
            let later = |seconds| now + SignedDuration::from_secs(seconds);
            for (seconds, outcome) in [
                (
                    1,
                    AttemptOutcome::Retry {
                        at: later(2),
                        tried: std::time::Duration::ZERO,
                        error: "busy".to_owned(),
                    },
                ),
                (2, AttemptOutcome::Refused("550 no such user".to_owned())),
            ] {
                let lease = Lease { owner: "a", now: later(seconds), until: later(60) };
                for taken in deliveries::claim(tx, "mail", lease, 1)? {
                    deliveries::finish(tx, &taken.delivery, &outcome, later(seconds))?;
                }
            }
            Ok(())
        };
        store.write(add).await.expect("added");
        store.close();
        dead
    })
}

fn notice(at: Timestamp) -> Notice {
    let body = NoticeBody::Channels(ChannelsNotice { changes: Vec::new() });
    Notice { organisation: "Banco".to_owned(), at, status_url: None, drill: None, body }
}

fn delivery(id: DeliveryId, notice_id: NoticeId, at: Timestamp) -> Delivery {
    Delivery {
        id,
        notice_id,
        channel: "mail".to_owned(),
        recipient: Recipient {
            id: "ana".to_owned(),
            address: "ana@almenara.example".to_owned(),
            name: "Ana".to_owned(),
            locale: Locale::Es,
            time_zone: "Europe/Madrid".to_owned(),
        },
        idempotency_key: format!("key-{id}"),
        thread_key: None,
        state: DeliveryState::Pending,
        attempts: 0,
        not_before: at,
        lease_epoch: 0,
        created_at: at,
        answer: None,
    }
}

fn atalaya(arguments: &[&str], dir: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
    command.args(arguments).arg("--config").arg(dir.join("atalaya.toml"));
    command.output().expect("started")
}

#[test]
fn deliveries_and_their_attempts_are_told() {
    let dir = tempfile::tempdir().expect("a directory");
    let keywords = concat!(env!("CARGO_MANIFEST_DIR"), "/keywords");
    let main = format!("keywords = \"{keywords}\"{MAIN}");
    std::fs::write(dir.path().join("atalaya.toml"), main).expect("written");
    std::fs::write(dir.path().join("people.toml"), PEOPLE).expect("written");
    let dead = filled(dir.path()).to_string();

    let all = object(&atalaya(&["deliveries", "--json"], dir.path()));
    hold("deliveries", &all);
    assert_eq!(all["deliveries"].as_array().map(Vec::len), Some(2));
    assert!(!all.to_string().contains("ana@almenara"), "addresses are nobody's business: {all}");
    let some = object(&atalaya(&["deliveries", "--state", "dead", "--json"], dir.path()));
    assert_eq!(
        (&some["deliveries"][0]["id"], &some["more"]),
        (&dead.as_str().into(), &false.into())
    );
    for nothing in [["--channel", "chat"], ["--since", "2090-01-01"]] {
        let none = object(&atalaya(&["deliveries", "--json", nothing[0], nothing[1]], dir.path()));
        assert_eq!(none["deliveries"].as_array().map(Vec::len), Some(0), "{nothing:?}");
    }
    let few = object(&atalaya(&["deliveries", "--limit", "1", "--json"], dir.path()));
    assert_eq!((few["deliveries"].as_array().map(Vec::len), &few["more"]), (Some(1), &true.into()));

    let one = object(&atalaya(&["deliveries", "show", &dead, "--json"], dir.path()));
    hold("delivery", &one);
    assert_eq!(
        (&one["state"], &one["tries"][1]["detail"]),
        (&"dead".into(), &"550 no such user".into())
    );
    let nobody = DeliveryId::new().to_string();
    assert_eq!(atalaya(&["deliveries", "show", &nobody], dir.path()).status.code(), Some(2));
    assert_eq!(atalaya(&["deliveries", "retry", &nobody], dir.path()).status.code(), Some(2));
    assert_eq!(atalaya(&["deliveries", "retry", &dead], dir.path()).status.code(), Some(0));
    let again = object(&atalaya(&["deliveries", "show", &dead, "--json"], dir.path()));
    assert_eq!(again["state"], "pending");

    let tried = object(&atalaya(&["channel", "test", "mail", "--to", "ana", "--json"], dir.path()));
    hold("channel-test", &tried);
    assert_eq!(tried["accepted"], true, "{tried}");
}
