//! The article that a page describes in JSON-LD (schema.org `Article` and its kinds).

use serde_json::Value;

use crate::text;

/// Objects that are looked at: hostile pages nest without end.
const MAX_OBJECTS: usize = 5_000;

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
}

/// Reads the scripts of a page; the first article counts, and its gaps are filled by later ones of
/// the same headline.
pub(super) fn read<'a>(scripts: impl Iterator<Item = &'a str>) -> Option<Described> {
    let roots: Vec<Value> = scripts.filter_map(parse).collect();
    let mut open: Vec<&Value> = roots.iter().rev().collect();
    let mut looked_at = 0;
    while let Some(value) = open.pop() {
        looked_at += 1;
        if looked_at > MAX_OBJECTS {
            return None;
        }
        match value {
            Value::Array(values) => open.extend(values.iter().rev()),
            Value::Object(object) => {
                if is_article(value) {
                    return Some(described(value));
                }
                let inside = ["@graph", "mainEntity", "mainEntityOfPage", "hasPart"];
                open.extend(inside.iter().rev().filter_map(|name| object.get(*name)));
            }
            _ => {}
        }
    }
    None
}

/// Scripts in the wild hold raw line breaks, comment marks and trailing semicolons.
fn parse(script: &str) -> Option<Value> {
    let script = script.trim().trim_start_matches("<!--").trim_end_matches("-->");
    let script = script.trim().trim_start_matches("//<![CDATA[").trim_end_matches("//]]>");
    let script = script.trim().trim_end_matches(';');
    serde_json::from_str(script).ok().or_else(|| {
        let plain: String = script.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        serde_json::from_str(&plain).ok()
    })
}

fn is_article(value: &Value) -> bool {
    let is = |name: &Value| {
        name.as_str().is_some_and(|name| {
            let name = name.rsplit('/').next().unwrap_or(name);
            name.ends_with("Article") || name.ends_with("Posting") && name != "JobPosting"
        })
    };
    match value.get("@type") {
        Some(Value::Array(names)) => names.iter().any(is),
        Some(name) => is(name),
        None => false,
    }
}

fn described(article: &Value) -> Described {
    let text = |name: &str| string(article.get(name)?);
    Described {
        title: text("headline").or_else(|| text("name")).map(|title| text::one_line(&title)),
        body: article.get("articleBody").and_then(string).map(|body| text::plain_text(&body)),
        authors: article.get("author").map(names).unwrap_or_default(),
        published: text("datePublished"),
        updated: text("dateModified"),
        language: text("inLanguage"),
        publisher: article.get("publisher").and_then(|it| names(it).into_iter().next()),
        image: article.get("image").and_then(url),
    }
}

fn names(value: &Value) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::Object(object) => object.get("name").and_then(string),
        other => string(other),
    };
    let found = match value {
        Value::Array(values) => values.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect::<Vec<_>>(),
    };
    found.into_iter().map(|name| text::one_line(&name)).filter(|name| !name.is_empty()).collect()
}

fn url(value: &Value) -> Option<String> {
    match value {
        Value::Array(values) => values.iter().find_map(url),
        Value::Object(object) => object.get("url").or(object.get("contentUrl")).and_then(string),
        other => string(other),
    }
}

fn string(value: &Value) -> Option<String> {
    let text = match value {
        Value::Array(values) => values.first()?.as_str()?,
        other => other.as_str()?,
    };
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}
