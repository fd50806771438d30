//! The outbox: order, fencing, doubt.

use atalaya::model::{AttemptOutcome, Delivery, DeliveryState, NoticeId};
use atalaya::store::deliveries::{self, Outgoing};
use atalaya::store::{Row, Store};

use crate::archive::Told;
use crate::samples::{self, at, lease};

/// A recipient gets the messages of one alert one after the other, whatever becomes of each.
pub async fn deliveries_go_out_in_order(store: &Store, told: &Told) {
    let worse = add(store, told, "ana", 510).await;
    let first = claim(store, "a", 520, 9).await;
    assert_eq!(recipients(&first), ["ana", "bea"], "the second message to Ana waits");
    assert_eq!(first[0].notice, samples::notice(&told.alert, "primero"));
    assert_eq!(first[0].delivery.recipient, told.deliveries[0].recipient);
    assert!(claim(store, "b", 534, 9).await.is_empty(), "all leases hold");

    assert!(begin(store, &first[0].delivery, 521).await);
    let retry = AttemptOutcome::Retry {
        at: at(560),
        tried: std::time::Duration::from_secs(40),
        error: "451".to_owned(),
    };
    assert!(finish(store, &first[0].delivery, retry, 522).await);
    assert!(begin(store, &first[1].delivery, 521).await);
    assert!(finish(store, &first[1].delivery, accepted(), 522).await);
    assert!(claim(store, "b", 550, 9).await.is_empty(), "a retry keeps the place in the queue");

    let again = claim(store, "b", 560, 9).await;
    assert_eq!(ids(&again), [first[0].delivery.id.to_string()]);
    assert_eq!(again[0].delivery.idempotency_key, first[0].delivery.idempotency_key);
    let refused = AttemptOutcome::Refused("550".to_owned());
    assert!(finish(store, &again[0].delivery, refused, 561).await);
    let next = claim(store, "b", 562, 9).await;
    assert_eq!(ids(&next), [worse.id.to_string()], "what is dead holds up nobody");
    assert!(finish(store, &next[0].delivery, accepted(), 563).await);
    assert_eq!(attempts(store, &first[0].delivery).await, ["1 retry 451", "2 refused 550"]);
    assert_eq!(attempts(store, &first[1].delivery).await, ["1 accepted 250 ok"]);
    assert_eq!(dead(store).await, [("email".to_owned(), "550".to_owned())]);
}

/// A stop before the hand-over is no attempt.
pub async fn a_claim_that_was_given_back_does_not_count(store: &Store) {
    let sent = add_alone(store, "eva", 600).await;
    let taken = claim(store, "a", 600, 9).await;
    let mine = taken[0].delivery.clone();
    store.write(move |tx| deliveries::give_back(tx, &mine)).await.unwrap();
    assert_eq!(attempts(store, &sent).await, [""; 0]);
    let again = claim(store, "b", 601, 9).await;
    assert_eq!((ids(&again), again[0].delivery.attempts), (vec![sent.id.to_string()], 1));
    assert!(begin(store, &again[0].delivery, 602).await);
    let begun = again[0].delivery.clone();
    store.write(move |tx| deliveries::give_back(tx, &begun)).await.unwrap();
    assert_eq!(stored(store, &sent).await.state, DeliveryState::InDoubt, "too late to give back");
    assert!(finish(store, &again[0].delivery, accepted(), 603).await);
}

/// A worker that slept past its lease neither sends nor records.
pub async fn who_lost_a_claim_changes_nothing(store: &Store) {
    let sent = add_alone(store, "ivo", 700).await;
    let old = claim(store, "a", 700, 9).await.remove(0).delivery;
    let new = claim(store, "b", 715, 9).await.remove(0).delivery;
    assert_eq!((old.id, old.lease_epoch + 1), (new.id, new.lease_epoch));
    assert!(!begin(store, &old, 716).await);
    assert!(!finish(store, &old, accepted(), 716).await);
    let mine = old.clone();
    store.write(move |tx| deliveries::give_back(tx, &mine)).await.unwrap();
    assert_eq!(stored(store, &sent).await.state, DeliveryState::Leased);
    assert!(begin(store, &new, 717).await);
    assert!(!begin(store, &new, 717).await, "a hand-over begins once");
    assert!(finish(store, &new, accepted(), 718).await);
    assert!(!finish(store, &new, AttemptOutcome::Refused("late".to_owned()), 719).await);
    assert_eq!(attempts(store, &sent).await, ["1 leased -", "2 accepted 250 ok"]);
}

