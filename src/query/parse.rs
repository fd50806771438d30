//! Tokens to a tree, by precedence climbing. From loose to tight: OR, AND (also by mere adjacency), NOT,
//! same sentence or paragraph, NEAR, EXCEPT. The grammar stands in docs/query-language.md.

mod operands;

use std::ops::Range;

use super::lint::needs_something;
use super::lists::Lists;
use super::names::Operator;
use super::token::{Placed, Token, lex};
use super::{Doubt, QueryError, operand};
use crate::model::query::{Inflection, Query, Unit};

/// A query's bytes, its depth, and its regular expressions.
const MAX_BYTES: usize = 64 * 1024;
const MAX_DEPTH: usize = 64;
const MAX_EXPRESSIONS: usize = 20;

/// What a query asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Subject {
    /// Articles: their texts, and what is known beside.
    #[default]
    Article,
    /// Alerts: their labels (topic, category, level, language, region, business line, source, tag) and
    /// no words.
    Alert,
}

/// With what a query is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reading<'a> {
    /// What it asks for.
    pub subject: Subject,
    /// The lists that it may name.
    pub lists: Option<&'a Lists>,
    /// What `~` without a language means.
    pub stem: Option<Inflection>,
    /// Whether it may hold for an article that has nothing of it: where it narrows something else.
    pub may_only_deny: bool,
}

/// A query that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The tree.
    pub query: Query,
    /// What is hardly meant.
    pub doubts: Vec<Doubt>,
}

/// Reads a query.
///
/// # Errors
/// The first thing that is wrong, with its place and what to write instead. Bounded in length, depth and
/// parts, and so is the work.
pub fn parse(text: &str, reading: &Reading) -> Result<Parsed, QueryError> {
    if text.len() > MAX_BYTES {
        let remedy = "put its words into a list and name it: @list";
        return Err(QueryError::new(0..1, "the query is longer than 64 KiB", remedy));
    }
    let tokens = lex(text, reading.subject)?;
    let mut parser = Parser {
        tokens,
        at: 0,
        end: text.len(),
        reading,
        doubts: Vec::new(),
        parts: 0,
        expressions: 0,
        values: false,
    };
    if parser.tokens.is_empty() {
        return Err(QueryError::new(
            0..text.len(),
            "the query is empty",
            "write a word to look for",
        ));
    }
    let part = parser.expression(Power::Or, 0)?;
    if let Some((token, span)) = parser.tokens.get(parser.at) {
        let (what, remedy) = match token {
            Token::Comma => (
                "a comma stands here",
                "write OR or AND; commas separate the parts of `2 OF (a, b, c)`",
            ),
            _ => ("a parenthesis is closed here that was not opened", "open it, or remove it"),
        };
        return Err(QueryError::new(span.clone(), what, remedy));
    }
    if !reading.may_only_deny && !needs_something(&part.query) {
        let what = "the query holds for every article that does not have its words";
        let remedy = "add what must occur: bank NOT holiday, or (bank OR lender) AND NOT holiday";
        return Err(QueryError::new(part.span, what, remedy));
    }
    Ok(Parsed { query: part.query, doubts: parser.doubts })
}

/// How tightly an operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Power {
    Or,
    And,
    Same,
    Near,
    Except,
    Operand,
}

impl Power {
    fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Same,
            Self::Same => Self::Near,
            Self::Near => Self::Except,
            Self::Except | Self::Operand => Self::Operand,
        }
    }
}

/// An operator between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Or,
    And,
    Same(Unit),
    Near { gap: u32, ordered: bool },
    Except,
}

impl Between {
    fn power(self) -> Power {
        match self {
            Self::Or => Power::Or,
            Self::And => Power::And,
            Self::Same(_) => Power::Same,
            Self::Near { .. } => Power::Near,
            Self::Except => Power::Except,
        }
    }
}

/// A part of the tree, its bytes and its depth.
struct Part {
    query: Query,
    span: Range<usize>,
    depth: usize,
}

