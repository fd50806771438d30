//! The text with words replaced by what they are: good, bad, a cue, a name, a small word. What was learned of
//! "blasts TARGET" holds so of rarer words that the lexicon knows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use super::skeleton::SMALL_WORDS;
use super::{Reader, TARGET, Word, valence};
use crate::analyse::vocabulary::Role;

/// Lexicon weights from here on are strong.
const STRONG: f64 = 2.0;
/// Words on either side of the target whose exact place counts.
const REACH: usize = 3;
/// Lengths of stretches beside the target that count as a whole, with and without small words.
const STRETCHES: RangeInclusive<usize> = 2..=4;
const LARGE_STRETCHES: RangeInclusive<usize> = 1..=3;
/// Ends of the text, in the order of signs.
const EDGE: &str = "|";

/// A word's class and its place in the layout.
#[derive(Clone)]
struct Classed<'a> {
    class: Cow<'a, str>,
    small: bool,
    at: Range<usize>,
}

impl<'a> Reader<'a> {
    pub(super) fn classes(&mut self) {
        let all = self.classed();
        let large: Vec<_> = all.iter().filter(|one| !one.small).cloned().collect();
        for at in targets(&all) {
            for step in 1..=REACH {
                let behind = all.get(at + step);
                let before = at.checked_sub(step).and_then(|at| all.get(at));
                for (side, other) in [("after", behind), ("before", before)] {
                    if let Some(other) = other {
                        let parts = [&other.class, side, &step.to_string()];
                        self.add("cp", &parts, other.at.clone());
                    }
                }
            }
            let before = at.checked_sub(1).and_then(|at| all.get(at));
            if let (Some(before), Some(behind)) = (before, all.get(at + 1)) {
                let parts: [&str; 2] = [&before.class, &behind.class];
                self.add("cm", &parts, before.at.start..behind.at.end);
            }
        }
        self.stretches("cs", &all, STRETCHES);
        self.stretches("ck", &large, LARGE_STRETCHES);
        self.order_of_signs(&all);
    }

    /// Stretches of classes right before and right after each target.
    fn stretches(&mut self, kind: &str, classed: &[Classed], lengths: RangeInclusive<usize>) {
        for at in targets(classed) {
            for length in lengths.clone() {
                let after = classed.get(at + 1..=at + length);
                let before = at.checked_sub(length).and_then(|from| classed.get(from..at));
                for (side, stretch) in [("after", after), ("before", before)] {
                    let Some([first, .., last] | [first @ last]) = stretch else { continue };
                    let mut parts = vec![side];
                    parts.extend(stretch.into_iter().flatten().map(|one| &*one.class));
                    self.add(kind, &parts, first.at.start..last.at.end);
                }
            }
        }
    }

    /// In which order good, bad, negation, speech and the target come, whatever lies between them.
    fn order_of_signs(&mut self, classed: &[Classed]) {
        let mut signs = vec![EDGE];
        signs.extend(classed.iter().filter_map(|one| sign(&one.class)));
        signs.push(EDGE);
        signs.dedup();
        let mention = self.scope.mentions.first().cloned().unwrap_or(0..0);
        for length in [2, 3] {
            signs.windows(length).for_each(|parts| self.add("cq", parts, mention.clone()));
        }
    }

    fn classed(&self) -> Vec<Classed<'a>> {
        let marks = self.scope.marks;
        let mut scored = BTreeMap::new();
        for word in &marks.scored {
            let class = match (word.weight < 0.0, word.weight.abs() >= STRONG) {
                (true, true) => "BAD",
                (true, false) => "BAD-",
                (false, true) => "GOOD",
                (false, false) => "GOOD-",
            };
            scored.extend(word.words.clone().map(|at| (at, class)));
        }
        let roles: BTreeMap<usize, Role> =
            marks.cues.iter().flat_map(|cue| cue.words.clone().map(|at| (at, cue.role))).collect();
        let class = |word: &Word<'a>| -> Cow<'a, str> {
            let at = word.at.start;
            match (scored.get(&at), roles.get(&at), valence::of(word.text)) {
                _ if word.text == TARGET => TARGET.into(),
                (Some(&class), ..) => class.into(),
                (_, Some(role), _) => format!("{role:?}").into(),
                _ if self.scope.layout.is_name(at) => "NAME".into(),
                _ if SMALL_WORDS.contains(word.text) => word.text.into(),
                (.., Some(value)) if value < 0.0 => "bad".into(),
                (.., Some(_)) => "good".into(),
                _ => "OTHER".into(),
            }
        };
        let classed = self.words.iter().map(|word| Classed {
            class: class(word),
            small: SMALL_WORDS.contains(word.text),
            at: word.at.clone(),
        });
        classed.collect()
    }
}

fn targets(classed: &[Classed]) -> Vec<usize> {
    (0..classed.len()).filter(|&at| classed[at].class == TARGET).collect()
}

/// What a class is in the order of signs.
fn sign(class: &str) -> Option<&'static str> {
    match class {
        TARGET => Some(TARGET),
        "BAD" | "BAD-" => Some("bad"),
        "GOOD" | "GOOD-" => Some("good"),
        "Negation" | "Never" | "Denial" => Some("not"),
        "Speech" => Some("says"),
        _ => None,
    }
}
