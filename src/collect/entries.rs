//! From what a document announces to entries: plain text, bounded, keyed, oldest first. Pure.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::key::entry_key;
use crate::model::{Entry, EntryId, FeedEntry, Source};
use crate::text;

/// Entries of one poll; the newest are kept.
const MAX_ENTRIES: usize = 500;

/// Characters of a title.
const TITLE_CHARS: usize = 300;

/// Bytes of a text.
const TEXT_BYTES: usize = 1_000_000;

/// An entry as a document announces it: plain, bounded text, safe to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The publisher's identifier.
    pub id: Option<String>,
    /// The article's page; http or https.
    pub url: Option<Url>,
    /// Headline, one line.
    pub title: String,
    /// What the document itself says of it.
    pub text: String,
    /// Names.
    pub authors: Vec<String>,
    /// As the document says.
    pub published_at: Option<Timestamp>,
}

/// The entries of a feed or list, oldest first, each page once.
pub(super) fn announcements(entries: Vec<FeedEntry>) -> Vec<Announcement> {
    let mut seen = HashSet::new();
    let mut found: Vec<Announcement> = entries
        .into_iter()
        .map(announcement)
        .filter(|found| {
            seen.insert(entry_key("", found.url.as_ref(), found.id.as_deref(), &found.title))
        })
        .collect();
    // Documents put the newest first, mostly; dates know better where they are given, and an entry
    // without one stays beside its neighbour.
    found.reverse();
    let mut last = Timestamp::MIN;
    let mut dated: Vec<(Timestamp, Announcement)> = Vec::with_capacity(found.len());
    for one in found {
        last = one.published_at.unwrap_or(last);
        dated.push((last, one));
    }
    dated.sort_by_key(|(at, _)| *at);
    let surplus = dated.len().saturating_sub(MAX_ENTRIES);
    dated.into_iter().skip(surplus).map(|(_, one)| one).collect()
}

fn announcement(entry: FeedEntry) -> Announcement {
    let body = entry.content.as_deref().or(entry.summary.as_deref()).unwrap_or_default();
    let date = entry.published.as_deref().or(entry.updated.as_deref());
    Announcement {
        url: entry.link.as_deref().and_then(page_url),
        title: cut_chars(text::one_line(entry.title.as_deref().unwrap_or_default())),
        text: cut_bytes(text::plain_text(body)),
        authors: entry.authors,
        published_at: date.and_then(|date| date.parse().ok()),
        id: entry.id,
    }
}

/// An announcement as an entry of its source.
pub(super) fn entry(one: Announcement, source: &Source, history: bool, now: Timestamp) -> Entry {
    Entry {
        id: EntryId::new(),
        source_id: source.id.clone(),
        key: entry_key(&source.id, one.url.as_ref(), one.id.as_deref(), &one.title),
        url: one.url.map(String::from).unwrap_or_default(),
        title: one.title,
        text: one.text,
        authors: one.authors,
        published_at: one.published_at,
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

    use crate::model::{FeedEntry, Pace, Reach, Source, SourceKind};

    use super::{announcements, entry};

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
            pace: Pace::fixed(Duration::from_mins(5)),
            reach: Reach::default(),
            obey_robots: true,
            alert_on_history: false,
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
        announcements(announced).into_iter().map(|one| one.title).collect()
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
        let found = entry(announcements(vec![odd]).remove(0), &source(), true, now);
        assert_eq!((found.title.as_str(), found.text.as_str()), ("A < B", "Teaser & more"));
        assert_eq!((found.url.as_str(), found.key.as_str()), ("", "daily#id:7"));
        assert!(found.history);
    }
}
