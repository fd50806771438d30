//! Which blocks of a container belong to the article.

use std::collections::HashSet;
use std::ops::Range;

use super::blocks::{Blocks, Kind};
use super::described::{Described, key};
use super::dom::{Dom, Tag};
use super::phrases;
use super::prune::{Sums, prose};
use super::vocabulary::Hints;

/// Letters of a repetition that is no chance.
const MIN_REPEATED: usize = 40;

/// Elements around an item in which its list or table is looked for.
const MAX_LEVELS: usize = 16;

/// Letters in which repetitions are looked for: keeps the search short on huge pages.
const MAX_SAID: usize = 60_000;

/// Blocks of a conversation that are searched for quotations.
const MAX_POSTS: usize = 2_000;

/// The indices of the blocks that stay.
pub(super) fn keep(
    dom: &Dom<'_>,
    blocks: &Blocks,
    pruned: &[bool],
    range: Range<usize>,
    title: Option<&str>,
    described: Option<&Described>,
) -> Vec<usize> {
    let title = title.map(key);
    let tail = tail(blocks, pruned, &range);
    let lists = Lists::of(dom, blocks, &range);
    let mut kept: Vec<usize> = Vec::new();
    for at in range {
        let is_described = described.is_some_and(|it| it.holds(at));
        let block = &blocks.list[at];
        // What is aside wherever it stands is pruned already.
        if pruned[at] || at >= tail && phrases::is_aside(block, blocks.text(at), true) {
            continue;
        }
        // The headline again, in whatever element: once it is over, the text may repeat it.
        if kept.len() < 2 && block.weight < 300 && title.as_deref() == Some(&key(blocks.text(at))) {
            continue;
        }
        let density = block.link_density();
        let stays = match block.kind {
            Kind::Caption => false,
            Kind::Heading => {
                (density < 0.5 || opens_section(dom, blocks, pruned, at))
                    && !dom.is_title(block.node)
                    && !title.as_deref().is_some_and(|title| same(title, &key(blocks.text(at))))
            }
            Kind::Paragraph => {
                density < 0.6 || block.weight > 80 && block.sentences > 0 && density < 0.9
            }
            Kind::Pre => true,
            Kind::Item | Kind::Cell => density < 0.5 && !lists.is_linked(dom, block.node),
            Kind::Loose => {
                is_lead(dom, block.node)
                    || !is_line_of_data(blocks.text(at))
                        && (prose(block) > 0.0 || block.sentences > 0 && density < 0.3)
            }
        };
        if stays || is_described {
            kept.push(at);
        }
    }
    while kept.last().is_some_and(|&at| blocks.list[at].kind == Kind::Heading) {
        kept.pop();
    }
    kept
}

fn is_lead(dom: &Dom<'_>, node: usize) -> bool {
    dom.nodes[node].hints.has(Hints::LEAD)
}

/// Whether a linked heading is that of a section (reviews, lists of products): it stands beside the
/// paragraph that follows it, which is no link.
fn opens_section(dom: &Dom<'_>, blocks: &Blocks, pruned: &[bool], at: usize) -> bool {
    let Some(next) = blocks.list.get(at + 1) else { return false };
    !pruned[at + 1]
        && next.kind == Kind::Paragraph
        && next.weight >= 80
        && next.link_density() < 0.3
        && dom.nodes[next.node].parent == dom.nodes[blocks.list[at].node].parent
}

/// Leaves out posts that are quoted in later ones of a conversation, and text that the page shows in
/// two places: a single line may be said twice, a run of paragraphs is not.
pub(super) fn drop_repeated(blocks: &Blocks, kept: &mut Vec<usize>, conversation: bool) {
    // Items and headings of a comparison repeat.
    let counts =
        |at: usize| conversation || matches!(blocks.list[at].kind, Kind::Paragraph | Kind::Loose);
    let read = |&at: &usize| if counts(at) { key(blocks.text(at)) } else { String::new() };
    let keys: Vec<String> = kept.iter().map(read).collect();
    let mut said = String::new();
    let mut lines: HashSet<&str> = HashSet::new();
    let copies: Vec<bool> = keys
        .iter()
        .map(|text| {
            if text.len() < MIN_REPEATED {
                return false;
            }
            let is_copy = !lines.insert(text)
                || conversation && lines.len() < MAX_POSTS && said.contains(text.as_str());
            if conversation && !is_copy && said.len() < MAX_SAID {
                said.push_str(text);
                said.push(' ');
            }
            is_copy
        })
        .collect();
    let is_copy = |at: Option<usize>| at.and_then(|at| copies.get(at)).copied().unwrap_or(false);
    let mut index = 0;
    kept.retain(|_| {
        let at = index;
        index += 1;
        let twice = at > 0 && keys[at] == keys[at - 1];
        let run = is_copy(at.checked_sub(1)) || is_copy(at.checked_add(1));
        !is_copy(Some(at)) || !(conversation || twice || run)
    });
}

/// The same headline, perhaps with the line above it run into it.
fn same(title: &str, text: &str) -> bool {
    !title.is_empty() && (title == text || text.len() < 2 * title.len() && text.contains(title))
}

/// Dates, times and figures: more than a fifth of the signs are digits.
fn is_line_of_data(text: &str) -> bool {
    let signs = text.chars().filter(|c| c.is_alphanumeric()).count();
    signs < 90 && 5 * text.chars().filter(char::is_ascii_digit).count() > signs
}

/// The first block after the last long paragraph.
fn tail(blocks: &Blocks, pruned: &[bool], range: &Range<usize>) -> usize {
    let is_long = |at: &usize| {
        let block = &blocks.list[*at];
        !pruned[*at]
            && block.kind == Kind::Paragraph
            && block.weight > 260
            && block.linked * 4 < block.weight
    };
    range.clone().rev().find(is_long).map_or(range.end, |at| at + 1)
}

/// How much of each list or table is links.
struct Lists {
    linked: std::collections::BTreeSet<usize>,
}

impl Lists {
    fn of(dom: &Dom<'_>, blocks: &Blocks, range: &Range<usize>) -> Self {
        let list = &blocks.list;
        let weights = Sums::of(list.iter().map(|block| block.weight as f64));
        let links = Sums::of(list.iter().map(|block| block.linked as f64));
        let mut linked = std::collections::BTreeSet::new();
        let mut seen = std::collections::BTreeSet::new();
        for block in &list[range.clone()] {
            if !matches!(block.kind, Kind::Item | Kind::Cell) {
                continue;
            }
            let holder = std::iter::once(block.node)
                .chain(dom.around(block.node).take(MAX_LEVELS))
                .find(|&node| matches!(dom.nodes[node].tag, Tag::List | Tag::Table));
            let Some(holder) = holder else { continue };
            if seen.insert(holder) {
                let within = blocks.within(dom, holder);
                if links.over(&within) > 0.5 * weights.over(&within) {
                    linked.insert(holder);
                }
            }
        }
        Self { linked }
    }

    fn is_linked(&self, dom: &Dom<'_>, node: usize) -> bool {
        !self.linked.is_empty()
            && dom.around(node).take(MAX_LEVELS).any(|at| self.linked.contains(&at))
    }
}
