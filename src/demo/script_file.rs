//! The script's files as they are written, and their way to a checked [`Script`].
//!
//! Nothing is repaired: a contradiction is an error that names the article.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;

use crate::config::TomlFile;
use crate::demo::script::{Expectation, Medium, Script, ScriptError, ScriptedArticle};

const FILES: [(&str, &str); 8] = [
    ("media.toml", include_str!("script/media.toml")),
    ("ordinary-es.toml", include_str!("script/ordinary-es.toml")),
    ("ordinary-en.toml", include_str!("script/ordinary-en.toml")),
    ("ordinary-zh.toml", include_str!("script/ordinary-zh.toml")),
    ("trouble.toml", include_str!("script/trouble.toml")),
    ("rumour.toml", include_str!("script/rumour.toml")),
    ("leak.toml", include_str!("script/leak.toml")),
    ("expect.toml", include_str!("script/expect.toml")),
];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    medium: Vec<Medium>,
    article: Vec<RawArticle>,
    expect: Vec<Expectation>,
}

/// An article as written: either whole, or a copy of another with edits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawArticle {
    id: String,
    medium: String,
    /// Seconds of script time.
    at: u32,
    /// Seconds of script time.
    updated: Option<u32>,
    title: String,
    author: String,
    summary: Option<String>,
    #[serde(default)]
    paragraphs: Vec<String>,
    copy_of: Option<String>,
    #[serde(default)]
    cut_last_paragraphs: usize,
    add_first_line: Option<String>,
}

impl Script {
    /// Reads and checks the embedded script.
    ///
    /// # Errors
    /// A file does not read, or the files contradict each other.
    pub fn load() -> Result<Self, ScriptError> {
        read(&FILES)
    }
}

fn read(files: &[(&str, &str)]) -> Result<Script, ScriptError> {
    let mut all = File::default();
    for (name, text) in files {
        let file: File = TomlFile::new(name, text)
            .parse()
            .map_err(|finding| ScriptError::Unreadable(Box::new(finding)))?;
        all.medium.extend(file.medium);
        all.article.extend(file.article);
        all.expect.extend(file.expect);
    }
    check_unique("medium", all.medium.iter().map(|medium| medium.id.as_str()))?;
    check_unique("article", all.article.iter().map(|article| article.id.as_str()))?;
    check_expect(&all)?;
    let written: BTreeMap<&str, &RawArticle> =
        all.article.iter().map(|article| (article.id.as_str(), article)).collect();
    let mut articles = Vec::with_capacity(all.article.len());
    for raw in &all.article {
        if !all.medium.iter().any(|medium| medium.id == raw.medium) {
            return Err(contradiction(raw, format!("medium `{}` does not exist", raw.medium)));
        }
        articles.push(make_out(raw, &written)?);
    }
    articles.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    Ok(Script { media: all.medium, articles, expect: all.expect })
}

/// The article with everything its page shows.
fn make_out(
    raw: &RawArticle,
    written: &BTreeMap<&str, &RawArticle>,
) -> Result<ScriptedArticle, ScriptError> {
    let original = match &raw.copy_of {
        None => raw,
        Some(id) => original_of(raw, id, written)?,
    };
    let keep = original.paragraphs.len().saturating_sub(raw.cut_last_paragraphs);
    let kept = original.paragraphs.iter().take(keep).cloned();
    let paragraphs: Vec<String> = raw.add_first_line.iter().cloned().chain(kept).collect();
    let summary = raw.summary.as_ref().or(original.summary.as_ref()).cloned();
    if keep == 0 {
        return Err(contradiction(raw, "it has no text"));
    }
    let updated = raw.updated.map(seconds);
    if updated.is_some_and(|updated| updated <= seconds(raw.at)) {
        return Err(contradiction(raw, "it is changed before it is published"));
    }
    Ok(ScriptedArticle {
        id: raw.id.clone(),
        medium: raw.medium.clone(),
        at: seconds(raw.at),
        updated,
        title: raw.title.clone(),
        summary: summary.ok_or_else(|| contradiction(raw, "it has no summary"))?,
        author: raw.author.clone(),
        paragraphs,
        copy_of: raw.copy_of.clone(),
    })
}

