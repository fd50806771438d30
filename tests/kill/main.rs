//! The promise under `kill -9`: every planned event is told to everybody it is routed to, on every
//! channel, under one key, however often the daemon is killed in between.
//!
//! News server and sinks live in the test, which is never killed; the real binary is killed fifty
//! times at random moments (`ATALAYA_TEST_KILLS`; for more than its news are enough for: `tests/kill/many`).
//! `ATALAYA_TEST_SEED` repeats a run's plan (the machine's timing stays
//! its own); a failed run keeps its directory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set itself up has failed"
)]

mod daemon;
mod database;
#[path = "../dice/mod.rs"]
mod dice;
mod ledger;
mod mail_sink;
mod news;
mod plan;
mod post_sink;
mod reaper;
mod stage;
mod trace;
mod verdict;
mod writes;

use database::Database;
use plan::Plan;
use reaper::Reaper;
use stage::Stage;

fn run(database: Database) {
    let seed = seed();
    println!("ATALAYA_TEST_SEED={seed}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let stage = Stage::build(database, Plan::of(seed)).await;
        let deaths = Reaper::new(&stage, seed).reap().await;
        let judged = match deaths {
            Ok(deaths) => verdict::judge(&stage, &deaths).await,
            Err(what) => Err(vec![what]),
        };
        if let Err(findings) = judged {
            let kept = stage.keep();
            panic!("{}\nseed {seed}, files in {}", findings.join("\n"), kept.display());
        }
    });
}

#[test]
fn nothing_is_lost_or_doubled_on_sqlite() {
    run(Database::sqlite());
}

#[test]
fn nothing_is_lost_or_doubled_on_postgresql() {
    run(Database::postgres());
}

/// The seed that the environment asks for, or a new one.
fn seed() -> u64 {
    std::env::var("ATALAYA_TEST_SEED").map_or_else(
        |_| uuid::Uuid::now_v7().as_u64_pair().1,
        |seed| seed.parse().expect("ATALAYA_TEST_SEED is a number"),
    )
}
