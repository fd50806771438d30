//! A stream of articles through the clusterer.

use std::sync::Arc;

use atalaya::model::{ArticleId, Assignment, StoryId};
use atalaya::story::{Clusterer, Names, Settings, StoryItem};
use jiff::{SignedDuration, Timestamp};

/// An article of a test.
#[derive(Debug, Clone)]
pub struct Text {
    pub title: String,
    pub body: String,
    pub language: Option<String>,
    /// What it tells or copies.
    pub label: String,
}

/// Where it was put.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub id: ArticleId,
    pub at: Timestamp,
    pub assignment: Assignment,
}

/// The beginning of all streams.
pub fn start() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().expect("a time")
}

/// The names of the invented bank.
pub fn watched() -> Arc<Names> {
    Arc::new(Names::of(["Banco Almenara", "Almenara Bank", "阿尔梅纳拉银行", "Almenara"]))
}

/// Puts the articles in, `step` apart.
pub fn play(clusterer: &mut Clusterer, texts: &[Text], step: SignedDuration) -> Vec<Placed> {
    let mut at = start();
    let place = |text: &Text| {
        at += step;
        let id = ArticleId::new();
        let assignment = clusterer.assign(&item(text, id, at));
        clusterer.insert(&item(text, id, at), assignment.story, assignment.duplicate_of);
        Placed { id, at, assignment }
    };
    texts.iter().map(place).collect()
}

/// The same in a new clusterer that watches the bank; answers the stories.
pub fn stories(texts: &[Text]) -> Vec<StoryId> {
    let mut clusterer = Clusterer::new(Settings::default());
    clusterer.watch(watched());
    let placed = play(&mut clusterer, texts, SignedDuration::from_mins(20));
    placed.into_iter().map(|placed| placed.assignment.story).collect()
}

/// What the clusterer sees of it.
pub fn item(text: &Text, id: ArticleId, at: Timestamp) -> StoryItem<'_> {
    let language = text.language.as_deref();
    StoryItem { id, title: &text.title, body: &text.body, language, at }
}
