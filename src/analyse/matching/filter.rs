//! Which phrases are looked for: a small filter that stays in the cache, and behind it the table.
//!
//! The filter is a Bloom filter (Bloom 1970) whose bits of one key share a machine word (Putze, Sanders and
//! Singler 2007), so that a probe is one read. It is asked by the first bytes of a word or two, long before anything is
//! hashed; the table for what passes.

/// Bits of the filter for each key: about one foreign key in forty passes.
const BITS: usize = 16;

use super::hash;
use super::term::Phrase;

/// Machine words of the least filter: what the first cache holds beside the text.
const LEAST_WORDS: usize = 2048;

/// What the table knows of a phrase.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slot {
    hash: u64,
    /// Bit n: phrases of n + 3 words begin with this one.
    lengths: u16,
    /// Bit n: the third word of one of these has the mark n.
    thirds: u16,
    /// What [`Phrases::new`] was told of it, plus one; none is 0.
    value: u32,
}

impl Slot {
    #[inline]
    pub fn value(&self) -> Option<u32> {
        self.value.checked_sub(1)
    }

    /// Whether a longer phrase may go on with a third word that has this head: told without another place of the table.
    #[inline]
    pub fn may_go_on(&self, head: u64) -> bool {
        self.thirds & third(head) != 0
    }

    /// Bit n: phrases of n + 3 words begin with this one.
    #[inline]
    pub fn lengths(&self) -> u32 {
        u32::from(self.lengths)
    }
}

/// Filter and table.
#[derive(Debug)]
pub(super) struct Phrases {
    filter: Vec<u64>,
    slots: Vec<Slot>,
    slot_shift: u32,
}

impl Phrases {
    /// Phrases, each with a value.
    pub fn new(literals: &[(Phrase, u32)]) -> Self {
        let keys =
            literals.iter().map(|(phrase, _)| 1 + usize::from(phrase.words > 2)).sum::<usize>();
        let filter = (literals.len() * BITS / 64).next_power_of_two().max(LEAST_WORDS);
        let slots = (keys * 3 / 2).next_power_of_two().max(16);
        let mut phrases = Self {
            filter: vec![0; filter],
            slots: vec![Slot::default(); slots],
            slot_shift: 64 - slots.trailing_zeros(),
        };
        for &(phrase, value) in literals {
            phrases.mark(phrase.glance);
            phrases.entry(phrase.hash).value = value + 1;
            if phrase.words > 2 {
                let pair = phrases.entry(phrase.key);
                pair.lengths |= 1 << (phrase.words - 3);
                pair.thirds |= third(phrase.third);
            }
        }
        phrases
    }

    fn mark(&mut self, glance: u64) {
        let (word, bits) = self.place(glance);
        self.filter[word] |= 1 << bits[0] | 1 << bits[1];
    }

    fn entry(&mut self, hash: u64) -> &mut Slot {
        let mask = self.slots.len() - 1;
        let mut at = (hash >> self.slot_shift) as usize;
        while self.slots[at].hash != hash && self.slots[at].hash != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at].hash = hash;
        &mut self.slots[at]
    }

    /// By the upper half, which depends on all of what is looked at.
    #[inline]
    fn place(&self, glance: u64) -> (usize, [u64; 2]) {
        ((glance >> 32) as usize & (self.filter.len() - 1), [glance >> 52 & 63, glance >> 58])
    }

    /// 1 if a phrase may begin here, else 0.
    #[inline]
    pub fn may_know(&self, glance: u64) -> u64 {
        let (word, [one, other]) = self.place(glance);
        self.filter.get(word).map_or(0, |known| known >> one & known >> other & 1)
    }

    /// The slot where a phrase is looked for first.
    #[inline]
    pub fn first(&self, hash: u64) -> Slot {
        self.slots.get((hash >> self.slot_shift) as usize).copied().unwrap_or_default()
    }

    /// What is known of a phrase whose first slot was read.
    #[inline]
    pub fn behind(&self, first: Slot, hash: u64) -> Option<Slot> {
        match first.hash {
            0 => None,
            known if known == hash => Some(first),
            _ => self.get(hash),
        }
    }

    /// What is known of a phrase.
    #[inline]
    pub fn get(&self, hash: u64) -> Option<Slot> {
        let mask = self.slots.len() - 1;
        let mut at = (hash >> self.slot_shift) as usize;
        loop {
            let slot = self.slots.get(at)?;
            if slot.hash == hash {
                return Some(*slot);
            }
            if slot.hash == 0 {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    /// Bytes in memory.
    pub fn memory(&self) -> usize {
        size_of_val(&self.filter[..]) + size_of_val(&self.slots[..])
    }
}

/// The mark of a third word by its head.
#[inline]
fn third(head: u64) -> u16 {
    1 << (hash::one(head) >> 60)
}
