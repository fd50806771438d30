//! `atalaya inspect language`: which language a text is in.

use std::io::Read;
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::jsonl;
use crate::analyse::detect_language;

/// Text on standard input, or JSON Lines of `{"id","text"}`.
#[derive(Args)]
pub struct Language {
    /// Read JSON Lines and answer each line
    #[arg(long)]
    jsonl: bool,
}

#[derive(Deserialize)]
struct Question {
    text: String,
}

/// A line of the answer, beside its `id`.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct LanguageRow {
    /// BCP-47, null where there is nothing to tell by.
    language: Option<String>,
    /// 0 to 1.
    confidence: f64,
}

impl Language {
    /// Answers standard input.
    ///
    /// # Errors
    /// Only if standard input or output fails.
    pub fn run(&self) -> std::io::Result<ExitCode> {
        if self.jsonl {
            return jsonl::parallel(|question: Question| Ok(answer(&question.text)));
        }
        let mut text = String::new();
        std::io::stdin().lock().take(super::MAX_TEXT_BYTES).read_to_string(&mut text)?;
        Ok(super::print_json(&answer(&text)))
    }
}

fn answer(text: &str) -> LanguageRow {
    match detect_language(text) {
        Some((language, confidence)) => LanguageRow { language: Some(language), confidence },
        None => LanguageRow { language: None, confidence: 0.0 },
    }
}
