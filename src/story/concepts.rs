//! What an article speaks of whatever its language: notions of the glossary, amounts, and names in
//! Latin script; and what is quoted, word for word. `1,2 millones`, `1.2 million` and `120万` are one
//! amount.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::story::hash::short;
use crate::story::language::Tongue;
use crate::story::terms::{Text, Token, Weight, heaviest};
use crate::text::{fold, is_han, tokens};

/// Distinct concepts that an article keeps, heaviest first.
const MAX_CONCEPTS: usize = 48;
const BODY_WEIGHT: f64 = 0.4;
/// Characters of a name that count: `Marruecos` and `Marrueco` are one.
const NAME_STEM: usize = 8;
/// An amount of three digits or with a magnitude is rarely told of two events at once; a share
/// less so; two digits are often a day.
const AMOUNT: f64 = 1.6;
const SHARE: f64 = 1.2;
const SMALL: f64 = 0.4;
/// A sentence that both quote word for word is hardly chance.
const QUOTE: f64 = 1.6;
/// Words of a quotation: fewer are a name or irony.
const LEAST_QUOTED: usize = 4;
const MOST_QUOTED: usize = 60;
/// Significant digits of an amount.
const DIGITS: i32 = 3;

/// Reads the concepts of an article from its headline and the beginning of its body.
pub fn concepts(head: &Text, lead: &Text, tongue: Tongue) -> Vec<Weight> {
    let (title, body) = (found(head, tongue), found(lead, tongue));
    let mut weights: HashMap<u32, f64> = HashMap::new();
    for (term, (_, mark)) in title {
        weights.insert(term, mark);
    }
    for (term, (count, mark)) in body {
        let often = 1.0 + f64::from(count).ln();
        *weights.entry(term).or_default() += BODY_WEIGHT * mark * often;
    }
    heaviest(weights, MAX_CONCEPTS)
}

/// The term of a name in Latin script, folded.
pub fn name(text: &str) -> u32 {
    let stem = text.strip_suffix("'s").unwrap_or(text);
    let end = stem.char_indices().nth(NAME_STEM).map_or(stem.len(), |(at, _)| at);
    fact(&[b"@", &stem.as_bytes()[..end]])
}

/// An amount or a name; notions are even numbers, quotations end in two bits.
fn fact(parts: &[&[u8]]) -> u32 {
    (short(parts) & !3) | 1
}

/// Whether a concept is an amount, a name or a quotation, which tell events of one kind apart.
pub fn is_fact(term: u32) -> bool {
    term & 1 == 1
}

/// Whether it is a quotation. Translated ones agree with nothing, so that to have some says little; to
/// share one says much.
pub fn is_quote(term: u32) -> bool {
    term & 3 == 3
}

/// Each concept, how often it stands there and how much it says.
type Found = HashMap<u32, (u16, f64)>;

fn found(text: &Text, tongue: Tongue) -> Found {
    let mut found = Found::new();
    let mut add = |term: u32, mark: f64| {
        let (count, held) = found.entry(term).or_insert((0, mark));
        *count = count.saturating_add(1);
        *held = held.max(mark);
    };
    names(text, tongue, &mut add);
    amounts(&text.folded, &mut add);
    quotes(&text.folded, &mut add);
    if let Some(glossary) = Glossary::of(tongue) {
        glossary.find(&text.folded, &mut add);
    }
    found
}

fn names(text: &Text, tongue: Tongue, add: &mut impl FnMut(u32, f64)) {
    let is_name = |(at, token): &(usize, &Token)| {
        let letters = token.text.chars().all(char::is_alphabetic) && token.text.len() >= 3;
        let starts = *at == 0 || starts_sentence(&text.folded, token.from);
        letters && !token.han && (tongue == Tongue::HAN || (token.capital && !starts))
    };
    let found: Vec<(usize, &Token)> = text.tokens.iter().enumerate().filter(is_name).collect();
    if found.len() * 2 > text.tokens.len() && tongue != Tongue::HAN {
        return; // a text in capitals marks nothing
    }
    for (_, token) in found {
        add(name(&token.text), 1.0);
    }
}

fn starts_sentence(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end_matches([' ', '"', '\'', '(', '-']);
    before.chars().next_back().is_none_or(|c| matches!(c, '.' | '!' | '?' | ':' | '\n' | '¿' | '¡'))
}

