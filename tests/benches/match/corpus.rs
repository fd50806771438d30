//! What `make.py` wrote.

use std::collections::BTreeSet;
use std::path::Path;

use atalaya::model::query::{Form, Inflection, Query, Term};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Article {
    pub title: String,
    pub body: String,
}

#[derive(Deserialize, Clone)]
pub struct Rule {
    pub kind: String,
    pub phrases: Vec<String>,
}

pub struct Corpus {
    pub articles: Vec<Article>,
}

impl Corpus {
    pub fn read(dir: &Path) -> Self {
        Self { articles: lines(&dir.join("articles.jsonl")) }
    }

    pub fn bytes(&self) -> f64 {
        let bytes = self.articles.iter().map(|one| one.title.len() + one.body.len());
        bytes.sum::<usize>() as f64
    }
}

impl Corpus {
    /// For peers that do not fold: one article a line.
    pub fn write_folded(&self, dir: &Path) {
        let fold = |one: &Article| {
            atalaya::text::fold(&format!("{} {}", one.title, one.body)).text.replace('\n', " ")
                + "\n"
        };
        let text: String = self.articles.iter().map(fold).collect();
        std::fs::write(dir.join("folded.txt"), text).expect("written");
    }
}

/// For peers that do not fold: each phrase once, one a line.
pub fn write_phrases(dir: &Path, rules: &[Rule]) {
    let phrases = rules.iter().flat_map(|rule| &rule.phrases);
    let phrases: BTreeSet<String> = phrases.map(|one| atalaya::text::fold(one).text).collect();
    let text: String = phrases.into_iter().map(|phrase| phrase + "\n").collect();
    std::fs::write(dir.join(format!("phrases-{}.txt", rules.len())), text).expect("written");
}

pub fn rules(dir: &Path, size: usize) -> Vec<Rule> {
    lines(&dir.join(format!("rules-{size}.jsonl")))
}

fn lines<T: serde::de::DeserializeOwned>(path: &Path) -> Vec<T> {
    let text = std::fs::read_to_string(path).expect("a file of make.py");
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

/// The rules as queries, phrases without inflection, as the other engines look for them.
pub fn queries(rules: &[Rule]) -> Vec<Query> {
    let term = |text: &String| {
        Query::Term(Term { text: text.clone(), form: Form::Folded(Inflection::None) })
    };
    let query = |rule: &Rule| {
        let mut terms = rule.phrases.iter().map(term);
        let mut next = || Box::new(terms.next().expect("a phrase"));
        match rule.kind.as_str() {
            "or" => Query::Any(rule.phrases.iter().map(term).collect()),
            "and" => Query::All(rule.phrases.iter().map(term).collect()),
            "not" => Query::All(vec![*next(), Query::Not(next())]),
            "near" => Query::Near { gap: 10, ordered: false, first: next(), second: next() },
            _ => *next(),
        }
    };
    rules.iter().map(query).collect()
}
