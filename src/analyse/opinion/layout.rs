//! The words of a text with the sentence, clause and paragraph that each stands in.
//!
//! Shallow on purpose: punctuation and contrast words, no grammar. A comma ends a clause only
//! between stretches of at least four words: splitting at each made long paragraphs worse.

use std::ops::Range;

use super::scope::FARTHEST;
use super::window::MARGIN;
use crate::analyse::joined::Joined;
use crate::analyse::matching::Word;
use crate::text::{Walk, is_han};

/// Shortest stretch of words that a comma sets apart.
const COMMA_WORDS: usize = 4;

/// Letters from which a word tells whether its sentence has a capital everywhere: headlines write "of" small.
const TELLING: usize = 4;

/// Words whose full stop ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "sr", "sra", "srta", "st", "jr", "inc", "ltd", "co", "corp", "vs",
    "no", "gen", "sen", "rep", "gov", "sgt", "prof", "rev", "d", "dna", "art", "num", "pag", "ee",
    "uu",
];

/// A word in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::analyse) struct Place {
    /// Bytes of the folded text.
    pub bytes: Range<usize>,
    pub paragraph: u32,
    pub sentence: u32,
    pub clause: u32,
    /// Written with a capital.
    pub capital: bool,
    /// A Han character.
    pub han: bool,
    /// Inside quotation marks.
    pub quoted: bool,
}

/// The words of a text in order.
#[derive(Debug)]
pub(in crate::analyse) struct Layout {
    pub places: Vec<Place>,
    /// What stands before each word.
    breaks: Vec<Break>,
    /// For each sentence, whether most of its words begin with a capital (an English headline).
    title_case: Vec<bool>,
    /// Whether all words are as near as any: an ablation's way.
    #[cfg(test)]
    pub is_flat: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    None,
    Comma,
    Clause,
    Sentence,
    Paragraph,
}

/// Of the longer words of a sentence, how many begin with a capital.
#[derive(Default)]
struct Capitals {
    with: usize,
    all: usize,
}

impl Layout {
    /// Reads a text; a clause also starts at each of the bytes `contrasts`.
    pub fn new(text: &Joined, contrasts: &[usize]) -> Self {
        let mut layout = Self::of_sentences(text, text.folded.text.len());
        layout.divide(contrasts);
        layout
    }

    /// Reads a text as far as its sentences (see [`Layout::divide`]), up to the end of all windows around what ends
    /// before the byte `last` of the folded text.
    pub fn of_sentences(text: &Joined, last: usize) -> Self {
        let folded = &text.folded.text;
        let mut places: Vec<Place> = Vec::with_capacity(text.words.len());
        let mut breaks = Vec::with_capacity(text.words.len());
        let mut title_case = Vec::new();
        let mut capitals = Capitals::default();
        let mut origin = text.folded.walk();
        let (mut paragraph, mut sentence, mut quoted, mut end) = (0, 0, false, 0);
        let mut enough = usize::MAX;
        for (bytes, han) in tokens(folded, &text.words) {
            let gap = &folded[end..bytes.start];
            // Nearly every gap is a blank, which breaks and quotes nothing.
            let mut before = Break::None;
            if !matches!(gap.as_bytes(), [b' ']) {
                before =
                    break_in(gap, places.last().map_or("", |last| &folded[last.bytes.clone()]));
                quoted = still_quoted(quoted, gap);
            }
            if !places.is_empty() && before >= Break::Sentence {
                paragraph += u32::from(before == Break::Paragraph);
                sentence += 1;
                title_case.push(std::mem::take(&mut capitals).are_everywhere());
                let mentioned = places.partition_point(|place| place.bytes.start < last);
                if places.len() - mentioned >= FARTHEST {
                    enough = enough.min(places.len() + MARGIN);
                }
            }
            if places.len() == enough {
                break;
            }
            end = bytes.end;
            let capital = is_capital(text, &mut origin, bytes.start);
            if letters(text, &origin, &bytes) >= TELLING {
                capitals.with += usize::from(capital);
                capitals.all += 1;
            }
            breaks.push(before);
            places.push(Place { bytes, paragraph, sentence, clause: 0, capital, han, quoted });
        }
        if !places.is_empty() {
            title_case.push(capitals.are_everywhere());
        }
        Self {
            places,
            breaks,
            title_case,
            #[cfg(test)]
            is_flat: false,
        }
    }

