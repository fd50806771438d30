//! Feed bytes to [`Feed`]: RSS 0.9x–2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, JSON Feed 1.x.
//!
//! A survey refuses what is hostile; the lenient reader takes the rest, and says in `warnings` what was
//! wrong. Never fetches what a feed points to; entity declarations are refused.

mod clean;
mod hints;
mod json;
mod lenient;
mod page;
mod scan;
mod survey;

use thiserror::Error;
use url::Url;

use crate::model::Feed;
use crate::text::{self, DateContext, DocumentKind};

/// Why a document is no list of entries.
#[derive(Debug, Error)]
pub enum FeedError {
    /// A page or something else: the address of the source is wrong, or a login or a challenge
    /// stands before it.
    #[error("this is {what}, not a feed{}", named(feeds))]
    NotAFeed {
        /// What it is.
        what: &'static str,
        /// Feeds that the page names as its own, absolute, at most ten.
        feeds: Vec<Url>,
    },
    /// It is a feed, but broken beyond repair.
    #[error("the feed cannot be read: {0}")]
    Broken(String),
    /// Built to exhaust the reader; not parsed.
    #[error("refused: {0}")]
    Refused(&'static str),
}

impl FeedError {
    fn not_a_feed(what: &'static str) -> Self {
        Self::NotAFeed { what, feeds: Vec::new() }
    }
}

fn named(feeds: &[Url]) -> String {
    let list: Vec<_> = feeds.iter().map(Url::as_str).collect();
    if list.is_empty() { String::new() } else { format!("; it names {}", list.join(", ")) }
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
    let is_margin = |c: char| c == '\u{feff}' || c == '\0' || c.is_whitespace();
    let document = decoded.text.trim_start_matches(is_margin);
    let base = url.and_then(|url| Url::parse(url).ok());
    let context = DateContext {
        china: is_of_china(&decoded.encoding, base.as_ref()),
        ..DateContext::default()
    };
    let mut feed = match document.bytes().next() {
        None => return Err(FeedError::not_a_feed("an empty document")),
        Some(b'{' | b'[') => json::read(document, base.as_ref(), context)?,
        Some(_) => read_xml(document, base.as_ref(), context)?,
    };
    feed.encoding = Some(decoded.encoding);
    if decoded.lossy {
        feed.warnings.push("some bytes do not belong to the encoding".to_owned());
    }
    feed.warnings.extend(from_the_future(&feed));
    Ok(feed)
}

fn read_xml(
    document: &str,
    base: Option<&Url>,
    mut context: DateContext,
) -> Result<Feed, FeedError> {
    let survey = survey::survey(document)?;
    context.china |= survey.language.as_deref().is_some_and(|tag| tag.starts_with("zh"));
    let mut feed = match lenient::read(document, base, context)? {
        Some(feed) if !feed.entries.is_empty() || !page::is_page(document) => feed,
        _ if page::is_page(document) => {
            let feeds = page::feeds(document, base);
            return Err(FeedError::NotAFeed { what: "a web page", feeds });
        }
        _ => return Err(FeedError::Broken("no feed begins in it".to_owned())),
    };
    let (read, written) = (feed.entries.len(), survey.entries);
    if read < written {
        feed.warnings.push(format!("{} of {written} entries could not be read", written - read));
    }
    feed.hints = survey.hints;
    Ok(feed)
}

/// Whether an encoding or address is one of China's, where `CST` is China Standard Time.
fn is_of_china(encoding: &str, base: Option<&Url>) -> bool {
    let host = base.and_then(Url::host_str).unwrap_or_default();
    matches!(encoding, "gbk" | "gb18030" | "big5")
        || [".cn", ".tw", ".hk", ".mo"].iter().any(|end| host.ends_with(end))
}

/// Tells of entries that are dated more than a day ahead.
fn from_the_future(feed: &Feed) -> Option<String> {
    let tomorrow = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    // RFC 3339 in UTC sorts as text.
    let tomorrow = tomorrow.to_string();
    let dates = feed.entries.iter().filter_map(|entry| entry.published.as_ref());
    let count = dates.filter(|date| **date > tomorrow).count();
    (count > 0).then(|| format!("{count} entries are dated in the future"))
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
        check(&rss("PHP Notice: x\n<rss version='2.0'>", ITEM, END), "before the root");
        check(
            &rss("<rss version='2.0'>", ITEM, "</channel></rss><script>x</script>"),
            "after the root",
        );
        check(&rss("<br />\n<rss version='2.0'>", ITEM, END), "before the root");
        let bare = ITEM.replace("&amp;", "&#0;&");
        check(&rss("<rss version='2.0'>", &bare, END), "references");
        let cut = format!("{ITEM}<item><title>Half a");
        check(&rss("<rss version='2.0'>", &cut, ""), "breaks off: left out");
        let markup = ITEM.replace("<guid>", "<description>a<br>b</description><guid>");
        check(&rss("<rss version='2.0'>", &markup, END), "not escaped");
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
        check(&old, "draft of Atom");
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

    /// What is well formed is read as a strict reader reads it.
    #[test]
    fn a_strict_reader_agrees() {
        let item = "<item><title>A &amp; B</title><link>https://example.org/1</link><guid>1/2</guid>\
            <comments>https://example.org/c</comments><pubDate>Wed, 01 May 2024 10:00:00 +0200</pubDate>\
            <author>a@x.org (Ana)</author><category>Banks</category><description><![CDATA[<p>x</p>]]></description>\
            <enclosure url='https://example.org/a.mp3' type='audio/mpeg' length='3'/></item>";
        let rss = rss("<rss version='2.0'>", &item.repeat(3), END);
        let entry = "<entry><title type='html'>A &amp;amp; B</title><link href='https://example.org/1'/>\
            <id>urn:1</id><updated>2024-05-01T10:00:00Z</updated><author><name>Ana</name></author>\
            <category term='Banks'/><summary type='html'>&lt;p>x&lt;/p></summary></entry>";
        let atom = format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>Daily</title><id>f</id>\
             <updated>2024-05-01T10:00:00Z</updated>{}</feed>",
            entry.repeat(3)
        );
        for document in [rss, atom] {
            let ours = read(&document);
            let theirs = feed_rs::parser::parse(document.as_bytes()).expect("well formed");
            assert_eq!(ours.title, theirs.title.map(|title| title.content));
            assert_eq!(ours.entries.len(), theirs.entries.len());
            for (ours, theirs) in ours.entries.iter().zip(theirs.entries) {
                assert_eq!(ours.title.as_deref(), Some("A & B"));
                assert_eq!(
                    ours.link.as_deref(),
                    theirs.links.first().map(|link| link.href.as_str())
                );
                assert!(
                    ours.id.as_deref().is_some_and(|id| id.ends_with(&theirs.id)),
                    "{}",
                    theirs.id
                );
                let date = theirs.published.or(theirs.updated).map(|at| at.timestamp());
                let own: Option<jiff::Timestamp> =
                    ours.published.as_ref().or(ours.updated.as_ref()).map(|at| at.parse().unwrap());
                assert_eq!(own.map(jiff::Timestamp::as_second), date);
                assert_eq!(ours.summary, theirs.summary.map(|text| text.content));
                let labels: Vec<_> = theirs.categories.into_iter().map(|one| one.term).collect();
                assert_eq!(ours.categories, labels);
                assert_eq!(ours.authors, ["Ana"]);
            }
        }
    }

