//! Copies: the same text, or nearly, under any headline: retitled, shortened, extended, reordered,
//! lightly edited, with a byline or an advertisement put in.
//!
//! What two texts have in common is estimated from the smallest hashes of their shingles (four
//! words; four characters in Han): Broder 1997, "On the resemblance and containment of documents".
//! Containment rather than resemblance decides, since a shortened wire text resembles its original
//! little. Shingles that several different texts hold are a publisher's boilerplate and count for
//! nothing. The index is a function of the articles in it, so that it can be rebuilt exactly.

use crate::model::ArticleId;
use crate::story::hash::{ByHash, hash, mix};
use crate::story::postings::Postings;
use crate::text::{fold, tokens};

/// Words of a shingle.
const SHINGLE: usize = 4;
/// One shingle in so many stands for a text …
const RATE: u64 = 16;
/// … but at least so many, and at most so many.
const LEAST_SKETCH: usize = 24;
const MOST_SKETCH: usize = 64;
/// Shingles below which only the very same text is a copy.
const MIN_SHINGLES: usize = 12;
/// Words that are read of a text.
const MAX_WORDS: usize = 5000;
/// Words below which a headline without a body says too little to be a copy of another.
const MIN_WORDS: usize = 4;
/// Latest articles that are looked at under one hash.
const LOOKED_AT: usize = 48;
/// Different texts that hold a shingle of boilerplate.
const BOILERPLATE: usize = 4;
/// Common shingles of the smaller sketch below which nothing is said.
const MIN_SHARED: usize = 5;
/// A text of which less than this share is the other one only quotes it: a digest, a live blog.
const QUOTES_ONLY: f64 = 0.3;
/// Share of the front half of one text from which both begin alike.
const FRONT_SHARE: f64 = 0.6;
/// Share of the smaller text from which it does not matter where it stands.
const WHOLE: f64 = 0.85;

/// The bit of a shingle's hash that says whether it stands in the front half of the text. What a
/// site puts under each of its articles does not.
const FRONT: u32 = 1;

/// What a text is compared by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// Hash of all words; none if there are too few.
    exact: Option<u64>,
    /// Smallest shingle hashes, rising; empty for short texts.
    sketch: Box<[u32]>,
    /// Shingles in all.
    shingles: u32,
}

/// Reads what a text is compared by: its body, or its headline where there is no body.
pub fn fingerprint(title: &str, body: &str) -> Fingerprint {
    let text = if body.trim().is_empty() { title } else { body };
    let folded = fold(text);
    let words: Vec<u64> =
        tokens(&folded.text).take(MAX_WORDS).map(|token| hash(&[token.text.as_bytes()])).collect();
    let front = words.len().saturating_sub(SHINGLE - 1) / 2;
    let marked = |(at, words)| shingle(words) & !FRONT | u32::from(at < front);
    let mut sketch: Vec<u32> = words.windows(SHINGLE).enumerate().map(marked).collect();
    sketch.sort_unstable();
    sketch.dedup_by_key(|one| *one & !FRONT);
    let shingles = u32::try_from(sketch.len()).unwrap_or(u32::MAX);
    if sketch.len() < MIN_SHINGLES {
        sketch.clear();
    }
    let below = sketch.partition_point(|&one| u64::from(one) < (1 << 32) / RATE);
    sketch.truncate(below.clamp(LEAST_SKETCH, MOST_SKETCH));
    let all: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let exact = (words.len() >= MIN_WORDS).then(|| hash(&[&all]));
    Fingerprint { exact, sketch: sketch.into_boxed_slice(), shingles }
}

fn shingle(words: &[u64]) -> u32 {
    let joined = words.iter().fold(0_u64, |state, word| mix(state.rotate_left(5) ^ word));
    (joined >> 32) as u32
}

/// What the index asks of the articles that are remembered, by number.
pub trait Remembered {
    /// The text.
    fn fingerprint(&self, number: u32) -> Option<&Fingerprint>;
    /// The first seen of its copies, itself if it is no copy.
    fn original(&self, number: u32) -> Option<ArticleId>;
}

/// The articles by their smallest shingles.
#[derive(Debug, Default)]
pub struct Copies {
    by_text: ByHash<Postings>,
    by_shingle: ByHash<Postings>,
}

impl Copies {
    /// Remembers the text of an article; numbers rise, and the lowest are forgotten first. Under one
    /// hash only those are kept that are ever looked at: the boilerplate of a large site stands in
    /// each of its articles.
    #[expect(clippy::cast_possible_truncation, reason = "a part of a hash is a hash")]
    pub fn insert(&mut self, print: &Fingerprint, number: u32) {
        if let Some(exact) = print.exact {
            self.by_text.entry(exact as u32).or_default().add_latest(number, LOOKED_AT);
        }
        for &shingle in &print.sketch {
            self.by_shingle.entry(shingle & !FRONT).or_default().add_latest(number, LOOKED_AT);
        }
    }

    /// Forgets it.
    #[expect(clippy::cast_possible_truncation, reason = "a part of a hash is a hash")]
    pub fn remove(&mut self, print: &Fingerprint, number: u32) {
        let remove = |map: &mut ByHash<Postings>, key: u32| {
            if let Some(postings) = map.get_mut(&key) {
                postings.remove(number);
                if postings.is_empty() {
                    map.remove(&key);
                }
            }
        };
        if let Some(exact) = print.exact {
            remove(&mut self.by_text, exact as u32);
        }
        for &shingle in &print.sketch {
            remove(&mut self.by_shingle, shingle & !FRONT);
        }
    }

