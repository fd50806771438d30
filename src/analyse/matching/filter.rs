//! Which phrases are looked for: a small filter that stays in the cache, and behind it the table.
//!
//! The filter is a Bloom filter (Bloom 1970) whose bits of one key share a machine word (Putze, Sanders and
//! Singler 2007), so that a probe is one read. The table is probed for the one word in some dozens that passes.

/// Bits of the filter for each key: about one foreign key in forty passes.
const BITS: usize = 16;

/// What the table knows of a phrase.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slot {
    hash: u64,
    /// Bit n - 1: phrases of n words begin with this one.
    pub longer: u32,
    /// What [`Phrases::new`] was told of it, plus one; none is 0.
    value: u32,
}

impl Slot {
    pub fn value(&self) -> Option<u32> {
        self.value.checked_sub(1)
    }
}

/// Filter and table.
#[derive(Debug)]
pub(super) struct Phrases {
    filter: Vec<u64>,
    filter_shift: u32,
    slots: Vec<Slot>,
    slot_shift: u32,
    /// Whether there are phrases of one word.
    pub single: bool,
}

impl Phrases {
    /// `literals`: hash of the first two words (or of the one word), hash of all, number of words, value.
    pub fn new(literals: &[(u64, u64, u32, u32)]) -> Self {
        let keys = literals.iter().map(|literal| 1 + usize::from(literal.2 > 2)).sum::<usize>();
        let filter = (keys * BITS / 64).next_power_of_two().max(64);
        let slots = (keys * 3 / 2).next_power_of_two().max(16);
        let mut phrases = Self {
            filter: vec![0; filter],
            filter_shift: 64 - filter.trailing_zeros(),
            slots: vec![Slot::default(); slots],
            slot_shift: 64 - slots.trailing_zeros(),
            single: literals.iter().any(|literal| literal.2 == 1),
        };
        for &(key, hash, words, value) in literals {
            phrases.entry(hash).value = value + 1;
            if words > 2 {
                phrases.entry(key).longer |= 1 << (words - 1);
            }
        }
        phrases
    }

    fn entry(&mut self, hash: u64) -> &mut Slot {
        let (word, bits) = self.place(hash);
        self.filter[word] |= bits;
        let mask = self.slots.len() - 1;
        let mut at = (hash >> self.slot_shift) as usize;
        while self.slots[at].hash != hash && self.slots[at].hash != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at].hash = hash;
        &mut self.slots[at]
    }

    #[inline]
    fn place(&self, hash: u64) -> (usize, u64) {
        let word = (hash >> self.filter_shift) as usize;
        (word, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
    }

    /// Whether a phrase may be known.
    #[inline]
    pub fn may_know(&self, hash: u64) -> bool {
        let (word, bits) = self.place(hash);
        self.filter.get(word).is_some_and(|known| known & bits == bits)
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
