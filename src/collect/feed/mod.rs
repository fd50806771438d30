//! Feed bytes to [`Feed`]: RSS 0.9x–2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, JSON Feed 1.x.
//!
//! Strict reading first; repairs only where it fails or finds nothing, each named in `warnings`.
//! Never fetches what a feed points to; entity declarations are refused.

mod convert;
mod gate;
mod json;
mod markup;
mod repair;
mod scan;

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::model as given;
use thiserror::Error;
use url::Url;

use crate::model::Feed;
use crate::text::{self, DocumentKind};

/// Why a document is no list of entries.
#[derive(Debug, Error)]
pub enum FeedError {
    /// A page or something else: the address of the source is wrong, or a login or a challenge
    /// stands before it.
    #[error("this is {0}, not a feed")]
    NotAFeed(&'static str),
    /// It is a feed, but broken beyond repair.
    #[error("the feed cannot be read: {0}")]
    Broken(String),
    /// Built to exhaust the reader; not parsed.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// The configured selector is not valid CSS.
    #[error("not a valid CSS selector: {0}")]
    Selector(String),
    /// The configured selector finds nothing on the page.
    #[error("the selector finds no links: the page may have been redesigned")]
    NoLinks,
}

/// Reads a feed. `url` is where it was fetched from; relative links are resolved against it.
///
/// # Errors
/// See [`FeedError`]. Never panics.
pub fn read_feed(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&str>,
) -> Result<Feed, FeedError> {
    let decoded = text::decode(bytes, content_type, DocumentKind::Xml);
    let document = decoded.text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let base = url.and_then(|url| Url::parse(url).ok());
    let mut feed = match document.bytes().next() {
        None => return Err(FeedError::NotAFeed("an empty document")),
        Some(b'{') => json::read(document, base.as_ref())?,
        Some(_) => read_xml(document, base.as_ref())?,
    };
    feed.encoding = Some(decoded.encoding);
    if decoded.lossy {
        feed.warnings.push("some bytes do not belong to the encoding".to_owned());
    }
    Ok(feed)
}

fn read_xml(document: &str, base: Option<&Url>) -> Result<Feed, FeedError> {
    gate::check(document)?;
    let mut feed = read_repaired(document, base)?;
    let (read, written) = (feed.entries.len(), gate::count_entries(document));
    if read < written {
        feed.warnings.push(format!("{} of {written} entries could not be read", written - read));
    }
    Ok(feed)
}

fn read_repaired(document: &str, base: Option<&Url>) -> Result<Feed, FeedError> {
    let strict = parse(repair::without_declaration(document), base);
    let written = gate::count_entries(document);
    if let Ok(feed) = &strict
        && !is_lacking(feed, written)
    {
        return Ok(convert::feed(feed, base, Vec::new()));
    }
    let (repaired, warnings) = repair::repair(document);
    let second = if warnings.is_empty() { None } else { parse(&repaired, base).ok() };
    match (strict, second) {
        (Ok(feed), Some(better)) if fullness(&better) > fullness(&feed) => {
            Ok(convert::feed(&better, base, warnings))
        }
        (Ok(feed), _) => Ok(convert::feed(&feed, base, Vec::new())),
        (Err(_), Some(feed)) => Ok(convert::feed(&feed, base, warnings)),
        (Err(_), None) if is_page(document) => Err(FeedError::NotAFeed("a web page")),
        (Err(error), None) => Err(FeedError::Broken(error)),
    }
}

/// Whether strict reading may have missed something: no entries, fewer than were written, or some
/// that say nothing.
fn is_lacking(feed: &given::Feed, written: usize) -> bool {
    feed.entries.is_empty()
        || feed.entries.len() < written
        || feed.title.is_none()
        || feed.entries.iter().any(|entry| says(entry) == 0)
}

/// How much of a feed was read: entries first, then what they say.
fn fullness(feed: &given::Feed) -> (usize, usize) {
    let feed_says = usize::from(has(feed.title.as_ref()))
        + usize::from(has(feed.description.as_ref()))
        + usize::from(!feed.links.is_empty())
        + usize::from(feed.updated.is_some() || feed.published.is_some());
    (feed.entries.len(), feed.entries.iter().map(says).sum::<usize>() + feed_says)
}

fn says(entry: &given::Entry) -> usize {
    let body = entry.content.as_ref().is_some_and(|content| content.body.is_some());
    usize::from(has(entry.title.as_ref()))
        + usize::from(has(entry.summary.as_ref()) || body)
        + usize::from(entry.published.is_some() || entry.updated.is_some())
}

fn has(text: Option<&given::Text>) -> bool {
    text.is_some_and(|text| !text.content.trim().is_empty())
}

/// The feed library on text that is UTF-8 by now; it is known to panic on some input.
fn parse(document: &str, base: Option<&Url>) -> Result<given::Feed, String> {
    if gate::is_deep(document) {
        return Err("the elements are nested too deeply".to_owned());
    }
    let parser = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        // No identifier is made up: an empty one says that the publisher gave none.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(convert::instant)
        .base_uri(base.map(Url::as_str))
        .build();
    let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse(document.as_bytes())));
    match parsed {
        Ok(Ok(feed)) => Ok(feed),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the reader gave up".to_owned()),
    }
}

fn is_page(document: &str) -> bool {
    let head: String = document.chars().take(2000).collect::<String>().to_ascii_lowercase();
    head.contains("<html") || head.contains("<!doctype html") || head.contains("<body")
}

