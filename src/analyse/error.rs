//! Why keywords could not be compiled.

/// Keywords that pass `config` never give the first; the second means fewer terms.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// A term without a letter. Check the keyword files.
    #[error("the term `{0}` has no letter to look for")]
    EmptyTerm(String),
    /// More terms than the automaton can hold.
    #[error("too many terms for one automaton")]
    TooMany(#[from] aho_corasick::BuildError),
    /// A model's file is unusable.
    #[error("the opinion model {0}")]
    Model(#[from] super::ModelError),
}
