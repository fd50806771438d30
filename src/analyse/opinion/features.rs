//! What the linear model sees of a text: hashed words around the masked target, lexicon hits and
//! cues by side and distance, what the rules concluded, and all of it once more by genre.

mod classes;
mod genre;
mod shape;
mod skeleton;
mod valence;

use std::collections::BTreeSet;
use std::ops::Range;

use super::cues::{Marks, gap};
use super::layout::Layout;
use super::scope::Scope;
use crate::analyse::joined::Joined;

/// Buckets that features are hashed into, as a power of two.
pub(in crate::analyse) const BITS: u32 = 19;
/// Words on either side of a mention whose side counts.
const SIDE_REACH: usize = 6;
/// Words on either side whose exact place counts.
const PLACE_REACH: usize = 2;
/// Words of a text that are read.
const MOST_WORDS: usize = 400;
/// Features of a text of usual length, its genre's copies among them.
const USUAL_FEATURES: f64 = 240.0;
/// Stands for the target.
const TARGET: &str = "\u{1}";
/// Stands for what is behind the last word.
const END: &str = "\u{2}";
/// Lengths of word beginnings, in bytes of the folded word.
const PREFIXES: [usize; 2] = [5, 7];

/// A hashed feature and the words that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::analyse) struct Feature {
    pub bucket: u32,
    pub words: Range<usize>,
}

/// The weight that each of so many features has. It falls with the fourth root of their number, so
/// that a text of usual length weighs 1 and a long one somewhat more.
pub(in crate::analyse) fn share(features: usize) -> f64 {
    (USUAL_FEATURES * features.max(1) as f64).powf(-0.25)
}

/// All features of a text with mentions (places of the layout, in order). `sum` is the rules' sum.
pub(in crate::analyse) fn features(
    text: &Joined,
    layout: &Layout,
    marks: &Marks,
    mentions: &[Range<usize>],
    sum: f64,
) -> Vec<Feature> {
    let others = BTreeSet::new();
    let mut reader = Reader {
        words: words(text, layout, mentions),
        scope: Scope { layout, marks, mentions, others: &others },
        genre: genre::of(text, layout),
        found: Vec::with_capacity(2048),
    };
    reader.whole(sum);
    reader.shape(text);
    reader.words();
    reader.skeleton();
    reader.marks(text);
    if reader.genre != genre::MONEY {
        reader.valences();
        reader.classes();
    }
    reader.found.sort_by_key(|one| one.bucket);
    reader.found.dedup_by_key(|one| one.bucket);
    reader.found
}

/// A word as the model reads it, with its place in the layout.
struct Word<'a> {
    text: &'a str,
    at: Range<usize>,
}

/// The folded words, each mention as one word and numbers made alike.
fn words<'a>(text: &'a Joined, layout: &Layout, mentions: &[Range<usize>]) -> Vec<Word<'a>> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(place) = layout.places.get(at).filter(|_| words.len() < MOST_WORDS) {
        let next = mentions.partition_point(|mention| mention.end <= at);
        if let Some(mention) = mentions.get(next).filter(|mention| mention.start <= at) {
            words.push(Word { text: TARGET, at: at..mention.end });
            at = mention.end;
            continue;
        }
        let word = text.folded.text.get(place.bytes.clone()).unwrap_or_default();
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        words.push(Word { text: if number { "0" } else { word }, at: at..at + 1 });
        at += 1;
    }
    words
}

struct Reader<'a> {
    words: Vec<Word<'a>>,
    scope: Scope<'a>,
    genre: &'static str,
    found: Vec<Feature>,
}

