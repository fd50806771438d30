//! Child processes under attack: what hostile jobs do to the pool, and what hostile documents do to
//! the real binary's parsers. The test program is its own hostile child, so that the product needs
//! no back door: started with `hostile`, it serves jobs that misbehave.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod attacks;
mod documents;
mod hostile;
mod memory;
mod pages;
mod pool;

use std::process::ExitCode;
use std::sync::LazyLock;

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

/// A test: what a user would notice, and how it is tried.
type Test = (&'static str, fn());

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("hostile") {
        return hostile::serve();
    }
    let mut arguments = Arguments::from_args();
    // They measure what they cost.
    arguments.test_threads = Some(1);
    let tests = pool::TESTS.iter().chain(attacks::TESTS);
    let trials = tests.map(|&(name, test)| {
        Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// One for all tests: children that a pool keeps belong to the runtime that they were started on.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Runs a test's future to its end.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.block_on(future)
}
