//! Quizzes: results are recorded, and counted by unit, person or case; beside a running daemon or
//! without one.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, reading, writing};
use crate::config::Config;
use crate::model::{Case, QuizResult};
use crate::store::quiz_results;

/// Results that are counted, the newest.
const MOST: u32 = 100_000;

/// What results are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuizBy {
    /// Units of the people file.
    Unit,
    /// People.
    Person,
    /// Cases.
    Case,
}

/// The shape of `atalaya quiz results --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuizReport {
    /// What is counted by.
    pub by: QuizBy,
    /// Since when, RFC 3339.
    pub since: String,
    /// One for each unit, person or case, those without results included.
    pub rows: Vec<QuizRow>,
}

/// The results of one unit, person or case.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QuizRow {
    /// The unit, or the id of the person or case; null for people of no unit.
    pub id: Option<String>,
    /// Name of the person, title of the case; null of units and of what is configured no more.
    pub name: Option<String>,
    /// People who belong to it, or could take the quiz.
    pub people: u32,
    /// Those who took a quiz.
    pub trained: u32,
    /// Quizzes that were taken.
    pub quizzes: u32,
    /// Questions that were asked.
    pub questions: u32,
    /// Answers that were right.
    pub right: u32,
    /// When the last was taken, RFC 3339; null if none was.
    pub last_at: Option<String>,
}

/// Records a quiz.
///
/// # Errors
/// If the store cannot be written.
pub async fn record(config: &Config, result: QuizResult) -> Result<(), AppError> {
    writing(config, move |tx| quiz_results::add(tx, &result)).await
}

/// The case that somebody should take next: of those with questions the one that they took least often,
/// the first in the library's order; none if no case has questions.
///
/// # Errors
/// If the store cannot be read.
pub async fn next<'a>(config: &'a Config, person: &str) -> Result<Option<&'a Case>, AppError> {
    let person = person.to_owned();
    let taken = reading(config, move |tx| quiz_results::taken_by(tx, &person)).await?;
    let taken: BTreeMap<String, u32> = taken.into_iter().collect();
    let asked = config.cases.iter().filter(|case| !case.questions.is_empty());
    Ok(asked.min_by_key(|case| taken.get(&case.id).copied().unwrap_or(0)))
}

/// The results since an instant.
///
/// # Errors
/// If the store cannot be read.
pub async fn results(
    config: &Config,
    by: QuizBy,
    since: Timestamp,
) -> Result<QuizReport, AppError> {
    let results = reading(config, move |tx| quiz_results::since(tx, since, MOST)).await?;
    Ok(QuizReport { by, since: since.to_string(), rows: rows(config, by, &results) })
}

/// What is gathered for a row.
#[derive(Default)]
struct Gathered<'a> {
    people: BTreeSet<&'a str>,
    trained: BTreeSet<&'a str>,
    quizzes: u32,
    questions: u32,
    right: u32,
    last_at: Option<Timestamp>,
}

fn rows(config: &Config, by: QuizBy, results: &[QuizResult]) -> Vec<QuizRow> {
    let mut gathered: BTreeMap<Option<&str>, Gathered<'_>> = BTreeMap::new();
    for person in config.people.values() {
        match by {
            QuizBy::Unit => {
                let unit = gathered.entry(person.unit.as_deref()).or_default();
                unit.people.insert(&person.id);
            }
            QuizBy::Person => {
                gathered.entry(Some(&person.id)).or_default().people.insert(&person.id);
            }
            QuizBy::Case => {}
        }
    }
    if by == QuizBy::Case {
        let everybody: BTreeSet<&str> = config.people.keys().map(String::as_str).collect();
        for case in config.cases.iter().filter(|case| !case.questions.is_empty()) {
            gathered.entry(Some(&case.id)).or_default().people.clone_from(&everybody);
        }
    }
    for result in results {
        let id = match by {
            QuizBy::Unit => result.unit.as_deref(),
            QuizBy::Person => Some(result.person.as_str()),
            QuizBy::Case => Some(result.case.as_str()),
        };
        let row = gathered.entry(id).or_default();
        // Who has left the unit or the bank since was one of them when they took it.
        row.people.insert(&result.person);
        row.trained.insert(&result.person);
        row.quizzes += 1;
        row.questions += result.questions;
        row.right += result.right;
        row.last_at = row.last_at.max(Some(result.at));
    }
    gathered.into_iter().map(|(id, row)| finished(config, by, id, &row)).collect()
}

fn finished(config: &Config, by: QuizBy, id: Option<&str>, row: &Gathered<'_>) -> QuizRow {
    let count = |set: &BTreeSet<&str>| u32::try_from(set.len()).unwrap_or(u32::MAX);
    let locale = config.organisation.locale;
    let name = id.and_then(|id| match by {
        QuizBy::Unit => None,
        QuizBy::Person => config.people.get(id).map(|person| person.name.clone()),
        QuizBy::Case => {
            let case = config.cases.iter().find(|case| case.id == id);
            case.map(|case| case.title.get(locale).to_owned())
        }
    });
    QuizRow {
        id: id.map(str::to_owned),
        name,
        people: count(&row.people),
        trained: count(&row.trained),
        quizzes: row.quizzes,
        questions: row.questions,
        right: row.right,
        last_at: row.last_at.map(|at| at.to_string()),
    }
}
