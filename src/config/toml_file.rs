//! A TOML file whose every error knows its place.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Finding, FindingSeverity};

/// Files above this size are refused: nobody edits them by hand.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The text of a TOML file and the name to report it by.
#[derive(Debug, Clone)]
pub struct TomlFile {
    name: String,
    text: Arc<str>,
}

impl TomlFile {
    /// Reads a file.
    ///
    /// # Errors
    /// A finding if it cannot be read, is not UTF-8 or is too large.
    pub fn read(path: &Path) -> Result<Self, Finding> {
        let name = path.display().to_string();
        let empty = Self::new(&name, "");
        let size = std::fs::metadata(path).map(|meta| meta.len());
        if size.is_ok_and(|bytes| bytes > MAX_BYTES) {
            return Err(empty.error(0..0, "the file is larger than 16 MiB", "split it"));
        }
        let bytes = std::fs::read(path).map_err(|error| {
            empty.error(
                0..0,
                format!("cannot be read: {error}"),
                "check the path and its permissions",
            )
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            empty.error(0..0, format!("is not UTF-8: {}", error.utf8_error()), "save it as UTF-8")
        })?;
        Ok(Self::new(&name, text.strip_prefix('\u{feff}').unwrap_or(&text)))
    }

    /// A text that comes from elsewhere (embedded, a test).
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.into() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads the text as `T`.
    ///
    /// # Errors
    /// The first place where it does not fit, with what would.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Finding> {
        toml::from_str(&self.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().trim();
            let (what, remedy) = explain(message);
            self.error(span, what, remedy)
        })
    }

    /// An error at a place.
    #[must_use]
    pub fn error(
        &self,
        span: Range<usize>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        self.finding(FindingSeverity::Error, span, what.into(), remedy.into())
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(
        &self,
        span: Range<usize>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        self.finding(FindingSeverity::Warning, span, what.into(), remedy.into())
    }

    /// Line and column (in characters) of a byte, both from 1.
    #[must_use]
    pub fn place(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// The name that findings give.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn finding(
        &self,
        severity: FindingSeverity,
        span: Range<usize>,
        what: String,
        remedy: String,
    ) -> Finding {
        let (line, column) = self.place(span.start);
        Finding {
            file: self.name.clone(),
            line,
            column,
            severity,
            what,
            remedy,
            span,
            source: Arc::clone(&self.text),
        }
    }
}

/// Turns serde's message into what is wrong and what to write, with the nearest known key.
fn explain(message: &str) -> (String, String) {
    let Some((unknown, known)) = unknown_key(message) else {
        return (message.to_owned(), remedy_for(message));
    };
    let nearest = known
        .iter()
        .map(|key| (strsim::damerau_levenshtein(&unknown, key), key))
        .filter(|(distance, key)| *distance <= 2.max(key.len() / 3))
        .min();
    let what = format!("unknown key or value `{unknown}`");
    let remedy = match nearest {
        Some((_, key)) => format!("did you mean `{key}`?"),
        None if known.is_empty() => "remove it".to_owned(),
        None => format!("known here: {}", known.join(", ")),
    };
    (what, remedy)
}

/// Reads "unknown field `x`, expected one of `a`, `b`" as serde writes it.
fn unknown_key(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message
        .strip_prefix("unknown field ")
        .or_else(|| message.strip_prefix("unknown variant "))?;
    let mut quoted = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    let unknown = quoted.next()?;
    Some((unknown, quoted.collect()))
}

fn remedy_for(message: &str) -> String {
    if let Some(field) = message.strip_prefix("missing field ") {
        format!("add {field}")
    } else if message.starts_with("duplicate") {
        "keep one of the two".to_owned()
    } else if message.starts_with("invalid type") || message.starts_with("invalid value") {
        "write a value of the expected kind".to_owned()
    } else {
        "mend the TOML syntax here (https://toml.io)".to_owned()
    }
}
