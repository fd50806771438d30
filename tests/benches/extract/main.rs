//! Pages a second of the extractor and of the bare parse of the tree that it uses, in the same run.
//!
//! `tests/benches/extract/run PAGES [ROUNDS]`: PAGES is a folder, looked through for `.html` and
//! `.html.gz`. With `PYTHON` set to an interpreter that has trafilatura, that is measured beside.
//! One thread; the best of the rounds counts for each page, since others use the machine, too.

#![allow(clippy::expect_used, reason = "a benchmark that cannot set itself up has failed")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use atalaya::extract::{Site, page};
use atalaya::text::{DocumentKind, decode};
use flate2::read::MultiGzDecoder;

fn main() {
    // `cargo test --benches` passes flags and no folder.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let Some(folder) = arguments.first() else {
        eprintln!("usage: cargo bench --bench extract -- PAGES [ROUNDS]");
        return;
    };
    let rounds = arguments.get(1).map_or(7, |text| text.parse().expect("a number of rounds"));
    let mut paths = Vec::new();
    find(Path::new(folder), &mut paths);
    paths.sort();
    let pages: Vec<Vec<u8>> = paths.iter().map(|path| read(path)).collect();
    assert!(!pages.is_empty(), "no page in {folder}");
    let bytes: usize = pages.iter().map(Vec::len).sum();
    println!("{} pages of {} kB on average", pages.len(), bytes / pages.len() / 1_000);

    let texts: Vec<String> =
        pages.iter().map(|bytes| decode(bytes, None, DocumentKind::Html).text).collect();
    let (mut parse, mut whole) =
        (vec![Duration::MAX; pages.len()], vec![Duration::MAX; pages.len()]);
    // In turns: what else the machine does meets both.
    for _ in 0..rounds {
        for (at, (bytes, text)) in pages.iter().zip(&texts).enumerate() {
            parse[at] = parse[at].min(time(|| scraper::Html::parse_document(text)));
            whole[at] = whole[at].min(time(|| page(bytes, None, None, &Site::default())));
        }
    }
    tell("bare parse", &parse);
    tell("extract::page", &whole);
    println!("share of the bare parse's rate: {:.2}", rate(&whole) / rate(&parse));
    if let Ok(python) = std::env::var("PYTHON") {
        let peer = peer(&python, folder);
        tell("trafilatura", &peer);
        println!("times trafilatura's rate: {:.1}", rate(&whole) / rate(&peer));
    }
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = path.to_string_lossy();
        if path.is_dir() {
            find(&path, found);
        } else if name.ends_with(".html") || name.ends_with(".html.gz") {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).expect("readable");
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).expect("gzip");
    plain
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    std::hint::black_box(work());
    began.elapsed()
}

/// Seconds a page, as `peer.py` prints them.
fn peer(python: &str, folder: &str) -> Vec<Duration> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/benches/extract/peer.py");
    let output = Command::new(python).arg(script).arg(folder).output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let seconds = text.split_whitespace().map(|word| word.parse().expect("seconds"));
    seconds.map(Duration::from_secs_f64).collect()
}

fn rate(times: &[Duration]) -> f64 {
    times.len() as f64 / times.iter().sum::<Duration>().as_secs_f64()
}

fn tell(name: &str, times: &[Duration]) {
    let mut sorted = times.to_vec();
    sorted.sort();
    let at = |per_mille: usize| sorted[(sorted.len() - 1) * per_mille / 1_000].as_secs_f64() * 1e3;
    let (median, worst) = (at(500), at(990));
    println!("{name:<14} {:>8.1} pages/s, median {median:.2} ms, p99 {worst:.2} ms", rate(times));
}
