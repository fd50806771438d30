//! `atalaya inspect stories --jsonl`: which articles tell one event, decided as they arrive.
//! Articles come in the order in which they were published.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::jsonl;
use crate::model::ArticleId;
use crate::story::{Clusterer, Settings, StoryItem};

/// Names of articles that copies may point back to; the clusterer forgets them at the same number.
const MAX_NAMES: usize = 200_000;

/// JSON Lines of `{"id","title","body","language","published"}`, in the order of publication.
#[derive(Args)]
pub struct Stories {
    /// Read JSON Lines from standard input
    #[arg(long, required = true)]
    jsonl: bool,
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    title: Option<String>,
    body: Option<String>,
    language: Option<String>,
    published: Option<Timestamp>,
}

/// A line of the answer, beside its `id`.
#[derive(Serialize, JsonSchema)]
pub struct StoriesRow {
    /// Opaque: the same for all articles of one event.
    story: String,
    /// The `id` of the line that this one copies, or null.
    duplicate_of: Option<Value>,
}

impl Stories {
    /// Places each line of standard input.
    ///
    /// # Errors
    /// Only if standard input or output fails.
    pub fn run(self) -> io::Result<ExitCode> {
        debug_assert!(self.jsonl, "required by the command line");
        let mut clusterer =
            Clusterer::new(Settings { max_articles: MAX_NAMES, ..Settings::default() });
        let mut names = Names::default();
        let mut latest = Timestamp::MIN;
        jsonl::serial(|line: Line| {
            latest = line.published.unwrap_or(latest); // without a time: with the one before it
            Ok(place(&mut clusterer, &mut names, line, latest))
        })
    }
}

fn place(clusterer: &mut Clusterer, names: &mut Names, line: Line, at: Timestamp) -> StoriesRow {
    let item = StoryItem {
        id: ArticleId::new(),
        title: line.title.as_deref().unwrap_or_default(),
        body: line.body.as_deref().unwrap_or_default(),
        language: line.language.as_deref(),
        at,
    };
    let assigned = clusterer.assign(&item);
    clusterer.insert(&item, assigned.story, assigned.duplicate_of);
    names.insert(item.id, line.id);
    StoriesRow {
        story: assigned.story.to_string(),
        duplicate_of: assigned.duplicate_of.and_then(|id| names.by_article.get(&id).cloned()),
    }
}

/// The input's names of the latest articles.
#[derive(Default)]
struct Names {
    by_article: HashMap<ArticleId, Value>,
    order: VecDeque<ArticleId>,
}

impl Names {
    fn insert(&mut self, article: ArticleId, name: Value) {
        self.by_article.insert(article, name);
        self.order.push_back(article);
        if self.order.len() > MAX_NAMES
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_article.remove(&oldest);
        }
    }
}
