//! Compiled keywords: which topics and categories a text speaks of, and where.

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use super::CompileError;
use super::joined::Joined;
use super::occurrence::{Occurrence, longest};
use super::opinion::model::OpinionModel;
use super::vocabulary::{Purpose, Subjects, Vocabulary};
use crate::model::query::Document;
use crate::model::{CategoryMatch, Keywords, Locale, Span, TopicMatch};

/// Opinion weights of a category of gravity 0 and of gravity 1.
const EVENT_LEAST: f64 = 0.5;
const EVENT_MOST: f64 = 2.5;

/// The topics and the categories that a text speaks of, in the order of the keyword files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Matches {
    /// One a topic: the first of its rules that holds, and the places of all that do.
    pub topics: Vec<TopicMatch>,
    /// Categories spoken of anywhere, whoever they concern.
    pub categories: Vec<CategoryMatch>,
}

/// Compiled keywords. Holds no reference to the files; share it behind an `Arc`.
#[derive(Debug)]
pub struct Engine {
    pub(super) vocabulary: Vocabulary,
    topics: Vec<TopicKey>,
    pub(super) categories: Vec<CategoryKey>,
    pub(super) models: Vec<OpinionModel>,
}

#[derive(Debug)]
struct TopicKey {
    id: String,
    rules: Vec<String>,
}

/// What the engine remembers of a category.
#[derive(Debug)]
pub(super) struct CategoryKey {
    id: String,
    pub weight: f64,
    pub modifier: bool,
}

/// What was found, still in bytes of the folded text. Keys are places in the keyword files.
#[derive(Default)]
pub(super) struct Found {
    pub topics: BTreeMap<usize, FoundTopic>,
    pub categories: BTreeMap<usize, Vec<Occurrence>>,
}

/// A topic's first rule that holds, and the occurrences of all that do.
pub(super) struct FoundTopic {
    rule: usize,
    pub occurrences: Vec<Occurrence>,
}

impl FoundTopic {
    /// Where it is named, in bytes of the folded text.
    pub fn names(&self) -> impl Iterator<Item = &Range<usize>> {
        self.occurrences.iter().map(|one| &one.bytes)
    }
}

impl CategoryKey {
    /// What a word of the category weighs in an opinion: a grave one as much as the worst event.
    pub fn event_weight(&self) -> f64 {
        -(EVENT_LEAST + (EVENT_MOST - EVENT_LEAST) * self.weight)
    }
}

impl Engine {
    /// Compiles the keywords into one set of rules.
    ///
    /// # Errors
    /// See [`CompileError`]: `config` lets little of it through.
    pub fn compile(keywords: &Keywords) -> Result<Self, CompileError> {
        let topic = |topic: &crate::model::Topic| TopicKey {
            id: topic.id.clone(),
            rules: topic.rules.iter().map(|rule| rule.id.clone()).collect(),
        };
        let category = |category: &crate::model::Category| CategoryKey {
            id: category.id.clone(),
            weight: category.weight,
            modifier: category.modifier,
        };
        let models = keywords.models.iter().map(|file| OpinionModel::from_bytes(file));
        let models = models.collect::<Result<_, _>>()?;
        Ok(Self {
            vocabulary: Vocabulary::compile(keywords)?,
            topics: keywords.topics.iter().map(topic).collect(),
            categories: keywords.categories.iter().map(category).collect(),
            models,
        })
    }

    /// Finds topics and categories. Category words of every language count; exclusions cancel the
    /// occurrences that share a word with them; of a topic's overlapping occurrences the longest counts.
    #[must_use]
    pub fn matches(&self, document: &Document) -> Matches {
        self.tell(document, None)
    }

    /// As [`Engine::matches`], with the categories' words of one language only.
    pub(super) fn matches_in(&self, text: &str, locale: Locale) -> Matches {
        self.tell(&Document { body: text, ..Document::default() }, Some(locale))
    }

    /// Whether one rule, by its place in the keyword files, holds for a text.
    pub(super) fn rule_holds(&self, topic: usize, rule: usize, text: &str) -> bool {
        let document = Document { body: text, ..Document::default() };
        let subjects = self.vocabulary.subjects(&document, &Joined::bare(text));
        subjects.iter().any(|(purpose, _)| *purpose == Purpose::Rule { topic, rule })
    }

    fn tell(&self, document: &Document, locale: Option<Locale>) -> Matches {
        let text = &Joined::article(document.title, document.body);
        let subjects = self.vocabulary.subjects(document, text);
        let found = group(&subjects, |spoken| locale.is_none_or(|only| spoken == only));
        Matches {
            topics: found.topics.iter().filter_map(|(&t, one)| self.topic(t, one, text)).collect(),
            categories: found
                .categories
                .iter()
                .filter_map(|(&index, places)| self.category(index, places, text))
                .collect(),
        }
    }

    /// A topic as the model tells it.
    pub(super) fn topic(&self, at: usize, found: &FoundTopic, text: &Joined) -> Option<TopicMatch> {
        let topic = self.topics.get(at)?;
        let rule = topic.rules.get(found.rule)?.clone();
        let spans = self.spans(&found.occurrences, text);
        Some(TopicMatch { id: topic.id.clone(), rule, spans })
    }

    /// A category as the model tells it.
    pub(super) fn category(
        &self,
        at: usize,
        places: &[Occurrence],
        text: &Joined,
    ) -> Option<CategoryMatch> {
        let category = self.categories.get(at)?;
        let spans = self.spans(places, text);
        Some(CategoryMatch { id: category.id.clone(), weight: category.weight, spans })
    }

    fn spans(&self, places: &[Occurrence], text: &Joined) -> Vec<Span> {
        let span = |place: &Occurrence| text.span(&place.bytes, self.vocabulary.term(place.entry));
        places.iter().map(span).collect()
    }
}

/// Sorts places by what they are for and keeps the longest.
pub(super) fn group(subjects: &Subjects, spoken: impl Fn(Locale) -> bool) -> Found {
    let mut found = Found::default();
    for (purpose, places) in subjects {
        match *purpose {
            Purpose::Rule { topic, rule } => {
                let fresh = FoundTopic { rule, occurrences: Vec::new() };
                let topic = found.topics.entry(topic).or_insert(fresh);
                topic.occurrences.extend_from_slice(places);
            }
            Purpose::Category { category, locale } if spoken(locale) => {
                found.categories.entry(category).or_default().extend_from_slice(places);
            }
            _ => {}
        }
    }
    for topic in found.topics.values_mut() {
        topic.occurrences = longest(std::mem::take(&mut topic.occurrences));
    }
    for places in found.categories.values_mut() {
        *places = longest(std::mem::take(places));
    }
    found
}

/// Whether two ranges share something.
pub(super) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

#[cfg(test)]
mod tests;
