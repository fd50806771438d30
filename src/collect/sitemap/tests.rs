//! Sitemaps of every form, and hostile ones.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use url::Url;

use super::{read, slug_title};
use crate::collect::{Announced, ReadError};

fn url() -> Url {
    "https://example.org/sitemaps/news.xml".parse().unwrap()
}

fn of(document: &str) -> Result<Announced, ReadError> {
    read(document.as_bytes(), Some("application/xml"), &url(), None)
}

/// Link, title and date of each entry.
fn entries(document: &str) -> Vec<(String, String, Option<String>)> {
    let entries = of(document).unwrap().entries.into_iter();
    entries
        .map(|one| (one.url.unwrap(), one.title, one.published_at.map(|at| at.to_string())))
        .collect()
}

const NEWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url><loc>https://example.org/2?a=1&amp;b=2</loc><lastmod>2024-05-03</lastmod>
    <image:image><image:loc>https://example.org/i.jpg</image:loc><image:title>A picture</image:title></image:image>
    <n:news><n:publication><n:name>Daily</n:name><n:language>es</n:language></n:publication>
      <n:publication_date>2024-05-02T10:00:00+02:00</n:publication_date>
      <n:title><![CDATA[El banco & el juez]]></n:title></n:news></url>
  <url><loc> /1 </loc><n:news><n:publication_date>2024-05-01</n:publication_date><n:title>S&amp;P baja la nota</n:title></n:news></url>
</urlset>"#;

#[test]
fn news_sitemaps_have_titles_and_dates() {
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(
        entries(NEWS),
        [
            ("https://example.org/1".into(), "S&P baja la nota".into(), at("2024-05-01T00:00:00Z")),
            (
                "https://example.org/2?a=1&b=2".into(),
                "El banco & el juez".into(),
                at("2024-05-02T08:00:00Z")
            ),
        ]
    );
}

#[test]
fn plain_ones_have_addresses_and_dates_of_change() {
    let plain = "<urlset><url><loc>https://example.org/a?x=1&y=2</loc><lastmod>2024-05-01T10:00:00Z</lastmod></url>\
                 <url><loc>javascript:alert(1)</loc></url><url><lastmod>2024-05-01</lastmod></url></urlset>";
    let found = entries(plain);
    let changed = Some("2024-05-01T10:00:00Z".to_owned());
    assert_eq!(found, [("https://example.org/a?x=1&y=2".into(), String::new(), changed)]);
}

#[test]
fn text_files_and_feeds_stand_for_sitemaps() {
    let text = "\u{feff}https://example.org/1\r\n\r\nhttps://example.org/2\n";
    assert_eq!(entries(text).len(), 2);
    let feed =
        "<rss version='2.0'><channel><item><title>T</title><link>/1</link></item></channel></rss>";
    assert_eq!(entries(feed)[0].0, "https://example.org/1");
}

#[test]
fn gzip_is_inflated_within_bounds() {
    let packed = |content: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(content).unwrap();
        packer.finish().unwrap()
    };
    let found = read(&packed(NEWS.as_bytes()), Some("application/x-gzip"), &url(), None).unwrap();
    assert_eq!(found.entries.len(), 2);
    let bomb = packed(&vec![b' '; 17_000_000]);
    assert!(bomb.len() < 100_000);
    assert!(matches!(read(&bomb, None, &url(), None), Err(ReadError::Refused(_))));
    let (half, _) = bomb.split_at(100);
    assert!(read(half, None, &url(), None).is_err());
}

#[test]
fn an_index_names_its_sitemaps() {
    let index = "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2024-04-01</lastmod></sitemap>\
                 <sitemap><loc>/new.xml.gz</loc><lastmod>2024-05-01</lastmod></sitemap></sitemapindex>";
    let found = of(index).unwrap();
    let children: Vec<_> = found.children.iter().map(Url::path).collect();
    assert_eq!((children, found.entries.len()), (vec!["/new.xml.gz", "/old.xml"], 0));
    let memory = found.memory.unwrap();
    assert!(memory.len() < 800, "{memory}");
}

#[test]
fn the_newest_of_many_are_kept() {
    use std::fmt::Write;
    let mut many = "<urlset>".to_owned();
    for n in 0..50_010 {
        let (day, hour) = (1 + n / 24 % 28, n % 24);
        write!(many, "<url><loc>/{n}</loc><lastmod>2024-05-{day:02}T{hour:02}:00Z</lastmod></url>")
            .unwrap();
    }
    let found = of(&many).unwrap();
    assert_eq!(found.entries.len(), 500);
    assert!(found.warnings[0].contains("first 50000"), "{:?}", found.warnings);
}

#[test]
fn what_stands_before_a_fault_is_read() {
    let found = of("<urlset><url><loc>https://example.org/1</loc></url><url><loc <").unwrap();
    assert_eq!((found.entries.len(), found.warnings.len()), (1, 1));
    let unclosed = of("<urlset><url><loc>https://example.org/1</loc></url>").unwrap();
    assert_eq!(unclosed.entries.len(), 1);
}

#[test]
fn hostile_and_foreign_documents_are_refused() {
    let laughs = "<!DOCTYPE urlset [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><urlset><url><loc>&b;</loc></url></urlset>";
    assert!(matches!(of(laughs), Err(ReadError::Refused(_))));
    let deep = format!("<urlset>{}", "<url>".repeat(100_000));
    assert!(matches!(of(&deep), Err(ReadError::Broken(_))));
    let attributes =
        format!("<urlset {}><url><loc>/1</loc></url></urlset>", "a='1' ".repeat(200_000));
    assert_eq!(of(&attributes).unwrap().entries.len(), 1, "attributes are not looked at");
    for (document, what) in [
        ("<!doctype html><html><body>Sign in</body></html>", "a web page"),
        ("<opml/>", "some other XML document"),
        ("", "an empty document"),
        ("User-agent: *\nDisallow: /", "some other text"),
    ] {
        match of(document) {
            Err(ReadError::Unexpected { what: found, .. }) => assert_eq!(found, what),
            other => panic!("{document}: {other:?}"),
        }
    }
}

#[test]
fn titles_are_read_from_slugs() {
    let check = |path: &str, title: Option<&str>| {
        let url = format!("https://example.org{path}").parse().unwrap();
        assert_eq!(slug_title(&url).as_deref(), title, "{path}");
    };
    check("/2024/05/01/el-banco-cierra-oficinas-88213.html", Some("El banco cierra oficinas"));
    check("/economia/la-bolsa-cae/a4f3b2c19d/", Some("La bolsa cae"));
    check("/%E9%93%B6%E8%A1%8C%E6%8C%A4%E5%85%91", Some("银行挤兑"));
    check("/news/12345", None);
    check("/economia/", None);
    check("/", None);
}

proptest::proptest! {
    #[test]
    fn any_document_can_be_read(document in "(<(/?urlset|/?url|/?loc|/?sitemapindex|/?sitemap|!\\[CDATA\\[|!--)>?|[&;<>a\\]/h:]{0,6}|https://e.org/a){0,20}") {
        let found = of(&document);
        proptest::prop_assert!(found.is_err() || found.is_ok_and(|found| found.memory.is_some()));
    }
}