/// What stands between quotation marks, word for word. Folding has made most marks one.
fn quotes(text: &str, add: &mut impl FnMut(u32, f64)) {
    let is_mark = |c: char| matches!(c, '"' | '「' | '」' | '『' | '』');
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once(is_mark) {
        let opens = before.chars().next_back().is_none_or(|c| !c.is_alphanumeric() || is_han(c));
        let Some((inside, after)) = opened.split_once(is_mark).filter(|_| opens) else {
            rest = opened;
            continue;
        };
        let words: Vec<&[u8]> =
            tokens(inside).take(MOST_QUOTED + 1).map(|token| token.text.as_bytes()).collect();
        if (LEAST_QUOTED..=MOST_QUOTED).contains(&words.len()) {
            add(short(&[b"\"", words.join(&b' ').as_slice()]) | 3, QUOTE);
            rest = after;
        } else {
            // Perhaps the mark that closes an earlier quotation: this one may open the next.
            rest = &opened[inside.len()..];
        }
    }
}

/// The amounts of a text.
fn amounts(text: &str, add: &mut impl FnMut(u32, f64)) {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = number_end(&rest[at..]) + at;
        let part_of_word =
            rest[..at].chars().next_back().is_some_and(|c| c.is_alphabetic() && !is_han(c));
        let number = &rest[at..end];
        rest = &rest[end..];
        if !part_of_word && let Some((term, mark)) = amount(number, rest) {
            add(term, mark);
        }
    }
}

/// Where a number that begins a text ends: digits, with single signs between them.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while digit(end) || (matches!(bytes.get(end), Some(b'.' | b',')) && digit(end + 1)) {
        end += 1;
    }
    end
}

/// The term of a number and of what follows it, and how much it says.
fn amount(number: &str, after: &str) -> Option<(u32, f64)> {
    let value = value(number)?;
    let after = after.trim_start_matches([' ', '\u{a0}']);
    let is_share = ["%", "por ciento", "per cent", "percent", "个百分点"]
        .iter()
        .any(|sign| after.starts_with(sign));
    let magnitude = magnitude(after);
    let value = value * magnitude;
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_year = digits == 4 && number.len() == 4 && (1900.0..2100.0).contains(&value);
    if value < 1.0 || (is_year && magnitude <= 1.0) {
        return None;
    }
    let key = rounded(value);
    if is_share {
        return Some((fact(&[b"%", key.as_bytes()]), if digits > 1 { SHARE } else { SMALL }));
    }
    let mark = match digits {
        _ if value >= 100.0 => AMOUNT,
        2.. => SMALL,
        _ => return None,
    };
    Some((fact(&[b"=", key.as_bytes()]), mark))
}

/// Signs before three digits group thousands; others begin a fraction.
fn value(number: &str) -> Option<f64> {
    let grouped = |rest: &str| rest.split(['.', ',']).skip(1).all(|group| group.len() == 3);
    if grouped(number) {
        return number.replace(['.', ','], "").parse().ok();
    }
    let at = number.rfind(['.', ','])?;
    let whole = number[..at].replace(['.', ','], "");
    format!("{whole}.{}", &number[at + 1..]).parse().ok()
}

const MAGNITUDES: [(&str, f64); 18] = [
    ("mil millones", 1e9),
    ("miles de millones", 1e9),
    ("millones", 1e6),
    ("millon", 1e6),
    ("million", 1e6),
    ("billion", 1e9),
    ("bn", 1e9),
    ("billones", 1e12),
    ("trillion", 1e12),
    ("mil ", 1e3),
    ("thousand", 1e3),
    ("百万", 1e6),
    ("千万", 1e7),
    ("万亿", 1e12),
    ("万", 1e4),
    ("萬", 1e4),
    ("亿", 1e8),
    ("億", 1e8),
];

fn magnitude(after: &str) -> f64 {
    let longest = |it: &&(&str, f64)| after.starts_with(it.0).then_some(it.0.len());
    MAGNITUDES.iter().filter(|it| longest(it).is_some()).max_by_key(longest).map_or(1.0, |it| it.1)
}

#[expect(clippy::cast_possible_truncation, reason = "a power of ten")]
fn rounded(value: f64) -> String {
    let unit = 10_f64.powi(value.log10().floor() as i32 + 1 - DIGITS);
    format!("{:.3e}", (value / unit).round() * unit)
}

/// The glossary in one language.
struct Glossary {
    finder: AhoCorasick,
    /// Of each pattern: the notion, and whether any ending will do.
    notions: Vec<(u32, bool)>,
}

