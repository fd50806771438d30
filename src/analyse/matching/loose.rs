//! Terms that no whole phrase announces: beginnings of words, stems, pieces within words.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, StartKind};

use super::CompileError;
use super::hash;
use super::reading::{Reading, Word};
use super::stem::{Language, stem};

/// A term's anchor: which term, and how many of its words come before it.
pub(super) type Posting = (u32, u32);

/// The loose terms of all rules.
#[derive(Debug, Default)]
pub(super) struct Loose {
    prefixes: Option<Prefixes>,
    stems: Vec<Stems>,
    pieces: Option<Strings>,
    everywhere: Vec<Posting>,
}

/// What is gathered before the automata are built.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub prefixes: Vec<(String, Posting)>,
    pub stems: Vec<(Language, String, Posting)>,
    pub pieces: Vec<(String, Posting)>,
    pub everywhere: Vec<Posting>,
}

/// Strings in one automaton (Aho and Corasick 1975), each with its terms.
#[derive(Debug)]
struct Strings {
    automaton: AhoCorasick,
    postings: Vec<Vec<Posting>>,
}

#[derive(Debug)]
struct Prefixes {
    strings: Strings,
    /// Which first bytes, up to four, begin a prefix: see [`head`].
    heads: Heads,
    /// Lengths of heads that there are.
    lengths: Vec<usize>,
}

#[derive(Debug)]
struct Stems {
    language: Language,
    /// First two bytes of words that can have one of the stems.
    starts: Heads,
    postings: HashMap<String, Vec<Posting>>,
}

/// Stems of words met lately, by the words' hashes.
#[derive(Debug, Default)]
pub(super) struct Stemmed(HashMap<(Language, u64), Option<String>>);

/// Words whose stems are remembered.
const REMEMBERED: usize = 20_000;
/// Bytes of a head of a prefix, and of a start of a stem.
const HEAD: usize = 4;
const START: usize = 2;

/// A set of places: a bit for each.
#[derive(Debug)]
struct Heads(Box<[u64; 1024]>);

impl Loose {
    /// Builds the automata.
    pub fn new(draft: Draft) -> Result<Self, CompileError> {
        let has_prefixes = !draft.prefixes.is_empty();
        let has_pieces = !draft.pieces.is_empty();
        let mut stems = Vec::new();
        for language in Language::ALL {
            let of: Vec<_> = draft.stems.iter().filter(|stem| stem.0 == language).collect();
            if !of.is_empty() {
                stems.push(Stems::new(language, &of));
            }
        }
        Ok(Self {
            prefixes: has_prefixes.then(|| Prefixes::new(draft.prefixes)).transpose()?,
            stems,
            pieces: has_pieces
                .then(|| Strings::new(draft.pieces, StartKind::Unanchored))
                .transpose()?,
            everywhere: draft.everywhere,
        })
    }

    /// Every word of some stretches where an anchor stands.
    pub fn find(
        &self,
        reading: &Reading,
        within: &[Range<u32>],
        stemmed: &mut Stemmed,
        mut found: impl FnMut(u32, Posting),
    ) {
        let words = || {
            within.iter().flat_map(|stretch| {
                let words = reading.words.get(stretch.start as usize..stretch.end as usize);
                (stretch.start..).zip(words.unwrap_or_default())
            })
        };
        if let Some(prefixes) = &self.prefixes {
            for (at, word) in words() {
                prefixes.find(reading, *word, |posting| found(at, posting));
            }
        }
        for stems in &self.stems {
            for (at, word) in words() {
                stems.find(reading, *word, stemmed, |posting| found(at, posting));
            }
        }
        if let Some(pieces) = &self.pieces {
            pieces.find(reading, &mut |at, posting| {
                let next = within.partition_point(|stretch| stretch.end <= at);
                if within.get(next).is_some_and(|stretch| stretch.start <= at) {
                    found(at, posting);
                }
            });
        }
        for &posting in &self.everywhere {
            within.iter().cloned().flatten().for_each(|at| found(at, posting));
        }
    }
}

impl Default for Heads {
    fn default() -> Self {
        Self(Box::new([0; 1024]))
    }
}

impl Heads {
    fn insert(&mut self, head: u16) {
        self.0[usize::from(head / 64)] |= 1 << (head % 64);
    }

    #[inline]
    fn contains(&self, head: u16) -> bool {
        self.0[usize::from(head / 64)] & 1 << (head % 64) != 0
    }
}

