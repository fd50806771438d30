//! Sitemaps (<https://www.sitemaps.org/protocol.html>): news sitemaps, plain ones, text ones, indexes;
//! gzip'd or not. Pure; the sitemaps of an index are named, not fetched.

mod index;
mod inflate;
mod xml;

use std::borrow::Cow;

use url::Url;

use super::document::{Announced, ReadError};
use super::entries::announcements;
use super::read_feed;
use crate::model::{Feed, FeedEntry};
use crate::text::{self, DocumentKind};

pub(super) use index::{Index, Owed};
use xml::Sitemap;

/// URLs that are read of one sitemap; the protocol allows as many.
const MAX_URLS: usize = 50_000;

/// Longest URL that is read (the protocol: 2,048).
const MAX_URL_BYTES: usize = 4_096;

/// Reads a sitemap. `memory` is what [`Index::to_memory`] gave.
pub(super) fn read(
    body: &[u8],
    content_type: Option<&str>,
    url: &Url,
    memory: Option<&str>,
) -> Result<Announced, ReadError> {
    let body = inflate::inflated(body)?;
    let decoded = text::decode(&body, content_type, DocumentKind::Xml);
    let document = decoded.text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let mut index = Index::default();
    let mut announced = if document.starts_with('<') {
        match xml::read(document, url)? {
            Sitemap::Urls { entries, warnings } => of_entries(entries, warnings),
            Sitemap::Index { sitemaps, warnings } => {
                index = Index::recall(memory);
                index.update(sitemaps);
                Announced { warnings, ..Announced::default() }
            }
            // The protocol lets a feed stand for a sitemap.
            Sitemap::Feed => of_feed(read_feed(&body, content_type, Some(url.as_str()))?),
        }
    } else {
        of_entries(read_text(document)?, Vec::new())
    };
    announced.children = index.owed().into_iter().map(|owed| owed.url).collect();
    announced.memory = Some(index.to_memory());
    Ok(announced)
}

fn of_entries(entries: Vec<FeedEntry>, warnings: Vec<String>) -> Announced {
    Announced { entries: announcements(entries), warnings, ..Announced::default() }
}

fn of_feed(feed: Feed) -> Announced {
    let Feed { entries, hints, warnings, .. } = feed;
    Announced { entries: announcements(entries), hints, warnings, ..Announced::default() }
}

/// A text file with one URL a line.
fn read_text(document: &str) -> Result<Vec<FeedEntry>, ReadError> {
    let lines = document.lines().map(str::trim).filter(|line| !line.is_empty()).take(MAX_URLS);
    let (mut entries, mut others) = (Vec::new(), 0);
    for line in lines {
        match Url::parse(line) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && line.len() <= MAX_URL_BYTES => {
                entries.push(FeedEntry { link: Some(url.into()), ..FeedEntry::default() });
            }
            _ => others += 1,
        }
    }
    if others > entries.len() || entries.is_empty() {
        let what = if document.is_empty() { "an empty document" } else { "some other text" };
        return Err(not_a_sitemap(what));
    }
    Ok(entries)
}

fn not_a_sitemap(what: &str) -> ReadError {
    let (what, expected) = (what.to_owned(), "a sitemap".to_owned());
    ReadError::Unexpected { what, expected, feeds: Vec::new() }
}

/// A headline out of a URL's last telling segment, for an article that has no other: its words, the
/// first with a capital. None where the segment is a number, a hash or a single word.
#[must_use]
pub fn slug_title(url: &Url) -> Option<String> {
    let segments = url.path_segments()?.rev().take(3);
    let readable = segments.filter_map(|segment| {
        let segment = percent_decoded(segment);
        let stem = segment.rsplit_once('.').map_or(&*segment, |(stem, _)| stem);
        let words: Vec<&str> =
            stem.split(['-', '_', '+', ' ']).filter(|word| is_word(word)).collect();
        (words.len() >= 3 || words.iter().any(|word| word.chars().any(text::is_han)))
            .then(|| words.join(" "))
    });
    let longest = readable.max_by_key(|words| words.chars().count())?;
    let mut letters = longest.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).take(200).collect())
}

fn is_word(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    !word.is_empty() && (digits == 0 || (word.len() <= 4 && digits == word.len()))
}

fn percent_decoded(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    // As the value of a form, in which `+` would be a space: slugs mean the same by it.
    let pair = format!("a={}", segment.replace('&', " "));
    let value = url::form_urlencoded::parse(pair.as_bytes()).next();
    value.map_or(Cow::Borrowed(segment), |(_, value)| Cow::Owned(value.into_owned()))
}

#[cfg(test)]
mod tests;