    /// The article whose text this is, or nearly, of those that `admits` lets through.
    pub fn find(
        &self,
        print: &Fingerprint,
        least: f64,
        known: &impl Remembered,
        admits: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        self.same(print, known, &admits).or_else(|| self.nearest(print, least, known, &admits))
    }

    /// Bytes on the heap.
    pub fn heap(&self) -> usize {
        let entry = size_of::<(u32, Postings)>() + 1;
        let lists = self.by_text.values().chain(self.by_shingle.values());
        (self.by_text.capacity() + self.by_shingle.capacity()) * entry
            + lists.map(Postings::heap).sum::<usize>()
    }

    #[expect(clippy::cast_possible_truncation, reason = "a part of a hash is a hash")]
    fn same(
        &self,
        print: &Fingerprint,
        known: &impl Remembered,
        admits: &impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let exact = print.exact?;
        let mut found = None;
        self.by_text.get(&(exact as u32))?.latest(LOOKED_AT, |number| {
            let is_same = known.fingerprint(number).is_some_and(|held| held.exact == Some(exact));
            if is_same && admits(number) {
                found = Some(number);
            }
        });
        found
    }

    fn nearest(
        &self,
        print: &Fingerprint,
        least: f64,
        known: &impl Remembered,
        admits: &impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let mut boilerplate = Vec::new();
        let mut candidates: ByHash<u32> = ByHash::default();
        let mut holders: Vec<(ArticleId, u32)> = Vec::new();
        for &shingle in &print.sketch {
            let shingle = shingle & !FRONT;
            let Some(postings) = self.by_shingle.get(&shingle) else { continue };
            holders.clear();
            postings.latest(LOOKED_AT, |number| {
                if let Some(original) = known.original(number) {
                    holders.push((original, number));
                }
            });
            if distinct(&holders) >= BOILERPLATE {
                boilerplate.push(shingle);
                continue;
            }
            for &(_, number) in &holders {
                *candidates.entry(number).or_default() += 1;
            }
        }
        let mut best: Option<(f64, u32)> = None;
        for number in most_shared(candidates) {
            let Some(held) = known.fingerprint(number).filter(|_| admits(number)) else { continue };
            let value = print.agreement(held, &boilerplate);
            if value >= least
                && best
                    .is_none_or(|(most, first)| value > most || (value >= most && number < first))
            {
                best = Some((value, number));
            }
        }
        best.map(|(_, number)| number)
    }
}

/// How many different texts there are among (original, number).
fn distinct(holders: &[(ArticleId, u32)]) -> usize {
    let mut originals: Vec<ArticleId> = Vec::with_capacity(BOILERPLATE);
    for &(original, _) in holders {
        if !originals.contains(&original) {
            originals.push(original);
            if originals.len() >= BOILERPLATE {
                break;
            }
        }
    }
    originals.len()
}

/// How many of the hashes that `counts` are in the other list, and how many there are.
fn held(list: &[u32], other: &[u32], counts: impl Fn(u32) -> bool) -> (usize, usize) {
    let counted = || list.iter().filter(|&&one| counts(one));
    let among =
        |one: &&u32| other.binary_search_by_key(&(**one & !FRONT), |it| it & !FRONT).is_ok();
    (counted().filter(among).count(), counted().count())
}

/// Articles that are compared in full.
const COMPARED: usize = 24;

fn most_shared(candidates: ByHash<u32>) -> impl Iterator<Item = u32> {
    let mut found: Vec<(u32, u32)> = candidates.into_iter().collect();
    found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    found.truncate(COMPARED);
    found.into_iter().map(|(number, _)| number)
}

impl Fingerprint {
    /// The share of the smaller text that stands in the other, 0 to 1, boilerplate left out; 0
    /// where the larger one only quotes the smaller, or where they end alike but begin otherwise.
    fn agreement(&self, other: &Self, boilerplate: &[u32]) -> f64 {
        let (Some(&ours), Some(&theirs)) = (self.sketch.last(), other.sketch.last()) else {
            return 0.0;
        };
        // Below this hash both sketches are complete, unless a short text gave all it has.
        let end = match (self.is_whole(), other.is_whole()) {
            (true, true) => u32::MAX,
            (true, false) => theirs,
            (false, true) => ours,
            (false, false) => ours.min(theirs),
        };
        let counted = |list: &[u32]| -> Vec<u32> {
            let below = list.iter().copied().take_while(|&one| one <= end | FRONT);
            below.filter(|one| boilerplate.binary_search(&(one & !FRONT)).is_err()).collect()
        };
        let (left, right) = (counted(&self.sketch), counted(&other.sketch));
        let both = held(&left, &right, |_| true).0;
        let (small, large) = (left.len().min(right.len()), left.len().max(right.len()));
        if both < MIN_SHARED.min(small.max(3)) || small == 0 {
            return 0.0;
        }
        let is_digest = self.shingles > other.shingles
            && f64::from(other.shingles) < QUOTES_ONLY * f64::from(self.shingles)
            && (both as f64) < QUOTES_ONLY * large as f64;
        let value = both as f64 / small as f64;
        let in_front = |(found, all): (usize, usize)| found as f64 >= FRONT_SHARE * all as f64;
        let begins_alike = in_front(held(&left, &right, |one| one & FRONT > 0))
            || in_front(held(&right, &left, |one| one & FRONT > 0));
        if is_digest || !(begins_alike || value >= WHOLE) { 0.0 } else { value }
    }

    fn is_whole(&self) -> bool {
        self.sketch.len() == self.shingles as usize
    }

    /// Bytes on the heap.
    pub fn heap(&self) -> usize {
        self.sketch.len() * size_of::<u32>()
    }
}
