//! Copies: the same text, or nearly, under any headline.
//!
//! Resemblance of sets of four-word shingles (four characters in Han), estimated from their
//! smallest hashes: Broder 1997, "On the resemblance and containment of documents".

use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};

use crate::model::{ArticleId, StoryId};
use crate::text::{fold, tokens};

/// Words of a shingle.
const SHINGLE: usize = 4;
/// Smallest hashes that stand for a text; the estimate errs by about 0.06 at a resemblance of 0.5.
const SKETCH: usize = 64;
/// Shingles below which only the very same text is a copy.
const MIN_SHINGLES: usize = 12;
/// Words that are read of a text.
const MAX_WORDS: usize = 5000;
/// Words below which a headline without a body says too little to be a copy of another.
const MIN_WORDS: usize = 4;
/// Articles under one hash: above it the shingle is boilerplate and finds nobody any more.
const MAX_POSTINGS: usize = 256;

/// What a text is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Hash of all words; none if there are too few.
    exact: Option<u64>,
    /// Up to [`SKETCH`] smallest shingle hashes, rising; empty for short texts.
    sketch: Vec<u64>,
}

/// Reads what a text is compared by: its body, or its headline where there is no body.
pub fn fingerprint(title: &str, body: &str) -> Fingerprint {
    let text = if body.trim().is_empty() { title } else { body };
    let folded = fold(text);
    let words: Vec<u64> =
        tokens(&folded.text).take(MAX_WORDS).map(|token| hash(&token.text)).collect();
    let mut sketch: Vec<u64> = words.windows(SHINGLE).map(|shingle| hash(&shingle)).collect();
    sketch.sort_unstable();
    sketch.dedup();
    if sketch.len() < MIN_SHINGLES {
        sketch.clear();
    }
    sketch.truncate(SKETCH);
    Fingerprint { exact: (words.len() >= MIN_WORDS).then(|| hash(&words)), sketch }
}

/// Recent texts, bounded by number and age. Worst memory at 20,000 articles: 60 MB.
#[derive(Debug, Default)]
pub struct Copies {
    articles: VecDeque<Seen>,
    /// Number of the article at the front of `articles`.
    first: u64,
    by_text: HashMap<u64, u64>,
    by_shingle: HashMap<u64, Vec<u64>>,
}

#[derive(Debug)]
struct Seen {
    original: ArticleId,
    story: StoryId,
    at: Timestamp,
    fingerprint: Fingerprint,
}

impl Copies {
    /// The first seen of the articles that this text copies, and its story.
    pub fn original(
        &self,
        fingerprint: &Fingerprint,
        least: f64,
        since: Timestamp,
    ) -> Option<(ArticleId, StoryId)> {
        let same = fingerprint.exact.and_then(|exact| self.by_text.get(&exact).copied());
        let seen = same
            .or_else(|| self.nearest(fingerprint, least))
            .and_then(|number| self.get(number))
            .filter(|seen| seen.at >= since)?;
        Some((seen.original, seen.story))
    }

    /// Remembers a text; `original` is the article itself unless it is a copy.
    pub fn insert(
        &mut self,
        fingerprint: Fingerprint,
        original: ArticleId,
        story: StoryId,
        at: Timestamp,
    ) {
        let number = self.first + self.articles.len() as u64;
        if let Some(exact) = fingerprint.exact {
            self.by_text.entry(exact).or_insert(number);
        }
        for &shingle in &fingerprint.sketch {
            let postings = self.by_shingle.entry(shingle).or_default();
            if postings.len() < MAX_POSTINGS {
                postings.push(number);
            }
        }
        self.articles.push_back(Seen { original, story, at, fingerprint });
    }

    /// Forgets what was seen before `since`, and the oldest above `most`.
    pub fn forget(&mut self, since: Timestamp, most: usize) {
        while self.articles.len() > most || self.articles.front().is_some_and(|s| s.at < since) {
            let Some(seen) = self.articles.pop_front() else { break };
            let number = self.first;
            self.first += 1;
            if let Some(exact) = seen.fingerprint.exact
                && self.by_text.get(&exact) == Some(&number)
            {
                self.by_text.remove(&exact);
            }
            for shingle in &seen.fingerprint.sketch {
                if let Some(postings) = self.by_shingle.get_mut(shingle) {
                    postings.retain(|&other| other != number);
                    if postings.is_empty() {
                        self.by_shingle.remove(shingle);
                    }
                }
            }
        }
    }

    /// Texts that are remembered.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    fn nearest(&self, fingerprint: &Fingerprint, least: f64) -> Option<u64> {
        let mut shared: HashMap<u64, usize> = HashMap::new();
        for shingle in &fingerprint.sketch {
            for &number in self.by_shingle.get(shingle).into_iter().flatten() {
                *shared.entry(number).or_default() += 1;
            }
        }
        let mut best: Option<(u64, f64)> = None;
        for (number, _) in shared.into_iter().filter(|&(_, shared)| shared >= 4) {
            let Some(seen) = self.get(number) else { continue };
            let value = resemblance(&fingerprint.sketch, &seen.fingerprint.sketch);
            let better =
                best.is_none_or(|(held, most)| value > most || (value >= most && number < held));
            if value >= least && better {
                best = Some((number, value));
            }
        }
        best.map(|(number, _)| number)
    }

    fn get(&self, number: u64) -> Option<&Seen> {
        let index = number.checked_sub(self.first)?;
        self.articles.get(usize::try_from(index).ok()?)
    }
}

/// The share of common hashes among the smallest of both, 0 to 1 (Broder 1997, section 3).
fn resemblance(left: &[u64], right: &[u64]) -> f64 {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let most = SKETCH.min(left.len().max(right.len()));
    let (mut both, mut union) = (0_u32, 0_u32);
    while (union as usize) < most {
        let order = match (left.peek(), right.peek()) {
            (Some(one), Some(other)) => one.cmp(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => break,
        };
        union += 1;
        both += u32::from(order == Ordering::Equal);
        if order.is_le() {
            left.next();
        }
        if order.is_ge() {
            right.next();
        }
    }
    if union == 0 { 0.0 } else { f64::from(both) / f64::from(union) }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// `at` less `window`; the beginning of time if there is no such instant.
pub fn since(at: Timestamp, window: SignedDuration) -> Timestamp {
    at.checked_sub(window).unwrap_or(Timestamp::MIN)
}
