//! Places of the folded text, and which of those that overlap count.

use std::collections::BTreeMap;
use std::ops::Range;

/// A term found in a folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occurrence {
    /// A number of the vocabulary: see `Vocabulary::words` and `Subjects`.
    pub entry: usize,
    /// Bytes of the folded text.
    pub bytes: Range<usize>,
}

/// Of occurrences that overlap, the longest; of equally long ones, the first. In order of place.
pub(super) fn longest(mut found: Vec<Occurrence>) -> Vec<Occurrence> {
    found.sort_by_key(|one| (std::cmp::Reverse(one.bytes.len()), one.bytes.start, one.entry));
    let mut kept: BTreeMap<usize, Occurrence> = BTreeMap::new();
    for one in found {
        let before = kept.range(..one.bytes.end).next_back();
        if before.is_none_or(|(_, other)| other.bytes.end <= one.bytes.start) {
            kept.insert(one.bytes.start, one);
        }
    }
    kept.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::{Occurrence, longest};

    fn at(entry: usize, bytes: std::ops::Range<usize>) -> Occurrence {
        Occurrence { entry, bytes }
    }

    #[test]
    fn the_longest_wins() {
        let kept = longest(vec![at(0, 0..5), at(1, 0..14), at(2, 6..14), at(3, 20..22)]);
        assert_eq!(kept, [at(1, 0..14), at(3, 20..22)]);
    }
}
