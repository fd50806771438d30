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
    folded.text.reserve(original.len());
    let mut rest = original;
    while !rest.is_empty() {
        let plain = plain_run(rest.as_bytes());
        if plain > 0 {
            let (run, after) = rest.split_at(plain);
            folded.push_ascii(run);
            rest = after;
        }
        rest = fold_special(folded, rest);
    }
}

/// Folds characters up to the next plain one; returns what follows.
fn fold_special<'a>(folded: &mut Folded, rest: &'a str) -> &'a str {
    let mut chars = rest.chars();
    loop {
        let before = chars.as_str();
        match chars.next() {
            Some(c) if !(c.is_ascii() && is_plain(c as u8)) => push_folded(folded, c),
            _ => return before,
        }
    }
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
fn plain_run(bytes: &[u8]) -> usize {
    const CHUNK: usize = 16;
    let fits = |chunk: &&[u8]| chunk.iter().fold(true, |all, &byte| all & is_plain(byte));
    let whole = bytes.chunks_exact(CHUNK).take_while(fits).count() * CHUNK;
    whole + bytes[whole..].iter().take_while(|&&byte| is_plain(byte)).count()
}

#[allow(
    clippy::needless_bitwise_bool,
    reason = "without branches, sixteen bytes are tried at once"
)]
fn is_plain(byte: u8) -> bool {
    (matches!(byte, b' '..=b'~') & (byte != b'`')) | (byte == b'\n')
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
            parts.iter().for_each(|part| fold_onto(&mut folded, part));
            agrees(&parts.concat(), &folded);
        }
    }
}
