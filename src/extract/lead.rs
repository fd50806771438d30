//! The lead of an article where it stands before the container of its text: under the headline,
//! often in a header of its own.

use super::blocks::{Blocks, Kind};
use super::described::key;
use super::dom::Dom;
use super::metadata::Metadata;
use super::vocabulary::Hints;

/// Blocks before the container that are looked at.
const MAX_BLOCKS: usize = 60;

/// Characters that a lead must share with the page's description.
const SAME: usize = 40;

/// A lead weighs this much at least and at most.
const WEIGHTS: std::ops::RangeInclusive<usize> = 30..=1_500;

/// The blocks before `start` that are the lead: named so, or said again in the description.
pub(super) fn before(
    dom: &Dom<'_>,
    blocks: &Blocks,
    pruned: &[bool],
    start: usize,
    metadata: &Metadata,
) -> Vec<usize> {
    let description = metadata.description.as_deref().map(key).unwrap_or_default();
    let title = metadata.title.as_deref().map(key).unwrap_or_default();
    let mut found = Vec::new();
    for at in (start.saturating_sub(MAX_BLOCKS)..start).rev() {
        let block = &blocks.list[at];
        if dom.is_title(block.node) {
            break;
        }
        if !WEIGHTS.contains(&block.weight) || block.link_density() > 0.3 {
            continue;
        }
        let text = key(blocks.text(at));
        if text == title {
            continue;
        }
        let described = shares(&description, &text);
        let named = !pruned[at] && block.kind != Kind::Caption && is_named(dom, block.node);
        if (described || named) && !found.iter().any(|&other| key(blocks.text(other)) == text) {
            found.push(at);
        }
    }
    found.reverse();
    found
}

/// Named a lead, itself or by the element or two around it.
fn is_named(dom: &Dom<'_>, node: usize) -> bool {
    std::iter::once(node)
        .chain(dom.around(node).take(2))
        .any(|at| dom.nodes[at].hints.has(Hints::LEAD))
}

/// Whether one begins as the other does.
fn shares(description: &str, text: &str) -> bool {
    let common = description.chars().zip(text.chars()).take_while(|(a, b)| a == b).count();
    common >= SAME || common >= 15 && common == text.chars().count()
}
