//! Compiled keywords: which topics and categories a text speaks of, and where.

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use super::CompileError;
use super::joined::Joined;
use super::occurrence::{Occurrence, longest, without};
use super::opinion::model::OpinionModel;
use super::vocabulary::{Group, Purpose, Vocabulary};
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

#[derive(Default)]
struct GroupHits {
    terms: Vec<Occurrence>,
    excluded: Vec<Occurrence>,
    required: bool,
}

impl CategoryKey {
    /// What a word of the category weighs in an opinion: a grave one as much as the worst event.
    pub fn event_weight(&self) -> f64 {
        -(EVENT_LEAST + (EVENT_MOST - EVENT_LEAST) * self.weight)
    }
}

impl Engine {
    /// Compiles the keywords into one automaton.
    ///
    /// # Errors
    /// A term without letters (`config` lets none through), or more terms than fit.
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
    /// occurrences that they cover or touch; of a rule's overlapping occurrences the longest counts.
    #[must_use]
    pub fn matches(&self, title: &str, body: &str) -> Matches {
        self.tell(&Joined::article(title, body), None)
    }

    /// As [`Engine::matches`], with the categories' words of one language only.
    pub(super) fn matches_in(&self, title: &str, body: &str, locale: Locale) -> Matches {
        self.tell(&Joined::article(title, body), Some(locale))
    }

    /// Whether one rule, by its place in the keyword files, holds for a text.
    pub(super) fn rule_holds(&self, topic: usize, rule: usize, text: &str) -> bool {
        let text = Joined::bare(text);
        let hits = self.vocabulary.find(&text.folded.text, |purpose| {
            let (Purpose::Term(group) | Purpose::Require(group) | Purpose::Exclude(group)) =
                *purpose
            else {
                return false;
            };
            matches!(self.vocabulary.groups.get(group),
                Some(Group::Rule { topic: t, rule: r, .. }) if (*t, *r) == (topic, rule))
        });
        !self.group(&hits, &text, |_| true).topics.is_empty()
    }

    fn tell(&self, text: &Joined, locale: Option<Locale>) -> Matches {
        let hits = self.vocabulary.find(&text.folded.text, |purpose| {
            !matches!(purpose, Purpose::Word(..) | Purpose::Cue(..))
        });
        let found = self.group(&hits, text, |spoken| locale.is_none_or(|only| spoken == only));
        Matches {
            topics: found.topics.iter().filter_map(|(&t, one)| self.topic(t, one, text)).collect(),
            categories: found
                .categories
                .iter()
                .filter_map(|(&index, places)| self.category(index, places, text))
                .collect(),
        }
    }

    /// Sorts hits by what they are for and keeps those that count.
    pub(super) fn group(
        &self,
        hits: &[Occurrence],
        text: &Joined,
        spoken: impl Fn(Locale) -> bool,
    ) -> Found {
        let mut found = Found::default();
        let mut harmless: BTreeMap<usize, Vec<Occurrence>> = BTreeMap::new();
        for (group, hits) in self.by_group(hits) {
            match self.vocabulary.groups.get(group) {
                Some(&Group::Rule { topic, rule, needs_require }) => {
                    let terms = without(hits.terms, &hits.excluded, &text.folded.text);
                    if !terms.is_empty() && (hits.required || !needs_require) {
                        let fresh = FoundTopic { rule, occurrences: Vec::new() };
                        found.topics.entry(topic).or_insert(fresh).occurrences.extend(terms);
                    }
                }
                Some(&Group::Category { category, locale }) => {
                    // Languages share words ("fraud"), so one's exclusions hold in all.
                    harmless.entry(category).or_default().extend(hits.excluded);
                    if spoken(locale) {
                        found.categories.entry(category).or_default().extend(hits.terms);
                    }
                }
                None => {}
            }
        }
        for topic in found.topics.values_mut() {
            topic.occurrences = longest(std::mem::take(&mut topic.occurrences));
        }
        for (category, places) in &mut found.categories {
            let excluded = harmless.get(category).map_or(&[][..], Vec::as_slice);
            let kept = without(std::mem::take(places), excluded, &text.folded.text);
            *places = longest(kept);
        }
        found.categories.retain(|_, places| !places.is_empty());
        found
    }

    fn by_group(&self, hits: &[Occurrence]) -> BTreeMap<usize, GroupHits> {
        let mut groups: BTreeMap<usize, GroupHits> = BTreeMap::new();
        for hit in hits {
            match self.vocabulary.entries.get(hit.entry).map(|entry| entry.purpose) {
                Some(Purpose::Term(group)) => {
                    groups.entry(group).or_default().terms.push(hit.clone());
                }
                Some(Purpose::Exclude(group)) => {
                    groups.entry(group).or_default().excluded.push(hit.clone());
                }
                Some(Purpose::Require(group)) => groups.entry(group).or_default().required = true,
                Some(Purpose::Word(..) | Purpose::Cue(..)) | None => {}
            }
        }
        groups
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
        let span = |place: &Occurrence| {
            let term = self.vocabulary.entries.get(place.entry).map_or("", |entry| &entry.term);
            text.span(&place.bytes, term)
        };
        places.iter().map(span).collect()
    }
}

/// Whether two ranges share something.
pub(super) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

#[cfg(test)]
mod tests;