    #[test]
    fn how_often_it_changes() {
        let hints = |inner: &str| read(&rss("<rss version='2.0'>", inner, END)).hints;
        let skips = "<skipHours><hour>24</hour><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>";
        let found =
            hints(&format!("<ttl>90</ttl>{skips}<item><title>a</title><ttl>5</ttl></item>"));
        assert_eq!(
            (found.ttl_minutes, found.skip_hours, found.skip_days),
            (Some(90), vec![0, 3], vec![6])
        );
        let module =
            "<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>";
        assert_eq!(hints(module).ttl_minutes, Some(360));
        assert_eq!(hints("<ttl>soon</ttl>"), crate::model::UpdateHints::default());
    }

    #[test]
    fn a_page_names_its_feeds() {
        let page = "<!doctype html><html><head><link rel='alternate' type='application/rss+xml' href='/rss'>";
        let error = read_feed(page.as_bytes(), None, Some("https://example.org/news")).unwrap_err();
        assert!(error.to_string().contains("it names https://example.org/rss"), "{error}");
    }

    #[test]
    fn china_has_its_own_cst_and_the_future_is_told() {
        let item = "<item><title>A</title><pubDate>Wed, 01 May 2024 10:00:00 CST</pubDate></item>";
        let published = |inner: &str| {
            let feed = read(&rss("<rss version='2.0'>", inner, END));
            feed.entries[0].published.clone().unwrap()
        };
        assert_eq!(published(item), "2024-05-01T16:00:00Z");
        assert_eq!(published(&format!("<language>zh-cn</language>{item}")), "2024-05-01T02:00:00Z");
        let ahead = rss("<rss version='2.0'>", &item.replace("2024", "2924"), END);
        assert_eq!(read(&ahead).warnings, ["1 entries are dated in the future"]);
    }

    #[test]
    fn what_is_no_feed_is_named() {
        let read = |document: &str| read_feed(document.as_bytes(), None, None);
        assert!(matches!(read("<!doctype html><html><p>Hi"), Err(FeedError::NotAFeed { .. })));
        assert!(matches!(read(" "), Err(FeedError::NotAFeed { .. })));
        assert!(matches!(read("{\"error\": 1}"), Err(FeedError::NotAFeed { .. })));
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
