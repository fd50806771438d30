//! Which blocks of a page are boilerplate by where they stand: navigation, shares, teasers,
//! comments, captions.
//!
//! Names are only believed while what they name is a small part of the text: themes call their
//! whole page `has-sidebar`, and a form may hold all of it.

use super::blocks::{Block, Blocks, Kind};
use super::dom::{Dom, Tag};
use super::vocabulary::Hints;

/// Above this share of the page's good text no name makes a node boilerplate.
const MAX_SHARE: f64 = 0.4;

/// Nodes in a suspicious one that are looked at.
const MAX_SCAN: usize = 20_000;

/// Siblings of a hidden element that are looked at.
const MAX_SIBLINGS: usize = 100;

/// The same for names that mean nothing else.
const MAX_FIRM: f64 = 0.95;

/// A body in a node of a suspicious name holds more than this share of the text.
const MIN_BODY: f64 = 0.05;

/// A byline or caption is no longer than this.
const MAX_LINE: usize = 350;

/// What a block is worth as running text; 0 for what is none.
pub(super) fn prose(block: &Block) -> f64 {
    let density = block.link_density();
    let is_text = match block.kind {
        Kind::Caption | Kind::Heading => false,
        Kind::Paragraph | Kind::Pre => block.weight >= 40 || block.sentences > 0,
        Kind::Item | Kind::Cell | Kind::Loose => {
            block.weight >= 60 && block.sentences > 0 || block.weight >= 140
        }
    };
    if is_text && density < 0.5 { block.weight as f64 * (1.0 - density) } else { 0.0 }
}

/// Sums over the blocks of a page: what lies in a node is one subtraction.
pub(super) struct Sums {
    prefix: Vec<f64>,
}

impl Sums {
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let mut prefix = vec![0.0];
        prefix.extend(values.map(|value| {
            sum += value;
            sum
        }));
        Self { prefix }
    }

    pub(super) fn over(&self, range: &std::ops::Range<usize>) -> f64 {
        let at = |index: usize| self.prefix.get(index).copied().unwrap_or(0.0);
        at(range.end) - at(range.start)
    }
}

/// What is believed of where a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belief {
    /// The names of elements, too.
    Names,
    /// Only what the elements are.
    Structure,
}

/// Marks the blocks that are boilerplate by where they stand. In a conversation, what readers wrote
/// is the text.
pub(super) fn prune(
    dom: &Dom<'_>,
    blocks: &Blocks,
    conversation: bool,
    belief: Belief,
    asides: &[bool],
) -> Vec<bool> {
    let prose_sums = Sums::of(blocks.list.iter().map(prose));
    let weights = Sums::of(blocks.list.iter().map(|block| block.weight as f64));
    let total = prose_sums.over(&(0..blocks.list.len()));
    let mut pruned = asides.to_vec();
    let mut at = 0;
    while at < dom.nodes.len() {
        let node = &dom.nodes[at];
        if node.hints.has(Hints::HIDDEN) && is_page_of(dom, blocks, &prose_sums, at) {
            at += 1;
            continue;
        }
        if node.tag == Tag::Text || !is_suspect(node.tag, node.hints) {
            at += 1;
            continue;
        }
        let mut within = blocks.within(dom, at);
        // An inline element only speaks for the blocks that lie in it as a whole.
        if !within.is_empty() && blocks.list[within.end - 1].last >= node.end {
            within.end -= 1;
        }
        if within.is_empty() {
            at += 1;
            continue;
        }
        let nested =
            node.hints.has(Hints::COMMENTS) && in_post(dom, blocks, &prose_sums, total, at);
        let mass = prose_sums.over(&within);
        let weight = weights.over(&within);
        let share = if total > 0.0 { mass / total } else { 0.0 };
        let holds_body = node.hints.has(Hints::JUNK) && share > MIN_BODY && holds_body(dom, at);
        let names = belief == Belief::Names && !holds_body;
        let firm = node.hints.has(Hints::FIRM) || node.tag == Tag::Footer;
        let share = if firm && share < MAX_FIRM && !holds_article(dom, at) { 0.0 } else { share };
        if goes(node.tag, node.hints, conversation && !nested, names, share, weight) {
            for flag in &mut pruned[within] {
                *flag = true;
            }
            at = node.end;
        } else {
            at += 1;
        }
    }
    pruned
}

