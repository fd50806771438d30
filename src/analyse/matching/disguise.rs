//! Terms in disguise: letters spaced out, look-alike signs and letters, letters repeated, signs between characters of
//! Han. What counts as one stands in `model::query`.
//!
//! A second, coarser reading of the text, made on the fly and only where a set of rules has such terms: every letter
//! and every sign that can be one becomes a *class* (`@` and Cyrillic `а` are `a`, `l` and `1` are `i`). Where a word can
//! begin, the classes of up to four letters name the terms that may stand there; those are compared letter by letter.

use std::collections::HashMap;

use super::evaluate::Stretch;
use super::reading::Reading;
use crate::model::query::{Form, Term};
use crate::text::{fold, is_spaced, words};

/// Letters that name a bucket.
const KEY: usize = 4;
/// Fewest letters of a word that is found spaced out, and of one that is found with a letter repeated.
const SPACED_OUT: usize = 3;
const REPEATED: usize = 4;
/// As many of one letter are a letter repeated; two may be how a word is written.
const RUN: usize = 3;

/// A term with its disguises.
#[derive(Debug)]
pub(super) struct Disguise {
    words: Vec<Word>,
    before: String,
    after: String,
}

#[derive(Debug)]
struct Word {
    /// What stands before it, blanks made one; empty for the first.
    gap: Vec<char>,
    letters: Vec<char>,
    /// Whether its script puts spaces between words.
    is_spaced: bool,
}

/// Letters of a term that a text writes as they are, and others.
#[derive(Default)]
struct Tally {
    own: usize,
    other: usize,
}

/// The disguised terms of all rules.
#[derive(Debug, Default)]
pub(super) struct Disguises {
    terms: Vec<(u32, Disguise)>,
    buckets: HashMap<String, Vec<u32>>,
    /// Most letters of a term.
    longest: usize,
}

impl Disguise {
    /// Reads a term; none if it has no disguises.
    pub fn new(term: &Term) -> Option<Self> {
        if term.form != Form::Disguised || term.text.contains(['*', '?']) {
            return None;
        }
        let folded = fold(&term.text);
        let text = folded.text.trim();
        let (mut found, mut before, mut end) = (Vec::<Word>::new(), String::new(), 0);
        for word in words(text) {
            let mut gap: Vec<char> = text[end..word.bytes.start].chars().collect();
            if found.is_empty() {
                before.extend(gap.drain(..));
            } else if gap.iter().any(|&c| is_sign(c)) {
                return None;
            }
            gap.dedup_by(|a, b| *a == ' ' && *b == ' ');
            let letters: Vec<char> = word.text.chars().collect();
            let is_spaced = letters.iter().copied().all(is_spaced);
            found.push(Word { gap, letters, is_spaced });
            end = word.bytes.end;
        }
        let after = text[end..].to_owned();
        (!found.is_empty()).then_some(Self { words: found, before, after })
    }

    /// Classes of its first letters as [`head`] tells them, joined and spaced out.
    fn keys(&self) -> Vec<String> {
        let classes = |word: &Word| word.letters.iter().copied().map(class).collect::<Vec<_>>();
        let mut letters = self.words.first().map(classes).unwrap_or_default();
        if self.words.first().is_some_and(|word| !word.is_spaced) {
            let more = self.words[1..].iter();
            let more = more.take_while(|word| !word.is_spaced && word.gap.is_empty());
            letters.extend(more.flat_map(classes));
            return vec![letters.into_iter().take(KEY).collect()];
        }
        let spaced_out = letters.iter().take(KEY).collect();
        letters.dedup();
        let joined = letters.into_iter().take(KEY).collect();
        let mut keys = vec![joined, spaced_out];
        keys.dedup();
        keys
    }

    /// Where the term ends that begins at a byte.
    fn end(&self, text: &str, from: usize) -> Option<usize> {
        if !text[..from].ends_with(&self.before) {
            return None;
        }
        let (mut at, mut tally) = (from, Tally::default());
        for (nth, word) in self.words.iter().enumerate() {
            if nth > 0 {
                at = word.after_gap(text, at)?;
            }
            at = word.end(text, at, &mut tally)?;
        }
        let is_enough = tally.other == 0 || tally.own >= tally.other.max(2);
        (is_enough && text[at..].starts_with(&self.after)).then_some(at)
    }
}

