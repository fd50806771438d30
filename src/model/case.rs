//! Cases that people learn from: what happened to a bank, what it did, what went wrong, and questions
//! about it. Every text is in all languages.

use jiff::civil::DateTime;
use schemars::JsonSchema;
use serde::Serialize;

use super::{LocalText, Locale};

/// A case of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Case {
    /// Unique name.
    pub id: String,
    /// As people call it.
    pub title: LocalText,
    /// The risk category that it is an example of, by id.
    pub category: String,
    /// What happened, earliest first.
    pub happened: Vec<CaseEntry>,
    /// What was done.
    pub done: Vec<LocalText>,
    /// What went wrong.
    pub wrong: Vec<LocalText>,
    /// What others can learn from it.
    pub lessons: Vec<LocalText>,
    /// What a quiz asks; empty if none is made of the case.
    pub questions: Vec<CaseQuestion>,
    /// Articles by which it can be played again, in the order in which they appear.
    pub scenario: Vec<ScenarioArticle>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaseEntry {
    /// When, by the clocks of the place: `2025-03-14T18:40:00`.
    #[schemars(with = "String")]
    pub at: DateTime,
    /// What.
    pub what: LocalText,
}

/// A question of a quiz.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaseQuestion {
    /// What is asked.
    pub ask: LocalText,
    /// The answers that are offered, at most [`CaseQuestion::LETTERS`].
    pub options: Vec<LocalText>,
    /// Which of them is right, from 0.
    pub right: usize,
    /// Why, out of the case.
    pub why: LocalText,
}

impl CaseQuestion {
    /// By which answers are named, in order.
    pub const LETTERS: [char; 6] = ['a', 'b', 'c', 'd', 'e', 'f'];

    /// The answer that a letter names, from 0; none if the question does not offer it.
    #[must_use]
    pub fn option(&self, letter: &str) -> Option<usize> {
        let letter = letter.trim().to_lowercase();
        let found = Self::LETTERS.iter().position(|known| letter == known.to_string());
        found.filter(|&index| index < self.options.len())
    }
}

/// An article of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScenarioArticle {
    /// Minutes after the scenario's begin.
    pub minute: u32,
    /// The medium, as messages call it.
    pub source: String,
    /// Its language.
    pub language: Locale,
    /// Headline.
    pub title: String,
    /// Text.
    pub text: String,
}
