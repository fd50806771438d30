//! Folding: the one spelling in which terms and texts are compared.
//!
//! NFKC-compatible characters, case, accents, width, typographic quotes and dashes are folded, traditional
//! Chinese characters become simplified ones; zero-width characters and soft hyphens vanish (Unicode TR15,
//! TR21). Hangul keeps its syllables.
//!
//! Runs of plain ASCII are copied whole; for all else a table, filled by pages as texts touch them, says
//! what a character becomes.

use std::sync::{LazyLock, OnceLock};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use wide::u8x16;

use super::Folded;

/// What a character becomes, if not one other character. Both lie beyond Unicode.
const NOTHING: u32 = 0x0011_0000;
const SEVERAL: u32 = 0x0011_0001;
/// Characters of a page of the table.
const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;

static TABLE: [OnceLock<Box<[u32]>>; PAGES] = [const { OnceLock::new() }; PAGES];

/// Folds a text. Texts of more than 2^32 bytes are cut there; pages are bounded long before.
#[must_use]
pub fn fold(original: &str) -> Folded {
    let mut folded = Folded::default();
    fold_onto(&mut folded, original);
    folded
}

/// Folds a text behind what `folded` already holds, as if the originals were one.
pub fn fold_onto(folded: &mut Folded, original: &str) {
    let room = (u32::MAX as usize).saturating_sub(folded.original_len());
    let original = &original[..original.floor_char_boundary(room)];
    let from = folded.text.len();
    folded.text.reserve(original.len());
    let mut rest = original;
    while !rest.is_empty() {
        let plain = plain_run(rest.as_bytes());
        if plain > 0 {
            let (run, after) = rest.split_at(plain);
            folded.push_ascii(run);
            rest = after;
        }
        let fixed = fixed_run(rest.as_bytes());
        if fixed > 0 {
            let (run, after) = rest.split_at(fixed);
            folded.push_fixed(run);
            rest = after;
        }
        rest = fold_special(folded, rest);
    }
    // All at once: run by run it would cost more than all else.
    folded.text[from..].make_ascii_lowercase();
}

/// Folds the characters up to the next plain or fixed one, at least one if it is not plain; returns what follows.
fn fold_special<'a>(folded: &mut Folded, rest: &'a str) -> &'a str {
    let mut chars = rest.chars();
    loop {
        let before = chars.as_str();
        match chars.next() {
            Some(c) if !(c.is_ascii() && is_plain(c as u8)) => push_folded(folded, c),
            _ => return before,
        }
        if fixed_run(chars.as_str().as_bytes().get(..3).unwrap_or_default()) > 0 {
            return chars.as_str();
        }
    }
}

/// Bytes at the start that are characters of three bytes each which fold to themselves: nearly all Chinese in
/// simplified characters.
#[inline]
fn fixed_run(bytes: &[u8]) -> usize {
    static FIXED: LazyLock<Box<[u64]>> = LazyLock::new(|| {
        let mut bits = vec![0_u64; 0x1_0000 / 64];
        let mut out = String::new();
        for c in ('\u{800}'..='\u{ffff}').filter(|&c| c.len_utf8() == 3) {
            out.clear();
            fold_char(c, &mut out);
            if out.chars().eq([c]) {
                bits[c as usize / 64] |= 1 << (c as usize % 64);
            }
        }
        bits.into()
    });
    let (chars, _) = bytes.as_chunks::<3>();
    if chars.first().is_none_or(|first| first[0] & 0xf0 != 0xe0) {
        return 0;
    }
    let bits = &**FIXED;
    let is_fixed = |&&[first, second, third]: &&[u8; 3]| {
        let code = usize::from(first & 0xf) << 12
            | usize::from(second & 0x3f) << 6
            | usize::from(third & 0x3f);
        first & 0xf0 == 0xe0 && bits[code / 64] >> (code % 64) & 1 != 0
    };
    3 * chars.iter().take_while(is_fixed).count()
}

fn push_folded(folded: &mut Folded, c: char) {
    let code = c as usize;
    let page = TABLE[code / PAGE].get_or_init(|| page(code / PAGE));
    match page[code % PAGE] {
        NOTHING => folded.skip(c.len_utf8()),
        SEVERAL => {
            let mut out = String::new();
            fold_char(c, &mut out);
            folded.push_str(c.len_utf8(), &out);
        }
        one => folded.push(c.len_utf8(), char::from_u32(one).unwrap_or(c)),
    }
}

fn page(number: usize) -> Box<[u32]> {
    let mut out = String::new();
    let entry = |code: u32| {
        let Some(c) = char::from_u32(code) else { return NOTHING };
        out.clear();
        fold_char(c, &mut out);
        let mut parts = out.chars();
        match (parts.next(), parts.next()) {
            (None, _) => NOTHING,
            (Some(one), None) => one as u32,
            _ => SEVERAL,
        }
    };
    let first = u32::try_from(number * PAGE).unwrap_or(NOTHING);
    (first..).take(PAGE).map(entry).collect()
}