/// A crash during the hand-over: taken again with the same key, and the doubt stays on record.
pub async fn what_was_in_doubt_is_taken_again(store: &Store) {
    let sent = add_alone(store, "leo", 800).await;
    let lost = claim(store, "a", 800, 9).await.remove(0).delivery;
    assert!(begin(store, &lost, 805).await);
    assert!(claim(store, "b", 819, 9).await.is_empty(), "the hand-over renewed the lease");
    assert_eq!(unsettled(store).await, 1);
    let again = claim(store, "b", 820, 9).await.remove(0).delivery;
    assert_eq!(again.idempotency_key, sent.idempotency_key);
    assert!(begin(store, &again, 821).await);
    assert!(finish(store, &again, accepted(), 822).await);
    assert_eq!(attempts(store, &sent).await, ["1 in_doubt -", "2 accepted 250 ok"]);
    assert_eq!(unsettled(store).await, 0);
}

/// One more message of an alert.
async fn add(store: &Store, told: &Told, to: &str, seconds: i64) -> Delivery {
    let id = NoticeId::new();
    let message = samples::delivery(id, to, at(seconds));
    let (ours, notice) = (message.clone(), samples::notice(&told.alert, "peor"));
    store
        .write(move |tx| deliveries::enqueue(tx, id, &notice, std::slice::from_ref(&ours)))
        .await
        .unwrap();
    message
}

/// A message of an alert of its own.
async fn add_alone(store: &Store, to: &str, seconds: i64) -> Delivery {
    let alert = samples::alert(atalaya::model::StoryId::new(), at(seconds));
    add(store, &Told { alert, deliveries: Vec::new() }, to, seconds).await
}

async fn claim(store: &Store, owner: &'static str, seconds: i64, limit: u32) -> Vec<Outgoing> {
    let job = move |tx: &mut dyn atalaya::store::Transaction| {
        deliveries::claim(tx, "email", lease(owner, seconds), limit)
    };
    store.write(job).await.unwrap()
}

async fn begin(store: &Store, delivery: &Delivery, seconds: i64) -> bool {
    let ours = delivery.clone();
    store
        .write(move |tx| deliveries::begin_hand_over(tx, &ours, lease("?", seconds)))
        .await
        .unwrap()
}

async fn finish(store: &Store, delivery: &Delivery, outcome: AttemptOutcome, seconds: i64) -> bool {
    let ours = delivery.clone();
    store.write(move |tx| deliveries::finish(tx, &ours, &outcome, at(seconds))).await.unwrap()
}

fn accepted() -> AttemptOutcome {
    AttemptOutcome::Accepted("250 ok".to_owned())
}

fn recipients(claimed: &[Outgoing]) -> Vec<&str> {
    claimed.iter().map(|outgoing| outgoing.delivery.recipient.id.as_str()).collect()
}

fn ids(claimed: &[Outgoing]) -> Vec<String> {
    claimed.iter().map(|outgoing| outgoing.delivery.id.to_string()).collect()
}

async fn unsettled(store: &Store) -> u32 {
    store.read(|tx| deliveries::unsettled(tx, at(9999))).await.unwrap()
}

async fn dead(store: &Store) -> Vec<(String, String)> {
    store.read(|tx| atalaya::store::status::dead_deliveries(tx, 9)).await.unwrap()
}

async fn stored(store: &Store, delivery: &Delivery) -> Delivery {
    let all = store.read(|tx| deliveries::list(tx, 99)).await.unwrap();
    all.into_iter().find(|stored| stored.id == delivery.id).unwrap()
}

/// What the store tells of each attempt: number, outcome, detail.
async fn attempts(store: &Store, delivery: &Delivery) -> Vec<String> {
    let id = delivery.id;
    let sql =
        "SELECT n, outcome, COALESCE(detail, '-') FROM attempt WHERE delivery_id = ?1 ORDER BY n";
    let rows = store.read(move |tx| tx.query(sql, &[id.into()])).await.unwrap();
    let line = |row: &Row| {
        let (n, outcome, detail): (i64, String, String) =
            (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
        format!("{n} {outcome} {detail}")
    };
    rows.iter().map(line).collect()
}
