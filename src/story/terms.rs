//! The terms that tell what an article is about, with their weights, and their order for seeing
//! whether two texts share more than one name.
//!
//! Words belong to their language; what [`concepts`](crate::story::concepts) finds is the same in all.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

use crate::story::concepts::concepts;
use crate::story::hash::{Mixed, short};
use crate::story::language::Tongue;
use crate::story::vocabulary::is_function_word;
use crate::text::{fold, is_han, tokens};

/// Characters of a word that count: cutting words is the cheapest stemming that serves Spanish and
/// English alike (`McNamee` and Mayfield 2004, "Character N-Gram Tokenization").
const STEM: usize = 7;
/// Words of the body that count: what happened stands in front.
pub const BODY_WORDS: usize = 400;
/// Distinct words that an article keeps, heaviest first.
const MAX_TERMS: usize = 96;
/// Words of the headline that count.
const TITLE_WORDS: usize = 60;
/// Words of a usual name of an organisation; pairs of characters of one in Han.
const NAME: usize = 3;
const HAN_NAME: usize = 5;
/// Weights are whole numbers, so that a story's sum is exact whatever comes and goes: this is 1.
pub const UNIT: f64 = 20.0;
const BODY_WEIGHT: f64 = 0.4;
/// Numbers and names tell events of one kind apart.
const MARKED_WEIGHT: f64 = 1.25;

/// A term and its weight in [`UNIT`]s.
pub type Weight = (u32, u8);

/// What an article is about.
#[derive(Debug, Default)]
pub struct Terms {
    /// Whose words they are.
    pub tongue: Tongue,
    /// Each distinct word and its weight, heaviest first.
    pub words: Vec<Weight>,
    /// Numbers, names and notions, in no language, heaviest first.
    pub concepts: Vec<Weight>,
    /// The words in the order of the text; `None` where the text breaks off.
    pub sequence: Vec<Option<u32>>,
    /// Whether the body adds to the headline.
    pub has_body: bool,
    /// Terms that the name of an organisation takes.
    pub of_name: usize,
}

/// Reads the terms of an article.
pub fn terms(title: &str, body: &str, language: Option<&str>) -> Terms {
    let (head, lead) = (Text::new(title, TITLE_WORDS), Text::new(body, BODY_WORDS * 2));
    let first: Vec<&str> =
        head.tokens.iter().chain(lead.tokens.iter().take(60)).map(|it| it.text.as_str()).collect();
    let tongue = Tongue::read(title, body, language, &first);
    let (title_words, lead_words) =
        (head.words(TITLE_WORDS, tongue), lead.words(BODY_WORDS, tongue));
    let mut weights: HashMap<u32, f64> = HashMap::new();
    for word in title_words.iter().flatten() {
        weights.insert(word.term, 1.0); // capitals of headlines follow house styles
    }
    let mut counts: HashMap<u32, (u16, f64)> = HashMap::new();
    for word in lead_words.iter().flatten() {
        let (count, mark) = counts.entry(word.term).or_insert((0, 1.0));
        *count = count.saturating_add(1);
        *mark = mark.max(word.mark());
    }
    for (&term, &(count, mark)) in &counts {
        let often = 1.0 + f64::from(count).ln();
        *weights.entry(term).or_default() += BODY_WEIGHT * mark * often;
    }
    let term = |word: &Option<Word>| word.as_ref().map(|word| word.term);
    let sequence =
        title_words.iter().map(term).chain([None]).chain(lead_words.iter().map(term)).collect();
    let of_name = if tongue == Tongue::HAN { HAN_NAME } else { NAME };
    Terms {
        tongue,
        words: heaviest(weights, MAX_TERMS),
        concepts: concepts(&head, &lead, tongue),
        sequence,
        has_body: counts.len() >= 12,
        of_name,
    }
}

/// The `most` heaviest as whole weights.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
pub fn heaviest(weights: HashMap<u32, f64>, most: usize) -> Vec<Weight> {
    let whole = |weight: f64| (weight * UNIT).round().clamp(1.0, 255.0) as u8;
    let mut weights: Vec<Weight> =
        weights.into_iter().map(|(term, weight)| (term, whole(weight))).collect();
    weights.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    weights.truncate(most);
    weights
}

