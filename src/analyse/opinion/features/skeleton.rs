//! The text without small words and with all names alike, so that what is done to whom is seen
//! across the words in between.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Reader, TARGET, Word};

/// Stands for other names than the target's.
const NAME: &str = "\u{3}";
/// Words on either side of the target, small ones left out, whose exact place counts.
const REACH: usize = 4;

/// Words that are left out.
const SMALL: &str = "a an the of to in on at by for with from as is are was were be been being has have had \
    do does did will would can could may might shall should and or but if than that this these those it its he \
    she they we you i his her their our my your who which what when where how not no so up out about into over \
    after before there here then";

pub(super) static SMALL_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| SMALL.split_ascii_whitespace().collect());

impl<'a> Reader<'a> {
    pub(super) fn skeleton(&mut self) {
        let words = self.with_names_alike();
        for three in words.windows(3).filter(|three| three.iter().any(|word| word.text == TARGET)) {
            let [a, b, c] = three else { continue };
            self.add_once("n3", &[a.text, b.text, c.text], a.at.start..c.at.end);
        }
        let large: Vec<&Word> =
            words.iter().filter(|word| !SMALL_WORDS.contains(word.text)).collect();
        for two in large.windows(2) {
            let [a, b] = two else { continue };
            self.add_once("l2", &[a.text, b.text], a.at.start..b.at.end);
        }
        for at in (0..large.len()).filter(|&at| large.get(at).is_some_and(|one| one.text == TARGET))
        {
            for step in 1..=REACH {
                let place = step.to_string();
                let behind = large.get(at + step);
                let before = at.checked_sub(step).and_then(|at| large.get(at));
                for (side, other) in [("after", behind), ("before", before)] {
                    if let Some(other) = other {
                        self.add("lp", &[other.text, side, &place], other.at.clone());
                    }
                }
            }
        }
    }

    /// The words with names as one word each, however many words a name has.
    fn with_names_alike(&self) -> Vec<Word<'a>> {
        let mut alike: Vec<Word<'a>> = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let name = word.text != TARGET && self.scope.layout.is_name(word.at.start);
            if let Some(last) = alike.last_mut().filter(|last| name && last.text == NAME) {
                last.at.end = word.at.end;
            } else {
                let text = if name { NAME } else { word.text };
                alike.push(Word { text, at: word.at.clone() });
            }
        }
        alike
    }
}
