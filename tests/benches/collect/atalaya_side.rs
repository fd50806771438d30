//! Atalaya's side: the daemon's own scheduler, guard, readers and store, in a process of its own.
//! Only the reading of articles is left out, which the peer does not do either.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use atalaya::pipeline::{Live, Parsers, Parsing, Pipeline};
use atalaya::store::{Location, Store};
use atalaya::telemetry::Metrics;
use atalaya::{config, pipeline, sandbox};
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{ITEMS, Round, Side, usage};

/// A round that is not done by then will not be.
const PATIENCE: Duration = Duration::from_mins(10);

/// Runs the collecting process and reads what it measured.
pub fn measure(port: u16, feeds: usize) -> Side {
    let directory = tempfile::tempdir().expect("a directory");
    write_configuration(directory.path(), port, feeds);
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this)
        .arg("collect")
        .arg(directory.path())
        .arg(feeds.to_string())
        .stderr(Stdio::inherit())
        .output()
        .expect("the collector");
    assert!(output.status.success(), "the collector failed");
    serde_json::from_slice(&output.stdout).expect("the collector's figures")
}

fn write_configuration(directory: &Path, port: u16, feeds: usize) {
    let keywords = concat!(env!("CARGO_MANIFEST_DIR"), "/keywords");
    let mut text = format!(
        "keywords = \"{keywords}\"\n[organisation]\nname = \"Banco Almenara\"\n\
         [store]\nurl = \"sqlite:bench.db\"\n[collect]\nhost_gap = \"0s\"\n"
    );
    for n in 0..feeds {
        let url = crate::url(port, n);
        write!(
            text,
            "[[source]]\nid = \"feed-{n}\"\nurl = \"{url}\"\ninterval = \"1h\"\nallow_private = true\n"
        )
        .expect("memory");
    }
    std::fs::write(directory.join("atalaya.toml"), text).expect("a configuration");
}

/// The child processes that read documents.
pub fn parse() {
    sandbox::serve(pipeline::answer).expect("the parent");
}

/// Two rounds over the sources of a directory's configuration.
pub fn collect(directory: &Path, feeds: usize) {
    // As many threads as the daemon takes.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads((cores / 2).max(1)).enable_all().build();
    let side = runtime.expect("a runtime").block_on(rounds(directory, feeds));
    println!("{}", serde_json::to_string(&side).expect("JSON"));
}

async fn rounds(directory: &Path, feeds: usize) -> Side {
    let (config, _) = config::load(&directory.join("atalaya.toml")).expect("a configuration");
    let live = Live::build(config).expect("rules and client");
    let location = Location::Sqlite(directory.join("bench.db"));
    let store = Store::open(&location).await.expect("a store");
    let (_keep, live) = watch::channel(Arc::new(live));
    let stop = CancellationToken::new();
    let this = std::env::current_exe().expect("this program");
    let parsers = Parsers::new(&Parsing::Processes(this));
    let metrics = Arc::new(Metrics::new());
    let pipeline =
        Pipeline::new(store.clone(), true, live, parsers, Arc::clone(&metrics), stop.clone());
    let pipeline = pipeline.await.expect("a pipeline");
    let tracker = TaskTracker::new();
    let (began, used) = (Clock::now(), usage::cpu_seconds());
    pipeline.start_collecting(&tracker);
    let cold = finished(&store, &metrics, feeds, feeds, began, used).await;
    assert_eq!(cold.entries, feeds * ITEMS, "every entry is kept, once");
    // In a daemon time makes them due, and nobody writes ten thousand rows for it.
    let wall = Timestamp::now();
    pipeline.poll_all_now().await.expect("due again");
    let (began, used) = (Clock { wall, steady: Instant::now() }, usage::cpu_seconds());
    let unchanged = finished(&store, &metrics, feeds, 2 * feeds, began, used).await;
    assert_eq!(unchanged.entries, cold.entries, "nothing comes twice");
    let side = Side { cold, unchanged, peak_mb: usage::peak_mb() };
    stop.cancel();
    tracker.close();
    tracker.wait().await;
    side
}

/// When a round began, on the wall's clock, which the store writes, and on the steady one.
#[derive(Clone, Copy)]
struct Clock {
    wall: Timestamp,
    steady: Instant,
}

impl Clock {
    fn now() -> Self {
        Self { wall: Timestamp::now(), steady: Instant::now() }
    }
}

/// Waits until so many polls have been recorded in all, which must be one of each source since then.
/// Asks the counter of the metrics, since looking at ten thousand rows again and again costs as much
/// as a part of what is measured.
async fn finished(
    store: &Store,
    metrics: &Metrics,
    feeds: usize,
    polls: usize,
    began: Clock,
    used: f64,
) -> Round {
    const POLLED: &str = "SELECT COUNT(CASE WHEN last_success_at >= ?1 THEN 1 END), \
                          MAX(last_error) FROM source_state";
    while recorded(metrics) < polls {
        assert!(began.steady.elapsed() < PATIENCE, "only {} polls", recorded(metrics));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (wall, cpu) = (began.steady.elapsed().as_secs_f64(), usage::cpu_seconds() - used);
    let look = store.read(move |tx| {
        let rows = tx.query(POLLED, &[began.wall.into()])?;
        Ok((rows[0].get::<i64>(0)?, rows[0].get::<Option<String>>(1)?))
    });
    let (polled, error) = look.await.expect("the store");
    assert_eq!((usize::try_from(polled), error), (Ok(feeds), None), "a poll failed or was lost");
    let rows = store.read(|tx| tx.query("SELECT COUNT(*) FROM entry", &[])?[0].get::<i64>(0)).await;
    let entries = usize::try_from(rows.expect("the store")).expect("a count");
    Round { feeds, wall, cpu, entries }
}

/// Polls that were recorded, well or not.
fn recorded(metrics: &Metrics) -> usize {
    let text = metrics.render().expect("metrics");
    let lines = text.lines().filter(|line| line.starts_with("atalaya_polls_total"));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok()).sum()
}
