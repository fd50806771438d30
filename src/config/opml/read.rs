//! OPML to subscriptions: event by event, no tree, no entities, nothing followed.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use url::Url;

use super::{OpmlError, Subscription, Subscriptions};
use crate::text::{self, DocumentKind};

/// Elements inside one another.
const MAX_DEPTH: usize = 64;

/// Feeds of one document.
const MAX_FEEDS: usize = 20_000;

/// Attributes of one element that are looked at.
const MAX_ATTRIBUTES: usize = 32;

/// Characters of a name.
const MAX_NAME: usize = 200;

/// Tags of one feed, and characters of each.
const MAX_TAGS: usize = 10;
const MAX_TAG: usize = 60;

/// Reads the feeds of an OPML document. What stands before a fault is kept, and the fault told.
///
/// # Errors
/// See [`OpmlError`].
pub fn read_opml(bytes: &[u8], content_type: Option<&str>) -> Result<Subscriptions, OpmlError> {
    let decoded = text::decode(bytes, content_type, DocumentKind::Xml);
    let mut reader = Reader::from_str(&decoded.text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let mut is_opml = false;
    // The names of the open elements that are folders.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut found = Subscriptions::default();
    let fault = loop {
        match reader.read_event() {
            Ok(Event::Eof) => break None,
            Ok(Event::DocType(declared)) if declared.contains("<!ENTITY") => {
                return Err(OpmlError::Refused("the document declares entities"));
            }
            Ok(Event::Start(tag) | Event::Empty(tag)) if !is_opml => {
                if !tag.local_name().as_ref().eq_ignore_ascii_case("opml") {
                    return Err(OpmlError::NotOpml);
                }
                is_opml = true;
                open.push(None);
            }
            Ok(Event::Empty(tag)) => {
                element(&tag, &open, &mut found);
            }
            Ok(Event::Start(tag)) => {
                let folder = element(&tag, &open, &mut found);
                open.push(folder);
                if open.len() > MAX_DEPTH {
                    return Err(OpmlError::Refused("its outlines are nested too deeply"));
                }
            }
            Ok(Event::End(_)) => {
                open.pop();
            }
            Ok(_) => {}
            Err(error) => break Some(error.to_string()),
        }
        if found.feeds.len() >= MAX_FEEDS {
            break Some(format!("only the first {MAX_FEEDS} feeds are read"));
        }
    };
    match fault {
        _ if !is_opml => Err(OpmlError::NotOpml),
        Some(fault) if found.feeds.is_empty() => Err(OpmlError::Broken(fault)),
        fault => {
            found.warnings.extend(fault.map(|fault| format!("read in part: {fault}")));
            Ok(found)
        }
    }
}

/// What an `outline` says.
#[derive(Default)]
struct Said {
    title: String,
    text: String,
    feed: String,
    url: String,
    kind: String,
    language: String,
    category: String,
}

/// Takes an outline: a feed is kept, the name of a folder is given back.
fn element(
    tag: &BytesStart<'_>,
    open: &[Option<String>],
    found: &mut Subscriptions,
) -> Option<String> {
    if !tag.local_name().as_ref().eq_ignore_ascii_case("outline") {
        return None;
    }
    let said = said(tag);
    let name = if said.title.is_empty() { &said.text } else { &said.title };
    let is_feed = matches!(said.kind.as_str(), "rss" | "atom" | "feed");
    let address = match (&said.feed, &said.url) {
        (feed, _) if !feed.is_empty() => feed,
        // OPML 1 documents keep the feed there.
        (_, url) if is_feed && !url.is_empty() => url,
        _ if is_feed => {
            found.warnings.push(format!("`{name}` has no address"));
            return None;
        }
        _ if said.kind == "include" || said.kind == "link" => {
            let what = "leads to another document, which is not followed";
            found.warnings.push(format!("`{name}` {what}"));
            return None;
        }
        _ => return Some(cut(name, MAX_TAG)).filter(|name| !name.is_empty()),
    };
    let url = Url::parse(address).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        found.warnings.push(format!("`{name}`: `{}` is not a web address", cut(address, MAX_NAME)));
        return None;
    };
    let host = url.host_str().unwrap_or_default();
    found.feeds.push(Subscription {
        name: cut(if name.is_empty() { host } else { name }, MAX_NAME),
        language: Some(said.language.replace('_', "-")).filter(|language| is_language(language)),
        tags: tags(open, &said.category),
        url,
    });
    None
}

fn said(tag: &BytesStart<'_>) -> Said {
    let mut said = Said::default();
    let mut attributes = tag.attributes();
    // Names that are given twice do no harm here; to look for them takes time by their square.
    let attributes = attributes.with_checks(false).take(MAX_ATTRIBUTES);
    for attribute in attributes.filter_map(Result::ok) {
        let value = match attribute.key.as_ref().to_ascii_lowercase().as_str() {
            "title" => &mut said.title,
            "text" => &mut said.text,
            "xmlurl" => &mut said.feed,
            "url" => &mut said.url,
            "type" => &mut said.kind,
            "language" => &mut said.language,
            "category" => &mut said.category,
            _ => continue,
        };
        *value = text::one_line(attribute.value.get(..4096).unwrap_or(&attribute.value));
    }
    said.kind = said.kind.to_ascii_lowercase();
    said
}

/// Folders from the outside in, then categories: comma-separated, slash-delimited (OPML 2.0).
fn tags(open: &[Option<String>], category: &str) -> Vec<String> {
    let categories = category.split([',', '/']).map(|tag| cut(tag.trim(), MAX_TAG));
    let mut tags: Vec<String> = Vec::new();
    for tag in open.iter().flatten().cloned().chain(categories) {
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < MAX_TAGS {
            tags.push(tag);
        }
    }
    tags
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    matches!(first.len(), 2 | 3)
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect::<String>().trim().to_owned()
}
