//! Finding where queries hold, ten or a hundred thousand at a time.
//!
//! A document is folded and cut into words (`reading`). Every phrase of every query is known by the hash of its words,
//! looked up where the first bytes of two words pass a filter (`filter`, `index`); a phrase that is met is a hit. Terms that are no
//! plain phrases (`fraud*`, stems, exact forms) hang on a word or a beginning of one and are compared there
//! (`term`, `loose`); disguises have a coarser reading of their own (`disguise`). A query is evaluated (`evaluate`) only where one of the terms that it cannot do
//! without has a hit (`node`). What each node of a query means stands in `model::query`.
//!
//! Work is bounded by the lengths of document and queries: hits, places and matches of expressions by
//! constants, depth when compiled.

#![allow(
    clippy::cast_possible_truncation,
    reason = "a text is cut at 2^32 bytes when it is folded"
)]

mod cut;
mod disguise;
mod evaluate;
mod field;
mod filter;
mod hash;
mod hits;
mod index;
mod loose;
mod needed;
mod node;
mod reading;
mod sieve;
mod stem;
mod term;

use std::ops::Range;

pub(super) use self::cut::cut;
use self::evaluate::{Stretch, View};
use self::hits::Hits;
use self::index::{Finding, Index};
use self::needed::NeededBy;
use self::node::{Builder, Nodes, cheapest};
pub(super) use self::reading::{Body, Reading, Word};
use self::sieve::Sieve;
use super::CompileError;
use crate::model::Field;
use crate::model::query::{Document, Query};
use crate::text::Folded;

/// Compiled queries. Holds no reference to them; share it behind an `Arc`.
#[derive(Debug)]
pub struct Rules {
    nodes: Nodes,
    index: Index,
    queries: Vec<Compiled>,
    needed_by: NeededBy,
    /// Where few terms are needed.
    sieve: Option<Sieve>,
}

#[derive(Debug, Clone, Copy)]
struct Compiled {
    node: u32,
    context: Option<u32>,
}

/// What one thread works in; used again from document to document.
#[derive(Debug, Default)]
pub struct Scratch {
    folded: Folded,
    words: Vec<Word>,
    search: Search,
}

/// What one search works in.
#[derive(Debug, Default)]
pub(super) struct Search {
    finding: Finding,
    hits: Hits,
    queries: Vec<u32>,
}

/// The queries that hold for a document.
pub struct Found<'a> {
    rules: &'a Rules,
    reading: Reading<'a>,
    document: &'a Document<'a>,
    hits: &'a Hits,
    /// In order, by their places among those compiled.
    pub queries: &'a [u32],
}

/// Where a query holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    /// Headline or body.
    pub field: Field,
    /// Characters of that text.
    pub chars: Range<usize>,
    /// Bytes of the folded text: headline, line break, body.
    pub bytes: Range<usize>,
    /// The term that it begins with, as written; empty for an expression.
    pub term: &'a str,
}

