//! What a query can and cannot hold for, told from its tree alone.

use std::collections::HashSet;

use crate::model::query::{Form, Inflection, Query, Term};
use crate::text::fold;

/// Comparisons of two queries' parts that are made at most: rules are compared in pairs.
const MAX_COMPARED: usize = 250_000;

/// Whether a query holds only for articles that have something of it: false for `NOT holiday`, which holds for
/// nearly everything.
#[must_use]
pub fn needs_something(query: &Query) -> bool {
    match query {
        Query::Any(parts) => parts.iter().all(needs_something),
        Query::All(parts) => parts.iter().any(needs_something),
        Query::AtLeast { count, of } => {
            let free = of.iter().filter(|part| !needs_something(part)).count();
            free < usize::try_from(*count).unwrap_or(usize::MAX)
        }
        Query::Not(part) => denial_needs_something(part),
        Query::In { query, .. } => needs_something(query),
        _ => true,
    }
}

/// As [`needs_something`] of the query's denial.
fn denial_needs_something(query: &Query) -> bool {
    match query {
        Query::Any(parts) => parts.iter().any(denial_needs_something),
        Query::All(parts) => parts.iter().all(denial_needs_something),
        Query::AtLeast { count, of } => {
            // Its denial: so many of the parts do not hold.
            let denied =
                (of.len() + 1).saturating_sub(usize::try_from(*count).unwrap_or(usize::MAX));
            of.iter().filter(|part| !denial_needs_something(part)).count() < denied
        }
        Query::Not(part) => needs_something(part),
        Query::In { query, .. } => denial_needs_something(query),
        _ => false,
    }
}

/// Whether a query surely never holds: it asks for what it denies, or has no part that could hold.
#[must_use]
pub fn never_holds(query: &Query) -> bool {
    match query {
        Query::Any(parts) => parts.iter().all(never_holds),
        Query::All(parts) => {
            let contradicts = |part: &Query| match part {
                Query::Not(denied) => parts.iter().any(|other| implies(other, denied)),
                _ => false,
            };
            parts.iter().any(|part| never_holds(part) || contradicts(part))
        }
        Query::AtLeast { count, of } => {
            let possible = of.iter().filter(|part| !never_holds(part)).count();
            possible < usize::try_from(*count).unwrap_or(usize::MAX)
        }
        Query::Near { first, second, .. } => never_holds(first) || never_holds(second),
        Query::Same { parts, .. } => parts.iter().any(never_holds),
        Query::Except { of, within } => never_holds(of) || lies_within(of, within),
        Query::In { query, .. } => never_holds(query),
        _ => false,
    }
}

/// Whether every place of a query is one of the other.
fn lies_within(query: &Query, other: &Query) -> bool {
    match (query, other) {
        (Query::Any(parts), _) => parts.iter().all(|part| lies_within(part, other)),
        (_, Query::Any(parts)) => parts.iter().any(|part| lies_within(query, part)),
        (Query::Term(term), Query::Term(wider)) => covers(wider, term),
        _ => query == other,
    }
}

/// Whether a query surely holds wherever the other does: `a` implies `a OR b`. False if it cannot be told.
#[must_use]
pub fn implies(query: &Query, wider: &Query) -> bool {
    implied(query, wider, &mut MAX_COMPARED.clone())
}

fn implied(query: &Query, wider: &Query, left: &mut usize) -> bool {
    if *left == 0 {
        return false;
    }
    *left -= 1;
    match (query, wider) {
        (Query::Term(term), Query::Term(wide)) => covers(wide, term),
        (Query::Any(parts), Query::Any(wide)) if all_terms(parts) && all_terms(wide) => {
            let known: HashSet<&Term> = wide.iter().filter_map(as_term).collect();
            let is_known = |part: &Query| as_term(part).is_some_and(|term| known.contains(term));
            parts.iter().all(|part| is_known(part) || implied(part, wider, left))
        }
        (Query::Any(parts), _) => parts.iter().all(|part| implied(part, wider, left)),
        (_, Query::All(wide)) => wide.iter().all(|wide| implied(query, wide, left)),
        (Query::All(parts), Query::Any(wide)) => {
            parts.iter().any(|part| implied(part, wider, left))
                || wide.iter().any(|wide| implied(query, wide, left))
        }
        (_, Query::Any(wide)) => wide.iter().any(|wide| implied(query, wide, left)),
        (Query::All(parts) | Query::Same { parts, .. }, _) => {
            query == wider || parts.iter().any(|part| implied(part, wider, left))
        }
        (Query::Near { first, second, .. }, _) => {
            query == wider || implied(first, wider, left) || implied(second, wider, left)
        }
        (Query::In { field, query: inner }, Query::In { field: other, query: wide })
            if field == other =>
        {
            implied(inner, wide, left)
        }
        (Query::Except { of: inner, .. } | Query::In { query: inner, .. }, _) => {
            query == wider || implied(inner, wider, left)
        }
        _ => query == wider,
    }
}

