//! Searches of a large archive, what indexing costs an article, and what the index adds to the file.
//!
//! `cargo bench --bench search -- DATA DATABASE [ARTICLES] [ROUNDS]`: DATA is a folder, looked through for
//! `items.jsonl` whose objects have a `text` or `body`; sentences of one language are put together anew
//! to ARTICLES (1,000,000) of some 2 kB in the `SQLite` file DATABASE. A file that is there is searched as it is.

#![allow(clippy::expect_used, reason = "a benchmark that cannot set itself up has failed")]

mod articles;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use atalaya::archive::{Exact, Question, Way, search};
use atalaya::config::{self, Config};
use atalaya::query::{INDEX_VERSION, Reading, index_words, parse};
use atalaya::store::search as index;
use atalaya::store::{Location, Store, Transaction, articles as archive};
use jiff::Timestamp;

/// What is asked: kind and query.
const QUERIES: [(&str, &str); 18] = [
    ("phrase", "\"en los últimos años\""),
    ("phrase", "\"prime minister\""),
    ("phrase", "\"at the end of the day\""),
    ("phrase", "\"banco central europeo\""),
    ("phrase", "\"climate change\""),
    ("near", "police NEAR/5 city"),
    ("near", "gobierno NEAR/10 crisis"),
    ("near", "(company OR firm) NEAR/3 shares"),
    ("near", "presidente ONEAR/5 españa"),
    ("near", "government NEAR/2 strike"),
    ("chinese", "中国"),
    ("chinese", "公司 AND 市场"),
    ("chinese", "经济 NEAR/5 发展"),
    ("chinese", "\"有限公司\""),
    ("chinese", "记者 AND NOT 北京"),
    ("never", "\"zebra crossing tax haven\""),
    ("never", "\"of the and the\""),
    ("boolean", "fraud* AND (bank OR banco) AND NOT title:football"),
];
const BATCH: usize = 500;

fn main() {
    // `cargo test --benches` passes flags and no folder.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let [data, database, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: cargo bench --bench search -- DATA DATABASE [ARTICLES] [ROUNDS]");
        return;
    };
    let number = |at: usize, or| rest.get(at).map_or(or, |text| text.parse().expect("a number"));
    let (count, rounds) = (number(0, 1_000_000), number(1, 9));
    let path = PathBuf::from(database);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        if !path.exists() {
            fill(Path::new(data), &path, count).await;
        }
        ask(&path, rounds).await;
    });
}

async fn fill(data: &Path, path: &Path, count: usize) {
    let mut maker = articles::Maker::new(data);
    let store = Store::open(&Location::Sqlite(path.to_owned())).await.expect("opened");
    store.write(|tx| index::begin_anew_unless(tx, INDEX_VERSION)).await.expect("begun");
    let begun = Instant::now();
    let mut bytes = 0;
    for _ in 0..count.div_ceil(BATCH) {
        let batch = maker.batch(BATCH);
        bytes += batch.iter().map(|(_, article)| article.body.len()).sum::<usize>();
        let job = move |tx: &mut dyn Transaction| {
            let analysis = atalaya::model::Analysis::default();
            batch.iter().try_for_each(|(entry, article)| {
                let story = article.story_id.expect("a story");
                archive::insert(tx, *entry, article, story, &analysis)
            })
        };
        store.write(job).await.expect("added");
    }
    let took = begun.elapsed();
    let before = size(path);
    println!("{count} articles of {} bytes added in {:.0} s", bytes / count, took.as_secs_f64());
    let (mut cutting, mut writing, mut longest) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    loop {
        let waiting = store.read(|tx| index::waiting(tx, 50)).await.expect("read");
        if waiting.is_empty() {
            break;
        }
        let begun = Instant::now();
        let cut: Vec<_> = waiting
            .into_iter()
            .map(|one| {
                let words = index_words(&one.title, &one.body);
                (one, words)
            })
            .collect();
        cutting += begun.elapsed();
        let begun = Instant::now();
        store.write(move |tx| index::index(tx, &cut)).await.expect("indexed");
        writing += begun.elapsed();
        longest = longest.max(begun.elapsed());
    }
    store.close();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / count as f64;
    println!("cutting {:.0} µs, writing {:.0} µs an article", each(cutting), each(writing));
    println!("longest transaction of 50: {:.0} ms", longest.as_secs_f64() * 1e3);
    let (before, after) = (before as f64 / 1e6, size(path) as f64 / 1e6);
    println!(
        "file {before:.0} MB without, {after:.0} MB with the index: {:+.0} %",
        (after / before - 1.0) * 100.0
    );
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).expect("a file").len()
}

async fn ask(path: &Path, rounds: usize) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/atalaya.toml");
    let config = config::load(&shipped).expect("the shipped configuration").0;
    let store = Store::open_to_read(&Location::Sqlite(path.to_owned())).expect("opened");
    for (kind, text) in QUERIES {
        let mut times = Vec::new();
        let mut told = String::new();
        for _ in 0..rounds {
            let begun = Instant::now();
            told = one(&store, &config, text).await;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, worst) = (ms(times[times.len() / 2]), ms(times[times.len() - 1]));
        println!("{kind:8} {median:7.1} ms median {worst:7.1} ms worst  {told:40} {text}");
    }
    store.close();
}

async fn one(store: &Store, config: &Config, text: &str) -> String {
    let query = parse(text, &Reading::default()).expect("a query").query;
    let exact = Exact::compile(&query).expect("compiled");
    let until = Timestamp::MAX;
    let question = Question { query: &query, since: Timestamp::UNIX_EPOCH, until, limit: 20 };
    let found = search(store, config, &question, &exact).await.expect("searched");
    let way = if matches!(found.way, Way::Index(..)) { "index" } else { "no index" };
    format!("{} found, {} looked at, {way}", found.hits.len(), found.looked_at)
}
