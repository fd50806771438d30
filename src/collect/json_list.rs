//! JSON documents that list articles, by the JSON Pointers (RFC 6901) of a source. Pure.

use serde_json::Value;
use url::Url;

use super::document::ReadError;
use crate::model::{Feed, FeedEntry, JsonPaths};
use crate::text::{self, DocumentKind};

/// Items that are read of one document.
const MAX_ITEMS: usize = 50_000;

/// Authors of one item.
const MAX_AUTHORS: usize = 20;

/// Reads the items that `paths` point to, in their order. What an item lacks stays out of its entry;
/// an item without headline, link and identifier is no entry.
pub(super) fn read(
    body: &[u8],
    content_type: Option<&str>,
    url: &Url,
    paths: &JsonPaths,
) -> Result<Feed, ReadError> {
    let decoded = text::decode(body, content_type, DocumentKind::Xml);
    let root = parse(decoded.text.trim_start_matches('\u{feff}'))?;
    let items = items(&root, &paths.items)?;
    let mut entries: Vec<FeedEntry> =
        items.iter().take(MAX_ITEMS).map(|item| entry(item, url, paths)).collect();
    entries.retain(|entry| entry.title.is_some() || entry.link.is_some() || entry.id.is_some());
    if entries.is_empty() && !items.is_empty() {
        let what = format!(
            "none of the {} items of the list has what `title`{} points to",
            items.len(),
            if paths.link.is_some() { ", `link`" } else { "" }
        );
        return Err(ReadError::Empty(what));
    }
    let mut warnings = Vec::new();
    if entries.len() < items.len() {
        let lacking = items.len() - entries.len();
        warnings.push(format!("{lacking} of {} items have neither title nor link", items.len()));
    }
    Ok(Feed { encoding: Some(decoded.encoding), entries, warnings, ..Feed::default() })
}

fn parse(document: &str) -> Result<Value, ReadError> {
    let start = document.trim_start();
    if start.starts_with('<') || start.is_empty() {
        let what = if start.is_empty() { "an empty document" } else { "a web page or XML" };
        let (what, expected) = (what.to_owned(), "a JSON document".to_owned());
        return Err(ReadError::Unexpected { what, expected, feeds: Vec::new() });
    }
    serde_json::from_str(document).map_err(|error| ReadError::Broken(error.to_string()))
}

fn items<'v>(root: &'v Value, pointer: &str) -> Result<&'v [Value], ReadError> {
    let shown = if pointer.is_empty() { "the document itself" } else { pointer };
    match root.pointer(pointer) {
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(ReadError::Broken(format!("`items` ({shown}) is not a list"))),
        None => Err(ReadError::Empty(format!("`items` ({shown}) points to nothing any more"))),
    }
}

fn entry(item: &Value, base: &Url, paths: &JsonPaths) -> FeedEntry {
    let at = |path: &Option<String>| path.as_deref().and_then(|path| item.pointer(path));
    let link = at(&paths.link).and_then(written).and_then(|link| base.join(&link).ok());
    FeedEntry {
        id: at(&paths.id).and_then(written),
        title: item.pointer(&paths.title).and_then(written),
        link: link.map(String::from),
        published: at(&paths.published).and_then(date),
        authors: at(&paths.authors).map(authors).unwrap_or_default(),
        summary: at(&paths.summary).and_then(written),
        content: at(&paths.content).and_then(written),
        ..FeedEntry::default()
    }
}

