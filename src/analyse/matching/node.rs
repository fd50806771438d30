//! Queries made ready: trees flattened, terms numbered, and for each query the terms one of which must
//! occur for it to hold.

use std::collections::HashMap;
use std::ops::Range;

use regex::{Regex, RegexBuilder};

use super::CompileError;
use super::field::{Field, Span};
use super::term::{Anchor, Ready};
use crate::model::query::{Query, Term, TextField, Unit};

/// Deeper queries are refused.
const MAX_DEPTH: usize = 100;
/// Bytes of a compiled expression.
const MAX_REGEX: usize = 1 << 20;

/// Set in the number of a node that is a term by itself: the rest is the term. So most nodes are read where their number
/// stands, and none of them lies in memory of its own.
const TERM: u32 = 1 << 31;

/// The term that a number stands for, if it does.
#[inline]
pub(super) fn term_of(number: u32) -> Option<u32> {
    (number & TERM != 0).then_some(number & !TERM)
}

/// A node of a query that is no term by itself. Numbers are those of nodes and terms, or places in [`Nodes`].
#[derive(Debug, Clone)]
pub(super) enum Node {
    Matches(u32),
    Any(Range<u32>),
    All(Range<u32>),
    Not(u32),
    AtLeast { count: u32, of: Range<u32> },
    Near { gap: u32, ordered: bool, first: u32, second: u32 },
    Same { unit: Unit, parts: Range<u32> },
    Except { of: u32, within: u32 },
    In { field: TextField, query: u32 },
    Meta(u32),
    Between(u32),
}

/// All queries of one set of rules.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    all: Vec<Node>,
    /// Parts of nodes that have several.
    pub parts: Vec<u32>,
    pub terms: Vec<Term>,
    pub regexes: Vec<Regex>,
    pub fields: Vec<Field>,
    pub spans: Vec<Span>,
}

/// Builds [`Nodes`].
#[derive(Default)]
pub(super) struct Builder {
    nodes: Nodes,
    ready: Vec<Ready>,
    known: HashMap<Term, u32>,
}

impl Builder {
    /// Adds a query; returns its node.
    pub fn add(&mut self, query: &Query) -> Result<u32, CompileError> {
        self.node(query, 0)
    }

    /// What was added, in no more memory than it needs, and its terms made ready for the index.
    pub fn finish(self) -> (Nodes, Vec<Ready>) {
        let Self { mut nodes, ready, .. } = self;
        nodes.all.shrink_to_fit();
        nodes.parts.shrink_to_fit();
        nodes.terms.shrink_to_fit();
        (nodes, ready)
    }

    fn node(&mut self, query: &Query, depth: usize) -> Result<u32, CompileError> {
        if depth > MAX_DEPTH {
            return Err(CompileError::TooDeep);
        }
        let node = match query {
            Query::Term(term) => return Ok(TERM | self.term(term)?),
            Query::Matches(expression) => {
                self.nodes.regexes.push(regex(expression)?);
                Node::Matches(self.nodes.regexes.len() as u32 - 1)
            }
            Query::Any(parts) => Node::Any(self.parts(parts, depth)?),
            Query::All(parts) => Node::All(self.parts(parts, depth)?),
            Query::Not(part) => Node::Not(self.node(part, depth + 1)?),
            Query::AtLeast { count, of } => {
                Node::AtLeast { count: *count, of: self.parts(of, depth)? }
            }
            Query::Near { gap, ordered, first, second } => Node::Near {
                gap: *gap,
                ordered: *ordered,
                first: self.node(first, depth + 1)?,
                second: self.node(second, depth + 1)?,
            },
            Query::Same { unit, parts } => {
                Node::Same { unit: *unit, parts: self.parts(parts, depth)? }
            }
            Query::Except { of, within } => Node::Except {
                of: self.node(of, depth + 1)?,
                within: self.node(within, depth + 1)?,
            },
            Query::In { field, query } => {
                Node::In { field: *field, query: self.node(query, depth + 1)? }
            }
            Query::Meta { field, value } => {
                self.nodes.fields.push(Field::new(*field, value));
                Node::Meta(self.nodes.fields.len() as u32 - 1)
            }
            Query::Between { field, from, to } => {
                self.nodes.spans.push(Span::new(*field, *from, *to)?);
                Node::Between(self.nodes.spans.len() as u32 - 1)
            }
        };
        self.nodes.all.push(node);
        Ok(self.nodes.all.len() as u32 - 1)
    }

    fn parts(&mut self, parts: &[Query], depth: usize) -> Result<Range<u32>, CompileError> {
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            nodes.push(self.node(part, depth + 1)?);
        }
        let from = self.nodes.parts.len() as u32;
        self.nodes.parts.extend(nodes);
        Ok(from..self.nodes.parts.len() as u32)
    }

    fn term(&mut self, term: &Term) -> Result<u32, CompileError> {
        if let Some(&known) = self.known.get(term) {
            return Ok(known);
        }
        let ready = Ready::new(term).ok_or_else(|| CompileError::EmptyTerm(term.text.clone()))?;
        let place = self.ready.len() as u32;
        self.ready.push(ready);
        self.nodes.terms.push(term.clone());
        self.known.insert(term.clone(), place);
        Ok(place)
    }
}

