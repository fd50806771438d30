//! A web page that was served instead of a feed: which feeds it names (RSS Advisory Board, "RSS
//! Autodiscovery"; HTML §4.6.7.1). A bounded scan, no tree.

use url::Url;

use super::clean::absolute;
use super::scan::{Kind, Scanner, attributes};

/// How much of a page is looked at: its head, generously.
const HEAD_BYTES: usize = 256 * 1024;

/// Feeds that are told of.
const MAX_FEEDS: usize = 10;

/// Attributes of one tag that are looked at.
const MAX_ATTRIBUTES: usize = 64;

const TYPES: [&str; 5] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "text/xml",
];

/// Whether a document is a web page, by how it begins.
pub(super) fn is_page(document: &str) -> bool {
    let head = document.get(..document.floor_char_boundary(2000)).unwrap_or_default();
    let head = head.to_ascii_lowercase();
    ["<html", "<!doctype html", "<body", "<head>"].iter().any(|start| head.contains(start))
}

/// The feeds that a page names as its own, absolute, in its order.
pub(super) fn feeds(document: &str, base: Option<&Url>) -> Vec<Url> {
    let head = document.get(..document.floor_char_boundary(HEAD_BYTES)).unwrap_or_default();
    let mut base = base.cloned();
    let mut found = Vec::new();
    for piece in Scanner::new(head) {
        let Kind::Open(tag) = piece.kind else { continue };
        let attribute = |name: &str| {
            let mut all = attributes(piece.raw).take(MAX_ATTRIBUTES);
            all.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
        };
        if tag.name.eq_ignore_ascii_case("base") {
            let here = attribute("href").map(|href| absolute(href, base.as_ref()));
            base = here.and_then(|href| Url::parse(&href).ok()).or(base);
        }
        if !tag.name.eq_ignore_ascii_case("link") {
            continue;
        }
        let is_alternate = attribute("rel").is_some_and(|rel| {
            rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("alternate"))
        });
        let is_feed = attribute("type").is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            TYPES.iter().any(|known| kind.eq_ignore_ascii_case(known))
        });
        if let Some(href) = attribute("href").filter(|_| is_alternate && is_feed) {
            let href = absolute(&href.replace("&amp;", "&"), base.as_ref());
            let url = Url::parse(&href).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            found.extend(url.filter(|url| !found.contains(url)));
        }
        if found.len() == MAX_FEEDS {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{feeds, is_page};

    #[test]
    fn feeds_of_a_page() {
        let page = "<!DOCTYPE html><html><head><link rel=stylesheet href=a.css>\
            <link rel=\"alternate\" type=\"application/rss+xml\" href=\"/rss?a=1&amp;b=2\">\
            <LINK REL='alternate home' TYPE='application/atom+xml' HREF='https://other.org/atom'>\
            <link rel=alternate type=application/feed+json href=feed.json>\
            <link rel=alternate type=application/rss+xml href='javascript:x'>\
            <link rel=alternate hreflang=es href=/es><link type=application/rss+xml rel=alternate href=/rss?a=1&b=2>";
        let base = "https://x.org/news/".parse().unwrap();
        let found: Vec<_> = feeds(page, Some(&base)).into_iter().map(String::from).collect();
        let expected =
            ["https://x.org/rss?a=1&b=2", "https://other.org/atom", "https://x.org/news/feed.json"];
        assert_eq!(found, expected);
        assert!(is_page(page) && !is_page("<rss><channel><title>a"));
        let many =
            (0..50).map(|n| format!("<link rel=alternate type=application/rss+xml href=/{n}>"));
        assert_eq!(feeds(&many.collect::<String>(), Some(&base)).len(), 10);
    }
}
