//! A page as one flat list of nodes in document order: every question about a subtree is a loop over
//! a range, so nothing here or above it recurses.

use scraper::node::Element;
use scraper::{Html, Node as Parsed};

use super::vocabulary::{Hints, Reader};

/// Elements that matter to the shape of a text; all others are `Inline` or `Block`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Anchor,
    Article,
    Aside,
    Block,
    Body,
    Break,
    Caption,
    Cell,
    Figure,
    Footer,
    Form,
    Head,
    Header,
    Heading,
    Hidden,
    Inline,
    Item,
    List,
    Main,
    Nav,
    Paragraph,
    Pre,
    Quote,
    Row,
    Table,
    Text,
    Time,
}

/// One element or piece of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) tag: Tag,
    /// Index of the element around it; the root is its own parent.
    pub(super) parent: usize,
    /// One past the last node inside it.
    pub(super) end: usize,
    /// What its class, id and role say of it.
    pub(super) hints: Hints,
    /// The text of a text node.
    pub(super) text: &'a str,
    /// The element, unless it is text.
    pub(super) element: Option<&'a Element>,
}

/// The flat list. Node 0 is the document.
#[derive(Debug)]
pub(super) struct Dom<'a> {
    pub(super) nodes: Vec<Node<'a>>,
}

impl<'a> Dom<'a> {
    /// Flattens a parsed page; comments and the like are left out.
    pub(super) fn of(page: &'a Html) -> Self {
        let mut nodes: Vec<Node<'a>> = Vec::with_capacity(4_096);
        let mut open = vec![0];
        nodes.push(Node {
            tag: Tag::Block,
            parent: 0,
            end: 1,
            hints: Hints::default(),
            text: "",
            element: None,
        });
        let mut reader = Reader::default();
        let root = page.tree.root();
        let mut next = root.first_child();
        let mut depth = 0;
        while let Some(node) = next {
            let parent = open.last().copied().unwrap_or(0);
            let at = nodes.len();
            match node.value() {
                Parsed::Element(element) => {
                    let tag = tag_of(element.name());
                    let hints = reader.hints(element);
                    let element = Some(element);
                    nodes.push(Node { tag, parent, end: at + 1, hints, text: "", element });
                }
                Parsed::Text(text) => {
                    let hints = Hints::default();
                    let (tag, element) = (Tag::Text, None);
                    nodes.push(Node { tag, parent, end: at + 1, hints, text, element });
                }
                _ => {}
            }
            if let Some(child) = node.first_child() {
                open.push(if nodes.len() > at { at } else { parent });
                depth += 1;
                next = Some(child);
                continue;
            }
            let mut left = node;
            next = left.next_sibling();
            while next.is_none() && depth > 0 {
                depth -= 1;
                if let Some(closed) = open.pop() {
                    nodes[closed].end = nodes.len();
                }
                let Some(above) = left.parent() else { break };
                left = above;
                next = left.next_sibling();
            }
        }
        nodes[0].end = nodes.len();
        Self { nodes }
    }

    /// The nodes around one, the nearest first, without the document.
    pub(super) fn around(&self, node: usize) -> impl Iterator<Item = usize> {
        let up = |at: &usize| (*at != 0).then(|| self.nodes[*at].parent);
        std::iter::successors(Some(node), up).skip(1).filter(|at| *at != 0)
    }

    /// Whether a node is a heading of the first level.
    pub(super) fn is_title(&self, node: usize) -> bool {
        let node = &self.nodes[node];
        node.tag == Tag::Heading && node.element.is_some_and(|element| element.name() == "h1")
    }

    /// Whether one node is another or lies in it.
    pub(super) fn holds(&self, outer: usize, inner: usize) -> bool {
        (outer..self.nodes[outer].end).contains(&inner)
    }

    /// A node as tag, id and classes, as in a selector.
    pub(super) fn place(&self, node: usize) -> String {
        let Some(element) = self.nodes[node].element else { return "document".to_owned() };
        let mut place = element.name().to_owned();
        if let Some(id) = element.attr("id").filter(|id| !id.trim().is_empty()) {
            place.push('#');
            place.push_str(id.trim());
        }
        for class in element.attr("class").unwrap_or("").split_whitespace().take(4) {
            place.push('.');
            place.push_str(class);
        }
        place
    }

    /// An attribute of a node.
    pub(super) fn attr(&self, node: usize, name: &str) -> Option<&'a str> {
        self.nodes[node].element.and_then(|element| element.attr(name))
    }
}

impl Tag {
    /// Whether it stands on lines of its own.
    pub(super) fn is_block(self) -> bool {
        !matches!(self, Tag::Anchor | Tag::Inline | Tag::Text | Tag::Time | Tag::Break)
    }
}

/// By local name (HTML §4); unknown elements are inline, as in browsers.
fn tag_of(name: &str) -> Tag {
    match name {
        "a" => Tag::Anchor,
        "article" => Tag::Article,
        "aside" => Tag::Aside,
        "body" => Tag::Body,
        "br" => Tag::Break,
        "caption" | "figcaption" => Tag::Caption,
        "td" | "th" => Tag::Cell,
        "figure" | "picture" => Tag::Figure,
        "footer" => Tag::Footer,
        "form" => Tag::Form,
        "head" => Tag::Head,
        "header" | "hgroup" => Tag::Header,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Tag::Heading,
        "script" | "style" | "noscript" | "template" | "iframe" | "svg" | "select" | "button"
        | "textarea" | "option" | "object" | "embed" | "video" | "audio" | "canvas" | "map"
        | "dialog" | "math" | "input" | "datalist" | "progress" | "meter" | "noframes"
        | "frameset" | "applet" | "link" | "meta" | "title" | "rp" | "rt" => Tag::Hidden,
        "li" | "dd" | "dt" => Tag::Item,
        "ul" | "ol" | "dl" => Tag::List,
        "main" => Tag::Main,
        "nav" | "menu" => Tag::Nav,
        "p" | "summary" => Tag::Paragraph,
        "pre" | "listing" | "xmp" => Tag::Pre,
        "blockquote" => Tag::Quote,
        "tr" => Tag::Row,
        "table" => Tag::Table,
        "time" => Tag::Time,
        "address" | "center" | "details" | "div" | "fieldset" | "hr" | "html" | "section"
        | "tbody" | "thead" | "tfoot" | "legend" | "search" | "dir" => Tag::Block,
        name if name.contains('-') => Tag::Block,
        _ => Tag::Inline,
    }
}
