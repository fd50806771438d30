//! Terms as they stand in the lists of the keyword files.

use super::token::Written;
use super::{QueryError, operand};
use crate::model::query::{Form, Inflection, Query, Term};

/// Reads a term of a list: found in the plural too where it has one, unless it has `*` or `?` in it. The marks of
/// the language work here as well: `=IRA`, `multar~es`, `fraude~disguised`; quotes and operators are letters.
///
/// # Errors
/// If it has no letter, or marks that contradict each other.
pub fn listed(written: &str) -> Result<Term, QueryError> {
    let text = written.trim();
    let (exact, bare) = text.strip_prefix('=').map_or((false, text), |bare| (true, bare));
    let is_suffix =
        |suffix: &str| !suffix.is_empty() && suffix.chars().all(|c| c.is_ascii_lowercase());
    let (text, suffix) = match bare.rsplit_once('~').filter(|(_, suffix)| is_suffix(suffix)) {
        Some((text, suffix)) => (text, Some(suffix.to_owned())),
        None => (bare, None),
    };
    let written_as = Written { text: text.to_owned(), quoted: false, exact, suffix };
    operand::term(&written_as, None, &(0..written.len()))
}

/// As [`listed`], of a term that was checked before; one that cannot be read stands for its letters.
#[must_use]
pub fn term(written: &str) -> Term {
    listed(written).unwrap_or_else(|_| Term {
        text: written.trim().to_owned(),
        form: Form::Folded(Inflection::Plural),
    })
}

/// Any of some terms, but not where they are part of one of `exclude`.
#[must_use]
pub fn any_but(terms: Vec<Term>, exclude: Vec<Term>) -> Query {
    let any = |terms: Vec<Term>| Query::Any(terms.into_iter().map(Query::Term).collect());
    if exclude.is_empty() {
        return any(terms);
    }
    Query::Except { of: Box::new(any(terms)), within: Box::new(any(exclude)) }
}

/// As [`any_but`], of terms as written.
#[must_use]
pub fn any_of(terms: &[String], exclude: &[String]) -> Query {
    let read = |terms: &[String]| terms.iter().map(|written| term(written)).collect();
    any_but(read(terms), read(exclude))
}

#[cfg(test)]
mod tests {
    use super::{listed, term};
    use crate::model::query::{Form, Inflection};

    #[test]
    fn marks_of_listed_terms() {
        let form = |written: &str| {
            let term = listed(written).expect("read");
            (term.text, term.form)
        };
        let folded = |text: &str, inflection| (text.to_owned(), Form::Folded(inflection));
        assert_eq!(form(" tarjeta clonada "), folded("tarjeta clonada", Inflection::Plural));
        assert_eq!(form("fraud*"), folded("fraud*", Inflection::None));
        assert_eq!(form("multar~es"), folded("multar", Inflection::Spanish));
        assert_eq!(form("=IRA"), ("IRA".to_owned(), Form::Exact));
        assert_eq!(form("=@almenara"), ("@almenara".to_owned(), Form::Exact));
        assert_eq!(form("fraude~disguised"), ("fraude".to_owned(), Form::Disguised));
        assert_eq!(form("~20 %"), folded("~20 %", Inflection::Plural));
        assert!(listed("*").is_err() && listed("multa~fr").is_err() && listed("=a1~es").is_err());
        assert_eq!(term("!").text, "!");
    }
}
