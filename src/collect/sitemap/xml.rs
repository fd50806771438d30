//! The XML of sitemaps, read event by event: no tree, no entities, no attributes.

use quick_xml::Reader;
use quick_xml::events::Event;
use url::Url;

use super::{MAX_URL_BYTES, MAX_URLS, not_a_sitemap};
use crate::collect::document::ReadError;
use crate::model::FeedEntry;
use crate::text;

/// Elements inside one another; sitemaps need five.
const MAX_DEPTH: usize = 32;

/// Bytes of one value that are kept.
const MAX_VALUE_BYTES: usize = 8_192;

/// What a document turned out to be.
#[derive(Debug)]
pub(super) enum Sitemap {
    /// Pages.
    Urls {
        /// As given.
        entries: Vec<FeedEntry>,
        /// What was left out.
        warnings: Vec<String>,
    },
    /// Further sitemaps, each with the date of its last change as written.
    Index {
        /// In the order of the document.
        sitemaps: Vec<(Url, Option<String>)>,
        /// What was left out.
        warnings: Vec<String>,
    },
    /// RSS or Atom.
    Feed,
}

/// What a `url` or `sitemap` element says.
#[derive(Debug, Default)]
struct Item {
    loc: String,
    lastmod: String,
    title: String,
    date: String,
}

impl Item {
    /// The value that an element holds, by its path from the root: prefixes differ, places do not, and
    /// `image:loc` stands elsewhere than `loc`.
    fn value(&mut self, path: &[String]) -> Option<&mut String> {
        let names: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
        match names[..] {
            ["url" | "sitemap", "loc"] => Some(&mut self.loc),
            ["url" | "sitemap", "lastmod"] => Some(&mut self.lastmod),
            ["url", "news", "title"] => Some(&mut self.title),
            ["url", "news", "publication_date"] => Some(&mut self.date),
            _ => None,
        }
    }
}

/// Reads a sitemap. What stands before a fault is kept, and the fault told.
pub(super) fn read(document: &str, url: &Url) -> Result<Sitemap, ReadError> {
    let mut reader = Reader::from_str(document);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let mut scan = Scan { base: url, path: Vec::new(), item: Item::default(), items: Vec::new() };
    let mut root = String::new();
    let fault = loop {
        match reader.read_event() {
            Ok(Event::Eof) => break None,
            Ok(Event::DocType(declared)) if declared.contains("<!ENTITY") => {
                return Err(ReadError::Refused("the document declares entities".to_owned()));
            }
            Ok(Event::Start(tag) | Event::Empty(tag)) if root.is_empty() => {
                root = local(tag.local_name().as_ref());
                if !matches!(root.as_str(), "urlset" | "sitemapindex") {
                    return other_root(&root);
                }
                scan.path.push(root.clone());
            }
            Ok(Event::Start(tag)) => {
                scan.path.push(local(tag.local_name().as_ref()));
                if scan.path.len() > MAX_DEPTH {
                    break Some("its elements are nested too deeply".to_owned());
                }
            }
            Ok(Event::End(_)) => scan.close(),
            Ok(Event::Text(text)) => scan.push(&text.xml10_content()),
            Ok(Event::CData(text)) => scan.push(&text.xml10_content()),
            Ok(Event::GeneralRef(name)) => scan.push(&format!("&{};", &*name)),
            Ok(_) => {}
            Err(error) => break Some(error.to_string()),
        }
        if scan.items.len() >= MAX_URLS {
            break Some(format!("only the first {MAX_URLS} of its URLs are read"));
        }
    };
    match (root.as_str(), fault) {
        ("", Some(fault)) => Err(ReadError::Broken(fault)),
        ("", None) => Err(not_a_sitemap("a document without elements")),
        (_, Some(fault)) if scan.items.is_empty() => Err(ReadError::Broken(fault)),
        (root, fault) => {
            Ok(sitemap(root, scan.items, fault.map(|fault| format!("read in part: {fault}"))))
        }
    }
}

fn sitemap(root: &str, items: Vec<(Url, Item)>, warning: Option<String>) -> Sitemap {
    let warnings = warning.into_iter().collect();
    let written = |text: String| Some(text).filter(|text| !text.is_empty());
    if root == "sitemapindex" {
        let sitemaps = items.into_iter().map(|(url, item)| (url, written(item.lastmod))).collect();
        return Sitemap::Index { sitemaps, warnings };
    }
    let date = |text: &str| Some(text::read_date(text)?.timestamp()?.to_string());
    let entry = |(url, item): (Url, Item)| FeedEntry {
        link: Some(url.into()),
        title: written(text::one_line(&item.title)),
        published: date(&item.date),
        updated: date(&item.lastmod),
        ..FeedEntry::default()
    };
    Sitemap::Urls { entries: items.into_iter().map(entry).collect(), warnings }
}

fn other_root(name: &str) -> Result<Sitemap, ReadError> {
    match name {
        "rss" | "feed" | "rdf" => Ok(Sitemap::Feed),
        "html" => Err(not_a_sitemap("a web page")),
        _ => Err(not_a_sitemap("some other XML document")),
    }
}

/// The name without prefix, in lower case.
fn local(name: &str) -> String {
    name.get(..64).unwrap_or(name).to_ascii_lowercase()
}

struct Scan<'a> {
    base: &'a Url,
    path: Vec<String>,
    item: Item,
    items: Vec<(Url, Item)>,
}

impl Scan<'_> {
    fn push(&mut self, text: &str) {
        if let Some(value) = self.item.value(&self.path)
            && value.len() + text.len() <= MAX_VALUE_BYTES
        {
            value.push_str(text);
        }
    }

    /// An element ends; with a `url` or `sitemap` one item is whole.
    fn close(&mut self) {
        self.path.pop();
        if self.path.len() != 1 {
            return;
        }
        let mut item = std::mem::take(&mut self.item);
        for value in [&mut item.loc, &mut item.lastmod, &mut item.date] {
            *value = text::one_line(value);
        }
        if item.loc.is_empty() || item.loc.len() > MAX_URL_BYTES {
            return;
        }
        if let Ok(url) = self.base.join(&item.loc)
            && matches!(url.scheme(), "http" | "https")
        {
            self.items.push((url, item));
        }
    }
}
