//! Folding: the one spelling in which terms and texts are compared.
//!
//! NFKC-compatible characters, case, accents, width, typographic quotes and dashes are folded;
//! zero-width characters and soft hyphens vanish (Unicode TR15, TR21). Hangul keeps its syllables.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded text and, for each of its bytes, the character of the original that it came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    /// The folded text.
    pub text: String,
    origin: Vec<u32>,
}

impl Folded {
    /// The characters of the original (Unicode scalar values, end exclusive) that `bytes` of the
    /// folded text came from. Combining marks that follow the last one belong to it.
    #[must_use]
    pub fn original(&self, bytes: Range<usize>) -> Range<usize> {
        let Some(last) = bytes.end.checked_sub(1).filter(|_| !bytes.is_empty()) else {
            let at = self.origin.get(bytes.start).or(self.origin.last());
            let at = at.map_or(0, |&c| c as usize);
            return at..at;
        };
        let from = self.origin[bytes.start] as usize;
        let to = self.origin[last] as usize + 1;
        from..to
    }
}

/// Folds a text. Texts of more than 2^32 characters are cut there; pages are bounded long before.
#[must_use]
pub fn fold(original: &str) -> Folded {
    let mut folded = Folded {
        text: String::with_capacity(original.len()),
        origin: Vec::with_capacity(original.len()),
    };
    for (index, c) in original.chars().enumerate() {
        let Ok(index) = u32::try_from(index) else { break };
        let before = folded.text.len();
        fold_char(c, &mut folded.text);
        folded.origin.resize(folded.origin.len() + folded.text.len() - before, index);
    }
    folded
}

fn fold_char(c: char, out: &mut String) {
    match c {
        'a'..='z' | '0'..='9' | '가'..='힣' => out.push(c),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' => {}
        '\n' | '\r' => out.push('\n'),
        '‘' | '’' | '‚' | '‛' | '`' | '´' => out.push('\''),
        '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '『' | '』' => {
            out.push('"');
        }
        '‐'..='―' | '−' => out.push('-'),
        _ if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        _ if c.is_whitespace() => out.push(' '),
        _ => {
            for part in std::iter::once(c).nfkd().filter(|&part| !is_combining_mark(part)) {
                out.extend(part.to_lowercase().filter(|&low| !is_combining_mark(low)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

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
        check("e\u{301}xito", "exito");
        check("한국", "한국");
    }

    #[test]
    fn spans_lead_back_to_the_original() {
        let original = "La corrupcio\u{301}n de ﬁn";
        let folded = fold(original);
        let at = folded.text.find("fin").expect("folded");
        let span = folded.original(at..at + 3);
        let back: String = original.chars().skip(span.start).take(span.len()).collect();
        assert_eq!(back, "ﬁn");
        assert_eq!(folded.original(0..0), 0..0);
    }
}
