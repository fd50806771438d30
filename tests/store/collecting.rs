//! Sources and entries: claimed by one, recorded whole.

use atalaya::model::{Entry, Health, Validators, Vitals};
use atalaya::pipeline::announce;
use atalaya::store::{Store, Transaction, entries, sources};
use sources::{Claimed, PollRecord, QuietPoll};

use crate::samples::{at, entry, lease};

const IDS: [&str; 3] = ["daily", "weekly", "yearly"];

/// Limit and order; a lease keeps others out until it has run out, and no longer.
pub async fn sources_are_claimed_by_one(store: &Store) {
    for (index, id) in (0..).zip(IDS) {
        let (ids, now) = (vec![id.to_owned()], at(index - 10));
        store.write(move |tx| sources::register(tx, &ids, now)).await.unwrap();
    }
    let again: Vec<String> = IDS.map(str::to_owned).into();
    store.write(move |tx| sources::register(tx, &again, at(0))).await.unwrap();
    assert_eq!(names(&claim(store, "a", 0, 2).await), ["daily", "weekly"], "longest due first");
    assert_eq!(names(&claim(store, "b", 1, 5).await), ["yearly"], "what is left");
    assert_eq!(names(&claim(store, "b", 14, 5).await), [""; 0], "all leases hold");
    let freed = claim(store, "b", 15, 5).await;
    assert_eq!(names(&freed), ["daily", "weekly"], "the leases of a have run out");
    assert_eq!(freed.iter().map(|claimed| claimed.epoch).collect::<Vec<_>>(), [2, 2]);
}

/// Validators and entries come together; a claim that was lost brings neither.
pub async fn polls_are_recorded_whole_or_not_at_all(store: &Store) {
    let stale = poll(1, vec![entry(90)]);
    assert_eq!(record(store, stale).await, None, "a lost its claim to b");
    assert_eq!(state(store).await.validators, Validators::default());
    assert_eq!(pending(store).await, 0);

    let found = vec![entry(1), entry(2), entry(2), entry(3)];
    assert_eq!(record(store, poll(2, found)).await, Some(3), "one key, one entry");
    let kept = state(store).await;
    assert_eq!(kept.validators, validators());
    assert_eq!((kept.next_check_at, kept.last_success_at), (at(300), Some(at(20))));
    assert!(kept.seeded);
    let all = store.read(|tx| sources::overview(tx)).await.unwrap();
    let (_, how) = all.into_iter().find(|(state, _)| state.source_id == "daily").unwrap();
    assert_eq!(how, vitals(), "it comes back as it went in");
    let left = store.read(|tx| sources::unpolled(tx, at(20))).await.unwrap();
    assert_eq!(left, 2, "two were never polled");

    let claimed = claim(store, "a", 400, 9).await;
    assert_eq!(names(&claimed), IDS, "a poll ends its claim");
    let (mut failed, _) = poll(claimed[0].epoch, Vec::new());
    (failed.error, failed.failures) = (Some("500".to_owned()), 1);
    assert_eq!(record(store, (failed, Vec::new())).await, Some(0));
    let kept = state(store).await;
    assert_eq!((kept.failures, kept.last_error.as_deref()), (1, Some("500")));
    assert_eq!(kept.last_success_at, Some(at(20)), "a failure forgets nothing");
    unchanged_polls_are_recorded_shortly(store, claimed[1].clone()).await;
    assert_eq!(pending(store).await, 3);
}

/// The short record is fenced as the long one, and by what may change while a claim stands.
async fn unchanged_polls_are_recorded_shortly(store: &Store, claimed: Claimed) {
    let epoch = claimed.epoch;
    let short = |epoch: i64, breaking_until| {
        let mut claimed = claimed.clone();
        claimed.epoch = epoch;
        let vitals = Vitals { breaking_until, ..vitals() };
        store.write(move |tx| {
            let (at, next_check_at) = (at(20), at(300));
            let poll = QuietPoll { claimed: &claimed, at, next_check_at, vitals: &vitals };
            sources::record_unchanged(tx, poll)
        })
    };
    assert!(!short(epoch - 1, None).await.unwrap(), "the claim was lost");
    let rising = [("weekly".to_owned(), at(401))];
    store.write(move |tx| sources::hurry(tx, &rising, at(900))).await.unwrap();
    assert!(!short(epoch, None).await.unwrap(), "it was hurried meanwhile");
    assert!(short(epoch, Some(at(900))).await.unwrap());
    let all = store.read(|tx| sources::overview(tx)).await.unwrap();
    let (state, how) = all.into_iter().find(|(state, _)| state.source_id == "weekly").unwrap();
    assert_eq!((state.next_check_at, state.last_success_at), (at(300), Some(at(20))));
    assert_eq!((how.polls, how.polled_at), (7, Some(at(20))));
    assert_eq!(names(&claim(store, "a", 402, 9).await), IDS[..2], "its claim has ended");
}

