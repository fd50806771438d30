//! The terms that tell what an article is about, with their weights, and their order for seeing
//! whether two texts share more than one name.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::story::vocabulary::is_function_word;
use crate::text::{fold, is_han, tokens};

/// Characters of a word that count: cutting words is the cheapest stemming that serves Spanish and
/// English alike (`McNamee` and Mayfield 2004, "Character N-Gram Tokenization").
const STEM: usize = 7;
/// Words of the body that count: what happened stands in front.
const BODY_WORDS: usize = 400;
/// Distinct terms that an article keeps, heaviest first.
const MAX_TERMS: usize = 128;
/// Words of the headline that count.
const TITLE_WORDS: usize = 60;
/// Words of a usual name of an organisation; pairs of characters of one in Han.
const NAME: usize = 3;
const HAN_NAME: usize = 5;
const BODY_WEIGHT: f32 = 0.4;
/// Numbers and names tell events of one kind apart.
const MARKED_WEIGHT: f32 = 1.25;

/// What an article is about.
#[derive(Debug, Default)]
pub struct Terms {
    /// Each distinct term and its weight, heaviest first.
    pub weights: Vec<(u64, f32)>,
    /// The terms in the order of the text; `None` where the text breaks off.
    pub sequence: Vec<Option<u64>>,
    /// Whether the body adds to the headline.
    pub has_body: bool,
    /// Terms that the name of an organisation takes.
    pub of_name: usize,
}

/// Reads the terms of an article.
pub fn terms(title: &str, body: &str, language: Option<&str>) -> Terms {
    let head = words(title, TITLE_WORDS, language);
    let lead = words(body, BODY_WORDS, language);
    let mut weights: HashMap<u64, f32> = HashMap::new();
    for word in head.iter().flatten() {
        weights.insert(word.term, 1.0); // capitals of headlines follow house styles
    }
    let mut counts: HashMap<u64, (u16, f32)> = HashMap::new();
    for word in lead.iter().flatten() {
        let (count, mark) = counts.entry(word.term).or_insert((0, 1.0));
        *count = count.saturating_add(1);
        *mark = mark.max(word.mark());
    }
    for (&term, &(count, mark)) in &counts {
        let often = 1.0 + f32::from(count).ln();
        *weights.entry(term).or_default() += BODY_WEIGHT * mark * often;
    }
    let mut weights: Vec<(u64, f32)> = weights.into_iter().collect();
    weights.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    weights.truncate(MAX_TERMS);
    let term = |word: &Option<Word>| word.as_ref().map(|word| word.term);
    let sequence = head.iter().map(term).chain([None]).chain(lead.iter().map(term)).collect();
    let han = title.chars().filter(|&c| is_han(c)).count() * 2 > title.chars().count();
    let of_name = if han { HAN_NAME } else { NAME };
    Terms { weights, sequence, has_body: counts.len() >= 12, of_name }
}

/// The terms of names that are watched: every story about the organisation holds them, so that
/// they tell none of them apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(HashSet<u64>);

impl Names {
    /// Reads the terms of names, in any language.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let words = names.into_iter().flat_map(|name| words(name, TITLE_WORDS, None));
        Self(words.flatten().map(|word| word.term).collect())
    }

    pub(super) fn hold(&self, term: u64) -> bool {
        self.0.contains(&term)
    }
}

struct Word {
    term: u64,
    number: bool,
    name: bool,
}

impl Word {
    fn mark(&self) -> f32 {
        if self.number || self.name { MARKED_WEIGHT } else { 1.0 }
    }
}

/// The words of a text that carry meaning, `None` where Han text is interrupted. Function words
/// are left out, so that `fuga de datos` and `data leak` are runs of two.
fn words(text: &str, limit: usize, language: Option<&str>) -> Vec<Option<Word>> {
    let folded = fold(text);
    let original: Vec<char> = text.chars().collect();
    let mut words: Vec<Option<Word>> = Vec::new();
    let mut previous_han: Option<(&str, usize)> = None;
    let mut capitals = 0;
    for token in tokens(&folded.text) {
        if words.len() >= limit {
            break;
        }
        if token.text.chars().next().is_some_and(is_han) {
            match previous_han {
                Some((before, end)) if end == token.bytes.start => {
                    words.push(Some(word(hash(&(before, token.text)), false, false)));
                }
                _ => words.push(None),
            }
            previous_han = Some((token.text, token.bytes.end));
            continue;
        }
        previous_han = None;
        let stem = token.text.strip_suffix("'s").unwrap_or(token.text);
        if is_function_word(stem, language) {
            continue;
        }
        let number = stem.contains(|c: char| c.is_ascii_digit());
        let start = folded.original(token.bytes).start;
        let name = !words.is_empty() && original.get(start).is_some_and(|c| c.is_uppercase());
        capitals += usize::from(name);
        let kept = if number { stem.len() } else { cut(stem) };
        words.push(Some(word(hash(&&stem[..kept]), number, name)));
    }
    if capitals * 2 > words.len() {
        unmark_names(&mut words); // a headline in capitals marks nothing
    }
    words
}

fn word(term: u64, number: bool, name: bool) -> Word {
    Word { term, number, name }
}

fn unmark_names(words: &mut [Option<Word>]) {
    for word in words.iter_mut().flatten() {
        word.name = false;
    }
}

/// Bytes of the first [`STEM`] characters.
fn cut(word: &str) -> usize {
    word.char_indices().nth(STEM).map_or(word.len(), |(at, _)| at)
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
