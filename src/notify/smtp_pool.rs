//! Connections to a mail server that are kept for the next message: an alert to many people needs one
//! handshake and one login. Kept few and briefly, and left with a QUIT.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Quit;
use tokio::time::{Instant, timeout};

/// As many as the courier uses at once.
const MOST: usize = 4;
/// How long one is kept unused; servers hang up after some minutes.
const KEEP: Duration = Duration::from_secs(5);
/// Good manners.
const FAREWELL: Duration = Duration::from_secs(2);

/// Connections on which the last message was taken.
#[derive(Default)]
pub(super) struct Pool {
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl Pool {
    /// The one that was used last.
    pub fn take(&self) -> Option<AsyncSmtpConnection> {
        let (connection, since) = self.lock().pop()?;
        (since.elapsed() < KEEP).then_some(connection)
    }

    /// Keeps a connection for a while.
    pub fn keep(self: &Arc<Self>, connection: AsyncSmtpConnection) {
        if connection.has_broken() {
            return;
        }
        {
            let mut idle = self.lock();
            if idle.len() >= MOST {
                return;
            }
            idle.push((connection, Instant::now()));
        }
        let pool = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(KEEP).await;
            let Some(pool) = pool.upgrade() else { return };
            for connection in pool.unused() {
                farewell(connection).await;
            }
        });
    }

    fn unused(&self) -> Vec<AsyncSmtpConnection> {
        let mut idle = self.lock();
        let all = std::mem::take(&mut *idle);
        let (old, young): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, since)| since.elapsed() >= KEEP);
        *idle = young;
        old.into_iter().map(|(connection, _)| connection).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(AsyncSmtpConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn farewell(mut connection: AsyncSmtpConnection) {
    if !matches!(timeout(FAREWELL, connection.command(Quit)).await, Ok(Ok(_))) {
        tracing::debug!("the mail server did not say goodbye");
    }
}
