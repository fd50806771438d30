//! Questions to a parsed page: elements by selector, their attributes and words, the `meta` elements.

use scraper::node::Element;
use scraper::{ElementRef, Html, Node, Selector};

use crate::text;

/// Bytes of an element's words that are looked at.
const MAX_WORDS: usize = 2_000;
/// Microdata that is not the article's own.
const FOREIGN: [&str; 4] = ["/Comment", "/Answer", "/Person", "/UserComments"];
/// `meta` elements that are looked at.
const MAX_META: usize = 1_000;

/// Elements that a selector finds, in document order; none if it is not valid.
pub(super) fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector)
        .map_or_else(|_| Vec::new(), |selector| page.select(&selector).collect())
}

/// An attribute that is not blank, trimmed.
pub(super) fn attr(element: ElementRef<'_>, name: &str) -> Option<String> {
    let value = element.attr(name)?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The words of an element on one line, those of `script` and `style` left out; nothing if there are
/// none.
pub(super) fn words(element: ElementRef<'_>) -> Option<String> {
    words_but(element, |_| false)
}

/// [`words`] without those of elements that `is_left_out` names.
pub(super) fn words_but(
    element: ElementRef<'_>,
    is_left_out: impl Fn(ElementRef<'_>) -> bool,
) -> Option<String> {
    let mut found = String::new();
    let mut open = vec![*element];
    while let Some(node) = open.pop() {
        match node.value() {
            Node::Text(piece) => found.push_str(piece),
            Node::Element(inside)
                if !matches!(
                    inside.name(),
                    "script" | "style" | "noscript" | "template" | "svg"
                ) =>
            {
                if ElementRef::wrap(node).is_some_and(&is_left_out) {
                    continue;
                }
                if matches!(inside.name(), "br" | "p" | "div" | "li" | "h1" | "h2" | "td")
                    || node.has_siblings()
                {
                    found.push(' ');
                }
                open.extend(node.children().rev());
            }
            _ => {}
        }
        if found.len() > MAX_WORDS {
            break;
        }
    }
    let line = spaced(&found);
    (!line.is_empty()).then_some(line)
}

/// Whether class, id or name of an element say that it is not the article: comments, other articles,
/// footers, menus. Layout classes such as `has-sidebar` say nothing.
pub(super) fn is_aside(element: &Element) -> bool {
    matches!(element.name(), "aside" | "footer" | "nav") || is_named_aside(element)
}

fn is_named_aside(element: &Element) -> bool {
    const STARTS: [&str; 14] = [
        "comment",
        "kommentar",
        "disqus",
        "related",
        "sidebar",
        "footer",
        "recommend",
        "popular",
        "trending",
        "newsletter",
        "breadcrumb",
        "cookie",
        "archive-list",
        "calendar",
    ];
    const ENDS: [&str; 3] = ["-comments", "_comments", "-related"];
    if matches!(element.name(), "html" | "body" | "main" | "article") {
        return false;
    }
    let names = [element.attr("class"), element.attr("id")].into_iter().flatten();
    names.flat_map(str::split_whitespace).map(str::to_ascii_lowercase).any(|name| {
        STARTS.iter().any(|start| name.starts_with(start))
            || ENDS.iter().any(|end| name.ends_with(end))
    })
}

/// Whether an element or one near around it says that it is not the article.
pub(super) fn is_elsewhere(element: ElementRef<'_>) -> bool {
    // An article has asides and footers of its own, often with its date and author.
    let is_inside = element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|around| around.value().name() == "article");
    let is_other = if is_inside { is_named_aside } else { is_aside };
    let around = element.ancestors().take(8).filter_map(ElementRef::wrap);
    let is_named = std::iter::once(element).chain(around).any(|element| is_other(element.value()));
    let mut scopes = element.ancestors().filter_map(ElementRef::wrap).map(|around| around.value());
    let scope = scopes.find_map(|around| around.attr("itemtype"));
    is_named
        || scope.is_some_and(|kind| FOREIGN.iter().any(|foreign| kind.trim().ends_with(foreign)))
}

/// A text with single blanks between its words.
pub(super) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The `meta` elements of a page: names in lower case.
pub(super) struct Meta(Vec<(String, String)>);

impl Meta {
    pub(super) fn of(page: &Html) -> Self {
        let mut found = Vec::new();
        for element in all(page, "meta[content]").into_iter().take(MAX_META) {
            let Some(content) = attr(element, "content") else { continue };
            for name in ["property", "name", "itemprop", "http-equiv"] {
                if let Some(name) = attr(element, name) {
                    found.push((name.to_ascii_lowercase(), content.clone()));
                }
            }
        }
        Self(found)
    }

    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Names and values, in document order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first of several names that is there, on one line.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        let found = names.iter().flat_map(|name| self.values(name));
        found.map(text::one_line).find(|value| !value.is_empty())
    }
}
