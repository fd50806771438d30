//! The words of an article as an index keeps them, and how a query's terms ask for them.
//!
//! In scripts that put blanks between words a word is indexed as it is, folded. Of the others each
//! character is indexed together with the one behind it: Chinese words have two characters, and a single
//! one is the beginning of such pairs. So the index has exactly one entry for each word of the text, in
//! order, and phrases and distances can be asked for in any script.

use std::collections::HashSet;

use crate::model::condition::{IndexWords, TOO_MANY};
use crate::text::{fold, is_spaced, words};

/// To be raised with every change of what is indexed, of folding and of words: the index is then built anew.
pub const INDEX_VERSION: i64 = 1;

/// Longest word that is indexed whole, in characters; of longer ones the beginning.
const WORD: usize = 40;
/// Bytes of different words that are indexed of one article: half of what `PostgreSQL` takes.
const DISTINCT: usize = 500_000;

/// Cuts an article for the index.
#[must_use]
pub fn index_words(title: &str, body: &str) -> IndexWords {
    let (title, body) = (units(&fold(title).text), units(&fold(body).text));
    let mut seen = HashSet::new();
    let distinct: Vec<&str> =
        title.iter().chain(&body).map(String::as_str).filter(|word| seen.insert(*word)).collect();
    let bytes: usize = distinct.iter().map(|word| word.len() + 1).sum();
    if bytes > DISTINCT {
        let all = || TOO_MANY.to_owned();
        return IndexWords { title: String::new(), body: all(), distinct: all() };
    }
    IndexWords { title: title.join(" "), body: body.join(" "), distinct: distinct.join(" ") }
}

/// One entry for each word of a folded text.
fn units(folded: &str) -> Vec<String> {
    let words: Vec<&str> = words(folded).map(|word| word.text).collect();
    let next = words.iter().skip(1).map(Some).chain([None]);
    words.iter().zip(next).map(|(word, next)| unit(word, next.copied())).collect()
}

/// A word, with the one behind it if neither is of a script with blanks.
fn unit(word: &str, next: Option<&str>) -> String {
    match next {
        Some(next) if !spaced(word) && !spaced(next) => format!("{word}{next}"),
        _ => cut(word).to_owned(),
    }
}

/// Whether a word is of a script with blanks.
pub(super) fn spaced(word: &str) -> bool {
    word.chars().next().is_some_and(is_spaced)
}

/// The part of a word that is indexed.
pub(super) fn cut(word: &str) -> &str {
    word.char_indices().nth(WORD).map_or(word, |(end, _)| &word[..end])
}

/// The entries that words in a row must have in the index, and whether the last is only a beginning.
pub(super) fn row(words: &[&str]) -> (Vec<String>, bool) {
    let Some((last, before)) = words.split_last() else { return (Vec::new(), false) };
    let mut row: Vec<String> =
        before.iter().zip(&words[1..]).map(|(word, next)| unit(word, Some(next))).collect();
    if spaced(last) {
        row.push(cut(last).to_owned());
        return (row, false);
    }
    // What stands behind the last character is not known: it is the end of the pair before it, or
    // the beginning of any.
    if before.last().is_some_and(|word| !spaced(word)) {
        return (row, false);
    }
    row.push((*last).to_owned());
    (row, true)
}

#[cfg(test)]
mod tests {
    use super::{index_words, row};
    use crate::model::condition::TOO_MANY;

    #[test]
    fn one_entry_for_each_word() {
        let indexed = index_words("Fraude en A股", "银行，挤兑 5G");
        assert_eq!(indexed.title, "fraude en a 股");
        assert_eq!(indexed.body, "银行 行挤 挤兑 兑 5g");
        assert_eq!(indexed.distinct, "fraude en a 股 银行 行挤 挤兑 兑 5g");
    }

    #[test]
    fn words_in_a_row_are_found_by_pairs() {
        let owned = |row: &[&str]| row.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        assert_eq!(row(&["银", "行"]), (owned(&["银行"]), false));
        assert_eq!(row(&["银"]), (owned(&["银"]), true));
        assert_eq!(row(&["a", "股"]), (owned(&["a", "股"]), true));
        assert_eq!(row(&["股", "a"]), (owned(&["股", "a"]), false));
    }

    #[test]
    fn a_text_beyond_all_bounds_is_marked_and_not_indexed() {
        let body: String = (0..100_000).fold(String::new(), |text, n| text + &format!("w{n} "));
        assert_eq!(index_words("x", &body).distinct, TOO_MANY);
        assert_eq!(index_words("x", &"a".repeat(1_000_000)).body, "a".repeat(40));
    }
}