/// Entries come in the order of discovery; only the present owner settles one.
pub async fn entries_are_claimed_by_one(store: &Store) {
    let first = take(store, "a", 30, 2).await;
    assert_eq!(titles(&first), ["Titular 1 · 标题", "Titular 2 · 标题"]);
    let third = take(store, "b", 31, 9).await;
    assert_eq!(titles(&third), ["Titular 3 · 标题"]);
    assert!(take(store, "b", 44, 9).await.is_empty(), "all leases hold");

    let (id, epoch) = (third[0].entry.id, third[0].epoch);
    let later =
        |epoch| store.write(move |tx| entries::put_back(tx, id, epoch, at(100), Some("503")));
    later(epoch - 1).await.unwrap();
    assert_eq!(take(store, "c", 46, 9).await.len(), 3, "a stale claim puts nothing back");
    later(epoch + 1).await.unwrap();
    assert_eq!(take(store, "d", 99, 9).await.len(), 2, "what was put back waits for its time");

    let again = take(store, "e", 200, 9).await;
    assert_eq!(again.iter().map(|claimed| claimed.attempts).collect::<Vec<_>>(), [4, 4, 3]);
    let mut whole = entry(3);
    whole.id = id;
    assert_eq!(again[2].entry, whole, "an entry comes back as it went in");
    assert!(!finish(store, &first[0]).await, "a lost it long ago");
    assert!(finish(store, &again[2]).await);
    assert!(!finish(store, &again[2]).await, "once");
    assert_eq!(pending(store).await, 2);
}

/// Claims due sources.
async fn claim(store: &Store, owner: &'static str, seconds: i64, limit: u32) -> Vec<Claimed> {
    store
        .write(move |tx| sources::claim(tx, lease(owner, seconds), limit))
        .await
        .map(sorted)
        .unwrap()
}

fn sorted(mut claimed: Vec<Claimed>) -> Vec<Claimed> {
    claimed.sort_by(|a, b| a.state.source_id.cmp(&b.state.source_id));
    claimed
}

fn names(claimed: &[Claimed]) -> Vec<&str> {
    claimed.iter().map(|claimed| claimed.state.source_id.as_str()).collect()
}

fn validators() -> Validators {
    Validators {
        etag: Some("\"7\"".to_owned()),
        last_modified: Some("Mon, 23 Nov 2026 10:00:00 GMT".to_owned()),
        body_hash: Some("b3".to_owned()),
    }
}

fn vitals() -> Vitals {
    let mut vitals = Vitals { health: Health::Stale, polls: 7, slow: true, ..Vitals::default() };
    vitals.rhythm.arrivals = vec![1, 2];
    vitals.hints.skip_hours = vec![3];
    vitals.health_reason = Some("quiet".to_owned());
    (vitals.health_since, vitals.polled_at) = (Some(at(20)), Some(at(20)));
    vitals
}

fn poll(epoch: i64, found: Vec<Entry>) -> (PollRecord, Vec<Entry>) {
    let record = PollRecord {
        source_id: "daily".to_owned(),
        epoch,
        at: at(20),
        address: None,
        memory: None,
        validators: validators(),
        next_check_at: at(300),
        vitals: vitals(),
        failures: 0,
        error: None,
    };
    (record, found)
}

/// As the daemon does it; answers how many entries were new.
async fn record(store: &Store, (poll, found): (PollRecord, Vec<Entry>)) -> Option<usize> {
    let job = move |tx: &mut dyn Transaction| {
        if sources::vitals(tx, &poll.source_id, poll.epoch)?.is_none() {
            assert!(!sources::record(tx, &poll)?, "fenced");
            return Ok(None);
        }
        let new = announce(tx, &found, false)?.new.len();
        assert!(sources::record(tx, &poll)?);
        Ok(Some(new))
    };
    store.write(job).await.unwrap()
}

async fn state(store: &Store) -> atalaya::model::SourceState {
    let all = store.read(|tx| sources::all(tx)).await.unwrap();
    all.into_iter().find(|state| state.source_id == "daily").unwrap()
}

async fn pending(store: &Store) -> u32 {
    store.read(|tx| entries::pending(tx)).await.unwrap()
}

/// Claims pending entries.
pub async fn take(
    store: &Store,
    owner: &'static str,
    seconds: i64,
    limit: u32,
) -> Vec<entries::Claimed> {
    store.write(move |tx| entries::claim(tx, lease(owner, seconds), limit)).await.unwrap()
}

fn titles(claimed: &[entries::Claimed]) -> Vec<&str> {
    claimed.iter().map(|claimed| claimed.entry.title.as_str()).collect()
}

async fn finish(store: &Store, claimed: &entries::Claimed) -> bool {
    let (id, epoch) = (claimed.entry.id, claimed.epoch);
    store.write(move |tx| entries::finish(tx, id, epoch)).await.unwrap()
}
