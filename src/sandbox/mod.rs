//! Work on untrusted bytes in child processes of our own binary, with limits of time and memory that
//! a thread cannot have: what exceeds them costs its child and nothing else.
//!
//! [`Pool`] is the parent's side, [`serve`] the child's. Knows nothing of what is worked on: a job is
//! bytes, and so is its answer.

mod child;
mod confine;
mod frame;
mod pool;
mod serve;

use std::time::Duration;

use thiserror::Error;

pub use pool::Pool;
pub use serve::serve;

/// Bytes of one job. Pages end at 16 MB; beside them stands only where they came from.
pub const MAX_REQUEST: usize = 20_000_000;

/// Bytes of one answer.
pub const MAX_ANSWER: usize = 32_000_000;

/// What jobs may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Jobs at the same time, and children that are kept.
    pub size: usize,
    /// CPU time of one job. The kernel counts whole seconds: a job is ended between this and one
    /// second more.
    pub cpu: Duration,
    /// Time of one job on the clock. The CPU limit ends what computes; this one ends what hangs, and
    /// is long enough for a machine that is busy elsewhere.
    pub wall: Duration,
    /// Address space of a child, in bytes, its program included.
    pub memory: u64,
    /// After so many jobs a child is replaced, so that what libraries leave behind does not pile up.
    pub jobs: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 2,
            cpu: Duration::from_secs(2),
            wall: Duration::from_secs(10),
            memory: 256 << 20,
            jobs: 10_000,
        }
    }
}

/// Why a job has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Fault {
    /// The job made its worker exceed a limit or crash.
    #[error("{why}")]
    Killed {
        /// Which.
        why: Why,
    },
    /// Request or answer exceed [`MAX_REQUEST`] or [`MAX_ANSWER`].
    #[error("it is too large")]
    TooLarge,
    /// No worker could be had; says nothing of the job.
    #[error("no worker can be started")]
    Unavailable,
}

/// What a job did to its worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Why {
    /// It did not end in its time.
    #[error("it took too long")]
    TimedOut,
    /// It wanted more memory than it may have.
    #[error("it took too much memory")]
    OutOfMemory,
    /// It panicked, overflowed the stack or ended the process.
    #[error("it crashed")]
    Crashed,
}