/// The terms of names that are watched: every story about the organisation holds them, so that
/// they tell none of them apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(HashSet<u32, BuildHasherDefault<Mixed>>);

impl Names {
    /// Reads the terms of names, in any language.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut found = HashSet::default();
        for name in names {
            let text = Text::new(name, TITLE_WORDS);
            for tag in ["es", "en", "zh"] {
                let tongue = Tongue::read("", "", Some(tag), &[]);
                found.extend(text.words(TITLE_WORDS, tongue).iter().flatten().map(|it| it.term));
            }
            found.extend(text.tokens.iter().map(|it| crate::story::concepts::name(&it.text)));
        }
        Self(found)
    }

    pub(super) fn hold(&self, term: u32) -> bool {
        self.0.contains(&term)
    }
}

/// A text, folded and cut into words.
pub struct Text {
    /// Folded.
    pub folded: String,
    /// Its first words.
    pub tokens: Vec<Token>,
}

/// A word of a text.
pub struct Token {
    /// Folded.
    pub text: String,
    /// Where it stands in the folded text.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Whether it begins with a capital.
    pub capital: bool,
    /// Whether it is one Han character.
    pub han: bool,
}

impl Text {
    /// The first `most` words of a text.
    pub fn new(text: &str, most: usize) -> Self {
        // A word has some ten characters: what lies beyond is not even folded.
        let end = text.char_indices().nth(most * 16).map_or(text.len(), |(at, _)| at);
        let text = text.get(..end).unwrap_or(text);
        let folded = fold(text);
        let original: Vec<char> = text.chars().collect();
        let tokens = tokens(&folded.text)
            .take(most)
            .map(|token| Token {
                text: token.text.to_owned(),
                from: token.bytes.start,
                to: token.bytes.end,
                han: token.text.chars().next().is_some_and(is_han),
                capital: original
                    .get(folded.original(token.bytes).start)
                    .is_some_and(|c| c.is_uppercase()),
            })
            .collect();
        Self { tokens, folded: folded.text }
    }

    /// The words that carry meaning, `None` where Han text is interrupted. Function words are left
    /// out, so that `fuga de datos` and `data leak` are runs of two.
    fn words(&self, limit: usize, tongue: Tongue) -> Vec<Option<Word>> {
        let language = tongue.name();
        let mut words: Vec<Option<Word>> = Vec::new();
        let mut previous_han: Option<&Token> = None;
        let mut capitals = 0;
        for token in &self.tokens {
            if words.len() >= limit {
                break;
            }
            if token.han {
                words.push(previous_han.filter(|before| before.to == token.from).map(|before| {
                    let term = short(&[b"zh", before.text.as_bytes(), token.text.as_bytes()]);
                    Word { term, number: false, name: false }
                }));
                previous_han = Some(token);
                continue;
            }
            previous_han = None;
            let stem = token.text.strip_suffix("'s").unwrap_or(&token.text);
            if is_function_word(stem, &language) {
                continue;
            }
            let number = stem.contains(|c: char| c.is_ascii_digit());
            let name = !words.is_empty() && token.capital;
            capitals += usize::from(name);
            let kept = if number { stem.len() } else { cut(stem) };
            let term = short(&[&tongue.bytes(), &stem.as_bytes()[..kept]]);
            words.push(Some(Word { term, number, name }));
        }
        if capitals * 2 > words.len() {
            // A headline in capitals marks nothing.
            words.iter_mut().flatten().for_each(|word| word.name = false);
        }
        words
    }
}

struct Word {
    term: u32,
    number: bool,
    name: bool,
}

impl Word {
    fn mark(&self) -> f64 {
        if self.number || self.name { MARKED_WEIGHT } else { 1.0 }
    }
}

/// Bytes of the first [`STEM`] characters.
fn cut(word: &str) -> usize {
    word.char_indices().nth(STEM).map_or(word.len(), |(at, _)| at)
}
