//! All that the keyword files look for, with what each of it is for: what articles are about in one set of rules, the
//! words of opinion, which only texts about a topic are asked for, in one of each language.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::CompileError;
use super::joined::Joined;
use super::matching::{Rules, Search};
use super::occurrence::Occurrence;
use crate::model::query::{Document, Query};
use crate::model::{Category, Keywords, Lexicon, Locale};
use crate::query::any_of;

/// What a query that holds means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Purpose {
    /// It is a rule of a topic, by their places in the keyword files.
    Rule { topic: usize, rule: usize },
    /// It is a category's words in one language.
    Category { category: usize, locale: Locale },
    /// A phrase in which the words of a category do not count.
    Harmless,
    /// A word of opinion.
    Word(Word),
    /// A word that changes others.
    Cue(Role),
}

/// A word of opinion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Word {
    pub weight: f64,
    pub event: bool,
    /// Written out, so that it goes before a term with a star that also fits.
    pub exact: bool,
}

/// How a cue changes the words around it: the fields of `model::Modifiers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Negation,
    Never,
    NotNegation,
    Stronger,
    Weaker,
    Hedge,
    Condition,
    Contrast,
    Adversative,
    Concession,
    Reversal,
    Others,
    Shield,
    Denial,
    Speech,
    Rise,
    Fall,
    Welcome,
    Unwelcome,
}

/// The queries of all keyword files, compiled.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// Topics and categories.
    subjects: Set,
    /// Words of opinion, by language.
    words: Vec<(Locale, Set)>,
    /// What threads work in, for the next one that needs it.
    idle: Mutex<Vec<Search>>,
}

/// Queries looked for together.
#[derive(Debug)]
struct Set {
    rules: Rules,
    purposes: Vec<Purpose>,
    /// Added to the number of a query, so that no two of a vocabulary are the same.
    first: usize,
}

/// What holds of topics and categories, in order: each with its places as bytes of the folded text, by the number of
/// the term.
pub(super) type Subjects = Vec<(Purpose, Vec<Occurrence>)>;

impl Vocabulary {
    /// Compiles all keywords.
    pub fn compile(keywords: &Keywords) -> Result<Self, CompileError> {
        let mut subjects = Draft::default();
        for (topic, known) in keywords.topics.iter().enumerate() {
            for (rule, written) in known.rules.iter().enumerate() {
                let purpose = Purpose::Rule { topic, rule };
                subjects.add(written.names.clone(), written.context.clone(), purpose);
            }
        }
        for (at, category) in keywords.categories.iter().enumerate() {
            subjects.category(at, category);
        }
        let mut words = Vec::new();
        let mut first = 0;
        for locale in Locale::ALL {
            let mut draft = Draft::default();
            keywords.categories.iter().for_each(|category| draft.harmless(category, locale));
            let spoken = keywords.lexicons.iter().filter(|lexicon| lexicon.locale == locale);
            spoken.for_each(|lexicon| draft.lexicon(lexicon));
            let set = draft.compile(first)?;
            first += set.purposes.len();
            words.push((locale, set));
        }
        Ok(Self { subjects: subjects.compile(0)?, words, idle: Mutex::default() })
    }

    /// The topics and categories of an article.
    pub fn subjects(&self, document: &Document, text: &Joined) -> Subjects {
        let mut subjects = Vec::new();
        let reading = text.reading();
        let whole = 0..reading.len();
        self.searching(|search| {
            let within = std::slice::from_ref(&whole);
            let found = self.subjects.rules.search(document, reading, within, search);
            for &query in found.queries {
                let Some(&purpose) = self.subjects.purposes.get(query as usize) else { continue };
                let mut places = Vec::new();
                found.each_place(query, |bytes, term| {
                    places.push(Occurrence { entry: term as usize, bytes });
                });
                subjects.push((purpose, places));
            }
        });
        subjects
    }

