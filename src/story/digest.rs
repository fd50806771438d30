//! What a story is about, in words of its own: headline, lead article, phrases, names. Nothing is
//! written, all is chosen (centroid-based extraction: Radev and others 2004).

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::story::han_names::han_names;
use crate::story::spread::Carried;
use crate::story::vocabulary::is_function_word;
use crate::text::{fold, is_han, tokens};

/// Articles that are read, earliest first: enough to tell what a story is about.
const READ: usize = 200;
/// Characters of the body that are read.
const LEAD: usize = 600;
const MOST_PHRASES: usize = 8;
const MOST_ENTITIES: usize = 12;
/// Words of a phrase, at most; characters of one in Han.
const PHRASE: usize = 4;
const HAN_PHRASE: usize = 8;
/// What a tier above the third adds to an article's fitness to lead, of 1.
const PER_TIER: f64 = 0.1;

/// What is said of a story.
#[derive(Debug, Default)]
pub struct Digest {
    pub headline: String,
    /// Place of the lead article in the list.
    pub lead: Option<usize>,
    pub phrases: Vec<String>,
    pub entities: Vec<String>,
}

/// Chooses among the articles of a story, given in order of time.
pub fn digest(articles: &[Carried]) -> Digest {
    let read: Vec<(usize, &Carried)> = articles.iter().enumerate().take(READ).collect();
    let own: Vec<(usize, &Carried)> = read.iter().copied().filter(|(_, it)| !it.is_copy).collect();
    let own = if own.is_empty() { read } else { own };
    let words: Vec<HashSet<String>> = own.iter().map(|(_, it)| title_words(&it.title)).collect();
    let mut counts: HashMap<&str, f64> = HashMap::new();
    for word in words.iter().flatten() {
        *counts.entry(word).or_default() += 1.0;
    }
    let central = |words: &HashSet<String>| -> f64 {
        let sum: f64 = words.iter().filter_map(|word| counts.get(word.as_str())).sum();
        sum / (words.len() as f64 + 3.0) / own.len() as f64
    };
    let values: Vec<f64> = words.iter().map(central).collect();
    let best = |value: &dyn Fn(usize) -> f64| {
        (0..own.len()).fold(None, |best: Option<usize>, at| match best {
            Some(held) if value(held) >= value(at) => best,
            _ => Some(at),
        })
    };
    let tier = |at: usize| f64::from(3_u8.saturating_sub(own[at].1.tier)) * PER_TIER;
    let headline = best(&|at| values[at]);
    let lead =
        best(&|at| values[at] + tier(at) + if own[at].1.body.len() > LEAD { 0.1 } else { 0.0 });
    let texts: Vec<String> = own
        .iter()
        .map(|(_, it)| format!("{}\n{}", it.title, it.body.chars().take(LEAD).collect::<String>()))
        .collect();
    Digest {
        headline: headline.map(|at| own[at].1.title.clone()).unwrap_or_default(),
        lead: lead.map(|at| own[at].0),
        phrases: phrases(&texts),
        entities: entities(&texts),
    }
}

fn title_words(title: &str) -> HashSet<String> {
    let folded = fold(title).text;
    let mut words = HashSet::new();
    let mut before: Option<(usize, String)> = None;
    for token in tokens(&folded) {
        if token.text.chars().next().is_some_and(is_han) {
            if let Some((end, character)) = before.take()
                && end == token.bytes.start
            {
                words.insert(character + token.text);
            }
            before = Some((token.bytes.end, token.text.to_owned()));
        } else if !is_function_word(token.text, "") {
            words.insert(token.text.to_owned());
        }
    }
    words
}

/// A run of words as it is written, by its folded form.
type Runs = BTreeMap<String, (String, usize)>;

/// Runs of words that several texts hold, longer ones before the parts of them.
fn phrases(texts: &[String]) -> Vec<String> {
    let mut runs = Runs::new();
    for text in texts {
        let mut seen = HashSet::new();
        for (folded, written) in runs_of(text) {
            if seen.insert(folded.clone()) {
                runs.entry(folded).or_insert((written, 0)).1 += 1;
            }
        }
    }
    let least = if texts.len() > 1 { 2 } else { 1 };
    let weight = |folded: &str, count: usize| {
        let words = if folded.chars().any(is_han) {
            folded.chars().count() as f64 / 2.0
        } else {
            folded.split(' ').count() as f64
        };
        (count as f64).ln_1p() * words.sqrt()
    };
    let mut found: Vec<(f64, String, String)> = runs
        .into_iter()
        .filter(|(_, (_, count))| *count >= least)
        .map(|(folded, (written, count))| (weight(&folded, count), folded, written))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<(String, String)> = Vec::new();
    for (_, folded, written) in found {
        let overlaps = |held: &str| held.contains(&folded) || folded.contains(held);
        if chosen.len() < MOST_PHRASES && !chosen.iter().any(|(held, _)| overlaps(held)) {
            chosen.push((folded, written));
        }
    }
    chosen.into_iter().map(|(_, written)| written).collect()
}

/// Runs of two to four words between words of grammar, and of four to eight Han characters.
fn runs_of(text: &str) -> Vec<(String, String)> {
    let original: Vec<char> = text.chars().collect();
    let folded = fold(text);
    let list: Vec<_> = tokens(&folded.text).collect();
    let mut runs = Vec::new();
    for start in 0..list.len() {
        let han = list[start].text.chars().all(is_han);
        let (least, most) = if han { (4, HAN_PHRASE) } else { (2, PHRASE) };
        let mut end = start;
        while end < list.len() && end - start < most {
            let token = &list[end];
            let gap = if end == start {
                " "
            } else {
                &folded.text[list[end - 1].bytes.end..token.bytes.start]
            };
            let joined = if han { end == start || gap.is_empty() } else { gap == " " };
            let grammar = token.text.len() < 2 || is_function_word(token.text, "");
            let opens_with_grammar = !han && grammar && end == start;
            if !joined || token.text.chars().all(is_han) != han || opens_with_grammar {
                break;
            }
            end += 1;
            if end - start >= least && (han || !grammar) {
                let bytes = list[start].bytes.start..list[end - 1].bytes.end;
                let range = folded.original(bytes.clone());
                let written: String = original.get(range).unwrap_or_default().iter().collect();
                runs.push((folded.text[bytes].to_owned(), written));
            }
        }
    }
    runs
}

/// Names: in Latin script runs of capitalised words inside sentences, in Han what [`han_names`] finds.
fn entities(texts: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        let body = text.split_once('\n').map_or(text.as_str(), |(_, body)| body);
        let mut seen = HashSet::new();
        let mut run: Vec<&str> = Vec::new();
        let mut starts = true;
        for word in body.split_whitespace() {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let capital = bare.chars().next().is_some_and(|c| c.is_uppercase() && !is_han(c));
            if capital && !starts && bare.chars().count() > 2 {
                run.push(bare);
            }
            let ends = word.ends_with(|c: char| !c.is_alphanumeric());
            if !capital || starts || ends {
                if !run.is_empty() {
                    seen.insert(run.join(" "));
                }
                run.clear();
            }
            starts = word.ends_with(['.', '!', '?', ':', '«', '"', '“']);
        }
        for name in seen {
            *counts.entry(name).or_default() += 1;
        }
    }
    let mut found: Vec<(String, usize)> = counts.into_iter().chain(han_names(texts)).collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    found.into_iter().take(MOST_ENTITIES).map(|(name, _)| name).collect()
}
