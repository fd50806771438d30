//! How good or bad English words are by themselves, whatever the lexicon's rules make of them. The model
//! weighs them; as words of the rules they would do harm ("share", "united").

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Reader, TARGET, near};

/// From here on a word is strong.
const STRONG: f64 = 1.8;
/// Words from the target at which a word counts half.
const HALF_AT: f64 = 12.0;
/// Largest step of the sum that is told apart.
const MOST: i32 = 5;
/// Largest count that is told apart.
const MANY: usize = 3;

static VALENCES: LazyLock<HashMap<&str, f64>> = LazyLock::new(|| {
    let lines = include_str!("valence.txt").lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once(' '));
    pairs.filter_map(|(word, value)| Some((word, value.parse().ok()?))).collect()
});

/// The valence of a folded word, -4 to 4.
pub(super) fn of(word: &str) -> Option<f64> {
    VALENCES.get(word).copied()
}

impl Reader<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "clamped")]
    pub(super) fn valences(&mut self) {
        let words = std::mem::take(&mut self.words);
        let (mut bad, mut good, mut sum) = (0, 0, 0.0);
        for word in words.iter().filter(|word| word.text != TARGET) {
            let Some(value) = of(word.text) else { continue };
            let (side, distance, same_clause) = self.seen(&word.at);
            let (near, clause) = (near(distance), if same_clause { "same" } else { "other" });
            let count = if value < 0.0 { &mut bad } else { &mut good };
            *count += 1;
            sum += value / (1.0 + distance as f64 / HALF_AT);
            let (sign, degree) = class(value);
            self.add("v", &[sign, side, near], word.at.clone());
            self.add("v", &[sign, degree, clause], word.at.clone());
            self.add("v", &[sign, degree, near], word.at.clone());
        }
        self.words = words;
        let mention = self.scope.mentions.first().cloned().unwrap_or(0..0);
        let step = (sum.round() as i32).clamp(-MOST, MOST);
        self.add("vs", &[&step.to_string()], mention.clone());
        for edge in -MOST..=step {
            self.add("vs>", &[&edge.to_string()], mention.clone());
        }
        let counts = [bad, good].map(|count: usize| count.min(MANY).to_string());
        self.add("vc", &[&counts[0], &counts[1]], mention);
    }
}

/// Sign and degree.
fn class(value: f64) -> (&'static str, &'static str) {
    (
        if value < 0.0 { "bad" } else { "good" },
        if value.abs() >= STRONG { "strong" } else { "weak" },
    )
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn every_line_is_read() {
        assert!(of("disgrace").is_some_and(|value| value < -1.0));
        assert!(of("praised").is_some_and(|value| value > 1.0));
        assert_eq!(of("table"), None);
    }
}
