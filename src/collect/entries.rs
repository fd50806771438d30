//! From what a document announces to entries: plain text, bounded, keyed, oldest first. Pure.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::key::{alias, canonical_key, entry_key, fingerprint, own_key, plain, print};
use crate::model::{Entry, EntryId, EntryMarks, FeedEntry, Source};
use crate::text;

/// Entries of one poll; the newest are kept.
const MAX_ENTRIES: usize = 500;

/// Entries that are looked at: the newest, with room for repeats. The rest costs no work.
const CANDIDATES: usize = 4 * MAX_ENTRIES;

/// Characters of a title.
const TITLE_CHARS: usize = 300;

/// Bytes of a text.
const TEXT_BYTES: usize = 1_000_000;

/// An entry as a document announces it: plain, bounded text, safe to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The publisher's identifier, unless its document shows that it identifies nothing.
    pub id: Option<String>,
    /// Whether its page (without one: its identifier) is that of other entries of the document too.
    #[serde(default)]
    pub shared: bool,
    /// The article's page; http or https.
    pub url: Option<String>,
    /// The page as an identity, see [`super::canonical_key`].
    pub page: Option<String>,
    /// Headline, one line.
    pub title: String,
    /// The letters and digits of the headline, by which it is compared.
    pub plain_title: String,
    /// Hash of the letters and digits of the text, by which an edit is noticed.
    pub text_print: i64,
    /// What the document itself says of it.
    pub text: String,
    /// Names.
    pub authors: Vec<String>,
    /// As the document says.
    pub published_at: Option<Timestamp>,
}

/// The entries of a feed or list, oldest first, each article once.
pub(super) fn announcements(entries: Vec<FeedEntry>) -> Vec<Announcement> {
    let mut found: Vec<Announcement> =
        newest_first(entries).into_iter().map(announcement).collect();
    distrust_identifiers(&mut found);
    if has_repeats(&found) {
        let mut pages: HashMap<String, Sharers> = HashMap::new();
        found.retain(|one| pages.entry(page_key(one)).or_default().add(one));
        for one in &mut found {
            one.shared = pages.get(&page_key(one)).is_some_and(|sharers| sharers.articles > 1);
        }
    }
    found.truncate(MAX_ENTRIES);
    found.reverse();
    found
}

/// Whether a page, or what stands for it, is announced more than once.
fn has_repeats(found: &[Announcement]) -> bool {
    let mut pages = HashSet::with_capacity(found.len());
    found.iter().any(|one| !pages.insert(page_key(one)))
}

/// Documents put the newest first, mostly; dates know better where they are given, and an entry
/// without one stays beside its neighbour.
fn newest_first(entries: Vec<FeedEntry>) -> Vec<FeedEntry> {
    let mut last = Timestamp::MIN;
    let mut dated: Vec<(Timestamp, FeedEntry)> = Vec::with_capacity(entries.len());
    for entry in entries.into_iter().rev() {
        last = date(&entry).unwrap_or(last);
        dated.push((last, entry));
    }
    dated.sort_by_key(|(at, _)| *at);
    dated.into_iter().rev().take(CANDIDATES).map(|(_, entry)| entry).collect()
}

/// An identifier that stands with one headline on several pages names a series, not an article.
fn distrust_identifiers(found: &mut [Announcement]) {
    fn name(one: &Announcement) -> Option<(&str, &str)> {
        Some((one.id.as_deref()?, &one.plain_title))
    }
    let mut pages = HashMap::with_capacity(found.len());
    let mut series: HashSet<(String, String)> = HashSet::new();
    for one in found.iter() {
        let (Some(name), Some(page)) = (name(one), one.page.as_deref()) else { continue };
        if *pages.entry(name).or_insert(page) != page {
            series.insert((name.0.to_owned(), name.1.to_owned()));
        }
    }
    if series.is_empty() {
        return;
    }
    for one in found.iter_mut().filter(|one| one.page.is_some()) {
        let name = one.id.clone().map(|id| (id, one.plain_title.clone()));
        if name.is_some_and(|name| series.contains(&name)) {
            one.id = None;
        }
    }
}

