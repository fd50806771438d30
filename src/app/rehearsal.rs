//! What the triggers of the plans would have done with the articles of the archive.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{AppError, reading};
use crate::config::{Config, Rehearsed};
use crate::model::Fact;
use crate::pipeline::{Rehearsal, Seen};
use crate::store::articles::{self, Scored};
use crate::store::{StoreError, Transaction};

/// The time that is looked back over.
const PAST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Scored articles that are held at a time.
const PAGE: u32 = 2_000;

/// Counts, for each plan by id and row by row, the stories of the last 90 days; none if the archive is younger.
///
/// # Errors
/// If the archive cannot be read.
pub async fn counts(config: &Config, now: Timestamp) -> Result<Rehearsed, AppError> {
    let plans = config.plans.clone();
    let since = now.checked_sub(PAST).unwrap_or(Timestamp::MIN);
    reading(config, move |tx| {
        let oldest = articles::oldest(tx)?;
        if oldest.is_none_or(|oldest| oldest > since) {
            return Ok(BTreeMap::new());
        }
        let mut rehearsal = Rehearsal::new(&plans);
        let mut last: Option<Scored> = None;
        while let Some(page) = next(tx, since, last.as_ref())? {
            for scored in &page {
                rehearsal.take_in(&seen(scored));
            }
            last = page.into_iter().next_back();
        }
        Ok(rehearsal.counts())
    })
    .await
}

fn next(
    tx: &mut dyn Transaction,
    since: Timestamp,
    last: Option<&Scored>,
) -> Result<Option<Vec<Scored>>, StoreError> {
    let page = articles::scored(tx, since, last, PAGE)?;
    Ok((!page.is_empty()).then_some(page))
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
