//! One set of rules over the past, as the daemon would have gone: analysis, stories, severity, decision.
//!
//! The judgement is the pipeline's own, in a scratch store. What differs: articles are judged at the
//! instant they were found, by their last edition; of texts only the ends are kept, where credit lines stand.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::compare::{Raised, Tally};
use super::past::Past;
use super::{ArchiveError, in_parallel};
use crate::analyse::Engine;
use crate::app::Scratch;
use crate::config::Config;
use crate::model::{
    Analysis, ArticleId, Assignment, Entry, EntryId, EntryMarks, Keywords, Reason, StoryId,
};
use crate::pipeline::{Judged, Subject, Told, judge_in, watched};
use crate::store::Store;
use crate::story::{Clusterer, Settings, StoryItem, credit_ends};

/// Rules made ready for a replay.
pub struct RuleSet {
    config: Arc<Config>,
    engine: Engine,
}

impl RuleSet {
    /// Compiles the rules of a configuration, with other keywords if they are given.
    ///
    /// # Errors
    /// If they cannot be compiled.
    pub fn new(config: &Config, keywords: Option<Keywords>) -> Result<Self, ArchiveError> {
        let mut config = config.clone();
        if let Some(keywords) = keywords {
            config.keywords = keywords;
        }
        let engine = Engine::compile(&config.keywords)?;
        Ok(Self { config: Arc::new(config), engine })
    }
}

/// A replay under way.
pub(super) struct Replay<'a> {
    rules: &'a RuleSet,
    store: Store,
    clusterer: Clusterer,
    /// What it came to so far.
    pub tally: Tally,
    /// Dropped last: the store lies in it.
    _scratch: Scratch,
}

impl<'a> Replay<'a> {
    pub async fn begin(rules: &'a RuleSet) -> Result<Self, ArchiveError> {
        let scratch = Scratch::new();
        let store = scratch.open().await?;
        let mut clusterer = Clusterer::new(Settings::default());
        clusterer.watch(Arc::new(watched(&rules.config)));
        Ok(Self { rules, store, clusterer, tally: Tally::default(), _scratch: scratch })
    }

    /// Goes on by some articles, in the order in which they were found.
    pub async fn go_on(&mut self, pasts: &[Past]) -> Result<(), ArchiveError> {
        let analyses = in_parallel(pasts, |share| {
            let analyse =
                |past: &Past| self.rules.engine.analyse(&past.article.document(&past.source));
            share.iter().map(analyse).collect()
        });
        let subjects: Vec<(Subject, Timestamp)> = pasts
            .iter()
            .zip(analyses)
            .map(|(past, analysis)| (self.subject(past, analysis), past.article.discovered_at))
            .collect();
        let config = Arc::clone(&self.rules.config);
        let job = move |tx: &mut dyn crate::store::Transaction| {
            let judge = |(subject, at): &(Subject, Timestamp)| judge_in(tx, subject, &config, *at);
            subjects.iter().map(judge).collect::<Result<Vec<_>, _>>()
        };
        let judged = self.store.write(job).await?;
        for judged in &judged {
            self.tally_up(judged);
        }
        Ok(())
    }

    fn subject(&mut self, past: &Past, analysis: Analysis) -> Subject {
        let mut article = past.article.clone();
        article.language.clone_from(&analysis.language);
        let assignment = {
            let item = StoryItem::of(&article);
            let assignment = self.clusterer.assign(&item);
            self.clusterer.insert(&item, assignment.story, assignment.duplicate_of);
            assignment
        };
        let Assignment { story, .. } = assignment;
        self.tally.story_of.insert(article.id, story);
        article.body = credit_ends(&article.body);
        let entry = Entry {
            id: EntryId::new(),
            source_id: article.source_id.clone(),
            key: String::new(),
            url: article.url.clone(),
            title: article.title.clone(),
            text: String::new(),
            authors: Vec::new(),
            published_at: article.published_at,
            discovered_at: article.discovered_at,
            history: past.history,
            marks: EntryMarks::default(),
        };
        let source = past.source.clone();
        Subject { entry, epoch: 0, source, article, analysis, assignment, is_revision: false }
    }

    fn tally_up(&mut self, judged: &Judged) {
        let at = judged.article.discovered_at;
        let story = judged.assignment.story;
        for told in &judged.told {
            self.tally.speak(&told.topic_id, story, judged.article.id, at);
            if matches!(told.reason, Reason::FirstHit | Reason::SeverityRose) {
                self.tally.messages.push((at, told.deliveries));
                self.tally.raise(&told.topic_id, story, || raised(judged, told));
                self.tally.lift(&told.topic_id, story, told.severity.level, told.severity.score);
            }
        }
    }

    /// Ends it.
    pub async fn end(self) -> Tally {
        let store = self.store;
        if let Err(error) = tokio::task::spawn_blocking(move || store.close()).await {
            tracing::debug!(%error, "a scratch store did not close");
        }
        self.tally
    }
}

fn raised(judged: &Judged, told: &Told) -> Raised {
    Raised {
        at: judged.article.discovered_at,
        level: told.severity.level,
        score: told.severity.score,
        headline: judged.article.title.clone(),
        source: judged.source.clone(),
    }
}

/// Stories by article, of an archive's own record.
pub(super) type StoryOf = HashMap<ArticleId, StoryId>;
