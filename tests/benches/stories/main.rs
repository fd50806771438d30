//! Articles a second and memory of the clusterer with ever more articles in its window.
//!
//! `tests/benches/stories/run [ARTICLES…]` (10,000 100,000 1,000,000). A window is
//! filled; then further articles are timed, each of which pushes an old one out. Time is what the thread
//! took of the CPU, so that other work on the machine counts little; memory is the process's resident
//! size, the stream itself not held.
//!
//! The stream is made ([`news`]): from real text it differs in that its words have no endings.

#![allow(clippy::expect_used, reason = "a benchmark that cannot set itself up has failed")]

mod news;

use std::collections::HashMap;
use std::time::Instant;

use atalaya::model::{ArticleId, StoryId};
use atalaya::story::{Clusterer, Settings, StoryItem};
use jiff::{SignedDuration, Timestamp};
use news::{News, Told};
use rustix::time::{ClockId, clock_gettime};

/// Articles that are timed, at most and of each size one in so many.
const TIMED: usize = 20_000;
const TIMED_SHARE: usize = 2;

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// Seconds of the CPU that this thread took.
fn busy() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// A stream with its window, and which story tells which event.
struct Stream {
    news: News,
    clusterer: Clusterer,
    now: Timestamp,
    /// The event that each story was opened by.
    opened: HashMap<StoryId, usize>,
}

/// What became of some articles.
#[derive(Default)]
struct Tally {
    seconds: f64,
    articles: usize,
    /// Of events that were told before, and those among them that were put into a story of theirs.
    known: usize,
    found: usize,
    /// Put into a story of another event.
    wrong: usize,
}

impl Stream {
    fn new(articles: usize) -> Self {
        let settings = Settings { max_articles: articles, ..Settings::default() };
        Self {
            news: News::new(),
            clusterer: Clusterer::new(settings),
            now: "2026-11-20T00:00:00Z".parse().expect("a time"),
            opened: HashMap::new(),
        }
    }

    fn take(&mut self, tally: &mut Tally) {
        let Told { title, body, language, event, is_first } = self.news.next();
        self.now += SignedDuration::from_millis(200);
        let (title, body) = (title.as_str(), body.as_str());
        let item =
            StoryItem { id: ArticleId::new(), title, body, language: Some(language), at: self.now };
        let begun = busy();
        let assigned = self.clusterer.assign(&item);
        self.clusterer.insert(&item, assigned.story, assigned.duplicate_of);
        tally.seconds += busy() - begun;
        tally.articles += 1;
        tally.known += usize::from(!is_first);
        if assigned.opens {
            self.opened.insert(assigned.story, event);
        } else if self.opened.get(&assigned.story) == Some(&event) {
            tally.found += 1;
        } else {
            tally.wrong += 1;
        }
    }
}

fn main() {
    let mut sizes: Vec<usize> = std::env::args().skip(1).filter_map(|it| it.parse().ok()).collect();
    if sizes.is_empty() {
        // `cargo test --benches` passes flags and no number.
        if cfg!(debug_assertions) {
            eprintln!("usage: tests/benches/stories/run [ARTICLES…]");
            return;
        }
        sizes = vec![10_000, 100_000, 1_000_000];
    }
    let before = resident();
    println!(
        "| articles in the window | µs an article (CPU) | articles/s | wall clock, articles/s \
         | bytes an article | stories | of told events found | put into others |\n\
         |---|---|---|---|---|---|---|---|"
    );
    for size in sizes {
        let mut stream = Stream::new(size);
        for _ in 0..size {
            stream.take(&mut Tally::default());
        }
        let bytes = resident().saturating_sub(before) / size as u64;
        let stories = stream.clusterer.sizes().0;
        let (mut tally, begun) = (Tally::default(), Instant::now());
        for _ in 0..TIMED.min(size / TIMED_SHARE).max(1) {
            stream.take(&mut tally);
        }
        let each = tally.seconds / tally.articles as f64;
        let by_clock = tally.articles as f64 / begun.elapsed().as_secs_f64();
        println!(
            "| {size} | {:.0} | {:.0} | {by_clock:.0} | {bytes} | {stories} | {:.4} | {:.4} |",
            each * 1e6,
            1.0 / each,
            tally.found as f64 / tally.known.max(1) as f64,
            tally.wrong as f64 / tally.articles as f64,
        );
    }
}
