//! Property: whatever owners do in whatever order, a claim yields what a plain list with the same
//! rules would yield, so that two owners never hold one row.

use atalaya::model::Entry;
use atalaya::store::leases::{self, Claim};
use atalaya::store::{Store, Transaction, entries};
use entries::Claimed;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::backend::Backend;
use crate::samples::{at, entry};
use crate::{close, on_runtime};

const OWNERS: [&str; 3] = ["a", "b", "c"];
const ROWS: i64 = 8;
const TTL: SignedDuration = SignedDuration::from_secs(15);

/// What an owner does; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Deed {
    Wait {
        ms: i64,
    },
    Claim {
        owner: usize,
        limit: u32,
    },
    /// Of a claim that was ever made, stale ones among them.
    Finish {
        which: usize,
    },
    PutBack {
        which: usize,
        ms: i64,
    },
    Renew {
        which: usize,
    },
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        2 => (0..12_000_i64).prop_map(|ms| Deed::Wait { ms }),
        4 => (0..OWNERS.len(), 1..5_u32).prop_map(|(owner, limit)| Deed::Claim { owner, limit }),
        1 => any::<usize>().prop_map(|which| Deed::Finish { which }),
        1 => (any::<usize>(), 0..9_000_i64).prop_map(|(which, ms)| Deed::PutBack { which, ms }),
        1 => any::<usize>().prop_map(|which| Deed::Renew { which }),
    ];
    prop::collection::vec(deed, 1..40)
}

/// A row of the plain list.
struct Plain {
    entry: Entry,
    holder: Option<usize>,
    until: Timestamp,
    not_before: Timestamp,
    epoch: i64,
    done: bool,
}

/// The store, the plain list, and all claims that were ever made: owner, row, epoch.
struct World<'a> {
    store: &'a Store,
    rows: Vec<Plain>,
    claims: Vec<(usize, usize, i64)>,
    now: Timestamp,
}

impl World<'_> {
    async fn act(&mut self, deed: &Deed) -> Result<(), TestCaseError> {
        match *deed {
            Deed::Wait { ms } => self.now += SignedDuration::from_millis(ms),
            Deed::Claim { owner, limit } => self.claim(owner, limit).await?,
            Deed::Finish { which } => self.finish(which).await?,
            Deed::PutBack { which, ms } => self.put_back(which, ms).await,
            Deed::Renew { which } => self.renew(which).await,
        }
        Ok(())
    }

    async fn claim(&mut self, owner: usize, limit: u32) -> Result<(), TestCaseError> {
        let now = self.now;
        let lease = atalaya::store::Lease { owner: OWNERS[owner], now, until: now + TTL };
        let job = move |tx: &mut dyn Transaction| entries::claim(tx, lease, limit);
        let claimed = self.store.write(job).await.unwrap();
        let mut expected = Vec::new();
        for (index, row) in self.rows.iter_mut().enumerate() {
            let free = !row.done && row.until <= now && row.not_before <= now;
            if free && expected.len() < limit as usize {
                row.epoch += 1;
                (row.holder, row.until) = (Some(owner), now + TTL);
                self.claims.push((owner, index, row.epoch));
                expected.push((row.entry.id, row.epoch));
            }
        }
        let found: Vec<_> =
            claimed.iter().map(|Claimed { entry, epoch, .. }| (entry.id, *epoch)).collect();
        prop_assert_eq!(found, expected);
        Ok(())
    }

    async fn finish(&mut self, which: usize) -> Result<(), TestCaseError> {
        let Some((_, index, epoch)) = self.chosen(which) else { return Ok(()) };
        let id = self.rows[index].entry.id;
        let done = self.store.write(move |tx| entries::finish(tx, id, epoch)).await.unwrap();
        let row = &mut self.rows[index];
        let ours = !row.done && row.epoch == epoch;
        row.done |= ours;
        prop_assert_eq!(done, ours);
        Ok(())
    }

    async fn put_back(&mut self, which: usize, ms: i64) {
        let Some((_, index, epoch)) = self.chosen(which) else { return };
        let (id, at) = (self.rows[index].entry.id, self.now + SignedDuration::from_millis(ms));
        self.store.write(move |tx| entries::put_back(tx, id, epoch, at, None)).await.unwrap();
        let row = &mut self.rows[index];
        if !row.done && row.epoch == epoch {
            (row.until, row.not_before) = (Timestamp::UNIX_EPOCH, at);
        }
    }

    /// Renewing knows no epoch: it extends what still stands under the owner's name.
    async fn renew(&mut self, which: usize) {
        let Some((owner, index, _)) = self.chosen(which) else { return };
        let until = self.now + TTL;
        let lease = atalaya::store::Lease { owner: OWNERS[owner], now: self.now, until };
        let claim = Claim::Entry(self.rows[index].entry.id.to_string());
        let job =
            move |tx: &mut dyn Transaction| leases::renew(tx, std::slice::from_ref(&claim), lease);
        self.store.write(job).await.unwrap();
        let row = &mut self.rows[index];
        if row.holder == Some(owner) && row.until > Timestamp::UNIX_EPOCH && !row.done {
            row.until = until;
        }
    }

    fn chosen(&self, which: usize) -> Option<(usize, usize, i64)> {
        self.claims.get(which.checked_rem(self.claims.len())?).copied()
    }
}

async fn check(store: &Store, deeds: Vec<Deed>) -> Result<(), TestCaseError> {
    let entries: Vec<Entry> = (0..ROWS).map(entry).collect();
    let rows = entries.iter().map(|entry| Plain {
        entry: entry.clone(),
        holder: None,
        until: Timestamp::UNIX_EPOCH,
        not_before: entry.discovered_at,
        epoch: 0,
        done: false,
    });
    let mut world = World { store, rows: rows.collect(), claims: Vec::new(), now: at(0) };
    let refill = move |tx: &mut dyn Transaction| {
        tx.execute("DELETE FROM entry", &[])?;
        entries.iter().try_for_each(|entry| entries::insert(tx, entry).map(drop))
    };
    store.write(refill).await.unwrap();
    for deed in deeds {
        world.act(&deed).await?;
    }
    Ok(())
}

fn leases_hold(backend: &Backend, cases: u32) {
    on_runtime(async {
        let store = backend.open().await;
        let ours = store.clone();
        let runtime = tokio::runtime::Handle::current();
        let testing = move || {
            let config = Config { cases, failure_persistence: None, ..Config::default() };
            TestRunner::new(config)
                .run(&deeds(), |deeds| runtime.block_on(check(&ours, deeds)))
                .unwrap_or_else(|error| panic!("{error}"));
        };
        tokio::task::spawn_blocking(testing).await.unwrap();
        close(store).await;
    });
}

#[test]
fn leases_hold_on_sqlite() {
    leases_hold(&Backend::sqlite(), 48);
}

#[test]
fn leases_hold_on_postgresql() {
    leases_hold(&Backend::postgres(), 48);
}
