//! Whether an entry that its source edited is worth reading again. Pure.

use std::collections::HashMap;

use super::key::plain;
use crate::text;

/// Words that may come or go without being news: a typo, a count of comments. One in so many, at
/// least and at most so many: a sentence is news in a text of any length.
const SLIGHT_SHARE: usize = 20;
const SLIGHT_LEAST: usize = 8;
const SLIGHT_MOST: usize = 14;
/// Words that are compared.
const WORDS: usize = 20_000;

/// Whether headline or text changed by more than a little. A text that is no longer announced is no
/// edit of it.
#[must_use]
pub fn is_material(before: (&str, &str), now: (&str, &str)) -> bool {
    if plain(before.0) != plain(now.0) {
        return true;
    }
    if now.1.trim().is_empty() {
        return false;
    }
    let mut balance: HashMap<String, i64> = HashMap::new();
    let mut words = 0;
    for (text, step) in [(before.1, -1), (now.1, 1)] {
        for token in text::tokens(text).take(WORDS) {
            *balance.entry(token.text.to_lowercase()).or_default() += step;
            words += 1;
        }
    }
    let changed: u64 = balance.values().map(|count| count.unsigned_abs()).sum();
    // Both texts were counted.
    let slight = (words / 2 / SLIGHT_SHARE).clamp(SLIGHT_LEAST, SLIGHT_MOST);
    changed > slight as u64
}

#[cfg(test)]
mod tests {
    use super::is_material;

    #[test]
    fn edits() {
        let text = "The bank says that all is well. ".repeat(20);
        let check = |now: (&str, &str)| is_material(("Bank calm", &text), now);
        assert!(!check(("Bank calm!", &text)), "only punctuation");
        assert!(!check(("Bank calm", &text.replacen("says", "said", 2))));
        assert!(!check(("Bank calm", "")), "no longer announced");
        assert!(check(("Bank fails", &text)));
        let more = format!(
            "{text} Since noon nobody can withdraw money and the branches are closed, \
            the regulator confirms"
        );
        assert!(check(("Bank calm", &more)));
        assert!(is_material(("银行", "平静"), ("银行", "储户无法取款，分行已关闭，监管机构证实")));
    }
}