    /// Divides sentences into clauses; one also starts at each of the bytes `contrasts`.
    pub fn divide(&mut self, contrasts: &[usize]) {
        let Self { places, breaks, .. } = self;
        for start in contrasts {
            if let Ok(at) = places.binary_search_by_key(start, |place| place.bytes.start) {
                breaks[at] = breaks[at].max(Break::Clause);
            }
        }
        let (mut clause, mut last_break) = (0, 0);
        for (at, place) in places.iter_mut().enumerate() {
            let here = breaks[at];
            if here != Break::None {
                let ahead = breaks.get(at + 1..at + COMMA_WORDS);
                let apart = at - last_break >= COMMA_WORDS
                    && ahead.is_some_and(|ahead| ahead.iter().all(|&next| next == Break::None));
                clause += u32::from(at > 0 && (here >= Break::Clause || apart));
                last_break = at;
            }
            place.clause = clause;
        }
    }

    /// The words that bytes of the folded text lie in, end exclusive.
    pub fn words(&self, bytes: &Range<usize>) -> Range<usize> {
        let first = self.places.partition_point(|place| place.bytes.end <= bytes.start);
        let end = self.places.partition_point(|place| place.bytes.start < bytes.end);
        first..end.max(first)
    }

    /// The words that characters of the original lie in, end exclusive.
    pub fn words_of_chars(&self, chars: &Range<usize>, text: &Joined) -> Range<usize> {
        let of = |place: &Place| text.chars(&place.bytes);
        let first = self.places.partition_point(|place| of(place).end <= chars.start);
        let end = self.places.partition_point(|place| of(place).start < chars.end);
        first..end.max(first)
    }

    /// The bytes of the folded text that words cover.
    pub fn bytes(&self, words: &Range<usize>) -> Option<Range<usize>> {
        let first = self.places.get(words.start)?;
        let last = self.places.get(words.end.checked_sub(1)?)?;
        Some(first.bytes.start..last.bytes.end)
    }

    /// The words of a clause.
    pub fn clause(&self, clause: u32) -> Range<usize> {
        let places = &self.places;
        places.partition_point(|place| place.clause < clause)
            ..places.partition_point(|place| place.clause <= clause)
    }

    /// The whole sentences that a stretch of words lies in.
    pub fn sentences_of(&self, words: &Range<usize>) -> Range<usize> {
        let sentence = |at: usize| self.places.get(at).map(|place| place.sentence);
        let (first, last) = (sentence(words.start), words.end.checked_sub(1).and_then(sentence));
        let places = &self.places;
        let start = places.partition_point(|place| first.is_none_or(|at| place.sentence < at));
        let end = places.partition_point(|place| last.is_none_or(|at| place.sentence <= at));
        start..end.max(start)
    }

    /// Capitalised words in a stretch, each run of them counted once: names, where capitals tell.
    pub fn names(&self, words: Range<usize>) -> usize {
        let mut names = 0;
        let mut running = false;
        for at in words {
            let name = self.is_name(at);
            names += usize::from(name && !running);
            running = name;
        }
        names
    }

    /// Whether a word has a capital that makes it a name: not the first of a sentence, nor in a
    /// headline where most have one.
    pub fn is_name(&self, at: usize) -> bool {
        let sentence = |at: usize| self.places.get(at).map(|place| place.sentence);
        let starts_sentence = || at == 0 || sentence(at - 1) != sentence(at);
        self.places.get(at).is_some_and(|place| place.capital)
            && !self.in_title_case(at)
            && !starts_sentence()
    }

    /// Whether most words of a word's sentence begin with a capital.
    pub fn in_title_case(&self, at: usize) -> bool {
        let sentence = self.places.get(at).map(|place| place.sentence as usize);
        let sentence = sentence.and_then(|sentence| self.title_case.get(sentence));
        sentence.copied().unwrap_or(true)
    }

    /// Whether a comma, or what ends more than that, stands before one of these words.
    pub fn is_broken(&self, words: Range<usize>) -> bool {
        let breaks = self.breaks.get(words).unwrap_or_default();
        breaks.iter().any(|&before| before != Break::None)
    }

    /// Whether a stretch of words begins with a Han character.
    pub fn is_han(&self, words: &Range<usize>) -> bool {
        self.places.get(words.start).is_some_and(|place| place.han)
    }

    /// How many sentences there are.
    pub fn sentences(&self) -> usize {
        self.title_case.len()
    }
}

impl Capitals {
    fn are_everywhere(&self) -> bool {
        self.with * 5 > self.all * 3
    }
}