impl Word {
    fn after_gap(&self, text: &str, mut at: usize) -> Option<usize> {
        if self.gap.is_empty() {
            return Some(after_mark(text, at));
        }
        for &sign in &self.gap {
            let rest = text[at..].strip_prefix(sign)?;
            let rest = if sign == ' ' { rest.trim_start_matches(' ') } else { rest };
            at = text.len() - rest.len();
        }
        Some(at)
    }

    fn end(&self, text: &str, at: usize, tally: &mut Tally) -> Option<usize> {
        if !self.is_spaced {
            return self.joined(text, at, tally);
        }
        if text[..at].chars().next_back().is_some_and(is_spaced) {
            return None;
        }
        let first = first(text, at).map_or(at, |c| at + c.len_utf8());
        let is_spaced_out = self.letters.len() >= SPACED_OUT && after_mark(text, first) > first;
        let end = if is_spaced_out {
            self.spaced_out(text, at, tally)?
        } else {
            self.joined(text, at, tally)?
        };
        (!first_is_letter(text, end)).then_some(end)
    }

    fn spaced_out(&self, text: &str, mut at: usize, tally: &mut Tally) -> Option<usize> {
        for (nth, &letter) in self.letters.iter().enumerate() {
            if nth > 0 {
                let next = after_mark(text, at);
                at = (next > at).then_some(next)?;
            }
            at += tally.letter(first(text, at)?, letter)?.len_utf8();
        }
        Some(at)
    }

    fn joined(&self, text: &str, mut at: usize, tally: &mut Tally) -> Option<usize> {
        for (nth, &letter) in self.letters.iter().enumerate() {
            let c = tally.letter(first(text, at)?, letter)?;
            let mut run = 1;
            if c.is_alphabetic() && self.may_repeat(nth) {
                run = text[at..].chars().take_while(|&next| next == c).count();
            }
            at += c.len_utf8() * if run >= RUN { run } else { 1 };
        }
        Some(at)
    }

    /// Whether a letter stands in its word alone, not doubled, so that a run of it is no other word.
    fn may_repeat(&self, nth: usize) -> bool {
        let same = |other: usize| {
            self.letters.get(other).is_some_and(|&other| latin(other) == latin(self.letters[nth]))
        };
        self.is_spaced
            && self.letters.len() >= REPEATED
            && !same(nth + 1)
            && !nth.checked_sub(1).is_some_and(same)
    }
}

impl Tally {
    /// A character of a text that stands for a letter of a term.
    fn letter(&mut self, c: char, letter: char) -> Option<char> {
        if c == letter {
            self.own += 1;
        } else if looks(c).contains(&latin(letter)) {
            self.other += 1;
        } else {
            return None;
        }
        Some(c)
    }
}

impl Disguises {
    /// Terms with their numbers.
    pub fn new(terms: Vec<(u32, Disguise)>) -> Self {
        let mut all = Self::default();
        for (at, (_, term)) in (0..).zip(&terms) {
            let letters = term.words.iter().map(|word| word.letters.len()).sum();
            all.longest = all.longest.max(letters);
            for key in term.keys() {
                all.buckets.entry(key).or_default().push(at);
            }
        }
        Self { terms, ..all }
    }

    /// Every place of every term.
    pub fn find(&self, reading: &Reading, mut found: impl FnMut(Stretch)) {
        if self.terms.is_empty() {
            return;
        }
        let text = reading.text();
        let mut is_inside = false;
        let mut key = String::new();
        for (at, c) in text.char_indices() {
            let is_letter = is_spaced(c);
            if !is_inside && (is_letter || is_sign(c)) || !is_letter && c.is_alphanumeric() {
                self.find_at(reading, at, &mut key, &mut found);
            }
            is_inside = is_letter;
        }
    }

