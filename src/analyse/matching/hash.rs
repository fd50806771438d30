//! Hashes of words and of phrases. Two that differ never meet in practice (64 bits); who could make two meet
//! would have to write the text, and could as well write the term.

/// Between two words: nothing; blanks. Other signs have their own hash.
pub(super) const NOTHING: u64 = 0;
pub(super) const BLANK: u64 = 0x9e37_79b9_7f4a_7c15;

const SEED: u64 = 0xa076_1d64_78bd_642f;
const STEP: u64 = 0xe703_7ed1_a0b4_28db;

/// The hash of a word's or a gap's bytes, `from..to` of `text`. Reads eight bytes at a time, past the end of
/// the word where there is text.
#[inline]
pub(super) fn of_bytes(text: &[u8], from: usize, to: usize) -> u64 {
    let length = (to - from) as u64;
    let (mut hash, mut at) = (SEED ^ length, from);
    while to - at > 8 {
        hash = mix(hash ^ eight(text, at), STEP);
        at += 8;
    }
    let kept = u64::MAX >> (64 - 8 * (to - at).clamp(1, 8));
    mix(hash ^ (eight(text, at) & kept), STEP ^ length)
}

/// As [`of_bytes`] of a whole text.
pub(super) fn of_str(text: &str) -> u64 {
    of_bytes(text.as_bytes(), 0, text.len())
}

/// The hash of a phrase that goes on over a gap with another word.
#[inline]
pub(super) fn extend(phrase: u64, gap: u64, word: u64) -> u64 {
    (phrase ^ gap).wrapping_mul(STEP | 1).rotate_left(23).wrapping_add(word)
}

#[inline]
fn eight(text: &[u8], at: usize) -> u64 {
    if let Some(bytes) = text.get(at..at + 8) {
        return bytes.try_into().map_or(0, u64::from_le_bytes);
    }
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte))
}

#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}
