//! Where the article may stand: nodes of the page, each proposed for another reason.

use super::blocks::{Block, Blocks, Kind};
use super::dom::{Dom, Tag};
use super::prune::{Sums, prose};
use super::vocabulary::Hints;

/// A node that may hold the article.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Container {
    pub(super) method: &'static str,
    pub(super) node: usize,
    /// Running text less boilerplate, in characters.
    pub(super) score: f64,
}

/// What a block adds to the node that holds it: running text counts for it, everything that is
/// short, linked or pruned against it (maximum subsequence segmentation, Pasternack & Roth 2009,
/// over the tree instead of the tokens).
fn value(block: &Block, pruned: bool, conversation: bool) -> f64 {
    if conversation && (pruned || prose(block) == 0.0) {
        return -2.0;
    }
    if pruned {
        return -12.0;
    }
    let prose = prose(block);
    if prose > 0.0 {
        return prose;
    }
    match block.kind {
        Kind::Heading if block.link_density() < 0.5 => 0.0,
        Kind::Item | Kind::Cell | Kind::Paragraph if block.link_density() < 0.3 => 0.0,
        Kind::Caption => -8.0,
        _ => -15.0 - 0.3 * block.linked as f64,
    }
}

/// Proposes containers, the best first.
pub(super) fn containers(
    dom: &Dom<'_>,
    blocks: &Blocks,
    pruned: &[bool],
    conversation: bool,
) -> Vec<Container> {
    let values =
        blocks.list.iter().zip(pruned).map(|(block, pruned)| value(block, *pruned, conversation));
    let sums = Sums::of(values);
    let mut best: [Option<Container>; 3] = [None; 3];
    for (at, node) in dom.nodes.iter().enumerate() {
        let is_line =
            matches!(node.tag, Tag::Paragraph | Tag::Heading | Tag::Item | Tag::Pre | Tag::Caption);
        if !node.tag.is_block() || is_line {
            continue;
        }
        let within = blocks.within(dom, at);
        if within.is_empty() {
            continue;
        }
        let score = sums.over(&within);
        let ways = [
            Some(("density", 1.0)),
            node.hints.has(Hints::MARKED).then_some(("microdata", 1.0)),
            (node.hints.has(Hints::BODY) && !matches!(node.tag, Tag::Body)
                || matches!(node.tag, Tag::Article | Tag::Main))
            .then_some(("names", 1.0)),
        ];
        for (slot, way) in best.iter_mut().zip(ways) {
            let Some((method, factor)) = way else { continue };
            let score = score * factor;
            if score > 0.0 && slot.is_none_or(|known| score >= known.score) {
                *slot = Some(Container { method, node: at, score });
            }
        }
    }
    best.into_iter().flatten().collect()
}

/// Running text that makes an article one.
const MIN_ARTICLE: f64 = 300.0;

/// Pages that go on for ever put one article under the other: if the node holds several, each with a
/// headline of the first level, the first.
pub(super) fn first_article(dom: &Dom<'_>, blocks: &Blocks, node: usize) -> usize {
    let sums = Sums::of(blocks.list.iter().map(prose));
    let mut articles = Vec::new();
    let mut at = node + 1;
    while at < dom.nodes[node].end {
        let is_article = dom.nodes[at].tag == Tag::Article
            && sums.over(&blocks.within(dom, at)) >= MIN_ARTICLE
            && has_headline(dom, at);
        if is_article {
            articles.push(at);
            at = dom.nodes[at].end;
        } else {
            at += 1;
        }
    }
    if articles.len() > 1 { articles[0] } else { node }
}

fn has_headline(dom: &Dom<'_>, node: usize) -> bool {
    (node..dom.nodes[node].end).any(|at| dom.is_title(at))
}

/// Bodies in parts (cut by pictures or advertisements) are siblings of one name: then the node around
/// them, else the node itself.
pub(super) fn around_parts(dom: &Dom<'_>, blocks: &Blocks, node: usize) -> usize {
    let parent = dom.nodes[node].parent;
    let sums = Sums::of(blocks.list.iter().map(prose));
    let class = dom.attr(node, "class");
    let mut at = parent + 1;
    while at < dom.nodes[parent].end {
        let is_part = at != node
            && dom.nodes[at].hints.has(Hints::BODY.and(Hints::MARKED))
            && dom.attr(at, "class") == class
            && sums.over(&blocks.within(dom, at)) > 0.0;
        if is_part {
            return parent;
        }
        at = dom.nodes[at].end;
    }
    node
}
