//! A folded text with its way back to the original.

#![allow(
    clippy::cast_possible_truncation,
    reason = "a text is cut at 2^32 bytes, a character has four"
)]

use std::ops::Range;

/// A folded text. The way back is kept as pieces in which every original character became equally many
/// bytes: one piece for a page of English, a few hundred for one of Spanish.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    /// The folded text.
    pub text: String,
    pieces: Vec<Piece>,
    /// Bytes and characters of the original so far.
    bytes: u32,
    chars: u32,
    /// Whether the original went on after the last piece without leaving anything in the text.
    skipped: bool,
}

/// Where a piece begins, and how many bytes each of its characters has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    folded: u32,
    byte: u32,
    char: u32,
    /// Bytes of a character when folded, 1 or more, and in the original.
    wide: u8,
    was: u8,
}

impl Piece {
    /// How many characters became so many bytes; nearly always as many, and dividing is slow.
    #[inline]
    fn chars(&self, bytes: usize) -> usize {
        if self.wide == 1 { bytes } else { bytes / usize::from(self.wide) }
    }
}

impl Folded {
    /// Empties it, to be used again.
    pub fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
        (self.bytes, self.chars, self.skipped) = (0, 0, false);
    }

    /// The characters of the original (Unicode scalar values, end exclusive) that `bytes` of the
    /// folded text came from. Combining marks between them are among them, those behind the last are not.
    #[must_use]
    pub fn original(&self, bytes: Range<usize>) -> Range<usize> {
        self.back(&bytes, |piece, nth| piece.char as usize + nth)
    }

    /// As [`Folded::original`], in bytes of the original.
    #[must_use]
    pub fn original_bytes(&self, bytes: Range<usize>) -> Range<usize> {
        self.back(&bytes, |piece, nth| piece.byte as usize + nth * usize::from(piece.was))
    }

    fn back(&self, bytes: &Range<usize>, place: impl Fn(&Piece, usize) -> usize) -> Range<usize> {
        if self.text.is_empty() {
            return 0..0;
        }
        let piece_of = |byte: usize, pieces: &[Piece]| {
            pieces.partition_point(|piece| piece.folded as usize <= byte).saturating_sub(1)
        };
        let place_in = |at: usize, byte: usize, more: usize| {
            let piece = &self.pieces[at];
            place(piece, piece.chars(byte - piece.folded as usize) + more)
        };
        let first = bytes.start.min(self.text.len() - 1);
        let at = piece_of(first, &self.pieces);
        let from = place_in(at, first, 0);
        if bytes.is_empty() {
            return from..from;
        }
        // Nearly always in the same piece.
        let last = bytes.end - 1;
        let is_same = self.pieces.get(at + 1).is_none_or(|next| next.folded as usize > last);
        let at = if is_same { at } else { at + piece_of(last, &self.pieces[at..]) };
        from..place_in(at, last, 1)
    }

    /// The way back for places that are asked for in their order.
    #[must_use]
    pub fn walk(&self) -> Walk<'_> {
        Walk { pieces: &self.pieces }
    }

    /// Bytes of the original so far.
    pub(super) fn original_len(&self) -> usize {
        self.bytes as usize
    }

    /// Adds ASCII; its letters become lower case later.
    #[inline]
    pub(super) fn push_ascii(&mut self, run: &str) {
        self.begin(1, 1);
        self.text.push_str(run);
        let length = u32::try_from(run.len()).unwrap_or(u32::MAX);
        self.bytes = self.bytes.saturating_add(length);
        self.chars = self.chars.saturating_add(length);
    }

    /// Adds characters of three bytes each that stay as they are.
    #[inline]
    pub(super) fn push_fixed(&mut self, run: &str) {
        self.begin(3, 3);
        self.text.push_str(run);
        let length = u32::try_from(run.len()).unwrap_or(u32::MAX);
        self.bytes = self.bytes.saturating_add(length);
        self.chars = self.chars.saturating_add(length / 3);
    }

    /// Adds what one character of `was` bytes became.
    #[inline]
    pub(super) fn push(&mut self, was: usize, c: char) {
        self.begin(was, c.len_utf8());
        self.text.push(c);
        self.went_on(was);
    }

    /// Adds what one character of `was` bytes became.
    pub(super) fn push_str(&mut self, was: usize, became: &str) {
        self.begin(was, became.len());
        self.text.push_str(became);
        self.went_on(was);
    }

    /// Passes over a character of `was` bytes that leaves nothing.
    pub(super) fn skip(&mut self, was: usize) {
        self.skipped = true;
        self.went_on(was);
    }

    /// Begins a piece unless the last one goes on. A character folds to 33 bytes at most (U+FDFA).
    #[inline]
    fn begin(&mut self, was: usize, wide: usize) {
        let (was, wide) = (was as u8, wide as u8);
        let last = self.pieces.last();
        if self.skipped || last.is_none_or(|last| (last.was, last.wide) != (was, wide)) {
            let folded = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
            self.pieces.push(Piece { folded, byte: self.bytes, char: self.chars, wide, was });
            self.skipped = false;
        }
    }

    #[inline]
    fn went_on(&mut self, was: usize) {
        self.bytes = self.bytes.saturating_add(was as u32);
        self.chars = self.chars.saturating_add(1);
    }
}

/// A way back that has come to a place of the folded text.
#[derive(Debug)]
pub struct Walk<'a> {
    /// The piece that the place lies in, and those behind.
    pieces: &'a [Piece],
}

impl Walk<'_> {
    /// Goes on to a byte of the folded text: the byte of the original at which its character begins.
    pub fn byte(&mut self, at: usize) -> usize {
        while let [_, rest @ ..] = self.pieces
            && rest.first().is_some_and(|next| next.folded as usize <= at)
        {
            self.pieces = rest;
        }
        self.pieces.first().map_or(0, |piece| {
            let nth = piece.chars(at - piece.folded as usize);
            piece.byte as usize + nth * usize::from(piece.was)
        })
    }

    /// Characters of the original that bytes from the place on came from, where they lie in one piece.
    #[must_use]
    pub fn chars(&self, bytes: &Range<usize>) -> Option<usize> {
        let (piece, rest) = self.pieces.split_first()?;
        let is_one = rest.first().is_none_or(|next| bytes.end <= next.folded as usize);
        is_one.then(|| piece.chars(bytes.len()))
    }
}
