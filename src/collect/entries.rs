//! From what a document announces to entries: plain text, bounded, keyed, oldest first. Pure.

use std::collections::HashSet;

use jiff::Timestamp;
use url::Url;

use crate::model::{Entry, EntryId, Feed, FeedEntry, Source};
use crate::text;

/// Entries of one poll; the newest are kept.
const MAX_ENTRIES: usize = 500;

/// Characters of a title.
const TITLE_CHARS: usize = 300;

/// Bytes of a text.
const TEXT_BYTES: usize = 1_000_000;

/// The entries of a feed or list, oldest first, each page once.
pub(super) fn entries(feed: Feed, source: &Source, history: bool, now: Timestamp) -> Vec<Entry> {
    let mut seen = HashSet::new();
    let mut found: Vec<Entry> = feed
        .entries
        .into_iter()
        .map(|announced| entry(announced, source, history, now))
        .filter(|entry| seen.insert(entry.key.clone()))
        .collect();
    // Documents put the newest first, mostly; dates know better where they are given, and an entry
    // without one stays beside its neighbour.
    found.reverse();
    let mut last = Timestamp::MIN;
    let mut dated: Vec<(Timestamp, Entry)> = Vec::with_capacity(found.len());
    for entry in found {
        last = entry.published_at.unwrap_or(last);
        dated.push((last, entry));
    }
    dated.sort_by_key(|(at, _)| *at);
    let surplus = dated.len().saturating_sub(MAX_ENTRIES);
    dated.into_iter().skip(surplus).map(|(_, entry)| entry).collect()
}

fn entry(announced: FeedEntry, source: &Source, history: bool, now: Timestamp) -> Entry {
    let page = announced.link.as_deref().and_then(page_url);
    let title = cut_chars(text::one_line(announced.title.as_deref().unwrap_or_default()));
    let body = announced.content.as_deref().or(announced.summary.as_deref()).unwrap_or_default();
    let date = announced.published.as_deref().or(announced.updated.as_deref());
    Entry {
        id: EntryId::new(),
        source_id: source.id.clone(),
        key: super::key::entry_key(&source.id, page.as_ref(), announced.id.as_deref(), &title),
        url: page.map(String::from).unwrap_or_default(),
        title,
        text: cut_bytes(text::plain_text(body)),
        authors: announced.authors,
        published_at: date.and_then(|date| date.parse().ok()),
        discovered_at: now,
        history,
    }
}

fn page_url(link: &str) -> Option<Url> {
    Url::parse(link).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn cut_chars(mut title: String) -> String {
    if let Some((at, _)) = title.char_indices().nth(TITLE_CHARS) {
        title.truncate(at);
    }
    title
}

fn cut_bytes(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(TEXT_BYTES));
    text
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use crate::model::{Feed, FeedEntry, Source, SourceKind};

    use super::entries;

    /// A source to test with.
    pub fn source() -> Source {
        Source {
            id: "daily".to_owned(),
            name: "The Daily".to_owned(),
            kind: SourceKind::Feed,
            url: "https://example.org/feed".parse().unwrap(),
            language: None,
            region: None,
            tier: 1,
            owner: "The Daily".to_owned(),
            tags: Vec::new(),
            business_line: None,
            interval: Duration::from_mins(5),
            allow_private: false,
        }
    }

    fn announced(link: &str, title: &str, published: Option<&str>) -> FeedEntry {
        FeedEntry {
            link: Some(link.to_owned()),
            title: Some(title.to_owned()),
            published: published.map(str::to_owned),
            summary: Some("<p>Teaser &amp; more</p>".to_owned()),
            ..FeedEntry::default()
        }
    }

    fn titles(announced: Vec<FeedEntry>) -> Vec<String> {
        let now = "2024-05-02T00:00:00Z".parse().unwrap();
        let feed = Feed { entries: announced, ..Feed::default() };
        entries(feed, &source(), false, now).into_iter().map(|entry| entry.title).collect()
    }

    #[test]
    fn oldest_first_and_each_page_once() {
        let day = |n: u8| format!("2024-05-0{n}T00:00:00Z");
        let found = titles(vec![
            announced("https://example.org/2", "second", Some(&day(2))),
            announced("https://example.org/2?utm_source=rss", "second again", Some(&day(2))),
            announced("https://example.org/1", "first", Some(&day(1))),
            announced("https://example.org/3", "third", Some(&day(3))),
        ]);
        assert_eq!(found, ["first", "second", "third"]);
        let undated = ["c", "b", "a"].map(|t| announced(&format!("https://x.org/{t}"), t, None));
        assert_eq!(titles(undated.into()), ["a", "b", "c"]);
    }

    #[test]
    fn the_newest_are_kept() {
        let many = (0..600).map(|n| announced(&format!("https://x.org/{n}"), &n.to_string(), None));
        let found = titles(many.collect());
        assert_eq!((found.len(), found.last().map(String::as_str)), (500, Some("0")));
    }

    #[test]
    fn text_is_plain_and_pages_are_web_pages() {
        let now = "2024-05-02T00:00:00Z".parse().unwrap();
        let mut odd = announced("javascript:alert(1)", "<b>A &lt; B</b>", None);
        odd.id = Some("7".to_owned());
        let feed = Feed { entries: vec![odd], ..Feed::default() };
        let found = entries(feed, &source(), true, now);
        assert_eq!((found[0].title.as_str(), found[0].text.as_str()), ("A < B", "Teaser & more"));
        assert_eq!((found[0].url.as_str(), found[0].key.as_str()), ("", "daily#id:7"));
        assert!(found[0].history);
    }
}
