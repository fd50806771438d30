//! Hashes that are the same in every build and on every machine: FNV-1a, its bits mixed by the
//! finaliser of `MurmurHash3` (both in the public domain).

use std::hash::{BuildHasherDefault, Hasher};

/// A map by hashed keys: their bits are mixed already, so that hashing them again is waste.
pub type ByHash<V> = std::collections::HashMap<u32, V, BuildHasherDefault<Mixed>>;

/// The hash of some parts, in order.
pub fn hash(parts: &[&[u8]]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for &byte in *part {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        state = (state ^ 0xff).wrapping_mul(0x0100_0000_01b3); // no byte of UTF-8: parts stay apart
    }
    mix(state)
}

/// The same, cut to 32 bits.
pub fn short(parts: &[&[u8]]) -> u32 {
    (hash(parts) >> 32) as u32
}

/// Spreads the bits of a number.
pub fn mix(mut state: u64) -> u64 {
    state = (state ^ (state >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    state = (state ^ (state >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ (state >> 33)
}

/// Takes a mixed number as it is.
#[derive(Debug, Default, Clone, Copy)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(&[&self.0.to_le_bytes(), bytes]);
    }

    fn write_u32(&mut self, value: u32) {
        // The table's tag is taken from the upper bits, its place from the lower ones.
        self.0 = u64::from(value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
