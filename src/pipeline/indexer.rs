//! Gives the words of new articles to the index that the search of the archive is narrowed by, a
//! little at a time, so that nobody waits for it. What waits is a row of the store: a crash loses none.

use std::time::Duration;

use super::Pipeline;
use crate::query::{INDEX_VERSION, index_words};
use crate::store::{StoreError, search};

/// Articles of one transaction: some ten milliseconds.
const BATCH: u32 = 50;
/// Between two batches while more wait.
const BREATH: Duration = Duration::from_millis(20);
/// Between two looks when none does; a search looks at what waits by itself.
const LOOK: Duration = Duration::from_secs(2);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(10);

/// Indexes until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    let mut begun = false;
    loop {
        let pause = match step(&pipeline, &mut begun).await {
            Ok(BATCH..) => BREATH,
            Ok(_) => LOOK,
            Err(error) => {
                tracing::error!(%error, "articles could not be indexed; they wait");
                PAUSE
            }
        };
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn step(pipeline: &Pipeline, begun: &mut bool) -> Result<u32, StoreError> {
    if !*begun {
        pipeline.store.write(|tx| search::begin_anew_unless(tx, INDEX_VERSION)).await?;
        *begun = true;
    }
    let waiting = pipeline.store.read(|tx| search::waiting(tx, BATCH)).await?;
    let read = u32::try_from(waiting.len()).unwrap_or(BATCH);
    if read == 0 {
        return Ok(0);
    }
    let cut = move || {
        let words = |article: search::Waiting| {
            let words = index_words(&article.title, &article.body);
            (article, words)
        };
        waiting.into_iter().map(words).collect::<Vec<_>>()
    };
    let cut = tokio::task::spawn_blocking(cut).await;
    let articles = cut.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    pipeline.store.write(move |tx| search::index(tx, &articles)).await?;
    Ok(read)
}