/// A text or number that is not empty.
fn written(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A date as people or machines write it; seconds or milliseconds since 1970 may have a fraction.
fn date(value: &Value) -> Option<String> {
    let text = written(value)?;
    let whole = text.split_once('.').filter(|(whole, _)| whole.parse::<i64>().is_ok());
    let text =
        whole.map_or(text.as_str(), |(whole, _)| if whole.len() >= 10 { whole } else { &text });
    Some(text::read_date(text)?.timestamp()?.to_string())
}

/// A name, an object with a name, or a list of them.
fn authors(value: &Value) -> Vec<String> {
    let name = |value: &Value| match value {
        Value::Object(object) => object.get("name").and_then(written),
        value => written(value),
    };
    let names: Vec<String> = match value {
        Value::Array(list) => list.iter().filter_map(name).take(MAX_AUTHORS).collect(),
        value => name(value).into_iter().collect(),
    };
    names.iter().map(|name| text::one_line(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::collect::ReadError;
    use crate::model::{FeedEntry, JsonPaths};

    fn paths() -> JsonPaths {
        let some = |path: &str| Some(path.to_owned());
        JsonPaths {
            items: "/data/list".to_owned(),
            title: "/head/line".to_owned(),
            link: some("/url"),
            id: some("/id"),
            published: some("/date"),
            summary: some("/teaser"),
            content: None,
            authors: some("/by"),
        }
    }

    fn entries(document: &str, paths: &JsonPaths) -> Result<Vec<FeedEntry>, ReadError> {
        let url = "https://example.org/api/news?n=5".parse().unwrap();
        read(document.as_bytes(), None, &url, paths).map(|feed| feed.entries)
    }

    fn one(item: &str) -> FeedEntry {
        entries(&format!("{{\"data\":{{\"list\":[{item}]}}}}"), &paths()).unwrap().remove(0)
    }

    #[test]
    fn items_become_entries() {
        let found = one(
            r#"{"head":{"line":" Uno "},"url":"/a/1","id":7,"date":1714557600,"teaser":"<p>x","by":"Ana"}"#,
        );
        let expected = FeedEntry {
            id: Some("7".to_owned()),
            title: Some("Uno".to_owned()),
            link: Some("https://example.org/a/1".to_owned()),
            published: Some("2024-05-01T10:00:00Z".to_owned()),
            authors: vec!["Ana".to_owned()],
            summary: Some("<p>x".to_owned()),
            ..FeedEntry::default()
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn dates_and_authors_in_their_forms() {
        for date in
            ["1714557600000", "1714557600.25", "\"2024-05-01T12:00:00+02:00\"", "\"1714557600\""]
        {
            let found = one(&format!("{{\"id\":\"1\",\"date\":{date}}}"));
            assert_eq!(found.published.as_deref(), Some("2024-05-01T10:00:00Z"), "{date}");
        }
        for by in [r#"["Ana","Luz"]"#, r#"[{"name":"Ana"},{"name":"Luz","id":2}]"#] {
            assert_eq!(one(&format!("{{\"id\":1,\"by\":{by}}}")).authors, ["Ana", "Luz"], "{by}");
        }
        assert_eq!(one(r#"{"id":1,"by":{"name":"Ana"}}"#).authors, ["Ana"]);
    }

    #[test]
    fn the_root_may_be_the_list_and_an_empty_list_is_quiet() {
        let root =
            JsonPaths { items: String::new(), title: "/t".to_owned(), ..JsonPaths::default() };
        assert_eq!(entries(r#"[{"t":"a"},{"t":"b"}]"#, &root).unwrap().len(), 2);
        assert_eq!(entries("[]", &root).unwrap().len(), 0);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = |document: &str| entries(document, &paths()).unwrap_err();
        let missing = error(r#"{"data":{}}"#);
        assert!(
            matches!(&missing, ReadError::Empty(why) if why.contains("/data/list")),
            "{missing}"
        );
        let no_list = error(r#"{"data":{"list":{}}}"#);
        assert!(
            matches!(&no_list, ReadError::Broken(why) if why.contains("/data/list")),
            "{no_list}"
        );
        let moved = error(r#"{"data":{"list":[{"title":"x"},{"title":"y"}]}}"#);
        assert!(matches!(&moved, ReadError::Empty(why) if why.contains("2 items")), "{moved}");
        assert!(matches!(error("<html>"), ReadError::Unexpected { .. }));
        assert!(matches!(error("{\"data\""), ReadError::Broken(_)));
        assert!(matches!(error("{}\n{}"), ReadError::Broken(_)), "JSON Lines are not read");
        assert!(matches!(error(&"[".repeat(100_000)), ReadError::Broken(_)));
    }
}
