//! What stands where an operand is expected: groups, terms, lists, fields.

use std::ops::Range;

use super::super::lists::Lists;
use super::super::names::{self, FieldName, name_of};
use super::super::token::{Token, Written};
use super::super::{Doubt, QueryError, operand};
use super::{Parser, Part, Power, Subject, deeper};
use crate::model::Level;
use crate::model::query::{MetaField, Query};

/// A query's parts with the terms of lists.
const MAX_PARTS: usize = 100_000;

impl Parser<'_> {
    pub(super) fn leaf(&mut self, query: Query, span: Range<usize>) -> Result<Part, QueryError> {
        self.count_parts(1, &span)?;
        Ok(Part { query, span, depth: 1 })
    }

    pub(super) fn count_parts(
        &mut self,
        more: usize,
        span: &Range<usize>,
    ) -> Result<(), QueryError> {
        self.parts += more;
        if self.parts > MAX_PARTS {
            let what = "the query has more than 100,000 parts, those of its lists counted";
            return Err(QueryError::new(span.clone(), what, "make several rules of it"));
        }
        Ok(())
    }

    pub(super) fn group(&mut self, open: Range<usize>, level: usize) -> Result<Part, QueryError> {
        if self.peek() == Some(&Token::Close) {
            let whole = open.start..self.here().end;
            return Err(QueryError::new(
                whole,
                "nothing stands in these parentheses",
                "write a word, or remove them",
            ));
        }
        let part = self.expression(Power::Or, level + 1)?;
        let close = self.here();
        match self.peek() {
            Some(Token::Close) => {
                self.at += 1;
                Ok(Part { span: open.start..close.end, ..part })
            }
            Some(_) => Err(self.error(
                "a comma stands here",
                "write OR or AND; commas separate the parts of `2 OF (a, b, c)`",
            )),
            None => Err(QueryError::new(
                open,
                "the parenthesis that opens here is not closed",
                "close it with `)`",
            )),
        }
    }

    pub(super) fn term(
        &mut self,
        written: &Written,
        span: Range<usize>,
    ) -> Result<Part, QueryError> {
        self.words_may_stand(&written.text, &span)?;
        let term = operand::term(written, self.reading.stem, &span)?;
        if !self.values {
            if !written.quoted && !written.exact && names::is_small_operator(&written.text) {
                let message = format!("`{}` in these letters is a word to look for", written.text);
                let remedy = "write AND, OR, NOT in capitals, or quotes around the word".to_owned();
                self.doubts.push(Doubt { span: span.clone(), message, remedy });
            } else if operand::is_short(&term) {
                let message = format!("`{}` is so short that it will be met often", written.text);
                let remedy = format!(
                    "write a longer phrase, or ={} for exactly these letters",
                    written.text
                );
                self.doubts.push(Doubt { span: span.clone(), message, remedy });
            }
        }
        self.leaf(Query::Term(term), span)
    }

    /// Alerts are chosen by labels: a word outside a field would silently hold for nothing.
    pub(super) fn words_may_stand(
        &self,
        word: &str,
        span: &Range<usize>,
    ) -> Result<(), QueryError> {
        if self.reading.subject == Subject::Article || self.values {
            return Ok(());
        }
        let what = format!("`{word}` is a word of a text, and alerts are chosen by their labels");
        Err(QueryError::new(span.clone(), what, operand::ALERT_FIELDS))
    }

    /// The number of `2 OF (`.
    pub(super) fn count(&self, written: &Written) -> Option<u32> {
        let Written { text, quoted: false, exact: false, suffix: None } = written else {
            return None;
        };
        let Some(Token::Term(of)) = self.peek() else { return None };
        let follows = self.tokens.get(self.at + 1).map(|(token, _)| token) == Some(&Token::Open);
        let number = text
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().unwrap_or(u32::MAX));
        number.filter(|_| follows && !of.quoted && names::is_of(&of.text))
    }

    pub(super) fn at_least(
        &mut self,
        count: u32,
        span: Range<usize>,
        level: usize,
    ) -> Result<Part, QueryError> {
        self.at += 2;
        let (mut of, mut depth) = (Vec::new(), 0);
        loop {
            let next = self.tokens.get(self.at + 1).map(|(token, _)| token);
            // Each term of a list is a part.
            if let (Some(Token::List(name)), Some(Token::Close | Token::Comma)) =
                (self.peek().cloned(), next)
            {
                let at = self.here();
                self.at += 1;
                of.extend(self.list(&name, &at)?);
                depth = depth.max(1);
            } else {
                let part = self.expression(Power::Or, level + 1)?;
                depth = depth.max(part.depth);
                of.push(part.query);
            }
            let end = self.here();
            match self.peek() {
                Some(Token::Comma) => self.at += 1,
                Some(Token::Close) => {
                    self.at += 1;
                    let whole = span.start..end.end;
                    if count == 0 || usize::try_from(count).unwrap_or(usize::MAX) > of.len() {
                        let what = format!("{count} of {} parts are asked for", of.len());
                        return Err(QueryError::new(
                            whole,
                            what,
                            "write a number from 1 to the number of parts, parted by commas",
                        ));
                    }
                    return deeper(Query::AtLeast { count, of }, whole, depth);
                }
                _ => {
                    return Err(QueryError::new(
                        span,
                        "the parts that begin here have no end",
                        "close them with `)`",
                    ));
                }
            }
        }
    }

    pub(super) fn list(
        &mut self,
        name: &str,
        span: &Range<usize>,
    ) -> Result<Vec<Query>, QueryError> {
        self.words_may_stand(&format!("@{name}"), span)?;
        let remedy = match self.reading.lists {
            Some(lists) if !lists.names().is_empty() => {
                let names: Vec<_> =
                    lists.names().iter().take(10).map(|name| format!("@{name}")).collect();
                format!("lists: {}; put quotes around a handle: \"@{name}\"", names.join(", "))
            }
            _ => format!("make lists/{name}.txt, or put quotes around a handle: \"@{name}\""),
        };
        let none = Lists::default();
        let terms = self.reading.lists.unwrap_or(&none).terms(name);
        let terms =
            terms.map_err(|error| QueryError::new(span.clone(), error.to_string(), remedy))?;
        if terms.is_empty() {
            let what = format!("the list `@{name}` is empty");
            return Err(QueryError::new(span.clone(), what, "add terms to it"));
        }
        self.count_parts(terms.len(), span)?;
        Ok(terms.into_iter().map(Query::Term).collect())
    }

    pub(super) fn field(
        &mut self,
        field: FieldName,
        span: Range<usize>,
        level: usize,
    ) -> Result<Part, QueryError> {
        let value = match self.peek() {
            Some(Token::Value(value)) => Some(value.clone()),
            _ => None,
        };
        let at = self.here();
        match (field, value) {
            (FieldName::Text(field), _) => {
                let part = self.operand(level + 1)?;
                if has_text_field(&part.query) {
                    let what = "a text field stands within another";
                    return Err(QueryError::new(part.span, what, "name one of the two"));
                }
                let whole = span.start..part.span.end;
                deeper(Query::In { field, query: Box::new(part.query) }, whole, part.depth)
            }
            (FieldName::Meta(field), Some(value)) => {
                self.at += 1;
                colour(field, &value, &at)?;
                self.leaf(Query::Meta { field, value }, span.start..at.end)
            }
            (FieldName::Range(field), Some(value)) => {
                self.at += 1;
                let query = operand::range(field, &value, &at)?;
                self.leaf(query, span.start..at.end)
            }
            (FieldName::Meta(meta), None) => {
                let outer = std::mem::replace(&mut self.values, true);
                let part = self.operand(level + 1)?;
                self.values = outer;
                let whole = span.start..part.span.end;
                for term in part.query.terms() {
                    colour(meta, &term.text, &whole)?;
                }
                let query = as_values(part.query, meta).ok_or_else(|| {
                    let what = format!("`{}` takes values only", name_of(field));
                    QueryError::new(whole.clone(), what, "write field:(a OR b)")
                })?;
                Ok(Part { query, span: whole, depth: part.depth })
            }
            (FieldName::Range(_), None) => {
                let what = format!("`{}:` takes one value or range", name_of(field));
                Err(QueryError::new(
                    span,
                    what,
                    "write it without parentheses, once for each range, joined by OR",
                ))
            }
        }
    }
}

