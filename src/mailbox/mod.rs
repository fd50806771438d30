//! Reads a mailbox over IMAP (RFC 9051): which mails are new since a mark, and their bytes. Opens it read-only, so that
//! nothing in it changes and nobody's mails are marked as read.

mod bounded;
mod connection;
mod session;

pub use session::{Mail, Session};

/// Why a mailbox cannot be read. Says nothing of what stands in it.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The server cannot be reached, or went away.
    #[error("{step}: the mail server cannot be reached ({what})")]
    Unreachable {
        /// What was being done.
        step: &'static str,
        /// The system's name of the fault.
        what: String,
    },
    /// The connection could not be protected.
    #[error("the connection to the mail server cannot be protected: {0}")]
    Tls(String),
    /// No answer in time.
    #[error("{step}: the mail server did not answer within {seconds} s")]
    Silent {
        /// What was being done.
        step: &'static str,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The server says no.
    #[error("{step}: the mail server refuses: {said}")]
    Refused {
        /// What was being done.
        step: &'static str,
        /// Its words, cut.
        said: String,
    },
    /// What came is not IMAP, or too much of it.
    #[error("{step}: the mail server does not speak IMAP as it should")]
    Nonsense {
        /// What was being done.
        step: &'static str,
    },
}

#[cfg(test)]
mod tests;
