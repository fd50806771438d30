//! Wildcards within a word or a value.

/// `*` of a term while it is folded: a character that no text uses.
pub const ANY: char = '\u{e000}';
/// `?` of a term while it is folded.
pub const ONE: char = '\u{e001}';

/// A term with its wildcards marked, so that folding leaves them and them alone.
#[must_use]
pub fn marked(term: &str) -> String {
    let mark = |c| match c {
        '*' => ANY,
        '?' => ONE,
        ANY | ONE => ' ',
        other => other,
    };
    term.chars().map(mark).collect()
}

/// Whether a character of a folded term is a wildcard.
#[must_use]
pub fn is_wild(c: char) -> bool {
    matches!(c, ANY | ONE)
}

/// Whether a pattern fits a whole word. Takes at most as many steps as the product of their lengths.
#[must_use]
pub fn fits(pattern: &[char], word: &str) -> bool {
    let mut rest = word.chars();
    let mut at = 0;
    // Where the last `*` stood, and the word from where it is tried next.
    let mut again: Option<(usize, std::str::Chars)> = None;
    loop {
        let before = rest.clone();
        match (pattern.get(at), rest.next()) {
            (Some(&ANY), _) => {
                again = Some((at, before.clone()));
                rest = before;
                at += 1;
            }
            (None, None) => return true,
            (Some(&wanted), Some(c)) if wanted == ONE || wanted == c => at += 1,
            _ => {
                let Some((star, mut from)) = again.take() else { return false };
                if from.next().is_none() {
                    return false;
                }
                rest = from.clone();
                at = star + 1;
                again = Some((star, from));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ANY, ONE, fits, marked};

    fn slow(pattern: &[char], word: &[char]) -> bool {
        match pattern.split_first() {
            None => word.is_empty(),
            Some((&ANY, rest)) => (0..=word.len()).any(|at| slow(rest, &word[at..])),
            Some((&one, rest)) => {
                word.first().is_some_and(|&c| one == ONE || one == c) && slow(rest, &word[1..])
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?]{0,6}", word in "[ab]{0,8}") {
            let pattern: Vec<char> = marked(&pattern).chars().collect();
            let letters: Vec<char> = word.chars().collect();
            prop_assert_eq!(fits(&pattern, &word), slow(&pattern, &letters));
        }
    }
}
