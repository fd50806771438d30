//! What is known stays known: other addresses, flipped identifiers, edits, pruning. Both databases.

use atalaya::model::{
    AlertState, Entry, EntryId, EntryMarks, Health, HealthEvent, HealthEventId, StoryId,
};
use atalaya::pipeline::announce;
use atalaya::store::stories;
use atalaya::store::{
    Store, Transaction, alerts, articles, entries, health, known, prune, sources,
};
use jiff::SignedDuration;

use crate::backend::Backend;
use crate::samples::{alert, analysis, article, at, entry, lease};
use crate::{close, on_runtime};

/// An entry as a poll finds it: page, identifier and headline, text.
fn found(page: &str, name: (&str, &str), text: &str, seconds: i64) -> Entry {
    let hash =
        |text: &str| text.bytes().fold(7_i64, |sum, byte| sum * 31 % 1_000_003 + i64::from(byte));
    let (guid, title) = name;
    Entry {
        id: EntryId::new(),
        key: format!("https://daily.example/{page}"),
        url: format!("http://daily.example/{page}"),
        title: title.to_owned(),
        text: text.to_owned(),
        published_at: None,
        discovered_at: at(seconds),
        marks: EntryMarks {
            alias: Some(hash(guid) << 32 | hash(title)),
            own_key: Some(format!("https://daily.example/{page}#{guid}")),
            fingerprint: Some(hash(title) << 32 | hash(text)),
        },
        ..entry(seconds)
    }
}

/// How many entries of a document are new, and how many are read again.
async fn poll(store: &Store, found: Vec<Entry>) -> (usize, usize) {
    let job = move |tx: &mut dyn Transaction| {
        let brought = announce(tx, &found, false)?;
        Ok((brought.new.len(), brought.edited))
    };
    store.write(job).await.unwrap()
}

async fn read_all(store: &Store, seconds: i64) -> Vec<(String, u32)> {
    let job = move |tx: &mut dyn Transaction| {
        let claimed = entries::claim(tx, lease("reader", seconds), 100)?;
        for one in &claimed {
            assert!(entries::finish(tx, one.entry.id, one.epoch)?);
        }
        Ok(claimed.into_iter().map(|one| (one.entry.title, one.revision)).collect())
    };
    store.write(job).await.unwrap()
}

const LONG: &str =
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";

