//! Complaints as both databases keep them: filed once, listed, reminded of, counted for waves, emptied.

use atalaya::complaint::{CustomerRecord, Record};
use atalaya::config::{self, Config};
use atalaya::model::{ComplaintState, StoryId, WaveAbout};
use atalaya::pipeline;
use atalaya::store::complaint_waves::{self as waves, Open};
use atalaya::store::complaints::{self, Filing, Filter};
use atalaya::store::{Store, entries};
use jiff::{SignedDuration, Timestamp};

use crate::backend::Backend;
use crate::samples::at;
use crate::{close, on_runtime};

const MAIN: &str = r#"
people = "people.toml"
[organisation]
name = "Banco Almenara"
[[source]]
id = "gaceta"
url = "https://gaceta.example/rss"
[[channel]]
id = "mail"
kind = "maildir"
directory = "mail"
from = "a@bank.example"
[complaints]
topic = "banco-almenara"
desk = ["ana", "bea"]
manager = "bea"
via = ["mail"]
[[complaints.severity]]
id = "normal"
acknowledge = "4h"
answer = "10d"
"#;
const PEOPLE: &str = r#"
[person.ana]
name = "Ana"
email = "ana@bank.example"
[person.bea]
name = "Bea"
email = "bea@bank.example"
"#;
fn configuration() -> Config {
    let dir = tempfile::tempdir().expect("a directory");
    let put = |name: &str, text: &str| {
        std::fs::write(dir.path().join(name), text).expect("written");
    };
    let keywords = concat!(env!("CARGO_MANIFEST_DIR"), "/keywords");
    put("atalaya.toml", &format!("keywords = {keywords:?}\n{MAIN}"));
    put("people.toml", PEOPLE);
    match config::load(&dir.path().join("atalaya.toml")) {
        Ok((config, _)) => config,
        Err(findings) => panic!("{findings:#?}"),
    }
}

#[test]
fn complaints_are_kept_on_sqlite() {
    on_runtime(kept(&Backend::sqlite()));
}

#[test]
fn complaints_are_kept_on_postgresql() {
    on_runtime(kept(&Backend::postgres()));
}

async fn kept(backend: &Backend) {
    let store = backend.open().await;
    let config = configuration();
    each_is_filed_once(&store, &config).await;
    they_are_listed_and_reminded_of(&store).await;
    customers_are_counted_by_hour(&store, &config).await;
    what_is_emptied_keeps_its_figures(&store).await;
    close(store).await;
}

fn record(reference: &str, customer: &str) -> Record {
    Record {
        reference: reference.to_owned(),
        branch: Some("Sol".to_owned()),
        product: Some("tarjetas".to_owned()),
        text: format!("Cobro indebido a {customer} Gil"),
        customer: CustomerRecord {
            id: Some(customer.to_owned()),
            name: Some(format!("{customer} Gil")),
            ..CustomerRecord::default()
        },
        ..Record::default()
    }
}

async fn file(store: &Store, config: &Config, record: Record, now: Timestamp) -> Filing {
    let config = config.clone();
    let filed = store.write(move |tx| pipeline::file_complaint(tx, &record, &config, now)).await;
    filed.expect("the store answers").expect("good").filing
}

async fn each_is_filed_once(store: &Store, config: &Config) {
    let first = file(store, config, record("r1", "Ana"), at(0)).await;
    let Filing::New(number) = &first else { panic!("{first:?}") };
    assert!(number.ends_with("-000001"), "{number}");
    let again = file(store, config, record("r1", "Ana"), at(60)).await;
    assert_eq!(again, Filing::Known(number.clone()));
    assert_eq!(file(store, config, record("r1", "Eva"), at(61)).await, Filing::Conflict);
    let second = file(store, config, record("r2", "Eva"), at(62)).await;
    assert!(matches!(&second, Filing::New(number) if number.ends_with("-000002")), "{second:?}");
    let pending = store.read(|tx| entries::pending(tx)).await.expect("read");
    assert_eq!(pending, 2, "each is judged");
}