impl Strings {
    fn new(strings: Vec<(String, Posting)>, start: StartKind) -> Result<Self, CompileError> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut literals = Vec::new();
        let mut postings: Vec<Vec<Posting>> = Vec::new();
        for (string, posting) in strings {
            let place = *places.entry(string.clone()).or_insert_with(|| {
                literals.push(string);
                postings.push(Vec::new());
                postings.len() - 1
            });
            postings[place].push(posting);
        }
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .start_kind(start)
            .build(&literals)?;
        Ok(Self { automaton, postings })
    }

    /// Where the strings stand within words.
    fn find(&self, reading: &Reading, found: &mut impl FnMut(u32, Posting)) {
        // A piece may stand in a word many times and announces its terms once.
        let mut last = vec![0; self.postings.len()];
        for hit in self.automaton.find_overlapping_iter(reading.text()) {
            let at = reading.words.partition_point(|word| word.to as usize <= hit.start());
            let is_within = reading.words.get(at).is_some_and(|word| word.to as usize >= hit.end());
            let pattern = hit.pattern().as_usize();
            if is_within && last[pattern] != at + 1 {
                last[pattern] = at + 1;
                self.postings[pattern].iter().for_each(|&posting| found(at as u32, posting));
            }
        }
    }
}

impl Prefixes {
    fn new(prefixes: Vec<(String, Posting)>) -> Result<Self, CompileError> {
        let mut heads = Heads::default();
        let mut lengths = Vec::new();
        for (prefix, _) in &prefixes {
            let length = prefix.len().min(HEAD);
            lengths.push(length);
            let head = head(hash::first(prefix.as_bytes(), 0, prefix.len()), length);
            heads.insert(head);
        }
        lengths.sort_unstable();
        lengths.dedup();
        Ok(Self { strings: Strings::new(prefixes, StartKind::Anchored)?, heads, lengths })
    }

    fn find(&self, reading: &Reading, word: Word, mut found: impl FnMut(Posting)) {
        // A longer head of a short word ends in zeros, which no prefix has.
        let first = reading.first(word);
        let begins = self.lengths.iter().any(|&length| self.heads.contains(head(first, length)));
        if !begins {
            return;
        }
        let start = word.from as usize;
        let mut state = OverlappingState::start();
        let input = Input::new(reading.text()).span(word.bytes()).anchored(Anchored::Yes);
        loop {
            if self.strings.automaton.try_find_overlapping(input.clone(), &mut state).is_err() {
                return;
            }
            let Some(hit) = state.get_match() else { return };
            // Of "terroris" read so far, "error" is told, too.
            if hit.start() == start {
                self.strings.postings[hit.pattern().as_usize()].iter().for_each(|&one| found(one));
            }
        }
    }
}

/// A place in the table for the first bytes of a word, so many of them.
#[inline]
fn head(first: u64, length: usize) -> u16 {
    let kept = first as u32 & u32::MAX >> (8 * (HEAD - length));
    (kept.wrapping_add(length as u32).wrapping_mul(0x9e37_79b1) >> 16) as u16
}

impl Stems {
    fn new(language: Language, stems: &[&(Language, String, Posting)]) -> Self {
        let mut starts = Heads::default();
        let mut postings: HashMap<String, Vec<Posting>> = HashMap::new();
        for (_, stem, posting) in stems {
            postings.entry(stem.clone()).or_default().push(*posting);
            // A stem begins as its words do, but for `dying`, `lying`, `tying`.
            let other = stem.replacen('i', "y", 1);
            for start in [stem, &other] {
                let start = head(hash::first(start.as_bytes(), 0, start.len()), START);
                starts.insert(start);
            }
        }
        Self { language, starts, postings }
    }

    fn find(
        &self,
        reading: &Reading,
        word: Word,
        stemmed: &mut Stemmed,
        found: impl FnMut(Posting),
    ) {
        let start = head(reading.first(word), START);
        if !self.starts.contains(start) {
            return;
        }
        if stemmed.0.len() > REMEMBERED {
            stemmed.0.clear();
        }
        let known = stemmed.0.entry((self.language, reading.hash(word))).or_insert_with(|| {
            let word = &reading.text()[word.bytes()];
            Some(stem(self.language, word)).filter(|stem| self.postings.contains_key(stem))
        });
        let postings = known.as_ref().and_then(|stem| self.postings.get(stem));
        postings.into_iter().flatten().copied().for_each(found);
    }
}
