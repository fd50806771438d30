//! Which proposal is the article.
//!
//! Text density finds the article on most pages; names and microdata know its borders better where
//! they agree with it; the body of the page's JSON-LD knows them best where it is found in the tree.

use super::blocks::Blocks;
use super::candidates::{self, Container};
use super::described::Described;
use super::dom::Dom;
use super::phrases;
use super::prune::{self, Belief};

/// How many times more text must stand where names speak of boilerplate until they are disbelieved.
const MULTIPLE: f64 = 3.0;

/// A named container must hold this share of what density found.
const MIN_NAMED: f64 = 0.55;

/// A named container within a named one must hold this share of it.
const MIN_INNER: f64 = 0.8;

/// What was proposed and what won.
pub(super) struct Selection {
    pub(super) proposals: Vec<Container>,
    pub(super) chosen: Container,
    pub(super) reason: &'static str,
    /// The blocks that are boilerplate by where they stand.
    pub(super) pruned: Vec<bool>,
    /// The page's own body, if it is to be believed.
    pub(super) described: Option<Described>,
}

/// Lets every way propose and picks.
pub(super) fn select(
    dom: &Dom<'_>,
    blocks: &Blocks,
    conversation: bool,
    body: Option<&str>,
) -> Option<Selection> {
    let is_aside = |(at, block)| phrases::is_aside(block, blocks.text(at), false);
    let asides: Vec<bool> = blocks.list.iter().enumerate().map(is_aside).collect();
    let mut pruned = prune::prune(dom, blocks, conversation, Belief::Names, &asides);
    let mut proposals = candidates::containers(dom, blocks, &pruned, conversation);
    let mut best = pick(dom, conversation, &proposals);
    // Without names no node can hold more than all running text there is.
    let most: f64 = blocks.list.iter().map(prune::prose).sum();
    if best.is_none_or(|(best, _)| most > MULTIPLE * best.score) {
        let plain = prune::prune(dom, blocks, conversation, Belief::Structure, &asides);
        let unnamed = candidates::containers(dom, blocks, &plain, conversation);
        if let Some((other, _)) = pick(dom, conversation, &unnamed)
            && best.is_none_or(|(best, _)| other.score > MULTIPLE * best.score)
        {
            best = Some((other, "names of boilerplate would leave less than a third of the text"));
            (proposals, pruned) = (unnamed, plain);
        }
    }
    let described = Described::of(blocks, body)
        .filter(|it| best.is_none_or(|(best, _)| it.is_most_of(best.score)));
    if let Some(node) = described.as_ref().and_then(|it| it.container(dom, blocks)) {
        let score = described.as_ref().map_or(0.0, Described::weight);
        let container = Container { method: "json-ld", node, score };
        proposals.push(container);
        best = Some((container, "it holds the body that the page gives in JSON-LD"));
    }
    let (mut chosen, reason) = best?;
    if !conversation {
        if matches!(chosen.method, "names" | "microdata") {
            chosen.node = candidates::around_parts(dom, blocks, chosen.node);
        }
        chosen.node = candidates::first_article(dom, blocks, chosen.node);
    }
    Some(Selection { proposals, chosen, reason, pruned, described })
}

/// The heaviest, unless a named one is nearly as heavy; of those, the innermost.
fn pick(
    dom: &Dom<'_>,
    conversation: bool,
    containers: &[Container],
) -> Option<(Container, &'static str)> {
    let heavier = |a: Container, b: Container| if b.score > a.score { b } else { a };
    let best = containers.iter().copied().reduce(heavier)?;
    if conversation {
        return Some((best, "it holds most of the conversation"));
    }
    let is_inner =
        |a: &Container, b: &Container| dom.holds(a.node, b.node) && b.score > MIN_INNER * a.score;
    let named = containers
        .iter()
        .copied()
        .filter(|it| it.method != "density" && it.score > MIN_NAMED * best.score)
        .reduce(|a, b| if is_inner(&a, &b) { b } else { a });
    match named {
        Some(named) => Some((named, "it is named a body and holds most of the running text")),
        None => Some((best, "it holds the most running text and the least of anything else")),
    }
}
