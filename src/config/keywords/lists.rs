//! Lists of terms: TOML, or plain text with one term a line (`.txt`) or row (`.csv`, its first column), in the
//! encoding that an editor or a spreadsheet chose.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use super::super::{Finding, TomlFile};
use super::raw;
use super::terms::Check;
use crate::model::query::{Form, Inflection};
use crate::query::{Entry, listed};
use crate::text::{DocumentKind, decode, fold};

/// Larger files are no lists.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// What the first row of a table is called, in which case it is no term.
const HEADERS: [&str; 9] =
    ["term", "terms", "keyword", "keywords", "termino", "terminos", "palabra", "词", "词语"];

/// A term or list and its bytes in the file.
pub(super) type Placed = (Entry, Range<usize>);

/// Reads a plain list, whatever its encoding: byte order mark, UTF-8, or what the letters look like.
pub(super) fn read_plain(path: &Path) -> Result<TomlFile, Finding> {
    let name = path.display().to_string();
    let empty = TomlFile::new(&name, "");
    if std::fs::metadata(path).is_ok_and(|meta| meta.len() > MAX_BYTES) {
        return Err(empty.error(0..0, "the file is larger than 16 MiB", "split it"));
    }
    let bytes = std::fs::read(path).map_err(|error| {
        let remedy = "mend the path, or the permissions of the file";
        empty.error(0..0, format!("cannot be read: {error}"), remedy)
    })?;
    let decoded = decode(&bytes, None, DocumentKind::Xml);
    let file = TomlFile::new(&name, &decoded.text);
    if let Some(at) = decoded.text.find(char::REPLACEMENT_CHARACTER) {
        let what = format!("a character here cannot be read as {}", decoded.encoding);
        let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
        return Err(file.error(at..end, what, "save the file as UTF-8 in the editor"));
    }
    Ok(file)
}

/// The entries of a TOML list.
pub(super) fn of_toml(check: &mut Check, raw: &raw::List) -> Vec<Placed> {
    let inflection = match raw.inflect.as_ref().map(|inflect| inflect.as_ref().as_str()) {
        None => None,
        Some("es") => Some(Inflection::Spanish),
        Some("en") => Some(Inflection::English),
        Some(_) => {
            if let Some(inflect) = &raw.inflect {
                let what = format!("`{}` is not a language with inflection", inflect.as_ref());
                check.error(inflect, what, "write \"es\" or \"en\", or remove it".to_owned());
            }
            None
        }
    };
    if raw.disguised && inflection.is_some() {
        let what = "`disguised` and `inflect` do not go together".to_owned();
        check.error(&raw.terms, what, "make two lists of it".to_owned());
    }
    let mut entries = Vec::new();
    for written in raw.terms.as_ref() {
        if let Some(name) = written.as_ref().trim().strip_prefix('@') {
            entries.push((Entry::List(name.to_owned()), written.span()));
        } else if let Some(mut term) = check.listed(written) {
            // What a term says of itself stands.
            if term.form == Form::Folded(Inflection::Plural) {
                term.form = match (raw.disguised, inflection) {
                    (true, _) => Form::Disguised,
                    (false, Some(inflection)) => Form::Folded(inflection),
                    (false, None) => term.form,
                };
            }
            entries.push((Entry::Term(term), written.span()));
        }
    }
    entries
}

/// The entries of a plain list. Lines that begin with `#` and a blank are remarks.
pub(super) fn of_lines(file: &TomlFile, findings: &mut Vec<Finding>) -> Vec<Placed> {
    let is_table = file.name().to_lowercase().ends_with(".csv");
    let mut entries = Vec::new();
    let mut start = 0;
    for (number, line) in file.text().split_inclusive('\n').enumerate() {
        let cell = if is_table { first_cell(line) } else { line.trim().to_owned() };
        let span = start..start + line.trim_end().len();
        start += line.len();
        let cell = cell.trim();
        let is_header = is_table && number == 0 && HEADERS.contains(&&*fold(cell).text);
        if cell.is_empty() || cell == "#" || cell.starts_with("# ") || is_header {
            continue;
        }
        match cell.strip_prefix('@') {
            Some(name) => entries.push((Entry::List(name.to_owned()), span)),
            None => match listed(cell) {
                Ok(term) => entries.push((Entry::Term(term), span)),
                Err(error) => findings.push(file.error(span, error.message, error.remedy)),
            },
        }
    }
    entries
}

/// The first column of a row (RFC 4180), by whichever sign parts the columns: Excel writes `;` where the comma
/// is the decimal sign, and tabs in UTF-16.
fn first_cell(row: &str) -> String {
    let row = row.trim();
    let Some(quoted) = row.strip_prefix('"') else {
        return row.split([',', ';', '\t']).next().unwrap_or_default().to_owned();
    };
    let mut cell = String::new();
    let mut chars = quoted.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '"' && chars.next_if_eq(&'"').is_none() {
            break;
        }
        cell.push(c);
    }
    cell
}

/// Warns of names that queries cannot write, empty lists, and terms that stand in two lists.
pub(super) fn check(
    check: &mut Check,
    name: &str,
    entries: &[Placed],
    met: &mut HashMap<String, String>,
) {
    let file = check.file;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(is_name) {
        let what = format!("`@{name}` cannot be written in a query");
        let remedy = "name the file by letters, digits, - and _";
        check.findings.push(file.error(0..0, what, remedy));
    }
    let here = format!("@{name}");
    if met.contains_key(&here) {
        let what = format!("there are two lists `{here}`");
        check.findings.push(file.error(0..0, what, "name one of the two files otherwise"));
    }
    met.insert(here.clone(), String::new());
    if entries.is_empty() {
        check.findings.push(file.warning(
            0..0,
            "the list is empty",
            "add terms, or remove the file",
        ));
    }
    for (entry, span) in entries {
        let Entry::Term(term) = entry else { continue };
        if let Some(other) = met.insert(fold(&term.text).text, here.clone()) {
            let what = format!("`{}` is in `{other}` already", term.text);
            check.findings.push(file.warning(span.clone(), what, "keep it in one of the two"));
        }
    }
}
