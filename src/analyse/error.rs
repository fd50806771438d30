//! Why keywords could not be compiled.

/// Keywords that pass `config` and queries that pass `query` never give any but the last, which means
/// fewer terms.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// A term without a letter. Check the keyword files.
    #[error("the term `{0}` has no letter to look for")]
    EmptyTerm(String),
    /// A regular expression that is none, or too large.
    #[error("the expression /{0}/ cannot be used")]
    Expression(String, #[source] Box<regex::Error>),
    /// Parts within parts beyond a hundred.
    #[error("the query is nested too deep")]
    TooDeep,
    /// A day at the end of the calendar.
    #[error("a day is out of range")]
    Day,
    /// More terms than the automaton can hold.
    #[error("too many terms for one automaton")]
    TooMany(#[from] aho_corasick::BuildError),
    /// A model's file is unusable.
    #[error("the opinion model {0}")]
    Model(#[from] super::ModelError),
}
