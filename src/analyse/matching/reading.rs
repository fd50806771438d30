//! A document made ready: its texts folded into one, cut into hashed words.

use std::cell::OnceCell;
use std::ops::Range;

use super::hash::{self, BLANK, NOTHING};
use crate::model::query::{TextField, Unit};
use crate::text::{Folded, fold_onto, is_spaced, sentences};

/// Paragraphs of a lead.
const LEAD: usize = 2;

/// A word of the folded text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// Bytes of the folded text.
    pub from: u32,
    pub to: u32,
    pub hash: u64,
    /// Hash of what stands between the word before and this one.
    pub gap: u64,
}

impl Word {
    pub fn bytes(&self) -> Range<usize> {
        self.from as usize..self.to as usize
    }
}

/// Headline, line break, body. Used again for the next document.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub folded: Folded,
    pub words: Vec<Word>,
    /// Words of the headline.
    pub title: u32,
    /// Bytes of the headline, folded and in the original; characters.
    title_folded: usize,
    title_bytes: usize,
    title_chars: usize,
    lead: OnceCell<u32>,
    sentences: OnceCell<Vec<u32>>,
    paragraphs: OnceCell<Vec<u32>>,
}

impl Reading {
    /// Reads a document.
    pub fn read(&mut self, title: &str, body: &str) {
        self.folded.clear();
        self.words.clear();
        fold_onto(&mut self.folded, title);
        self.title_folded = self.folded.text.len();
        self.title_bytes = title.len();
        fold_onto(&mut self.folded, "\n");
        fold_onto(&mut self.folded, body);
        cut(&self.folded.text, &mut self.words);
        let title_folded = self.title_folded;
        let in_title = self.words.partition_point(|word| (word.from as usize) < title_folded);
        self.title = in_title as u32;
        self.title_chars = self.folded.original(self.title_folded..self.title_folded).start;
        self.lead.take();
        self.sentences.take();
        self.paragraphs.take();
    }

    pub fn text(&self) -> &str {
        &self.folded.text
    }

    pub fn len(&self) -> u32 {
        self.words.len() as u32
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
            let start = (self.title_folded + 1).min(self.text().len());
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
                let skip = title.len() + 1;
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

    /// Whether a byte of the folded text belongs to the headline; characters before the body.
    pub fn is_title(&self, byte: usize) -> bool {
        byte < self.title_folded
    }

    pub fn body_char(&self) -> usize {
        self.title_chars + 1
    }

    /// The original text that bytes of the folded one came from, and their place in it.
    pub fn origin<'a>(
        &self,
        bytes: Range<usize>,
        document: (&'a str, &'a str),
    ) -> (&'a str, Range<usize>) {
        let is_title = self.is_title(bytes.start);
        let range = self.folded.original_bytes(bytes);
        if is_title {
            return (document.0, range);
        }
        let skip = self.title_bytes + 1;
        (document.1, range.start.saturating_sub(skip)..range.end.saturating_sub(skip))
    }

    /// Words that share a character with bytes of one original text.
    pub fn words_at(&self, title: bool, bytes: &Range<usize>) -> Range<u32> {
        let skip = if title { 0 } else { self.title_bytes + 1 };
        let (from, to) = (bytes.start + skip, bytes.end + skip);
        let origin = |word: &Word| self.folded.original_bytes(word.bytes());
        let first = self.words.partition_point(|word| origin(word).end <= from);
        let end = self.words.partition_point(|word| origin(word).start < to);
        first as u32..(end as u32).max(first as u32)
    }
}

/// Cuts a folded text into words: see `text::words`, which it equals.
pub(super) fn cut(text: &str, words: &mut Vec<Word>) {
    let bytes = text.as_bytes();
    let (mut at, mut last) = (0, 0);
    while at < bytes.len() {
        let from = at;
        let Some((to, next)) = word_at(text, at) else {
            at += width(bytes[at]);
            continue;
        };
        let gap = gap(bytes, last, from);
        let hash = hash::of_bytes(bytes, from, to);
        words.push(Word { from: from as u32, to: to as u32, hash, gap });
        (last, at) = (to, next);
    }
}

/// The end of the word that begins at a byte, and where to go on; none if none begins.
#[inline]
fn word_at(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        while bytes.get(at).is_some_and(|&byte| LETTER[usize::from(byte)]) {
            at += 1;
        }
        // A letter outside ASCII, or the end.
        let c = match bytes.get(at) {
            Some(byte) if !byte.is_ascii() => text[at..].chars().next()?,
            _ => break,
        };
        if !is_han_quickly(c) && is_spaced(c) {
            at += c.len_utf8();
        } else if at == from && (is_han_quickly(c) || c.is_alphanumeric()) {
            return Some((at + c.len_utf8(), at + c.len_utf8()));
        } else {
            break;
        }
    }
    (at > from).then_some((at, at))
}

fn is_han_quickly(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// ASCII letters and digits.
static LETTER: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 128 {
        table[at] = (at as u8).is_ascii_alphanumeric();
        at += 1;
    }
    table
};

fn width(byte: u8) -> usize {
    match byte {
        0..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    }
}

/// The hash of a gap: runs of blanks count as one.
#[inline]
pub(super) fn gap(bytes: &[u8], from: usize, to: usize) -> u64 {
    match &bytes[from..to] {
        [] => NOTHING,
        [b' '] => BLANK,
        gap => long_gap(gap),
    }
}

fn long_gap(gap: &[u8]) -> u64 {
    if gap.iter().all(|&byte| byte == b' ') {
        return BLANK;
    }
    if !gap.windows(2).any(|pair| pair == b"  ") {
        return hash::of_bytes(gap, 0, gap.len());
    }
    let mut single = gap.to_vec();
    single.dedup_by(|a, b| *a == b' ' && *b == b' ');
    hash::of_bytes(&single, 0, single.len())
}
