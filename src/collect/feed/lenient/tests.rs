//! What readers see of feeds that no strict parser takes.

use url::Url;

use super::read;
use crate::model::Feed;
use crate::text::DateContext;

const BASE: &str = "https://example.org/feeds/all";

fn feed(document: &str) -> Feed {
    let base: Url = BASE.parse().unwrap();
    read(document, Some(&base), DateContext::default()).expect(document).expect(document)
}

/// The titles and links of a feed's entries.
#[track_caller]
fn check(document: &str, expected: &[(&str, &str)]) {
    let feed = feed(document);
    let found: Vec<_> = feed
        .entries
        .iter()
        .map(|entry| (entry.title.as_deref().unwrap_or("-"), entry.link.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(found, expected, "{document}");
}

fn rss(inner: &str) -> String {
    format!("<rss version='2.0'><channel>{inner}</channel></rss>")
}

#[test]
fn dialects() {
    let one = [("A", "https://example.org/1")];
    check(&rss("<item><title>A</title><link>/1</link></item>"), &one);
    check("<RSS><CHANNEL><ITEM><TITLE>A</TITLE><LINK>/1</LINK></ITEM></CHANNEL></RSS>", &one);
    check("<CHANNEL><ITEM HREF='/1'><TITLE>A</TITLE></ITEM></CHANNEL>", &one);
    check("<rss><item><title>A</title><link>/1</link></item></rss>", &one);
    let rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><channel>";
    check(
        &format!("{rdf}<item rdf:about='/1'><title>A</title></item></channel></rdf:RDF>"),
        &[("A", "https://example.org/1")],
    );
    check(
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>A</a:title><a:link href='/1'/></a:entry></a:feed>",
        &one,
    );
    check(
        "<feed xmlns='http://example.com/any'><entry><title>A</title><link href='/1'/></entry></feed>",
        &one,
    );
    check(
        "<entry xmlns='http://www.w3.org/2005/Atom'><title>A</title><link href='/1'/></entry>",
        &one,
    );
}

#[test]
fn extensions_under_any_prefix_stand_in_for_what_is_missing() {
    let head =
        "<rss xmlns:x='http://purl.org/DC/elements/1.1' xmlns:m='http://search.yahoo.com/mrss'>";
    let item = "<item><m:group><m:title>media</m:title></m:group><x:title>dc</x:title><x:date>2024-05-01</x:date>";
    check(&format!("{head}<channel>{item}</item></channel></rss>"), &[("dc", "-")]);
    check(
        &format!("{head}<channel>{item}<title>own</title></item></channel></rss>"),
        &[("own", "-")],
    );
    let feed = feed(&format!(
        "{head}<channel>{item}<pubDate>Thu, 02 May 2024 10:00:00 GMT</pubDate></item></channel></rss>"
    ));
    let entry = &feed.entries[0];
    assert_eq!(entry.published.as_deref(), Some("2024-05-02T10:00:00Z"));
    assert_eq!(entry.updated.as_deref(), Some("2024-05-01T00:00:00Z"));
    let undeclared = self::feed(&rss("<item><dc:creator>Ana (a@x.org)</dc:creator></item>"));
    assert_eq!(undeclared.entries[0].authors, ["Ana"]);
    assert!(undeclared.warnings[0].contains("prefixes"), "{:?}", undeclared.warnings);
    let other = self::feed(&rss("<item xmlns:dc='urn:other'><dc:creator>Ana</dc:creator></item>"));
    assert_eq!(other.entries[0].authors, [""; 0]);
}

#[test]
fn what_belongs_to_something_else_is_not_the_feeds_own() {
    let feed = feed(&rss(
        "<image><title>I</title><link>/i</link></image><title>Daily</title><textInput><title>T</title></textInput>\
         <item><source url='/s'>S</source><title>A</title><foo><title>B</title></foo></item>",
    ));
    assert_eq!((feed.title.as_deref(), feed.link.as_deref()), (Some("Daily"), None));
    assert_eq!(feed.entries[0].title.as_deref(), Some("A"));
    check(
        &rss("<image><title>I</title><item><title>A</title><link>/1</link></item>"),
        &[("A", "https://example.org/1")],
    );
}

#[test]
fn links_and_bases() {
    let atom = |attributes: &str, inner: &str| {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' {attributes}><entry xml:base='b/'>{inner}</entry></feed>"
        )
    };
    check(
        &atom("xml:base='http://x.org/a/'", "<link xml:base='c/' href='1'/>"),
        &[("-", "http://x.org/a/b/c/1")],
    );
    check(
        &atom("xml:base='javascript:x'", "<link href='1'/>"),
        &[("-", "https://example.org/feeds/b/1")],
    );
    check(
        &atom(
            "",
            "<link rel='self' href='/s'/><link type='application/json' href='/j'/><link rel='alternate' href='/1'/>",
        ),
        &[("-", "https://example.org/1")],
    );
    check(
        &rss("<item><guid>http://x.org/?a=1&amp;b=2</guid></item>"),
        &[("-", "http://x.org/?a=1&b=2")],
    );
    check(&rss("<item><guid isPermaLink='false'>http://x.org/1</guid></item>"), &[("-", "-")]);
    check(&rss("<item><link>/0</link><link>/1</link></item>"), &[("-", "https://example.org/1")]);
}

#[test]
fn tags_that_do_not_match() {
    let two = [("A", "https://example.org/1"), ("B", "https://example.org/2")];
    for document in [
        // Entries, titles and links without an end; ends without a start; wrong names.
        rss("<item><title>A</title><link>/1</link><item><title>B</title><link>/2</link>"),
        rss("<item><title>A<link>/1<guid>1</item><item><title>B<link>/2</item>"),
        rss(
            "<item><title>A</titel><link>/1</link></foo></item><item></p><title>B</title><link>/2</link></item>",
        ),
        rss(
            "<item><title>A</title><link>/1</link><x><y></item><item><title>B</title><link>/2</link></item>",
        ),
        // A quote and a comment that go on.
        rss(
            "<item><title a='x>A</title><link>/1</link></item><item><title>B</title><link>/2</link></item><!-- ",
        ),
        // Junk on both sides.
        format!(
            "<br>PHP<hr>{}<p>x",
            rss(
                "<item><title>A</title><link>/1</link></item><item><title>B</title><link>/2</link></item>"
            )
        ),
    ] {
        check(&document, &two);
        assert!(!feed(&document).warnings.is_empty(), "{document}");
    }
}

#[test]
fn downloads_that_break_off_keep_whole_entries() {
    let whole = "<item><title>A</title><link>/1</link></item>";
    let a = ("A", "https://example.org/1");
    for (cut, kept, warning) in [
        ("<item><title>B</title><link>/2", false, "left out"),
        ("<item><title>B</title><link>/2</link><descr", true, "may lack"),
        ("<item><title>B</title><link>/2</link>", true, "may lack"),
        ("<item><title>B</title>", false, "left out"),
        ("<it", false, "after an entry"),
        ("", false, "after an entry"),
    ] {
        let document = format!("<rss version='2.0'><channel>{whole}{cut}");
        let expected = [a, ("B", "https://example.org/2")];
        check(&document, if kept { &expected } else { &expected[..1] });
        let warnings = feed(&document).warnings.join("; ");
        assert!(warnings.contains(warning), "{cut}: {warnings}");
    }
}

#[test]
fn dates_of_one_feed_are_read_alike() {
    let item = |date: &str| format!("<item><pubDate>{date}</pubDate></item>");
    let read = |dates: &[&str]| -> Vec<_> {
        let items: String = dates.iter().map(|date| item(date)).collect();
        feed(&rss(&items))
            .entries
            .into_iter()
            .map(|entry| entry.published.unwrap_or_default())
            .collect()
    };
    assert_eq!(
        read(&["03/04/2024", "13/04/2024"]),
        ["2024-04-03T00:00:00Z", "2024-04-13T00:00:00Z"]
    );
    assert_eq!(
        read(&["03/04/2024", "04/13/2024"]),
        ["2024-03-04T00:00:00Z", "2024-04-13T00:00:00Z"]
    );
    assert_eq!(read(&["03/04/2024"]), [""]);
    let unread = feed(&rss(&item("soon")));
    assert_eq!(unread.warnings, ["1 dates could not be read"]);
}

/// Work is bounded by refusal, or linear: a quadratic reader would not come back from these.
#[test]
fn hostile_documents_end() {
    let many = |piece: &str, count: usize| piece.repeat(count);
    let nested = rss(&many("<a>", 200_000));
    let refused = read(&nested, None, DateContext::default()).expect_err("depth").to_string();
    assert!(refused.contains("deeply"), "{refused}");
    assert_eq!(feed(&rss(&many("<item><title>x</title></item>", 100_000))).entries.len(), 100_000);
    for piece in [
        "<",
        "<image>",
        "<item><title>",
        "<title><b>",
        "<![CDATA[",
        "<a b='",
        "&",
        "</x>",
        "<item><x>",
    ] {
        drop(read(&rss(&many(piece, 100_000)), None, DateContext::default()));
    }
    assert_eq!(feed(&rss(&many("<", 16 << 20))).entries.len(), 0);
}
