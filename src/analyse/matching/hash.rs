//! Hashes of words and of phrases. Two that differ never meet in practice (64 bits); who could make two meet
//! would have to write the text, and could as well write the term.

/// Between two words: nothing; blanks. Other signs have their own hash.
const NOTHING: u64 = 0;
const BLANK: u64 = 0x9e37_79b9_7f4a_7c15;

const SEED: u64 = 0xa076_1d64_78bd_642f;
const STEP: u64 = 0xe703_7ed1_a0b4_28db;

/// The hash of a word's or a gap's bytes, `from..to` of `text`. Reads sixteen bytes at a time, past the end of the
/// word where there is text, so that nearly every word takes one multiplication and no branch that depends on its
/// length (after wyhash, Wang Yi 2019).
#[inline]
pub(super) fn of_bytes(text: &[u8], from: usize, to: usize) -> u64 {
    let length = to - from;
    if length <= 16 {
        return last(SEED, text, from, length);
    }
    let (mut hash, mut at) = (SEED, from);
    while to - at > 16 {
        let (low, high) = halves(sixteen(text, at));
        hash = mix(low ^ hash, high ^ STEP);
        at += 16;
    }
    last(hash, text, at, to - at) ^ length as u64
}

#[inline]
fn last(hash: u64, text: &[u8], from: usize, length: usize) -> u64 {
    let kept = u128::MAX >> (128 - 8 * length.clamp(1, 16));
    let (low, high) = halves(sixteen(text, from) & kept);
    mix(low ^ hash, high ^ STEP ^ length as u64)
}

#[inline]
fn halves(bytes: u128) -> (u64, u64) {
    (bytes as u64, (bytes >> 64) as u64)
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
fn sixteen(text: &[u8], at: usize) -> u128 {
    if let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        return u128::from_le_bytes(*bytes);
    }
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().rev().fold(0, |all, &byte| all << 8 | u128::from(byte))
}

#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The hash of a gap: runs of blanks count as one.
#[inline]
pub(super) fn gap(bytes: &[u8], from: usize, to: usize) -> u64 {
    match &bytes[from..to] {
        [] => NOTHING,
        [b' '] | [b' ', b' '] => BLANK,
        [_] | [_, _] => of_bytes(bytes, from, to),
        gap => long_gap(gap),
    }
}

fn long_gap(gap: &[u8]) -> u64 {
    if gap.iter().all(|&byte| byte == b' ') {
        return BLANK;
    }
    if !gap.windows(2).any(|pair| pair == b"  ") {
        return of_bytes(gap, 0, gap.len());
    }
    let mut single = gap.to_vec();
    single.dedup_by(|a, b| *a == b' ' && *b == b' ');
    of_bytes(&single, 0, single.len())
}

/// What the first eight bytes of a word, `from..to` of `text`, become: enough to pass over nearly all words without a
/// hash.
#[inline]
pub(super) fn head(text: &[u8], from: usize, to: usize) -> u64 {
    first(text, from, to).wrapping_mul(SEED | 1)
}

/// The first eight bytes of a word, zeros behind a shorter one.
#[inline]
pub(super) fn first(text: &[u8], from: usize, to: usize) -> u64 {
    let kept = u64::MAX.wrapping_shr(64 - 8 * (to - from).min(8) as u32);
    let bytes = match text.get(from..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => sixteen(text, from) as u64,
    };
    bytes & kept
}

/// What stands for a phrase of one word in the filter, by its upper half: as of all products, that depends on all of the
/// word's first bytes.
#[inline]
pub(super) fn one(head: u64) -> u64 {
    head
}

/// What stands for all phrases that begin with two words in the filter.
#[inline]
pub(super) fn two(head: u64, next: u64) -> u64 {
    (head.rotate_left(27) ^ next).wrapping_mul(BLANK)
}
