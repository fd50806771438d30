//! Clauses that are about somebody else: their bad news is not the target's.

use std::collections::BTreeSet;
use std::ops::Range;

use super::cues::Marks;
use super::layout::Layout;
use crate::analyse::joined::Joined;
use crate::analyse::vocabulary::Role;

/// Characters that end a Chinese name and tell what kind of organisation it is: 银行, 汽车.
const KIND_HAN: usize = 2;
/// Before an organisation's kind they mean the one spoken of: 该银行, 本公司.
const SAME_HAN: [&str; 6] = ["该", "本", "此", "我", "这", "家"];

/// Of the clauses that words stand in, those without a mention (places in the layout, in order) that
/// name others: in words for rivals, by a capital where capitals tell names, or, in Chinese, by another
/// name of the target's kind.
pub(in crate::analyse) fn clauses_of_others(
    text: &Joined,
    layout: &Layout,
    marks: &Marks,
    mentions: &[Range<usize>],
    words: impl Iterator<Item = usize>,
) -> BTreeSet<u32> {
    let Some(first) = mentions.first() else { return BTreeSet::new() };
    let named = Named::new(text, layout, first);
    let is_others = |clause: Range<usize>| {
        let next = mentions.partition_point(|mention| mention.end <= clause.start);
        let is_own = mentions.get(next).is_some_and(|mention| mention.start < clause.end);
        !is_own && (has_cue(marks, &clause) || named.another_in(text, layout, clause))
    };
    let mut clauses: Vec<u32> =
        words.filter_map(|at| layout.places.get(at)).map(|place| place.clause).collect();
    clauses.dedup();
    clauses.into_iter().filter(|&clause| is_others(layout.clause(clause))).collect()
}

fn has_cue(marks: &Marks, clause: &Range<usize>) -> bool {
    let from = marks.cues.partition_point(|cue| cue.words.start < clause.start);
    let cues = marks.cues.get(from..).unwrap_or_default().iter();
    cues.take_while(|cue| cue.words.start < clause.end).any(|cue| cue.role == Role::Others)
}

/// How others than the target are told.
enum Named {
    /// By capitals; the target's own words are not another's.
    Capital(BTreeSet<String>),
    /// By the last characters of the target's name.
    Kind(String),
    /// Not at all: the target is no name, and who else is meant cannot be told.
    Unknown,
}

impl Named {
    fn new(text: &Joined, layout: &Layout, mention: &Range<usize>) -> Self {
        let Some(places) = layout.places.get(mention.clone()).filter(|places| !places.is_empty())
        else {
            return Self::Unknown;
        };
        let word = |at: usize| text.folded.text.get(places[at].bytes.clone()).unwrap_or_default();
        if places.iter().all(|place| place.han) && places.len() > KIND_HAN {
            return Self::Kind((places.len() - KIND_HAN..places.len()).map(word).collect());
        }
        if places[0].capital && !places[0].han {
            return Self::Capital((0..places.len()).map(|at| word(at).to_owned()).collect());
        }
        Self::Unknown
    }

    fn another_in(&self, text: &Joined, layout: &Layout, clause: Range<usize>) -> bool {
        match self {
            Self::Unknown => false,
            Self::Capital(own) => {
                let own_word = |at: usize| {
                    let place = layout.places.get(at);
                    let word = place.and_then(|place| text.folded.text.get(place.bytes.clone()));
                    word.is_some_and(|word| own.contains(word))
                };
                layout.names(clause.clone()) > 0 && !clause.into_iter().any(own_word)
            }
            Self::Kind(kind) => {
                let Some(places) = layout.places.get(clause) else { return false };
                let (Some(first), Some(last)) = (places.first(), places.last()) else {
                    return false;
                };
                let said = text.folded.text.get(first.bytes.start..last.bytes.end);
                let said = said.unwrap_or_default();
                let found = said.match_indices(kind.as_str());
                found.into_iter().any(|(at, _)| {
                    let before = &said[..at];
                    !before.is_empty() && !SAME_HAN.iter().any(|same| before.ends_with(same))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::clauses_of_others;
    use crate::analyse::joined::Joined;
    use crate::analyse::occurrences_of;
    use crate::analyse::opinion::{Layout, Marks};

    #[track_caller]
    fn check(text: &str, target: &str, clauses: &[u32]) {
        let joined = Joined::bare(text);
        let layout = Layout::new(&joined, &[]);
        let places = occurrences_of(text, target);
        let mentions: Vec<_> =
            places.iter().map(|one| layout.words_of_chars(one, &joined)).collect();
        let words = 0..layout.places.len();
        let found = clauses_of_others(&joined, &layout, &Marks::default(), &mentions, words);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), clauses, "{text}");
    }

    #[test]
    fn names_in_clauses_without_the_target() {
        check("Profits of Corvera fell last year: Gray gained customers", "Gray", &[0]);
        check("Profits of Gray fell last year: it gained customers", "Gray", &[]);
        check("He said that Corvera fell: he was wrong", "he", &[]);
        check("东山银行被罚五百万元，海湾银行新开网点", "海湾银行", &[0]);
        check("海湾银行新开网点五十家，该银行被罚", "海湾银行", &[]);
    }
}
