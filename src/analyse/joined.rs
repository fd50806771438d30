//! Headline and text of an article as one folded text, with ways back to the original.

use std::ops::Range;

use crate::model::{Field, Span};
use crate::text::{Folded, fold};

/// `title + "\n" + body`, or a text without a headline.
pub(super) struct Joined {
    original: String,
    /// The folded text that terms are looked for in.
    pub folded: Folded,
    /// Characters of the headline; none for a bare text.
    title_chars: Option<usize>,
}

impl Joined {
    /// An article.
    pub fn article(title: &str, body: &str) -> Self {
        Self::new(format!("{title}\n{body}"), Some(title.chars().count()))
    }

    /// A text by itself.
    pub fn bare(text: &str) -> Self {
        Self::new(text.to_owned(), None)
    }

    fn new(original: String, title_chars: Option<usize>) -> Self {
        let folded = fold(&original);
        Self { original, folded, title_chars }
    }

    /// The original text.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// Whether the text has a headline before its first line break.
    pub fn has_title(&self) -> bool {
        self.title_chars.is_some()
    }

    /// Whether a character, counted in the whole, belongs to the headline.
    pub fn in_title(&self, at: usize) -> bool {
        self.title_chars.is_some_and(|chars| at < chars)
    }

    /// Characters of the original by bytes of the folded text.
    pub fn chars(&self, bytes: &Range<usize>) -> Range<usize> {
        self.folded.original(bytes.clone())
    }

    /// A piece of the original by bytes of the folded text.
    pub fn slice(&self, bytes: &Range<usize>) -> &str {
        self.original.get(self.folded.original_bytes(bytes.clone())).unwrap_or_default()
    }

    /// An occurrence as the model tells it.
    pub fn span(&self, bytes: &Range<usize>, term: &str) -> Span {
        let chars = self.chars(bytes);
        let text = self.slice(bytes).to_owned();
        let (field, skip) = match self.title_chars {
            Some(title) if chars.start > title => (Field::Body, title + 1),
            Some(_) => (Field::Title, 0),
            None => (Field::Body, 0),
        };
        let (from, to) = (chars.start - skip, chars.end - skip);
        Span { field, from, to, text, term: term.to_owned() }
    }
}
