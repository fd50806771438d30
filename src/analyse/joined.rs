//! Headline and text of an article as one folded text, with ways back to the original.

use std::ops::Range;

use super::matching::{Body, Reading, Word, cut};
use crate::model::{Field, Span};
use crate::text::{Folded, fold_onto};

/// Bytes of a short word and its blank: room is made for about as many as a text has.
const WORD_BYTES: usize = 5;

/// `title + "\n" + body`, or a text without a headline.
pub(super) struct Joined {
    original: String,
    /// The folded text that terms are looked for in.
    pub folded: Folded,
    /// Its words as terms are compared with them.
    pub words: Vec<Word>,
    body: Body,
    /// Characters of the headline; none for a bare text.
    title_chars: Option<usize>,
}

impl Joined {
    /// An article.
    pub fn article(title: &str, body: &str) -> Self {
        let mut folded = Folded::default();
        let start = Body::fold(&mut folded, title, body);
        Self::new(format!("{title}\n{body}"), folded, start, Some(title.chars().count()))
    }

    /// A text by itself.
    pub fn bare(text: &str) -> Self {
        let mut folded = Folded::default();
        fold_onto(&mut folded, text);
        Self::new(text.to_owned(), folded, Body::default(), None)
    }

    fn new(original: String, folded: Folded, body: Body, title_chars: Option<usize>) -> Self {
        let mut words = Vec::with_capacity(folded.text.len() / WORD_BYTES + 1);
        cut(&folded.text, &mut words);
        Self { original, folded, words, body, title_chars }
    }

    /// The text as rules search it.
    pub fn reading(&self) -> Reading<'_> {
        Reading::new(&self.folded, &self.words, self.body)
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

    /// Whether bytes of the folded text begin in the headline.
    pub fn is_title(&self, bytes: &Range<usize>) -> bool {
        self.body.is_behind(bytes.start)
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