fn page_key(one: &Announcement) -> String {
    entry_key("", one.page.as_deref(), one.id.as_deref(), &one.title)
}

/// The articles that one page was announced for.
#[derive(Default)]
struct Sharers {
    articles: usize,
    titles: HashSet<String>,
    ids: HashSet<String>,
    texts: HashSet<(Option<Timestamp>, i64)>,
}

impl Sharers {
    /// Whether an entry is another article than those before. A status page announces all its news
    /// by one address; a list repeats one article with another wording. Another headline alone is
    /// another wording; with another identifier, or without any but with another date or text, it
    /// is another article.
    fn add(&mut self, one: &Announcement) -> bool {
        let is_new_title = self.titles.insert(one.plain_title.clone());
        let is_told = one.published_at.is_some() || !one.text.is_empty();
        let is_new_text = self.texts.insert((one.published_at, one.text_print));
        let differs = match &one.id {
            // Without a page the identifier is the page.
            Some(_) if one.url.is_none() => true,
            Some(id) => self.ids.insert(id.clone()),
            None => is_told && is_new_text,
        };
        let is_new = self.articles == 0 || (is_new_title && differs);
        self.articles += usize::from(is_new);
        is_new
    }
}

fn date(entry: &FeedEntry) -> Option<Timestamp> {
    let date = entry.published.as_deref().or(entry.updated.as_deref());
    date.and_then(|date| date.parse().ok())
}

fn announcement(entry: FeedEntry) -> Announcement {
    let body = entry.content.as_deref().or(entry.summary.as_deref()).unwrap_or_default();
    let url = entry.link.as_deref().and_then(page_url);
    let title = cut_chars(text::one_line(entry.title.as_deref().unwrap_or_default()));
    let text = cut_bytes(text::plain_text(body));
    let plain_title = plain(&title);
    Announcement {
        page: url.as_ref().map(canonical_key),
        url: url.map(String::from),
        text_print: print(&text),
        title,
        plain_title,
        text,
        published_at: date(&entry),
        shared: false,
        authors: entry.authors,
        id: entry.id,
    }
}

/// An announcement as an entry of its source.
pub(super) fn entry(one: Announcement, source: &Source, history: bool, now: Timestamp) -> Entry {
    let guid = one.id.as_deref();
    let page = entry_key(&source.id, one.page.as_deref(), guid, &one.title);
    // On a page of its own an identifier tells entries apart; without a page it is the page.
    let own = own_key(&page, guid.filter(|_| one.url.is_some()), &one.plain_title);
    let marks = EntryMarks {
        alias: alias(&source.id, guid, &one.plain_title).filter(|_| one.url.is_some()),
        own_key: (!one.shared && one.url.is_some()).then(|| own.clone()),
        fingerprint: Some(fingerprint(&one.plain_title, one.text_print)),
    };
    Entry {
        id: EntryId::new(),
        source_id: source.id.clone(),
        key: if one.shared { own } else { page },
        url: one.url.unwrap_or_default(),
        title: one.title,
        text: one.text,
        authors: one.authors,
        published_at: one.published_at,
        discovered_at: now,
        history,
        marks,
    }
}

/// Announcements of one document as entries of their source.
#[must_use]
pub fn entries_of(
    announced: Vec<Announcement>,
    source: &Source,
    history: bool,
    now: Timestamp,
) -> Vec<Entry> {
    announced.into_iter().map(|one| entry(one, source, history, now)).collect()
}

/// Whether an entry was published so long ago that it is history whenever it is found: a feed that
/// brings purged articles again alerts nobody.
#[must_use]
pub fn is_old(entry: &Entry, max_age: Duration, now: Timestamp) -> bool {
    let since = now.checked_sub(max_age).unwrap_or(Timestamp::MIN);
    entry.published_at.is_some_and(|at| at < since)
}

