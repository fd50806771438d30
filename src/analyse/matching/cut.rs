//! A folded text cut into words, sixty-four bytes at a time.
//!
//! Letters are found by comparing sixteen bytes at once; what follows goes from word to word by the places of the
//! first and last bit of a run (as in Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019), without a
//! branch for each letter. Runs with characters outside ASCII are looked at one by one.

use wide::u8x16;

use super::reading::Word;
use crate::text::{Kind, kind};

/// Bytes looked at together: the bits of a mask.
const BLOCK: usize = 64;

/// Cuts a folded text into words: see `text::words`, which it equals.
pub(in crate::analyse) fn cut(text: &str, words: &mut Vec<Word>) {
    let bytes = text.as_bytes();
    // Where a run began that reached the end of the block before, and whether it is all ASCII.
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
            push_run(text, from, base + run as usize, is_ascii, words);
            left &= !low(run);
        }
        let last = left.leading_ones();
        if last > 0 {
            let is_ascii = others.leading_zeros() >= last;
            open = Some((base + BLOCK - last as usize, is_ascii));
            left &= low(BLOCK as u32 - last);
        }
        if left & others == 0 {
            push_ascii(left, base, words);
        } else {
            push_mixed(text, left, others, base, words);
        }
    }
}

/// The runs of a block, none of which reaches its end. Starts and ends come in pairs; their number is known
/// before, so that no step depends on what the text says.
#[inline]
fn push_ascii(runs: u64, base: usize, words: &mut Vec<Word>) {
    let mut starts = runs & !(runs << 1);
    let mut ends = !runs & (runs << 1);
    let base = base as u32;
    words.extend((0..starts.count_ones()).map(|_| {
        let (from, to) = (base + starts.trailing_zeros(), base + ends.trailing_zeros());
        starts &= starts.wrapping_sub(1);
        ends &= ends.wrapping_sub(1);
        Word { from, to }
    }));
}

fn push_mixed(text: &str, mut left: u64, others: u64, base: usize, words: &mut Vec<Word>) {
    while left != 0 {
        let from = left.trailing_zeros();
        let run = (left >> from).trailing_ones();
        let bits = low(run) << from;
        let (from, to) = (base + from as usize, base + (from + run) as usize);
        push_run(text, from, to, others & bits == 0, words);
        left &= !bits;
    }
}

/// Letters, digits and characters outside ASCII, without a gap.
#[inline]
fn push_run(text: &str, from: usize, to: usize, is_ascii: bool, words: &mut Vec<Word>) {
    if is_ascii {
        words.push(Word { from: from as u32, to: to as u32 });
        return;
    }
    let mut begun = None;
    for (at, c) in text[from..to].char_indices() {
        let at = from + at;
        // Nearly all Chinese, told without the table.
        let kind = if ('\u{4e00}'..='\u{9fa5}').contains(&c) { Kind::Single } else { kind(c) };
        if kind == Kind::Spaced {
            begun.get_or_insert(at);
            continue;
        }
        if let Some(begun) = begun.take() {
            words.push(Word { from: begun as u32, to: at as u32 });
        }
        if kind == Kind::Single {
            words.push(Word { from: at as u32, to: (at + c.len_utf8()) as u32 });
        }
    }
    if let Some(begun) = begun {
        words.push(Word { from: begun as u32, to: to as u32 });
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
