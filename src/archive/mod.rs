//! The archive looked at again: searched by queries, and replayed under other rules.
//!
//! A search is narrowed by the index of words and decided by the rule engine. A replay judges the articles
//! of the past by the daemon's own code in a scratch store. Writes nothing into the archive, sends nothing.

mod backtest;
mod compare;
mod exact;
mod fires;
mod past;
mod replay;
mod report;
mod search;

pub use backtest::{Backtest, Baseline};
pub use exact::Exact;
pub use fires::{Fires, fires};
pub use past::{Past, Pasts};
pub use replay::RuleSet;
pub use report::{AlertLine, BacktestReport, DayOfTopic, Totals};
pub use search::{Found, Hit, Question, Way, search};

use crate::analyse::CompileError;
use crate::app::AppError;
use crate::store::StoreError;

/// Why the archive could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Configuration or rules are wrong, or the daemon's parts cannot be built from them.
    #[error(transparent)]
    App(#[from] AppError),
    /// The rules cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// A file of articles cannot be read.
    #[error("{0}")]
    File(String),
}

impl From<StoreError> for ArchiveError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// Splits work over the cores: `work` is given each thread's share, its answers come in order.
fn in_parallel<In: Sync, Out: Send>(
    items: &[In],
    work: impl Fn(&[In]) -> Vec<Out> + Sync,
) -> Vec<Out> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> =
            items.chunks(share).map(|chunk| scope.spawn(move || work(chunk))).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}
