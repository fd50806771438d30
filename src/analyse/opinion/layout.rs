//! The words of a text with the sentence, clause and paragraph that each stands in.
//!
//! Shallow on purpose: punctuation and contrast words, no grammar. A comma ends a clause only
//! between stretches of at least four words: splitting at each made long paragraphs worse.

use std::ops::Range;

use crate::analyse::joined::Joined;
use crate::text::{is_han, tokens};

/// Shortest stretch of words that a comma sets apart.
const COMMA_WORDS: usize = 4;

/// Bytes of a short word and its blank: room is made for about as many as a text has.
const WORD_BYTES: usize = 5;

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
    /// Characters of the original.
    pub chars: Range<usize>,
    pub paragraph: usize,
    pub sentence: usize,
    pub clause: usize,
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
    /// For each word, whether a comma stands before it, or what ends more than that.
    apart: Vec<bool>,
    /// For each sentence, whether most of its words begin with a capital (an English headline).
    title_case: Vec<bool>,
    /// Whether all words are as near as any: an ablation's way.
    #[cfg(test)]
    pub is_flat: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    None,
    Comma,
    Clause,
    Sentence,
    Paragraph,
}

impl Layout {
    /// Reads a text; a clause also starts at each of the bytes `contrasts` (sorted).
    pub fn new(text: &Joined, contrasts: &[usize]) -> Self {
        let folded = &text.folded.text;
        let mut places: Vec<Place> = Vec::with_capacity(folded.len() / WORD_BYTES + 1);
        let mut breaks = Vec::with_capacity(places.capacity());
        let mut quoted = false;
        for token in tokens(folded) {
            let (end, word) =
                places.last().map_or((0, ""), |last| (last.bytes.end, &folded[last.bytes.clone()]));
            let gap = folded.get(end..token.bytes.start).unwrap_or_default();
            // Nearly every gap is a blank, which breaks and quotes nothing.
            let mut before = if gap == " " { Break::None } else { break_in(gap, word) };
            if contrasts.binary_search(&token.bytes.start).is_ok() {
                before = before.max(Break::Clause);
            }
            quoted = if gap == " " { quoted } else { still_quoted(quoted, gap) };
            breaks.push(before);
            places.push(place(text, token.bytes, token.text, quoted));
        }
        number(&mut places, &breaks);
        let title_case = title_case(&places);
        let apart = breaks.iter().map(|&before| before != Break::None).collect();
        Self {
            places,
            apart,
            title_case,
            #[cfg(test)]
            is_flat: false,
        }
    }

    /// The words that bytes of the folded text lie in, end exclusive.
    pub fn words(&self, bytes: &Range<usize>) -> Range<usize> {
        let first = self.places.partition_point(|place| place.bytes.end <= bytes.start);
        let end = self.places.partition_point(|place| place.bytes.start < bytes.end);
        first..end.max(first)
    }

    /// The words that characters of the original lie in, end exclusive.
    pub fn words_of_chars(&self, chars: &Range<usize>) -> Range<usize> {
        let first = self.places.partition_point(|place| place.chars.end <= chars.start);
        let end = self.places.partition_point(|place| place.chars.start < chars.end);
        first..end.max(first)
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
        let sentence = self.places.get(at).and_then(|place| self.title_case.get(place.sentence));
        sentence.copied().unwrap_or(true)
    }

    /// Whether a comma, or what ends more than that, stands before one of these words.
    pub fn is_broken(&self, words: Range<usize>) -> bool {
        self.apart.get(words).is_some_and(|apart| apart.contains(&true))
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

fn place(text: &Joined, bytes: Range<usize>, word: &str, quoted: bool) -> Place {
    let chars = text.chars(&bytes);
    let first = text.slice(&bytes).chars().next();
    Place {
        capital: first.is_some_and(char::is_uppercase),
        han: word.chars().next().is_some_and(is_han),
        bytes,
        chars,
        quoted,
        paragraph: 0,
        sentence: 0,
        clause: 0,
    }
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

fn number(places: &mut [Place], breaks: &[Break]) {
    let (mut paragraph, mut sentence, mut clause) = (0, 0, 0);
    let mut last_break = 0;
    for (at, place) in places.iter_mut().enumerate() {
        let here = breaks.get(at).copied().unwrap_or(Break::None);
        let ahead = breaks[at..].iter().skip(1).take(COMMA_WORDS - 1);
        let room = breaks.len() - at >= COMMA_WORDS && ahead.clone().all(|&b| b == Break::None);
        let apart = here == Break::Comma && at - last_break >= COMMA_WORDS && room;
        if at > 0 {
            paragraph += usize::from(here == Break::Paragraph);
            sentence += usize::from(here >= Break::Sentence);
            clause += usize::from(here >= Break::Clause || apart);
        }
        if here != Break::None {
            last_break = at;
        }
        (place.paragraph, place.sentence, place.clause) = (paragraph, sentence, clause);
    }
}

fn title_case(places: &[Place]) -> Vec<bool> {
    let sentences = places.last().map_or(0, |last| last.sentence + 1);
    let mut counts = vec![(0_usize, 0_usize); sentences];
    for place in places.iter().filter(|place| place.chars.len() >= 4) {
        if let Some((capitals, all)) = counts.get_mut(place.sentence) {
            *capitals += usize::from(place.capital);
            *all += 1;
        }
    }
    counts.into_iter().map(|(capitals, all)| capitals * 5 > all * 3).collect()
}

#[cfg(test)]
mod tests {
    use super::Layout;
    use crate::analyse::joined::Joined;

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
}
