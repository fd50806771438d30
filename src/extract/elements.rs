//! Questions about one element: its words, and whether it is the article's own.

use super::dom::{Dom, Tag};
use super::vocabulary::Hints;

/// Bytes of an element's words that are looked at.
const MAX_WORDS: usize = 2_000;
/// Microdata that is not the article's own.
const FOREIGN: [&str; 4] = ["/Comment", "/Answer", "/Person", "/UserComments"];
/// Elements around one whose names count for it.
const MAX_LEVELS: usize = 8;

/// The words of an element on one line, those of `script` and `style` left out; nothing if there are
/// none.
pub(super) fn words(dom: &Dom<'_>, node: usize) -> Option<String> {
    words_but(dom, node, |_| false)
}

/// [`words`] without those of elements that `is_left_out` names.
pub(super) fn words_but(
    dom: &Dom<'_>,
    node: usize,
    is_left_out: impl Fn(usize) -> bool,
) -> Option<String> {
    let mut found = String::new();
    let mut at = node;
    while at < dom.nodes[node].end && found.len() <= MAX_WORDS {
        let inner = &dom.nodes[at];
        found.push_str(inner.text);
        if let Some(element) = inner.element {
            let is_hidden =
                matches!(element.name(), "script" | "style" | "noscript" | "template" | "svg");
            if at != node && (is_hidden || is_left_out(at)) {
                at = inner.end;
                continue;
            }
            let stands_apart =
                matches!(element.name(), "br" | "p" | "div" | "li" | "h1" | "h2" | "td");
            if stands_apart || has_siblings(dom, at) {
                found.push(' ');
            }
        }
        at += 1;
    }
    let line = spaced(&found);
    (!line.is_empty()).then_some(line)
}

fn has_siblings(dom: &Dom<'_>, at: usize) -> bool {
    let node = &dom.nodes[at];
    at != node.parent + 1 || dom.nodes[node.parent].end != node.end
}

/// Whether class, id or name of an element say that it is not the article: comments, other articles,
/// footers, menus. Layout classes such as `has-sidebar` say nothing.
pub(super) fn is_aside(dom: &Dom<'_>, at: usize) -> bool {
    matches!(dom.nodes[at].tag, Tag::Aside | Tag::Footer | Tag::Nav) || is_named_aside(dom, at)
}

fn is_named_aside(dom: &Dom<'_>, at: usize) -> bool {
    let node = &dom.nodes[at];
    node.hints.has(Hints::ELSEWHERE)
        && !matches!(node.tag, Tag::Body | Tag::Main | Tag::Article)
        && node.parent != 0
}

/// Whether an element or one near around it says that it is not the article.
pub(super) fn is_elsewhere(dom: &Dom<'_>, node: usize) -> bool {
    // An article has asides and footers of its own, often with its date and author.
    let is_article = |at: usize| dom.nodes[at].tag == Tag::Article;
    let is_other = if dom.around(node).any(is_article) { is_named_aside } else { is_aside };
    let mut near = std::iter::once(node).chain(dom.around(node).take(MAX_LEVELS));
    let scope = dom.around(node).find_map(|at| dom.attr(at, "itemtype"));
    near.any(|at| is_other(dom, at))
        || scope.is_some_and(|kind| FOREIGN.iter().any(|foreign| kind.trim().ends_with(foreign)))
}

/// A text with single blanks between its words.
pub(super) fn spaced(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
