//! Mailboxes to which customers write.

use jiff::Timestamp;

/// Up to which mail a mailbox was read (RFC 9051 §2.3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailboxMark {
    /// The server's name for its present numbers.
    pub validity: u32,
    /// The number of the last mail that was read; 0 if there was none.
    pub last: u32,
    /// When.
    pub read_at: Timestamp,
}

/// How a mailbox is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailboxState {
    /// None before it was read for the first time.
    pub mark: Option<MailboxMark>,
    /// Failures in a row.
    pub failures: u32,
    /// Since when it cannot be read.
    pub failing_since: Option<Timestamp>,
    /// Why.
    pub error: Option<String>,
}
