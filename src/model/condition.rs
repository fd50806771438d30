//! What the words of a text must be like for a query to hold: enough to narrow a search by an index,
//! never enough to decide it.

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
