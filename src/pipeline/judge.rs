//! Puts one article after another into its story and commits what follows from it.
//!
//! One judge a process: two copies that arrive together must not open two stories.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::outcome::{self, Judged, Subject};
use super::reader::Ready;
use super::{Event, Pipeline};
use crate::model::{ArticleId, Assignment, StoryId};
use crate::store::entries::Claimed;
use crate::store::{StoreError, articles, story_edits};
use crate::story::{Clusterer, StoryItem};

/// Between tries while the store is away; articles wait in the hose meanwhile.
const PAUSE: Duration = Duration::from_secs(1);

/// Judges until the readers have ended.
pub(super) async fn run(
    pipeline: Pipeline,
    mut hose: mpsc::Receiver<Ready>,
    (mut clusterer, mut edits): (Clusterer, i64),
) {
    while let Some(ready) = hose.recv().await {
        heed(&pipeline, &mut clusterer, &mut edits).await;
        judge(&pipeline, ready, &mut clusterer).await;
    }
}

/// Regroups the stories as people did since `seen`, the number of the last change.
async fn heed(pipeline: &Pipeline, clusterer: &mut Clusterer, seen: &mut i64) {
    let since = *seen;
    let changed = pipeline.store.read(move |tx| {
        let edits = story_edits::since(tx, since)?;
        let articles: Vec<ArticleId> = edits.iter().flat_map(|it| it.articles.clone()).collect();
        Ok((edits.last().map(|edit| edit.changed_at), story_edits::places(tx, &articles)?))
    });
    match changed.await {
        Ok((Some(last), places)) => {
            clusterer.regroup(&places.into_iter().collect());
            *seen = last;
        }
        Ok((None, _)) => {}
        Err(error) => tracing::error!(%error, "changes of stories could not be read"),
    }
}

async fn judge(pipeline: &Pipeline, ready: Ready, clusterer: &mut Clusterer) {
    let Ready { claimed, held, source, mut article, analysis } = ready;
    clusterer.watch(Arc::clone(&pipeline.snapshot().names));
    let Some(before) = judged_before(pipeline, &claimed).await else { return };
    let is_revision = before.is_some();
    let assignment = match before {
        Some((id, story, duplicate_of)) => {
            article.id = id;
            Assignment { story, opens: false, duplicate_of }
        }
        None => clusterer.assign(&StoryItem::of(&article)),
    };
    let subject = Arc::new(Subject {
        entry: claimed.entry,
        epoch: claimed.epoch,
        source,
        article,
        analysis,
        assignment,
        is_revision,
    });
    if let Some(judged) = commit(pipeline, &subject).await {
        // The clusterer knows an edited article already: a second copy would count twice.
        if !is_revision {
            let Assignment { story, duplicate_of, .. } = judged.assignment;
            clusterer.insert(&StoryItem::of(&subject.article), story, duplicate_of);
        }
        report(pipeline, judged);
    }
    drop(held);
}

/// The article as it was judged before its source edited it, if it was. None if the store does not
/// answer: the claim runs out, and the entry is read again.
async fn judged_before(
    pipeline: &Pipeline,
    claimed: &Claimed,
) -> Option<Option<(ArticleId, StoryId, Option<ArticleId>)>> {
    if claimed.revision == 1 {
        return Some(None);
    }
    let id = claimed.entry.id;
    let found = pipeline.store.read(move |tx| articles::of_entry(tx, id)).await;
    found.inspect_err(|error| tracing::error!(%error, "an edited article could not be found")).ok()
}

/// Commits the article's outcome; waits for the store as long as it takes, unless we are to stop.
async fn commit(pipeline: &Pipeline, subject: &Arc<Subject>) -> Option<Judged> {
    loop {
        let (job, live) = (Arc::clone(subject), pipeline.snapshot());
        match pipeline.store.write(move |tx| outcome::commit(tx, &job, &live)).await {
            Ok(judged) => {
                if judged.is_none() {
                    tracing::warn!(entry.url = %subject.entry.url, "another process judged this entry");
                }
                return judged;
            }
            Err(StoreError::Unavailable(what)) if !pipeline.stop.is_cancelled() => {
                tracing::error!(error = what, "the store is away; the article waits");
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                tracing::error!(entry.url = %subject.entry.url, %error, "an article could not be committed");
                return None;
            }
        }
    }
}

fn report(pipeline: &Pipeline, judged: Judged) {
    pipeline.metrics.judged(judged.article.duplicate_of.is_some());
    for told in &judged.told {
        pipeline.metrics.decided(&told.topic_id, told.reason.name());
    }
    if judged.told.iter().any(|told| told.deliveries > 0) {
        pipeline.wake.deliveries.notify_one();
    }
    for told in judged.told.iter().filter(|told| told.deliveries > 0) {
        let (topic, reason) = (&told.topic_id, told.reason.name());
        tracing::info!(alert.topic = %topic, alert.reason = reason, score = told.severity.score,
            article.title = %judged.article.title, "alert");
    }
    pipeline.emit(Event::Judged(Box::new(judged)));
}
