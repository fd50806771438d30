//! Batches on a real store.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Finished, Recorded, record};
use crate::collect::{self, Document, Failure, Poll, PollResult, Wish};
use crate::model::{
    Entry, EntryId, EntryMarks, Health, Source, SourceKind, SourceState, Validators, Vitals,
};
use crate::pipeline::leases::Holder;
use crate::store::leases::Claim;
use crate::store::{Location, Store, StoreError, entries, sources};

struct Bench {
    store: Store,
    holder: Arc<Holder>,
    _home: tempfile::TempDir,
}

impl Bench {
    async fn new(ids: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::Sqlite(home.path().join("a.db"))).await.unwrap();
        let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
        let now = Timestamp::now();
        store.write(move |tx| sources::register(tx, &ids, now)).await.unwrap();
        Self { holder: Arc::new(Holder::new(store.clone())), store, _home: home }
    }

    /// Claims all sources and lets each end with what `of` says.
    async fn round(
        &self,
        of: impl Fn(&str) -> PollResult,
    ) -> Vec<(String, Result<Option<Recorded>, StoreError>)> {
        let due = Timestamp::now() + SignedDuration::from_hours(1);
        let owner = self.holder.owner().to_owned();
        let claim = move |tx: &mut dyn crate::store::Transaction| {
            sources::make_due(tx, &["a".to_owned(), "b".to_owned(), "c".to_owned()], due)?;
            let lease = crate::store::Lease { owner: &owner, now: due, until: due };
            sources::claim(tx, lease, 100)
        };
        let claimed = self.store.write(claim).await.unwrap();
        let batch: Vec<Box<Finished>> = claimed
            .into_iter()
            .map(|claimed| {
                let claimed = Box::new(claimed);
                let id = claimed.state.source_id.clone();
                let result = of(&id);
                let held = self.holder.hold(Claim::Source(id.clone()));
                let poll = poll(&claimed.state, result);
                let (source, took) = (Arc::new(source(&id)), Duration::ZERO);
                let told_after = Duration::from_mins(15);
                let at = Timestamp::now();
                Box::new(Finished { claimed, source, poll, at, took, told_after, _held: held })
            })
            .collect();
        let ids: Vec<String> =
            batch.iter().map(|finished| finished.claimed.state.source_id.clone()).collect();
        let recorded = record(&self.store, &Arc::new(batch)).await;
        ids.into_iter().zip(recorded).collect()
    }

    async fn vitals(&self, id: &'static str) -> (SourceState, Vitals) {
        let all = self.store.read(|tx| sources::overview(tx)).await.unwrap();
        all.into_iter().find(|(state, _)| state.source_id == id).unwrap()
    }
}

fn source(id: &str) -> Source {
    Source { id: id.to_owned(), ..Source::unlisted(id) }
}

fn poll(state: &SourceState, result: PollResult) -> Poll {
    Poll {
        validators: Validators { etag: Some("1".to_owned()), ..state.validators.clone() },
        address: None,
        memory: None,
        wish: Wish::default(),
        result,
    }
}

fn entry(id: EntryId, source: &str, page: &str) -> Entry {
    Entry {
        id,
        source_id: source.to_owned(),
        key: format!("https://{source}.example/{page}"),
        url: format!("https://{source}.example/{page}"),
        title: page.to_owned(),
        text: String::new(),
        authors: Vec::new(),
        published_at: None,
        discovered_at: Timestamp::now(),
        history: false,
        marks: EntryMarks::default(),
    }
}

fn found(entries: Vec<Entry>) -> PollResult {
    PollResult::Found { entries, warnings: Vec::new() }
}

