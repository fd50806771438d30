//! F2 and F5: one life of the daemon from the creation of its file to the last message, killed at a single
//! write or fsync, or with an fsync that fails. `ATALAYA_TEST_WRITES` says at how many of them (a dozen or so
//! a test by default, spread over the life by the seed); `all` takes each.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::daemon::Daemon;
use crate::database::Database;
use crate::dice::Dice;
use crate::plan::Plan;
use crate::stage::Stage;
use crate::trace::Trace;
use crate::{reaper, seed, verdict};

/// Events of a life.
const EVENTS: usize = 3;
/// On a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(100);

/// F2: the transaction of the write is there or not; nothing is lost, nothing told twice, the file sound.
#[test]
fn a_kill_at_a_single_write_loses_nothing() {
    each_point("pwrite64", 14, &async |stage, n| killed_at(stage, "pwrite64", n).await);
}

/// F2: the same between write and disk.
#[test]
fn a_kill_at_a_single_fsync_loses_nothing() {
    each_point("fsync", 6, &async |stage, n| killed_at(stage, "fsync", n).await);
}

/// F5: an fsync fails once. The connection is given up, the daemon goes on by itself (or ends with a
/// message, if it has not started yet), and tells nothing that it has not recorded.
#[test]
fn an_fsync_that_fails_tells_nothing_that_is_not_recorded() {
    each_point("fsync", 8, &async |stage, n| {
        let trace = Trace::failing(stage, n, false);
        let mut daemon = Daemon::start_under(stage, &trace);
        if daemon.is_up().await.is_err() {
            let status = daemon.ends().await?;
            if status.success() || status.signal().is_some() {
                return Err(format!("it ended with {status}"));
            }
            if !log(stage).contains("disk I/O error") {
                return Err("it ended without a reason".to_owned());
            }
            daemon = Daemon::start(stage);
            daemon.is_up().await?;
        }
        reaper::drain(stage).await?;
        daemon.stop().await?;
        if trace.failed() == 1 { Ok(()) } else { Err("void: no fsync failed".to_owned()) }
    });
}

/// F5: from some fsync on all fail. `/readyz` says 503 and nobody hears of what happens from then on; once
/// the disk is mended, everybody does.
#[test]
fn a_disk_that_fails_for_good_is_told_of_and_survived() {
    run(Plan::short(seed(), 2 * EVENTS), async |stage| {
        let half = stage.news.plan.articles.len() / 2;
        // The schema is made and read by then: the first claims and polls follow.
        let trace = Trace::failing(stage, 40, true);
        let mut daemon = Daemon::start_under(stage, &trace);
        daemon.is_up().await?;
        for _ in 0..half {
            stage.news.publish_next();
        }
        let unready = async || daemon.status("/readyz").await == Some(503);
        until("it is not ready", unready).await?;
        while stage.news.publish_next() {}
        let refused = failures(stage);
        until("more and more is refused", async || failures(stage) > refused + 20).await?;
        let told: Vec<String> = stage.ledger.all().into_iter().map(|taken| taken.text).collect();
        for planned in &stage.news.plan.articles[half..] {
            let url = stage.news.url(&planned.path);
            if told.iter().any(|text| text.contains(&url)) {
                return Err(format!("{url} was told of, and cannot be on record"));
            }
        }
        if let Some(status) = daemon.ended() {
            return Err(format!("it ended with {status}"));
        }
        if daemon.status("/readyz").await != Some(503)
            || daemon.status("/healthz").await != Some(200)
        {
            return Err("it forgot that it is not ready".to_owned());
        }
        if trace.failed() < 2 {
            return Err("void: no fsync failed".to_owned());
        }
        daemon.kill().await;
        Database::is_sound(stage.home())?;
        let mut mended = Daemon::start(stage);
        mended.is_up().await?;
        reaper::drain(stage).await?;
        mended.stop().await
    });
}

/// A life that is killed at the `n`-th call, and one after it that is not.
async fn killed_at(stage: &Stage, call: &str, n: usize) -> Result<(), String> {
    let trace = Trace::killing(stage, call, n);
    let status = Daemon::start_under(stage, &trace).ends().await?;
    if status.signal() != Some(9) || trace.count(call) < n {
        return Err(format!("void: {status} after {} times {call}", trace.count(call)));
    }
    Database::is_sound(stage.home())?;
    let mut next = Daemon::start(stage);
    next.is_up().await?;
    reaper::drain(stage).await?;
    next.stop().await
}

/// Counts the calls of a life that nothing happens to, and lets `life` go through a new one at points spread
/// over them.
fn each_point(call: &str, many: usize, life: &impl AsyncFn(&Stage, usize) -> Result<(), String>) {
    let seed = seed();
    let mut calls = 0;
    run(Plan::short(seed, EVENTS), async |stage| {
        while stage.news.publish_next() {}
        let trace = Trace::watching(stage);
        let mut daemon = Daemon::start_under(stage, &trace);
        daemon.is_up().await?;
        reaper::drain(stage).await?;
        daemon.stop().await?;
        calls = trace.count(call);
        Ok(())
    });
    let points = points(calls, many, seed);
    println!("ATALAYA_TEST_SEED={seed}: {calls} times {call} in a life, looked at {points:?}");
    for n in points {
        run(Plan::short(seed, EVENTS), async |stage| {
            while stage.news.publish_next() {}
            life(stage, n).await.map_err(|what| format!("{call} {n} of {calls}: {what}"))
        });
    }
}

/// One in each of as many stretches of a life as points are wanted.
fn points(calls: usize, many: usize, seed: u64) -> Vec<usize> {
    let many = match std::env::var("ATALAYA_TEST_WRITES").as_deref() {
        Ok("all") => calls,
        Ok(many) => many.parse().expect("ATALAYA_TEST_WRITES is a number or `all`"),
        Err(_) => many,
    };
    let many = many.min(calls);
    assert!(many > 0, "void: nothing is written");
    let mut dice = Dice(seed);
    let edge = |part: usize| (part * calls / many) as u64 + 1;
    (0..many).map(|part| usize::try_from(dice.throw(edge(part), edge(part + 1))).unwrap()).collect()
}

/// What happens on a stage, and then the verdict on what it left.
fn run(plan: Plan, happens: impl AsyncFnOnce(&Stage) -> Result<(), String>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let stage = Stage::build(Database::sqlite(), plan).await;
        let mut findings = match happens(&stage).await {
            Ok(()) => verdict::look(&stage).await.findings,
            Err(what) => vec![what],
        };
        findings.extend(Database::is_sound(stage.home()).err());
        if !findings.is_empty() {
            let kept = stage.keep();
            panic!("{}\nfiles in {}", findings.join("\n"), kept.display());
        }
    });
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        if Instant::now() > deadline {
            return Err(format!("{what}: not within {PATIENCE:?}"));
        }
        sleep(LOOK).await;
    }
    Ok(())
}

fn log(stage: &Stage) -> String {
    std::fs::read_to_string(stage.home().join("daemon.log")).unwrap_or_default()
}

/// How often the log says that the store did not answer.
fn failures(stage: &Stage) -> usize {
    log(stage).matches("disk I/O error").count()
}
