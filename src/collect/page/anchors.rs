//! The links of a page with all that is known of each.

use std::collections::HashMap;
use std::sync::LazyLock;

use ego_tree::NodeId;
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::GOOD;
use super::place::{self, ClassCounts, Furniture, Named, furniture, lasting_classes};
use super::worth::{Looks, worth};
use crate::collect::canonical_key;
use crate::text;

/// Links of a page that are looked at.
const MAX_ANCHORS: usize = 5_000;

/// Elements around a link in which its date is looked for.
const ITEM_LEVELS: usize = 4;

/// Characters of an item: beyond them it is no item of a list.
const ITEM_CHARS: usize = 600;

/// A link of a page to another page of its site.
#[derive(Debug, Clone)]
pub(super) struct Anchor {
    /// Its element.
    pub node: NodeId,
    /// Where it leads.
    pub link: Url,
    /// The page's identity.
    pub key: String,
    /// What it says.
    pub title: String,
    /// The date beside it, if it has a time of day. RFC 3339, UTC.
    pub published: Option<String>,
    /// How much it looks like an article; 0 in the furniture of the page.
    pub worth: f64,
    /// Whether it stands in a heading, or a heading in it.
    pub heading: bool,
    /// Its place, as a CSS selector.
    pub place: String,
}

/// The links of a page to others of its site that say something, in its order.
pub(super) fn gather(page: &Html, base: &Url) -> Vec<Anchor> {
    let Ok(links) = Selector::parse("a[href]") else { return Vec::new() };
    let found: Vec<(ElementRef<'_>, Url)> = page
        .select(&links)
        .filter_map(|link| Some((link, target(link, base)?)))
        .take(MAX_ANCHORS)
        .collect();
    let mut counts = ClassCounts::new();
    for (link, _) in &found {
        let around = link.ancestors().filter_map(ElementRef::wrap).take(ITEM_LEVELS);
        for class in around.chain([*link]).flat_map(lasting_classes) {
            *counts.entry(class).or_default() += 1;
        }
    }
    let mut anchors: Vec<Anchor> =
        found.into_iter().filter_map(|(element, link)| anchor(element, link, &counts)).collect();
    strike_furniture(page, &mut anchors);
    anchors
}

fn anchor(element: ElementRef<'_>, link: Url, counts: &ClassCounts<'_>) -> Option<Anchor> {
    let (title, heading) = title(element);
    if title.is_empty() {
        return None;
    }
    let beside = beside(element);
    let dated = beside.is_some();
    let worth = worth(Looks { link: &link, title: &title, heading, dated });
    Some(Anchor {
        node: element.id(),
        key: canonical_key(&link),
        published: beside.and_then(|date| date.time.and(date.timestamp())).map(|at| at.to_string()),
        place: place::selector(element, counts),
        link,
        title,
        worth,
        heading,
    })
}

/// A page of the same site, and not the place on this page that a fragment names.
fn target(link: ElementRef<'_>, base: &Url) -> Option<Url> {
    let href = link.attr("href")?.trim();
    let target = base.join(href).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    };
    let (here, there) = (host(base), host(&target));
    let is_part = |part: &str, whole: &str| part.ends_with(&format!(".{whole}"));
    let same_site = here == there || is_part(&here, &there) || is_part(&there, &here);
    let elsewhere = canonical_key(&target) != canonical_key(base);
    (same_site && elsewhere && !href.starts_with('#')).then_some(target)
}

/// What a link says, and whether it is or has a heading: a card's heading rather than its whole text,
/// the full title where the visible one is cut.
fn title(link: ElementRef<'_>) -> (String, bool) {
    static HEADINGS: LazyLock<Option<Selector>> =
        LazyLock::new(|| Selector::parse("h1, h2, h3, h4, h5, h6").ok());
    let inside = HEADINGS.as_ref().and_then(|headings| link.select(headings).next());
    let is_heading = |element: ElementRef<'_>| {
        matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
    };
    let around = link.ancestors().filter_map(ElementRef::wrap).take(3).any(is_heading);
    let shown = text_of(inside.unwrap_or(link));
    let is_cut = shown.ends_with('…') || shown.ends_with("...");
    let full =
        link.attr("title").map(text::one_line).filter(|full| is_cut && full.len() > shown.len());
    (full.unwrap_or(shown), inside.is_some() || around)
}

fn text_of(element: ElementRef<'_>) -> String {
    let pieces: Vec<&str> = element.text().collect();
    text::lines(&pieces.join(" ")).replace('\n', " ")
}

/// The date that stands in the same item as a link.
fn beside(link: ElementRef<'_>) -> Option<text::Written> {
    static TIME: LazyLock<Option<Selector>> = LazyLock::new(|| Selector::parse("time").ok());
    static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}(?: de)? \p{L}{3,10}\.?,?(?: de)? \d{4}|\p{L}{3,9} \d{1,2}, \d{4}",
        )
        .ok()
    });
    let own = text_of(link);
    let items = link.ancestors().filter_map(ElementRef::wrap).take(ITEM_LEVELS);
    for item in items {
        if matches!(item.value().name(), "body" | "main" | "ul" | "ol" | "tbody" | "table") {
            break;
        }
        let mut all = String::new();
        for piece in item.text() {
            all.push_str(piece);
            all.push(' ');
            if all.len() > ITEM_CHARS * 3 {
                return None;
            }
        }
        if let Some(time) = TIME.as_ref().and_then(|time| item.select(time).next()) {
            let written = time.attr("datetime").map_or_else(|| text_of(time), str::to_owned);
            if let Some(date) = text::read_date(&written) {
                return Some(date);
            }
        }
        let rest = text::lines(&all).replace('\n', " ").replacen(&own, " ", 1);
        let found = DATE.as_ref().and_then(|date| date.find(&rest));
        if let Some(date) = found.and_then(|found| text::read_date(found.as_str())) {
            return Some(date);
        }
    }
    None
}

/// Takes the worth from what stands in navigation, footers, side columns. A name that covers half of
/// the page's links to articles is not believed: it is the page's list that is called so.
fn strike_furniture(page: &Html, anchors: &mut [Anchor]) {
    let good = anchors.iter().filter(|anchor| anchor.worth >= GOOD).count();
    let mut kinds: HashMap<NodeId, Furniture> = HashMap::new();
    let mut named = Named::new();
    let mut around: Vec<Vec<NodeId>> = Vec::with_capacity(anchors.len());
    for anchor in anchors.iter_mut() {
        let mut names = Vec::new();
        let mut certain = false;
        let ancestors = page.tree.get(anchor.node).into_iter().flat_map(|node| node.ancestors());
        for element in ancestors.filter_map(ElementRef::wrap) {
            match *kinds.entry(element.id()).or_insert_with(|| furniture(element)) {
                Furniture::No => {}
                Furniture::Named => names.push(element.id()),
                Furniture::Certain => certain = true,
            }
        }
        if certain {
            anchor.worth = 0.0;
        }
        if anchor.worth >= GOOD {
            for node in &names {
                *named.entry(*node).or_default() += 1;
            }
        }
        around.push(names);
    }
    for (anchor, names) in anchors.iter_mut().zip(around) {
        let is_furniture = |node| named.get(node).copied().unwrap_or(0) * 2 <= good;
        if names.iter().any(is_furniture) {
            anchor.worth = 0.0;
        }
    }
}
