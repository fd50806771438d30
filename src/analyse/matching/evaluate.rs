//! Whether a query holds for a document, and where: over the hits of its terms.

use std::ops::Range;

use super::hits::Hits;
use super::node::{Node, Nodes, term_of};
use super::reading::Reading;
use crate::model::query::{Document, Unit};

/// Places that one node of a query has at most in a document: what repeats more often says no more.
const MAX_PLACES: usize = 10_000;
/// Bytes of a text that expressions are tried on, and matches of one.
const MAX_SEARCHED: usize = 200_000;
const MAX_MATCHES: usize = 200;

/// A stretch of words, and the term that it begins with; expressions have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub from: u32,
    pub to: u32,
    pub term: u32,
}

impl Stretch {
    /// By term, then place: as one number, which is compared without a branch.
    pub fn order(&self) -> u128 {
        u128::from(self.term) << 64 | u128::from(self.from) << 32 | u128::from(self.to)
    }
}

/// Stands for no term.
pub(super) const NO_TERM: u32 = u32::MAX;

/// A document under evaluation.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub nodes: &'a Nodes,
    pub reading: &'a Reading<'a>,
    pub document: &'a Document<'a>,
    pub hits: &'a Hits,
}

impl View<'_> {
    /// Whether a node holds, seen within some words.
    pub fn holds(&self, node: u32, seen: &Range<u32>) -> bool {
        if let Some(term) = term_of(node) {
            return self.stands(term, seen);
        }
        let Some(node) = self.nodes.node(node) else { return false };
        match node {
            Node::Any(parts) => self.parts(parts).any(|part| self.holds(part, seen)),
            Node::All(parts) => self.parts(parts).all(|part| self.holds(part, seen)),
            &Node::Not(part) => !self.holds(part, seen),
            Node::AtLeast { count, of } => {
                let holding = self.parts(of).filter(|&part| self.holds(part, seen));
                holding.take(*count as usize).count() == *count as usize
            }
            &Node::In { field, query } => {
                let field = self.reading.field(field);
                self.holds(query, &both(seen, &field))
            }
            &Node::Meta(field) => {
                let field = self.nodes.fields.get(field as usize);
                field.is_some_and(|field| field.holds(self.document))
            }
            &Node::Between(span) => {
                let words = self.reading.len() - self.reading.title;
                let span = self.nodes.spans.get(span as usize);
                span.is_some_and(|span| span.holds(self.document, words))
            }
            // Seldom do both stand at all, and then nobody need know where.
            &Node::Near { first, second, .. }
                if !(self.holds(first, seen) && self.holds(second, seen)) =>
            {
                false
            }
            Node::Matches(_) | Node::Near { .. } | Node::Same { .. } | Node::Except { .. } => {
                let mut places = Vec::new();
                self.add_of(node, seen, &mut places);
                !places.is_empty()
            }
        }
    }

    #[inline]
    fn stands(&self, term: u32, seen: &Range<u32>) -> bool {
        let is_whole = seen.start == 0 && seen.end == self.reading.len();
        self.hits.is_met(term) && (is_whole || self.of_term(term, seen).next().is_some())
    }

    /// The places of a node that holds, in order, each once.
    pub fn places(&self, node: u32, seen: &Range<u32>) -> Vec<Stretch> {
        let mut places = Vec::new();
        self.add(node, seen, &mut places);
        places.sort_unstable();
        places.dedup();
        places
    }

    /// As [`View::places`], without a list for a term by itself.
    pub fn each_place(&self, node: u32, seen: &Range<u32>, found: impl FnMut(Stretch)) {
        match term_of(node) {
            Some(term) => self.of_term(term, seen).for_each(found),
            None => self.places(node, seen).into_iter().for_each(found),
        }
    }

    fn add(&self, node: u32, seen: &Range<u32>, places: &mut Vec<Stretch>) {
        if let Some(term) = term_of(node) {
            places.extend(self.of_term(term, seen));
        } else if let Some(node) = self.nodes.node(node) {
            self.add_of(node, seen, places);
        }
    }

    fn add_of(&self, node: &Node, seen: &Range<u32>, places: &mut Vec<Stretch>) {
        match node {
            &Node::Matches(regex) => self.matches(regex, seen, places),
            Node::Any(parts) | Node::All(parts) | Node::AtLeast { of: parts, .. } => {
                for part in self.parts(parts) {
                    if self.holds(part, seen) {
                        self.add(part, seen, places);
                    }
                }
            }
            &Node::Near { gap, ordered, first, second } => {
                let (a, b) = (self.places(first, seen), self.places(second, seen));
                self.near(&a, &b, gap, places);
                if !ordered {
                    self.near(&b, &a, gap, places);
                }
            }
            Node::Same { unit, parts } => self.same(*unit, parts, seen, places),
            &Node::Except { of, within } => {
                let apart = merged(&self.places(within, seen));
                let touches = |place: &Stretch| {
                    let next = apart.partition_point(|other| other.end <= place.from);
                    apart.get(next).is_some_and(|other| other.start < place.to)
                };
                let found = self.places(of, seen);
                places.extend(found.into_iter().filter(|place| !touches(place)));
            }
            &Node::In { field, query } => {
                let field = self.reading.field(field);
                self.add(query, &both(seen, &field), places);
            }
            Node::Not(_) | Node::Meta(_) | Node::Between(_) => {}
        }
    }

    fn parts(&self, parts: &Range<u32>) -> impl Iterator<Item = u32> {
        self.nodes.parts(parts).iter().copied()
    }

    fn of_term(&self, term: u32, seen: &Range<u32>) -> impl Iterator<Item = Stretch> {
        let hits = if self.hits.is_met(term) { self.hits.ordered() } else { &[] };
        let first = hits.partition_point(|hit| (hit.term, hit.from) < (term, seen.start));
        let (hits, end) = (&hits[first..], seen.end);
        hits.iter()
            .take_while(move |hit| hit.term == term)
            .filter(move |hit| hit.to <= end)
            .copied()
    }

    fn matches(&self, regex: u32, seen: &Range<u32>, places: &mut Vec<Stretch>) {
        let Some(regex) = self.nodes.regexes.get(regex as usize) else { return };
        for (is_title, text) in [(true, self.document.title), (false, self.document.body)] {
            let text = &text[..text.floor_char_boundary(MAX_SEARCHED)];
            for found in regex.find_iter(text).take(MAX_MATCHES) {
                let words = self.reading.words_at(is_title, &found.range());
                if !words.is_empty() && words.start >= seen.start && words.end <= seen.end {
                    places.push(Stretch { from: words.start, to: words.end, term: NO_TERM });
                }
            }
        }
    }

    /// Stretches from one place of `a` to one of `b` that follows it. Both are in order.
    fn near(&self, a: &[Stretch], b: &[Stretch], gap: u32, places: &mut Vec<Stretch>) {
        let is_title = |place: &Stretch| place.from < self.reading.title;
        for first in a {
            let next = b.partition_point(|other| other.from < first.to);
            let reach = first.to.saturating_add(gap);
            for second in b[next..].iter().take_while(|second| second.from <= reach) {
                if is_title(first) == is_title(second) {
                    places.push(Stretch { to: second.to, ..*first });
                }
                if places.len() >= MAX_PLACES {
                    return;
                }
            }
        }
    }

    fn same(&self, unit: Unit, parts: &Range<u32>, seen: &Range<u32>, places: &mut Vec<Stretch>) {
        let document = (self.document.title, self.document.body);
        let starts = self.reading.units(unit, document);
        let of = |place: &Stretch| starts.partition_point(|&start| start <= place.from);
        let mut common: Option<Vec<usize>> = None;
        let mut all = Vec::new();
        for part in self.parts(parts) {
            let found = self.places(part, seen);
            let mut units: Vec<usize> = found.iter().map(of).collect();
            units.dedup();
            common = Some(match common {
                None => units,
                Some(before) => {
                    before.into_iter().filter(|one| units.binary_search(one).is_ok()).collect()
                }
            });
            all.extend(found);
        }
        let common = common.unwrap_or_default();
        places.extend(all.into_iter().filter(|place| common.binary_search(&of(place)).is_ok()));
    }
}

fn both(a: &Range<u32>, b: &Range<u32>) -> Range<u32> {
    let start = a.start.max(b.start);
    start..a.end.min(b.end).max(start)
}

/// Places as stretches that lie apart.
fn merged(places: &[Stretch]) -> Vec<Range<u32>> {
    let mut apart: Vec<Range<u32>> = Vec::with_capacity(places.len());
    for place in places {
        match apart.last_mut() {
            Some(last) if place.from <= last.end => last.end = last.end.max(place.to),
            _ => apart.push(place.from..place.to),
        }
    }
    apart
}
