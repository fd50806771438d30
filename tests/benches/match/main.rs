//! Ten to a hundred thousand rules over news texts: ours beside automata with the same evaluation.
//!
//! `cargo bench --bench match -- DIR [SIZE…]`, or `tests/benches/match/run DATA`, which makes DIR, runs the peers
//! in other languages, and prints their rows too. Times are CPU seconds of the process: other work on the
//! machine changes them little. Engines take turns, and medians of five rounds are told.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark ends at the first fault")]

mod automata;
mod corpus;

use std::hint::black_box;
use std::path::PathBuf;

use atalaya::analyse::matching::{Rules, Scratch};
use atalaya::model::query::Document;

use self::automata::{Evaluated, Searcher, hits_of};
use self::corpus::{Corpus, Rule, queries};

const ROUNDS: usize = 5;

fn main() {
    let mut arguments: Vec<_> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    assert!(!arguments.is_empty(), "name the directory that make.py wrote");
    let dir = PathBuf::from(arguments.remove(0));
    let sizes: Vec<usize> = arguments.iter().map(|size| size.parse().unwrap()).collect();
    let sizes = if sizes.is_empty() { vec![100, 1_000, 10_000, 100_000] } else { sizes };
    let corpus = Corpus::read(&dir);
    println!("{} articles, {:.2} MB", corpus.articles.len(), corpus.bytes() / 1e6);
    println!("fold with offset map: {:.0} MB/s", fold_speed(&corpus));
    println!("\n| rules | engine | MB/s | articles/s | build s | MB | fired |");
    println!("|---:|---|---:|---:|---:|---:|---:|");
    corpus.write_folded(&dir);
    for size in sizes {
        let rules = corpus::rules(&dir, size);
        corpus::write_phrases(&dir, &rules);
        rows(&corpus, &rules);
    }
}

fn fold_speed(corpus: &Corpus) -> f64 {
    let mut folded = atalaya::text::Folded::default();
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            timed(|| {
                for article in &corpus.articles {
                    folded.clear();
                    atalaya::text::fold_onto(&mut folded, black_box(&article.body));
                    black_box(&folded);
                }
            })
            .0
        })
        .collect();
    corpus.bytes() / 1e6 / median(&mut times)
}

/// One engine's row.
struct Row {
    name: &'static str,
    build: f64,
    megabytes: f64,
    fired: usize,
    times: Vec<f64>,
}

/// Runs the engines in turn over one set of rules and prints their rows.
fn rows(corpus: &Corpus, rules: &[Rule]) {
    let mut rows = Vec::new();
    let before = resident();
    let (build, ours) = timed(|| {
        let queries = queries(rules);
        Rules::compile(queries.iter().map(|query| (query, None))).unwrap()
    });
    rows.push(Row::new("atalaya", build, resident() - before));
    rows.push(Row::new("atalaya, with all places", build, 0.0));
    let mut peers = Vec::new();
    for searcher in Searcher::ALL {
        if searcher == Searcher::RegexSet && rules.len() > 100 {
            continue;
        }
        let before = resident();
        let (build, engine) = timed(|| Evaluated::new(searcher, rules));
        rows.push(Row::new(searcher.name(), build, resident() - before));
        peers.push(engine);
    }
    let mut scratch = Scratch::default();
    for _ in 0..ROUNDS {
        for (at, row) in rows.iter_mut().enumerate() {
            let (time, fired) = match at {
                0 | 1 => timed(|| our_pass(corpus, &ours, at == 1, &mut scratch)),
                _ => timed(|| peers[at - 2].pass(corpus)),
            };
            row.times.push(time);
            row.fired = fired;
        }
    }
    let time = timed(|| hits_of(&peers[0], corpus));
    println!("| {} | (word hits of all phrases: {}) | | | | | |", rules.len(), time.1);
    for row in &mut rows {
        let time = median(&mut row.times);
        println!(
            "| {} | {} | {:.1} | {:.0} | {:.2} | {:.0} | {} |",
            rules.len(),
            row.name,
            corpus.bytes() / 1e6 / time,
            corpus.articles.len() as f64 / time,
            row.build,
            row.megabytes,
            row.fired
        );
    }
}

impl Row {
    fn new(name: &'static str, build: f64, megabytes: f64) -> Self {
        Self { name, build, megabytes, fired: 0, times: Vec::new() }
    }
}

fn our_pass(corpus: &Corpus, rules: &Rules, with_places: bool, scratch: &mut Scratch) -> usize {
    let mut fired = 0;
    for article in &corpus.articles {
        let document =
            Document { title: &article.title, body: &article.body, ..Document::default() };
        let found = rules.matches(&document, scratch);
        fired += found.queries.len();
        if with_places {
            for &query in found.queries {
                black_box(found.places(query));
            }
        }
    }
    fired
}

/// CPU seconds that something took, and what it gave.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let clock = || {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
    };
    let before = clock();
    let result = work();
    (clock() - before, result)
}

/// Resident memory in MB (Linux).
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0.0);
    pages * 4_096.0 / 1e6
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
