//! Words: runs of letters and digits in alphabetic scripts, single characters in Han.

use std::ops::Range;
use std::sync::OnceLock;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// The word.
    pub text: &'a str,
    /// Its bytes in the text.
    pub bytes: Range<usize>,
}

/// Whether a character belongs to the Han script (the blocks that news text uses).
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// The words of a text in order: `don't`, `AT&T` and `ex-consejero` are one word each;
/// every Han character is one.
pub fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = rest.find(|&(_, c)| c.is_alphanumeric())?;
        let mut end = start + first.len_utf8();
        if !is_han(first) {
            while let Some(&(at, c)) = rest.peek() {
                if is_word_char(c) {
                    end = at + c.len_utf8();
                } else if !(is_joiner(c) && continues(text, at + c.len_utf8())) {
                    break;
                }
                rest.next();
            }
        }
        Some(Token { text: &text[start..end], bytes: start..end })
    })
}

/// Whether a character belongs to a script that puts spaces between words. Han, kana and Hangul do
/// not (Korean hangs its particles on names).
#[must_use]
pub fn is_spaced(c: char) -> bool {
    c.is_alphanumeric() && !is_han(c) && !matches!(c, '\u{2e80}'..='\u{d7ff}')
}

/// What a character is to the words of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A letter or digit that makes a word with its neighbours.
    Spaced,
    /// A word by itself.
    Single,
    /// No part of a word.
    Sign,
}

/// The kind of a character, from a table that is filled by pages as texts touch them: Unicode's own tables are
/// searched, which for a page of Chinese costs more than all else.
#[must_use]
pub fn kind(c: char) -> Kind {
    const PAGE: usize = 256;
    const PAGES: usize = 0x11_0000 / PAGE;
    static TABLE: [OnceLock<[Kind; PAGE]>; PAGES] = [const { OnceLock::new() }; PAGES];
    let (page, place) = (c as usize / PAGE, c as usize % PAGE);
    let fill = || {
        let first = (c as u32) & !(256 - 1);
        let mut chars = (first..).map(char::from_u32);
        std::array::from_fn(|_| chars.next().flatten().map_or(Kind::Sign, kind_of))
    };
    TABLE[page].get_or_init(fill)[place]
}

fn kind_of(c: char) -> Kind {
    match (is_spaced(c), c.is_alphanumeric()) {
        (true, _) => Kind::Spaced,
        (_, true) => Kind::Single,
        _ => Kind::Sign,
    }
}

/// The words of a text as terms are compared with them: runs of letters and digits in scripts that put
/// spaces between words, single characters in the others. `AT&T` is two.
pub fn words(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = rest.find(|&(_, c)| c.is_alphanumeric())?;
        let mut end = start + first.len_utf8();
        while is_spaced(first) && rest.next_if(|&(_, c)| is_spaced(c)).is_some() {
            end = rest.peek().map_or(text.len(), |&(at, _)| at);
        }
        Some(Token { text: &text[start..end], bytes: start..end })
    })
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() && !is_han(c)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\'' | '’' | '-' | '&')
}

fn continues(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(is_word_char)
}

#[cfg(test)]
mod tests {
    use super::{Kind, is_spaced, kind, tokens, words};

    #[test]
    fn the_table_of_kinds_is_what_it_stands_for() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            assert_eq!(kind(c) == Kind::Spaced, is_spaced(c), "{c:?}");
            assert_eq!(kind(c) != Kind::Sign, c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn words_by_script() {
        let words: Vec<_> = tokens("AT&T's ex-jefe, 3.º; 银行A股 - fin-").map(|t| t.text).collect();
        assert_eq!(words, ["AT&T's", "ex-jefe", "3", "º", "银", "行", "A", "股", "fin"]);
    }

    #[test]
    fn words_that_terms_are_compared_with() {
        let words: Vec<_> = words("AT&T's 3.º 银行A股 바이").map(|t| t.text).collect();
        assert_eq!(words, ["AT", "T", "s", "3", "º", "银", "行", "A", "股", "바", "이"]);
    }
}
