//! A term made ready: what to look for first, and how to make sure of the rest.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::disguise::Disguise;
use super::hash::{self, gap};
use super::reading::Reading;
use super::stem::{Language, stem};
use crate::model::query::{Form, Inflection, Term};
use crate::text::glob::{self, ANY, is_wild, marked};
use crate::text::{fold, is_spaced};

/// Most words of a phrase that are looked for as one; the rest is compared word by word.
pub(super) const MOST_WORDS: usize = 18;

/// How a word of a term is compared with a word of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// One of these folded forms.
    Literal(Vec<String>),
    /// Folded letters with wildcards.
    Glob(Vec<char>),
    /// Any form with this stem.
    Stem(Language, String),
    /// These letters, composed, with wildcards; folded: the literal if there are none.
    Exact(Vec<char>, String),
}

/// Where a term that is not yet found may stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Anchor {
    /// Where this phrase stands.
    Phrase(Phrase),
    /// Where a word begins so.
    Prefix(String),
    /// Where a word has this stem.
    Stem(Language, String),
    /// Where a word has this in it.
    Piece(String),
    /// At every word.
    Everywhere,
}

/// Plain words one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Phrase {
    /// What stands for its first two words (or its one) in the filter.
    pub glance: u64,
    /// The first bytes of its third word.
    pub third: u64,
    /// Hash of its first two words (or its one), and of all.
    pub key: u64,
    pub hash: u64,
    pub words: u32,
}

/// What is compared at the place of an anchor.
#[derive(Debug, Clone)]
pub(super) struct Check {
    /// Each word with the hash of the gap before it.
    words: Vec<(u64, Word)>,
    before: String,
    after: String,
}

/// A term made ready.
#[derive(Debug)]
pub(super) struct Ready {
    pub words: u32,
    /// Anchors, and the number of words before each in the term.
    pub anchors: Vec<(Anchor, u32)>,
    /// None if an anchor is the whole term.
    pub check: Option<Check>,
    /// How it is found where it stands in none of its anchors.
    pub disguise: Option<Disguise>,
}

impl Ready {
    /// Reads a term; none if it has no letter or digit.
    pub fn new(term: &Term) -> Option<Self> {
        let check = Check::new(term)?;
        let literal = |word: &(u64, Word)| matches!(word.1, Word::Literal(_));
        // "fraud*" is its own anchor, too.
        let is_beginning = matches!(&check.words[..], [(_, word)] if word.is_beginning());
        let is_plain = check.before.is_empty()
            && check.after.is_empty()
            && check.words.len() <= MOST_WORDS
            && (is_beginning || check.words.iter().all(literal));
        let (anchors, offset) = check.anchors();
        let anchors = anchors.into_iter().map(|anchor| (anchor, offset)).collect();
        let words = check.words.len() as u32;
        let check = (!is_plain).then_some(check);
        Some(Self { words, anchors, check, disguise: Disguise::new(term) })
    }
}

impl Check {
    fn new(term: &Term) -> Option<Self> {
        let marked = marked(&term.text);
        let folded = fold(&marked);
        let text = folded.text.trim();
        let skip = folded.text.len() - folded.text.trim_start().len();
        let stretches = stretches(text);
        let (first, last) = (stretches.first()?, stretches.last()?);
        let count = stretches.len();
        let has_plural = term.form == Form::Folded(Inflection::Plural)
            && !term.text.chars().any(char::is_uppercase)
            && text.chars().nth(1).is_some();
        let mut words = Vec::with_capacity(count);
        let mut end = first.start;
        for (nth, stretch) in stretches.iter().enumerate() {
            let letters = &text[stretch.clone()];
            let original = folded.original_bytes(stretch.start + skip..stretch.end + skip);
            let word = match term.form {
                Form::Exact => Word::Exact(
                    composed(&marked, original).chars().collect(),
                    if letters.chars().any(is_wild) { String::new() } else { letters.to_owned() },
                ),
                _ if letters.chars().any(is_wild) => Word::Glob(letters.chars().collect()),
                Form::Folded(Inflection::Spanish) => {
                    Word::Stem(Language::Spanish, stem(Language::Spanish, letters))
                }
                Form::Folded(Inflection::English) => {
                    Word::Stem(Language::English, stem(Language::English, letters))
                }
                _ if has_plural && nth + 1 == count => Word::Literal(with_plural(letters)),
                _ => Word::Literal(vec![letters.to_owned()]),
            };
            let before = signs(&text[end..stretch.start]);
            words.push((gap(before.as_bytes(), 0, before.len()), word));
            end = stretch.end;
        }
        let (before, after) = (signs(&text[..first.start]), signs(&text[last.end..]));
        Some(Self { words, before, after })
    }

