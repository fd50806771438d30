//! What the words of a text must be like for a query to hold: enough to narrow a search by an index,
//! never enough to decide it.

use std::fmt;

/// A condition on the words of an article, as `query` cuts them for the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Words in a row.
    Phrase(WordRow),
    /// Both rows, in any order, with at most `gap` words between them.
    Near {
        /// Words between.
        gap: u32,
        /// The rows.
        rows: [WordRow; 2],
    },
    /// Every part.
    All(Vec<Condition>),
    /// One part at least.
    Any(Vec<Condition>),
    /// In one text of the article.
    In {
        /// The headline; else the body.
        title: bool,
        /// What holds there.
        part: Box<Condition>,
    },
}

/// Words that follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordRow {
    /// One at least; letters and digits only.
    pub words: Vec<String>,
    /// Whether the last is only the beginning of a word.
    pub prefix: bool,
}

/// The words of an article, as an index keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexWords {
    /// Of the headline, separated by blanks.
    pub title: String,
    /// Of the body.
    pub body: String,
    /// Each word of both once.
    pub distinct: String,
}

/// Stands among the words of an article that has too many: a search must always look at it itself.
pub const TOO_MANY: &str = "∞";

/// As people read it: `("banco central" AND (fraude OR fraudes))`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Condition], by: &str| {
            for (at, part) in parts.iter().enumerate() {
                f.write_str(if at == 0 { "(" } else { by })?;
                part.fmt(f)?;
            }
            f.write_str(")")
        };
        match self {
            Self::Phrase(row) => row.fmt(f),
            Self::Near { gap, rows: [first, second] } => write!(f, "{first} NEAR/{gap} {second}"),
            Self::All(parts) => list(f, parts, " AND "),
            Self::Any(parts) => list(f, parts, " OR "),
            Self::In { title, part } => {
                write!(f, "{}:{part}", if *title { "title" } else { "body" })
            }
        }
    }
}

impl fmt::Display for WordRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.prefix { "*" } else { "" };
        match self.words.as_slice() {
            [word] => write!(f, "{word}{star}"),
            words => write!(f, "\"{}{star}\"", words.join(" ")),
        }
    }
}
