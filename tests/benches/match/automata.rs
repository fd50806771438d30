//! The same rules over other people's automata: our fold, their search, word boundaries, and a plain evaluation
//! by the rarest phrase.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use atalaya::text::{Folded, fold_onto, is_spaced, words};
use daachorse::DoubleArrayAhoCorasick;
use regex::{RegexSet, RegexSetBuilder};

use super::corpus::{Corpus, Rule};

/// Whose search it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Searcher {
    AhoCorasick,
    Daachorse,
    RegexSet,
}

impl Searcher {
    pub const ALL: [Self; 3] = [Self::AhoCorasick, Self::Daachorse, Self::RegexSet];

    pub fn name(self) -> &'static str {
        match self {
            Self::AhoCorasick => "aho-corasick, bare pass (no rules)",
            Self::Daachorse => "daachorse, same rules",
            Self::RegexSet => "RegexSet, bare pass (no rules)",
        }
    }
}

enum Automaton {
    AhoCorasick(AhoCorasick),
    Daachorse(DoubleArrayAhoCorasick<u32>),
    RegexSet(RegexSet),
}

/// An automaton with rules.
pub struct Evaluated {
    automaton: Automaton,
    rules: Vec<(char, Vec<usize>)>,
    /// For each phrase, the rules that are looked at where it occurs.
    watching: Vec<Vec<usize>>,
}

/// What one thread works in.
#[derive(Default)]
struct Room {
    folded: Folded,
    places: Vec<Vec<(usize, usize)>>,
    found: Vec<usize>,
    seen: Vec<u32>,
}

impl Evaluated {
    pub fn new(searcher: Searcher, rules: &[Rule]) -> Self {
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut phrases: Vec<String> = Vec::new();
        let mut uses: Vec<usize> = Vec::new();
        let mut numbered: Vec<(char, Vec<usize>)> = Vec::new();
        for rule in rules {
            let mut number = |phrase: &String| {
                let folded = atalaya::text::fold(phrase).text;
                let place = *known.entry(folded.clone()).or_insert_with(|| {
                    phrases.push(folded);
                    uses.push(0);
                    phrases.len() - 1
                });
                uses[place] += 1;
                place
            };
            let places = rule.phrases.iter().map(&mut number).collect();
            let kind = if rule.kind == "near" { '~' } else { rule.kind.chars().next().unwrap() };
            numbered.push((kind, places));
        }
        let mut watching = vec![Vec::new(); phrases.len()];
        for (at, (kind, places)) in numbered.iter().enumerate() {
            // Of two that must both occur, the longer is taken to be the rarer.
            let anchors = match kind {
                'o' => places.clone(),
                'a' | '~' => vec![longest(places, &phrases)],
                _ => vec![places[0]],
            };
            for anchor in anchors {
                watching[anchor].push(at);
            }
        }
        let automaton = match searcher {
            Searcher::AhoCorasick => {
                let mut builder = AhoCorasick::builder();
                builder.kind(Some(AhoCorasickKind::ContiguousNFA));
                Automaton::AhoCorasick(builder.build(&phrases).unwrap())
            }
            Searcher::Daachorse => {
                Automaton::Daachorse(DoubleArrayAhoCorasick::new(&phrases).unwrap())
            }
            Searcher::RegexSet => {
                let escaped = phrases.iter().map(|phrase| regex::escape(phrase));
                let set = RegexSetBuilder::new(escaped).size_limit(1 << 30).build().unwrap();
                Automaton::RegexSet(set)
            }
        };
        Self { automaton, rules: numbered, watching }
    }

    /// One pass over all articles; how often rules fired, or patterns were met where none are evaluated.
    pub fn pass(&self, corpus: &Corpus) -> usize {
        let mut room = Room {
            places: vec![Vec::new(); self.watching.len()],
            seen: vec![0; self.rules.len()],
            ..Room::default()
        };
        let mut fired = 0;
        for (at, article) in (1..).zip(&corpus.articles) {
            room.folded.clear();
            fold_onto(&mut room.folded, &article.title);
            fold_onto(&mut room.folded, "\n");
            fold_onto(&mut room.folded, &article.body);
            fired += match &self.automaton {
                Automaton::AhoCorasick(automaton) => {
                    automaton.find_overlapping_iter(&room.folded.text).count()
                }
                Automaton::RegexSet(set) => set.matches(&room.folded.text).iter().count(),
                Automaton::Daachorse(automaton) => self.evaluate(automaton, &mut room, at),
            };
        }
        fired
    }

    fn evaluate(
        &self,
        automaton: &DoubleArrayAhoCorasick<u32>,
        room: &mut Room,
        article: u32,
    ) -> usize {
        let Room { folded, places, found, seen } = room;
        let text = folded.text.as_str();
        for hit in automaton.find_overlapping_iter(text) {
            if stands_alone(text, hit.start(), hit.end()) {
                let phrase = hit.value() as usize;
                if places[phrase].is_empty() {
                    found.push(phrase);
                }
                places[phrase].push((hit.start(), hit.end()));
            }
        }
        let mut fired = 0;
        for &phrase in found.iter() {
            for &rule in &self.watching[phrase] {
                if seen[rule] == article {
                    continue;
                }
                seen[rule] = article;
                let (kind, parts) = &self.rules[rule];
                let has = |part: usize| !places[parts[part]].is_empty();
                fired += usize::from(match kind {
                    'a' => has(0) && has(1),
                    'n' => has(0) && !has(1),
                    '~' => has(0) && has(1) && near(text, &places[parts[0]], &places[parts[1]]),
                    _ => true,
                });
            }
        }
        found.drain(..).for_each(|phrase| places[phrase].clear());
        fired
    }
}

/// Hits of phrases that stand alone, over all articles.
pub fn hits_of(engine: &Evaluated, corpus: &Corpus) -> usize {
    let Automaton::AhoCorasick(automaton) = &engine.automaton else { return 0 };
    let texts = corpus
        .articles
        .iter()
        .map(|article| atalaya::text::fold(&format!("{}\n{}", article.title, article.body)).text);
    let hits = texts.map(|text| {
        let all = automaton.find_overlapping_iter(&text);
        all.filter(|hit| stands_alone(&text, hit.start(), hit.end())).count()
    });
    hits.sum()
}

fn longest(places: &[usize], phrases: &[String]) -> usize {
    *places.iter().max_by_key(|&&place| phrases[place].len()).unwrap()
}

fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let inside =
        |a: Option<char>, b: Option<char>| a.is_some_and(is_letter) && b.is_some_and(is_letter);
    let (before, within, after) = (&text[..from], &text[from..to], &text[to..]);
    !inside(before.chars().next_back(), within.chars().next())
        && !inside(within.chars().next_back(), after.chars().next())
}

fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { is_spaced(c) }
}

fn near(text: &str, a: &[(usize, usize)], b: &[(usize, usize)]) -> bool {
    // Ten words are seldom longer; the exact count decides.
    const REACH: usize = 400;
    a.iter().any(|&(from, to)| {
        b.iter().any(|&(start, end)| {
            let (first, second) = if start >= to { (to, start) } else { (end, from) };
            first <= second && second - first < REACH && words(&text[first..second]).count() <= 10
        })
    })
}