fn regex(expression: &str) -> Result<Regex, CompileError> {
    let built = RegexBuilder::new(expression)
        .case_insensitive(true)
        .size_limit(MAX_REGEX)
        .dfa_size_limit(MAX_REGEX)
        .build();
    built.map_err(|error| CompileError::Expression(expression.to_owned(), Box::new(error)))
}

/// Terms one of which must occur, and how many hits they are likely to have.
pub(super) struct Needs {
    cost: f64,
    pub terms: Vec<u32>,
}

impl Nodes {
    /// A node by its number.
    #[inline]
    pub fn node(&self, number: u32) -> Option<&Node> {
        self.all.get(number as usize)
    }

    /// Parts of a node.
    pub fn parts(&self, range: &Range<u32>) -> &[u32] {
        self.parts.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// A term's likely number of hits: a word is taken to be as frequent in texts as in terms, and the
    /// more so the shorter it is.
    pub fn costs(&self, ready: &[Ready]) -> Vec<f64> {
        let mut frequency: HashMap<&str, f64> = HashMap::new();
        let words = |term: &'_ Term| -> Vec<(usize, usize)> {
            crate::text::words(&term.text).map(|word| (word.bytes.start, word.bytes.end)).collect()
        };
        for term in &self.terms {
            for (from, to) in words(term) {
                *frequency.entry(&term.text[from..to]).or_default() += 1.0;
            }
        }
        let cost = |(term, ready): (&Term, &Ready)| {
            let count = |&(from, to): &(usize, usize)| {
                let word = &term.text[from..to];
                frequency.get(word).copied().unwrap_or(1.0) * 8.0 / word.len() as f64
            };
            let rarest = words(term).iter().map(count).fold(f64::MAX, f64::min);
            let anchors = ready.anchors.iter().map(|(anchor, _)| match anchor {
                Anchor::Phrase(phrase) => 0.25_f64.powf(f64::from(phrase.words)),
                Anchor::Stem(..) | Anchor::Prefix(_) => 2.0,
                Anchor::Piece(_) => 4.0,
                Anchor::Everywhere => 1e9,
            });
            rarest * anchors.fold(0.0, f64::max)
        };
        self.terms.iter().zip(ready).map(cost).collect()
    }

    /// Which terms a node needs; none if it can hold without any.
    pub fn needs(&self, node: u32, costs: &[f64]) -> Option<Needs> {
        let of = |parts: &Range<u32>| {
            self.parts(parts).iter().map(|&part| self.needs(part, costs)).collect::<Vec<_>>()
        };
        if let Some(term) = term_of(node) {
            return Some(Needs { cost: *costs.get(term as usize)?, terms: vec![term] });
        }
        match self.node(node)? {
            Node::Any(parts) => of(parts).into_iter().collect::<Option<Vec<_>>>().map(Needs::union),
            Node::All(parts) | Node::Same { parts, .. } => cheapest(of(parts)),
            Node::AtLeast { count, of: parts } => {
                // Of n parts count hold, so one of any n - count + 1 does.
                let mut needs: Vec<_> = of(parts).into_iter().flatten().collect();
                needs.sort_by(|a, b| a.cost.total_cmp(&b.cost));
                let enough = (parts.len() + 1).saturating_sub(*count as usize);
                (needs.len() >= enough && enough > 0).then(|| {
                    needs.truncate(enough);
                    Needs::union(needs)
                })
            }
            &Node::Near { first, second, .. } => {
                cheapest(vec![self.needs(first, costs), self.needs(second, costs)])
            }
            &Node::Except { of: part, .. } | &Node::In { query: part, .. } => {
                self.needs(part, costs)
            }
            Node::Not(_) | Node::Matches(_) | Node::Meta(_) | Node::Between(_) => None,
        }
    }

    /// Whether a node holds as soon as one of its needs occurs.
    pub fn is_plain(&self, node: u32) -> bool {
        let is_term = |node: u32| term_of(node).is_some();
        match self.node(node) {
            Some(Node::Any(parts)) => self.parts(parts).iter().all(|&part| is_term(part)),
            _ => is_term(node),
        }
    }
}

impl Needs {
    fn union(all: Vec<Self>) -> Self {
        let cost = all.iter().map(|needs| needs.cost).sum();
        let mut terms: Vec<u32> = all.into_iter().flat_map(|needs| needs.terms).collect();
        terms.sort_unstable();
        terms.dedup();
        Self { cost, terms }
    }
}

/// Of several that must all be met, the rarest.
pub(super) fn cheapest(needs: Vec<Option<Needs>>) -> Option<Needs> {
    needs.into_iter().flatten().min_by(|a, b| a.cost.total_cmp(&b.cost))
}
