//! Every phrase of every rule, looked for in one pass over the words of a text.

use std::collections::HashMap;
use std::ops::Range;

use super::CompileError;
use super::disguise::Disguises;
use super::evaluate::Stretch;
use super::filter::{Phrases, Slot};
use super::hash;
use super::hits::Hits;
use super::loose::{Draft, Loose, Posting, Stemmed};
use super::reading::Reading;
use super::term::{Anchor, Check, Phrase, Ready};

/// Set in the value of a literal that is one whole term: the rest is the term. Otherwise it is the literal's place.
const WHOLE: u32 = 1 << 30;

/// The anchors of all terms.
#[derive(Debug)]
pub(super) struct Index {
    phrases: Phrases,
    /// For each literal that is not one whole term, where its postings begin; one more at the end.
    starts: Vec<u32>,
    postings: Vec<Posting>,
    loose: Loose,
    disguises: Disguises,
    /// By term.
    shapes: Vec<Shape>,
}

/// What is left to know of a term whose anchors are in the index.
#[derive(Debug)]
struct Shape {
    words: u32,
    /// What is compared at an anchor; none if an anchor is the whole term, as with nearly all.
    check: Option<Box<Check>>,
}

/// A literal before it is numbered.
struct Literal {
    phrase: Phrase,
    postings: Vec<Posting>,
}

/// A literal that was met: its value, its number of words, the word that it begins with.
#[derive(Debug, Clone, Copy)]
struct Met {
    value: u32,
    words: u32,
    at: u32,
}

/// Words that may be a phrase, or the first two of one.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    hash: u64,
    at: u32,
    words: u32,
}

/// What a search works in; used again from document to document.
#[derive(Debug, Default)]
pub(super) struct Finding {
    stemmed: Stemmed,
    heads: Vec<u64>,
    glanced: Vec<u32>,
    candidates: Vec<Candidate>,
    longer: Vec<Candidate>,
    slots: Vec<Slot>,
    met: Vec<Met>,
}

impl Index {
    /// Builds the index of terms, which are numbered in their order.
    pub fn new(terms: Vec<Ready>) -> Result<Self, CompileError> {
        let mut draft = Draft::default();
        let mut literals: HashMap<u64, Literal> = HashMap::with_capacity(terms.len());
        let mut shapes = Vec::with_capacity(terms.len());
        let mut disguises = Vec::new();
        for (term, ready) in (0..).zip(terms) {
            for (anchor, offset) in ready.anchors {
                let posting = (term, offset);
                match anchor {
                    Anchor::Phrase(phrase) => {
                        let fresh = || Literal { phrase, postings: Vec::new() };
                        let literal = literals.entry(phrase.hash).or_insert_with(fresh);
                        literal.postings.push(posting);
                    }
                    Anchor::Prefix(prefix) => draft.prefixes.push((prefix, posting)),
                    Anchor::Stem(language, stem) => draft.stems.push((language, stem, posting)),
                    Anchor::Piece(piece) => draft.pieces.push((piece, posting)),
                    Anchor::Everywhere => draft.everywhere.push(posting),
                }
            }
            disguises.extend(ready.disguise.map(|disguise| (term, disguise)));
            shapes.push(Shape { words: ready.words, check: ready.check.map(Box::new) });
        }
        let is_whole =
            |term: u32| shapes.get(term as usize).is_some_and(|shape| shape.check.is_none());
        let mut keys = Vec::with_capacity(literals.len());
        let mut starts = vec![0];
        let mut postings = Vec::new();
        for literal in literals.into_values() {
            let whole = match literal.postings[..] {
                [(term, 0)] if term < WHOLE && is_whole(term) => Some(WHOLE | term),
                _ => None,
            };
            let value = whole.unwrap_or_else(|| {
                postings.extend(literal.postings);
                starts.push(postings.len() as u32);
                starts.len() as u32 - 2
            });
            keys.push((literal.phrase, value));
        }
        Ok(Self {
            disguises: Disguises::new(disguises),
            phrases: Phrases::new(&keys),
            starts,
            postings,
            loose: Loose::new(draft)?,
            shapes,
        })
    }

    /// Every place of every term that has its anchor in some stretches of the words.
    pub fn find(
        &self,
        (reading, within): (&Reading, &[Range<u32>]),
        document: (&str, &str),
        finding: &mut Finding,
        hits: &mut Hits,
    ) {
        self.find_phrases(reading, within, finding);
        let Finding { stemmed, met, .. } = finding;
        for &Met { value, words, at } in &*met {
            if value & WHOLE != 0 {
                hits.push(Stretch { from: at, to: at + words, term: value & !WHOLE });
                continue;
            }
            let range = self.starts[value as usize]..self.starts[value as usize + 1];
            for &posting in &self.postings[range.start as usize..range.end as usize] {
                self.hit(reading, document, (at, posting), hits);
            }
        }
        self.loose.find(reading, within, stemmed, |at, posting| {
            self.hit(reading, document, (at, posting), hits);
        });
        self.disguises.find(reading, |hit| hits.push(hit));
    }