    /// The longest run of plain words; if there is none, the most telling word.
    fn anchors(&self) -> (Vec<Anchor>, u32) {
        let mut best = 0..0;
        let mut run = 0..0;
        for (at, (_, word)) in self.words.iter().enumerate() {
            run = if word.forms().is_empty() { at + 1..at + 1 } else { run.start..at + 1 };
            if run.len() > best.len() {
                best = run.clone();
            }
        }
        best.end = best.end.min(best.start + MOST_WORDS);
        if best.is_empty() {
            let word = |rank: fn(&Word) -> Option<Anchor>| {
                let mut found = self.words.iter().enumerate();
                found.find_map(|(at, (_, word))| Some((vec![rank(word)?], at as u32)))
            };
            return word(Word::prefix)
                .or_else(|| word(Word::stem))
                .or_else(|| word(Word::piece))
                .unwrap_or((vec![Anchor::Everywhere], 0));
        }
        let (_, last) = &self.words[best.end - 1];
        let anchors = last.forms().into_iter().map(|last| self.phrase(best.clone(), last));
        (anchors.collect(), best.start as u32)
    }

    fn phrase(&self, run: Range<usize>, last: &str) -> Anchor {
        let words = run.len() as u32;
        let (mut glance, mut third, mut key, mut hash, mut first) = (0, 0, 0, 0, 0);
        for (nth, at) in run.clone().enumerate() {
            let (gap, word) = &self.words[at];
            let forms = word.forms();
            let letters =
                if at + 1 == run.end { last } else { forms.first().copied().unwrap_or("") };
            let head = hash::head(letters.as_bytes(), 0, letters.len());
            let letters = hash::of_str(letters);
            match nth {
                0 => (hash, first, glance) = (letters, head, hash::one(head)),
                1 => (hash, glance) = (hash::extend(hash, *gap, letters), hash::two(first, head)),
                _ => hash = hash::extend(hash, *gap, letters),
            }
            if nth == 2 {
                third = head;
            }
            if nth < 2 {
                key = hash;
            }
        }
        Anchor::Phrase(Phrase { glance, third, key, hash, words })
    }

    /// Whether the term stands at a stretch of words.
    pub fn holds(&self, words: &Range<u32>, reading: &Reading, document: (&str, &str)) -> bool {
        let text = reading.text();
        let Some(stretch) = reading.words.get(words.start as usize..words.end as usize) else {
            return false;
        };
        let all = stretch.iter().zip(&self.words).enumerate().all(|(nth, (word, wanted))| {
            (nth == 0 || reading.gap(stretch[nth - 1], *word) == wanted.0)
                && wanted.1.is(&text[word.bytes()], || {
                    let (original, place) = reading.origin(word.bytes(), document);
                    composed(original, place)
                })
        });
        let bytes = reading.bytes(words);
        all && stretch.len() == self.words.len()
            && text[..bytes.start].ends_with(&self.before)
            && text[bytes.end..].starts_with(&self.after)
    }
}

impl Word {
    /// Folded forms, if it has no other.
    fn forms(&self) -> Vec<&str> {
        match self {
            Self::Literal(forms) => forms.iter().map(String::as_str).collect(),
            Self::Exact(_, folded) if !folded.is_empty() => vec![folded],
            _ => Vec::new(),
        }
    }