#[cfg(test)]
mod tests {
    use crate::model::Feed;

    use super::{FeedError, read_feed};

    fn read(document: &str) -> Feed {
        read_feed(document.as_bytes(), None, Some("https://example.org/feed")).expect(document)
    }

    /// Every broken form of one feed reads as that feed, and says what was done.
    fn check(document: &str, warning: &str) {
        let feed = read(document);
        assert_eq!(feed.title.as_deref(), Some("Daily"), "{document}");
        let entries: Vec<_> = feed
            .entries
            .iter()
            .map(|entry| (entry.title.as_deref(), entry.link.as_deref()))
            .collect();
        let expected = (Some("Bank & Co"), Some("https://example.org/1"));
        assert_eq!(entries, [expected], "{document}");
        let warnings = feed.warnings.join("; ");
        assert!(
            warnings.contains(warning) && warnings.is_empty() == warning.is_empty(),
            "{warnings}"
        );
    }

    const ITEM: &str = "<item><title>Bank &amp; Co</title><link>/1</link><guid>1</guid></item>";

    fn rss(head: &str, items: &str, tail: &str) -> String {
        format!("{head}<channel><title>Daily</title><link>https://example.org/</link>{items}{tail}")
    }

    const END: &str = "</channel></rss>";

    #[test]
    fn rss_and_its_mistakes() {
        check(&rss("<rss version='2.0'>", ITEM, END), "");
        check(&rss("<rss>", ITEM, END), "unknown version");
        check(&rss("<RSS version='2.01'>", ITEM, "</channel></RSS>"), "unknown version");
        check(&rss("PHP Notice: x\n<rss version='2.0'>", ITEM, END), "");
        check(&rss("<br />\n<rss version='2.0'>", ITEM, END), "before the root");
        let bare = ITEM.replace("&amp;", "&#0;&");
        check(&rss("<rss version='2.0'>", &bare, END), "references");
        let cut = format!("{ITEM}<item><title>Half a");
        check(&rss("<rss version='2.0'>", &cut, ""), "left open");
        let markup = ITEM.replace("<guid>", "<description>a<br>b</description><guid>");
        check(&rss("<rss version='2.0'>", &markup, END), "escaped markup");
    }

    #[test]
    fn atom_of_both_kinds() {
        let entry = "<entry><title>Bank &amp; Co</title><link href='/1'/><id>1</id>";
        let atom = |namespace: &str, entry: &str| {
            format!("<feed xmlns='{namespace}'><title>Daily</title>{entry}</entry></feed>")
        };
        check(&atom("http://www.w3.org/2005/Atom", entry), "");
        let odd = entry.replace("<title>", "<title type='plain/odd'>");
        check(&atom("http://www.w3.org/2005/Atom", &odd), "types");
        let old = format!("{entry}<issued>2004-01-02T03:04:05Z</issued>");
        let old = atom("http://purl.org/atom/ns#", &old);
        check(&old, "Atom 0.3");
        assert_eq!(read(&old).entries[0].published.as_deref(), Some("2004-01-02T03:04:05Z"));
    }

    #[test]
    fn json_and_its_mistakes() {
        let item = r#"{"id": 1, "title": "Bank & Co", "url": "/1", "date_published": "2024-05-01T10:00:00+02:00"}"#;
        let json = |version: &str| {
            format!(
                "\u{feff}{{\"version\": \"{version}\", \"title\": \"Daily\", \"items\": [{item}]}}"
            )
        };
        check(&json("https://jsonfeed.org/version/1.1"), "");
        check(&json("2"), "unknown version");
        let feed = read(&json("https://jsonfeed.org/version/1"));
        assert_eq!(feed.entries[0].id.as_deref(), Some("1"));
        assert_eq!(feed.entries[0].published.as_deref(), Some("2024-05-01T08:00:00Z"));
    }

    #[test]
    fn identifiers_and_dates_are_the_publishers_or_none() {
        let item = "<item><title>A</title><pubDate>Wed, 01 May 2024 10:00 CEST</pubDate></item>";
        let feed = read(&rss("<rss version='2.0'>", item, END));
        assert_eq!(feed.entries[0].id, None);
        assert_eq!(feed.entries[0].published.as_deref(), Some("2024-05-01T08:00:00Z"));
        assert_eq!(feed.warnings, [""; 0]);
        let undated = read(&rss("<rss version='2.0'>", ITEM, END));
        assert_eq!((undated.entries[0].published.as_ref(), undated.updated), (None, None));
    }

    #[test]
    fn what_is_no_feed_is_named() {
        let read = |document: &str| read_feed(document.as_bytes(), None, None);
        assert!(matches!(read("<!doctype html><html><p>Hi"), Err(FeedError::NotAFeed(_))));
        assert!(matches!(read(" "), Err(FeedError::NotAFeed(_))));
        assert!(matches!(read("{\"error\": 1}"), Err(FeedError::NotAFeed(_))));
        assert!(matches!(read("<rss><![CDATA["), Err(FeedError::Broken(_)) | Ok(_)));
        let laughs = "<!DOCTYPE rss [<!ENTITY a 'ha'>]><rss version='2.0'>&a;</rss>";
        assert!(matches!(read(laughs), Err(FeedError::Refused(_))));
        assert!(read(&"<rss>".repeat(100_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            drop(read_feed(&bytes, None, None));
        }
    }
}
