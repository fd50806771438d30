//! Where the elements of a page stand that its metadata is read from: gathered in one pass.

use url::Url;

use crate::text;

use super::dom::{Dom, Tag};
use super::vocabulary::Hints;

/// `meta` elements that are looked at.
const MAX_META: usize = 1_000;
/// Elements of one kind and rank that are kept.
const MAX_NODES: usize = 20;
/// Scripts that are kept.
const MAX_SCRIPTS: usize = 200;

/// Classes of elements that hold the name of an author and little else.
const BYLINES: [&str; 9] = [
    "byline",
    "article-author",
    "author-name",
    "c-byline",
    "autor",
    "firma",
    "auteur",
    "post-author",
    "entry-author",
];

/// Nodes by kind; those of dates and authors by rank, the surest first.
#[derive(Debug, Default)]
pub(super) struct Survey<'a> {
    pub(super) meta: Meta<'a>,
    /// The language that the root element declares, as written.
    pub(super) language: Option<&'a str>,
    /// What links are relative to.
    pub(super) base: Option<Url>,
    /// `link` elements with an address: their `rel`, `href` and `media`.
    pub(super) links: Vec<Link<'a>>,
    /// The name of the window.
    pub(super) window: Option<usize>,
    /// First headings.
    pub(super) headings: Vec<usize>,
    /// Scripts with their type and text.
    pub(super) scripts: Vec<(&'a str, &'a str)>,
    /// Elements that carry the day of publication.
    pub(super) published: [Vec<usize>; 6],
    /// Elements that carry the day of the last change.
    pub(super) updated: Vec<usize>,
    /// Elements that carry names of authors.
    pub(super) bylines: [Vec<usize>; 4],
}

/// A `link` element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'a> {
    rel: &'a str,
    pub(super) href: &'a str,
    pub(super) media: &'a str,
}

impl Link<'_> {
    /// Whether one of the words of its `rel` is this one.
    pub(super) fn is(&self, rel: &str) -> bool {
        has_word_of(self.rel, rel)
    }
}

impl<'a> Survey<'a> {
    /// Looks through a page that was found at `url`.
    pub(super) fn of(dom: &Dom<'a>, url: Option<&Url>) -> Self {
        let mut survey = Self { base: url.cloned(), ..Self::default() };
        let mut has_base = false;
        for (at, node) in dom.nodes.iter().enumerate() {
            let Some(element) = node.element else { continue };
            let value = |name: &str| element.attr(name).map(str::trim).filter(|it| !it.is_empty());
            match element.name() {
                "html" if survey.language.is_none() => {
                    survey.language = value("lang").or(value("xml:lang"));
                }
                "base" if !has_base => {
                    if let Some(href) = value("href") {
                        has_base = true;
                        survey.base = url.and_then(|url| url.join(href).ok());
                    }
                }
                "title" if survey.window.is_none() && !is_drawn(dom, at) => {
                    survey.window = Some(at);
                }
                "h1" if survey.headings.len() < MAX_NODES => survey.headings.push(at),
                "meta" => survey.meta.add(element),
                "link" => {
                    if let (Some(rel), Some(href)) = (value("rel"), value("href")) {
                        let media = value("media").unwrap_or_default();
                        survey.links.push(Link { rel, href, media });
                    }
                }
                "script" if survey.scripts.len() < MAX_SCRIPTS && node.end > at + 1 => {
                    let kind = element.attr("type").unwrap_or_default();
                    survey.scripts.push((kind, dom.nodes[at + 1].text));
                }
                _ => {}
            }
            if node.tag == Tag::Time || node.hints.has(Hints::TELLS) {
                survey.add(dom, at);
            }
        }
        survey
    }

    /// A link of the page as a web address; `base` counts.
    pub(super) fn absolute(&self, link: &str) -> Option<Url> {
        let link = link.trim();
        let target =
            self.base.as_ref().map_or_else(|| Url::parse(link), |base| base.join(link)).ok()?;
        matches!(target.scheme(), "http" | "https").then_some(target).filter(Url::has_host)
    }

