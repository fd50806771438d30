//! Articles put together from sentences of one language, always the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use atalaya::analyse::detect_language;
use atalaya::model::{Article, ArticleId, EntryId, StoryId};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Shares of the archive, in tenths.
const LANGUAGES: [(&str, u64); 3] = [("es", 4), ("en", 4), ("zh", 2)];
/// Bytes of an article.
const BYTES: usize = 2_000;
/// Between two articles: a million make up a year.
const APART: SignedDuration = SignedDuration::from_secs(30);

/// Makes articles.
pub struct Maker {
    sentences: BTreeMap<&'static str, Vec<String>>,
    state: u64,
    at: Timestamp,
}

impl Maker {
    /// Reads every `items.jsonl` below a folder.
    pub fn new(data: &Path) -> Self {
        let mut files = Vec::new();
        find(data, &mut files);
        files.sort();
        let mut sentences: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for file in &files {
            let text = std::fs::read_to_string(file).expect("text");
            for line in text.lines() {
                let Ok(item) = serde_json::from_str::<Value>(line) else { continue };
                for key in ["text", "body", "title"] {
                    let Some(text) = item[key].as_str() else { continue };
                    text.lines().filter(|line| line.chars().count() > 12).for_each(|line| {
                        if let Some(language) = language(line) {
                            sentences.entry(language).or_default().push(line.trim().to_owned());
                        }
                    });
                }
            }
        }
        for (language, _) in LANGUAGES {
            let count = sentences.get(language).map_or(0, Vec::len);
            println!("{count} paragraphs and sentences in {language}");
            assert!(count > 0, "nothing in {language}");
        }
        let at = "2026-01-01T00:00:00Z".parse().expect("a time");
        Self { sentences, state: 1, at }
    }

    fn below(&mut self, end: usize) -> usize {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).expect("small") % end
    }

    /// The next articles, each with its entry.
    pub fn batch(&mut self, count: usize) -> Vec<(EntryId, Article)> {
        (0..count).map(|_| (EntryId::new(), self.article())).collect()
    }

    fn article(&mut self) -> Article {
        let mut share = self.below(10) as u64;
        let language = LANGUAGES.iter().find(|(_, part)| {
            let here = share < *part;
            share = share.saturating_sub(*part);
            here
        });
        let language = language.map_or("en", |(language, _)| language);
        let mut body = String::new();
        while body.len() < BYTES {
            let sentence = self.sentence(language);
            body.push_str(&sentence);
            body.push('\n');
        }
        let title: String = self.sentence(language).chars().take(80).collect();
        self.at += APART;
        Article {
            id: ArticleId::new(),
            source_id: "bench".to_owned(),
            story_id: Some(StoryId::new()),
            duplicate_of: None,
            url: format!("https://bench.example/{}", self.at.as_second()),
            original_url: None,
            title,
            body,
            authors: Vec::new(),
            language: Some(language.to_owned()),
            published_at: Some(self.at),
            discovered_at: self.at,
            method: "bench".to_owned(),
            warnings: Vec::new(),
        }
    }

    fn sentence(&mut self, language: &str) -> String {
        let known = self.sentences[language].len();
        let at = self.below(known);
        self.sentences[language][at].clone()
    }
}

fn language(text: &str) -> Option<&'static str> {
    let (tag, confidence) = detect_language(text)?;
    let known = LANGUAGES.iter().find(|(language, _)| tag.starts_with(language))?;
    (confidence >= 0.5).then_some(known.0)
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find(&path, found);
        } else if path.file_name().is_some_and(|name| name == "items.jsonl") {
            found.push(path);
        }
    }
}
