//! All terms of all keyword files in one Aho-Corasick automaton (Aho and Corasick 1975), with
//! what each of them is for.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::CompileError;
use super::occurrence::Occurrence;
use super::pattern::Pattern;
use crate::model::query::Query;
use crate::model::{Keywords, Lexicon, Locale};

/// What finding a term means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Purpose {
    /// It is one of a group's terms.
    Term(usize),
    /// It must occur for the group to hold.
    Require(usize),
    /// It cancels terms of the group.
    Exclude(usize),
    /// A word of opinion.
    Word(Locale, Word),
    /// A word that changes others.
    Cue(Locale, Role),
}

/// A word of opinion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Word {
    pub weight: f64,
    pub event: bool,
}

/// How a cue changes the words around it: the fields of `model::Modifiers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Negation,
    NotNegation,
    Stronger,
    Weaker,
    Hedge,
    Contrast,
    Shield,
    Denial,
    Speech,
    Rise,
    Fall,
    Welcome,
    Unwelcome,
}

/// What a group of terms stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// A rule of a topic, by their places in the keyword files.
    Rule { topic: usize, rule: usize, needs_require: bool },
    /// A category's words in one language.
    Category { category: usize, locale: Locale },
}

/// One use of one term.
#[derive(Debug)]
pub(super) struct Entry {
    /// The term as written.
    pub term: String,
    pub purpose: Purpose,
    pattern: Pattern,
}

/// The automaton and its entries.
#[derive(Debug)]
pub(super) struct Vocabulary {
    automaton: AhoCorasick,
    /// For each literal of the automaton, the entries that share it.
    shared: Vec<Vec<usize>>,
    pub entries: Vec<Entry>,
    pub groups: Vec<Group>,
}

impl Vocabulary {
    /// Compiles all keywords.
    pub fn compile(keywords: &Keywords) -> Result<Self, CompileError> {
        let mut draft = Draft::default();
        draft.topics(keywords)?;
        draft.categories(keywords)?;
        for lexicon in &keywords.lexicons {
            draft.lexicon(lexicon)?;
        }
        draft.finish()
    }

    /// Every place where an entry that is `wanted` occurs, in order of the ends of their literals.
    pub fn find(&self, text: &str, wanted: impl Fn(&Purpose) -> bool) -> Vec<Occurrence> {
        let mut found = Vec::new();
        for hit in self.automaton.find_overlapping_iter(text) {
            for &entry in self.shared.get(hit.pattern().as_usize()).into_iter().flatten() {
                let Some(known) = self.entries.get(entry).filter(|known| wanted(&known.purpose))
                else {
                    continue;
                };
                if let Some(end) = known.pattern.end_at(text, hit.start()) {
                    found.push(Occurrence { entry, bytes: hit.start()..end });
                }
            }
        }
        found
    }
}

#[derive(Default)]
struct Draft {
    entries: Vec<Entry>,
    groups: Vec<Group>,
}

impl Draft {
    fn topics(&mut self, keywords: &Keywords) -> Result<(), CompileError> {
        for (topic, known) in keywords.topics.iter().enumerate() {
            for (rule, written) in known.rules.iter().enumerate() {
                let needs_require = written.context.is_some();
                let group = self.group(Group::Rule { topic, rule, needs_require });
                self.query(&written.names, group)?;
                let context = written.context.as_ref().map(Query::terms).unwrap_or_default();
                self.add(context.iter().map(|term| &term.text), Purpose::Require(group))?;
            }
        }
        Ok(())
    }

    fn categories(&mut self, keywords: &Keywords) -> Result<(), CompileError> {
        for (category, known) in keywords.categories.iter().enumerate() {
            for words in &known.terms {
                let group = self.group(Group::Category { category, locale: words.locale });
                self.query(&words.terms, group)?;
            }
        }
        Ok(())
    }

    fn lexicon(&mut self, lexicon: &Lexicon) -> Result<(), CompileError> {
        let locale = lexicon.locale;
        for entry in &lexicon.entries {
            let word = Word { weight: entry.weight, event: entry.event };
            self.add([&entry.term], Purpose::Word(locale, word))?;
        }
        let cues = &lexicon.modifiers;
        for (terms, role) in [
            (&cues.negation, Role::Negation),
            (&cues.not_negation, Role::NotNegation),
            (&cues.stronger, Role::Stronger),
            (&cues.weaker, Role::Weaker),
            (&cues.hedge, Role::Hedge),
            (&cues.contrast, Role::Contrast),
            (&cues.shield, Role::Shield),
            (&cues.denial, Role::Denial),
            (&cues.speech, Role::Speech),
            (&cues.rise, Role::Rise),
            (&cues.fall, Role::Fall),
            (&cues.welcome, Role::Welcome),
            (&cues.unwelcome, Role::Unwelcome),
        ] {
            self.add(terms, Purpose::Cue(locale, role))?;
        }
        Ok(())
    }

    fn group(&mut self, group: Group) -> usize {
        self.groups.push(group);
        self.groups.len() - 1
    }

    fn query(&mut self, query: &Query, group: usize) -> Result<(), CompileError> {
        self.add(query.terms().iter().map(|term| &term.text), Purpose::Term(group))?;
        if let Query::Except { within, .. } = query {
            self.add(within.terms().iter().map(|term| &term.text), Purpose::Exclude(group))?;
        }
        Ok(())
    }

    fn add<'a>(
        &mut self,
        terms: impl IntoIterator<Item = &'a String>,
        purpose: Purpose,
    ) -> Result<(), CompileError> {
        for term in terms {
            let pattern =
                Pattern::new(term).ok_or_else(|| CompileError::EmptyTerm(term.clone()))?;
            self.entries.push(Entry { term: term.clone(), purpose, pattern });
        }
        Ok(())
    }

    fn finish(self) -> Result<Vocabulary, CompileError> {
        let mut places: HashMap<&str, usize> = HashMap::with_capacity(self.entries.len());
        let mut literals: Vec<&str> = Vec::new();
        let mut shared: Vec<Vec<usize>> = Vec::new();
        for (entry, known) in self.entries.iter().enumerate() {
            let literal = known.pattern.literal.as_str();
            let place = *places.entry(literal).or_insert_with(|| {
                literals.push(literal);
                shared.push(Vec::new());
                literals.len() - 1
            });
            if let Some(entries) = shared.get_mut(place) {
                entries.push(entry);
            }
        }
        // A DFA would be a tenth faster and thirty times larger.
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::Standard)
            .build(&literals)?;
        Ok(Vocabulary { automaton, shared, entries: self.entries, groups: self.groups })
    }
}
