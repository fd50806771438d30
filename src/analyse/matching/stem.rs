//! Stems of words (Snowball: Porter 2001), for terms that ask for every form.

use rust_stemmers::{Algorithm, Stemmer};

/// Longer words have no stem but themselves.
const LONGEST: usize = 64;

/// A language with a stemmer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Language {
    Spanish,
    English,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Spanish, Self::English];
}

/// The stem of a folded word.
pub(super) fn stem(language: Language, word: &str) -> String {
    if word.len() > LONGEST {
        return word.to_owned();
    }
    let algorithm = match language {
        Language::Spanish => Algorithm::Spanish,
        Language::English => Algorithm::English,
    };
    Stemmer::create(algorithm).stem(word).into_owned()
}
