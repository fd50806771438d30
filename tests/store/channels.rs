//! Messages that their channel does not get through: deadlines, second ways, dead letters, and what
//! operators hear of it. Time is an argument: no test waits.

use std::time::Duration;

use atalaya::config::{self, Config};
use atalaya::model::{
    Alert, AttemptOutcome, ChannelState, ChannelsNotice, Delivery, DeliveryState, Level,
    NoticeBody, NoticeId, StoryId,
};
use atalaya::pipeline::{fall_back, tell_of_channels};
use atalaya::store::deliveries::{self, Filter, Outgoing, Retried};
use atalaya::store::{Store, Transaction, attempts, channels};

use crate::backend::Backend;
use crate::samples::{self, at, lease};
use crate::{close, on_runtime};

const CONFIG: &str = r#"
people = "people.toml"
[organisation]
name = "Banco"
[[channel]]
id = "email"
kind = "maildir"
directory = "mail"
from = "a@bank.example"
fallback = "other"
[[channel]]
id = "other"
kind = "maildir"
directory = "other"
from = "a@bank.example"
[[route]]
about = "sources"
people = ["ana"]
via = ["email", "other"]
[[source]]
id = "s"
url = "https://s.example/"
"#;
const PEOPLE: &str = "[person.ana]\nname = \"Ana\"\nemail = \"ana@bank.example\"\n\
    [person.bea]\nname = \"Bea\"\nemail = \"bea@bank.example\"\n";

#[test]
fn what_a_channel_does_not_get_through_takes_another_way_on_sqlite() {
    let backend = Backend::sqlite();
    on_runtime(life(&backend));
}

#[test]
fn what_a_channel_does_not_get_through_takes_another_way_on_postgresql() {
    let backend = Backend::postgres();
    on_runtime(life(&backend));
}

/// For how long what is put off here was tried.
const TRIED: Duration = Duration::from_millis(15_250);

async fn life(backend: &Backend) {
    let store = backend.open().await;
    let config = configuration();
    a_message_waits_its_minute_and_falls_back_once(&store, &config).await;
    who_is_refused_falls_back_at_once(&store, &config).await;
    what_waits_for_its_turn_does_not_fall_back(&store, &config).await;
    a_daemon_that_was_away_tries_the_usual_way_first(&store, &config).await;
    a_dead_letter_is_sent_again_under_its_key(&store).await;
    operators_hear_of_it_by_another_channel(&store, &config).await;
    red_goes_before_what_else_waits(&store).await;
    who_is_gone_gets_nothing_until_enabled(&store, &config).await;
    close(store).await;
}

async fn a_message_waits_its_minute_and_falls_back_once(store: &Store, config: &Config) {
    let ana = add(store, &["ana", "bea"], 100).await;
    let claimed = claim(store, "email", 100).await;
    assert_eq!((claimed.len(), claimed[0].tried), (2, Duration::ZERO));
    for one in &claimed {
        finish(store, one, retry(115), 101).await;
    }
    assert_eq!(fallen(store, config, 159).await, 0);
    assert_eq!(fallen(store, config, 160).await, 2);
    assert_eq!(fallen(store, config, 161).await, 0, "once");
    let second = claim(store, "other", 161).await;
    let to: Vec<_> = second.iter().map(|one| one.delivery.recipient.id.as_str()).collect();
    assert_eq!(to, ["ana", "bea"]);
    assert_eq!(second[0].notice, claimed[0].notice, "the same facts");
    assert_ne!(second[0].delivery.idempotency_key, ana[0].idempotency_key);
    for one in &second {
        finish(store, one, accepted(), 162).await;
    }
    // The first way goes on, and a clock that is an hour further has not tried for an hour.
    let again = claim(store, "email", 3763).await;
    assert_eq!((again.len(), again[0].tried), (2, TRIED));
    for one in &again {
        finish(store, one, accepted(), 164).await;
    }
}