async fn they_are_listed_and_reminded_of(store: &Store) {
    let list = |filter: Filter| async move {
        let found = store.read(move |tx| complaints::list(tx, &filter, 10)).await.expect("read");
        found.into_iter().map(|it| (it.reference, it.life.owner)).collect::<Vec<_>>()
    };
    let pair = |reference: &str, owner: &str| (reference.to_owned(), owner.to_owned());
    assert_eq!(list(Filter::default()).await, [pair("r1", "ana"), pair("r2", "bea")], "in turn");
    let hers = Filter {
        owner: Some("bea".to_owned()),
        branch: Some("Sol".to_owned()),
        ..Filter::default()
    };
    assert_eq!(list(hers).await, [pair("r2", "bea")]);
    let late = |at| Filter { late_at: Some(at), ..Filter::default() };
    assert_eq!(list(late(at(4 * 3600))).await, []);
    assert_eq!(list(late(at(4 * 3600 + 1))).await, [pair("r1", "ana")]);
    let closed = Filter { state: Some(ComplaintState::Closed), ..Filter::default() };
    assert_eq!(list(closed).await, []);

    let due = move |now| store.read(move |tx| complaints::to_remind(tx, now, 10));
    assert_eq!(due(at(-1)).await.expect("read").len(), 0);
    let waiting = due(at(100)).await.expect("read");
    assert_eq!(waiting.len(), 2, "both owners are to hear of them");
    let mut life = waiting[0].life.clone();
    (life.state, life.satisfaction, life.reminded_at) =
        (ComplaintState::Closed, Some(4), Some(at(100)));
    let (number, saved) = (waiting[0].number.clone(), life.clone());
    let found = store.write(move |tx| {
        complaints::save(tx, &number, &saved, None)?;
        complaints::find(tx, &number)
    });
    assert_eq!(found.await.expect("written").expect("there").life, life);
    assert_eq!(due(at(100)).await.expect("read").len(), 1);
}

async fn customers_are_counted_by_hour(store: &Store, config: &Config) {
    let day = 86_400;
    for (n, (customer, seconds)) in
        [("Eva", 3600), ("Eva", 3700), ("Luz", 7100), ("Noa", 7150), ("Iris", 90)]
            .into_iter()
            .enumerate()
    {
        let reference = format!("w{n}");
        file(store, config, record(&reference, customer), at(day + seconds)).await;
    }
    let now = at(day + 7200);
    let since = now - SignedDuration::from_hours(2);
    let seen = store.read(move |tx| {
        let counted = waves::customers(tx, WaveAbout::Branch, "Sol", (since, now))?;
        Ok((counted, waves::hours(tx, WaveAbout::Product, "tarjetas", now)?))
    });
    let (counted, hours) = seen.await.expect("read");
    assert_eq!(counted, 4, "customers, not complaints");
    assert_eq!(hours.about.len(), 27, "since the first complaint");
    assert_eq!(hours.about[25..], [2, 3]);
    assert_eq!(
        (&hours.about[..2], hours.kinds),
        (&[1, 1][..], 1),
        "an hour is counted back from now"
    );
    assert_eq!(hours.totals, hours.about);

    let story = StoryId::new();
    let extent = store.write(move |tx| {
        let wave = Open { id: "w".to_owned(), story, began_at: now, usual: Some(0.5) };
        waves::begin(tx, (WaveAbout::Branch, "Sol"), &wave, (since, now))?;
        let rest = waves::customers(tx, WaveAbout::Product, "tarjetas", (since, now))?;
        Ok((rest, waves::extent(tx, "w")?))
    });
    assert_eq!(
        extent.await.expect("written"),
        (0, (4, 2)),
        "what belongs to a wave begins no other"
    );
    let open = |since| store.read(move |tx| waves::open(tx, WaveAbout::Branch, "Sol", since));
    let found = open(since).await.expect("read").expect("it goes on");
    assert_eq!((found.story, found.usual), (story, Some(0.5)));
    assert_eq!(open(now).await.expect("read"), None, "none came since");
}

async fn what_is_emptied_keeps_its_figures(store: &Store) {
    let resting =
        |before| store.read(move |tx| complaints::resting(tx, ComplaintState::Closed, before, 10));
    let closed = resting(at(99_999)).await.expect("read");
    assert_eq!(closed.len(), 1);
    let one = closed[0].clone();
    assert_eq!(one.personal.name.as_deref(), Some("Ana Gil"));
    assert!(!one.masked.contains("Ana"), "{}", one.masked);
    let emptied = store.write(move |tx| {
        complaints::empty(tx, &one, at(100_000))?;
        complaints::find(tx, &one.number)
    });
    let emptied = emptied.await.expect("written").expect("there");
    assert_eq!(emptied.personal, atalaya::model::Personal::default());
    assert_eq!((emptied.masked.as_str(), emptied.life.satisfaction), ("", Some(4)));
    assert_eq!(emptied.branch.as_deref(), Some("Sol"));
    assert_eq!(resting(at(99_999)).await.expect("read").len(), 0, "once");
}
