//! Articles a second and memory of the clusterer with ever more articles in its window.
//!
//! `cargo bench --profile measure --bench stories -- [ARTICLES]` (1,000,000). A made stream: words by
//! Zipf's law, 80 a text, stories of some eight articles, one article in four a copy, three languages;
//! from real text it differs in that its rare words are rarer. Time is what the thread took of the CPU over
//! the last tenth before each mark, so that other work on the machine counts little; memory is the
//! process's resident size, the stream itself not held.

#![allow(clippy::expect_used, reason = "a benchmark that cannot set itself up has failed")]

use atalaya::model::ArticleId;
use atalaya::story::{Clusterer, Settings, StoryItem};
use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};

/// Words of the language.
const VOCABULARY: usize = 300_000;
/// Words of a text, and of an event among them.
const WORDS: usize = 80;
const OF_EVENT: usize = 24;
/// Stories that are told at a time.
const OPEN: usize = 4_000;

struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A word by its rank, Zipf with exponent 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below VOCABULARY")]
    fn word(&mut self) -> usize {
        ((VOCABULARY as f64).powf(self.share()) - 1.0) as usize
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below `end`")]
    fn below(&mut self, end: usize) -> usize {
        (self.share() * end as f64) as usize
    }
}

struct News {
    dice: Dice,
    events: Vec<Vec<usize>>,
    last: (String, String),
}

impl News {
    fn next(&mut self) -> (String, String) {
        if self.dice.below(4) == 0 && !self.last.1.is_empty() {
            return (format!("{} again", self.last.0), self.last.1.clone());
        }
        let at = self.dice.below(OPEN);
        if self.events.len() <= at || self.dice.below(8) == 0 {
            let event = (0..OF_EVENT).map(|_| self.dice.word()).collect();
            if self.events.len() <= at { self.events.push(event) } else { self.events[at] = event }
        }
        let at = at.min(self.events.len() - 1);
        let mut words: Vec<String> = Vec::with_capacity(WORDS);
        for number in 0..WORDS {
            let event = &self.events[at];
            let from_event = number < 8 || self.dice.below(2) == 0;
            let pick = self.dice.below(event.len());
            let word = if from_event { event[pick] } else { self.dice.word() };
            words.push(format!("w{word:x}q"));
        }
        self.last = (words[..8].join(" "), words[8..].join(" "));
        self.last.clone()
    }
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// Seconds of the CPU that this thread took.
fn busy() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

fn main() {
    let most = std::env::args().skip(1).find_map(|it| it.parse().ok());
    // `cargo test --benches` passes flags and no number.
    let Some(most) = most.or_else(|| (!cfg!(debug_assertions)).then_some(1_000_000_usize)) else {
        eprintln!("usage: cargo bench --profile measure --bench stories -- [ARTICLES]");
        return;
    };
    let settings = Settings { max_articles: most, ..Settings::default() };
    let mut clusterer = Clusterer::new(settings);
    let mut news = News { dice: Dice(1), events: Vec::new(), last: Default::default() };
    let start: Timestamp = "2026-11-20T00:00:00Z".parse().expect("a time");
    let before = resident();
    let (mut spent, mut marked) = (0.0, 0_usize);
    let mut mark = 10_000_usize.min(most);
    println!(
        "| articles | µs an article | articles/s | bytes an article | stories |\n|---|---|---|---|---|"
    );
    let languages = ["es", "en", "pt"];
    for number in 1..=most {
        let (title, body) = news.next();
        let at = start + SignedDuration::from_millis(i64::try_from(number).expect("small") * 200);
        let language = Some(languages[number % 3]);
        let item = StoryItem { id: ArticleId::new(), title: &title, body: &body, language, at };
        let begun = busy();
        let assigned = clusterer.assign(&item);
        clusterer.insert(&item, assigned.story, assigned.duplicate_of);
        if number > mark - mark / 10 {
            spent += busy() - begun;
            marked += 1;
        }
        if number == mark {
            let each = spent / marked as f64;
            let bytes = (resident() - before) / number as u64;
            let stories = clusterer.sizes().0;
            println!("| {number} | {:.0} | {:.0} | {bytes} | {stories} |", each * 1e6, 1.0 / each);
            (spent, marked) = (0.0, 0);
            mark = (mark * 10).min(most).max(mark + 1);
        }
    }
}
