//! Stories as people regroup them: whatever is done is undone, and no name is lost.

use atalaya::model::{Alert, ArticleId, StoryId};
use atalaya::store::{Store, alerts, articles, entries, stories, story_edits};

use crate::samples::{self, TOPIC, at};

/// Three articles, one in a story of its own.
struct Desk {
    one: StoryId,
    two: StoryId,
    ids: [ArticleId; 3],
}

async fn desk(store: &Store) -> Desk {
    let (one, two) = (StoryId::new(), StoryId::new());
    let mut ids = Vec::new();
    for (n, story) in [(901, one), (902, one), (903, two)] {
        let entry = samples::entry(n);
        let article = samples::article(&entry, story);
        ids.push(article.id);
        let job = move |tx: &mut dyn atalaya::store::Transaction| {
            assert!(entries::insert(tx, &entry)?);
            let analysis = samples::analysis();
            articles::insert(tx, entry.id, &article, story, &analysis)?;
            let (source, opinion) = (samples::source(), &analysis.topics[0]);
            let mark = articles::Mark { negative: true, category: "", voice: "Editorial Norte" };
            articles::insert_topic(tx, &article, story, &source, opinion, mark)?;
            stories::add_article(tx, story, &article)
        };
        store.write(job).await.unwrap();
    }
    Desk { one, two, ids: ids.try_into().unwrap() }
}

async fn places(store: &Store, desk: &Desk) -> Vec<StoryId> {
    let ids = desk.ids;
    let found = store.read(move |tx| story_edits::places(tx, &ids)).await.unwrap();
    found.into_iter().map(|(_, story)| story).collect()
}

async fn leads_to(store: &Store, id: StoryId) -> StoryId {
    store.read(move |tx| story_edits::current(tx, id)).await.unwrap()
}

/// Merge, split, undo, in an order in which each depends on the last.
pub async fn are_regrouped_and_nothing_is_lost(store: &Store) {
    let desk = desk(store).await;
    let (one, two) = (desk.one, desk.two);
    let alert: Alert = samples::alert(two, at(950));
    let saved = alert.clone();
    store.write(move |tx| alerts::save(tx, &saved)).await.unwrap();
    let before = store.read(|tx| story_edits::latest(tx)).await.unwrap();

    let merged = store.write(move |tx| story_edits::merge(tx, one, two, at(960))).await.unwrap();
    let merged = merged.unwrap();
    assert_eq!(places(store, &desk).await, [one, one, one]);
    assert_eq!(leads_to(store, two).await, one, "the old name leads there");
    let facts = store.read(move |tx| stories::facts(tx, one, TOPIC, None, at(999))).await.unwrap();
    assert_eq!(facts.articles, 3);
    let held = store.read(move |tx| alerts::find(tx, one, TOPIC)).await.unwrap();
    assert_eq!(held.map(|it| it.id), Some(alert.id), "what was told is not told again");
    let again = store.write(move |tx| story_edits::merge(tx, one, two, at(961))).await.unwrap();
    assert!(again.is_err());

    let chosen = [desk.ids[1]];
    let split = store.write(move |tx| story_edits::split(tx, two, &chosen, at(962))).await.unwrap();
    let split = split.unwrap();
    assert_eq!(places(store, &desk).await, [one, split.into, one], "by a name that leads there");
    let foreign =
        store.write(move |tx| story_edits::split(tx, one, &chosen, at(963))).await.unwrap();
    assert!(foreign.is_err(), "it is not of this story any more");

    let id = merged.id;
    store.write(move |tx| story_edits::undo(tx, id, at(964))).await.unwrap().unwrap();
    assert_eq!(places(store, &desk).await, [one, split.into, two]);
    assert_eq!(leads_to(store, two).await, two);
    let back = store.read(move |tx| alerts::find(tx, two, TOPIC)).await.unwrap();
    assert_eq!(back.map(|it| it.id), Some(alert.id));

    let (id, gone) = (split.id, split.into);
    store.write(move |tx| story_edits::undo(tx, id, at(965))).await.unwrap().unwrap();
    assert_eq!(places(store, &desk).await, [one, one, two]);
    assert_eq!(leads_to(store, gone).await, one);
    let twice = store.write(move |tx| story_edits::undo(tx, id, at(966))).await.unwrap();
    assert!(twice.is_err());
    let heard = store.read(move |tx| story_edits::since(tx, before)).await.unwrap();
    assert_eq!(heard.len(), 2);
    assert!(heard.iter().all(|edit| edit.undone_at.is_some()));
}
