//! An article and all that follows from it, in one transaction; and all that a store holds.

use jiff::SignedDuration;

use atalaya::model::{
    Alert, Article, ArticleId, Delivery, Incident, Level, NoticeId, Reason, SourceState,
    StaffVerdict, StoryFacts, StoryId, VerdictId, VerdictLabel,
};
use atalaya::store::articles::Verdict;
use atalaya::store::status::Counts;
use atalaya::store::{
    Store, StoreError, Transaction, alerts, articles, deliveries, entries, incidents, sources,
    status, stories, verdicts,
};

use crate::collecting::take;
use crate::samples::{self, TOPIC, at};

/// What was told in the first chapter of the archive.
pub struct Told {
    /// The alert.
    pub alert: Alert,
    /// Its messages: one to Ana, then one to Bea.
    pub deliveries: Vec<Delivery>,
}

/// All or nothing: a commit that fails at its end leaves no trace of its beginning.
pub async fn an_article_is_committed_with_what_follows(store: &Store) -> Told {
    let claimed = take(store, "a", 500, 1).await.remove(0);
    let story = StoryId::new();
    let article = samples::article(&claimed.entry, story);
    let alert = samples::alert(story, at(501));
    let told = Told { deliveries: messages(&alert), alert };

    let (ours, copy, entry) = (told.deliveries.clone(), article.clone(), claimed.clone());
    let raised = told.alert.clone();
    let cut_off = store.write(move |tx| {
        commit(tx, &entry, &copy, &raised, &ours)?;
        Err::<(), _>(StoreError::Mismatch("the power went".to_owned()))
    });
    assert!(cut_off.await.is_err());
    assert_eq!(everything(store).await.counts.articles, 0);
    assert_eq!(store.read(|tx| entries::pending(tx)).await.unwrap(), 2);

    let (ours, copy, raised) = (told.deliveries.clone(), article.clone(), told.alert.clone());
    store.write(move |tx| commit(tx, &claimed, &copy, &raised, &ours)).await.unwrap();
    let id = article.id;
    let kept = store.read(move |tx| articles::find(tx, id)).await.unwrap();
    assert_eq!(kept, Some((article, samples::analysis())));
    assert_eq!(
        store.read(|tx| alerts::recent(tx, at(0), 9)).await.unwrap(),
        std::slice::from_ref(&told.alert)
    );
    check_facts(store, story).await;
    the_last_verdict_counts(store, story).await;
    two_alerts_on_one_story_are_a_conflict(store, story).await;
    told
}

fn messages(alert: &Alert) -> Vec<Delivery> {
    let id = NoticeId::new();
    let due = alert.opened_at;
    ["ana", "bea"].map(|to| samples::delivery(id, to, due)).into()
}

fn commit(
    tx: &mut dyn Transaction,
    claimed: &entries::Claimed,
    article: &Article,
    alert: &Alert,
    messages: &[Delivery],
) -> Result<(), StoreError> {
    let analysis = samples::analysis();
    assert!(entries::finish(tx, claimed.entry.id, claimed.epoch)?);
    articles::insert(tx, claimed.entry.id, article, alert.story_id, &analysis)?;
    stories::add_article(tx, alert.story_id, article)?;
    let opinion = &analysis.topics[0];
    let mark = articles::Mark { negative: true, category: "solvency", voice: "Editorial Norte" };
    articles::insert_topic(tx, article, alert.story_id, &samples::source(), opinion, mark)?;
    alerts::save(tx, alert)?;
    let notice = samples::notice(alert, "primero");
    deliveries::enqueue(tx, messages[0].notice_id, &notice, messages)?;
    let severity = samples::severity(Level::Orange);
    let topic_id = TOPIC.to_owned();
    let verdict = Verdict { topic_id, reason: Reason::FirstHit, severity, at: alert.opened_at };
    articles::record_verdict(tx, article.id, &verdict)
}

