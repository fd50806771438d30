//! From a query to a condition on words that must hold wherever the query holds.
//!
//! Computed from the tree alone. Terms become rows of words; what says nothing about words that an article
//! must have (NOT, expressions, fields) drops out; where nothing is left, an index is of no use.

use super::index::{cut, row, spaced};
use crate::model::condition::{Condition, WordRow};
use crate::model::query::{Bound, Form, Inflection, Query, RangeField, Term, TextField};
use crate::text::{fold, is_spaced};

/// More rows than this are not asked of an index: each costs it a walk.
const ROWS: usize = 256;
/// Deeper trees are not followed further.
const DEPTH: usize = 32;
/// Shortest beginning of a word, in characters, that narrows.
const PREFIX: usize = 3;
/// How far apart the index may count two words that the engine finds near: pairs of characters end one
/// word early.
const SLACK: u32 = 2;

/// What an article's words must be like for the query to hold; none if that cannot be said, or not
/// in few words.
#[must_use]
pub fn narrow(query: &Query) -> Option<Condition> {
    let condition = condition(query, DEPTH)?;
    (rows(&condition) <= ROWS).then_some(condition)
}

/// Days and severities without which a query cannot hold.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ranges {
    /// Publication, else finding, from this day.
    pub from: Option<jiff::civil::Date>,
    /// To this day, included.
    pub to: Option<jiff::civil::Date>,
    /// Whether the story must have a severity.
    pub judged: bool,
    /// Whether the query asks for a severity anywhere.
    pub weighed: bool,
}

/// The ranges that every article must be in.
#[must_use]
pub fn ranges(query: &Query) -> Ranges {
    let mut found = Ranges::default();
    collect(query, &mut found, DEPTH);
    found.weighed = found.judged || weighs(query);
    found
}

fn weighs(query: &Query) -> bool {
    match query {
        Query::Between { field, .. } => *field == RangeField::Severity,
        Query::Any(parts) | Query::All(parts) | Query::AtLeast { of: parts, .. } => {
            parts.iter().any(weighs)
        }
        Query::Not(part) | Query::In { query: part, .. } => weighs(part),
        // Their parts are words.
        Query::Term(_)
        | Query::Matches(_)
        | Query::Near { .. }
        | Query::Same { .. }
        | Query::Except { .. }
        | Query::Meta { .. } => false,
    }
}

fn collect(query: &Query, found: &mut Ranges, depth: usize) {
    let day = |bound: &Option<Bound>| match bound {
        Some(Bound::Day(day)) => Some(*day),
        _ => None,
    };
    match query {
        Query::All(parts) if depth > 0 => {
            parts.iter().for_each(|part| collect(part, found, depth - 1));
        }
        Query::Between { field: RangeField::Date, from, to } => {
            found.from = found.from.max(day(from));
            found.to = match (found.to, day(to)) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        Query::Between { field: RangeField::Severity, .. } => found.judged = true,
        _ => {}
    }
}

fn condition(query: &Query, depth: usize) -> Option<Condition> {
    let depth = depth.checked_sub(1)?;
    let of = |query: &Query| condition(query, depth);
    match query {
        Query::Term(term) => self::term(term),
        Query::Any(parts) => any(parts.iter().map(of).collect::<Option<_>>()?),
        Query::All(parts) | Query::Same { parts, .. } => all(parts.iter().filter_map(of).collect()),
        Query::AtLeast { count, of: parts } => {
            let known: Vec<Condition> = parts.iter().filter_map(of).collect();
            // As many as are not known may hold without any of the others.
            let unknown = parts.len() - known.len();
            (*count as usize > unknown).then(|| any(known)).flatten()
        }
        Query::Near { gap, first, second, .. } => match (of(first), of(second)) {
            (Some(Condition::Phrase(first)), Some(Condition::Phrase(second))) => {
                Some(Condition::Near { gap: gap + SLACK, rows: [first, second] })
            }
            (first, second) => all(first.into_iter().chain(second).collect()),
        },
        Query::Except { of: query, .. } => of(query),
        Query::In { field, query } => {
            let title = *field == TextField::Title;
            of(query).map(|part| Condition::In { title, part: Box::new(part) })
        }
        Query::Matches(_) | Query::Not(_) | Query::Meta { .. } | Query::Between { .. } => None,
    }
}

fn any(mut parts: Vec<Condition>) -> Option<Condition> {
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Condition::Any(parts)),
    }
}

