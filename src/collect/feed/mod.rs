//! Feed bytes to [`Feed`]: RSS 0.9x–2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, JSON Feed 1.x.
//!
//! Strict reading first; repairs only where it fails or finds nothing, each named in `warnings`.
//! Never fetches what a feed points to; entity declarations are refused.

mod convert;
mod gate;
mod json;
mod repair;

use std::panic::{AssertUnwindSafe, catch_unwind};

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
    let strict = parse(repair::without_declaration(document), base);
    if let Ok(feed) = &strict
        && !feed.entries.is_empty()
    {
        return Ok(convert::feed(feed, base, Vec::new()));
    }
    let found = strict.as_ref().map_or(0, |feed| feed.entries.len());
    let (repaired, mut warnings) = repair::repair(document);
    let mut second = parse(&repaired, base);
    if second.is_err()
        && let Some(whole) = repair::without_broken_end(&repaired)
    {
        second = parse(&whole, base);
        warnings.push("cut after the last complete entry".to_owned());
    }
    match (strict, second) {
        (_, Ok(feed)) if !warnings.is_empty() && feed.entries.len() >= found => {
            Ok(convert::feed(&feed, base, warnings))
        }
        (Ok(feed), _) => Ok(convert::feed(&feed, base, Vec::new())),
        (Err(_), _) if is_page(document) => Err(FeedError::NotAFeed("a web page")),
        (Err(error), _) => Err(FeedError::Broken(error)),
    }
}

/// The feed library on text that is UTF-8 by now; it is known to panic on some input.
fn parse(document: &str, base: Option<&Url>) -> Result<feed_rs::model::Feed, String> {
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