/// The words as `text::tokens` tells them, made of those that terms are compared with, and whether each is a Han
/// character.
fn tokens(folded: &str, words: &[Word]) -> impl Iterator<Item = (Range<usize>, bool)> {
    let starts_han = |at: usize| {
        let is_ascii = folded.as_bytes().get(at).is_some_and(u8::is_ascii);
        !is_ascii && folded[at..].chars().next().is_some_and(is_han)
    };
    let bytes = folded.as_bytes();
    let mut rest = words;
    std::iter::from_fn(move || {
        let (first, mut after) = rest.split_first()?;
        let mut token = first.bytes();
        let han = starts_han(token.start);
        while !han && let Some((next, others)) = after.split_first() {
            let next = next.bytes();
            let is_joined = next.start == token.end
                || matches!(bytes[token.end], b'\'' | b'-' | b'&') && next.start == token.end + 1;
            if !is_joined || starts_han(next.start) {
                break;
            }
            (token.end, after) = (next.end, others);
        }
        rest = after;
        Some((token, han))
    })
}

fn is_capital(text: &Joined, origin: &mut Walk, at: usize) -> bool {
    let at = origin.byte(at);
    match text.original().as_bytes().get(at) {
        Some(byte) if byte.is_ascii() => byte.is_ascii_uppercase(),
        _ => text.original()[at..].chars().next().is_some_and(char::is_uppercase),
    }
}

/// Characters of the original of a word that `origin` has come to.
fn letters(text: &Joined, origin: &Walk, bytes: &Range<usize>) -> usize {
    origin.chars(bytes).unwrap_or_else(|| text.chars(bytes).len())
}

fn break_in(gap: &str, word_before: &str) -> Break {
    if gap.contains('\n') {
        return Break::Paragraph;
    }
    let stop = gap.find('.').is_some_and(|at| gap[at + 1..].starts_with([' ', '"', '\'', ')']));
    let abbreviated = word_before.chars().nth(1).is_none() || ABBREVIATIONS.contains(&word_before);
    if gap.contains(['!', '?', '。', ';']) || (stop && !abbreviated) {
        Break::Sentence
    } else if gap.contains([':', '(', ')', '|']) || gap.contains(" - ") || gap.contains("--") {
        Break::Clause
    } else if gap.contains(',') {
        Break::Comma
    } else {
        Break::None
    }
}

/// Folding makes all double quotation marks alike, so they toggle; a line break closes them.
fn still_quoted(quoted: bool, gap: &str) -> bool {
    gap.chars().fold(quoted, |inside, c| match c {
        '"' => !inside,
        '\n' => false,
        _ => inside,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Layout, tokens};
    use crate::analyse::joined::Joined;
    use crate::text;

    /// `/` before each new clause, `|` before each new sentence.
    #[track_caller]
    fn check(text: &str, laid_out: &str) {
        let joined = Joined::bare(text);
        let layout = Layout::new(&joined, &[]);
        let mut shown = String::new();
        let (mut sentence, mut clause) = (0, 0);
        for place in &layout.places {
            if place.sentence > sentence {
                shown.push('|');
            } else if place.clause > clause {
                shown.push('/');
            }
            (sentence, clause) = (place.sentence, place.clause);
            shown.push_str(joined.slice(&place.bytes));
            shown.push(' ');
        }
        assert_eq!(shown.trim_end(), laid_out);
    }

    #[test]
    fn sentences_and_clauses() {
        check("Mr. Gray left. He won.", "Mr Gray left |He won");
        check("Pierde 3.5 millones; sube", "Pierde 3 5 millones |sube");
        check("银行被罚。股价大涨", "银 行 被 罚 |股 价 大 涨");
        check("Shares fell, Acme said", "Shares fell Acme said");
        check(
            "Shares of Acme fell sharply, while those of Gray rose",
            "Shares of Acme fell sharply /while those of Gray rose",
        );
    }

    proptest! {
        #[test]
        fn words_are_those_of_the_text(
            parts in prop::collection::vec("[a-zA-Z0-9 ,.'&-]{0,20}|[áñ¿Жﬁ\u{301}’]{0,3}|[银行，한가カ]{0,4}|.{0,5}", 0..8),
        ) {
            let joined = Joined::bare(&parts.concat());
            let found: Vec<_> = tokens(&joined.folded.text, &joined.words).map(|one| one.0).collect();
            let defined: Vec<_> = text::tokens(&joined.folded.text).map(|one| one.bytes).collect();
            prop_assert_eq!(found, defined);
            let layout = Layout::new(&joined, &[]);
            for place in &layout.places {
                let first = joined.slice(&place.bytes).chars().next();
                prop_assert_eq!(place.capital, first.is_some_and(char::is_uppercase));
            }
        }
    }
}
