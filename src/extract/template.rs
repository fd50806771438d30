//! What the pages of one host have in common: text that stands on several of them is boilerplate,
//! and their articles stand in the same place.

use std::collections::{BTreeMap, BTreeSet};

use scraper::Html;

use super::blocks::Blocks;
use super::candidates::Container;
use super::described::key;
use super::dom::{Dom, Tag};
use super::prune::{Sums, prose};
use super::selector;

/// Pages from which a template can be learned.
pub const MIN_PAGES: usize = 3;

/// A block that stands on this share of the pages is boilerplate.
const MIN_SHARE: f64 = 0.3;

/// The place that holds the article on this share of the pages is the host's.
const MIN_AGREEMENT: f64 = 0.6;

/// The learned place must hold this share of the running text of the one that would win without it.
const MIN_TEXT: f64 = 0.4;

/// Elements of a path that are compared, from the inside out.
const MAX_PATH: usize = 4;

/// What was learned of one host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    /// Hashes (FNV-1a of letters and digits) of blocks that stand on several pages.
    pub boilerplate: BTreeSet<u64>,
    /// Where articles stand: elements from the inside out, without numbers.
    pub container: Option<String>,
}

impl Template {
    /// Learns from the HTML of several articles of one host; nothing from fewer than [`MIN_PAGES`].
    /// The pages must be light enough to be parsed (see `text::weigh`).
    #[must_use]
    pub fn learn(pages: &[&str]) -> Option<Self> {
        if pages.len() < MIN_PAGES {
            return None;
        }
        let mut blocks_seen: BTreeMap<u64, usize> = BTreeMap::new();
        let mut places_seen: BTreeMap<String, usize> = BTreeMap::new();
        for html in pages {
            let page = Html::parse_document(html);
            let dom = Dom::of(&page);
            let blocks = Blocks::of(&dom);
            let hashes: BTreeSet<u64> =
                (0..blocks.list.len()).map(|at| hash(blocks.text(at))).collect();
            for hash in hashes {
                *blocks_seen.entry(hash).or_default() += 1;
            }
            if let Some(selection) = selector::select(&dom, &blocks, false, None) {
                *places_seen.entry(path(&dom, selection.chosen.node)).or_default() += 1;
            }
        }
        let often =
            |count: usize, share: f64| count > 1 && count as f64 >= share * pages.len() as f64;
        let boilerplate =
            blocks_seen.into_iter().filter(|(_, count)| often(*count, MIN_SHARE)).map(|it| it.0);
        let container = places_seen.into_iter().max_by_key(|(_, count)| *count);
        Some(Self {
            boilerplate: boilerplate.collect(),
            container: container.filter(|(_, count)| often(*count, MIN_AGREEMENT)).map(|it| it.0),
        })
    }

    /// Marks the blocks that stand on other pages, too.
    pub(super) fn prune(&self, blocks: &Blocks, pruned: &mut [bool]) {
        for (at, flag) in pruned.iter_mut().enumerate() {
            *flag |= self.boilerplate.contains(&hash(blocks.text(at)));
        }
    }

    /// The node in the learned place, if it holds enough beside the one that would win.
    pub(super) fn container(
        &self,
        dom: &Dom<'_>,
        blocks: &Blocks,
        best: usize,
    ) -> Option<Container> {
        let place = self.container.as_deref()?;
        let sums = Sums::of(blocks.list.iter().map(prose));
        let weigh = |node: usize| sums.over(&blocks.within(dom, node));
        let node = (1..dom.nodes.len())
            .filter(|&at| dom.nodes[at].tag != Tag::Text && dom.nodes[at].tag.is_block())
            .find(|&at| path(dom, at) == place)?;
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
    parts.join(" < ")
}

/// FNV-1a (Fowler, Noll, Vo) of the letters and digits of a text: the same on every machine.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    key(text).bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
