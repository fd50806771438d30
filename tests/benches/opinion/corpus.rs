//! Texts with targets and labels, and articles, from folders of `items.jsonl`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use atalaya::analyse::occurrences_of;
use atalaya::model::{Keywords, LocalText, PolarityLabel, Rule, Topic};
use atalaya::query::any_of;
use serde::Deserialize;

/// Shorter bodies are no articles.
const LEAST_BODY: usize = 500;
/// The one that is watched.
const BANK: &str = "Almenara Bank";

/// A text with a target.
pub struct Text {
    pub set: String,
    pub words: String,
    pub target: Vec<Range<usize>>,
    pub label: PolarityLabel,
}

/// An article.
pub struct Article {
    pub title: String,
    pub body: String,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    text: String,
    target: Option<String>,
    from: Option<usize>,
    to: Option<usize>,
    label: Option<String>,
    split: Option<String>,
}

fn folders(data: &Path, begins: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(data).expect("a folder").flatten().map(|entry| entry.path());
    let named = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(begins) && path.join("items.jsonl").is_file()
    };
    let mut found: Vec<PathBuf> = all.filter(named).collect();
    found.sort();
    found
}

fn items(folder: &Path) -> Vec<Item> {
    let text = std::fs::read_to_string(folder.join("items.jsonl")).expect("readable");
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).expect("an item")).collect()
}

/// The labelled English texts, set by set; the parts of a set that are told apart are sets.
pub fn texts(data: &Path) -> Vec<Text> {
    let mut texts = Vec::new();
    for folder in folders(data, "sentiment-") {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for item in items(&folder) {
            let label = match item.label.as_deref() {
                Some("neg" | "negative") => PolarityLabel::Negative,
                Some("pos" | "positive") => PolarityLabel::Positive,
                _ => PolarityLabel::Neutral,
            };
            let target = match (item.from, item.to, &item.target) {
                (Some(from), Some(to), _) => std::iter::once(from..to).collect(),
                (_, _, Some(target)) => occurrences_of(&item.text, target),
                _ => Vec::new(),
            };
            let set = item.split.map_or_else(|| name.clone(), |split| format!("{name} {split}"));
            texts.push(Text { set, words: item.text, target, label });
        }
    }
    texts.sort_by(|a, b| a.set.cmp(&b.set));
    assert!(!texts.is_empty(), "no labelled texts in {}", data.display());
    texts
}

/// Whole articles.
pub fn articles(data: &Path) -> Vec<Article> {
    let all = folders(data, "articles-").into_iter().flat_map(|folder| items(&folder));
    let articles = all.filter_map(|item| {
        let body = item.body.filter(|body| body.len() >= LEAST_BODY)?;
        let first = || body.lines().next().unwrap_or_default().to_owned();
        let title = item.title.unwrap_or_else(first);
        Some(Article { title, body })
    });
    let articles: Vec<Article> = articles.collect();
    assert!(!articles.is_empty(), "no articles in {}", data.display());
    articles
}

impl Article {
    pub fn bytes(&self) -> usize {
        self.title.len() + self.body.len()
    }

    /// The same, with the bank in the headline and at the head of three sentences.
    pub fn naming_the_bank(&self) -> Self {
        let mut body = String::new();
        for (at, sentence) in self.body.split_inclusive(". ").enumerate() {
            if [1, 5, 9].contains(&at) {
                body.push_str(BANK);
                body.push_str(" says: ");
            }
            body.push_str(sentence);
        }
        Self { title: format!("{BANK}: {}", self.title), body }
    }
}

/// The keywords that are built in, with a topic that watches the bank.
pub fn with_topics(keywords: &Keywords) -> Keywords {
    let mut keywords = keywords.clone();
    let names = any_of(&[BANK.to_owned()], &[]);
    let rule = Rule { id: "names".to_owned(), names, ..Rule::default() };
    keywords.topics.push(Topic {
        id: "bank".to_owned(),
        name: LocalText::same("bank"),
        alerts: true,
        business_line: None,
        rules: vec![rule],
    });
    keywords
}
