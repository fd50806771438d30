//! What the pages of one host have in common: text that stands in the body of several articles is
//! boilerplate, and their bodies stand in the same place.
//!
//! A page leaves a [`Sketch`]; several of them make a [`Template`]. Both are small and bounded: they
//! cross to the parser processes and back.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::blocks::Blocks;
use super::candidates::Container;
use super::dom::Dom;
use super::prune::{Sums, prose};

/// Pages from which a template can be learned.
pub const MIN_PAGES: usize = 3;

/// A block that stands in so many bodies, and in this share of them, is boilerplate.
const MIN_SEEN: usize = 3;
const MIN_SHARE: f64 = 0.5;

/// The place that holds the article on this share of the pages is the host's.
const MIN_AGREEMENT: f64 = 0.6;

/// The learned place must hold this share of the running text of the one that would win without it.
const MIN_TEXT: f64 = 0.6;

/// Above this share of a body nothing in it is taken for boilerplate: it is an article told again.
const MAX_TAKEN: f64 = 0.5;

/// Two bodies that share so much of their blocks are one article.
const SAME: f64 = 0.8;

/// Letters of a block that is more than a word.
const MIN_LETTERS: usize = 12;

/// Blocks of a sketch and of a template, and bytes of a place.
const MAX_BLOCKS: usize = 256;
const MAX_PLACE: usize = 400;

/// Elements of a path that are compared, from the inside out.
const MAX_PATH: usize = 4;

/// What one page says of its host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    /// Hashes (FNV-1a of letters and digits) of the blocks of its body, each once.
    blocks: BTreeSet<u64>,
    /// Where the body stands: elements from the inside out, without numbers.
    place: String,
}

impl Sketch {
    pub(super) fn of(dom: &Dom<'_>, blocks: &Blocks, kept: &[usize], node: usize) -> Self {
        let hashes = kept.iter().filter_map(|&at| hash(blocks.text(at)));
        Self { blocks: hashes.take(MAX_BLOCKS).collect(), place: path(dom, node) }
    }

    /// Whether it says nothing, or more than any sketch does, which only a process can that its page
    /// has taken over.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.blocks.is_empty() || self.blocks.len() > MAX_BLOCKS || self.place.len() > MAX_PLACE
    }

    /// Whether both are of one article, at two addresses or at two times.
    #[must_use]
    pub fn is_of_same_article(&self, other: &Self) -> bool {
        let fewer = self.blocks.len().min(other.blocks.len());
        self.blocks.intersection(&other.blocks).count() as f64 > SAME * fewer as f64
    }
}

/// What was learned of one host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Hashes of blocks that stand in several bodies.
    boilerplate: BTreeSet<u64>,
    /// Where bodies stand.
    place: Option<String>,
}

impl Template {
    /// Learns from several articles of one host; nothing from fewer than [`MIN_PAGES`].
    #[must_use]
    pub fn learn<'a>(sketches: impl ExactSizeIterator<Item = &'a Sketch>) -> Option<Self> {
        let pages = sketches.len();
        if pages < MIN_PAGES {
            return None;
        }
        let mut blocks_seen: BTreeMap<u64, usize> = BTreeMap::new();
        let mut places_seen: BTreeMap<&str, usize> = BTreeMap::new();
        for sketch in sketches {
            for &hash in &sketch.blocks {
                *blocks_seen.entry(hash).or_default() += 1;
            }
            *places_seen.entry(&sketch.place).or_default() += 1;
        }
        let is_often = |count: usize, share: f64| count as f64 >= share * pages as f64;
        let boilerplate = blocks_seen
            .into_iter()
            .filter(|(_, count)| *count >= MIN_SEEN && is_often(*count, MIN_SHARE))
            .map(|(hash, _)| hash);
        let place = places_seen.into_iter().max_by_key(|(_, count)| *count);
        // A place without a name is any place.
        let place = place
            .filter(|(place, count)| is_often(*count, MIN_AGREEMENT) && place.contains(['#', '.']));
        Some(Self {
            boilerplate: boilerplate.take(MAX_BLOCKS).collect(),
            place: place.map(|(place, _)| place.to_owned()),
        })
    }

    /// Takes away what stands on other pages, too, unless that is most of the body.
    pub(super) fn clean(&self, blocks: &Blocks, kept: &mut Vec<usize>) {
        let is_known =
            |at: usize| hash(blocks.text(at)).is_some_and(|hash| self.boilerplate.contains(&hash));
        let weigh = |at: &usize| blocks.list[*at].weight as f64;
        let known: BTreeSet<usize> = kept.iter().copied().filter(|&at| is_known(at)).collect();
        let (taken, all) =
            (known.iter().map(weigh).sum::<f64>(), kept.iter().map(weigh).sum::<f64>());
        if taken <= MAX_TAKEN * all {
            kept.retain(|at| !known.contains(at));
        }
    }

    /// The node in the learned place, if it holds enough beside the one that would win.
    pub(super) fn container(
        &self,
        dom: &Dom<'_>,
        blocks: &Blocks,
        best: usize,
    ) -> Option<Container> {
        let place = self.place.as_deref()?;
        let name = place.split(['#', '.', ' ']).next()?;
        let sums = Sums::of(blocks.list.iter().map(prose));
        let weigh = |node: usize| sums.over(&blocks.within(dom, node));
        let is_named = |at: &usize| dom.nodes[*at].element.is_some_and(|it| it.name() == name);
        let nodes = (1..dom.nodes.len()).filter(is_named).filter(|&at| path(dom, at) == place);
        let node = nodes.reduce(|a, b| if weigh(b) > weigh(a) { b } else { a })?;
        let score = weigh(node);
        (score > 0.0 && score >= MIN_TEXT * weigh(best)).then_some(Container {
            method: "template",
            node,
            score,
        })
    }
}

/// An element and those around it, without what differs from page to page.
fn path(dom: &Dom<'_>, node: usize) -> String {
    let nodes = std::iter::once(node).chain(dom.around(node)).take(MAX_PATH);
    let parts: Vec<String> =
        nodes.map(|at| dom.place(at).chars().filter(|c| !c.is_ascii_digit()).collect()).collect();
    let mut path = parts.join(" < ");
    path.truncate(path.floor_char_boundary(MAX_PLACE));
    path
}

/// FNV-1a (Fowler, Noll, Vo) of the letters and digits of a text: the same on every machine. Nothing
/// for a word.
fn hash(text: &str) -> Option<u64> {
    let (mut hash, mut letters) = (0xcbf2_9ce4_8422_2325_u64, 0);
    for c in text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
        letters += 1;
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (letters >= MIN_LETTERS).then_some(hash)
}
