//! Sentences: within a line, up to a full stop, question or exclamation mark that ends one.

use std::ops::Range;

/// The sentences of a text in order, in bytes, blanks at their ends left out. A full stop between digits or
/// letters (`3.5`, `AMN.MC`), behind an initial or another abbreviation of two letters (`J. Pérez`, `Sr. Pérez`, `EE. UU.`),
/// or before a small letter ends none; Chinese marks (`。！？；`) always do.
pub fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let start = at + rest.find(|c: char| !c.is_whitespace())?;
            let end = end_of(text, start);
            at = end;
            let length = text[start..end].trim_end().len();
            if length > 0 {
                return Some(start..start + length);
            }
        }
    })
}

fn end_of(text: &str, start: usize) -> usize {
    for (offset, c) in text[start..].char_indices() {
        let (at, after) = (start + offset, start + offset + c.len_utf8());
        let ends = match c {
            '\n' | '\r' => return after,
            '。' | '！' | '？' | '；' => true,
            '!' | '?' | '…' => followed(text, after),
            '.' => followed(text, after) && !is_abbreviation(&text[start..at]),
            _ => false,
        };
        if ends {
            return with_closing(text, after);
        }
    }
    text.len()
}

/// Whether a blank follows, after closing signs and further marks, and then no small letter.
fn followed(text: &str, at: usize) -> bool {
    let rest = &text[with_closing(text, at)..];
    let next = rest.trim_start();
    next.is_empty()
        || (next.len() < rest.len() && !next.chars().next().is_some_and(char::is_lowercase))
}

/// Where closing quotes, brackets and further marks end.
fn with_closing(text: &str, at: usize) -> usize {
    let is_closing = |c: char| {
        matches!(c, '"' | '\'' | '”' | '’' | '»' | '」' | '』' | ')' | ']' | '）' | '】' | '》')
            || matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？')
    };
    let rest = &text[at..];
    at + rest.find(|c| !is_closing(c)).unwrap_or(rest.len())
}

/// An initial, a capital with a small letter, or a doubled capital (`EE. UU.`).
fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let mut letters = word.chars();
    let Some(first) = letters.next().filter(|first| first.is_uppercase()) else { return false };
    match (letters.next(), letters.next()) {
        (None, _) => true,
        (Some(second), None) => second.is_lowercase() || second == first,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sentences;

    #[track_caller]
    fn check(text: &str, found: &[&str]) {
        let seen: Vec<_> = sentences(text).map(|range| &text[range]).collect();
        assert_eq!(seen, found);
    }

    #[test]
    fn sentences_end_where_they_end() {
        check("Uno. Dos? ¡Tres! Cuatro", &["Uno.", "Dos?", "¡Tres!", "Cuatro"]);
        check(
            "En EE. UU. el Sr. Pérez ganó 3.5 puntos en AMN.MC. Fin.",
            &["En EE. UU. el Sr. Pérez ganó 3.5 puntos en AMN.MC.", "Fin."],
        );
        check("«Basta.» Dijo. y siguió", &["«Basta.»", "Dijo. y siguió"]);
        check("银行倒闭。客户“不满！”股价跌", &["银行倒闭。", "客户“不满！”", "股价跌"]);
        check("Titular\n\n Texto", &["Titular", "Texto"]);
        check(" ", &[]);
    }

    proptest! {
        #[test]
        fn all_letters_are_in_one(text in "[aA1 .!?。\n\"”é]{0,30}") {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            let mut end = 0;
            let mut seen = 0;
            for range in sentences(&text) {
                prop_assert!(range.start >= end);
                end = range.end;
                seen += letters(&text[range]);
            }
            prop_assert_eq!(seen, letters(&text));
        }
    }
}
