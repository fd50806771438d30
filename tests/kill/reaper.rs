//! Kills the daemon again and again while the news go on, then lets it finish.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::daemon::Daemon;
use crate::dice::Dice;
use crate::stage::Stage;

/// Kills of a run, unless `ATALAYA_TEST_KILLS` says otherwise. A plan has news for about so many; to
/// kill more often under load, run more often: `tests/kill/many`.
const KILLS: usize = 50;
/// Bounds of the life that is left to the daemon, in milliseconds.
const LIFE_MS: (u64, u64) = (50, 1500);
/// One life in so many is counted from its birth and may end before the daemon runs; the others
/// are counted from when it runs.
const STILLBORN: u64 = 5;
/// All must be told by then; claims of the dead run out after 15 s on `PostgreSQL`.
const PATIENCE: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(250);
/// Looks in a row that must find nothing to do.
const QUIET_LOOKS: usize = 8;

/// Entries that wait, messages that wait, articles in the archive.
const BACKLOG: &str = "SELECT (SELECT COUNT(*) FROM entry WHERE state = 'pending'), \
    (SELECT COUNT(*) FROM delivery WHERE state IN ('pending', 'leased', 'in_doubt')), \
    (SELECT COUNT(*) FROM article)";

/// How often the daemon is to be killed.
pub fn kills() -> usize {
    std::env::var("ATALAYA_TEST_KILLS")
        .map_or(KILLS, |kills| kills.parse().expect("ATALAYA_TEST_KILLS is a number"))
}

/// The deaths of a run: what they met.
#[derive(Debug, Default)]
pub struct Deaths {
    /// Kills of the run.
    pub kills: usize,
    /// The process was alive.
    pub hit: usize,
    /// The daemon had said that it runs.
    pub up: usize,
    /// Entries waited to be read.
    pub over_entries: usize,
    /// Messages waited or were on their way.
    pub over_deliveries: usize,
    /// Time from the last start until nothing was left.
    pub drained_in: Duration,
}

/// Kills by the dice of a seed.
pub struct Reaper<'a> {
    stage: &'a Stage,
    dice: Dice,
}

impl<'a> Reaper<'a> {
    /// A reaper that repeats itself for the same seed.
    pub fn new(stage: &'a Stage, seed: u64) -> Self {
        Self { stage, dice: Dice(!seed) }
    }

    /// As many lives as there are kills, and a last one that may end well.
    ///
    /// # Errors
    /// If the daemon does not start, finish or stop.
    pub async fn reap(mut self) -> Result<Deaths, String> {
        let mut deaths = Deaths { kills: kills(), ..Deaths::default() };
        for _ in 0..deaths.kills {
            self.one_life(&mut deaths).await?;
        }
        while self.stage.news.publish_next() {}
        let begun = Instant::now();
        let mut last = Daemon::start(self.stage);
        last.is_up().await?;
        drain(self.stage).await?;
        deaths.drained_in = begun.elapsed();
        last.stop().await?;
        Ok(deaths)
    }

    /// Starts it, publishes an article at some moment of its life, kills it at another.
    async fn one_life(&mut self, deaths: &mut Deaths) -> Result<(), String> {
        let mut daemon = Daemon::start(self.stage);
        if self.dice.throw(0, STILLBORN) > 0 {
            daemon.is_up().await?;
        }
        let life = self.dice.throw(LIFE_MS.0, LIFE_MS.1);
        let news = self.dice.throw(0, life);
        sleep(Duration::from_millis(news)).await;
        self.stage.news.publish_next();
        sleep(Duration::from_millis(life - news)).await;
        deaths.up += usize::from(daemon.was_up());
        deaths.hit += usize::from(daemon.kill().await);
        if let Some([entries, deliveries, _]) = backlog(self.stage).await {
            deaths.over_entries += usize::from(entries > 0);
            deaths.over_deliveries += usize::from(deliveries > 0);
        }
        Ok(())
    }
}

/// Waits until every article is judged and every message is settled, and stays so.
///
/// # Errors
/// If that takes too long.
pub async fn drain(stage: &Stage) -> Result<(), String> {
    let all = stage.news.plan.articles.len() as u64;
    let deadline = Instant::now() + PATIENCE;
    let (mut quiet, mut found) = (0, None);
    while Instant::now() < deadline {
        found = backlog(stage).await;
        quiet = if found == Some([0, 0, all]) { quiet + 1 } else { 0 };
        if quiet == QUIET_LOOKS {
            return Ok(());
        }
        sleep(LOOK).await;
    }
    Err(format!("not done within {PATIENCE:?}: entries, messages, articles of {all}: {found:?}"))
}

async fn backlog(stage: &Stage) -> Option<[u64; 3]> {
    let rows = stage.query(BACKLOG).await?;
    let counts: Vec<u64> = rows.first()?.iter().map(|count| count.parse().unwrap()).collect();
    counts.try_into().ok()
}