    /// Whatever stands at an anchor, if it does.
    #[inline]
    fn hit(
        &self,
        reading: &Reading,
        document: (&str, &str),
        (at, (term, offset)): (u32, Posting),
        hits: &mut Hits,
    ) {
        let (Some(shape), Some(from)) = (self.shapes.get(term as usize), at.checked_sub(offset))
        else {
            return;
        };
        let words = from..from + shape.words;
        let check = shape.check.as_ref();
        if check.is_none_or(|check| check.holds(&words, reading, document)) {
            hits.push(Stretch { from, to: words.end, term });
        }
    }

    /// The phrases of a text. The table fits no cache: it is asked for many places at once that do not depend on one
    /// another, so that the processor waits for all of them together.
    fn find_phrases(&self, reading: &Reading, within: &[Range<u32>], finding: &mut Finding) {
        finding.glanced.clear();
        // Heads of other words than those of the stretches may be an earlier document's: nobody asks for them.
        let heads = &mut finding.heads;
        heads.resize(heads.len().max(reading.words.len() + 1), 0);
        heads[reading.words.len()] = 0;
        for stretch in within {
            self.glance(reading, stretch, finding);
        }
        let Finding { heads, glanced, candidates, longer, slots, met, .. } = finding;
        let words = reading.words;
        let mut last = (u32::MAX, 0);
        candidates.clear();
        candidates.extend(glanced.iter().map(|&place| {
            let at = place >> 1;
            let first = words[at as usize];
            let hash = if last.0 == at { last.1 } else { reading.hash(first) };
            let next = words.get(at as usize + 1).filter(|_| place & 1 != 0);
            let hash = next.map_or(hash, |&second| {
                last = (at + 1, reading.hash(second));
                hash::extend(hash, reading.gap(first, second), last.1)
            });
            Candidate { hash, at, words: 1 + (place & 1) }
        }));
        met.clear();
        longer.clear();
        self.look_up(candidates, slots, |candidate, slot| {
            let Candidate { at, words, .. } = *candidate;
            met.extend(slot.value().map(|value| Met { value, words, at }));
            if words == 2 && heads.get(at as usize + 2).is_some_and(|&head| slot.may_go_on(head)) {
                go_on(slot.lengths(), *candidate, reading, longer);
            }
        });
        self.look_up(longer, slots, |&Candidate { at, words, .. }, slot| {
            met.extend(slot.value().map(|value| Met { value, words, at }));
        });
    }

    /// What is known of candidates that are known.
    fn look_up(
        &self,
        candidates: &[Candidate],
        slots: &mut Vec<Slot>,
        mut known: impl FnMut(&Candidate, Slot),
    ) {
        slots.clear();
        slots.extend(candidates.iter().map(|candidate| self.phrases.first(candidate.hash)));
        for (candidate, &slot) in candidates.iter().zip(&*slots) {
            if let Some(slot) = self.phrases.behind(slot, candidate.hash) {
                known(candidate, slot);
            }
        }
    }

    /// Where a phrase may begin by the heads of words, which stay in the cache: twice the word, and one more where two
    /// words stand in the filter. Sixty-four words at a time become bits, without a branch that nobody could foretell.
    fn glance(&self, reading: &Reading, stretch: &Range<u32>, finding: &mut Finding) {
        let Finding { heads, glanced, .. } = finding;
        // Up to the third word of a phrase that begins with the last one.
        let (start, end) = (stretch.start as usize, stretch.end as usize);
        let words = reading.words.iter().zip(&mut heads[..]).take(end + 2).skip(start);
        words.for_each(|(&word, head)| *head = reading.head(word));
        let last = reading.len().saturating_sub(1);
        for from in stretch.clone().step_by(64) {
            let block = heads.get(from as usize..=end).unwrap_or_default();
            let (mut ones, mut twos) = (0_u64, 0_u64);
            for (nth, pair) in block.windows(2).take(64).enumerate() {
                ones |= self.phrases.may_know(hash::one(pair[0])) << nth;
                twos |= self.phrases.may_know(hash::two(pair[0], pair[1])) << nth;
            }
            if last - from < 64 {
                twos &= !(1 << (last - from));
            }
            glanced.extend(bits(ones).map(|nth| (from + nth) << 1));
            glanced.extend(bits(twos).map(|nth| (from + nth) << 1 | 1));
        }
    }

    /// Bytes in memory, those of loose terms not counted.
    pub fn memory(&self) -> usize {
        self.phrases.memory() + size_of_val(&self.postings[..]) + size_of_val(&self.starts[..])
    }
}

/// The places of bits that are set.
fn bits(mut set: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let next = (set != 0).then(|| set.trailing_zeros());
        set &= set.wrapping_sub(1);
        next
    })
}

/// The longer phrases that may begin with two known words.
fn go_on(lengths: u32, pair: Candidate, reading: &Reading, longer: &mut Vec<Candidate>) {
    let (mut lengths, mut hash) = (lengths, pair.hash);
    let rest = reading.words.get(pair.at as usize + 1..).unwrap_or_default();
    for (words, next) in (3..).zip(rest.windows(2)) {
        if lengths == 0 {
            return;
        }
        hash = hash::extend(hash, reading.gap(next[0], next[1]), reading.hash(next[1]));
        if lengths & 1 != 0 {
            longer.push(Candidate { hash, words, ..pair });
        }
        lengths >>= 1;
    }
}
