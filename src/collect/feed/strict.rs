//! The strict reader: the feed library, and its model in our words.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};
use feed_rs::model::{self as given, FeedType};
use url::Url;

use super::clean::{absolute, author, complete, filled, headline, identifier, is_web, label};
use super::survey::Survey;
use crate::model::{Enclosure, Feed, FeedEntry};
use crate::text::{self, DateContext};

/// Reads text that is UTF-8 by now; nothing where the library fails, or misses what the survey saw. It
/// is known to panic on some input.
pub(super) fn read(
    document: &str,
    base: Option<&Url>,
    context: DateContext,
    survey: &Survey,
) -> Option<Feed> {
    let parser = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        // No identifier is made up: an empty one says that the publisher gave none.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |raw| instant(raw, context))
        .base_uri(base.map(Url::as_str))
        .build();
    let document = without_declaration(document);
    let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse(document.as_bytes())));
    let parsed = parsed.ok()?.ok()?;
    let dated = |entry: &&given::Entry| entry.published.or(entry.updated).is_some();
    let is_whole = parsed.entries.len() == survey.entries
        && !parsed.entries.is_empty()
        && parsed.title.is_some()
        && parsed.entries.iter().filter(dated).count() >= survey.dates.min(survey.entries)
        && parsed.entries.iter().all(says_something);
    is_whole.then(|| feed(&parsed, base, survey))
}

/// The document without its XML declaration: its text is decoded by now.
fn without_declaration(document: &str) -> &str {
    match document.strip_prefix("<?xml") {
        Some(rest) if rest.starts_with(char::is_whitespace) => {
            rest.split_once("?>").map_or(document, |(_, rest)| rest)
        }
        _ => document,
    }
}

fn says_something(entry: &given::Entry) -> bool {
    let has = |text: &Option<given::Text>| {
        text.as_ref().is_some_and(|text| !text.content.trim().is_empty())
    };
    has(&entry.title) || has(&entry.summary) || entry.content.is_some()
}

/// The feed in our words.
fn feed(feed: &given::Feed, base: Option<&Url>, survey: &Survey) -> Feed {
    let kind = match feed.feed_type {
        FeedType::Atom => "atom",
        FeedType::JSON => "json",
        FeedType::RSS1 => "rdf",
        FeedType::RSS0 | FeedType::RSS2 => "rss",
    };
    Feed {
        kind: Some(kind.to_owned()),
        feed_id: filled(&feed.id),
        title: feed.title.as_ref().and_then(|title| headline(&title.content)),
        link: link(&feed.links, base),
        language: feed.language.as_deref().and_then(filled).map(|tag| tag.replace('_', "-")),
        summary: feed.description.as_ref().and_then(|text| filled(&text.content)),
        published: feed.published.and_then(utc),
        updated: feed.updated.and_then(utc),
        entries: feed
            .entries
            .iter()
            .map(|given| entry(given, base, survey.has_opaque_ids))
            .collect(),
        ..Feed::default()
    }
}

/// A date of a feed as an instant, for the feed library.
fn instant(raw: &str, context: DateContext) -> Option<DateTime<Utc>> {
    let at = text::read_date_in(raw, context)?.timestamp()?;
    DateTime::from_timestamp(at.as_second(), 0)
}

fn entry(entry: &given::Entry, base: Option<&Url>, opaque_id: bool) -> FeedEntry {
    let id = filled(&entry.id);
    let id = if opaque_id { id } else { id.map(|id| identifier(&id, base)) };
    let permalink = || id.clone().filter(|id| !opaque_id && is_web(id));
    let content = entry.content.as_ref();
    let mut read = FeedEntry {
        title: entry.title.as_ref().and_then(|title| headline(&title.content)),
        link: link(&entry.links, base).or_else(permalink),
        published: entry.published.and_then(utc),
        updated: entry.updated.and_then(utc),
        authors: entry.authors.iter().filter_map(person).collect(),
        summary: entry.summary.as_ref().and_then(|text| filled(&text.content)),
        content: content.and_then(|content| filled(content.body.as_deref()?)),
        enclosures: enclosures(entry, base),
        categories: entry.categories.iter().filter_map(category).collect(),
        language: None,
        id,
    };
    complete(&mut read);
    read
}

fn person(person: &given::Person) -> Option<String> {
    let name = person.name.as_deref().and_then(author);
    name.or_else(|| person.email.as_deref().and_then(author))
}

fn category(category: &given::Category) -> Option<String> {
    category.label.as_deref().and_then(label).or_else(|| label(&category.term))
}

/// The page that the feed or entry speaks for: `alternate`, which is also what no relation means.
fn link(links: &[given::Link], base: Option<&Url>) -> Option<String> {
    let is =
        |link: &&given::Link, wanted: &str| link.rel.as_deref().unwrap_or("alternate") == wanted;
    // Links to comments have a target.
    let mut links = links.iter().filter(|link| link.target.is_none());
    let best = links
        .clone()
        .find(|link| is(link, "alternate"))
        .or_else(|| links.find(|link| !is(link, "enclosure") && !is(link, "self")))?;
    filled(&best.href).map(|href| absolute(&href, base))
}

fn enclosures(entry: &given::Entry, base: Option<&Url>) -> Vec<Enclosure> {
    let linked = entry.links.iter().filter(|link| link.rel.as_deref() == Some("enclosure"));
    let linked = linked.map(|link| Enclosure {
        url: Some(absolute(&link.href, base)),
        media_type: link.media_type.clone(),
        length: link.length,
    });
    let media = entry.media.iter().flat_map(|object| &object.content);
    let media = media.filter_map(|content| {
        Some(Enclosure {
            url: Some(content.url.as_ref()?.to_string()),
            media_type: content.content_type.as_ref().map(ToString::to_string),
            length: content.size,
        })
    });
    linked.chain(media).collect()
}

fn utc(at: DateTime<Utc>) -> Option<String> {
    Some(jiff::Timestamp::from_second(at.timestamp()).ok()?.to_string())
}
