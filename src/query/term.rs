//! A term as it stands in a list of the keyword files.

use crate::model::query::{Form, Inflection, Query, Term};

/// Reads a term of a list: a trailing `*` frees the ending, any other term is found in the plural too
/// where it has one.
#[must_use]
pub fn term(written: &str) -> Term {
    let text = written.trim();
    let inflection = if text.ends_with('*') { Inflection::None } else { Inflection::Plural };
    Term { text: text.to_owned(), form: Form::Folded(inflection) }
}

/// Any of a list's terms, but not where they are part of one of `exclude`.
#[must_use]
pub fn any_of(terms: &[String], exclude: &[String]) -> Query {
    let any = |terms: &[String]| {
        Query::Any(terms.iter().map(|written| Query::Term(term(written))).collect())
    };
    if exclude.is_empty() {
        return any(terms);
    }
    Query::Except { of: Box::new(any(terms)), within: Box::new(any(exclude)) }
}