#[tokio::test]
async fn one_bad_row_spoils_no_other() {
    let bench = Bench::new(&["a", "b", "c"]).await;
    let twice = EntryId::new();
    // Two entries of one name: no program of ours makes them, so they stand for any bad row.
    let recorded = bench
        .round(|id| match id {
            "b" => found(vec![entry(twice, "b", "1"), entry(twice, "b", "2")]),
            id => found(vec![entry(EntryId::new(), id, "1")]),
        })
        .await;
    for (id, recorded) in &recorded {
        match recorded {
            Err(error) => assert_eq!(id, "b", "{error}"),
            Ok(recorded) => assert_eq!(recorded.as_ref().map(|one| one.new), Some(1), "{id}"),
        }
    }
    assert_eq!(recorded.iter().filter(|(_, recorded)| recorded.is_err()).count(), 1, "it fired");
    assert_eq!(bench.store.read(|tx| entries::pending(tx)).await.unwrap(), 2);
    assert_eq!(bench.vitals("a").await.1.health, Health::Healthy);
    assert_eq!(bench.vitals("b").await.1.health, Health::New, "as if it had not been polled");
    bench.store.close();
}

/// Items of a feed that is too long; `collect::entries` is tested with a hundred thousand.
const ITEMS: usize = 20_000;

/// Fault F23: repeated, missing and changed identifiers, dates of the future, far too many items.
#[tokio::test]
async fn a_feed_of_far_too_many_items_is_known_the_second_time() {
    let bench = Bench::new(&["a"]).await;
    let first = bench.round(|_| huge_feed("x", 0)).await;
    let again = bench.round(|_| huge_feed("y", 0)).await;
    let later = bench.round(|_| huge_feed("y", 1)).await;
    let new = |round: &[(String, Result<Option<Recorded>, StoreError>)]| {
        round[0].1.as_ref().unwrap().as_ref().unwrap().new
    };
    assert_eq!((new(&first), new(&again), new(&later)), (500, 0, 1));
    bench.store.close();
}

/// The newest items last, as some feeds do; `flip` goes into every third identifier.
fn huge_feed(flip: &str, more: usize) -> PollResult {
    let mut body = String::from("<rss version=\"2.0\"><channel><title>T</title>");
    for n in 0..ITEMS + more {
        let guid = match n % 3 {
            0 => String::new(),
            1 => "<guid isPermaLink=\"false\">0</guid>".to_owned(),
            _ => format!("<guid isPermaLink=\"false\">{n}{flip}</guid>"),
        };
        // Minutes of a day in the far future: dates alone would not tell who is newest.
        let (hour, minute) = (n / 60 % 24, n % 60);
        let date = format!(
            "{}-{:02}-{:02}T{hour:02}:{minute:02}:00Z",
            2090,
            1 + n / 40_320 % 12,
            1 + n / 1440 % 28
        );
        write!(body, "<item><title>News {n}</title><link>https://x.example/{n}</link>{guid}<pubDate>{date}</pubDate></item>").unwrap();
    }
    body.push_str("</channel></rss>");
    let document = Document {
        kind: SourceKind::Feed,
        url: "https://x.example/feed".parse().unwrap(),
        content_type: None,
        memory: None,
        body: body.into_bytes(),
    };
    let announced = collect::read(&document).unwrap();
    assert_eq!(announced.entries.len(), 500);
    found(collect::entries_of(announced.entries, &source("a"), false, Timestamp::now()))
}

#[tokio::test]
async fn failures_and_their_end_are_told() {
    let bench = Bench::new(&["a"]).await;
    bench.round(|_| found(vec![entry(EntryId::new(), "a", "1")])).await;
    let fail = || PollResult::Failed { failure: Failure::Gone, error: "410".to_owned() };
    bench.round(|_| fail()).await;
    let (state, vitals) = bench.vitals("a").await;
    assert_eq!((vitals.health, state.failures), (Health::Gone, 1));
    assert!(state.next_check_at > Timestamp::now() + SignedDuration::from_hours(1_000_000));
    bench.round(|_| PollResult::Unchanged).await;
    assert_eq!(bench.vitals("a").await.1.health, Health::Healthy, "it was asked by hand");
    let now = Timestamp::now();
    let told = bench.store.read(move |tx| crate::store::health::untold(tx, now)).await.unwrap();
    let told: Vec<_> = told.iter().map(|event| (event.was, event.now)).collect();
    assert_eq!(told, [(Health::Healthy, Health::Gone), (Health::Gone, Health::Healthy)]);
    bench.store.close();
}
