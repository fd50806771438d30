//! A folded text cut into hashed words, sixty-four bytes at a time.
//!
//! Letters are found by comparing sixteen bytes at once; what follows goes from word to word by the places of the
//! first and last bit of a run (as in Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019), without a
//! branch for each letter. Runs with characters outside ASCII are looked at one by one.

use wide::u8x16;

use super::hash::{self, BLANK, NOTHING};
use super::reading::Word;
use crate::text::{Kind, kind};

/// Bytes looked at together: the bits of a mask.
const BLOCK: usize = 64;

/// Cuts a folded text into words: see `text::words`, which it equals.
pub(super) fn cut(text: &str, words: &mut Vec<Word>) {
    let bytes = text.as_bytes();
    let mut cutter = Cutter { text, bytes, words, last: 0 };
    // A run that reached the end of the block before: where it began, and whether it is all ASCII.
    let mut open: Option<(usize, bool)> = None;
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut padded = [b' '; BLOCK];
    padded[..rest.len()].copy_from_slice(rest);
    for (nth, block) in blocks.iter().chain([&padded]).enumerate() {
        let base = nth * BLOCK;
        let (letters, others) = masks(block);
        let mut left = letters | others;
        if let Some((from, is_ascii)) = open.take() {
            let run = left.trailing_ones();
            let is_ascii = is_ascii && others & low(run) == 0;
            if run == BLOCK as u32 {
                open = Some((from, is_ascii));
                continue;
            }
            cutter.run(from, base + run as usize, is_ascii);
            left &= !low(run);
        }
        while left != 0 {
            let from = left.trailing_zeros();
            let run = (left >> from).trailing_ones();
            let bits = low(run) << from;
            let is_ascii = others & bits == 0;
            if from + run == BLOCK as u32 {
                open = Some((base + from as usize, is_ascii));
                break;
            }
            cutter.run(base + from as usize, base + (from + run) as usize, is_ascii);
            left &= !bits;
        }
    }
}

/// The lowest `count` bits.
fn low(count: u32) -> u64 {
    1_u64.checked_shl(count).map_or(u64::MAX, |bit| bit - 1)
}

/// Bit by byte: ASCII letters and digits; bytes outside ASCII.
#[inline]
fn masks(block: &[u8; BLOCK]) -> (u64, u64) {
    let (parts, _) = block.as_chunks::<16>();
    let (mut letters, mut others) = (0, 0);
    for (nth, part) in parts.iter().enumerate() {
        let bytes = u8x16::from(*part);
        let within = |first: u8, last: u8, of: u8x16| {
            (of - u8x16::splat(first)).simd_le(u8x16::splat(last - first))
        };
        let is_letter = within(b'a', b'z', bytes | u8x16::splat(0x20));
        let is_digit = within(b'0', b'9', bytes);
        letters |= u64::from((is_letter | is_digit).to_bitmask()) << (16 * nth);
        others |= u64::from(bytes.to_bitmask()) << (16 * nth);
    }
    (letters, others)
}

struct Cutter<'a> {
    text: &'a str,
    bytes: &'a [u8],
    words: &'a mut Vec<Word>,
    /// Where the last word ended.
    last: usize,
}

impl Cutter<'_> {
    /// Letters, digits and characters outside ASCII, without a gap.
    #[inline]
    fn run(&mut self, from: usize, to: usize, is_ascii: bool) {
        if is_ascii {
            self.push(from, to);
        } else {
            self.mixed(from, to);
        }
    }

    fn mixed(&mut self, from: usize, to: usize) {
        let mut begun = None;
        for (at, c) in self.text[from..to].char_indices() {
            let at = from + at;
            let kind = kind(c);
            if kind == Kind::Spaced {
                begun.get_or_insert(at);
                continue;
            }
            if let Some(begun) = begun.take() {
                self.push(begun, at);
            }
            if kind == Kind::Single {
                self.push(at, at + c.len_utf8());
            }
        }
        if let Some(begun) = begun {
            self.push(begun, to);
        }
    }

    #[inline]
    fn push(&mut self, from: usize, to: usize) {
        let gap = gap(self.bytes, self.last, from);
        let hash = hash::of_bytes(self.bytes, from, to);
        self.words.push(Word { from: from as u32, to: to as u32, hash, gap });
        self.last = to;
    }
}

/// The hash of a gap: runs of blanks count as one.
#[inline]
pub(super) fn gap(bytes: &[u8], from: usize, to: usize) -> u64 {
    match &bytes[from..to] {
        [] => NOTHING,
        [b' '] | [b' ', b' '] => BLANK,
        [_] | [_, _] => hash::of_bytes(bytes, from, to),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::cut;
    use crate::text::{fold, words};

    fn agrees(text: &str) {
        let mut found = Vec::new();
        cut(text, &mut found);
        let found: Vec<&str> = found.iter().map(|word| &text[word.bytes()]).collect();
        let defined: Vec<&str> = words(text).map(|word| word.text).collect();
        assert_eq!(found, defined, "{text:?}");
    }

    #[test]
    fn words_that_lie_across_blocks_are_whole() {
        for before in 0..130 {
            for word in ["abc", "银行a股", "x", "ñandú", "αβγ", "", &"long".repeat(40)] {
                agrees(&format!("{}{word} y", " ".repeat(before)));
                agrees(&format!("{}{word}", "a".repeat(before)));
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            parts in prop::collection::vec("[a-z0-9 ,.@\\n-]{0,70}|[áñ¿αж]{0,3}|[银行，한가カ]{0,4}|.{0,5}", 0..8),
        ) {
            agrees(&parts.concat());
            agrees(&fold(&parts.concat()).text);
        }
    }
}