    fn add(&mut self, dom: &Dom<'a>, at: usize) {
        if let Some(rank) = publication(dom, at) {
            push(&mut self.published[rank], at);
        }
        let is_change = has_word(dom, at, "itemprop", "dateModified")
            || is_time(dom, at) && has_word(dom, at, "class", "updated");
        if is_change {
            push(&mut self.updated, at);
        }
        if let Some(rank) = byline(dom, at) {
            push(&mut self.bylines[rank], at);
        }
    }
}

fn push(list: &mut Vec<usize>, at: usize) {
    if list.len() < MAX_NODES {
        list.push(at);
    }
}

/// How sure it is that an element carries the day of publication; 0 is the surest.
fn publication(dom: &Dom<'_>, at: usize) -> Option<usize> {
    let has = |name: &str| dom.attr(at, name).is_some();
    let class = |name: &str| has_word(dom, at, "class", name);
    let tag = dom.nodes[at].element?.name();
    if has_word(dom, at, "itemprop", "datePublished") {
        return Some(0);
    }
    if has_word(dom, at, "itemprop", "dateCreated") {
        return Some(1);
    }
    let is_named = class("published") && (matches!(tag, "abbr" | "time") || has("title"));
    if is_named
        || has("datetime") && class("published")
        || tag == "time" && (has("pubdate") || class("entry-date") && !class("updated"))
    {
        return Some(2);
    }
    if !is_time(dom, at) {
        return None;
    }
    let mut rank = 5;
    for around in dom.around(at) {
        let Some(element) = dom.nodes[around].element else { continue };
        let is_head = element.name() == "header"
            || ["entry-meta", "byline"].iter().any(|name| has_word(dom, around, "class", name));
        if is_head {
            return Some(3);
        }
        if element.name() == "article" {
            rank = 4;
        }
    }
    Some(rank)
}

fn is_time(dom: &Dom<'_>, at: usize) -> bool {
    dom.nodes[at].tag == Tag::Time && dom.attr(at, "datetime").is_some()
}

/// How sure it is that an element carries the name of an author; 0 is the surest.
fn byline(dom: &Dom<'_>, at: usize) -> Option<usize> {
    let class = |name: &str| has_word(dom, at, "class", name);
    let tag = dom.nodes[at].element?.name();
    let is_name = has_word(dom, at, "itemprop", "name");
    if is_name && dom.around(at).any(|around| has_word(dom, around, "itemprop", "author")) {
        return Some(0);
    }
    let is_marked = has_word(dom, at, "itemprop", "author")
        || tag == "a" && has_word(dom, at, "rel", "author")
        || tag == "address" && class("author");
    if is_marked {
        return Some(1);
    }
    if BYLINES.iter().any(|name| class(name)) || class("author") && class("vcard") {
        return Some(2);
    }
    let named = dom.attr(at, "class")?;
    ["byline", "author-name", "authorName"].iter().any(|name| named.contains(name)).then_some(3)
}

/// Whether a `title` names a drawing.
fn is_drawn(dom: &Dom<'_>, at: usize) -> bool {
    dom.around(at).any(|at| dom.nodes[at].element.is_some_and(|it| it.name() == "svg"))
}

fn has_word(dom: &Dom<'_>, at: usize, attribute: &str, word: &str) -> bool {
    dom.attr(at, attribute).is_some_and(|value| value.split_ascii_whitespace().any(|it| it == word))
}

fn has_word_of(value: &str, word: &str) -> bool {
    value.split_ascii_whitespace().any(|it| it.eq_ignore_ascii_case(word))
}

/// The `meta` elements of a page: names in lower case.
#[derive(Debug, Default)]
pub(super) struct Meta<'a>(Vec<(String, &'a str)>);

impl<'a> Meta<'a> {
    fn add(&mut self, element: &'a scraper::node::Element) {
        let content = element.attr("content").map(str::trim).filter(|it| !it.is_empty());
        let Some(content) = content.filter(|_| self.0.len() < MAX_META) else { return };
        for name in ["property", "name", "itemprop", "http-equiv"] {
            if let Some(name) = element.attr(name).map(str::trim).filter(|it| !it.is_empty()) {
                self.0.push((name.to_ascii_lowercase(), content));
            }
        }
    }

    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| *value)
    }

    /// Names and values, in document order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// The first of several names that is there, on one line.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        let found = names.iter().flat_map(|name| self.values(name));
        found.map(text::one_line).find(|value| !value.is_empty())
    }
}