impl Rules {
    /// Compiles queries, each with a context in which alone it holds.
    ///
    /// # Errors
    /// A term without letters, an expression that is none or is too large, a tree too deep (the parser lets
    /// none of these through), or more terms than fit.
    pub fn compile<'a>(
        queries: impl IntoIterator<Item = (&'a Query, Option<&'a Query>)>,
    ) -> Result<Self, CompileError> {
        let mut builder = Builder::default();
        let mut compiled = Vec::new();
        for (query, context) in queries {
            let node = builder.add(query)?;
            let context = context.map(|context| builder.add(context)).transpose()?;
            compiled.push(Compiled { node, context });
        }
        let (nodes, ready) = builder.finish();
        let costs = nodes.costs(&ready);
        let needs = (0..).zip(&compiled).map(|(at, query): (u32, &Compiled)| {
            let is_plain = query.context.is_none() && nodes.is_plain(query.node);
            let context = query.context.and_then(|context| nodes.needs(context, &costs));
            let needs = cheapest(vec![nodes.needs(query.node, &costs), context]);
            (at << 1 | u32::from(is_plain), needs)
        });
        let needed_by = NeededBy::new(nodes.terms.len(), needs);
        let needed = needed_by.terms().map(|terms| terms.filter_map(|at| nodes.terms.get(at)));
        let sieve = needed.and_then(Sieve::new);
        let index = Index::new(ready)?;
        Ok(Self { needed_by, sieve, index, nodes, queries: compiled })
    }

    /// Finds the queries that hold for a document.
    pub fn matches<'a>(
        &'a self,
        document: &'a Document<'a>,
        scratch: &'a mut Scratch,
    ) -> Found<'a> {
        let Scratch { folded, words, search } = scratch;
        folded.clear();
        words.clear();
        let body = Body::fold(folded, document.title, document.body);
        if self.sieve.as_ref().is_none_or(|sieve| sieve.lets_through(&folded.text)) {
            cut(&folded.text, words);
        }
        let reading = Reading::new(folded, words, body);
        let whole = 0..reading.len();
        self.search(document, reading, std::slice::from_ref(&whole), search)
    }

    /// As [`Rules::matches`], of a document that was read before, by what stands in some stretches of its words (in
    /// order and apart); whatever reaches over their edges may count or not.
    pub(super) fn search<'a>(
        &'a self,
        document: &'a Document<'a>,
        reading: Reading<'a>,
        within: &[Range<u32>],
        search: &'a mut Search,
    ) -> Found<'a> {
        let Search { finding, hits, queries } = search;
        hits.begin(self.nodes.terms.len());
        if !reading.words.is_empty() {
            let texts = (document.title, document.body);
            self.index.find((&reading, within), texts, finding, hits);
        }
        self.needed_by.find(hits.terms(), queries);
        let view = View { nodes: &self.nodes, reading: &reading, document, hits };
        let whole = 0..reading.len();
        queries.retain(|&at| {
            at & 1 != 0
                || self.queries.get(at as usize >> 1).is_some_and(|query| {
                    query.context.is_none_or(|context| view.holds(context, &whole))
                        && view.holds(query.node, &whole)
                })
        });
        for at in queries.iter_mut() {
            *at >>= 1;
        }
        Found { rules: self, reading, document, hits, queries }
    }

    /// A term as written, by its number; empty for an expression.
    #[must_use]
    pub fn term(&self, number: usize) -> &str {
        self.nodes.terms.get(number).map_or("", |term| &term.text)
    }

    /// Bytes in memory of what finds phrases, about.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.index.memory() + size_of_val(&self.queries[..])
    }
}

impl<'a> Found<'a> {
    /// Where a query that holds does so, in order of place.
    pub fn places(&self, query: u32) -> Vec<Place<'a>> {
        let Some(query) = self.rules.queries.get(query as usize) else { return Vec::new() };
        let reading = &self.reading;
        let stretches = self.view().places(query.node, &(0..reading.len()));
        let place = |stretch: Stretch| {
            let bytes = reading.bytes(&(stretch.from..stretch.to));
            let chars = reading.folded.original(bytes.clone());
            let (field, skip) = if reading.is_title(bytes.start) {
                (Field::Title, 0)
            } else {
                (Field::Body, reading.body_char())
            };
            let chars = chars.start.saturating_sub(skip)..chars.end.saturating_sub(skip);
            let term = self.rules.term(stretch.term as usize);
            Place { field, chars, bytes, term }
        };
        stretches.into_iter().map(place).collect()
    }

    /// As [`Found::places`], in bytes of the folded text alone, with the number of the term that it
    /// begins with, in the order in which queries write new ones.
    pub fn each_place(&self, query: u32, mut found: impl FnMut(Range<usize>, u32)) {
        let Some(query) = self.rules.queries.get(query as usize) else { return };
        let reading = &self.reading;
        self.view().each_place(query.node, &(0..reading.len()), |stretch| {
            found(reading.bytes(&(stretch.from..stretch.to)), stretch.term);
        });
    }

    fn view(&self) -> View<'_> {
        let Self { rules, reading, document, hits, .. } = self;
        View { nodes: &rules.nodes, reading, document, hits }
    }
}

#[cfg(test)]
mod tests;
