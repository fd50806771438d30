//! How stories were scored and what staff said of them, read from the archive: what thresholds are
//! tuned by.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{AppError, location};
use crate::config::Config;
use crate::model::{Standing, StoryId};
use crate::store::articles::Scored;
use crate::store::{Store, StoreError, Transaction, articles, story_edits, verdicts};

/// Rows that are held at a time.
const PAGE: u32 = 2_000;

/// What the archive knows since an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// One for each story and topic.
    pub standings: Vec<Standing>,
    /// When the first of them was scored.
    pub first: Option<Timestamp>,
}

/// Reads what was scored since `since`, with the last verdicts. Articles that came with the first poll
/// of a source, and topics that never alert, have no part in it.
///
/// # Errors
/// If the store is away.
pub async fn since(config: &Config, since: Timestamp) -> Result<Past, AppError> {
    let store = Store::open_to_read(&location(config))?;
    let past = store.read(move |tx| read(tx, since)).await;
    store.close();
    Ok(past?)
}

fn read(tx: &mut dyn Transaction, since: Timestamp) -> Result<Past, StoreError> {
    let mut stories: BTreeMap<(StoryId, String), Standing> = BTreeMap::new();
    let mut first: Option<Timestamp> = None;
    let mut last: Option<Scored> = None;
    loop {
        let page = articles::scored(tx, since, last.as_ref(), PAGE)?;
        for Scored { story, verdict, .. } in &page {
            let key = (*story, verdict.topic_id.clone());
            stories.entry(key).or_insert(Standing::NOTHING).take_in(&verdict.severity);
            first = Some(first.map_or(verdict.at, |first| first.min(verdict.at)));
        }
        match page.into_iter().next_back() {
            Some(end) => last = Some(end),
            None => break,
        }
    }
    for verdict in verdicts::since(tx, Timestamp::MIN)? {
        let story = story_edits::current(tx, verdict.story_id)?;
        let about = |topic: &str| verdict.topic_id.as_ref().is_none_or(|id| id == topic);
        let judged = stories.range_mut((story, String::new())..);
        let judged = judged.take_while(|((id, _), _)| *id == story);
        for (_, standing) in judged.filter(|((_, topic), _)| about(topic)) {
            standing.verdict = Some(verdict.label);
        }
    }
    Ok(Past { standings: stories.into_values().collect(), first })
}
