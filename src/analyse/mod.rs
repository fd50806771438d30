//! What a text says, about whom, and how well: language, topics, risk categories, opinion.
//!
//! Pure: keywords and text in, plain data out. Knows no clock, network, store or source, and
//! nothing of stories or severities.

mod article;
mod engine;
mod error;
mod examples;
mod function_words;
mod han;
mod joined;
mod language;
pub mod matching;
mod name;
mod ngrams;
mod occurrence;
mod opinion;
mod vocabulary;

pub use engine::{Engine, Matches};
pub use error::CompileError;
pub use examples::{FailedExample, run_examples};
pub use language::detect_language;
pub use name::occurrences_of;
pub use opinion::model::{
    Head, Lesson, ModelError, OpinionModel, Refusal, SetFigures, Trained, train,
};
pub use opinion::weigh_in;
