//! Every phrase of every rule, looked for in one pass over the words of a text.

use std::collections::HashMap;

use super::CompileError;
use super::evaluate::Stretch;
use super::filter::{Phrases, Slot};
use super::hash;
use super::loose::{Draft, Loose, Posting, Stemmed};
use super::node::Nodes;
use super::reading::Reading;
use super::term::Anchor;

/// Places of terms in one document; a text that holds more has told what it has to tell.
const MAX_HITS: usize = 1 << 20;

/// The anchors of all terms.
#[derive(Debug)]
pub(super) struct Index {
    phrases: Phrases,
    /// For each literal, where its postings begin; one more at the end.
    starts: Vec<u32>,
    postings: Vec<Posting>,
    loose: Loose,
    /// For each term, its number of words, and whether an anchor is not yet the term.
    shapes: Vec<Shape>,
}

#[derive(Debug, Clone, Copy)]
struct Shape {
    words: u32,
    checked: bool,
}

/// A literal before it is numbered.
struct Literal {
    key: u64,
    words: u32,
    postings: Vec<Posting>,
}

impl Index {
    /// Builds the index of terms.
    pub fn new(nodes: &Nodes) -> Result<Self, CompileError> {
        let mut draft = Draft::default();
        let mut literals: HashMap<u64, Literal> = HashMap::with_capacity(nodes.ready.len());
        for (term, ready) in (0..).zip(&nodes.ready) {
            for (anchor, offset) in &ready.anchors {
                let posting = (term, *offset);
                match anchor {
                    &Anchor::Phrase { key, hash, words } => {
                        let fresh = || Literal { key, words, postings: Vec::new() };
                        let literal = literals.entry(hash).or_insert_with(fresh);
                        literal.postings.push(posting);
                    }
                    Anchor::Prefix(prefix) => draft.prefixes.push((prefix.clone(), posting)),
                    Anchor::Stem(language, stem) => {
                        draft.stems.push((*language, stem.clone(), posting));
                    }
                    Anchor::Piece(piece) => draft.pieces.push((piece.clone(), posting)),
                    Anchor::Everywhere => draft.everywhere.push(posting),
                }
            }
        }
        let mut keys = Vec::with_capacity(literals.len());
        let mut starts = vec![0];
        let mut postings = Vec::with_capacity(literals.len());
        for (hash, literal) in literals {
            keys.push((literal.key, hash, literal.words));
            postings.extend(literal.postings);
            starts.push(postings.len() as u32);
        }
        let shape = |ready: &super::term::Ready| Shape {
            words: ready.words,
            checked: ready.check.is_some(),
        };
        Ok(Self {
            phrases: Phrases::new(&keys),
            starts,
            postings,
            loose: Loose::new(draft)?,
            shapes: nodes.ready.iter().map(shape).collect(),
        })
    }

    /// Every place of every term, by term, then place.
    pub fn find(
        &self,
        nodes: &Nodes,
        reading: &Reading,
        document: (&str, &str),
        stemmed: &mut Stemmed,
        hits: &mut Vec<Stretch>,
    ) {
        hits.clear();
        self.find_phrases(reading, |literal, at| {
            let range = self.starts[literal as usize]..self.starts[literal as usize + 1];
            for &posting in &self.postings[range.start as usize..range.end as usize] {
                self.hit(nodes, reading, document, (at, posting), hits);
            }
        });
        self.loose.find(reading, stemmed, |at, posting| {
            self.hit(nodes, reading, document, (at, posting), hits);
        });
        hits.sort_unstable_by_key(|hit| (hit.term, hit.from));
        hits.dedup();
    }

    /// Whatever stands at an anchor, if it does.
    #[inline]
    fn hit(
        &self,
        nodes: &Nodes,
        reading: &Reading,
        document: (&str, &str),
        (at, (term, offset)): (u32, Posting),
        hits: &mut Vec<Stretch>,
    ) {
        let (Some(shape), Some(from)) = (self.shapes.get(term as usize), at.checked_sub(offset))
        else {
            return;
        };
        let words = from..from + shape.words;
        let check = || nodes.ready.get(term as usize).and_then(|ready| ready.check.as_ref());
        let holds =
            !shape.checked || check().is_some_and(|check| check.holds(&words, reading, document));
        if holds && hits.len() < MAX_HITS {
            hits.push(Stretch { from, to: words.end, term });
        }
    }

    #[inline]
    fn find_phrases(&self, reading: &Reading, mut found: impl FnMut(u32, u32)) {
        let phrases = &self.phrases;
        let words = &reading.words[..];
        for (at, word) in words.iter().enumerate() {
            if phrases.single
                && phrases.may_know(word.hash)
                && let Some(literal) = phrases.get(word.hash).and_then(|slot| slot.literal())
            {
                found(literal, at as u32);
            }
            let Some(next) = words.get(at + 1) else { continue };
            let pair = hash::extend(word.hash, next.gap, next.hash);
            if phrases.may_know(pair)
                && let Some(slot) = phrases.get(pair)
            {
                if let Some(literal) = slot.literal() {
                    found(literal, at as u32);
                }
                self.find_longer(slot, pair, &words[at + 2..], |literal| found(literal, at as u32));
            }
        }
    }

    /// Phrases that begin with two known words.
    #[inline]
    fn find_longer(
        &self,
        slot: Slot,
        pair: u64,
        rest: &[super::reading::Word],
        mut found: impl FnMut(u32),
    ) {
        let (mut longer, mut hash) = (slot.longer >> 2, pair);
        for word in rest {
            if longer == 0 {
                return;
            }
            hash = hash::extend(hash, word.gap, word.hash);
            if longer & 1 != 0
                && self.phrases.may_know(hash)
                && let Some(literal) = self.phrases.get(hash).and_then(|slot| slot.literal())
            {
                found(literal);
            }
            longer >>= 1;
        }
    }

    /// Bytes in memory, those of loose terms not counted.
    pub fn memory(&self) -> usize {
        self.phrases.memory() + size_of_val(&self.postings[..]) + size_of_val(&self.starts[..])
    }
}