impl Reader<'_> {
    /// Once for all texts and once for those of its genre (Daumé 2007): what "beats" says of a
    /// candidate and of a quarter's profit is learned together and apart.
    fn add(&mut self, kind: &str, parts: &[&str], words: Range<usize>) {
        let bucket = bucket(self.genre, kind, parts);
        self.found.push(Feature { bucket, words: words.clone() });
        self.add_once(kind, parts, words);
    }

    /// For all texts alike: what is rare enough to be of one genre without being told so.
    fn add_once(&mut self, kind: &str, parts: &[&str], words: Range<usize>) {
        self.found.push(Feature { bucket: bucket("", kind, parts), words });
    }

    #[expect(clippy::cast_possible_truncation, reason = "clamped")]
    fn whole(&mut self, sum: f64) {
        let mention = self.scope.mentions.first().cloned().unwrap_or(0..0);
        let all = self.scope.layout.places.len();
        let step = (sum * 2.0).round().clamp(-10.0, 10.0) as i32;
        self.add("bias", &[], mention.clone());
        self.add("sum", &[&step.to_string()], mention.clone());
        for edge in -6..=6 {
            if step >= edge {
                self.add("sum>", &[&edge.to_string()], mention.clone());
            }
        }
        let place = (mention.start * 4).checked_div(all).unwrap_or(0).to_string();
        self.add("place", &[&place], mention.clone());
        self.add("first", &[&(mention.start == 0).to_string()], mention.clone());
        self.add("length", &[&all.checked_ilog2().unwrap_or(0).to_string()], mention.clone());
        self.add("mentions", &[&self.scope.mentions.len().min(4).to_string()], mention.clone());
        let quoted = self.scope.layout.places.get(mention.start).is_some_and(|one| one.quoted);
        self.add("quoted", &[&quoted.to_string()], mention);
    }

    /// Side of and distance to the nearest mention, and whether the clause is the same.
    fn seen(&self, words: &Range<usize>) -> (&'static str, usize, bool) {
        let mentions = self.scope.mentions;
        let Some(mention) = self.scope.nearest(words).and_then(|at| mentions.get(at)) else {
            return ("-", MOST_WORDS, false);
        };
        let side = if words.start >= mention.end { "after" } else { "before" };
        let clause = |at: usize| self.scope.layout.places.get(at).map(|place| place.clause);
        (side, gap(words, mention), clause(words.start) == clause(mention.start))
    }

    fn words(&mut self) {
        let words = std::mem::take(&mut self.words);
        for (i, word) in words.iter().enumerate() {
            let at = word.at.clone();
            let here = word.text;
            let (side, distance, same_clause) = self.seen(&at);
            let text = |ahead: usize| words.get(i + ahead).map_or(END, |next| next.text);
            let end = |ahead: usize| words.get(i + ahead).map_or(at.end, |next| next.at.end);
            self.add("w", &[here], at.clone());
            self.add_once("ww", &[here, text(1)], at.start..end(1));
            self.add_once("w_w", &[here, text(2)], at.start..end(2));
            let target = [here, text(1), text(2)].contains(&TARGET);
            if target || self.scope.layout.places.get(at.start).is_some_and(|one| one.han) {
                self.add_once("www", &[here, text(1), text(2)], at.start..end(2));
            }
            for length in PREFIXES {
                if let Some(prefix) = here.get(..length).filter(|_| here.len() > length) {
                    self.add("p", &[prefix], at.clone());
                    if distance < SIDE_REACH {
                        self.add("ps", &[prefix, side], at.clone());
                    }
                }
            }
            if same_clause {
                self.add("wc", &[here], at.clone());
                self.add("wwc", &[here, text(1)], at.start..end(1));
            }
            if distance < SIDE_REACH {
                self.add("ws", &[here, side], at.clone());
            }
            if distance < PLACE_REACH {
                let place = if distance == 0 { "0" } else { "1" };
                self.add("wp", &[here, side, place], at.clone());
            }
        }
        self.words = words;
    }

    fn marks(&mut self, text: &Joined) {
        let marks = self.scope.marks;
        for word in &marks.scored {
            let (side, distance, same_clause) = self.seen(&word.words);
            let near = near(distance);
            let sign = if word.weight < 0.0 { "bad" } else { "good" };
            let clause = if same_clause { "same" } else { "other" };
            let negated = marks.before(word.words.start, 3).next();
            let cue = negated.map_or(String::new(), |cue| format!("{:?}", cue.role));
            let strength = (word.weight.abs() * 2.0).round().to_string();
            let identity = text.folded.text.get(word.bytes.clone()).unwrap_or_default();
            let at = word.words.clone();
            self.add("hit", &[sign, side, near, clause], at.clone());
            self.add("hit", &[sign, side, &cue], at.clone());
            self.add("hit", &[sign, &strength, near], at.clone());
            self.add("id", &[identity, side], at.clone());
            self.add("id", &[identity, near, clause], at.clone());
            self.add("id", &[identity, &cue], at);
        }
        for cue in &marks.cues {
            let (side, distance, same_clause) = self.seen(&cue.words);
            let role = format!("{:?}", cue.role);
            let clause = if same_clause { "same" } else { "other" };
            self.add("cue", &[&role, side, near(distance), clause], cue.words.clone());
        }
    }
}

fn near(distance: usize) -> &'static str {
    match distance {
        0..=2 => "near",
        3..=7 => "mid",
        _ => "far",
    }
}

/// FNV-1a (Fowler, Noll and Vo 1991), folded to `BITS`.
fn bucket(genre: &str, kind: &str, parts: &[&str]) -> u32 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut feed = |bytes: &[u8]| {
        for &byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        hash = (hash ^ 0xff).wrapping_mul(0x0100_0000_01b3);
    };
    feed(genre.as_bytes());
    feed(kind.as_bytes());
    for part in parts {
        feed(part.as_bytes());
    }
    let mixed = hash ^ (hash >> 32);
    ((mixed ^ (mixed >> BITS)) & ((1 << BITS) - 1)) as u32
}