struct Parser<'a> {
    tokens: Vec<Placed>,
    at: usize,
    end: usize,
    reading: &'a Reading<'a>,
    doubts: Vec<Doubt>,
    parts: usize,
    expressions: usize,
    /// Whether the terms here are values of a field.
    values: bool,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    /// The bytes of the token at hand, or the end of the query.
    fn here(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |(_, span)| span.clone())
    }

    fn error(&self, message: impl Into<String>, remedy: &str) -> QueryError {
        QueryError::new(self.here(), message, remedy)
    }

    fn expression(&mut self, least: Power, level: usize) -> Result<Part, QueryError> {
        let mut left = self.operand(level)?;
        // The operator that made `left`, if no parentheses close it off.
        let mut made_by = None;
        while let Some((between, written)) = self.operator().filter(|(op, _)| op.power() >= least) {
            let at = self.here();
            self.at += usize::from(written);
            let right = self.expression(between.power().tighter(), level)?;
            left = join(left, between, right, made_by == Some(between), &at)?;
            made_by = Some(between);
        }
        Ok(left)
    }

    /// The operator that follows, and whether it is written or mere adjacency.
    fn operator(&self) -> Option<(Between, bool)> {
        Some(match self.peek()? {
            Token::Operator(Operator::Or) => (Between::Or, true),
            Token::Operator(Operator::And) | Token::Plus => (Between::And, true),
            Token::Operator(Operator::Same(unit)) => (Between::Same(*unit), true),
            Token::Operator(Operator::Except) => (Between::Except, true),
            Token::Near { gap, ordered } => (Between::Near { gap: *gap, ordered: *ordered }, true),
            Token::Close | Token::Comma => return None,
            _ => (Between::And, false),
        })
    }

    fn operand(&mut self, level: usize) -> Result<Part, QueryError> {
        let span = self.here();
        if level > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let Some(token) = self.peek().cloned() else {
            return Err(self.error(
                "something is missing at the end",
                "write what follows, or remove the last operator",
            ));
        };
        self.at += 1;
        match token {
            Token::Plus => self.operand(level + 1),
            Token::Open => self.group(span, level),
            Token::Operator(Operator::Not) => {
                let part = self.expression(Power::Same, level + 1)?;
                let whole = span.start..part.span.end;
                deeper(Query::Not(Box::new(part.query)), whole, part.depth)
            }
            Token::Term(written) => match self.count(&written) {
                Some(count) => self.at_least(count, span, level),
                None => self.term(&written, span),
            },
            Token::Regex(pattern) => {
                self.words_may_stand(&format!("/{pattern}/"), &span)?;
                self.expressions += 1;
                if self.expressions > MAX_EXPRESSIONS {
                    return Err(QueryError::new(
                        span,
                        "more than 20 expressions in one query",
                        "join some with |",
                    ));
                }
                self.leaf(operand::expression(&pattern, &span)?, span)
            }
            Token::List(name) => {
                let mut parts = self.list(&name, &span)?;
                let query = if parts.len() == 1 { parts.remove(0) } else { Query::Any(parts) };
                Ok(Part { query, span, depth: 2 })
            }
            Token::Field(field) => self.field(field, span, level),
            Token::Value(_)
            | Token::Close
            | Token::Comma
            | Token::Near { .. }
            | Token::Operator(_) => Err(QueryError::new(
                span,
                "something to look for is missing here",
                "write a word before this, or put quotes around it if it is one itself",
            )),
        }
    }
}

fn join(
    left: Part,
    between: Between,
    right: Part,
    extends: bool,
    at: &Range<usize>,
) -> Result<Part, QueryError> {
    if !matches!(between, Between::Or | Between::And) {
        for part in [&left, &right] {
            let same = extends && matches!(part.query, Query::Same { .. });
            if !same && !is_positional(&part.query) {
                return Err(not_positional(part.span.clone(), between));
            }
        }
    }
    let span = left.span.start..right.span.end;
    let depth = left.depth.max(right.depth + usize::from(extends));
    let query = match (between, left.query) {
        (Between::Or, Query::Any(parts)) if extends => {
            return Ok(Part { query: Query::Any(with(parts, right.query)), span, depth });
        }
        (Between::And, Query::All(parts)) if extends => {
            return Ok(Part { query: Query::All(with(parts, right.query)), span, depth });
        }
        (Between::Same(_), Query::Same { unit, parts }) if extends => {
            return Ok(Part {
                query: Query::Same { unit, parts: with(parts, right.query) },
                span,
                depth,
            });
        }
        (Between::Or, left) => Query::Any(vec![left, right.query]),
        (Between::And, left) => Query::All(vec![left, right.query]),
        (Between::Same(unit), left) => Query::Same { unit, parts: vec![left, right.query] },
        (Between::Near { gap, ordered }, left) => {
            Query::Near { gap, ordered, first: Box::new(left), second: Box::new(right.query) }
        }
        (Between::Except, left) => {
            Query::Except { of: Box::new(left), within: Box::new(right.query) }
        }
    };
    if depth >= MAX_DEPTH { Err(too_deep(at.clone())) } else { deeper(query, span, depth) }
}

fn with(mut parts: Vec<Query>, last: Query) -> Vec<Query> {
    parts.push(last);
    parts
}

fn deeper(query: Query, span: Range<usize>, depth: usize) -> Result<Part, QueryError> {
    if depth >= MAX_DEPTH {
        Err(too_deep(span))
    } else {
        Ok(Part { query, span, depth: depth + 1 })
    }
}

fn too_deep(span: Range<usize>) -> QueryError {
    QueryError::new(
        span,
        "the query is nested more than 64 deep",
        "make several rules of it, or a list",
    )
}

fn not_positional(span: Range<usize>, between: Between) -> QueryError {
    let (name, example) = match between {
        Between::Near { .. } => ("NEAR", "(fine OR penalty) NEAR/5 bank, title:(fine NEAR/5 bank)"),
        Between::Except => ("EXCEPT", "(almenara OR almn) EXCEPT \"almenara beach\""),
        _ => ("/s and /p", "(fine OR penalty) /s bank, title:(fine /s bank)"),
    };
    QueryError::new(
        span,
        format!("{name} joins words and phrases, alone or joined by OR, and this is neither"),
        format!("write for example {example}"),
    )
}

/// Whether a part has places that distances can be measured from.
fn is_positional(query: &Query) -> bool {
    match query {
        Query::Term(_) | Query::Matches(_) | Query::Near { .. } | Query::Except { .. } => true,
        Query::Any(parts) => parts.iter().all(is_positional),
        _ => false,
    }
}
