//! Puts one article after another into its story and commits what follows from it.
//!
//! One judge a process: two copies that arrive together must not open two stories.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::outcome::{self, Judged, Subject};
use super::reader::Ready;
use super::{Event, Pipeline};
use crate::model::Assignment;
use crate::store::StoreError;
use crate::story::{Clusterer, StoryItem};

/// Between tries while the store is away; articles wait in the hose meanwhile.
const PAUSE: Duration = Duration::from_secs(1);

/// Judges until the readers have ended.
pub(super) async fn run(
    pipeline: Pipeline,
    mut hose: mpsc::Receiver<Ready>,
    mut clusterer: Clusterer,
) {
    while let Some(ready) = hose.recv().await {
        judge(&pipeline, ready, &mut clusterer).await;
    }
}

async fn judge(pipeline: &Pipeline, ready: Ready, clusterer: &mut Clusterer) {
    let Ready { claimed, held, source, article, analysis } = ready;
    clusterer.watch(Arc::clone(&pipeline.snapshot().names));
    let assignment = clusterer.assign(&StoryItem::of(&article));
    let Assignment { story, duplicate_of, .. } = assignment.clone();
    let subject = Arc::new(Subject {
        entry: claimed.entry,
        epoch: claimed.epoch,
        source,
        article,
        analysis,
        assignment,
    });
    if let Some(judged) = commit(pipeline, &subject).await {
        clusterer.insert(&StoryItem::of(&subject.article), story, duplicate_of);
        report(pipeline, judged);
    }
    drop(held);
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
