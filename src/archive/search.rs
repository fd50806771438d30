//! The search itself: pages of candidates, newest first, until enough of them hold.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{ArchiveError, Exact, in_parallel};
use crate::analyse::matching::Scratch;
use crate::config::Config;
use crate::model::condition::Condition;
use crate::model::query::{Document, Query};
use crate::model::{Article, Source, Span};
use crate::query::{INDEX_VERSION, Ranges, narrow, ranges};
use crate::store::search::{self as index, Key, Reach, Stored};
use crate::store::{Store, StoreError, Transaction};

/// Candidates of the first page and of the largest.
const FIRST_PAGE: u32 = 128;
const LAST_PAGE: u32 = 2048;
/// Articles that the index does not have yet and that are looked at beside it; with more of them the
/// archive is read without it.
const TAIL: u32 = 20_000;

/// What is asked of the archive.
#[derive(Debug)]
pub struct Question<'a> {
    /// The query.
    pub query: &'a Query,
    /// Found from here on.
    pub since: Timestamp,
    /// Up to here.
    pub until: Timestamp,
    /// Articles at most.
    pub limit: usize,
}

/// How the candidates were found.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// By the index, and so many articles that it does not have yet.
    Index(Condition, usize),
    /// One after another, since the query names no words that an article must have.
    Scan,
    /// One after another, since the index is not there yet, or lags too far behind.
    NoIndex,
}

/// An article for which the query holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The article and the severity of its story.
    pub stored: Stored,
    /// The medium's name.
    pub source: String,
    /// Where it holds.
    pub spans: Vec<Span>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Newest first.
    pub hits: Vec<Hit>,
    /// Whether there is at least one more.
    pub more: bool,
    /// Articles that the engine looked at.
    pub looked_at: usize,
    /// How they were chosen.
    pub way: Way,
}

/// Searches the archive. `exact` is compiled from the question's query.
///
/// # Errors
/// If the store cannot be read.
pub async fn search(
    store: &Store,
    config: &Config,
    question: &Question<'_>,
    exact: &Exact,
) -> Result<Found, ArchiveError> {
    let ranges = ranges(question.query);
    let reach = reach(question, ranges);
    let (way, mut tail) = way(store, question.query, reach).await?;
    let waiting: HashSet<String> = tail.iter().map(|key| key.id.clone()).collect();
    let mut found = Found { hits: Vec::new(), more: false, looked_at: 0, way };
    let (mut before, mut size) = (None, FIRST_PAGE);
    loop {
        let page = page(store, &found.way, reach, before.take(), size).await?;
        let is_last = page.len() < size as usize;
        before = page.last().cloned();
        let mut keys: Vec<Key> =
            page.into_iter().filter(|key| !waiting.contains(&key.id)).collect();
        let newer = match &before {
            Some(last) if !is_last => tail.partition_point(|key| key.found_at >= last.found_at),
            _ => tail.len(),
        };
        keys.extend(tail.drain(..newer));
        keys.sort_by(|a, b| b.cmp(a));
        let read = move |tx: &mut dyn Transaction| index::read(tx, &keys, &reach, ranges.weighed);
        let stored = store.read(read).await?;
        found.looked_at += stored.len();
        let hits = look(config, exact, stored);
        let room = question.limit - found.hits.len();
        found.more = hits.len() > room;
        found.hits.extend(hits.into_iter().take(room));
        if found.more || is_last {
            return weighed(store, found).await;
        }
        size = (size * 4).min(LAST_PAGE);
    }
}

/// The findings with the severities of their stories.
async fn weighed(store: &Store, mut found: Found) -> Result<Found, ArchiveError> {
    let hits = std::mem::take(&mut found.hits);
    let weigh = move |tx: &mut dyn Transaction| {
        let mut hits = hits.clone();
        for Hit { stored, .. } in &mut hits {
            stored.severity = index::severity(tx, &stored.article)?;
        }
        Ok(hits)
    };
    found.hits = store.read(weigh).await?;
    Ok(found)
}

fn reach(question: &Question, ranges: Ranges) -> Reach {
    let start = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok();
    Reach {
        since: question.since,
        until: question.until,
        dated_from: ranges.from.and_then(start),
        dated_before: ranges.to.and_then(|day| day.tomorrow().ok()).and_then(start),
        judged: ranges.judged,
    }
}

/// How the candidates are found, and those that the index does not have.
async fn way(store: &Store, query: &Query, reach: Reach) -> Result<(Way, Vec<Key>), StoreError> {
    let Some(condition) = narrow(query) else { return Ok((Way::Scan, Vec::new())) };
    // Read before the index: what is indexed in between is seen twice rather than never.
    let tail = move |tx: &mut dyn Transaction| {
        if index::made_by(tx)? == Some(INDEX_VERSION) {
            index::unindexed(tx, &reach, TAIL)
        } else {
            Ok(None)
        }
    };
    Ok(match store.read(tail).await? {
        Some(tail) => (Way::Index(condition, tail.len()), tail),
        None => (Way::NoIndex, Vec::new()),
    })
}

async fn page(
    store: &Store,
    way: &Way,
    reach: Reach,
    before: Option<Key>,
    size: u32,
) -> Result<Vec<Key>, StoreError> {
    match way {
        Way::Index(condition, _) => {
            let condition = condition.clone();
            let job = move |tx: &mut dyn Transaction| {
                index::narrowed(tx, &condition, &reach, before.as_ref(), size)
            };
            store.read(job).await
        }
        Way::Scan | Way::NoIndex => {
            store.read(move |tx| index::scanned(tx, &reach, before.as_ref(), size)).await
        }
    }
}

/// Those for which the query holds, in order.
fn look(config: &Config, exact: &Exact, stored: Vec<Stored>) -> Vec<Hit> {
    let seen = in_parallel(&stored, |share| {
        let mut scratch = Scratch::default();
        let mut look = |stored: &Stored| {
            let source = source_of(config, &stored.article);
            let document =
                Document { severity: stored.severity, ..stored.article.document(&source) };
            exact.look(&document, &mut scratch).map(|spans| (source.name.clone(), spans))
        };
        share.iter().map(&mut look).collect()
    });
    let hit = |(stored, seen): (Stored, Option<(String, Vec<Span>)>)| {
        seen.map(|(source, spans)| Hit { stored, source, spans })
    };
    stored.into_iter().zip(seen).filter_map(hit).collect()
}

/// The source of an article as it is configured now, or what its identifier says.
pub(super) fn source_of(config: &Config, article: &Article) -> Arc<Source> {
    let mut sources = config.sources.iter();
    let known = sources.find(|source| source.id == article.source_id);
    known.cloned().unwrap_or_else(|| Arc::new(Source::unlisted(&article.source_id)))
}