fn all(mut parts: Vec<Condition>) -> Option<Condition> {
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Condition::All(parts)),
    }
}

fn rows(condition: &Condition) -> usize {
    match condition {
        Condition::Phrase(_) => 1,
        Condition::Near { .. } => 2,
        Condition::All(parts) | Condition::Any(parts) => parts.iter().map(rows).sum(),
        Condition::In { part, .. } => rows(part),
    }
}

/// A word of a term as far as it is known.
enum Piece<'a> {
    Word(&'a str),
    /// The beginning of a word with `*` or `?` in it.
    Prefix(&'a str),
}

fn term(term: &Term) -> Option<Condition> {
    let plural = match term.form {
        Form::Folded(Inflection::Plural) => true,
        Form::Folded(Inflection::None) | Form::Exact => false,
        // Their other spellings need not begin alike.
        Form::Folded(Inflection::Spanish | Inflection::English) | Form::Disguised => return None,
    };
    let folded = fold(&term.text).text;
    let mut rows = Vec::new();
    let mut words = Vec::new();
    for piece in pieces(&folded) {
        match piece {
            Piece::Word(word) => words.push(word),
            Piece::Prefix(beginning) => {
                rows.extend(opened(&words, beginning));
                words.clear();
            }
        }
    }
    let last = match words.last() {
        Some(last) if plural && spaced(last) => any(plurals(&words, last)),
        _ => phrase(&words),
    };
    all(rows.into_iter().chain(last).collect())
}

/// The words before a word that is known in part, and its beginning.
fn opened(words: &[&str], beginning: &str) -> Option<Condition> {
    if beginning.chars().count() < PREFIX {
        return phrase(words);
    }
    let (mut row, _) = row(&[words, &[beginning]].concat());
    if let Some(last) = row.last_mut() {
        cut(beginning).clone_into(last);
    }
    Some(Condition::Phrase(WordRow { words: row, prefix: true }))
}

fn phrase(words: &[&str]) -> Option<Condition> {
    let (words, prefix) = row(words);
    (!words.is_empty()).then_some(Condition::Phrase(WordRow { words, prefix }))
}

/// The phrase as it is and with each regular plural of its last word.
fn plurals(words: &[&str], last: &str) -> Vec<Condition> {
    let before = &words[..words.len() - 1];
    let mut found: Vec<Condition> = Vec::new();
    for ending in ["", "s", "es"] {
        let last = format!("{last}{ending}");
        if let Some(phrase) = phrase(&[before, &[last.as_str()]].concat())
            && !found.contains(&phrase)
        {
            found.push(phrase);
        }
    }
    found
}

fn is_wild(c: char) -> bool {
    matches!(c, '*' | '?')
}

/// The words of a folded term. A word in which a mark stands is known up to there.
fn pieces(folded: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = folded.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !first.is_alphanumeric() && !is_wild(first) {
            continue;
        }
        let mut end = start + first.len_utf8();
        if is_spaced(first) || is_wild(first) {
            while let Some((at, c)) = rest.next_if(|&(_, c)| is_spaced(c) || is_wild(c)) {
                end = at + c.len_utf8();
            }
        }
        let word = &folded[start..end];
        pieces.push(match word.find(is_wild) {
            Some(known) => Piece::Prefix(&word[..known]),
            None => Piece::Word(word),
        });
    }
    pieces
}

#[cfg(test)]
mod tests;
