//! The words that bear on an opinion, in their places: scored words and the cues around them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::layout::Layout;
use crate::analyse::engine::{CategoryKey, Found, overlap};
use crate::analyse::occurrence::{Occurrence, longest};
use crate::analyse::vocabulary::{Purpose, Role, Vocabulary};

/// Farthest that a noun may stand from the verb that says whether it rises or falls, in words.
const PAIR_REACH: usize = 4;
/// What "losses widen", "profit falls" and their opposites weigh.
const PAIR_WEIGHT: f64 = 2.0;

/// A word with a weight.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::analyse) struct Scored {
    /// Places in the layout, end exclusive.
    pub words: Range<usize>,
    pub bytes: Range<usize>,
    /// -3 to 3.
    pub weight: f64,
    pub event: bool,
}

/// A word that changes others.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::analyse) struct Cue {
    pub words: Range<usize>,
    pub bytes: Range<usize>,
    pub role: Role,
}

/// All of them, in order of place.
#[derive(Debug, Default)]
pub(in crate::analyse) struct Marks {
    pub scored: Vec<Scored>,
    pub cues: Vec<Cue>,
}

/// What the marks are read from.
pub(in crate::analyse) struct Reading<'a> {
    pub vocabulary: &'a Vocabulary,
    pub categories: &'a [CategoryKey],
    /// Words of opinion in the languages that count.
    pub hits: &'a [Occurrence],
    /// Where these were looked for, in bytes of the folded text: words of categories count nowhere else.
    pub within: &'a [Range<usize>],
    pub found: &'a Found,
}

impl Reading<'_> {
    /// Bytes at which words of contrast start, in order.
    pub fn contrasts(&self) -> Vec<usize> {
        let mut starts: Vec<_> = self
            .cue_hits()
            .filter(|(role, _)| {
                matches!(role, Role::Contrast | Role::Adversative | Role::Concession)
            })
            .map(|(_, hit)| hit.bytes.start)
            .collect();
        starts.sort_unstable();
        starts
    }

    /// The marks of the text, without scored words inside `names` (bytes): a name says nothing.
    pub fn marks(&self, layout: &Layout, names: &[Range<usize>]) -> Marks {
        let scored = self.scored(layout, names);
        let mut marks = Marks { scored, cues: self.cues(layout) };
        marks.drop_false_negations();
        marks.drop_false_speech();
        marks.join_directions(layout);
        marks
    }

    /// Cues in order of place; of one role's overlapping ones, the longest.
    fn cues(&self, layout: &Layout) -> Vec<Cue> {
        let mut by_role: BTreeMap<Role, Vec<Occurrence>> = BTreeMap::new();
        for (role, hit) in self.cue_hits() {
            by_role.entry(role).or_default().push(hit.clone());
        }
        let mut cues: Vec<Cue> = Vec::new();
        for (role, hits) in by_role {
            for Occurrence { bytes, .. } in longest(hits) {
                cues.push(Cue { words: layout.words(&bytes), bytes, role });
            }
        }
        cues.sort_by_key(|cue| (cue.words.start, cue.words.end));
        cues
    }

    fn cue_hits(&self) -> impl Iterator<Item = (Role, &Occurrence)> {
        self.hits.iter().filter_map(|hit| match self.vocabulary.purpose(hit.entry)? {
            Purpose::Cue(role) => Some((role, hit)),
            _ => None,
        })
    }

    /// Phrases that a category excludes ("fraud prevention"): their words are no bad words either.
    fn harmless(&self) -> Vec<Range<usize>> {
        let excluded = self
            .hits
            .iter()
            .filter(|hit| matches!(self.vocabulary.purpose(hit.entry), Some(Purpose::Harmless)));
        longest(excluded.cloned().collect()).into_iter().map(|hit| hit.bytes).collect()
    }

    fn scored(&self, layout: &Layout, names: &[Range<usize>]) -> Vec<Scored> {
        let harmless = self.harmless();
        let mut candidates: Vec<(Range<usize>, f64, bool, bool)> = Vec::new();
        for hit in self.hits {
            if let Some(Purpose::Word(word)) = self.vocabulary.purpose(hit.entry)
                && !inside_or_across(&hit.bytes, &harmless)
            {
                candidates.push((hit.bytes.clone(), word.weight, word.event, word.exact));
            }
        }
        for (&category, places) in &self.found.categories {
            let Some(key) = self.categories.get(category).filter(|key| !key.modifier) else {
                continue;
            };
            for place in places.iter().filter(|place| covered(&place.bytes, self.within)) {
                candidates.push((place.bytes.clone(), key.event_weight(), true, true));
            }
        }
        candidates.retain(|(bytes, ..)| !covered(bytes, names));
        // Of words in the same place, one written out stays, else the weightier: they come first.
        candidates.sort_by(|a, b| b.3.cmp(&a.3).then(b.1.abs().total_cmp(&a.1.abs())));
        let places = candidates.iter().enumerate();
        let places = places.map(|(entry, (bytes, ..))| Occurrence { entry, bytes: bytes.clone() });
        longest(places.collect())
            .into_iter()
            .filter_map(|kept| {
                let &(_, weight, event, _) = candidates.get(kept.entry)?;
                Some(Scored { words: layout.words(&kept.bytes), bytes: kept.bytes, weight, event })
            })
            .collect()
    }
}

/// Whether bytes share something with a range without holding the whole of it: a longer phrase of
/// the lexicon ("not one complaint") knows better.
fn inside_or_across(bytes: &Range<usize>, ranges: &[Range<usize>]) -> bool {
    let next = ranges.partition_point(|range| range.end <= bytes.start);
    ranges.get(next).is_some_and(|range| {
        overlap(range, bytes) && !(bytes.start <= range.start && range.end <= bytes.end)
    })
}

