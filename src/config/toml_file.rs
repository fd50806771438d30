//! A TOML file whose every error knows its place.

use std::ops::Range;
use std::path::Path;
use std::string::FromUtf8Error;
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::explain::explain;
use super::mask::masked;
use super::{Finding, FindingSeverity};

/// Files above this size are refused: nobody edits them by hand.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The text of a TOML file and the name to report it by.
#[derive(Debug, Clone)]
pub struct TomlFile {
    name: String,
    text: Arc<str>,
    /// The text without secrets, made when the first finding shows it.
    shown: OnceLock<Arc<str>>,
    /// Where each line begins: ten thousand sources ask for their places.
    lines: Vec<usize>,
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
                "mend the path, or the permissions of the file",
            )
        })?;
        let text = String::from_utf8(bytes).map_err(|error| Self::not_utf8(&name, &error))?;
        Ok(Self::new(&name, text.strip_prefix('\u{feff}').unwrap_or(&text)))
    }

    /// Shows the line up to the first byte that is wrong.
    fn not_utf8(name: &str, error: &FromUtf8Error) -> Finding {
        let good = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        let what = "a character here is not UTF-8: the file was saved in another encoding";
        let end = good + char::REPLACEMENT_CHARACTER.len_utf8();
        Self::new(name, &text).error(good..end, what, "save the file as UTF-8 in the editor")
    }

    /// A text that comes from elsewhere (embedded, a test).
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        Self { name: name.to_owned(), text: text.into(), shown: OnceLock::new(), lines }
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
            let (mut what, remedy) = explain(message, span == (0..0));
            if self.text.get(..span.start).is_some_and(|before| before.ends_with('[')) {
                what = what.replacen("unknown key", "unknown section", 1);
            }
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
        let byte = byte.min(self.text.len());
        let line = self.lines.partition_point(|&begin| begin <= byte);
        let begin = line.checked_sub(1).and_then(|last| self.lines.get(last)).copied();
        let before = self.text.get(begin.unwrap_or(0)..byte).unwrap_or_default();
        (line, before.chars().count() + 1)
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
            source: Arc::clone(self.shown.get_or_init(|| masked(&self.text).into())),
        }
    }
}

/// The bytes of a file that a part of a string stands in. Where escapes make them differ from the string's own
/// letters, those are counted one by one.
pub(super) fn within_string(
    file: &str,
    string: &Spanned<String>,
    part: Range<usize>,
) -> Range<usize> {
    let span = string.span();
    let raw = file.get(span.clone()).unwrap_or_default();
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| raw.starts_with(quote));
    let Some(quote) = quotes else { return span };
    let mut open = quote.len();
    if quote.len() == 3 {
        let inner = raw.get(open..).unwrap_or_default();
        open += inner.len()
            - inner.strip_prefix("\r\n").or(inner.strip_prefix('\n')).unwrap_or(inner).len();
    }
    let escapes = quote.starts_with('"');
    let at = |wanted: usize| {
        let (mut raw_at, mut value_at) = (open, 0);
        while value_at < wanted {
            let Some(rest) = raw.get(raw_at..).filter(|rest| !rest.is_empty()) else { break };
            let mut chars = rest.chars();
            let first = chars.next().map_or(1, char::len_utf8);
            let (raw_length, value_length) = match (rest.starts_with('\\') && escapes, chars.next())
            {
                (false, _) => (first, first),
                (true, Some('u')) => (6, escaped_length(rest.get(2..6))),
                (true, Some('U')) => (10, escaped_length(rest.get(2..10))),
                (true, Some('\n' | '\r' | ' ' | '\t')) => {
                    let blanks = rest.get(1..).unwrap_or_default();
                    (1 + blanks.len() - blanks.trim_start().len(), 0)
                }
                (true, _) => (2, 1),
            };
            raw_at += raw_length;
            value_at += value_length;
        }
        (span.start + raw_at).min(span.end)
    };
    at(part.start)..at(part.end)
}

fn escaped_length(hex: Option<&str>) -> usize {
    let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
    code.and_then(char::from_u32).map_or(1, char::len_utf8)
}
