//! Claims of a store that is this process's own, on a real file.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Claims, Due};
use crate::pipeline::leases::{Held, Holder};
use crate::store::leases::Claim;
use crate::store::sources::{self, Claimed, QuietPoll};
use crate::store::{Location, Store};

const SOURCES: usize = 50;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

struct Bench {
    store: Store,
    holder: Arc<Holder>,
    claims: Claims,
    held: BTreeMap<String, (Held, Claimed)>,
    _home: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::Sqlite(home.path().join("a.db"))).await.unwrap();
        let ids: Vec<String> = (0..SOURCES).map(|n| format!("source-{n:02}")).collect();
        // Many are due at the same instant, as after a start.
        let long_ago = Timestamp::now() - HOUR;
        store.write(move |tx| sources::register(tx, &ids, long_ago)).await.unwrap();
        let holder = Arc::new(Holder::new(store.clone()));
        let (claims, held) = (Claims::new(true), BTreeMap::new());
        Self { store, holder, claims, held, _home: home }
    }

    /// Claims and holds what comes; how many that were, and whether more may be due.
    async fn claim(&mut self, limit: u32) -> (usize, bool) {
        let Due { claimed, pause } =
            self.claims.next(&self.store, &self.holder, limit).await.unwrap();
        let count = claimed.len();
        for claimed in claimed {
            let id = claimed.state.source_id.clone();
            let held = self.holder.hold(Claim::Source(id.clone()));
            assert!(self.held.insert(id.clone(), (held, claimed)).is_none(), "{id}: twice at once");
        }
        (count, pause.is_some_and(|pause| pause.is_zero()))
    }

    /// A pass over all that is due; how many it claimed.
    async fn pass(&mut self, limit: u32) -> usize {
        let mut all = 0;
        loop {
            let (count, is_part) = self.claim(limit).await;
            all += count;
            if !is_part {
                return all;
            }
        }
    }

    /// Ends polls: recorded, or lost with the store.
    async fn end(&mut self, count: usize, recorded: bool) {
        for _ in 0..count {
            let (_, (held, claimed)) = self.held.pop_first().unwrap();
            if recorded {
                let record = move |tx: &mut dyn crate::store::Transaction| {
                    let at = Timestamp::now();
                    let vitals = &claimed.vitals;
                    let poll =
                        QuietPoll { claimed: &claimed, at, next_check_at: at + HOUR, vitals };
                    sources::record_unchanged(tx, poll)
                };
                assert!(self.store.write(record).await.unwrap());
            }
            drop(held);
        }
    }
}

#[tokio::test]
async fn each_source_is_claimed_once_however_the_passes_fall() {
    let mut bench = Bench::new().await;
    assert_eq!(bench.claim(7).await, (7, true), "no more than asked for");
    // Polls end while the pass goes on: behind it are recorded ones and such that were lost.
    bench.end(2, true).await;
    bench.end(3, false).await;
    assert_eq!(bench.pass(7).await, SOURCES - 7, "the rest of the pass");
    assert_eq!(bench.pass(7).await, 3, "those that were lost, and nothing else");
    assert_eq!(bench.pass(7).await, 0, "all are held or recorded");
    bench.end(SOURCES - 2, true).await;
    assert_eq!(bench.pass(100).await, 0, "all are recorded");

    let ids = vec!["source-30".to_owned(), "source-03".to_owned()];
    let now = Timestamp::now();
    bench.store.write(move |tx| sources::make_due(tx, &ids, now)).await.unwrap();
    assert_eq!(bench.pass(1).await, 2, "asked for by hand");
    bench.store.close();
}

#[tokio::test]
async fn what_is_held_is_not_waited_for() {
    let mut bench = Bench::new().await;
    bench.pass(100).await;
    let due = bench.claims.next(&bench.store, &bench.holder, 100).await.unwrap();
    assert_eq!(due.pause, None, "nothing will be due before a poll ends");
    bench.end(1, true).await;
    let due = bench.claims.next(&bench.store, &bench.holder, 100).await.unwrap();
    let pause = due.pause.expect("one is due in an hour").as_secs();
    assert!((3590..=3600).contains(&pause), "{pause} s");
    bench.store.close();
}