/// Whether a hidden node is one of several parts that are shown one after the other: one of its
/// siblings has the same name, holds text and is not hidden.
fn is_page_of(dom: &Dom<'_>, blocks: &Blocks, prose: &Sums, node: usize) -> bool {
    let first_class = |at: usize| dom.attr(at, "class").and_then(|it| it.split_whitespace().next());
    let Some(class) = first_class(node) else { return false };
    let parent = dom.nodes[node].parent;
    let mut at = parent + 1;
    for _ in 0..MAX_SIBLINGS {
        if at >= dom.nodes[parent].end {
            break;
        }
        let sibling = &dom.nodes[at];
        if at != node
            && sibling.element.is_some()
            && !sibling.hints.has(Hints::HIDDEN.and(Hints::JUNK))
            && first_class(at) == Some(class)
            && prose.over(&blocks.within(dom, at)) > 0.0
        {
            return true;
        }
        at = sibling.end;
    }
    false
}

/// Whether a node of a suspicious name holds the headline, or one node that is named a body: lists of
/// teasers hold many.
fn holds_body(dom: &Dom<'_>, node: usize) -> bool {
    let (mut bodies, mut at) = (0, node + 1);
    let end = dom.nodes[node].end.min(node + MAX_SCAN);
    while at < end {
        let inner = &dom.nodes[at];
        if dom.is_title(at) {
            return true;
        }
        let is_body = inner.hints.has(Hints::BODY.and(Hints::MARKED)) && inner.tag.is_block();
        bodies += usize::from(is_body);
        at = if is_body { inner.end } else { at + 1 };
    }
    bodies == 1
}

/// Whether a node holds what only the main part of a page has.
fn holds_article(dom: &Dom<'_>, node: usize) -> bool {
    (node..dom.nodes[node].end).take(MAX_SCAN).any(|at| {
        let inner = &dom.nodes[at];
        matches!(inner.tag, Tag::Article | Tag::Main | Tag::Body)
            || inner.hints.has(Hints::BODY.and(Hints::MARKED))
            || dom.is_title(at)
    })
}

/// A comment on a question or answer, not a contribution of its own: the contribution around it is
/// not the whole conversation.
fn in_post(dom: &Dom<'_>, blocks: &Blocks, prose: &Sums, total: f64, node: usize) -> bool {
    let is_post = |at: &usize| {
        let hints = dom.nodes[*at].hints;
        hints.has(Hints::QUESTION) && !hints.has(Hints::COMMENTS)
    };
    let post = dom.around(node).take(8).find(is_post);
    post.is_some_and(|post| prose.over(&blocks.within(dom, post)) < 0.8 * total)
}

fn is_suspect(tag: Tag, hints: Hints) -> bool {
    let named =
        Hints::JUNK.and(Hints::COMMENTS).and(Hints::CAPTION).and(Hints::BYLINE).and(Hints::HIDDEN);
    hints.has(named) || matches!(tag, Tag::Nav | Tag::Aside | Tag::Footer | Tag::Form)
}

fn goes(tag: Tag, hints: Hints, conversation: bool, names: bool, share: f64, weight: f64) -> bool {
    if matches!(tag, Tag::Body | Tag::Main) || tag == Tag::Article && share > 0.1 {
        return false;
    }
    let is_body = hints.has(Hints::MARKED);
    if hints.has(Hints::COMMENTS) && !is_body {
        return !conversation && (share < 0.9);
    }
    if is_body || share > MAX_SHARE {
        return false;
    }
    if matches!(tag, Tag::Nav) || hints.has(Hints::HIDDEN) && tag != Tag::Paragraph {
        return true;
    }
    if hints.has(Hints::CAPTION) && weight < MAX_LINE as f64 {
        return true;
    }
    if hints.has(Hints::BYLINE) && !conversation && weight < MAX_LINE as f64 {
        return true;
    }
    if matches!(tag, Tag::Aside | Tag::Footer | Tag::Form) && !conversation {
        return true;
    }
    names && hints.has(Hints::JUNK) && !hints.has(Hints::BODY)
}
