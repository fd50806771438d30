//! What is wrong in a file, where, and what to write instead.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

/// Whether a finding stops the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingSeverity {
    /// The configuration cannot be used.
    Error,
    /// It can, but somebody should look.
    Warning,
}

/// One thing that is wrong; the shape of `atalaya check --json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// Path as the user gave it.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Error or warning.
    pub severity: FindingSeverity,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
    /// The bytes of the file that are meant.
    #[serde(skip)]
    pub span: Range<usize>,
    /// The file's text, for showing the place.
    #[serde(skip)]
    pub source: Arc<str>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            FindingSeverity::Error => "error",
            FindingSeverity::Warning => "warning",
        };
        let Self { file, line, column, what, remedy, .. } = self;
        write!(f, "{file}:{line}:{column}: {severity}: {what}; {remedy}")
    }
}