/// Spaces are common in links and mean one thing; what means several is no page.
fn page_url(link: &str) -> Option<Url> {
    crate::guard::foreign_url(&link.trim().replace(' ', "%20"), None).ok()
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
    use std::collections::HashSet;
    use std::time::Duration;

    use crate::model::{FeedEntry, Pace, Reach, Source, SourceKind};

    use jiff::Timestamp;

    use super::{announcements, entry, is_old};

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
            stale_after: None,
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

    fn with_id(id: &str, entry: FeedEntry) -> FeedEntry {
        FeedEntry { id: Some(id.to_owned()), ..entry }
    }

    #[test]
    fn a_page_that_tells_many_things_swallows_none() {
        let status = "https://status.example.org/";
        let found = announcements(vec![
            with_id("3", announced(status, "Payments are back", None)),
            with_id("2", announced(status, "Payments are down", None)),
            with_id("2", announced(status, "Payments: we look into it", None)),
            with_id("1", announced(status, "Payments are back", None)),
        ]);
        let keys: Vec<_> =
            found.into_iter().map(|one| entry(one, &source(), false, Timestamp::MIN)).collect();
        let titles: Vec<&str> = keys.iter().map(|entry| entry.title.as_str()).collect();
        assert_eq!(titles, ["Payments are down", "Payments are back"], "wordings are one article");
        assert!(keys.iter().all(|entry| entry.key.starts_with(&format!("{status}#"))));
        let undated = |title: &str, text: &str| FeedEntry {
            summary: Some(text.to_owned()),
            ..announced(status, title, None)
        };
        assert_eq!(
            titles_of(vec![undated("A", "a"), undated("B", "b"), undated("C", "")]),
            ["B", "A"]
        );
    }

    fn titles_of(entries: Vec<FeedEntry>) -> Vec<String> {
        announcements(entries).into_iter().map(|one| one.title).collect()
    }

    #[test]
    fn identifiers_that_identify_nothing_are_not_believed() {
        let daily = |page: &str| with_id("0", announced(page, "The day", None));
        let found = announcements(vec![daily("https://x.org/2"), daily("https://x.org/1")]);
        assert_eq!(found.iter().filter(|one| one.id.is_none()).count(), 2);
        let bare =
            |title: &str| FeedEntry { link: None, ..with_id("0", announced("", title, None)) };
        let found = announcements(vec![bare("B"), bare("A"), bare("B")]);
        let keys: HashSet<String> =
            found.into_iter().map(|one| entry(one, &source(), false, Timestamp::MIN).key).collect();
        assert_eq!(keys.len(), 2);
    }

    #[test]
    fn a_hundred_thousand_entries_cost_the_work_of_the_newest() {
        let day: Timestamp = "2024-05-01T00:00:00Z".parse().unwrap();
        let many = (0..100_000_i64).map(|n| {
            let at = day + jiff::SignedDuration::from_mins(n % 1000);
            let id = (n % 7 != 0).then(|| (n % 400).to_string());
            let entry =
                announced(&format!("https://x.org/{n}"), &n.to_string(), Some(&at.to_string()));
            FeedEntry { id, ..entry }
        });
        let found = announcements(many.collect());
        assert_eq!(found.len(), 500);
        assert!(
            found
                .iter()
                .all(|one| one.published_at >= Some(day + jiff::SignedDuration::from_mins(995)))
        );
    }

    #[test]
    fn old_is_what_its_date_says() {
        let now: Timestamp = "2024-05-10T00:00:00Z".parse().unwrap();
        let week = Duration::from_hours(7 * 24);
        let check = |date: Option<&str>| {
            let one = announcements(vec![announced("https://x.org/1", "T", date)]).remove(0);
            is_old(&entry(one, &source(), false, now), week, now)
        };
        assert!(check(Some("2024-05-02T00:00:00Z")));
        assert!(!check(Some("2024-05-04T00:00:00Z")) && !check(Some("2034-05-04T00:00:00Z")));
        assert!(!check(None));
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
