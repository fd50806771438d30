//! What the people of the bad day do once they are asked (`script/cast.toml`).

use serde::Deserialize;

use super::script::ScriptError;
use crate::config::TomlFile;

/// The people and what they do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    /// Who starts the plan, ends it and signs its review; person, by id.
    pub leads: String,
    /// Who is asked and never answers; people, by id.
    pub silent: Vec<String>,
    /// What the others do.
    pub answer: Vec<Answer>,
    /// Who approves which text once it is drafted.
    pub approve: Vec<Approve>,
    /// How it ends.
    pub end: End,
}

/// Somebody approves a text that they are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// Person, by id.
    pub person: String,
    /// Message of the plan.
    pub message: String,
}

/// What somebody does once a message asks them for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Person, by id.
    pub person: String,
    /// Title of the step or deadline.
    pub task: String,
    /// Whether they leave it while it is another's.
    #[serde(default)]
    pub only_as_holder: bool,
    /// What.
    pub deed: Deed,
}

/// A button, and what is written beside it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// They take it and do it; what proves it.
    Done(String),
    /// Whoever stands in for the holder takes it over; why.
    HandOver(String),
    /// They take it, draft a text, and do it once that is approved.
    Publish {
        /// Message of the plan.
        message: String,
        /// The text.
        text: String,
        /// What proves that it is done.
        done: String,
    },
}

/// The end and its review.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Conditions of the plan that are met, from 1.
    pub met: Vec<u32>,
    /// Why it is over.
    pub reason: String,
    /// What was learned.
    pub lesson: String,
    /// Who sees to that; person, by id.
    pub owner: String,
    /// Within so many days.
    pub within_days: i32,
    /// What the review concludes.
    pub conclusions: String,
}

impl Cast {
    /// Reads the embedded cast.
    ///
    /// # Errors
    /// It does not read: a mistake of the build.
    pub fn load() -> Result<Self, ScriptError> {
        TomlFile::new("cast.toml", include_str!("script/cast.toml"))
            .parse()
            .map_err(|finding| ScriptError::Unreadable(Box::new(finding)))
    }
}
