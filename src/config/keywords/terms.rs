//! What a term, an id and a weight must be, wherever in the keyword files they stand.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use toml::Spanned;

use super::super::{Finding, TomlFile};
use super::raw;
use crate::model::Example;
use crate::text::{fold, is_han};

/// One file under check, and what was found in it so far.
pub(super) struct Check<'a> {
    pub file: &'a TomlFile,
    pub findings: &'a mut Vec<Finding>,
}

impl Check<'_> {
    /// A list that must hold terms.
    pub fn required_terms(&mut self, list: &raw::Terms, key: &str) -> Vec<String> {
        if list.as_ref().is_empty() {
            let what = format!("`{key}` is empty");
            self.error(list, what, "write at least one term, or remove the table".to_owned());
        }
        self.terms(list)
    }

    /// A list that may be missing. A list that is given must hold terms too.
    pub fn optional_terms(&mut self, list: Option<&raw::Terms>) -> Vec<String> {
        list.map(|list| self.terms(list)).unwrap_or_default()
    }

    /// A list of cue words, in which single letters are usual (`no` is `不`).
    pub fn cues(&mut self, list: Option<&raw::Terms>) -> Vec<String> {
        let Some(list) = list else { return Vec::new() };
        self.each_term(list, false)
    }

    /// A term by itself; says whether it can be used.
    pub fn term(&mut self, term: &Spanned<String>) -> bool {
        let written = term.as_ref();
        let stem = written.strip_suffix('*').unwrap_or(written);
        if stem.contains('*') {
            let what = format!("`{written}` has a `*` that is not at its end");
            self.error(term, what, "a term may only end in one `*`".to_owned());
            return false;
        }
        if written.chars().any(|c| matches!(c, '\n' | '\r')) {
            let what = "a term runs over a line break".to_owned();
            self.error(term, what, "write it on one line".to_owned());
            return false;
        }
        if fold(stem).text.trim().is_empty() {
            let what = format!("the term `{written}` has no letter to look for");
            self.error(term, what, "write a word, or remove it".to_owned());
            return false;
        }
        true
    }

    /// A number within bounds; says whether it is.
    pub fn number(
        &mut self,
        number: &Spanned<f64>,
        name: &str,
        range: RangeInclusive<f64>,
    ) -> bool {
        let value = *number.as_ref();
        if range.contains(&value) {
            return true;
        }
        let what = format!("{name} {value} is out of range");
        let remedy = format!("write a number from {} to {}", range.start(), range.end());
        self.error(number, what, remedy);
        false
    }

    /// An id: not blank, and the only one of its kind among `seen`.
    pub fn id(&mut self, id: &Spanned<String>, kind: &str, seen: &mut HashMap<String, String>) {
        let name = id.as_ref();
        if name.trim().is_empty() {
            self.error(id, format!("the {kind} has a blank id"), "give it a name".to_owned());
            return;
        }
        let here = self.place(id);
        if let Some(first) = seen.get(name) {
            let what = format!("the {kind} id `{name}` is taken by {first}");
            self.error(id, what, "give one of the two another id".to_owned());
        } else {
            seen.insert(name.to_owned(), here);
        }
    }

    /// Examples with their places.
    pub fn examples(&self, examples: &[raw::Example]) -> Vec<Example> {
        let example = |raw: &raw::Example| Example {
            text: raw.text.as_ref().clone(),
            expect: raw.expect,
            place: self.place(&raw.text),
        };
        examples.iter().map(example).collect()
    }

    /// An error at the place of `at`.
    pub fn error<T>(&mut self, at: &Spanned<T>, what: String, remedy: String) {
        self.findings.push(self.file.error(at.span(), what, remedy));
    }

    /// A warning at the place of `at`.
    pub fn warning<T>(&mut self, at: &Spanned<T>, what: String, remedy: &str) {
        self.findings.push(self.file.warning(at.span(), what, remedy));
    }

    fn terms(&mut self, list: &raw::Terms) -> Vec<String> {
        self.each_term(list, true)
    }

    fn each_term(&mut self, list: &raw::Terms, warn_of_letters: bool) -> Vec<String> {
        let mut seen = HashMap::new();
        let mut kept = Vec::with_capacity(list.as_ref().len());
        for term in list.as_ref() {
            if !self.term(term) {
                continue;
            }
            let folded = fold(term.as_ref()).text;
            if let Some(first) = seen.insert(folded.clone(), term.as_ref().clone())
                && !in_two_scripts(&first, term.as_ref())
            {
                let what = format!("`{}` is listed twice (also as `{first}`)", term.as_ref());
                self.warning(term, what, "keep one of the two");
                continue;
            }
            if warn_of_letters && folded.trim_end_matches('*').trim().chars().count() == 1 {
                let what = format!("`{}` is a single letter and will match often", term.as_ref());
                self.warning(term, what, "write a longer phrase");
            }
            kept.push(term.as_ref().clone());
        }
        kept
    }

    fn place<T>(&self, at: &Spanned<T>) -> String {
        format!("{}:{}", self.file.name(), self.file.place(at.span().start).0)
    }
}

/// Whether two terms that fold alike are the traditional and the simplified form of one: writing both is idle
/// and no mistake.
pub(super) fn in_two_scripts(a: &str, b: &str) -> bool {
    let han = |term: &str| term.chars().filter(|&c| is_han(c)).collect::<String>();
    han(a) != han(b)
}
