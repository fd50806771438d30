//! A silence: somebody answers for that certain alerts are not told for a while.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::query::Query;

/// Who silenced what, why and until when.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    /// `S-12`.
    pub id: String,
    /// What it holds back, as written.
    pub query: String,
    /// Who answers for it: a person, by id.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// Whether its owner was warned of the end.
    pub warned: bool,
    /// Whether what it held back was reported.
    pub reported: bool,
}

impl Silence {
    /// Whether it holds at this time.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.starts_at <= now && now < self.ends_at
    }
}

/// A silence with its query read.
#[derive(Debug, Clone)]
pub struct ReadSilence {
    /// The silence.
    pub silence: Silence,
    /// Its query.
    pub query: Query,
}

/// Why an alert was not told at once.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HeldWhy {
    /// A silence held it back.
    Silenced,
    /// A graver alert stands for it.
    Inhibited,
    /// Too many were told already.
    Storm,
    /// Its route leads into a digest.
    Digest,
    /// It lies below the lowest level.
    BelowThreshold,
}

impl HeldWhy {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Silenced, Self::Inhibited, Self::Storm, Self::Digest, Self::BelowThreshold];

    /// The name in the store, in JSON and in phrase catalogues.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Silenced => "silenced",
            Self::Inhibited => "inhibited",
            Self::Storm => "storm",
            Self::Digest => "digest",
            Self::BelowThreshold => "below_threshold",
        }
    }
}
