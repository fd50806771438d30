//! Which numbers stand under a term, rising. Most terms have one; few have thousands.

use std::collections::BTreeSet;

/// Numbers in a plain list; more of them go into a tree.
const FEW: usize = 48;

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
    Many(Box<BTreeSet<u32>>),
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
                    *self = Self::Many(Box::new(list.iter().copied().collect()));
                }
            }
            Self::Many(set) => {
                set.insert(number);
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
            Self::Many(set) => {
                set.remove(&number);
                if set.len() <= FEW / 2 {
                    *self = Self::Few(Box::new(set.iter().copied().collect()));
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
            Self::Many(set) => set.len(),
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
            Self::Many(set) => set.iter().rev().take(most).for_each(|&number| each(number)),
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
        fn like_a_set(steps in prop::collection::vec((any::<bool>(), 0_u32..90), 0..400)) {
            let (mut ours, mut plain) = (Postings::default(), BTreeSet::new());
            for (add, number) in steps {
                if add {
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
    }
}
