//! Random numbers that a seed repeats: `SplitMix64` (Steele, Lea, Flood 2014, "Fast splittable
//! pseudorandom number generators").

/// A generator.
pub struct Dice(u64);

impl Dice {
    /// A generator that repeats itself for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from `from` to `to`, the latter excluded.
    pub fn throw(&mut self, from: u64, to: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        from + (z ^ (z >> 31)) % (to - from).max(1)
    }

    /// Puts a list into random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = usize::try_from(self.throw(0, last as u64 + 1)).unwrap();
            list.swap(last, other);
        }
    }
}

/// The seed that the environment asks for, or a new one.
pub fn seed() -> u64 {
    std::env::var("ATALAYA_TEST_SEED").map_or_else(
        |_| uuid::Uuid::now_v7().as_u64_pair().1,
        |seed| seed.parse().expect("ATALAYA_TEST_SEED is a number"),
    )
}
