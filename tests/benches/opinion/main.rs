//! Opinions a second of one core, and how good they are, beside VADER in the same run.
//!
//! `tests/benches/opinion/run DATA [ROUNDS]`: DATA holds folders with `items.jsonl`; those named
//! `sentiment-…-en` are the texts with targets and labels, those named `articles-…` give articles. With
//! `PYTHON` set to an interpreter that has vaderSentiment, that is measured beside. One thread, CPU
//! time of it, the best of the rounds: others use the machine, too.

#![allow(clippy::expect_used, reason = "a benchmark that cannot set itself up has failed")]

mod corpus;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use atalaya::analyse::{Engine, OpinionModel};
use atalaya::config::embedded_keywords;
use atalaya::model::query::Document;
use atalaya::model::{Keywords, PolarityLabel};
use serde::Deserialize;

use corpus::{Article, Text};

const LABELS: [PolarityLabel; 3] =
    [PolarityLabel::Negative, PolarityLabel::Neutral, PolarityLabel::Positive];

/// What the peer measured of itself.
#[derive(Deserialize)]
struct Peer {
    texts: f64,
    articles: f64,
    labels: Vec<PolarityLabel>,
}

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let Some(data) = arguments.first().map(Path::new) else {
        eprintln!("usage: cargo bench --bench opinion -- DATA [ROUNDS]");
        return;
    };
    let rounds = arguments.get(1).map_or(5, |text| text.parse().expect("a number of rounds"));
    let texts = corpus::texts(data);
    let articles = corpus::articles(data);
    let named: Vec<Article> = articles.iter().map(Article::naming_the_bank).collect();
    let (keywords, _) = embedded_keywords().expect("the built-in keywords");
    let watched = corpus::with_topics(&keywords);
    let model = engine(&watched);
    let rules = engine(&Keywords { models: Vec::new(), ..watched });
    let peer = std::env::var("PYTHON").ok().map(|python| peer(&python, &texts, &articles));

    let bytes: usize = articles.iter().map(Article::bytes).sum();
    println!(
        "{} texts; {} articles of {} bytes on average\n",
        texts.len(),
        articles.len(),
        bytes / articles.len()
    );
    println!("| what | a second, one core | beside VADER |\n|---|---:|---:|");
    let beside = |rate: f64, peer: Option<f64>| {
        peer.map_or_else(|| "–".to_owned(), |peer| format!("{:.1} times", rate / peer))
    };
    for (name, engine) in
        [("texts with a target, rules", &rules), ("texts with a target, rules and model", &model)]
    {
        let rate = best(rounds, texts.len(), || {
            for text in &texts {
                black_box(judge(engine, text));
            }
        });
        println!("| {name} | {rate:.0} | {} |", beside(rate, peer.as_ref().map(|it| it.texts)));
    }
    for (name, articles) in [
        (
            "articles that do not name the bank, everything (language, topics, categories, opinion)",
            &articles,
        ),
        ("the same articles naming it in the headline and three sentences", &named),
    ] {
        let rate = best(rounds, articles.len(), || {
            for it in articles {
                black_box(analysed(&rules, it));
            }
        });
        println!("| {name} | {rate:.0} | {} |", beside(rate, peer.as_ref().map(|it| it.articles)));
    }
    if let Some(peer) = &peer {
        println!(
            "| VADER, texts | {:.0} | |\n| VADER, articles | {:.0} | |",
            peer.texts, peer.articles
        );
    }
    figures(&texts, &rules, &model, &keywords, peer.as_ref());
}

fn engine(keywords: &Keywords) -> Engine {
    Engine::compile(keywords).expect("compiled")
}

fn judge(engine: &Engine, text: &Text) -> PolarityLabel {
    engine.opinion(&text.words, &text.target, Some("en")).label
}

/// How many topics speak ill of somebody.
fn analysed(engine: &Engine, article: &Article) -> usize {
    let document = Document { title: &article.title, body: &article.body, ..Document::default() };
    let analysis = engine.analyse(&document);
    analysis.topics.iter().filter(|topic| topic.polarity.p_negative > 0.5).count()
}

/// Items a second in the best round.
fn best(rounds: usize, items: usize, mut pass: impl FnMut()) -> f64 {
    let clock = || {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
    };
    let mut least = f64::INFINITY;
    for _ in 0..rounds.max(1) {
        let began = clock();
        pass();
        least = least.min(clock() - began);
    }
    items as f64 / least
}

fn peer(python: &str, texts: &[Text], articles: &[Article]) -> Peer {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = |items: &mut dyn Iterator<Item = String>| -> String {
        items.map(|it| serde_json::to_string(&it).expect("JSON") + "\n").collect()
    };
    let write =
        |name: &str, text: String| std::fs::write(folder.path().join(name), text).expect("written");
    write("texts.jsonl", lines(&mut texts.iter().map(|it| it.words.clone())));
    write(
        "articles.jsonl",
        lines(&mut articles.iter().map(|it| format!("{}\n{}", it.title, it.body))),
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/benches/opinion/peer.py");
    let output = Command::new(python).arg(script).arg(folder.path()).output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the peer's figures")
}

/// Macro-F1, and precision and recall of the negative, by set.
fn figures(
    texts: &[Text],
    rules: &Engine,
    model: &Engine,
    keywords: &Keywords,
    peer: Option<&Peer>,
) {
    let learned: Vec<String> = keywords
        .models
        .iter()
        .filter_map(|file| OpinionModel::from_bytes(file).ok())
        .flat_map(|model| model.head.sets.into_iter().map(|set| set.set))
        .collect();
    println!(
        "\n| set (rows) | VADER macro-F1 (negative P / R) | rules | rules and model |\n|---|---|---|---|"
    );
    let mut names: Vec<&str> = texts.iter().map(|text| text.set.as_str()).collect();
    names.dedup();
    for name in names {
        let places: Vec<usize> = (0..texts.len()).filter(|&at| texts[at].set == name).collect();
        let truths: Vec<PolarityLabel> = places.iter().map(|&at| texts[at].label).collect();
        let told = |engine: &Engine| -> Vec<PolarityLabel> {
            places.iter().map(|&at| judge(engine, &texts[at])).collect()
        };
        let vader = peer.map(|peer| places.iter().map(|&at| peer.labels[at]).collect::<Vec<_>>());
        let vader = vader.map_or_else(|| "–".to_owned(), |told| measured(&truths, &told));
        let seen = learned.iter().any(|set| name.contains(set.as_str()) || set.contains(name));
        println!(
            "| {name} ({}) | {vader} | {} | {}{} |",
            places.len(),
            measured(&truths, &told(rules)),
            measured(&truths, &told(model)),
            if seen { ", learned from" } else { "" }
        );
    }
}

fn measured(truths: &[PolarityLabel], told: &[PolarityLabel]) -> String {
    let of = |label: PolarityLabel| {
        let both =
            truths.iter().zip(told).filter(|(a, b)| **a == label && **b == label).count() as f64;
        let count = |of: &[PolarityLabel]| of.iter().filter(|&&it| it == label).count() as f64;
        let (precision, recall) = (both / count(told).max(1.0), both / count(truths).max(1.0));
        (precision, recall, 2.0 * precision * recall / (precision + recall).max(1e-9))
    };
    let macro_f1 = LABELS.iter().map(|&label| of(label).2).sum::<f64>() / 3.0;
    let (precision, recall, _) = of(PolarityLabel::Negative);
    format!("{macro_f1:.3} ({precision:.3} / {recall:.3})")
}
