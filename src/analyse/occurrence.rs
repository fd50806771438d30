//! Places of the folded text, and which of those that overlap count.

use std::cmp::Reverse;
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
    found.sort_unstable_by_key(|one| (one.bytes.start, one.bytes.end, one.entry));
    let mut kept = Vec::with_capacity(found.len());
    let mut rest = &mut found[..];
    while let [first, others @ ..] = &*rest {
        // Chains of overlapping ones are short, and most have one link.
        let mut end = first.bytes.end;
        let links = others.iter().take_while(|one| {
            let is_linked = one.bytes.start < end;
            end = end.max(one.bytes.end);
            is_linked
        });
        let count = 1 + links.count();
        let (chain, after) = std::mem::take(&mut rest).split_at_mut(count);
        match chain {
            [one] => kept.push(one.clone()),
            _ => keep_longest(chain, &mut kept),
        }
        rest = after;
    }
    kept
}

fn keep_longest(chain: &mut [Occurrence], kept: &mut Vec<Occurrence>) {
    chain.sort_unstable_by_key(|one| (Reverse(one.bytes.len()), one.bytes.start, one.entry));
    let mut longest: BTreeMap<usize, &Occurrence> = BTreeMap::new();
    for one in &*chain {
        let before = longest.range(..one.bytes.end).next_back();
        if before.is_none_or(|(_, other)| other.bytes.end <= one.bytes.start) {
            longest.insert(one.bytes.start, one);
        }
    }
    kept.extend(longest.into_values().cloned());
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