async fn check_facts(store: &Store, story: StoryId) {
    let facts = stories_facts(store, story, "solvency").await;
    let expected = StoryFacts {
        articles: 1,
        owners: 1,
        negative_owners: 1,
        sources: 1,
        tier1: 1,
        best_tier: Some(1),
        p_negative: 0.9,
        negative_last_hour: 1,
        negative_per_hour: 0.0,
        articles_last_hour: 1,
        articles_previous_hour: 0,
        first_seen_at: Some(at(1)),
        media: vec!["El Diario".to_owned()],
        ..StoryFacts::default()
    };
    assert_eq!(facts, expected);
}

/// Append-only: the last verdict on the story, or on its topic, counts.
async fn the_last_verdict_counts(store: &Store, story: StoryId) {
    let said = |topic: Option<&str>, label, seconds| StaffVerdict {
        id: VerdictId::new(),
        story_id: story,
        topic_id: topic.map(str::to_owned),
        article_id: ArticleId::new(),
        label,
        by: Some("Ana".to_owned()),
        note: None,
        at: at(seconds),
    };
    let course = [
        (said(None, VerdictLabel::Confirmed, 700), VerdictLabel::Confirmed),
        (said(Some("other"), VerdictLabel::WrongTarget, 701), VerdictLabel::Confirmed),
        (said(Some(TOPIC), VerdictLabel::Dismissed, 702), VerdictLabel::Dismissed),
        (said(None, VerdictLabel::Confirmed, 703), VerdictLabel::Confirmed),
    ];
    let count = course.len();
    for (verdict, counts) in course {
        store.write(move |tx| verdicts::add(tx, &verdict)).await.unwrap();
        let facts = stories_facts(store, story, "solvency").await;
        assert_eq!(facts.verdict, Some(counts));
    }
    let all = store.read(|tx| verdicts::since(tx, at(0))).await.unwrap();
    assert_eq!(all.len(), count);
    // Another story has the first one's article as its precedent; the first one itself has none.
    let elsewhere = stories_facts(store, StoryId::new(), "solvency").await;
    assert_eq!(elsewhere.last_such_at, Some(at(1)));
    assert_eq!(stories_facts(store, StoryId::new(), "fraud").await.last_such_at, None);
}

async fn stories_facts(store: &Store, story: StoryId, category: &'static str) -> StoryFacts {
    let facts =
        move |tx: &mut dyn Transaction| stories::facts(tx, story, TOPIC, Some(category), at(600));
    store.read(facts).await.unwrap()
}

async fn two_alerts_on_one_story_are_a_conflict(store: &Store, story: StoryId) {
    let second = samples::alert(story, at(502));
    let refused = store.write(move |tx| alerts::save(tx, &second)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
}

/// All that outlives a restart.
#[derive(Debug, PartialEq)]
pub struct Everything {
    sources: Vec<SourceState>,
    articles: Vec<Article>,
    alerts: Vec<Alert>,
    deliveries: Vec<Delivery>,
    incidents: Vec<Incident>,
    /// How much of each.
    pub counts: Counts,
}

/// Reads it at one instant.
pub async fn everything(store: &Store) -> Everything {
    let read = |tx: &mut dyn Transaction| {
        Ok(Everything {
            sources: sources::all(tx)?,
            articles: articles::last(tx, SignedDuration::from_hours(99), 99)?,
            alerts: alerts::recent(tx, at(-9999), 99)?,
            deliveries: deliveries::list(tx, 99)?,
            incidents: incidents::recent(tx, 99)?,
            counts: status::counts(tx)?,
        })
    };
    store.read(read).await.unwrap()
}

/// The sum of all chapters.
pub fn counts_are_as_told(everything: &Everything) {
    let expected = Counts {
        entries_pending: 1,
        articles: 1,
        matches: 1,
        duplicates: 0,
        stories: 1,
        alerts: 1,
        deliveries_open: 0,
        deliveries_accepted: 5,
        deliveries_dead: 1,
        incidents: 1,
    };
    assert_eq!(everything.counts, expected);
}
