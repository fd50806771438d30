//! What the tests talk to: a news site, a mail server, databases, and the daemon itself.

pub mod certificate;
pub mod chat;
pub mod daemon;
pub mod database;
pub mod dovecot;
pub mod http;
pub mod mail;
pub mod mail_stub;
pub mod post_stub;
pub mod postfix;
pub mod relay;
pub mod settings;
pub mod site;

use std::time::{Duration, Instant};

/// Looked again this often.
const LOOK: Duration = Duration::from_millis(50);

/// Waits until `look` finds something and answers it; what was not found by `deadline` fails the
/// test, with `what` in the message.
pub async fn wait_for<T>(what: &str, deadline: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < deadline, "{what}: not within {deadline:?}");
        tokio::time::sleep(LOOK).await;
    }
}
