//! All that the keyword files look for, in one set of rules, with what each of them is for.

use std::sync::{Mutex, PoisonError};

use super::CompileError;
use super::joined::Joined;
use super::matching::{Rules, Scratch};
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
    Harmless(Locale),
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
    rules: Rules,
    purposes: Vec<Purpose>,
    /// What threads work in, for the next one that needs it.
    idle: Mutex<Vec<Scratch>>,
}

/// What a text holds of a vocabulary. Places are bytes of the folded text.
#[derive(Debug, Default)]
pub(super) struct Hits {
    /// Rules and words of categories, in their order; an occurrence's entry is the number of its term.
    pub queries: Vec<(Purpose, Vec<Occurrence>)>,
    /// Everything else; an occurrence's entry is the number of its query.
    pub words: Vec<Occurrence>,
}

impl Vocabulary {
    /// Compiles all keywords.
    pub fn compile(keywords: &Keywords) -> Result<Self, CompileError> {
        let mut draft = Draft::default();
        for (topic, known) in keywords.topics.iter().enumerate() {
            for (rule, written) in known.rules.iter().enumerate() {
                let purpose = Purpose::Rule { topic, rule };
                draft.add(written.names.clone(), written.context.clone(), purpose);
            }
        }
        for (at, category) in keywords.categories.iter().enumerate() {
            draft.category(at, category);
        }
        keywords.lexicons.iter().for_each(|lexicon| draft.lexicon(lexicon));
        let queries = draft.queries.iter().map(|(query, context)| (query, context.as_ref()));
        let rules = Rules::compile(queries)?;
        Ok(Self { rules, purposes: draft.purposes, idle: Mutex::default() })
    }

    /// Everything that an article holds.
    pub fn find(&self, document: &Document, text: &Joined) -> Hits {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = idle.pop().unwrap_or_default();
        drop(idle);
        let hits = self.find_in(document, text, &mut scratch);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        hits
    }

    fn find_in(&self, document: &Document, text: &Joined, scratch: &mut Scratch) -> Hits {
        let found = self.rules.matches(document, scratch);
        // A bare text has no headline and no line break after it.
        let skip = usize::from(!text.has_title());
        let mut hits = Hits::default();
        for &query in found.queries {
            let Some(&purpose) = self.purposes.get(query as usize) else { continue };
            let is_word = !matches!(purpose, Purpose::Rule { .. } | Purpose::Category { .. });
            let places = found.places(query).into_iter().map(|place| Occurrence {
                entry: if is_word { query as usize } else { place.rank as usize },
                bytes: place.bytes.start - skip..place.bytes.end - skip,
            });
            if is_word {
                hits.words.extend(places);
            } else {
                hits.queries.push((purpose, places.collect()));
            }
        }
        hits.words.sort_by_key(|hit| (hit.bytes.end, hit.bytes.start, hit.entry));
        hits
    }

    /// What a query of [`Hits::words`] is for.
    pub fn purpose(&self, query: usize) -> Option<Purpose> {
        self.purposes.get(query).copied()
    }

    /// A term as written, by its number.
    pub fn term(&self, number: usize) -> &str {
        self.rules.term(number)
    }
}

#[derive(Default)]
struct Draft {
    queries: Vec<(Query, Option<Query>)>,
    purposes: Vec<Purpose>,
}

impl Draft {
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
                self.add((**within).clone(), None, Purpose::Harmless(words.locale));
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

    fn lexicon(&mut self, lexicon: &Lexicon) {
        let locale = lexicon.locale;
        for entry in &lexicon.entries {
            let exact = !entry.term.ends_with('*');
            let word = Word { weight: entry.weight, event: entry.event, exact };
            self.words(std::slice::from_ref(&entry.term), Purpose::Word(locale, word));
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
            self.words(terms, Purpose::Cue(locale, role));
        }
    }

    fn words(&mut self, terms: &[String], purpose: Purpose) {
        for term in terms {
            self.add(any_of(std::slice::from_ref(term), &[]), None, purpose);
        }
    }
}