    /// The words of opinion of one language, of all without one, in some stretches of the folded text (in order and
    /// apart), in order of place; their entries are for [`Vocabulary::purpose`].
    pub fn words(
        &self,
        document: &Document,
        text: &Joined,
        locale: Option<Locale>,
        within: &[Range<usize>],
    ) -> Vec<Occurrence> {
        let within: Vec<_> = within.iter().map(|bytes| text.reading().within(bytes)).collect();
        let mut words = Vec::new();
        let spoken = self.words.iter().filter(|(own, _)| locale.is_none_or(|only| only == *own));
        self.searching(|search| {
            for (_, set) in spoken {
                let found = set.rules.search(document, text.reading(), &within, search);
                for &query in found.queries {
                    let entry = set.first + query as usize;
                    found.each_place(query, |bytes, _| {
                        words.push(Occurrence { entry, bytes });
                    });
                }
            }
        });
        words.sort_unstable_by_key(|hit| (hit.bytes.end, hit.bytes.start, hit.entry));
        words
    }

    fn searching(&self, work: impl FnOnce(&mut Search)) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut search = idle.pop().unwrap_or_default();
        drop(idle);
        work(&mut search);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(search);
    }

    /// What an entry of [`Vocabulary::words`] is for.
    pub fn purpose(&self, entry: usize) -> Option<Purpose> {
        let set = self.words.iter().rev().find(|(_, set)| set.first <= entry);
        set.and_then(|(_, set)| set.purposes.get(entry - set.first).copied())
    }

    /// A term of a topic or category as written, by its number.
    pub fn term(&self, number: usize) -> &str {
        self.subjects.rules.term(number)
    }
}

#[derive(Default)]
struct Draft {
    queries: Vec<(Query, Option<Query>)>,
    purposes: Vec<Purpose>,
}

impl Draft {
    fn compile(self, first: usize) -> Result<Set, CompileError> {
        let queries = self.queries.iter().map(|(query, context)| (query, context.as_ref()));
        Ok(Set { rules: Rules::compile(queries)?, purposes: self.purposes, first })
    }

    fn add(&mut self, query: Query, context: Option<Query>, purpose: Purpose) {
        self.queries.push((query, context));
        self.purposes.push(purpose);
    }

    /// Languages share words ("fraud"), so one's exclusions hold in all.
    fn category(&mut self, at: usize, category: &Category) {
        let mut harmless = Vec::new();
        for words in &category.terms {
            if let Query::Except { within, .. } = &words.terms {
                harmless.push((**within).clone());
            }
        }
        for words in &category.terms {
            let of = match &words.terms {
                Query::Except { of, .. } => of.clone(),
                other => Box::new(other.clone()),
            };
            let query = if harmless.is_empty() {
                *of
            } else {
                Query::Except { of, within: Box::new(Query::Any(harmless.clone())) }
            };
            self.add(query, None, Purpose::Category { category: at, locale: words.locale });
        }
    }

    /// Phrases that a category excludes in one language.
    fn harmless(&mut self, category: &Category, locale: Locale) {
        for words in category.terms.iter().filter(|words| words.locale == locale) {
            if let Query::Except { within, .. } = &words.terms {
                self.add((**within).clone(), None, Purpose::Harmless);
            }
        }
    }

    fn lexicon(&mut self, lexicon: &Lexicon) {
        for entry in &lexicon.entries {
            let exact = !entry.term.ends_with('*');
            let word = Word { weight: entry.weight, event: entry.event, exact };
            self.words(std::slice::from_ref(&entry.term), Purpose::Word(word));
        }
        let cues = &lexicon.modifiers;
        for (terms, role) in [
            (&cues.negation, Role::Negation),
            (&cues.never, Role::Never),
            (&cues.not_negation, Role::NotNegation),
            (&cues.stronger, Role::Stronger),
            (&cues.weaker, Role::Weaker),
            (&cues.hedge, Role::Hedge),
            (&cues.condition, Role::Condition),
            (&cues.contrast, Role::Contrast),
            (&cues.adversative, Role::Adversative),
            (&cues.concession, Role::Concession),
            (&cues.reversal, Role::Reversal),
            (&cues.others, Role::Others),
            (&cues.shield, Role::Shield),
            (&cues.denial, Role::Denial),
            (&cues.speech, Role::Speech),
            (&cues.rise, Role::Rise),
            (&cues.fall, Role::Fall),
            (&cues.welcome, Role::Welcome),
            (&cues.unwelcome, Role::Unwelcome),
        ] {
            self.words(terms, Purpose::Cue(role));
        }
    }

    fn words(&mut self, terms: &[String], purpose: Purpose) {
        for term in terms {
            self.add(any_of(std::slice::from_ref(term), &[]), None, purpose);
        }
    }
}