fn original_of<'a>(
    copy: &RawArticle,
    id: &str,
    written: &BTreeMap<&str, &'a RawArticle>,
) -> Result<&'a RawArticle, ScriptError> {
    let original = written
        .get(id)
        .ok_or_else(|| contradiction(copy, format!("its original `{id}` does not exist")))?;
    if original.copy_of.is_some() {
        return Err(contradiction(copy, format!("its original `{id}` is a copy itself")));
    }
    if original.at >= copy.at {
        return Err(contradiction(copy, format!("it appears before its original `{id}`")));
    }
    if !copy.paragraphs.is_empty() {
        return Err(contradiction(copy, "a copy has no paragraphs of its own"));
    }
    Ok(original)
}

fn check_unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), ScriptError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(ScriptError::Contradiction(format!("two {what}s are named `{id}`")));
        }
        // Ids are path segments and file names.
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(ScriptError::Contradiction(format!("{what} id `{id}` is no plain slug")));
        }
    }
    Ok(())
}

/// Every article belongs to exactly one event, and no event names one that does not exist.
fn check_expect(all: &File) -> Result<(), ScriptError> {
    let named = all.expect.iter().flat_map(|expected| &expected.articles);
    let named: Vec<&str> = named.map(String::as_str).collect();
    check_unique("expected article", named.iter().copied())?;
    let named: BTreeSet<&str> = named.into_iter().collect();
    let written: BTreeSet<&str> = all.article.iter().map(|article| article.id.as_str()).collect();
    match named.symmetric_difference(&written).next() {
        None => Ok(()),
        Some(id) => Err(ScriptError::Contradiction(format!(
            "`{id}` must both be written and belong to one expected event"
        ))),
    }
}

fn contradiction(article: &RawArticle, what: impl std::fmt::Display) -> ScriptError {
    ScriptError::Contradiction(format!("article `{}`: {what}", article.id))
}

fn seconds(at: u32) -> Duration {
    Duration::from_secs(at.into())
}

#[cfg(test)]
mod tests {
    use super::read;

    const MEDIUM: &str = r##"
[[medium]]
id = "m"
name = "M"
owner = "O"
tier = 1
language = "en"
region = "GB"
kind = "rss"
metadata = "bare"
accent = "#000000"
"##;

    fn check(articles: &str, expected: &[&str], complaint: &str) {
        let names: Vec<String> = expected.iter().map(|id| format!("{id:?}")).collect();
        let names = names.join(",");
        let text = format!(
            "{MEDIUM}\n{articles}\n[[expect]]\nevent = \"ordinary\"\narticles = [{names}]\n"
        );
        let error = read(&[("test.toml", &text)]).expect_err(complaint).to_string();
        assert!(error.contains(complaint), "{error}");
    }

    fn article(id: &str, medium: &str, rest: &str) -> String {
        format!(
            "[[article]]\nid = {id:?}\nmedium = {medium:?}\ntitle = \"t\"\nauthor = \"a\"\n{rest}\n"
        )
    }

    #[test]
    fn contradictions_are_named() {
        let whole = "at = 1\nsummary = \"s\"\nparagraphs = [\"p\"]";
        let twice = article("a", "m", whole) + &article("a", "m", whole);
        check(&twice, &["a"], "two articles are named `a`");
        check(&article("a", "x", whole), &["a"], "medium `x` does not exist");
        check(&article("a", "m", whole), &[], "`a` must both");
        check(&article("a", "m", whole), &["a", "b"], "`b` must both");
        check(&article("a/b", "m", whole), &["a/b"], "no plain slug");
        check(&article("a", "m", "at = 1\nsummary = \"s\""), &["a"], "it has no text");
        let orphan = article("a", "m", "at = 1\ncopy_of = \"z\"");
        check(&orphan, &["a"], "its original `z` does not exist");
        let early = article("a", "m", whole) + &article("b", "m", "at = 1\ncopy_of = \"a\"");
        check(&early, &["a", "b"], "appears before its original");
        check(&article("a", "m", "at = 1\ntypo = 2"), &["a"], "typo");
    }
}