async fn identity_survives(store: &Store) {
    assert_eq!(
        poll(store, vec![found("a", ("1", "A"), "x", 0), found("b", ("2", "B"), "x", 0)]).await,
        (2, 0)
    );
    assert_eq!(read_all(store, 1).await.len(), 2);
    for (what, again) in [
        ("as it was", found("a", ("1", "A"), "x", 10)),
        ("another identifier", found("a", ("99", "A"), "x", 10)),
        ("another address", found("moved/a", ("1", "A"), "x", 10)),
    ] {
        assert_eq!(poll(store, vec![again]).await, (0, 0), "{what}");
    }
    assert_eq!(
        poll(store, vec![found("c", ("1", "C"), "x", 10)]).await,
        (1, 0),
        "an identifier repeats"
    );
    assert_eq!(read_all(store, 11).await, [("C".to_owned(), 1)]);
    let mut far = found("d", ("2", "B"), "x", 10);
    far.published_at = Some(at(10) - SignedDuration::from_hours(100));
    assert_eq!(poll(store, vec![far]).await, (0, 0), "B has no date to differ from");

    // Edits: slight ones are kept, others read again, as the same entry.
    assert_eq!(poll(store, vec![found("a", ("1", "A"), "y", 20)]).await, (0, 0), "a word");
    assert_eq!(poll(store, vec![found("a", ("1", "A"), LONG, 30)]).await, (0, 1), "a new text");
    assert_eq!(poll(store, vec![found("a", ("1", "A!"), LONG, 40)]).await, (0, 0), "punctuation");
    assert_eq!(poll(store, vec![found("a", ("1", "Z"), LONG, 50)]).await, (0, 0), "too often");
    assert_eq!(poll(store, vec![found("a", ("1", "Z"), LONG, 700)]).await, (0, 1), "it rested");
    assert_eq!(read_all(store, 701).await, [("Z".to_owned(), 5)]);
    let late = 701 + 49 * 3600;
    assert_eq!(
        poll(store, vec![found("a", ("1", "Q"), LONG, late)]).await,
        (0, 0),
        "kept, not read"
    );
    let id = store
        .read(|tx| {
            Ok(known::by_key(tx, &["https://daily.example/a"])?["https://daily.example/a"].id)
        })
        .await
        .unwrap();
    let former = store.read(move |tx| known::revisions(tx, id)).await.unwrap();
    let titles: Vec<&str> = former.iter().map(|(title, ..)| title.as_str()).collect();
    assert_eq!(titles, ["A", "A", "A", "A!", "Z"]);
    for n in 0..12 {
        let title = format!("edit {n}");
        poll(store, vec![found("a", ("1", &title), LONG, late + 3600 * (n + 1))]).await;
    }
    assert_eq!(store.read(move |tx| known::revisions(tx, id)).await.unwrap().len(), 10);

    // A page known to tell many things tells one more, alone in its document.
    let shared = |guid: &str, title: &str, seconds| {
        let mut one = found("status", (guid, title), "x", seconds);
        one.key = one.marks.own_key.take().unwrap();
        one
    };
    assert_eq!(poll(store, vec![found("status", ("10", "Up"), "x", 0)]).await, (1, 0));
    assert_eq!(
        poll(store, vec![shared("10", "Up", 1), shared("11", "Down", 1)]).await,
        (1, 0),
        "the first is known by its alias"
    );
    assert_eq!(poll(store, vec![found("status", ("12", "Slow"), "x", 2)]).await, (1, 0));
    assert_eq!(poll(store, vec![found("status", ("12", "Slow"), "x", 3)]).await, (0, 0));
    let nameless = || {
        let mut one = found("status", ("title", "Nameless"), "x", 4);
        one.marks.alias = None;
        one
    };
    assert_eq!(poll(store, vec![nameless()]).await, (1, 0), "without an identifier too");
    assert_eq!(poll(store, vec![nameless()]).await, (0, 0));
}

/// An edit takes the claim from whoever reads the former text.
async fn an_edit_overtakes_its_reader(store: &Store) {
    assert_eq!(poll(store, vec![found("e", ("5", "E"), "x", 0)]).await, (1, 0));
    let take = |seconds| store.write(move |tx| entries::claim(tx, lease("r", seconds), 100));
    let claimed = take(10).await.unwrap();
    let (id, epoch) = claimed
        .iter()
        .find(|one| one.entry.title == "E")
        .map(|one| (one.entry.id, one.epoch))
        .unwrap();
    assert_eq!(poll(store, vec![found("e", ("5", "E edited"), "x", 11)]).await, (0, 1));
    let finished = store.write(move |tx| entries::finish(tx, id, epoch)).await.unwrap();
    assert!(!finished, "what it read is no longer true");
    let again = take(12).await.unwrap();
    let titles: Vec<_> = again.iter().map(|one| (one.entry.title.as_str(), one.revision)).collect();
    assert_eq!(titles, [("E edited", 2)]);
}

