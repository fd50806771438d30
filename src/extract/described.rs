//! The body that a page gives in JSON-LD, found again in the tree: there it has its paragraphs and
//! sub-headings, and what the tree has beside it is known to be none of it.

use super::blocks::{Blocks, Kind};
use super::dom::Dom;

/// Letters that a block must have to be told from chance.
const LONG: usize = 20;

/// Bodies shorter than this are teasers.
const MIN_BODY: usize = 300;

/// Characters of the described body and blocks of the page that are compared: bounds the search.
const MAX_BODY: usize = 100_000;
const MAX_BLOCKS: usize = 4_000;

/// The share of the described body that must be found in the tree.
const FOUND: f64 = 0.7;

/// The blocks that the described body holds.
#[derive(Debug, Default)]
pub(super) struct Described {
    known: Vec<bool>,
    /// Their weight.
    letters: usize,
}

impl Described {
    /// Looks for each block in the described body; nothing if there is none or little of it is
    /// found.
    pub(super) fn of(blocks: &Blocks, body: Option<&str>) -> Option<Self> {
        let body = key(&body?.chars().take(MAX_BODY).collect::<String>());
        if body.len() < MIN_BODY {
            return None;
        }
        let mut found = Self { known: vec![false; blocks.list.len()], letters: 0 };
        let mut letters = 0;
        for (at, known) in found.known.iter_mut().enumerate().take(MAX_BLOCKS) {
            if blocks.list[at].weight < LONG {
                continue;
            }
            let text = key(blocks.text(at));
            if text.len() >= LONG && body.contains(&text) {
                *known = true;
                found.letters += blocks.list[at].weight;
                letters += text.len();
            }
        }
        (letters as f64 > FOUND * body.len() as f64).then_some(found)
    }

    /// Whether the described body holds a block.
    pub(super) fn holds(&self, at: usize) -> bool {
        self.known.get(at).copied().unwrap_or(false)
    }

    /// The smallest node that holds the described blocks, each only where it stands first.
    pub(super) fn container(&self, dom: &Dom<'_>, blocks: &Blocks) -> Option<usize> {
        let mut known = self.known.iter().enumerate().filter(|(_, known)| **known);
        let first = blocks.list[known.next()?.0].node;
        let last = known.next_back().map_or(first, |(at, _)| blocks.list[at].node);
        std::iter::once(first).chain(dom.around(first)).find(|&node| dom.holds(node, last))
    }

    /// The weight of the blocks that it holds.
    pub(super) fn weight(&self) -> f64 {
        self.letters as f64
    }

    /// Whether a block may stand beside a described body that is whole: headings and short lines
    /// are often left out of it.
    pub(super) fn allows(&self, blocks: &Blocks, at: usize) -> bool {
        let block = &blocks.list[at];
        self.holds(at) || block.kind == Kind::Heading || block.weight < LONG
    }

    /// Whether it is no teaser against what was found otherwise.
    pub(super) fn is_most_of(&self, characters: f64) -> bool {
        self.letters as f64 > 0.5 * characters
    }

    /// Whether the described body is whole: it holds most of what was found otherwise.
    pub(super) fn is_whole(&self, blocks: &Blocks, kept: &[usize]) -> bool {
        let weigh = |at: &usize| blocks.list[*at].weight as f64;
        let all: f64 = kept.iter().map(weigh).sum();
        let known: f64 = kept.iter().filter(|at| self.holds(**at)).map(weigh).sum();
        known > 0.7 * all
    }
}

/// Letters and digits only, in lower case.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