/// A level has few names; a slip among them would be a silence that holds nothing back.
fn colour(field: MetaField, value: &str, span: &Range<usize>) -> Result<(), QueryError> {
    if field != MetaField::Level || value.to_lowercase().parse::<Level>().is_ok() {
        return Ok(());
    }
    let what = format!("`{value}` is no level");
    Err(QueryError::new(span.clone(), what, "write blue, yellow, orange or red"))
}

fn has_text_field(query: &Query) -> bool {
    match query {
        Query::In { .. } => true,
        Query::Any(parts) | Query::All(parts) | Query::AtLeast { of: parts, .. } => {
            parts.iter().any(has_text_field)
        }
        Query::Not(part) => has_text_field(part),
        _ => false,
    }
}

/// Terms as values of a field.
fn as_values(query: Query, field: MetaField) -> Option<Query> {
    let each = |parts: Vec<Query>| {
        parts.into_iter().map(|part| as_values(part, field)).collect::<Option<Vec<_>>>()
    };
    Some(match query {
        Query::Term(term) => Query::Meta { field, value: term.text },
        Query::Any(parts) => Query::Any(each(parts)?),
        Query::All(parts) => Query::All(each(parts)?),
        Query::Not(part) => Query::Not(Box::new(as_values(*part, field)?)),
        _ => return None,
    })
}
