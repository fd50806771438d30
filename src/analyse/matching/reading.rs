//! A document made ready: its texts folded into one, cut into words. One reading serves several sets of rules.

use std::cell::OnceCell;
use std::ops::Range;

use super::hash;
use crate::model::query::{TextField, Unit};
use crate::text::{Folded, fold_onto, sentences};

/// Paragraphs of a lead.
const LEAD: usize = 2;

/// A word of the folded text: its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::analyse) struct Word {
    pub from: u32,
    pub to: u32,
}

impl Word {
    pub fn bytes(self) -> Range<usize> {
        self.from as usize..self.to as usize
    }
}

/// Where the body begins, behind headline and line break; at nothing where there is neither.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::analyse) struct Body {
    /// Bytes of the folded text.
    folded: usize,
    /// Bytes and characters of the original.
    bytes: usize,
    chars: usize,
}

impl Body {
    /// Folds headline, line break and body into an empty text.
    pub fn fold(folded: &mut Folded, title: &str, body: &str) -> Self {
        fold_onto(folded, title);
        fold_onto(folded, "\n");
        let start = folded.text.len();
        let chars = folded.original(start - 1..start).end;
        fold_onto(folded, body);
        Self { folded: start, bytes: title.len() + 1, chars }
    }

    /// Whether a byte of the folded text stands before it.
    pub fn is_behind(&self, byte: usize) -> bool {
        byte < self.folded
    }
}

/// A document folded and cut.
#[derive(Debug)]
pub(in crate::analyse) struct Reading<'a> {
    pub folded: &'a Folded,
    pub words: &'a [Word],
    /// Words of the headline.
    pub title: u32,
    body: Body,
    lead: OnceCell<u32>,
    sentences: OnceCell<Vec<u32>>,
    paragraphs: OnceCell<Vec<u32>>,
}

impl<'a> Reading<'a> {
    /// A text with its words.
    pub fn new(folded: &'a Folded, words: &'a [Word], body: Body) -> Self {
        let title = words.partition_point(|word| (word.from as usize) < body.folded) as u32;
        let (lead, sentences, paragraphs) = Default::default();
        Self { folded, words, title, body, lead, sentences, paragraphs }
    }

    #[inline]
    pub fn text(&self) -> &str {
        &self.folded.text
    }

    #[inline]
    pub fn len(&self) -> u32 {
        self.words.len() as u32
    }

    /// The first bytes of a word: see [`hash::first`].
    #[inline]
    pub fn first(&self, word: Word) -> u64 {
        hash::first(self.text().as_bytes(), word.from as usize, word.to as usize)
    }

    /// What they become: see [`hash::head`].
    #[inline]
    pub fn head(&self, word: Word) -> u64 {
        hash::head(self.text().as_bytes(), word.from as usize, word.to as usize)
    }

    /// The hash of a word.
    #[inline]
    pub fn hash(&self, word: Word) -> u64 {
        hash::of_bytes(self.text().as_bytes(), word.from as usize, word.to as usize)
    }

    /// The hash of what stands between a word and the next.
    #[inline]
    pub fn gap(&self, word: Word, next: Word) -> u64 {
        hash::gap(self.text().as_bytes(), word.to as usize, next.from as usize)
    }

    /// Words of a field.
    pub fn field(&self, field: TextField) -> Range<u32> {
        match field {
            TextField::Title => 0..self.title,
            TextField::Body => self.title..self.len(),
            TextField::Lead => self.title..self.lead_end(),
        }
    }

    fn lead_end(&self) -> u32 {
        *self.lead.get_or_init(|| {
            let start = self.body.folded.min(self.text().len());
            let body = &self.text()[start..];
            let mut lines = body.split_inclusive('\n').scan(start, |at, line| {
                *at += line.len();
                Some((*at, line))
            });
            let ends = lines.by_ref().filter(|(_, line)| !line.trim().is_empty());
            let end = ends.take(LEAD).last().map_or(start, |(at, _)| at);
            self.words.partition_point(|word| (word.from as usize) < end) as u32
        })
    }

    /// For each sentence or paragraph of both texts, the word that it begins with.
    pub fn units(&self, unit: Unit, original: (&str, &str)) -> &[u32] {
        match unit {
            Unit::Paragraph => self.paragraphs.get_or_init(|| {
                let breaks = self.text().match_indices('\n').map(|(at, _)| at + 1);
                self.firsts(std::iter::once(0).chain(breaks))
            }),
            Unit::Sentence => self.sentences.get_or_init(|| {
                let (title, body) = original;
                let skip = self.body.bytes;
                let starts = sentences(title).map(|range| range.start);
                let starts = starts.chain(sentences(body).map(|range| range.start + skip));
                let starts: Vec<usize> = starts.collect();
                // Words lie in order in the original too, so one walk finds them.
                let mut firsts: Vec<u32> = Vec::with_capacity(starts.len());
                for start in starts {
                    let first = self.words.partition_point(|word| {
                        self.folded.original_bytes(word.bytes()).start < start
                    });
                    firsts.push(first as u32);
                }
                firsts.dedup();
                firsts
            }),
        }
    }

    fn firsts(&self, starts: impl Iterator<Item = usize>) -> Vec<u32> {
        let mut firsts: Vec<u32> = starts
            .map(|at| self.words.partition_point(|word| (word.from as usize) < at) as u32)
            .collect();
        firsts.push(self.title);
        firsts.sort_unstable();
        firsts.dedup();
        firsts
    }

    /// Bytes of the folded text that a stretch of words covers.
    pub fn bytes(&self, words: &Range<u32>) -> Range<usize> {
        let first = self.words.get(words.start as usize).map_or(0, |word| word.from as usize);
        let last = words.end.checked_sub(1).and_then(|at| self.words.get(at as usize));
        first..last.map_or(first, |word| word.to as usize)
    }

    /// Words that share a byte with a stretch of the folded text.
    pub fn within(&self, bytes: &Range<usize>) -> Range<u32> {
        let first = self.words.partition_point(|word| word.to as usize <= bytes.start);
        let end = self.words.partition_point(|word| (word.from as usize) < bytes.end);
        first as u32..(end as u32).max(first as u32)
    }

    /// Whether a byte of the folded text belongs to the headline; characters before the body.
    pub fn is_title(&self, byte: usize) -> bool {
        self.body.is_behind(byte)
    }

    pub fn body_char(&self) -> usize {
        self.body.chars
    }

    /// The original text that bytes of the folded one came from, and their place in it.
    pub fn origin<'t>(
        &self,
        bytes: Range<usize>,
        document: (&'t str, &'t str),
    ) -> (&'t str, Range<usize>) {
        let is_title = self.is_title(bytes.start);
        let range = self.folded.original_bytes(bytes);
        if is_title {
            return (document.0, range);
        }
        let skip = self.body.bytes;
        (document.1, range.start.saturating_sub(skip)..range.end.saturating_sub(skip))
    }

    /// Words that share a character with bytes of one original text.
    pub fn words_at(&self, title: bool, bytes: &Range<usize>) -> Range<u32> {
        let skip = if title { 0 } else { self.body.bytes };
        let (from, to) = (bytes.start + skip, bytes.end + skip);
        let origin = |word: &Word| self.folded.original_bytes(word.bytes());
        let first = self.words.partition_point(|word| origin(word).end <= from);
        let end = self.words.partition_point(|word| origin(word).start < to);
        first as u32..(end as u32).max(first as u32)
    }
}
