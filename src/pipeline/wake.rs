//! Wake-ups between workers: a notification makes it quick, a slow look makes it sure.

use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How long a worker sleeps when nobody wakes it.
const LOOK: Duration = Duration::from_secs(1);

/// One bell for each kind of work.
#[derive(Debug, Default)]
pub(super) struct Wake {
    /// A source may be due.
    pub sources: Notify,
    /// An entry waits.
    pub entries: Notify,
    /// A delivery waits.
    pub deliveries: Notify,
}

/// Waits for the bell, at most `at_most`; false once the workers are to stop.
pub(super) async fn wait(bell: &Notify, at_most: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = bell.notified() => true,
        () = tokio::time::sleep(at_most.min(LOOK)) => true,
    }
}
