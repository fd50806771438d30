//! The article that a page describes in JSON-LD (schema.org `Article` and its kinds).

use std::collections::HashMap;

use serde_json::{Map, Value};
use url::Url;

use crate::text;

/// Objects that are looked at: hostile pages nest without end.
const MAX_OBJECTS: usize = 5_000;
/// Bytes of one script, and scripts of a page, that are read.
const MAX_SCRIPT: usize = 2_000_000;
const MAX_SCRIPTS: usize = 50;
/// Names in one list of authors.
const MAX_NAMES: usize = 20;

/// What JSON-LD says of the article.
#[derive(Debug, Default)]
pub(super) struct Described {
    pub(super) title: Option<String>,
    pub(super) body: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) updated: Option<String>,
    pub(super) language: Option<String>,
    pub(super) publisher: Option<String>,
    pub(super) image: Option<String>,
    pub(super) url: Option<String>,
}

/// Objects by their `@id`, for those that others only refer to.
type Named<'a> = HashMap<&'a str, &'a Map<String, Value>>;

/// Reads the scripts of a page. Of several articles the one counts that names the page's address, else
/// the first. Where there is none, questions, recipes, videos and pages give their dates and authors.
pub(super) fn read<'a>(
    scripts: impl Iterator<Item = &'a str>,
    page: Option<&Url>,
) -> Option<Described> {
    let roots: Vec<Value> = scripts.take(MAX_SCRIPTS).filter_map(parse).collect();
    let mut open: Vec<&Value> = roots.iter().rev().collect();
    let (mut named, mut articles, mut others) = (Named::new(), Vec::new(), Vec::new());
    let mut looked_at = 0;
    while let Some(value) = open.pop() {
        looked_at += 1;
        if looked_at > MAX_OBJECTS {
            break;
        }
        match value {
            Value::Array(values) => open.extend(values.iter().rev()),
            Value::Object(object) => {
                if let Some(id) =
                    object.get("@id").and_then(Value::as_str).filter(|_| object.len() > 1)
                {
                    named.entry(id).or_insert(object);
                }
                match kind(object) {
                    Kind::Article => articles.push(object),
                    Kind::Other => others.push(object),
                    Kind::None => {}
                }
                let inside =
                    ["@graph", "mainEntity", "mainEntityOfPage", "hasPart", "author", "publisher"];
                open.extend(inside.iter().rev().filter_map(|name| object.get(*name)));
            }
            _ => {}
        }
    }
    let is_here = |object: &&&Map<String, Value>| {
        page.is_some_and(|page| {
            own_url(object)
                .and_then(|url| page.join(&url).ok())
                .is_some_and(|url| url.path() == page.path())
        })
    };
    let article = articles.iter().find(is_here).or(articles.first());
    if let Some(article) = article {
        return Some(described(article, &named));
    }
    let other = others
        .iter()
        .find(|other| other.contains_key("datePublished") || other.contains_key("dateCreated"));
    // The name of a page is its `title` once more, with the medium's name in it.
    other.or(others.first()).map(|other| Described {
        title: None,
        body: None,
        url: None,
        ..described(other, &named)
    })
}

/// Scripts in the wild hold raw line breaks, comment marks and trailing semicolons.
fn parse(script: &str) -> Option<Value> {
    if script.len() > MAX_SCRIPT {
        return None;
    }
    let script = script.trim().trim_start_matches("<!--").trim_end_matches("-->");
    let script = script.trim().trim_start_matches("//<![CDATA[").trim_end_matches("//]]>");
    let script = script.trim().trim_end_matches(';');
    serde_json::from_str(script).ok().or_else(|| {
        let plain: String = script.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        serde_json::from_str(&plain).ok()
    })
}

enum Kind {
    Article,
    Other,
    None,
}

fn kind(object: &Map<String, Value>) -> Kind {
    const OTHERS: [&str; 12] = [
        "WebPage",
        "Question",
        "Recipe",
        "VideoObject",
        "AudioObject",
        "PodcastEpisode",
        "Review",
        "Report",
        "HowTo",
        "CreativeWork",
        "Book",
        "MedicalWebPage",
    ];
    let names: Vec<&str> = match object.get("@type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(name) => name.as_str().into_iter().collect(),
        None => Vec::new(),
    };
    let mut names = names.iter().map(|name| name.rsplit(['/', ':']).next().unwrap_or(name));
    if names
        .clone()
        .any(|name| name.ends_with("Article") || name.ends_with("Posting") && name != "JobPosting")
    {
        Kind::Article
    } else if names.any(|name| OTHERS.contains(&name)) {
        Kind::Other
    } else {
        Kind::None
    }
}