/// Whether bytes share something with one of the ranges, which are in order and apart.
fn covered(bytes: &Range<usize>, ranges: &[Range<usize>]) -> bool {
    let next = ranges.partition_point(|range| range.end <= bytes.start);
    ranges.get(next).is_some_and(|range| overlap(range, bytes))
}

impl Marks {
    /// Cues that end at or before the word `at`, nearest first, reaching back over `reach` words.
    pub fn before(&self, at: usize, reach: usize) -> impl Iterator<Item = &Cue> {
        let end = self.cues.partition_point(|cue| cue.words.start < at);
        let from = at.saturating_sub(reach + 8);
        self.cues[..end]
            .iter()
            .rev()
            .take_while(move |cue| cue.words.start >= from)
            .filter(move |cue| cue.words.end <= at && at - cue.words.end < reach)
    }

    /// "According to rumours" is nobody's speech.
    fn drop_false_speech(&mut self) {
        let hedges: Vec<_> = self
            .cues
            .iter()
            .filter(|cue| cue.role == Role::Hedge)
            .map(|cue| cue.bytes.clone())
            .collect();
        self.cues.retain(|cue| {
            let near = hedges.partition_point(|hedge| hedge.end <= cue.bytes.start);
            cue.role != Role::Speech
                || !hedges.get(near).is_some_and(|hedge| overlap(hedge, &cue.bytes))
        });
    }

    /// "Not only" denies nothing, and "no confidence" is one word with its own weight.
    fn drop_false_negations(&mut self) {
        let false_ones: Vec<_> = self
            .cues
            .iter()
            .filter(|cue| matches!(cue.role, Role::NotNegation | Role::Never))
            .map(|cue| cue.bytes.clone())
            .chain(self.scored.iter().map(|word| word.bytes.clone()))
            .collect();
        let mut false_ones = false_ones;
        false_ones.sort_by_key(|bytes| bytes.start);
        self.cues.retain(|cue| {
            cue.role != Role::Negation || {
                let near = false_ones.partition_point(|other| other.start < cue.bytes.end);
                !false_ones[near.saturating_sub(4)..near]
                    .iter()
                    .any(|other| overlap(other, &cue.bytes))
            }
        });
    }

    /// What rises or falls decides whether that is good: the two words become one, unless the
    /// lexicon has a phrase there.
    fn join_directions(&mut self, layout: &Layout) {
        let mut pairs: Vec<Scored> = Vec::new();
        for cue in &self.cues {
            let up = match cue.role {
                Role::Rise => 1.0,
                Role::Fall => -1.0,
                _ => continue,
            };
            if let Some((noun, welcome)) = self.noun_near(cue, layout) {
                let words =
                    cue.words.start.min(noun.words.start)..cue.words.end.max(noun.words.end);
                let bytes =
                    cue.bytes.start.min(noun.bytes.start)..cue.bytes.end.max(noun.bytes.end);
                if !self.in_a_phrase(cue, noun, layout)
                    && pairs.last().is_none_or(|last| !overlap(&last.bytes, &bytes))
                {
                    let weight = up * welcome * PAIR_WEIGHT;
                    pairs.push(Scored { words, bytes, weight, event: true });
                }
            }
        }
        if pairs.is_empty() {
            return;
        }
        self.scored.retain(|word| {
            let near = pairs.partition_point(|pair| pair.bytes.end <= word.bytes.start);
            !pairs.get(near).is_some_and(|pair| overlap(&pair.bytes, &word.bytes))
        });
        self.scored.extend(pairs);
        self.scored.sort_by_key(|word| word.bytes.start);
    }

    /// Whether verb and noun are parts of one scored phrase.
    fn in_a_phrase(&self, verb: &Cue, noun: &Cue, layout: &Layout) -> bool {
        let next = self.scored.partition_point(|word| word.bytes.end <= verb.bytes.start);
        self.scored.get(next).is_some_and(|word| {
            overlap(&word.bytes, &verb.bytes)
                && overlap(&word.bytes, &noun.bytes)
                && !layout.is_han(&word.words)
        })
    }

    fn noun_near(&self, verb: &Cue, layout: &Layout) -> Option<(&Cue, f64)> {
        let from = verb.words.start.saturating_sub(PAIR_REACH + 4);
        let start = self.cues.partition_point(|cue| cue.words.start < from);
        let clause = |cue: &Cue| layout.places.get(cue.words.start).map(|place| place.clause);
        self.cues[start..]
            .iter()
            .take_while(|cue| cue.words.start <= verb.words.end + PAIR_REACH)
            .filter_map(|cue| match cue.role {
                Role::Welcome => Some((cue, 1.0)),
                Role::Unwelcome => Some((cue, -1.0)),
                _ => None,
            })
            .map(|(cue, sign)| (gap(&cue.words, &verb.words), cue, sign))
            .filter(|(gap, cue, _)| *gap < PAIR_REACH && clause(cue) == clause(verb))
            .filter(|(_, cue, _)| !overlap(&cue.bytes, &verb.bytes))
            .min_by_key(|(gap, ..)| *gap)
            .map(|(_, cue, sign)| (cue, sign))
    }
}

/// Words between two stretches of them.
pub(in crate::analyse) fn gap(a: &Range<usize>, b: &Range<usize>) -> usize {
    a.start.saturating_sub(b.end).max(b.start.saturating_sub(a.end))
}
