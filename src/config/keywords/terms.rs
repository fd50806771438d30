//! What a term, an id and a weight must be, wherever in the keyword files they stand.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use toml::Spanned;

use super::super::toml_file::within_string;
use super::super::{Finding, TomlFile};
use super::raw;
use crate::model::Example;
use crate::model::query::{Inflection, Query, Term};
use crate::query::{Lists, Reading, covers, is_short, listed, parse};
use crate::text::{fold, is_han};

/// One file under check, and what was found in it so far.
pub(super) struct Check<'a> {
    pub file: &'a TomlFile,
    pub lists: &'a Lists,
    pub findings: &'a mut Vec<Finding>,
}

impl Check<'_> {
    /// A list that must hold terms.
    pub fn required_terms(&mut self, list: &raw::Terms, key: &str) -> Vec<Term> {
        if list.as_ref().is_empty() {
            let what = format!("`{key}` is empty");
            self.error(list, what, "write at least one term, or remove the table".to_owned());
        }
        self.terms(list)
    }

    /// A list that may be missing. A list that is given must hold terms too.
    pub fn optional_terms(&mut self, list: Option<&raw::Terms>) -> Vec<Term> {
        list.map(|list| self.terms(list)).unwrap_or_default()
    }

    /// A query; none if it cannot be read. `may_only_deny` where it narrows something else.
    pub fn query(
        &mut self,
        written: Option<&Spanned<String>>,
        stem: Option<Inflection>,
        may_only_deny: bool,
    ) -> Option<Query> {
        let written = written?;
        let reading =
            Reading { lists: Some(self.lists), stem, may_only_deny, ..Reading::default() };
        let place = |span| within_string(self.file.text(), written, span);
        match parse(written.as_ref(), &reading) {
            Ok(parsed) => {
                let doubts = parsed.doubts.into_iter();
                let warnings = doubts
                    .map(|doubt| self.file.warning(place(doubt.span), doubt.message, doubt.remedy));
                self.findings.extend(warnings);
                Some(parsed.query)
            }
            Err(error) => {
                let error = self.file.error(place(error.span), error.message, error.remedy);
                self.findings.push(error);
                None
            }
        }
    }

    /// A list of cue words, in which single letters are usual (`no` is `不`).
    pub fn cues(&mut self, list: Option<&raw::Terms>) -> Vec<String> {
        let Some(list) = list else { return Vec::new() };
        self.each_term(list)
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
        if !fold(stem).text.chars().any(char::is_alphanumeric) {
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

    /// The terms of a list, with those of the lists that it names.
    fn terms(&mut self, list: &raw::Terms) -> Vec<Term> {
        let mut terms: Vec<(Term, Option<&Spanned<String>>)> = Vec::new();
        for written in list.as_ref() {
            if let Some(name) = written.as_ref().trim().strip_prefix('@') {
                match self.lists.terms(name) {
                    Ok(more) => terms.extend(more.into_iter().map(|term| (term, None))),
                    Err(error) => {
                        let remedy =
                            format!("make lists/{name}.txt, or write a handle as `=@{name}`");
                        self.error(written, error.to_string(), remedy);
                    }
                }
            } else if let Some(term) = self.listed(written) {
                terms.push((term, Some(written)));
            }
        }
        self.warn_of_idle(&terms);
        terms.into_iter().map(|(term, _)| term).collect()
    }

    /// A term of a list by itself.
    pub fn listed(&mut self, written: &Spanned<String>) -> Option<Term> {
        if written.as_ref().contains(['\n', '\r']) {
            let what = "a term runs over a line break".to_owned();
            self.error(written, what, "write it on one line".to_owned());
            return None;
        }
        match listed(written.as_ref()) {
            Ok(term) => Some(term),
            Err(error) => {
                self.error(written, error.message, error.remedy);
                None
            }
        }
    }

    /// Warns of terms that say nothing new, and of such as say too much.
    fn warn_of_idle(&mut self, terms: &[(Term, Option<&Spanned<String>>)]) {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (term, written) in terms {
            let first = seen.insert(fold(&term.text).text, &term.text);
            let Some(written) = written else { continue };
            if let Some(first) = first.filter(|first| !in_two_scripts(first, &term.text)) {
                let what = format!("`{}` is listed twice (also as `{first}`)", written.as_ref());
                self.warning(written, what, "keep one of the two");
            } else if is_short(term) {
                let what = format!("`{}` is so short that it will match often", written.as_ref());
                self.warning(written, what, "write a longer phrase, or `=` before it");
            }
        }
        let wide: Vec<_> = terms.iter().filter(|(term, _)| term.text.ends_with('*')).collect();
        for (term, written) in terms {
            let wider = wide.iter().find(|(wide, _)| wide != term && covers(wide, term));
            if let (Some((wider, _)), Some(written)) = (wider, written) {
                let what = format!("`{}` is found by `{}` already", written.as_ref(), wider.text);
                self.warning(written, what, "remove it");
            }
        }
    }

    fn each_term(&mut self, list: &raw::Terms) -> Vec<String> {
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
