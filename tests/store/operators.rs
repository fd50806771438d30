//! What operators are told of sources: written with the events that it settles, once and whole.

use std::collections::BTreeMap;
use std::fmt::Write;

use atalaya::config::{self, Config};
use atalaya::model::Health::{self, Empty, Failing, Gone, Healthy, New, Stale};
use atalaya::model::{
    AttemptOutcome, Delivery, HealthEvent, HealthEventId, NoticeBody, SourcesNotice,
};
use atalaya::pipeline::tell_operators;
use atalaya::store::deliveries::{self, Outgoing};
use atalaya::store::{Store, StoreError, Transaction, health, sources};

use crate::backend::Backend;
use crate::samples::{at, lease};
use crate::{close, on_runtime};

/// Sources `s0`, `s1` …; every tenth is critical.
const SOURCES: usize = 1200;
const EVERYTHING: &str = "[[route]]\nabout = \"sources\"\npeople = [\"ana\"]\nvia = [\"email\"]\n";
const CRITICAL: &str = "[[route]]\nabout = \"sources\"\ntags = [\"critical\"]\npeople = [\"bea\"]\nvia = [\"email\"]\n";
const ALERTS: &str = "[[route]]\npeople = [\"eva\"]\nvia = [\"email\"]\n";

#[test]
fn operators_are_told_once_on_sqlite() {
    let backend = Backend::sqlite();
    on_runtime(told_once(&backend));
}

#[test]
fn operators_are_told_once_on_postgresql() {
    let backend = Backend::postgres();
    on_runtime(told_once(&backend));
}

/// Each chapter is ten minutes after the last.
async fn told_once(backend: &Backend) {
    let store = backend.open().await;
    let all = configuration(&[EVERYTHING, CRITICAL, ALERTS]);
    let ids: Vec<String> = all.sources.iter().map(|source| source.id.clone()).collect();
    store.write(move |tx| sources::register(tx, &ids, at(0))).await.unwrap();

    an_outage_is_one_message_for_each(&store, &all).await;
    a_blink_is_none(&store, &all).await;
    a_recovery_is_told_to_who_knew(&store, &all).await;
    a_commit_that_fails_tells_nobody_and_forgets_nothing(&store, &all).await;
    without_a_route_nobody_is_told_then_or_later(&store).await;
    close(store).await;
}

async fn an_outage_is_one_message_for_each(store: &Store, config: &Config) {
    happen(store, "s1", &[New, Healthy], 600).await;
    let outage = (0..SOURCES).flat_map(|n| events(&format!("s{n}"), &[Healthy, Failing], 600));
    add(store, outage.collect()).await;
    assert_eq!(tell(store, config, 629).await, 0, "the group's time is not over");
    assert_eq!(tell(store, config, 630).await, 2);
    assert_eq!(tell(store, config, 630).await, 0, "what was told is told");

    let messages = claim(store, 640).await;
    let [ana, bea] = messages.as_slice() else { panic!("{} messages", messages.len()) };
    assert_eq!((recipient(ana), recipient(bea)), ("ana", "bea"));
    let facts = facts(ana);
    assert_eq!(facts.counts, BTreeMap::from([(Failing, 1200)]));
    assert_eq!((facts.changes.len(), facts.more), (20, 1180));
    assert_eq!((facts.healthy, facts.total), (0, 1200));
    let first = &facts.changes[0];
    assert_eq!((first.id.as_str(), first.name.as_str()), ("s0", "Diario 0"));
    assert_eq!((first.was, first.now, first.since), (Healthy, Failing, at(600)));
    assert_eq!(first.reason.as_deref(), Some("failing: \u{202e}银行"));
    assert_eq!(first.next_check_at, Some(at(0)));
    assert_eq!(self::facts(bea).counts, BTreeMap::from([(Failing, 120)]));
    assert_ne!(ana.delivery.idempotency_key, bea.delivery.idempotency_key);
    settle(store, messages, 641).await;
}

async fn a_blink_is_none(store: &Store, config: &Config) {
    // s3 was told as failing and is so again; nobody has heard of s1200, which is gone by now.
    happen(store, "s3", &[Failing, Healthy, Failing], 1200).await;
    happen(store, "s1200", &[Healthy, Failing], 1200).await;
    assert_eq!(tell(store, config, 1300).await, 0);
    assert!(untold(store).await.is_empty());
    assert!(claim(store, 1300).await.is_empty());
}

async fn a_recovery_is_told_to_who_knew(store: &Store, config: &Config) {
    let first = first_keys(store).await;
    happen(store, "s10", &[Failing, Healthy], 1800).await;
    happen(store, "s11", &[Failing, Gone], 1801).await;
    be(store, "s10", Healthy).await;
    assert_eq!(tell(store, config, 1900).await, 2);
    let messages = claim(store, 1900).await;
    let told: Vec<_> = messages
        .iter()
        .map(|message| {
            let changes = facts(message).changes.iter();
            let changes = changes.map(|change| (change.id.as_str(), change.was, change.now));
            (recipient(message), changes.collect::<Vec<_>>())
        })
        .collect();
    let (gone, well) = (("s11", Failing, Gone), ("s10", Failing, Healthy));
    assert_eq!(told, [("ana", vec![gone, well]), ("bea", vec![well])]);
    assert_eq!((facts(&messages[0]).healthy, facts(&messages[0]).total), (1, 1200));
    assert_eq!(facts(&messages[0]).changes[0].next_check_at, None, "it is not asked any more");
    let threads: Vec<_> =
        messages.iter().map(|message| message.delivery.thread_key.clone()).collect();
    assert_eq!(threads, first, "one thread for each");
    settle(store, messages, 1901).await;
}

