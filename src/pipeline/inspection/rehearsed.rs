//! What the triggers of the plans would have done with the articles of the archive.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::config::{Config, Rehearsed};
use crate::model::Fact;
use crate::plan::{Rehearsal, Seen};
use crate::store::articles::{self, Scored};
use crate::store::{Store, StoreError, Transaction};

/// The time that is looked back over.
const PAST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Scored articles that are held at a time.
const PAGE: u32 = 2_000;

/// Counts, for each plan by id and row by row, the stories of the last 90 days; none if the archive is younger. Read a
/// page at a time, so that it holds up nobody.
pub(super) async fn counts(
    store: &Store,
    config: &Config,
    now: Timestamp,
) -> Result<Rehearsed, StoreError> {
    let since = now.checked_sub(PAST).unwrap_or(Timestamp::MIN);
    let oldest = store.read(|tx| articles::oldest(tx)).await?;
    if oldest.is_none_or(|oldest| oldest > since) {
        return Ok(BTreeMap::new());
    }
    let mut rehearsal = Rehearsal::new(&config.plans);
    let mut last: Option<Scored> = None;
    loop {
        let after = last.take();
        let job = move |tx: &mut dyn Transaction| articles::scored(tx, since, after.as_ref(), PAGE);
        let page = store.read(job).await?;
        for scored in &page {
            rehearsal.take_in(&seen(scored));
        }
        last = page.into_iter().next_back();
        if last.is_none() {
            return Ok(rehearsal.counts());
        }
    }
}

/// The sum of a score names what was known of the story.
fn seen(scored: &Scored) -> Seen {
    let severity = &scored.verdict.severity;
    let mut seen = Seen {
        story: scored.story,
        topic: scored.verdict.topic_id.clone(),
        at: scored.verdict.at,
        score: severity.score,
        owners: 1,
        tier1: false,
        category: None,
    };
    for fact in severity.parts.iter().map(|part| &part.fact) {
        match fact {
            Fact::Owners { owners } => seen.owners = *owners,
            Fact::Tier { tier } => seen.tier1 = *tier == 1,
            Fact::Event { category, .. } => seen.category = Some(category.clone()),
            _ => {}
        }
    }
    seen
}
