//! Which of the places where terms were found count: exclusions first, then the longest.

use std::collections::BTreeMap;
use std::ops::Range;

/// A term found in a folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occurrence {
    /// The entry of the vocabulary.
    pub entry: usize,
    /// Bytes of the folded text.
    pub bytes: Range<usize>,
}

/// Drops occurrences that an exclusion phrase covers or touches: that overlap it, or have nothing
/// but blanks between them and it.
pub(super) fn without(
    mut found: Vec<Occurrence>,
    excluded: &[Occurrence],
    text: &str,
) -> Vec<Occurrence> {
    if excluded.is_empty() {
        return found;
    }
    let phrases = merged(excluded);
    found.retain(|one| {
        // Merged phrases are apart, so only the neighbours on either side can touch.
        let next = phrases.partition_point(|phrase| phrase.start < one.bytes.end);
        let near = next.saturating_sub(1)..(next + 1).min(phrases.len());
        !phrases[near].iter().any(|phrase| touches(&one.bytes, phrase, text))
    });
    found
}

fn merged(excluded: &[Occurrence]) -> Vec<Range<usize>> {
    let mut ranges: Vec<_> = excluded.iter().map(|one| one.bytes.clone()).collect();
    ranges.sort_by_key(|range| range.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
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

fn touches(a: &Range<usize>, b: &Range<usize>, text: &str) -> bool {
    let (first, second) = if a.start <= b.start { (a, b) } else { (b, a) };
    let between = text.get(first.end..second.start);
    between.is_none_or(|gap| gap.chars().all(|c| c == ' '))
}

#[cfg(test)]
mod tests {
    use super::{Occurrence, longest, without};

    fn at(entry: usize, bytes: std::ops::Range<usize>) -> Occurrence {
        Occurrence { entry, bytes }
    }

    #[test]
    fn the_longest_wins() {
        let kept = longest(vec![at(0, 0..5), at(1, 0..14), at(2, 6..14), at(3, 20..22)]);
        assert_eq!(kept, [at(1, 0..14), at(3, 20..22)]);
    }

    #[test]
    fn exclusions_cover_or_touch() {
        let text = "calle almenara y almenara";
        let found = vec![at(0, 6..14), at(0, 17..25)];
        assert_eq!(without(found, &[at(1, 0..5)], text), [at(0, 17..25)]);
    }
}
