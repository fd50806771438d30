//! Articles of the past, in the order in which they were found: from the archive, or from a file.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::ArchiveError;
use super::search::source_of;
use crate::config::Config;
use crate::model::{Article, ArticleId, Source};
use crate::store::replay::{self, Place};
use crate::store::{Store, alerts};

/// Articles that are read at a time.
const PAGE: u32 = 500;
/// The end of 2199.
const MAX_SECOND: i64 = 7_258_118_399;

/// An article as it was when the daemon found it.
#[derive(Debug, Clone)]
pub struct Past {
    /// The article, with the story that it was put into.
    pub article: Article,
    /// Its medium, as it is configured now.
    pub source: Arc<Source>,
    /// Whether it was history when it was found.
    pub history: bool,
}

/// Where they come from.
pub enum Pasts {
    /// The archive.
    Archive {
        /// Opened for reading.
        store: Store,
        /// Behind which article the next page begins.
        after: Option<Place>,
    },
    /// JSON Lines of `{"id","title"?,"body","source"?,"url"?,"language"?,"published"?}`.
    Lines {
        /// What is left of the file.
        lines: Lines<BufReader<File>>,
        /// The time of the latest article: one without goes by it, one before it too.
        latest: Timestamp,
        /// Lines that could not be read.
        skipped: usize,
    },
}

#[derive(Deserialize)]
struct Line {
    title: Option<String>,
    body: Option<String>,
    source: Option<String>,
    url: Option<String>,
    language: Option<String>,
    published: Option<Timestamp>,
}

impl Pasts {
    /// The archive, opened for reading.
    #[must_use]
    pub fn of_archive(store: Store) -> Self {
        Self::Archive { store, after: None }
    }

    /// A file.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn of_file(path: &Path) -> Result<Self, ArchiveError> {
        let file = File::open(path)
            .map_err(|error| ArchiveError::File(format!("{}: {error}", path.display())))?;
        let lines = BufReader::new(file).lines();
        Ok(Self::Lines { lines, latest: Timestamp::UNIX_EPOCH, skipped: 0 })
    }

    /// How many there are, if that can be known beforehand.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn count(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Option<u64>, ArchiveError> {
        let Self::Archive { store, .. } = self else { return Ok(None) };
        let count = store.read(move |tx| replay::count(tx, since, until)).await?;
        Ok(Some(count.into()))
    }

    /// The next ones that were found from `since` to `until`; empty at the end.
    ///
    /// # Errors
    /// If store or file cannot be read.
    pub async fn next(
        &mut self,
        config: &Config,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Past>, ArchiveError> {
        match self {
            Self::Archive { store, after } => {
                let place = after.clone();
                let job = move |tx: &mut dyn crate::store::Transaction| {
                    replay::page(tx, since, until, place.as_ref(), PAGE)
                };
                let page = store.read(job).await?;
                if let Some((last, _)) = page.last() {
                    *after = Some(Place::of(last));
                }
                let past = |(article, history): (Article, bool)| {
                    let source = source_of(config, &article);
                    Past { article, source, history }
                };
                Ok(page.into_iter().map(past).collect())
            }
            Self::Lines { lines, latest, skipped } => {
                let mut page = Vec::new();
                for line in lines {
                    let line =
                        line.map_err(|error| ArchiveError::File(format!("not a text: {error}")))?;
                    if line.trim().is_empty() {
                        continue;
                    }
                    let Ok(read) = serde_json::from_str::<Line>(&line) else {
                        *skipped += 1;
                        continue;
                    };
                    let published = read.published.filter(|at| believable(*at));
                    *latest = published.map_or(*latest, |at| at.max(*latest));
                    if (since..=until).contains(latest) {
                        page.push(past(config, read, *latest));
                    }
                    if page.len() >= PAGE as usize {
                        break;
                    }
                }
                Ok(page)
            }
        }
    }

    /// Lines of a file that were no articles.
    #[must_use]
    pub fn skipped(&self) -> usize {
        if let Self::Lines { skipped, .. } = self { *skipped } else { 0 }
    }

    /// The alerts that the daemon raised or changed since, if this is its archive; without those of complaints alone,
    /// which are not replayed.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn alerts(&self, since: Timestamp) -> Result<Vec<crate::model::Alert>, ArchiveError> {
        let Self::Archive { store, .. } = self else { return Ok(Vec::new()) };
        let read = move |tx: &mut dyn crate::store::Transaction| {
            let mut told = Vec::new();
            for alert in alerts::recent(tx, since, u32::MAX)? {
                if replay::is_news(tx, alert.story_id)? {
                    told.push(alert);
                }
            }
            Ok(told)
        };
        Ok(store.read(read).await?)
    }
}

/// Whether a time can be reckoned with: from 1970 on, not beyond the next century.
fn believable(at: Timestamp) -> bool {
    (0..=MAX_SECOND).contains(&at.as_second())
}

fn past(config: &Config, line: Line, at: Timestamp) -> Past {
    let article = Article {
        id: ArticleId::new(),
        source_id: line.source.unwrap_or_else(|| "unknown".to_owned()),
        story_id: None,
        duplicate_of: None,
        url: line.url.unwrap_or_default(),
        original_url: None,
        title: line.title.unwrap_or_default(),
        body: line.body.unwrap_or_default(),
        authors: Vec::new(),
        language: line.language,
        published_at: line.published.filter(|at| believable(*at)),
        discovered_at: at,
        method: "file".to_owned(),
        warnings: Vec::new(),
    };
    let source = source_of(config, &article);
    Past { article, source, history: false }
}