async fn who_is_refused_falls_back_at_once(store: &Store, config: &Config) {
    add(store, &["ana"], 200).await;
    let claimed = claim(store, "email", 200).await;
    finish(store, &claimed[0], AttemptOutcome::Refused("550".to_owned()), 201).await;
    assert_eq!(fallen(store, config, 201).await, 1);
    let second = claim(store, "other", 202).await;
    assert_eq!(second.len(), 1);
    finish(store, &second[0], accepted(), 203).await;
    let letters = letters(store, Filter { state: Some(DeliveryState::Dead), ..Filter::default() });
    let letters = letters.await;
    assert_eq!((letters.len(), letters[0].last_error.as_deref()), (1, Some("550")));
    assert_eq!(letters[0].fell_back_at, Some(at(201)));
}

async fn what_waits_for_its_turn_does_not_fall_back(store: &Store, config: &Config) {
    add(store, &["ana"], 300).await;
    accepted_at(store, "email", 350).await;
    assert_eq!(fallen(store, config, 390).await, 0, "others got through meanwhile");
    let claimed = claim(store, "email", 391).await;
    finish(store, &claimed[0], accepted(), 392).await;
    // Behind a channel that hangs nothing gets through: what was never tried falls back too.
    add(store, &["ana"], 400).await;
    assert_eq!(fallen(store, config, 460).await, 1);
    for (channel, seconds) in [("other", 461), ("email", 462)] {
        for one in claim(store, channel, seconds).await {
            finish(store, &one, accepted(), seconds).await;
        }
    }
}

async fn a_daemon_that_was_away_tries_the_usual_way_first(store: &Store, config: &Config) {
    add(store, &["ana"], 500).await;
    let config = config.clone();
    let mut fallen = Vec::new();
    for now in [900, 959, 960] {
        let config = config.clone();
        let job = move |tx: &mut dyn Transaction| fall_back(tx, &config, at(900), at(now));
        fallen.push(store.write(job).await.unwrap().len());
    }
    assert_eq!(fallen, [0, 0, 1], "it began at 900");
    for (channel, seconds) in [("other", 961), ("email", 962)] {
        for one in claim(store, channel, seconds).await {
            finish(store, &one, accepted(), seconds).await;
        }
    }
}

async fn a_dead_letter_is_sent_again_under_its_key(store: &Store) {
    let sent = add(store, &["ana"], 1000).await.remove(0);
    let claimed = claim(store, "email", 1000).await;
    finish(store, &claimed[0], retry(1001), 1000).await;
    let claimed = claim(store, "email", 1001).await;
    assert_eq!(claimed[0].tried, TRIED);
    assert_eq!(again(store, &sent, 1001).await, Retried::UnderWay);
    finish(store, &claimed[0], AttemptOutcome::Refused("given up".to_owned()), 1002).await;
    assert!(claim(store, "email", 1003).await.is_empty());
    assert_eq!(again(store, &sent, 1010).await, Retried::Due);
    let claimed = claim(store, "email", 1010).await;
    let one = &claimed[0];
    assert_eq!((one.tried, one.delivery.attempts), (Duration::ZERO, 3), "its patience is new");
    assert_eq!(one.delivery.idempotency_key, sent.idempotency_key);
    finish(store, one, accepted(), 1011).await;
    assert_eq!(again(store, &sent, 1012).await, Retried::Accepted);
    let unknown = Delivery { id: atalaya::model::DeliveryId::new(), ..sent.clone() };
    assert_eq!(again(store, &unknown, 1013).await, Retried::Unknown);
    let tries = store.read(move |tx| attempts::of(tx, sent.id)).await.unwrap();
    let outcomes: Vec<_> = tries.iter().map(|it| (it.n, it.outcome.as_str())).collect();
    assert_eq!(outcomes, [(1, "retry"), (2, "refused"), (3, "accepted")]);
    // Nothing is left that the next chapter could mistake for its own.
    let settle = |tx: &mut dyn Transaction| {
        tx.execute("UPDATE delivery SET fell_back_at = 1 WHERE fell_back_at IS NULL", &[])?;
        tx.execute("DELETE FROM channel_health", &[])
    };
    store.write(settle).await.unwrap();
}