async fn a_commit_that_fails_tells_nobody_and_forgets_nothing(store: &Store, config: &Config) {
    happen(store, "s20", &[Failing, Stale], 2400).await;
    let config = config.clone();
    let cut_off = store.write(move |tx| {
        assert_eq!(tell_operators(tx, &config, at(2500))?, 2);
        Err::<(), _>(StoreError::Mismatch("the power went".to_owned()))
    });
    assert!(cut_off.await.is_err());
    assert!(claim(store, 2500).await.is_empty());
    assert_eq!(untold(store).await.len(), 1);
}

async fn without_a_route_nobody_is_told_then_or_later(store: &Store) {
    let (none, all) = (configuration(&[ALERTS]), configuration(&[EVERYTHING]));
    // s20 is left over from the chapter before.
    happen(store, "s10", &[Healthy, Empty], 3000).await;
    assert_eq!(tell(store, &none, 3100).await, 0);
    assert!(untold(store).await.is_empty());
    happen(store, "s10", &[Empty, Healthy], 3200).await;
    assert_eq!(tell(store, &all, 3300).await, 0, "nobody has heard that it was empty");
    happen(store, "s20", &[Stale, Healthy], 3300).await;
    assert_eq!(tell(store, &all, 3400).await, 1, "that it failed was told long ago");
    let messages = claim(store, 3400).await;
    let change = &facts(&messages[0]).changes[0];
    assert_eq!((change.id.as_str(), change.was, change.now), ("s20", Failing, Healthy));
}

/// A configuration with [`SOURCES`] sources and these routes.
fn configuration(routes: &[&str]) -> Config {
    let shipped = env!("CARGO_MANIFEST_DIR");
    let mut text = format!("keywords = \"{shipped}/keywords\"\npeople = \"people.toml\"\n");
    text += "[organisation]\nname = \"Banco\"\n";
    text += "[[channel]]\nid = \"email\"\nkind = \"maildir\"\ndirectory = \"mail\"\nfrom = \"a@bank.example\"\n";
    text += &routes.concat();
    for n in 0..SOURCES {
        let tags = if n % 10 == 0 { "\"local\", \"critical\"" } else { "\"local\"" };
        write!(
            text,
            "[[source]]\nid = \"s{n}\"\nname = \"Diario {n}\"\nurl = \"https://s{n}.example/\"\ntags = [{tags}]\n"
        )
        .unwrap();
    }
    let mut people = String::new();
    for id in ["ana", "bea", "eva"] {
        write!(people, "[person.{id}]\nname = \"{id}\"\nemail = \"{id}@bank.example\"\n").unwrap();
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("people.toml"), people).unwrap();
    let path = directory.path().join("atalaya.toml");
    std::fs::write(&path, text).unwrap();
    config::load(&path).unwrap_or_else(|findings| panic!("{findings:?}")).0
}

/// A source goes through these states, one a second.
async fn happen(store: &Store, source: &str, course: &[Health], seconds: i64) {
    add(store, events(source, course, seconds)).await;
}

fn events(source: &str, course: &[Health], seconds: i64) -> Vec<HealthEvent> {
    let steps = course.windows(2).zip(seconds..);
    let event = |(step, seconds): (&[Health], i64)| HealthEvent {
        id: HealthEventId::new(),
        source_id: source.to_owned(),
        at: at(seconds),
        was: step[0],
        now: step[1],
        reason: (step[1] != Healthy).then(|| format!("{}: \u{202e}银行", step[1].name())),
    };
    steps.map(event).collect()
}

async fn add(store: &Store, events: Vec<HealthEvent>) {
    let insert = move |tx: &mut dyn Transaction| {
        events.iter().try_for_each(|event| health::insert(tx, event))
    };
    store.write(insert).await.unwrap();
}

async fn be(store: &Store, source: &'static str, health: Health) {
    let sql = "UPDATE source_state SET health = ?2 WHERE source_id = ?1";
    let set =
        move |tx: &mut dyn Transaction| tx.execute(sql, &[source.into(), health.name().into()]);
    assert_eq!(store.write(set).await.unwrap(), 1);
}

async fn tell(store: &Store, config: &Config, seconds: i64) -> usize {
    let config = config.clone();
    store.write(move |tx| tell_operators(tx, &config, at(seconds))).await.unwrap()
}

async fn untold(store: &Store) -> Vec<HealthEvent> {
    store.read(|tx| health::untold(tx, at(9999))).await.unwrap()
}

async fn claim(store: &Store, seconds: i64) -> Vec<Outgoing> {
    store.write(move |tx| deliveries::claim(tx, "email", lease("a", seconds), 9)).await.unwrap()
}

async fn settle(store: &Store, messages: Vec<Outgoing>, seconds: i64) {
    for message in messages {
        let accepted = AttemptOutcome::Accepted("ok".to_owned());
        let finish = move |tx: &mut dyn Transaction| {
            deliveries::finish(tx, &message.delivery, &accepted, at(seconds))
        };
        assert!(store.write(finish).await.unwrap());
    }
}

/// The keys of the first messages to Ana and Bea.
async fn first_keys(store: &Store) -> Vec<Option<String>> {
    let mut all: Vec<Delivery> =
        store.read(|tx| deliveries::of_thread(tx, "sources")).await.unwrap();
    all.sort_by(|a, b| a.recipient.id.cmp(&b.recipient.id));
    all.into_iter().map(|delivery| Some(delivery.idempotency_key)).collect()
}

fn recipient(message: &Outgoing) -> &str {
    &message.delivery.recipient.id
}

fn facts(message: &Outgoing) -> &SourcesNotice {
    match &message.notice.body {
        NoticeBody::Sources(facts) => facts,
        other => panic!("{other:?}"),
    }
}