async fn pruning_leaves_tombstones(store: &Store) {
    let pages: Vec<Entry> = (0..5)
        .map(|n| found(&format!("p{n}"), (&format!("p{n}"), &format!("P{n}")), "x", n))
        .collect();
    assert_eq!(poll(store, pages.clone()).await, (5, 0));
    let (open, quiet) = (StoryId::new(), StoryId::new());
    let job = move |tx: &mut dyn Transaction| {
        for one in entries::claim(tx, lease("r", 10), 100)? {
            assert!(entries::finish(tx, one.entry.id, one.epoch)?);
            let story = if one.entry.title == "P0" { open } else { quiet };
            let article = article(&one.entry, story);
            articles::insert(tx, one.entry.id, &article, story, &analysis())?;
            stories::add_article(tx, story, &article)?;
        }
        let firing = atalaya::model::Alert { state: AlertState::Firing, ..alert(open, at(100)) };
        alerts::save(tx, &firing)
    };
    store.write(job).await.unwrap();
    let prune = |limit| {
        store.write(move |tx| {
            Ok((prune::entries(tx, at(100), limit)?, prune::stories(tx, at(100), limit)?))
        })
    };
    assert_eq!(prune(3).await.unwrap(), (3, 0), "in batches");
    assert_eq!(prune(3).await.unwrap(), (1, 1), "the story with an open alert stays");
    assert_eq!(prune(3).await.unwrap(), (0, 0));
    assert_eq!(store.read(|tx| prune::tombstones(tx)).await.unwrap(), 4);
    assert_eq!(poll(store, pages).await, (0, 0), "nothing comes back as new");
    let edited = vec![found("p1", ("p1", "P1 edited"), LONG, 200)];
    assert_eq!(poll(store, edited).await, (0, 0), "nor as an edit");
    assert!(store.read(move |tx| stories::find(tx, open)).await.unwrap().is_some());
}

async fn events_are_told_once(store: &Store) {
    let event = |seconds, now| HealthEvent {
        id: HealthEventId::new(),
        source_id: "daily".to_owned(),
        at: at(seconds),
        was: Health::Healthy,
        now,
        reason: Some("503".to_owned()),
    };
    let (first, second) = (event(1, Health::Failing), event(2, Health::Gone));
    let all = [second.clone(), first.clone()];
    store
        .write(move |tx| all.iter().try_for_each(|event| health::insert(tx, event)))
        .await
        .unwrap();
    let untold = |seconds| store.read(move |tx| health::untold(tx, at(seconds)));
    assert_eq!(untold(1).await.unwrap(), std::slice::from_ref(&first));
    assert_eq!(untold(9).await.unwrap(), [first.clone(), second.clone()]);
    store.write(move |tx| health::mark_told(tx, &[first.id])).await.unwrap();
    assert_eq!(untold(9).await.unwrap(), [second]);
}

/// The sources of a rising story are asked soon, those in trouble when they would be anyway.
async fn sources_hurry(store: &Store) {
    let job = |tx: &mut dyn Transaction| {
        sources::register(tx, &["calm".to_owned(), "down".to_owned()], at(5000))?;
        tx.execute("UPDATE source_state SET failures = 2 WHERE source_id = 'down'", &[])?;
        let by = ["calm", "down"].map(|id| (id.to_owned(), at(60)));
        sources::hurry(tx, &by, at(3600))?;
        sources::overview(tx)
    };
    let all = store.write(job).await.unwrap();
    let next: Vec<_> =
        all.iter().map(|(state, how)| (state.next_check_at, how.breaking_until)).collect();
    assert_eq!(next, [(at(60), Some(at(3600))), (at(5000), Some(at(3600)))]);
}

async fn told(backend: &Backend) {
    let store = backend.open().await;
    identity_survives(&store).await;
    an_edit_overtakes_its_reader(&store).await;
    store.write(|tx| tx.execute("DELETE FROM entry", &[])).await.unwrap();
    pruning_leaves_tombstones(&store).await;
    events_are_told_once(&store).await;
    sources_hurry(&store).await;
    close(store).await;
}

#[test]
fn what_is_known_stays_known_on_sqlite() {
    let backend = Backend::sqlite();
    on_runtime(told(&backend));
}

#[test]
fn what_is_known_stays_known_on_postgresql() {
    let backend = Backend::postgres();
    on_runtime(told(&backend));
}
