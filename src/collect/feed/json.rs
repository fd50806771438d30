//! JSON Feed 1.0 and 1.1 (<https://jsonfeed.org/version/1.1>), with the slips of publishers:
//! numeric identifiers, a single author, missing titles.

use serde_json::Value;
use url::Url;

use crate::model::{Enclosure, Feed, FeedEntry};
use crate::text::{self, DateContext};

use super::FeedError;
use super::clean::{absolute, complete, headline, is_web};

/// Reads a JSON Feed.
pub(super) fn read(
    document: &str,
    base: Option<&Url>,
    mut context: DateContext,
) -> Result<Feed, FeedError> {
    // Only the first value: what stands after it is none of the feed.
    let mut values = serde_json::Deserializer::from_str(document).into_iter::<Value>();
    let root = values.next().transpose().map_err(|error| FeedError::Broken(error.to_string()))?;
    let root = root.unwrap_or_default();
    let version = string(&root, "version").unwrap_or_default();
    let items = root.get("items").and_then(Value::as_array);
    if !version.contains("jsonfeed.org/version/") && items.is_none() {
        return Err(FeedError::not_a_feed("some other JSON document"));
    }
    let mut warnings = Vec::new();
    if !version.contains("jsonfeed.org/version/1") {
        warnings.push("read a JSON Feed of unknown version as 1.1".to_owned());
    }
    if !document.get(values.byte_offset()..).unwrap_or_default().trim().is_empty() {
        warnings.push("dropped what stood after the document".to_owned());
    }
    let authors = authors(&root);
    let language = string(&root, "language");
    context.china |= language.as_deref().is_some_and(|tag| tag.starts_with("zh"));
    let items = items.map(Vec::as_slice).unwrap_or_default();
    Ok(Feed {
        kind: Some("json".to_owned()),
        title: string(&root, "title").and_then(|title| headline(&title)),
        link: string(&root, "home_page_url").map(|link| absolute(&link, base)),
        language,
        summary: string(&root, "description"),
        entries: items.iter().map(|item| entry(item, &authors, base, context)).collect(),
        warnings,
        ..Feed::default()
    })
}

fn entry(
    item: &Value,
    feed_authors: &[String],
    base: Option<&Url>,
    context: DateContext,
) -> FeedEntry {
    let mut authors = authors(item);
    if authors.is_empty() {
        authors = feed_authors.to_vec();
    }
    let link = string(item, "url").or_else(|| string(item, "external_url"));
    let id = string(item, "id");
    let link = link.or_else(|| id.clone().filter(|id| is_web(id)));
    let array = |name: &str| item.get(name).and_then(Value::as_array).into_iter().flatten();
    let mut entry = FeedEntry {
        title: string(item, "title").and_then(|title| headline(&title)),
        link: link.map(|link| absolute(&link, base)),
        published: date(item, "date_published", context),
        updated: date(item, "date_modified", context),
        authors,
        summary: string(item, "summary"),
        content: string(item, "content_html").or_else(|| string(item, "content_text")),
        enclosures: array("attachments")
            .map(|attachment| Enclosure {
                url: string(attachment, "url").map(|link| absolute(&link, base)),
                media_type: string(attachment, "mime_type"),
                length: attachment.get("size_in_bytes").and_then(Value::as_u64),
            })
            .collect(),
        categories: array("tags").filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
        language: string(item, "language"),
        id,
    };
    complete(&mut entry);
    entry
}

fn authors(object: &Value) -> Vec<String> {
    let many = object.get("authors").and_then(Value::as_array).into_iter().flatten();
    many.chain(object.get("author")).filter_map(|author| string(author, "name")).collect()
}

fn date(object: &Value, name: &str, context: DateContext) -> Option<String> {
    Some(text::read_date_in(&string(object, name)?, context)?.timestamp()?.to_string())
}

/// A text or number that is not empty.
fn string(object: &Value, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
