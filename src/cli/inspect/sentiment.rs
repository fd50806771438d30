//! `atalaya inspect sentiment`: what a text says of a target, by the words inside the program.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;

use super::jsonl;
use crate::analyse::{Engine, occurrences_of};
use crate::model::Polarity;

/// Text on standard input, or JSON Lines of `{"id","text","target"?,"language"?}`.
#[derive(Args)]
pub struct Sentiment {
    /// Read JSON Lines and answer each line
    #[arg(long)]
    jsonl: bool,
    /// Whom the text is asked about; the whole text is judged if missing
    #[arg(long, conflicts_with = "jsonl")]
    target: Option<String>,
    /// Directory with categories/ and lexicon/, instead of those inside the program
    #[arg(long, value_name = "DIR")]
    keywords: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Question {
    text: String,
    target: Option<Target>,
    language: Option<String>,
}

/// A place in the text or a name to look for.
#[derive(Deserialize)]
#[serde(untagged)]
enum Target {
    Place { from: usize, to: usize },
    Name(String),
}

impl Sentiment {
    /// Answers standard input.
    ///
    /// # Errors
    /// Only if standard input or output fails.
    pub fn run(&self) -> std::io::Result<ExitCode> {
        let engine = match engine(self.keywords.as_deref()) {
            Ok(engine) => engine,
            Err(code) => return Ok(code),
        };
        if self.jsonl {
            return jsonl::parallel(|question: Question| answer(&engine, &question));
        }
        let mut text = String::new();
        std::io::stdin().lock().take(super::MAX_TEXT_BYTES).read_to_string(&mut text)?;
        let places = self.target.as_deref().map(|name| occurrences_of(&text, name));
        Ok(super::print_json(&engine.opinion(&text, &places.unwrap_or_default(), None)))
    }
}

/// Lexicons and categories; whom the topics watch has no part in it.
fn engine(dir: Option<&Path>) -> Result<Engine, ExitCode> {
    let mut keywords = super::keywords(dir)?;
    keywords.topics.clear();
    super::compile(&keywords)
}

fn answer(engine: &Engine, question: &Question) -> Result<Polarity, String> {
    let places = places(question)?;
    Ok(engine.opinion(&question.text, &places, question.language.as_deref()))
}

/// Where the target stands; nowhere if its name does not occur.
fn places(question: &Question) -> Result<Vec<Range<usize>>, String> {
    match question.target.as_ref() {
        None => Ok(Vec::new()),
        Some(Target::Name(name)) => Ok(occurrences_of(&question.text, name)),
        Some(&Target::Place { from, to }) => {
            if from < to && to <= question.text.chars().count() {
                Ok(std::iter::once(from..to).collect())
            } else {
                Err(format!("the target {from}..{to} does not lie in the text"))
            }
        }
    }
}