    /// Whether all words fit that begin with its letters.
    fn is_beginning(&self) -> bool {
        let Self::Glob(pattern) = self else { return false };
        pattern.len() > 1
            && pattern.iter().position(|&c| is_wild(c)) == Some(pattern.len() - 1)
            && pattern.ends_with(&[ANY])
    }

    fn prefix(&self) -> Option<Anchor> {
        let pattern = self.pattern()?;
        let prefix: String = pattern.iter().take_while(|&&c| !is_wild(c)).collect();
        (!prefix.is_empty()).then_some(Anchor::Prefix(prefix))
    }

    fn stem(&self) -> Option<Anchor> {
        match self {
            Self::Stem(language, stem) => Some(Anchor::Stem(*language, stem.clone())),
            _ => None,
        }
    }

    fn piece(&self) -> Option<Anchor> {
        let pattern = self.pattern()?;
        let pieces = pattern.split(|&c| is_wild(c));
        let longest = pieces.max_by_key(|piece| piece.len()).filter(|piece| !piece.is_empty())?;
        Some(Anchor::Piece(longest.iter().collect()))
    }

    /// Folded letters with wildcards. An exact word with wildcards is folded by its letters.
    fn pattern(&self) -> Option<Vec<char>> {
        match self {
            Self::Glob(pattern) => Some(pattern.clone()),
            Self::Exact(pattern, folded) if folded.is_empty() => {
                let letters: String = pattern.iter().collect();
                Some(fold(&letters).text.chars().collect())
            }
            _ => None,
        }
    }

    fn is(&self, letters: &str, original: impl Fn() -> String) -> bool {
        match self {
            Self::Literal(forms) => forms.iter().any(|form| form == letters),
            Self::Glob(pattern) => glob::fits(pattern, letters),
            Self::Stem(language, wanted) => *wanted == stem(*language, letters),
            Self::Exact(pattern, _) => glob::fits(pattern, &original()),
        }
    }
}

/// The words of a term, wildcards being letters; those of wildcards alone beside a word of one
/// character mean nothing and are left out.
fn stretches(text: &str) -> Vec<Range<usize>> {
    let is_letter = |c: char| is_spaced(c) || is_wild(c);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut is_run = false;
    for (at, c) in text.char_indices() {
        let goes_on = is_run && is_letter(c) && found.last().is_some_and(|last| last.end == at);
        if goes_on && let Some(last) = found.last_mut() {
            last.end = at + c.len_utf8();
        } else if is_letter(c) || c.is_alphanumeric() {
            found.push(at..at + c.len_utf8());
            is_run = is_letter(c);
        }
    }
    let idle = |at: usize| {
        let touches = |other: Option<&Range<usize>>, edge: usize| {
            other.is_some_and(|other| other.start == edge || other.end == edge)
        };
        text[found[at].clone()].chars().all(|c| c == ANY)
            && (touches(found.get(at + 1), found[at].end)
                || at > 0 && touches(found.get(at - 1), found[at].start))
    };
    (0..found.len()).filter(|&at| !idle(at)).map(|at| found[at].clone()).collect()
}

/// What stands between words, without wildcards that mean nothing.
fn signs(between: &str) -> String {
    between.chars().filter(|&c| !is_wild(c)).collect()
}

fn with_plural(word: &str) -> Vec<String> {
    let Some(last) = word.chars().next_back().filter(|&c| c.is_alphabetic() && is_spaced(c)) else {
        return vec![word.to_owned()];
    };
    let mut forms = vec![word.to_owned(), format!("{word}s")];
    if !"aeiou".contains(last) {
        forms.push(format!("{word}es"));
    }
    forms
}

/// A word of a text composed, with the marks that follow it, without what folding drops.
fn composed(text: &str, word: Range<usize>) -> String {
    let letters = text.get(word.clone()).unwrap_or_default().chars();
    let rest = text.get(word.end..).unwrap_or_default().chars();
    let marks = rest.take_while(|&c| is_combining_mark(c));
    letters.chain(marks).filter(|&c| !is_dropped(c)).nfc().collect()
}

fn is_dropped(c: char) -> bool {
    !is_combining_mark(c) && fold(c.encode_utf8(&mut [0; 4])).text.is_empty()
}