async fn operators_hear_of_it_by_another_channel(store: &Store, config: &Config) {
    for (seconds, error) in [(2000, "451"), (2010, "connecting"), (2050, "connecting: refused")] {
        let failed =
            move |tx: &mut dyn Transaction| channels::failed(tx, "email", error, at(seconds));
        store.write(failed).await.unwrap();
    }
    assert_eq!(tell(store, config, 2059).await, 0);
    assert_eq!(tell(store, config, 2060).await, 1);
    assert_eq!(tell(store, config, 2061).await, 0, "once");
    assert!(claim(store, "email", 2062).await.is_empty(), "not by the one that fails");
    let told = claim(store, "other", 2062).await;
    let change = &facts(&told[0]).changes[0];
    assert_eq!(
        (change.id.as_str(), change.now, change.failures),
        ("email", ChannelState::Failing, 3)
    );
    assert_eq!((change.since, change.reason.as_deref()), (at(2000), Some("connecting: refused")));
    assert_eq!(change.fallback.as_deref(), Some("other"));
    finish(store, &told[0], accepted(), 2063).await;

    accepted_at(store, "email", 2100).await;
    assert_eq!(tell(store, config, 2101).await, 2, "that it works again is told by both");
    for channel in ["email", "other"] {
        let told = claim(store, channel, 2102).await;
        assert_eq!(facts(&told[0]).changes[0].now, ChannelState::Working);
        finish(store, &told[0], accepted(), 2103).await;
    }

    // Losses are told by the other channel, gathered, and not again within the hour.
    for seconds in [2200, 2201] {
        store.write(move |tx| channels::lost(tx, "email", at(seconds))).await.unwrap();
    }
    assert_eq!((tell(store, config, 2204).await, tell(store, config, 2205).await), (0, 1));
    let told = claim(store, "other", 2206).await;
    let change = &facts(&told[0]).changes[0];
    assert_eq!((change.now, change.dead), (ChannelState::Dropping, 2));
    finish(store, &told[0], accepted(), 2207).await;
    store.write(|tx| channels::lost(tx, "email", at(2300))).await.unwrap();
    assert_eq!((tell(store, config, 2400).await, tell(store, config, 5806).await), (0, 1));
}

/// F31: whatever waits for a channel that is slow, red does not wait behind it.
async fn red_goes_before_what_else_waits(store: &Store) {
    for seconds in 6_000..6_020 {
        add(store, &["ana"], seconds).await;
    }
    let red = add_at(store, Level::Red, &["bea"], 6_030).await;
    let first = claim(store, "email", 6_031).await;
    assert_eq!((first.len(), first[0].delivery.id), (9, red[0].id));
    assert!(first[1..].iter().all(|one| one.delivery.recipient.id == "ana"));
    let mut waiting = first;
    while !waiting.is_empty() {
        for one in &waiting {
            finish(store, one, accepted(), 6_032).await;
        }
        waiting = claim(store, "email", 6_032).await;
    }
}

async fn who_is_gone_gets_nothing_until_enabled(store: &Store, config: &Config) {
    for one in claim(store, "other", 6_900).await {
        finish(store, &one, accepted(), 6_901).await;
    }
    add(store, &["ana"], 7_000).await;
    let claimed = claim(store, "email", 7_000).await;
    finish(store, &claimed[0], AttemptOutcome::Gone("HTTP 410".to_owned()), 7_001).await;
    store.write(|tx| channels::disable(tx, "email", at(7_001))).await.unwrap();
    add(store, &["bea"], 7_002).await;
    assert!(claim(store, "email", 7_003).await.is_empty(), "nothing is sent to it");
    assert_eq!(tell(store, config, 7_006).await, 1);
    let told = claim(store, "other", 7_006).await;
    let told = told.iter().find(|one| matches!(one.notice.body, NoticeBody::Channels(_)));
    let change = &facts(told.expect("operators are told")).changes[0];
    assert_eq!((change.now, change.waiting), (ChannelState::Disabled, 1));
    assert_eq!(tell(store, config, 9_000).await, 0, "once");
    assert_eq!(
        fallen(store, config, 7_063).await,
        2,
        "the loss and what waits take the second way"
    );
    let enable = |channel| store.write(move |tx| channels::enable(tx, channel));
    assert!(!enable("other").await.unwrap() && enable("email").await.unwrap());
    assert_eq!(claim(store, "email", 9_001).await.len(), 1, "what waited goes out");
}

