//! A term as it is looked for: folded letters, and what may stand around them.

use std::ops::Range;

use crate::text::{fold, is_spaced};

/// What may follow the letters of a term within the same word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Nothing.
    Exact,
    /// The regular plural of Spanish and English: `s`; `es` after a consonant.
    Plural,
    /// Anything: the term ends in `*`.
    Free,
}

/// A compiled term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// Folded letters, never empty.
    pub literal: String,
    ending: Ending,
}

impl Pattern {
    /// Compiles a term; none if it has no letter. A term written with a capital letter is a name or
    /// an acronym and has no plural (`ERE` is not `eres`), nor has a term of a single letter.
    pub fn new(term: &str) -> Option<Self> {
        let (stem, free) = match term.trim_end().strip_suffix('*') {
            Some(stem) => (stem, true),
            None => (term, false),
        };
        let literal = fold(stem).text.trim().to_owned();
        let last = literal.chars().next_back()?;
        let common = !term.chars().any(char::is_uppercase) && literal.chars().nth(1).is_some();
        let ending = if free {
            Ending::Free
        } else if common && last.is_alphabetic() && is_spaced(last) {
            Ending::Plural
        } else {
            Ending::Exact
        };
        Some(Self { literal, ending })
    }

    /// Where the occurrence that starts at byte `start` of a folded text ends, if the letters there
    /// (known to be the literal's) stand as a word of their own.
    pub fn end_at(&self, text: &str, start: usize) -> Option<usize> {
        let end = start + self.literal.len();
        let (before, after) = (text.get(..start)?, text.get(end..)?);
        let first = self.literal.chars().next()?;
        let last = self.literal.chars().next_back()?;
        if is_spaced(first) && before.chars().next_back().is_some_and(is_spaced) {
            return None;
        }
        if !is_spaced(last) {
            return Some(end);
        }
        let rest = after.find(|c| !is_spaced(c)).unwrap_or(after.len());
        let fits = match (self.ending, &after[..rest]) {
            (_, "") | (Ending::Free, _) | (Ending::Plural, "s") => true,
            (Ending::Plural, "es") => !"aeiou".contains(last),
            _ => false,
        };
        fits.then_some(end + rest)
    }
}

/// Where a name stands in a text, in characters, however it is written there.
#[must_use]
pub fn occurrences_of(text: &str, name: &str) -> Vec<Range<usize>> {
    let Some(pattern) = Pattern::new(name) else { return Vec::new() };
    let folded = fold(text);
    let places = folded.text.match_indices(&pattern.literal);
    places
        .filter_map(|(at, _)| Some(folded.original(at..pattern.end_at(&folded.text, at)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[track_caller]
    fn check(term: &str, text: &str, found: Option<&str>) {
        let pattern = Pattern::new(term).expect("a term");
        let text = crate::text::fold(text).text;
        let hit = text
            .match_indices(&pattern.literal)
            .find_map(|(at, _)| pattern.end_at(&text, at).map(|end| &text[at..end]));
        assert_eq!(hit, found, "{term} in {text}");
    }

    #[test]
    fn words_stand_alone() {
        check("multa", "una multa, dos", Some("multa"));
        check("multa", "las multas", Some("multas"));
        check("multa", "multado", None);
        check("multa", "simulta", None);
        check("despido colectivo", "Despido  colectivo", None);
        check("dimisión", "las dimisiones", Some("dimisiones"));
        check("banco", "bancoes", None);
        check("3M", "23M", None);
    }

    #[test]
    fn names_and_acronyms_have_no_plural() {
        check("ERE", "cómo eres", None);
        check("ERE", "un ERE", Some("ere"));
        check("Citi", "cities", None);
    }

    #[test]
    fn a_star_frees_the_ending() {
        check("quiebr*", "la quiebra,", Some("quiebra"));
        check("quiebr*", "requiebro", None);
        check("挤兑*", "发生挤兑了", Some("挤兑"));
    }

    #[test]
    fn han_needs_no_spaces() {
        check("挤兑", "银行挤兑潮", Some("挤兑"));
        check("BBVA", "在BBVA银行", Some("bbva"));
        check("BBVA", "BBVA는", Some("bbva"));
    }

    #[test]
    fn a_term_without_letters_is_none() {
        assert_eq!(Pattern::new(" \u{200b}*"), None);
    }
}
