//! `atalaya inspect match`: which topics and categories a text speaks of, and where.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;

use super::jsonl;
use crate::model::query::Document;

/// A text file, standard input, or JSON Lines of `{"id","title"?,"body"}`.
#[derive(Args)]
pub struct Match {
    /// Directory with topics/, categories/ and lexicon/
    #[arg(long, value_name = "DIR")]
    keywords: PathBuf,
    /// Read JSON Lines and answer each line
    #[arg(long, conflicts_with = "file")]
    jsonl: bool,
    /// A text whose first line is the headline; standard input if missing
    file: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Question {
    title: Option<String>,
    body: String,
}

impl Match {
    /// Answers the file or standard input; findings in the keyword files go to standard error.
    ///
    /// # Errors
    /// Only if input or output fails.
    pub fn run(&self) -> std::io::Result<ExitCode> {
        let engine = super::keywords(Some(&self.keywords)).and_then(|found| super::compile(&found));
        let engine = match engine {
            Ok(engine) => engine,
            Err(code) => return Ok(code),
        };
        if self.jsonl {
            return jsonl::parallel(|question: Question| {
                let title = question.title.unwrap_or_default();
                let (title, body) = (title.as_str(), question.body.as_str());
                Ok(engine.matches(&Document { title, body, ..Document::default() }))
            });
        }
        let text = self.text()?;
        let (title, body) = text.split_once('\n').unwrap_or((&text, ""));
        Ok(super::print_json(&engine.matches(&Document { title, body, ..Document::default() })))
    }

    fn text(&self) -> std::io::Result<String> {
        let mut text = String::new();
        match &self.file {
            Some(path) => {
                std::fs::File::open(path)?.take(super::MAX_TEXT_BYTES).read_to_string(&mut text)?
            }
            None => {
                std::io::stdin().lock().take(super::MAX_TEXT_BYTES).read_to_string(&mut text)?
            }
        };
        Ok(text)
    }
}