fn configuration() -> Config {
    let directory = tempfile::tempdir().unwrap();
    let shipped = env!("CARGO_MANIFEST_DIR");
    let main = format!("keywords = \"{shipped}/keywords\"\n{}", CONFIG.trim_start());
    std::fs::write(directory.path().join("people.toml"), PEOPLE).unwrap();
    let path = directory.path().join("atalaya.toml");
    std::fs::write(&path, main).unwrap();
    config::load(&path).unwrap_or_else(|findings| panic!("{findings:?}")).0
}

/// One notice over mail to each of them, due at this time.
async fn add(store: &Store, to: &[&str], seconds: i64) -> Vec<Delivery> {
    add_at(store, Level::Orange, to, seconds).await
}

async fn add_at(store: &Store, level: Level, to: &[&str], seconds: i64) -> Vec<Delivery> {
    let alert = Alert { level, ..samples::alert(StoryId::new(), at(seconds)) };
    let (id, notice) = (NoticeId::new(), samples::notice(&alert, "x"));
    let messages: Vec<Delivery> =
        to.iter().map(|to| samples::delivery(id, to, at(seconds))).collect();
    let ours = messages.clone();
    store.write(move |tx| deliveries::enqueue(tx, id, &notice, &ours)).await.unwrap();
    messages
}

async fn claim(store: &Store, channel: &'static str, seconds: i64) -> Vec<Outgoing> {
    store.write(move |tx| deliveries::claim(tx, channel, lease("a", seconds), 9)).await.unwrap()
}

/// Records an outcome and what it says of the channel, as the courier does.
async fn finish(store: &Store, one: &Outgoing, outcome: AttemptOutcome, seconds: i64) {
    let delivery = one.delivery.clone();
    let job = move |tx: &mut dyn Transaction| {
        if matches!(outcome, AttemptOutcome::Accepted(_)) {
            channels::accepted(tx, &delivery.channel, at(seconds))?;
        }
        deliveries::finish(tx, &delivery, &outcome, at(seconds))
    };
    assert!(store.write(job).await.unwrap());
}

async fn accepted_at(store: &Store, channel: &'static str, seconds: i64) {
    store.write(move |tx| channels::accepted(tx, channel, at(seconds))).await.unwrap();
}

async fn fallen(store: &Store, config: &Config, seconds: i64) -> u32 {
    let config = config.clone();
    let job = move |tx: &mut dyn Transaction| fall_back(tx, &config, at(0), at(seconds));
    store.write(job).await.unwrap().iter().map(|(_, count)| count).sum()
}

async fn tell(store: &Store, config: &Config, seconds: i64) -> usize {
    let config = config.clone();
    store.write(move |tx| tell_of_channels(tx, &config, at(seconds))).await.unwrap()
}

async fn again(store: &Store, delivery: &Delivery, seconds: i64) -> Retried {
    let id = delivery.id;
    store.write(move |tx| deliveries::retry(tx, id, at(seconds))).await.unwrap()
}

async fn letters(store: &Store, filter: Filter) -> Vec<deliveries::Letter> {
    store.read(move |tx| deliveries::letters(tx, &filter, 9)).await.unwrap()
}

fn retry(seconds: i64) -> AttemptOutcome {
    AttemptOutcome::Retry { at: at(seconds), tried: TRIED, error: "451".to_owned() }
}

fn accepted() -> AttemptOutcome {
    AttemptOutcome::Accepted("250 ok".to_owned())
}

fn facts(message: &Outgoing) -> &ChannelsNotice {
    match &message.notice.body {
        NoticeBody::Channels(facts) => facts,
        other => panic!("{other:?}"),
    }
}