fn all_terms(parts: &[Query]) -> bool {
    parts.iter().all(|part| matches!(part, Query::Term(_)))
}

fn as_term(query: &Query) -> Option<&Term> {
    match query {
        Query::Term(term) => Some(term),
        _ => None,
    }
}

/// Whether a term stands wherever the other does: `fraud*` covers `fraudster`, `bank` covers `=Bank`.
#[must_use]
pub fn covers(wide: &Term, term: &Term) -> bool {
    if wide == term {
        return true;
    }
    let Form::Folded(inflection) = wide.form else { return false };
    // A name in capitals has no plural, its small letters have.
    let same_form = match term.form {
        Form::Exact | Form::Folded(Inflection::None) => true,
        Form::Folded(other) => inflection == other && wide.text == term.text,
        Form::Disguised => false,
    };
    let text = fold(&term.text).text;
    if term.text.contains(['*', '?']) && term.text != wide.text {
        let stem = wide.text.strip_suffix('*').map(|stem| fold(stem).text);
        return stem.is_some_and(|stem| is_one_word(&stem) && begins(&text, &stem));
    }
    match wide.text.strip_suffix('*') {
        Some(stem) if !stem.contains(['*', '?']) && is_one_word(stem) => {
            is_one_word(&text) && begins(&text, &fold(stem).text)
        }
        _ => same_form && fold(&wide.text).text == text,
    }
}

fn begins(text: &str, stem: &str) -> bool {
    is_one_word(text) && text.starts_with(stem) && !stem.is_empty()
}

fn is_one_word(text: &str) -> bool {
    text.chars().all(|c| crate::text::is_spaced(c) || matches!(c, '*' | '?')) && !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{implies, never_holds};
    use crate::model::query::Query;
    use crate::query::{Reading, parse};

    fn query(text: &str) -> Query {
        let reading = Reading { may_only_deny: true, ..Reading::default() };
        parse(text, &reading).unwrap_or_else(|error| panic!("{text}: {error}")).query
    }

    #[test]
    fn what_never_holds() {
        for text in [
            "bank NOT bank",
            "a1b AND (c OR NOT NOT d) NOT c NOT d NOT a1b",
            "fraudster NOT fraud*",
            "\"bank\" EXCEPT bank*",
            "title:(bank -bank)",
            "(bank NOT bank) OR (loan NOT loan)",
        ] {
            assert!(never_holds(&query(text)), "{text}");
        }
        for text in [
            "bank NOT \"bank holiday\"",
            "fraud* NOT fraudster",
            "bank EXCEPT \"bank holiday\"",
            "=Bank NOT =bank",
        ] {
            assert!(!never_holds(&query(text)), "{text}");
        }
    }

    #[test]
    fn what_implies_what() {
        for (narrow, wide) in [
            ("bank", "bank OR loan"),
            ("bank AND loan", "loan"),
            ("bank OR loan", "loan OR bank OR fee"),
            ("fraudster", "fraud*"),
            ("\"bank\"", "bank"),
            ("=Bank", "bank"),
            ("bank NEAR/3 loan", "loan"),
            ("title:bank", "bank"),
            ("bank EXCEPT river", "bank"),
            ("bank loan fee", "bank fee"),
        ] {
            assert!(implies(&query(narrow), &query(wide)), "{narrow} => {wide}");
            assert!(!implies(&query(wide), &query(narrow)), "{wide} => {narrow}");
        }
    }
}
