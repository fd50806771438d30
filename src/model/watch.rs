//! Questions that are asked before a launch, and what was said to them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LocalText, WatchMarkId};

/// A question of a watch's checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchQuestion {
    /// By which the store knows it: another wording is another question.
    pub key: String,
    /// What is asked.
    pub text: LocalText,
    /// Who answers for it, by id.
    pub owner: String,
}

/// Somebody says that a question is settled, or open again: append-only, the last one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchMark {
    /// Identifier.
    pub id: WatchMarkId,
    /// The watch, by id.
    pub watch: String,
    /// The question, by [`WatchQuestion::key`].
    pub question: String,
    /// Whether it is settled.
    pub settled: bool,
    /// Who says so.
    pub by: String,
    /// What else there is to say.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}
