//! What is wrong with a query, where, and what to write instead.

use std::ops::Range;

use thiserror::Error;

/// A query that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}; {remedy}")]
pub struct QueryError {
    /// The bytes of the query that are meant.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

impl QueryError {
    pub(super) fn new(
        span: Range<usize>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { span, message: message.into(), remedy: remedy.into() }
    }
}

/// Something that can be read but is hardly meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The bytes of the query that are meant.
    pub span: Range<usize>,
    /// What looks wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}
