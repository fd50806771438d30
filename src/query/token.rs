//! A query cut into tokens, each with its bytes.

use std::ops::Range;

use super::QueryError;
use super::names::{self, FieldName, Operator};
use super::parse::Subject;

/// Most words between the two sides of a NEAR.
const MAX_GAP: u32 = 100;

/// A piece of a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    Comma,
    Operator(Operator),
    /// `+`: AND, or nothing at the beginning.
    Plus,
    Near {
        gap: u32,
        ordered: bool,
    },
    /// A word or phrase.
    Term(Written),
    /// What is behind the colon is an operand, or a [`Token::Value`].
    Field(FieldName),
    /// Behind the colon of a field that is no text.
    Value(String),
    Regex(String),
    List(String),
}

/// A word or phrase with its marks.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Written {
    pub text: String,
    pub quoted: bool,
    /// With `=` before it.
    pub exact: bool,
    /// What stands behind `~`.
    pub suffix: Option<String>,
}

/// A token and its bytes in the query.
pub(super) type Placed = (Token, Range<usize>);

/// Cuts a query into tokens.
pub(super) fn lex(text: &str, subject: Subject) -> Result<Vec<Placed>, QueryError> {
    let mut lexer = Lexer { text, subject, at: 0, tokens: Vec::new() };
    while lexer.skip_blanks() {
        lexer.token()?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    subject: Subject,
    at: usize,
    tokens: Vec<Placed>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether anything follows.
    fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.at < self.text.len()
    }

    fn push(&mut self, token: Token, length: usize) {
        let end = self.at + length;
        self.tokens.push((token, self.at..end));
        self.at = end;
    }

    fn token(&mut self) -> Result<(), QueryError> {
        let Some(first) = self.peek() else { return Ok(()) };
        let length = first.len_utf8();
        match first {
            '(' | '（' => self.push(Token::Open, length),
            ')' | '）' => self.push(Token::Close, length),
            ',' | '，' | '、' => self.push(Token::Comma, length),
            '|' => {
                let length = if self.rest().starts_with("||") { 2 } else { 1 };
                self.push(Token::Operator(Operator::Or), length);
            }
            '+' => self.push(Token::Plus, length),
            '-' | '–' | '—' | '−' => self.minus(length)?,
            '/' if names::operator(self.word()).is_none() => self.regex()?,
            '@' => self.list()?,
            _ => self.word_or_phrase()?,
        }
        Ok(())
    }

    /// What stands here up to a blank or a sign that ends words.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(ends_word).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    fn minus(&mut self, length: usize) -> Result<(), QueryError> {
        let next = self.rest().chars().nth(1);
        if next.is_none_or(|next| next.is_whitespace() || matches!(next, ')' | '）' | '-')) {
            return Err(QueryError::new(
                self.at..self.at + length,
                "a dash by itself says nothing",
                "write -word or NOT word to exclude a word; put quotes around a text with a dash in it",
            ));
        }
        self.push(Token::Operator(Operator::Not), length);
        Ok(())
    }

    fn list(&mut self) -> Result<(), QueryError> {
        let word = self.word();
        let name = word.strip_prefix('@').unwrap_or(word);
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(QueryError::new(
                self.at..self.at + word.len(),
                format!("`{word}` is not the name of a list"),
                "a list is named by letters, digits, - and _; put quotes around a handle: \"@name\"",
            ));
        }
        self.push(Token::List(name.to_owned()), word.len());
        Ok(())
    }

    fn regex(&mut self) -> Result<(), QueryError> {
        let (start, mut pattern) = (self.at, String::new());
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            match (c, c == '\\') {
                ('/', _) => {
                    self.push(Token::Regex(pattern), offset + 1);
                    return if self.peek().is_none_or(ends_word) {
                        Ok(())
                    } else {
                        Err(QueryError::new(
                            self.at..self.at + self.word().len(),
                            "an expression ends at its second `/`, and something stands right behind it",
                            "leave a blank there, or write `\\/` for a `/` within the expression",
                        ))
                    };
                }
                (_, true) => match chars.next() {
                    Some((_, '/')) => pattern.push('/'),
                    Some((_, next)) => pattern.extend(['\\', next]),
                    None => pattern.push('\\'),
                },
                _ => pattern.push(c),
            }
        }
        Err(QueryError::new(
            start..start + 1,
            "the expression that begins here has no end",
            "close it with `/`, or put quotes around a text that begins with `/`",
        ))
    }

    fn word_or_phrase(&mut self) -> Result<(), QueryError> {
        let start = self.at;
        let exact = self.peek() == Some('=');
        if exact {
            self.at += 1;
        }
        if self.peek().is_some_and(|c| closing(c).is_some()) {
            let text = self.phrase()?;
            let suffix = self.word().strip_prefix('~').map(str::to_owned);
            self.at += suffix.as_ref().map_or(0, |suffix| suffix.len() + 1);
            let written = Written { text, quoted: true, exact, suffix };
            self.tokens.push((Token::Term(written), start..self.at));
            return Ok(());
        }
        let word = self.word();
        if word.is_empty() {
            return Err(QueryError::new(
                start..self.at,
                "`=` has no word behind it",
                "write =Word or =\"Several words\" for letters exactly as written",
            ));
        }
        if !exact {
            if let Some(operator) = names::operator(word) {
                self.push(Token::Operator(operator), word.len());
                return Ok(());
            }
            if self.near(word)? || self.field(word)? {
                return Ok(());
            }
        }
        let (text, suffix) = match word.rsplit_once('~') {
            Some((text, suffix)) => (text.to_owned(), Some(suffix.to_owned())),
            None => (word.to_owned(), None),
        };
        self.at += word.len();
        let written = Written { text, quoted: false, exact, suffix };
        self.tokens.push((Token::Term(written), start..self.at));
        Ok(())
    }

    /// The text between quotes, blanks made one; stops behind the closing quote.
    fn phrase(&mut self) -> Result<String, QueryError> {
        let start = self.at;
        let ends = self.peek().and_then(closing).unwrap_or(&[]);
        let mut phrase = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((offset, c)) = chars.next() {
            if ends.contains(&c) {
                self.at += offset + c.len_utf8();
                return Ok(phrase.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            let escaped = chars.next_if(|&(_, next)| c == '\\' && matches!(next, '"' | '\\'));
            phrase.push(escaped.map_or(c, |(_, next)| next));
        }
        Err(QueryError::new(
            start..start + self.peek().map_or(1, char::len_utf8),
            "the quote that opens here is not closed",
            "close it, or remove it",
        ))
    }

    fn near(&mut self, word: &str) -> Result<bool, QueryError> {
        let (name, gap) = word.split_once('/').unwrap_or((word, ""));
        let Some(ordered) = names::near(name) else { return Ok(false) };
        match gap.parse::<u32>() {
            Ok(gap) if gap <= MAX_GAP && word.is_ascii() | !name.is_ascii() => {
                self.push(Token::Near { gap, ordered }, word.len());
                Ok(true)
            }
            _ => Err(QueryError::new(
                self.at..self.at + word.len(),
                format!("`{word}` does not say how near"),
                format!(
                    "write {name}/5 for at most five words between the two; 0 to {MAX_GAP} are possible"
                ),
            )),
        }
    }

    fn field(&mut self, word: &str) -> Result<bool, QueryError> {
        let Some((name, _)) = word.split_once([':', '：']) else { return Ok(false) };
        let Some(field) = names::field(name) else {
            if name.is_empty() || !name.chars().all(char::is_alphabetic) {
                return Ok(false);
            }
            return Err(unknown_field(name, self.at, self.subject));
        };
        if !names::has(self.subject, field) {
            return Err(foreign_field(name, self.at, self.subject));
        }
        let colon = word.get(name.len()..).and_then(|rest| rest.chars().next());
        self.push(Token::Field(field), name.len() + colon.map_or(0, char::len_utf8));
        if !matches!(field, FieldName::Text(_)) {
            self.value(name)?;
        }
        Ok(true)
    }

    /// What a field must be; values in parentheses are read as operands.
    fn value(&mut self, name: &str) -> Result<(), QueryError> {
        self.skip_blanks();
        let start = self.at;
        match self.peek() {
            Some('(' | '（') => return Ok(()),
            Some(c) if closing(c).is_some() => {
                let value = self.phrase()?;
                self.tokens.push((Token::Value(value), start..self.at));
            }
            _ => self.push(Token::Value(self.word().to_owned()), self.word().len()),
        }
        let Some((Token::Value(value), _)) = self.tokens.last() else { return Ok(()) };
        if value.is_empty() {
            return Err(QueryError::new(
                start.saturating_sub(1)..start,
                format!("`{name}:` has no value"),
                format!("write {name}:value or {name}:\"a value with blanks\""),
            ));
        }
        Ok(())
    }
}

/// A field that is known of something else.
fn foreign_field(name: &str, at: usize, subject: Subject) -> QueryError {
    let (what, remedy) = match subject {
        Subject::Article => (
            format!("`{name}:` is known of alerts, and this query asks for articles"),
            "take it out: routes, inhibitions, silences and digests ask for it".to_owned(),
        ),
        Subject::Alert => (
            format!("`{name}:` is known of articles, and this query asks for alerts"),
            super::operand::ALERT_FIELDS.to_owned(),
        ),
    };
    QueryError::new(at..at + name.len(), what, remedy)
}

fn unknown_field(name: &str, at: usize, subject: Subject) -> QueryError {
    let names = names::fields_of(subject).flat_map(<[_]>::iter);
    let near = names.map(|known| (strsim::osa_distance(known, name), *known)).min();
    let guess = near.filter(|&(distance, _)| distance <= 2).map(|(_, known)| known);
    let remedy = match guess {
        Some(known) => format!("did you mean `{known}:`?"),
        None => "put quotes around a text with a colon in it".to_owned(),
    };
    QueryError::new(at..at + name.len(), format!("there is no field `{name}:`"), remedy)
}

/// The quotes that close what a quote opens.
fn closing(open: char) -> Option<&'static [char]> {
    Some(match open {
        '"' => &['"'],
        '“' | '”' | '„' | '‟' => &['”', '“', '"'],
        '«' | '»' => &['»', '«'],
        '「' => &['」'],
        '『' => &['』'],
        _ => return None,
    })
}

fn ends_word(c: char) -> bool {
    c.is_whitespace()
        || closing(c).is_some()
        || matches!(c, '(' | ')' | '（' | '）' | '|' | ',' | '，' | '、' | '」' | '』')
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}
