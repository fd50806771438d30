//! From the feed library's model to ours: absolute links, UTC dates, plain titles.

use chrono::{DateTime, Utc};
use encoding_rs::WINDOWS_1252;
use feed_rs::model::{self as given, FeedType};
use url::Url;

use crate::model::{Enclosure, Feed, FeedEntry, UpdateHints};
use crate::text;

/// The feed in our words.
pub(super) fn feed(feed: &given::Feed, base: Option<&Url>, warnings: Vec<String>) -> Feed {
    let kind = match feed.feed_type {
        FeedType::Atom => "atom",
        FeedType::JSON => "json",
        FeedType::RSS1 => "rdf",
        FeedType::RSS0 | FeedType::RSS2 => "rss",
    };
    Feed {
        kind: Some(kind.to_owned()),
        feed_id: filled(&feed.id),
        title: feed.title.as_ref().and_then(title),
        link: link(&feed.links, base),
        language: feed.language.as_deref().and_then(filled).map(|tag| tag.replace('_', "-")),
        summary: feed.description.as_ref().and_then(|text| filled(&text.content)),
        published: feed.published.and_then(utc),
        updated: feed.updated.and_then(utc),
        encoding: None,
        entries: feed.entries.iter().map(|given| entry(given, base)).collect(),
        warnings,
        hints: UpdateHints::default(),
    }
}

/// A date of a feed as an instant, for the feed library.
pub(super) fn instant(raw: &str) -> Option<DateTime<Utc>> {
    let at = text::read_date(raw)?.timestamp()?;
    DateTime::from_timestamp(at.as_second(), 0)
}

/// A link made absolute; one that cannot be is kept as it was given.
pub(super) fn absolute(link: &str, base: Option<&Url>) -> String {
    let link = link.trim();
    match (Url::parse(link), base) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => {
            base.join(link).map_or_else(|_| link.to_owned(), String::from)
        }
        _ => link.to_owned(),
    }
}

fn entry(entry: &given::Entry, base: Option<&Url>) -> FeedEntry {
    let id = filled(&entry.id);
    let permalink =
        || id.clone().filter(|id| id.starts_with("http://") || id.starts_with("https://"));
    let content = entry.content.as_ref();
    FeedEntry {
        title: entry.title.as_ref().and_then(title),
        link: link(&entry.links, base).or_else(permalink),
        published: entry.published.and_then(utc),
        updated: entry.updated.and_then(utc),
        authors: entry.authors.iter().filter_map(author).collect(),
        summary: entry.summary.as_ref().and_then(|text| filled(&text.content)),
        content: content.and_then(|content| filled(content.body.as_deref()?)),
        enclosures: enclosures(entry, base),
        categories: entry.categories.iter().filter_map(category).collect(),
        id,
    }
}

fn title(given: &given::Text) -> Option<String> {
    filled(&text::one_line(&given.content))
}

fn author(person: &given::Person) -> Option<String> {
    person.name.as_deref().and_then(filled).or_else(|| person.email.as_deref().and_then(filled))
}

fn category(category: &given::Category) -> Option<String> {
    category.label.as_deref().and_then(filled).or_else(|| filled(&category.term))
}

/// The page that the feed or entry speaks for: `alternate`, which is also what no relation means.
fn link(links: &[given::Link], base: Option<&Url>) -> Option<String> {
    let is =
        |link: &&given::Link, wanted: &str| link.rel.as_deref().unwrap_or("alternate") == wanted;
    let best = links
        .iter()
        .find(|link| is(link, "alternate"))
        .or_else(|| links.iter().find(|link| !is(link, "enclosure") && !is(link, "self")))?;
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

/// A text that is not empty, without control characters. C1 controls are windows-1252 that went
/// through Latin-1 on its way (HTML §13.2.5.5 reads references to them alike).
fn filled(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return None;
    }
    let is_fine = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    if trimmed.chars().all(is_fine) {
        return Some(trimmed.to_owned());
    }
    let cured = trimmed.chars().filter_map(|c| match u8::try_from(c) {
        Ok(byte @ 0x80..=0x9f) => {
            WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().find(|c| is_fine(*c))
        }
        _ => Some(c).filter(|c| is_fine(*c)),
    });
    Some(cured.collect())
}