/// Bytes at the start that fold to themselves or, letters, to lower case.
#[inline]
fn plain_run(bytes: &[u8]) -> usize {
    let (parts, rest) = bytes.as_chunks::<16>();
    for (nth, part) in parts.iter().enumerate() {
        let special = !plain_bytes(*part);
        if special != 0 {
            return 16 * nth + special.trailing_zeros() as usize;
        }
    }
    bytes.len() - rest.len() + rest.iter().take_while(|&&byte| is_plain(byte)).count()
}

/// As [`is_plain`], a bit a byte; the bits above are set.
fn plain_bytes(part: [u8; 16]) -> u32 {
    let bytes = u8x16::from(part);
    let printed = (bytes - u8x16::splat(b' ')).simd_le(u8x16::splat(b'~' - b' '));
    let plain = printed & bytes.simd_ne(u8x16::splat(b'`')) | bytes.simd_eq(u8x16::splat(b'\n'));
    plain.to_bitmask() | 0xffff_0000
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n') && byte != b'`'
}

/// What one character becomes: the definition of the table.
fn fold_char(c: char, out: &mut String) {
    match c {
        '가'..='힣' => out.push(c),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' => {}
        '\n' | '\r' => out.push('\n'),
        '‘' | '’' | '‚' | '‛' | '`' | '´' => out.push('\''),
        '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '『' | '』' => {
            out.push('"');
        }
        '‐'..='―' | '−' => out.push('-'),
        _ if c.is_whitespace() => out.push(' '),
        _ if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        _ => {
            for part in std::iter::once(c).nfkd().filter(|&part| !is_combining_mark(part)) {
                let low = part.to_lowercase().filter(|&low| !is_combining_mark(low));
                out.extend(low.map(simplified));
            }
        }
    }
}

/// The simplified form of a Chinese character.
fn simplified(c: char) -> char {
    static PAIRS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
        let lines = include_str!("simplified.txt").lines().filter(|line| !line.starts_with('#'));
        let pair = |line: &str| {
            let mut chars = line.chars();
            Some((chars.next()?, chars.next()?))
        };
        lines.filter_map(pair).collect()
    });
    if c < '\u{3400}' {
        return c;
    }
    let place = PAIRS.binary_search_by_key(&c, |pair| pair.0);
    place.ok().and_then(|at| PAIRS.get(at)).map_or(c, |pair| pair.1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{fold, fold_char, fold_onto};
    use crate::text::Folded;

    fn check(original: &str, folded: &str) {
        assert_eq!(fold(original).text, folded, "{original:?}");
    }

    #[test]
    fn spellings_meet() {
        check("Corrupción", "corrupcion");
        check("ＢＡＮＣＯ", "banco");
        check("L’année", "l'annee");
        check("frau\u{ad}de\u{200b}s", "fraudes");
        check("Straße ﬁn", "straße fin");
        check("银行挤兑", "银行挤兑");
        check("銀行擠兌", "银行挤兑");
        check("e\u{301}xito", "exito");
        check("한국", "한국");
        check("a\tb\r\n`c`", "a b\n\n'c'");
    }

    #[test]
    fn spans_lead_back_to_the_original() {
        let original = "La corrupcio\u{301}n de ﬁn";
        let folded = fold(original);
        let at = folded.text.find("fin").expect("folded");
        let span = folded.original(at..at + 3);
        let back: String = original.chars().skip(span.start).take(span.len()).collect();
        assert_eq!(back, "ﬁn");
        assert_eq!(&original[folded.original_bytes(at..at + 3)], "ﬁn");
        assert_eq!(folded.original(0..0), 0..0);
    }

    /// Folded text and, for each byte, its character: by the definition.
    fn slow(original: &str) -> (String, Vec<usize>) {
        let (mut text, mut origin) = (String::new(), Vec::new());
        for (index, c) in original.chars().enumerate() {
            fold_char(c, &mut text);
            origin.resize(text.len(), index);
        }
        (text, origin)
    }

    fn agrees(original: &str, folded: &Folded) {
        let (text, origin) = slow(original);
        assert_eq!(folded.text, text, "{original:?}");
        let starts: Vec<_> = original.char_indices().collect();
        for (byte, &index) in origin.iter().enumerate() {
            assert_eq!(folded.original(byte..byte + 1), index..index + 1, "{original:?} at {byte}");
            let (from, c) = starts[index];
            assert_eq!(folded.original_bytes(byte..byte + 1), from..from + c.len_utf8());
        }
    }

    #[test]
    fn every_character_is_folded_as_defined() {
        let mut all = Folded::default();
        let mut defined = String::new();
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            fold_onto(&mut all, c.encode_utf8(&mut [0; 4]));
            fold_char(c, &mut defined);
        }
        assert!(all.text == defined, "the table differs from its definition");
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            parts in prop::collection::vec("[ -~]{0,40}|[áñ€…ﬁ\u{301}\u{ad}ＡІ]{0,3}|[银銀한\n\r\t`]{0,4}|.{0,5}", 0..6),
        ) {
            let mut folded = Folded::default();
            for part in &parts {
                fold_onto(&mut folded, part);
            }
            agrees(&parts.concat(), &folded);
        }
    }
}