fn own_url(object: &Map<String, Value>) -> Option<String> {
    ["url", "mainEntityOfPage", "@id"].iter().find_map(|name| match object.get(*name)? {
        Value::Object(inner) => inner.get("@id").or(inner.get("url")).and_then(string),
        other => string(other),
    })
}

fn described(article: &Map<String, Value>, named: &Named<'_>) -> Described {
    let text = |name: &str| string(article.get(name)?);
    let names_of =
        |name: &str| article.get(name).map(|value| names(value, named)).unwrap_or_default();
    let authors =
        [names_of("author"), names_of("creator")].into_iter().find(|names| !names.is_empty());
    Described {
        title: text("headline").or_else(|| text("name")).map(|title| text::one_line(&title)),
        body: article.get("articleBody").and_then(string).map(|body| text::plain_text(&body)),
        authors: authors.unwrap_or_default(),
        published: text("datePublished")
            .or_else(|| text("dateCreated"))
            .or_else(|| text("uploadDate")),
        updated: text("dateModified"),
        language: text("inLanguage"),
        publisher: names_of("publisher").into_iter().next(),
        image: article
            .get("image")
            .or(article.get("thumbnailUrl"))
            .and_then(|value| url(value, named)),
        url: own_url(article),
    }
}

/// An object, or the one that it refers to.
fn resolved<'a>(object: &'a Map<String, Value>, named: &Named<'a>) -> &'a Map<String, Value> {
    let id = object.get("@id").and_then(Value::as_str).filter(|_| !object.contains_key("name"));
    id.and_then(|id| named.get(id).copied()).unwrap_or(object)
}

fn names<'a>(value: &'a Value, named: &Named<'a>) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(values) => open.extend(values.iter().take(MAX_NAMES).rev()),
            Value::Object(object) => {
                let object = resolved(object, named);
                // A name may be a list itself.
                match object.get("name") {
                    Some(Value::Array(values)) => open.extend(
                        values.iter().take(MAX_NAMES).filter(|name| name.is_string()).rev(),
                    ),
                    Some(name) => found.extend(string(name)),
                    None => {}
                }
            }
            other => found.extend(string(other)),
        }
        if found.len() >= MAX_NAMES || open.len() > MAX_OBJECTS {
            break;
        }
    }
    found.into_iter().map(|name| text::one_line(&name)).filter(|name| !name.is_empty()).collect()
}

fn url<'a>(value: &'a Value, named: &Named<'a>) -> Option<String> {
    let one = |value: &'a Value| match value {
        Value::Object(object) => {
            let id = object.get("@id").and_then(Value::as_str);
            let object = id.and_then(|id| named.get(id).copied()).unwrap_or(object);
            object.get("url").or(object.get("contentUrl")).and_then(string)
        }
        other => string(other),
    };
    match value {
        Value::Array(values) => values.iter().take(MAX_NAMES).find_map(one),
        other => one(other),
    }
}

fn string(value: &Value) -> Option<String> {
    let text = match value {
        Value::Array(values) => values.first()?.as_str()?,
        other => other.as_str()?,
    };
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_article_of_this_page_counts_and_references_are_followed() {
        let graph = r##"{"@graph":[
            {"@type":"NewsArticle","url":"https://example.org/b","headline":"B"},
            {"@type":"NewsArticle","mainEntityOfPage":{"@id":"https://example.org/a"},"headline":"A","author":[{"@id":"#p"},{"name":["Li Na"]}],
             "image":{"@id":"#i"},"publisher":{"@id":"#o"},"datePublished":"2024-05-01"},
            {"@type":"Person","@id":"#p","name":"Ana Pérez"},{"@type":"Organization","@id":"#o","name":"Diario"},
            {"@type":"ImageObject","@id":"#i","url":"/a.jpg"}]}"##;
        let page = "https://example.org/a".parse().unwrap();
        let read = read([graph].into_iter(), Some(&page)).unwrap();
        assert_eq!(read.title.as_deref(), Some("A"));
        assert_eq!(read.authors, ["Ana Pérez", "Li Na"]);
        assert_eq!(
            (read.publisher.as_deref(), read.image.as_deref()),
            (Some("Diario"), Some("/a.jpg"))
        );
    }

    #[test]
    fn pages_without_article_give_dates_only() {
        let question = r#"{"@type":"QAPage","mainEntity":{"@type":"Question","name":"Why?","dateCreated":"2014-02-04"}}"#;
        let read = read([question].into_iter(), None).unwrap();
        assert_eq!((read.title, read.published.as_deref()), (None, Some("2014-02-04")));
    }

    #[test]
    fn hostile_scripts_end() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let loops =
            r##"{"@type":"Article","@id":"#a","author":{"@id":"#a"},"mainEntity":{"@id":"#a"}}"##;
        assert!(read([deep.as_str()].into_iter(), None).is_none());
        assert!(read([loops].into_iter(), None).unwrap().authors.is_empty());
    }
}