#[derive(Deserialize)]
struct File {
    notion: BTreeMap<String, String>,
    place: BTreeMap<String, String>,
}

/// In the order of the columns of the file.
static GLOSSARIES: LazyLock<Vec<Glossary>> = LazyLock::new(|| {
    // A test reads it: it is never empty.
    let file: Option<File> = toml::from_str(include_str!("glossary.toml")).ok();
    (0..3).filter_map(|column| Glossary::new(file.as_ref()?, column)).collect()
});

impl Glossary {
    fn of(tongue: Tongue) -> Option<&'static Self> {
        let tag = tongue.bytes();
        let column = [b"es", b"en", b"zh"].iter().position(|&column| *column == tag)?;
        GLOSSARIES.get(column)
    }

    fn new(file: &File, column: usize) -> Option<Self> {
        let (mut patterns, mut notions) = (Vec::new(), Vec::new());
        for (key, terms) in file.notion.iter().chain(&file.place) {
            let notion = short(&[b"#", key.as_bytes()]) & !1;
            let terms = terms.split('|').nth(column).unwrap_or_default();
            for term in terms.split(',').map(str::trim).filter(|term| !term.is_empty()) {
                patterns.push(fold(term.trim_end_matches('*')).text);
                notions.push((notion, term.ends_with('*')));
            }
        }
        let finder =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok()?;
        Some(Self { finder, notions })
    }

    fn find(&self, text: &str, add: &mut impl FnMut(u32, f64)) {
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_han(c));
        for found in self.finder.find_iter(text) {
            let Some(&(notion, any_ending)) = self.notions.get(found.pattern().as_usize()) else {
                continue;
            };
            let starts = !inside(text[..found.start()].chars().next_back());
            let is_han = text[found.start()..].chars().next().is_some_and(is_han);
            let ends = any_ending || !inside(text[found.end()..].chars().next());
            if is_han || (starts && ends) {
                add(notion, 1.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{GLOSSARIES, amounts, concepts, is_fact, is_quote, quotes};
    use crate::story::language::Tongue;
    use crate::story::terms::Text;
    use crate::text::fold;

    fn amount(text: &str) -> Vec<u32> {
        let mut found = Vec::new();
        amounts(text, &mut |term, _| found.push(term));
        found
    }

    #[test]
    fn one_amount_in_three_languages() {
        for same in [
            ["1,2 millones de clientes", "1.2 million customers", "120万客户"],
            ["cae un 7,4 %", "fell 7.4 per cent", "下跌7.4%"],
            ["3.000 quejas", "3,000 complaints", "3000件投诉"],
            ["12 mil millones", "12 billion", "120亿元"],
        ] {
            let read = same.map(amount);
            assert!(read[0].len() == 1 && read[0] == read[1] && read[1] == read[2], "{same:?}");
        }
        assert!(amount("en 2026, con 3 votos y B2B").is_empty());
    }

    #[test]
    fn quotations_are_compared_word_for_word() {
        let read = |text: &str| {
            let mut found = Vec::new();
            quotes(&fold(text).text, &mut |term, _| found.push(term));
            found
        };
        let said = read("La presidenta: «We will not resign today».");
        assert_eq!(said.len(), 1);
        assert!(is_quote(said[0]) && is_fact(said[0]));
        assert_eq!(said, read("行长表示：“We will not resign today!”"));
        assert_eq!(said, read("A 3\" pipe. \"We will not resign today\", she said."));
        assert_ne!(said, read("\"We will not resign tomorrow\", she said."));
        assert!(read("the so-called \"expert group\" met \"").is_empty());
        assert!(!is_quote(super::name("almenara")) && is_fact(super::name("almenara")));
    }

    #[test]
    fn one_notion_in_three_languages() {
        assert_eq!(GLOSSARIES.len(), 3);
        let read = |text: &str, tag: &str| {
            let text = Text::new(text, 60);
            let tongue = Tongue::read(&text.folded, "", Some(tag), &[]);
            let mut found: Vec<u32> =
                concepts(&text, &Text::new("", 9), tongue).iter().map(|it| it.0).collect();
            found.sort_unstable();
            found
        };
        let spanish = read("la huelga y una multa en españa", "es");
        assert_eq!(spanish.len(), 3);
        assert_eq!(spanish, read("a strike and a fine in spain", "en"));
        assert_eq!(spanish, read("西班牙罢工与罚款", "zh"));
        assert!(read("the finest striker", "en").is_empty());
    }
}
