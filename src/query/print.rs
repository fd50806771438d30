//! A tree as canonical text, which reads back as the same tree.

use std::fmt::Write as _;

use super::names::{FieldName, name_of};
use super::parse::Subject;
use super::token::{Token, Written, lex};
use crate::model::query::{Bound, Form, Inflection, Query, Term, Unit};

/// How tightly what is written binds, as in `parse`.
const OR: u8 = 0;
const AND: u8 = 1;
const NOT: u8 = 2;
const SAME: u8 = 3;
const NEAR: u8 = 4;
const EXCEPT: u8 = 5;
const OPERAND: u8 = 6;

/// The query as one would write it, with English operators. What the parser has read is read again as the same
/// tree; an Any or All of one part is that part.
#[must_use]
pub fn print(query: &Query) -> String {
    let mut out = String::new();
    write(query, OR, &mut out);
    out
}

fn write(query: &Query, least: u8, out: &mut String) {
    let power = power(query);
    if power < least {
        out.push('(');
    }
    match query {
        Query::Term(term) => write_term(term, out),
        Query::Matches(pattern) => write_expression(pattern, out),
        Query::Any(parts) => joined(parts, " OR ", inner(parts, OR, least), out),
        Query::All(parts) => joined(parts, " AND ", inner(parts, AND, least), out),
        Query::Not(part) => {
            out.push_str("NOT ");
            // What binds as tightly as NOT, another NOT, stands right behind it.
            write(part, NOT, out);
        }
        Query::Same { unit, parts } => {
            let between = match unit {
                Unit::Sentence => " /s ",
                Unit::Paragraph => " /p ",
            };
            joined(parts, between, SAME + 1, out);
        }
        Query::Near { gap, ordered, first, second } => {
            write(first, NEAR, out);
            let name = if *ordered { "ONEAR" } else { "NEAR" };
            write_all(out, format_args!(" {name}/{gap} "));
            write(second, NEAR + 1, out);
        }
        Query::Except { of, within } => {
            write(of, EXCEPT, out);
            out.push_str(" EXCEPT ");
            write(within, EXCEPT + 1, out);
        }
        Query::AtLeast { count, of } => {
            write_all(out, format_args!("{count} OF ("));
            joined(of, ", ", OR, out);
            out.push(')');
        }
        Query::In { field, query } => {
            write_all(out, format_args!("{}:", name_of(FieldName::Text(*field))));
            write(query, OPERAND, out);
        }
        Query::Meta { field, value } => {
            write_all(out, format_args!("{}:", name_of(FieldName::Meta(*field))));
            write_value(value, out);
        }
        Query::Between { field, from, to } => {
            let [from, to] =
                [from, to].map(|bound| bound.as_ref().map_or_else(String::new, bound_text));
            write_all(out, format_args!("{}:{from}..{to}", name_of(FieldName::Range(*field))));
        }
    }
    if power < least {
        out.push(')');
    }
}

fn power(query: &Query) -> u8 {
    match query {
        Query::Any(parts) | Query::All(parts) if parts.len() == 1 => OPERAND,
        Query::Any(_) => OR,
        Query::All(_) => AND,
        Query::Not(_) => NOT,
        Query::Same { .. } => SAME,
        Query::Near { .. } => NEAR,
        Query::Except { .. } => EXCEPT,
        _ => OPERAND,
    }
}

/// How tightly parts must bind: a single one stands for the whole.
fn inner(parts: &[Query], own: u8, least: u8) -> u8 {
    if parts.len() == 1 { least } else { own + 1 }
}

fn joined(parts: &[Query], between: &str, least: u8, out: &mut String) {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            out.push_str(between);
        }
        write(part, least, out);
    }
}

fn write_term(term: &Term, out: &mut String) {
    let wild = term.text.contains(['*', '?']);
    let (before, bare, suffix) = match term.form {
        Form::Exact => ("=", true, ""),
        Form::Disguised => ("", true, "~disguised"),
        Form::Folded(Inflection::None) => ("", wild, ""),
        Form::Folded(Inflection::Plural) if !wild && is_bare(&term.text) => ("", true, ""),
        Form::Folded(Inflection::Plural) => ("", false, "~s"),
        Form::Folded(Inflection::Spanish) => ("", true, "~es"),
        Form::Folded(Inflection::English) => ("", true, "~en"),
    };
    out.push_str(before);
    if bare && is_bare(&term.text) {
        out.push_str(&term.text);
    } else {
        quoted(&term.text, out);
    }
    out.push_str(suffix);
}

/// Whether a text reads as one plain word.
fn is_bare(text: &str) -> bool {
    let plain = Token::Term(Written { text: text.to_owned(), ..Written::default() });
    lex(text, Subject::Article)
        .is_ok_and(|tokens| matches!(tokens.as_slice(), [(token, _)] if *token == plain))
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}

fn write_value(value: &str, out: &mut String) {
    let tokens = lex(&format!("url:{value}"), Subject::Article);
    let plain = Token::Value(value.to_owned());
    let is_bare =
        tokens.is_ok_and(|tokens| matches!(tokens.as_slice(), [_, (token, _)] if *token == plain));
    if is_bare && !value.starts_with('"') { out.push_str(value) } else { quoted(value, out) }
}

fn write_expression(pattern: &str, out: &mut String) {
    out.push('/');
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '/' => out.push_str("\\/"),
            '\\' => {
                out.push(c);
                out.extend(chars.next());
            }
            _ => out.push(c),
        }
    }
    out.push('/');
}

fn bound_text(bound: &Bound) -> String {
    match bound {
        Bound::Number(number) => number.to_string(),
        Bound::Day(day) => day.to_string(),
    }
}

fn write_all(out: &mut String, text: std::fmt::Arguments) {
    // Writing to a string cannot fail.
    _ = out.write_fmt(text);
}
