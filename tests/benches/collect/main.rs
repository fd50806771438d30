//! How much a round over 10,000 feeds costs: cold (every feed is new), then all unchanged (304).
//!
//! Atalaya with its store, recovery layer and guards, against the stack that a user would write in
//! Python (`peer.py`), in the same run, on the same server. `./run` brings what the peer needs and
//! prints the table of docs/performance.md.
//!
//! Arguments: `--feeds N` (10,000), `--peer-feeds N` (2,000; its cost per feed does not depend on
//! it), `--peer PYTHON` (none: Atalaya alone).

#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark that cannot run says so by its end"
)]

mod atalaya_side;
mod news;
mod peer;
mod usage;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};

/// Items of a feed; 20 of them are about 19 KB.
pub const ITEMS: usize = 20;
/// Feeds of one host: as many as publishers have sections.
pub const FEEDS_OF_A_HOST: usize = 20;

/// What one round took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Round {
    /// Feeds polled.
    pub feeds: usize,
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of user and system time, child processes included.
    pub cpu: f64,
    /// Entries in the store afterwards.
    pub entries: usize,
}

/// What one side took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Side {
    /// Every feed is new.
    pub cold: Round,
    /// No feed has changed.
    pub unchanged: Round,
    /// Largest resident memory, child processes included, in MB.
    pub peak_mb: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => news::serve(),
        Some("collect") => atalaya_side::collect(Path::new(&arguments[1]), number(&arguments[2])),
        Some("parse") => atalaya_side::parse(),
        _ => bench(&arguments),
    }
}

fn bench(arguments: &[String]) {
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let feeds = option("--feeds").map_or(10_000, |value| number(&value));
    let peer_feeds = option("--peer-feeds").map_or(2_000, |value| number(&value));
    let server = Server::start();
    let ours = atalaya_side::measure(server.port, feeds);
    let theirs = option("--peer").map(|python| {
        let python = PathBuf::from(python);
        peer::measure(&python, server.port, peer_feeds.min(feeds))
    });
    print_table(&ours, theirs.as_ref());
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

/// The feeds' server: a process of its own, so that its time is nobody's.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let this = std::env::current_exe().expect("this program");
        let mut process =
            Command::new(this).arg("serve").stdout(Stdio::piped()).spawn().expect("a server");
        let mut line = String::new();
        let out = process.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("its port");
        Self { process, port: line.trim().parse().expect("a port") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Where feed number `n` is. Every 127.x.y.z is this machine, so hosts are as many as we like.
pub fn url(port: u16, n: usize) -> String {
    let host = n / FEEDS_OF_A_HOST;
    format!("http://127.0.{}.{}:{port}/feed/{n}", 1 + host / 250, 1 + host % 250)
}

fn print_table(ours: &Side, theirs: Option<&Side>) {
    println!("| round | stack | feeds | wall s | feeds/s | CPU ms/feed | peak MB |");
    println!("|---|---|---|---|---|---|---|");
    let sides = [("Atalaya", Some(ours)), ("aiohttp + feedparser", theirs)];
    for (name, side) in sides.iter().filter_map(|(name, side)| Some((name, (*side)?))) {
        for (round, what) in [(&side.cold, "cold"), (&side.unchanged, "304")] {
            let each = round.feeds as f64;
            println!(
                "| {what} | {name} | {} | {:.2} | {:.0} | {:.3} | {:.0} |",
                round.feeds,
                round.wall,
                each / round.wall,
                1000.0 * round.cpu / each,
                side.peak_mb
            );
        }
    }
    let Some(theirs) = theirs else { return };
    let cpu = |round: &Round| round.cpu / round.feeds as f64;
    let rate = |round: &Round| round.feeds as f64 / round.wall;
    println!(
        "\nAtalaya against the peer: cold {:.1} times less CPU a feed, {:.1} times the feeds a second; \
         304 {:.1} times less CPU a feed.",
        cpu(&theirs.cold) / cpu(&ours.cold),
        rate(&ours.cold) / rate(&theirs.cold),
        cpu(&theirs.unchanged) / cpu(&ours.unchanged)
    );
}
