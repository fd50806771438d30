//! Several owners at once: every row is claimed exactly once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atalaya::model::NoticeId;
use atalaya::store::{Store, StoreError, Transaction, deliveries, entries};
use tokio::task::JoinSet;

use crate::backend::Backend;
use crate::samples::{alert, at, delivery, entry, lease, notice};
use crate::{close, on_runtime};

const ROWS: u32 = 200;
const OWNERS: [&str; 5] = ["a", "b", "c", "d", "e"];
/// Rows of one claim; no divisor of [`ROWS`], so that the last claims fight over a rest.
const BATCH: u32 = 7;
/// Claims after which an owner gives up: many times what a fair race needs.
const TURNS: usize = 3000;

/// How a row is claimed; answers the ids.
type Claim = fn(&mut dyn Transaction, &str) -> Result<Vec<String>, StoreError>;

#[test]
fn every_row_is_claimed_once_on_postgresql() {
    let backend = Backend::postgres();
    on_runtime(async {
        // A session each, as processes have.
        let mut owners = Vec::new();
        for _ in OWNERS {
            owners.push(backend.open().await);
        }
        race(owners).await;
    });
}

#[test]
fn every_row_is_claimed_once_on_sqlite() {
    let backend = Backend::sqlite();
    on_runtime(async {
        let store = backend.open().await;
        race(vec![store; OWNERS.len()]).await;
    });
}

async fn race(owners: Vec<Store>) {
    fill(&owners[0]).await;
    check(&owners, |tx, owner| {
        let claimed = entries::claim(tx, lease(owner, 900), BATCH)?;
        Ok(claimed.iter().map(|claimed| claimed.entry.id.to_string()).collect())
    })
    .await;
    check(&owners, |tx, owner| {
        let claimed = deliveries::claim(tx, "email", lease(owner, 900), BATCH)?;
        Ok(claimed.iter().map(|outgoing| outgoing.delivery.id.to_string()).collect())
    })
    .await;
    let attempts = "SELECT COUNT(*) FROM attempt";
    let rows = owners[0].read(move |tx| tx.query(attempts, &[])).await.unwrap();
    assert_eq!(rows[0].get::<u32>(0).unwrap(), ROWS, "one attempt for each claim");
    for store in owners {
        close(store).await;
    }
}

/// As many entries, and as many messages of alerts of their own.
async fn fill(store: &Store) {
    let job = |tx: &mut dyn Transaction| {
        for n in 0..i64::from(ROWS) {
            assert!(entries::insert(tx, &entry(n))?);
            let (alert, id) = (alert(atalaya::model::StoryId::new(), at(n)), NoticeId::new());
            let message = delivery(id, "ana", at(n));
            deliveries::enqueue(tx, id, &notice(&alert, "x"), &[message])?;
        }
        Ok(())
    };
    store.write(job).await.unwrap();
}

async fn check(owners: &[Store], claim: Claim) {
    let left = Arc::new(AtomicUsize::new(ROWS as usize));
    let mut racing = JoinSet::new();
    for (store, owner) in owners.iter().zip(OWNERS) {
        racing.spawn(run(store.clone(), owner, claim, Arc::clone(&left)));
    }
    let claimed: Vec<String> = racing.join_all().await.into_iter().flatten().collect();
    let distinct: BTreeSet<&String> = claimed.iter().collect();
    assert_eq!((claimed.len(), distinct.len()), (ROWS as usize, ROWS as usize));
}

/// Claims until nothing is left. An empty claim says only that others hold what is left just now.
async fn run(
    store: Store,
    owner: &'static str,
    claim: Claim,
    left: Arc<AtomicUsize>,
) -> Vec<String> {
    let mut mine = Vec::new();
    for _ in 0..TURNS {
        match store.write(move |tx| claim(tx, owner)).await {
            Ok(claimed) => {
                left.fetch_sub(claimed.len(), Ordering::SeqCst);
                mine.extend(claimed);
            }
            Err(StoreError::Conflict(_)) => {}
            Err(error) => panic!("{owner}: {error}"),
        }
        if left.load(Ordering::SeqCst) == 0 {
            return mine;
        }
        tokio::task::yield_now().await;
    }
    panic!("{owner} found no end");
}
