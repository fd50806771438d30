//! What one message does to the others of its channel, with senders that misbehave.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::patiently;
use crate::config;
use crate::model::{AttemptOutcome, Delivery, DeliveryId, DeliveryState, Locale, NoticeId};
use crate::notify::{HandOver, Message, Notifier, Receipt, SendError, sample};
use crate::pipeline::{Live, Parsers, Parsing, Pipeline};
use crate::store::{Location, Store, deliveries};
use crate::telemetry::Metrics;

const CONFIG: &str = "[organisation]\nname = \"Banco\"\n[[channel]]\nid = \"mail\"\nkind = \"maildir\"\n\
    directory = \"mail\"\nfrom = \"a@bank.example\"\ngive_up_after = \"1s\"\n\
    [[source]]\nid = \"s\"\nurl = \"https://s.example/\"\n";

/// Does what the recipient's name asks for.
struct Moody;

impl Notifier for Moody {
    fn send<'a>(
        &'a self,
        message: Message<'a>,
        hand_over: &'a dyn HandOver,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        async move {
            hand_over.begin().await?;
            let what = "busy".to_owned();
            match message.delivery.recipient.id.as_str() {
                "panics" => panic!("a defect of the sender"),
                "retries" => Err(SendError::Retry { after: None, what }),
                "slower" => Err(SendError::Slower { after: None, what }),
                _ => Ok(Receipt { answer: "250 ok".to_owned() }),
            }
        }
        .boxed()
    }
}

/// Sends a message to each of them; what became of each in the end.
async fn sent(to: &[&str]) -> BTreeMap<String, (DeliveryState, u32)> {
    let home = tempfile::tempdir().expect("a directory");
    let path = home.path().join("atalaya.toml");
    let keywords = concat!(env!("CARGO_MANIFEST_DIR"), "/keywords");
    std::fs::write(&path, format!("keywords = \"{keywords}\"\n{CONFIG}")).expect("written");
    let (config, _) = config::load(&path).expect("good");
    let mut live = Live::build(config).expect("built");
    live.notifiers.insert("mail".to_owned(), Arc::new(Moody));
    let store = Store::open(&Location::Sqlite(home.path().join("a.db"))).await.expect("opened");
    let (id, now) = (NoticeId::new(), Timestamp::now());
    let messages: Vec<Delivery> = to.iter().map(|to| message(to, id, now)).collect();
    let notice = sample::notice(Locale::Es);
    let add = move |tx: &mut dyn crate::store::Transaction| {
        deliveries::enqueue(tx, id, &notice, &messages)
    };
    store.write(add).await.expect("added");

    let (_live, seen) = watch::channel(Arc::new(live));
    let stop = CancellationToken::new();
    let (parsers, metrics) = (Parsers::new(&Parsing::Threads), Arc::new(Metrics::new()));
    let pipeline = Pipeline::new(store.clone(), true, seen, parsers, metrics, stop.clone());
    let courier = tokio::spawn(super::run(pipeline.await.expect("prepared")));
    let end = tokio::time::Instant::now() + Duration::from_secs(30);
    let all = loop {
        let all = store.read(|tx| deliveries::list(tx, 99)).await.expect("read");
        let tried = |it: &Delivery| it.attempts > 0 && it.state != DeliveryState::Leased;
        let settled = all.iter().all(|it| tried(it) && it.state != DeliveryState::InDoubt);
        if settled || tokio::time::Instant::now() > end {
            break all;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    stop.cancel();
    courier.await.expect("the courier lives");
    tokio::task::spawn_blocking(move || store.close()).await.expect("closed");
    all.into_iter().map(|it| (it.recipient.id, (it.state, it.attempts))).collect()
}

fn message(to: &str, notice_id: NoticeId, now: Timestamp) -> Delivery {
    let mut delivery = sample::delivery(Locale::Es);
    to.clone_into(&mut delivery.recipient.id);
    let id = DeliveryId::new();
    let idempotency_key = format!("key-{to}");
    let state = DeliveryState::Pending;
    Delivery {
        id,
        notice_id,
        idempotency_key,
        state,
        attempts: 0,
        not_before: now,
        created_at: now,
        ..delivery
    }
}

/// F41.
#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_panics_takes_no_other_message_along() {
    let sent = sent(&["ana", "panics", "bea", "eva"]).await;
    for well in ["ana", "bea", "eva"] {
        assert_eq!(sent[well], (DeliveryState::Accepted, 1), "{sent:?}");
    }
    assert_eq!(sent["panics"].1, 1, "{sent:?}");
}

/// F27: the instant of the next attempt is not asked.
#[test]
fn patience_is_what_was_tried_and_not_what_the_clock_says() {
    let (hour, second) = (Duration::from_hours(1), Duration::from_secs(1));
    let in_a_year = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(365 * 24);
    for (tried, goes_on) in [(second, true), (hour, true), (hour + second, false)] {
        let outcome = patiently(hour, in_a_year, tried, "451".to_owned());
        let again = AttemptOutcome::Retry { at: in_a_year, tried, error: "451".to_owned() };
        let dead = AttemptOutcome::Refused("given up after 60 min: 451".to_owned());
        assert_eq!(outcome, if goes_on { again } else { dead });
    }
}

/// The next attempt, 5 s from now, would come after the deadline of one second.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_ends_retries_and_not_the_wish_for_fewer() {
    let sent = sent(&["retries", "slower"]).await;
    assert_eq!(sent["retries"], (DeliveryState::Dead, 1), "{sent:?}");
    assert_eq!(sent["slower"], (DeliveryState::Pending, 1), "{sent:?}");
}
