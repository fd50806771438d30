//! Which numbers stand under a term, rising. Most terms have one; few have thousands.

/// Numbers in one list; more of them go into several.
const FEW: usize = 48;
/// Numbers of one of several lists: short enough to be moved, long enough to be read in a row.
const CHUNK: usize = 256;

/// A set of rising numbers, 16 bytes while it holds one.
#[derive(Debug, Default)]
#[expect(clippy::box_collection, reason = "most are one number: the enum stays at sixteen bytes")]
pub enum Postings {
    /// Nothing.
    #[default]
    None,
    /// One number.
    One(u32),
    /// Some, rising.
    Few(Box<Vec<u32>>),
    /// Many.
    Many(Box<Chunks>),
}

/// A rising list in pieces, none of them empty.
#[derive(Debug, Default)]
pub struct Chunks {
    chunks: Vec<Vec<u32>>,
    len: usize,
}

impl Chunks {
    fn of(list: &[u32]) -> Self {
        Self { chunks: list.chunks(CHUNK).map(<[u32]>::to_vec).collect(), len: list.len() }
    }

    /// The piece in which a number stands or would stand.
    fn at(&self, number: u32) -> usize {
        let first = |chunk: &Vec<u32>| chunk.first().is_some_and(|&first| first <= number);
        self.chunks.partition_point(first).saturating_sub(1)
    }

    fn add(&mut self, number: u32) {
        let at = self.at(number);
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(vec![number]);
            self.len += 1;
            return;
        };
        let Err(place) = chunk.binary_search(&number) else { return };
        chunk.insert(place, number);
        self.len += 1;
        if chunk.len() > CHUNK {
            // Most numbers come at the end: the full piece stays as it is.
            let middle = if place + 1 == chunk.len() { place } else { CHUNK / 2 };
            let upper = chunk.split_off(middle);
            self.chunks.insert(at + 1, upper);
        }
    }

    fn remove(&mut self, number: u32) {
        let at = self.at(number);
        let Some(chunk) = self.chunks.get_mut(at) else { return };
        let Ok(place) = chunk.binary_search(&number) else { return };
        chunk.remove(place);
        self.len -= 1;
        if chunk.is_empty() {
            self.chunks.remove(at);
        }
    }

    fn rising(&self) -> impl DoubleEndedIterator<Item = u32> {
        self.chunks.iter().flatten().copied()
    }
}

impl Postings {
    /// Adds a number; nothing happens if it is there.
    pub fn add(&mut self, number: u32) {
        match self {
            Self::None => *self = Self::One(number),
            Self::One(held) if *held == number => {}
            Self::One(held) => {
                *self = Self::Few(Box::new(vec![number.min(*held), number.max(*held)]));
            }
            Self::Few(list) => {
                if let Err(at) = list.binary_search(&number) {
                    list.insert(at, number);
                }
                if list.len() > FEW {
                    *self = Self::Many(Box::new(Chunks::of(list)));
                }
            }
            Self::Many(chunks) => chunks.add(number),
        }
    }

    /// Adds the highest number so far and keeps the `most` highest only. What is left is then the
    /// same however it came about, as long as the lowest are removed first.
    pub fn add_latest(&mut self, number: u32, most: usize) {
        self.add(number);
        if self.len() > most
            && let Some(lowest) = self.lowest()
        {
            self.remove(lowest);
        }
    }

    fn lowest(&self) -> Option<u32> {
        match self {
            Self::None => None,
            Self::One(one) => Some(*one),
            Self::Few(list) => list.first().copied(),
            Self::Many(chunks) => chunks.rising().next(),
        }
    }

    /// Bytes on the heap.
    pub fn heap(&self) -> usize {
        match self {
            Self::None | Self::One(_) => 0,
            Self::Few(list) => size_of::<Vec<u32>>() + list.capacity() * size_of::<u32>(),
            Self::Many(chunks) => {
                let one = |chunk: &Vec<u32>| size_of::<Vec<u32>>() + chunk.capacity() * 4;
                size_of::<Chunks>() + chunks.chunks.iter().map(one).sum::<usize>()
            }
        }
    }

    /// Removes a number.
    pub fn remove(&mut self, number: u32) {
        match self {
            Self::One(held) if *held == number => *self = Self::None,
            Self::None | Self::One(_) => {}
            Self::Few(list) => {
                if let Ok(at) = list.binary_search(&number) {
                    list.remove(at);
                }
                if let [one] = list.as_slice() {
                    *self = Self::One(*one);
                }
            }
            Self::Many(chunks) => {
                chunks.remove(number);
                if chunks.len <= FEW / 2 {
                    *self = Self::Few(Box::new(chunks.rising().collect()));
                }
            }
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Few(list) => list.len(),
            Self::Many(chunks) => chunks.len,
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The latest `most`, latest first.
    pub fn latest(&self, most: usize, mut each: impl FnMut(u32)) {
        match self {
            Self::None => {}
            Self::One(one) => each(*one),
            Self::Few(list) => list.iter().rev().take(most).for_each(|&number| each(number)),
            Self::Many(chunks) => chunks.rising().rev().take(most).for_each(each),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Postings;

    proptest! {
        #[test]
        fn like_a_set(
            steps in prop::collection::vec((0..4, 0_u32..1500), 0..3000),
            ends_with_removals in any::<bool>(),
        ) {
            let (mut ours, mut plain) = (Postings::default(), BTreeSet::new());
            let removals = (0..1400).map(|number| (0, number));
            let removals = removals.take(if ends_with_removals { 1400 } else { 0 });
            for (kind, number) in steps.into_iter().chain(removals) {
                if kind > 0 {
                    ours.add(number);
                    plain.insert(number);
                } else {
                    ours.remove(number);
                    plain.remove(&number);
                }
                prop_assert_eq!((ours.len(), ours.is_empty()), (plain.len(), plain.is_empty()));
            }
            let mut latest = Vec::new();
            ours.latest(7, |number| latest.push(number));
            prop_assert_eq!(latest, plain.iter().rev().take(7).copied().collect::<Vec<_>>());
        }

        #[test]
        fn the_latest_of_a_window(window in 1_usize..30, most in 2_usize..60, count in 0_u32..200) {
            let mut ours = Postings::default();
            for number in 0..count {
                ours.add_latest(number, most);
                if let Some(gone) = number.checked_sub(u32::try_from(window).unwrap_or(0)) {
                    ours.remove(gone);
                }
            }
            let mut latest = Vec::new();
            ours.latest(usize::MAX, |number| latest.push(number));
            let expected: Vec<u32> = (0..count).rev().take(most.min(window)).collect();
            prop_assert_eq!(latest, expected);
        }
    }
}