    fn find_at(
        &self,
        reading: &Reading,
        from: usize,
        key: &mut String,
        found: &mut impl FnMut(Stretch),
    ) {
        let text = reading.text();
        head(&text[from..], self.longest, key);
        let ends = key.char_indices().map(|(at, c)| at + c.len_utf8());
        for &at in ends.filter_map(|end| self.buckets.get(&key[..end])).flatten() {
            let Some((number, term)) = self.terms.get(at as usize) else { continue };
            if let Some(end) = term.end(text, from) {
                let words = reading.within(&(from..end));
                found(Stretch { from: words.start, to: words.end, term: *number });
            }
        }
    }
}

/// Classes of the first letters of a text; adjacent ones of a word that are alike count as one. Passes over at most so
/// many signs: each would stand for a letter.
fn head(text: &str, most_signs: usize, key: &mut String) {
    key.clear();
    let (mut at, mut last, mut signs, mut letters) = (0, None, 0, 0);
    while let Some(c) = first(text, at) {
        if !c.is_alphanumeric() && !is_sign(c) {
            let next = after_mark(text, at);
            if next == at {
                return;
            }
            (at, last) = (next, None);
            continue;
        }
        signs += usize::from(!c.is_alphanumeric());
        let class = class(c);
        if last != Some(class) {
            key.push(class);
            letters += 1;
        }
        if letters == KEY || signs > most_signs {
            return;
        }
        last = (is_spaced(c) || is_sign(c)).then_some(class);
        at += c.len_utf8();
    }
}

/// Behind blanks and at most one mark: what spaces letters out. No other signs, since those end clauses and
/// sentences or part the things of a list.
fn after_mark(text: &str, at: usize) -> usize {
    let rest = text[at..].trim_start_matches(' ');
    let rest = rest.strip_prefix(is_mark).unwrap_or(rest).trim_start_matches(' ');
    text.len() - rest.len()
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | '-' | '_' | '*' | '·' | '・' | '•' | '/' | '\\' | '+' | '~' | '#' | '=' | '^')
}

/// Signs, neither letters nor digits, that can be letters.
fn is_sign(c: char) -> bool {
    matches!(c, '@' | '$' | '!' | '|')
}

fn first(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

fn first_is_letter(text: &str, at: usize) -> bool {
    first(text, at).is_some_and(is_spaced)
}

/// The letters that a folded character looks like; Latin ones for those of other alphabets.
fn looks(c: char) -> &'static [char] {
    match c {
        '@' | '4' | 'а' | 'α' => &['a'],
        'в' | 'β' => &['b'],
        'с' => &['c'],
        'ԁ' => &['d'],
        '3' | 'е' | 'ε' => &['e'],
        'һ' | 'н' | 'η' => &['h'],
        '1' | '!' | '|' => &['i', 'l'],
        'і' | 'ι' => &['i'],
        'ј' => &['j'],
        'к' | 'κ' => &['k'],
        'ӏ' => &['l'],
        'м' | 'μ' => &['m'],
        'ν' => &['n'],
        '0' | 'о' | 'ο' => &['o'],
        'р' | 'ρ' => &['p'],
        'ԛ' => &['q'],
        '5' | '$' | 'ѕ' => &['s'],
        '7' | 'т' | 'τ' => &['t'],
        'ԝ' => &['w'],
        'х' | 'χ' => &['x'],
        'у' | 'υ' => &['y'],
        'ζ' => &['z'],
        _ => latin_self(c),
    }
}

/// Latin letters look like themselves, so that they stand for look-alikes in terms of other alphabets.
fn latin_self(c: char) -> &'static [char] {
    const LATIN: [char; 26] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
        's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
    ];
    let place = LATIN.iter().position(|&latin| latin == c);
    place.map_or(&[], |at| &LATIN[at..=at])
}

/// The Latin letter that a letter looks like; other characters are themselves.
fn latin(letter: char) -> char {
    let is_sure = letter.is_alphabetic();
    looks(letter).first().copied().filter(|_| is_sure).unwrap_or(letter)
}

/// What all characters that can stand for a letter have in common with it.
fn class(c: char) -> char {
    match looks(c).first().copied().unwrap_or(c) {
        'l' => 'i',
        other => other,
    }
}
