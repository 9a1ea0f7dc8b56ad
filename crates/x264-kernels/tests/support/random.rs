//! Random numbers for the tests of kernels, those of HEVC too.

/// A small generator of the xorshift family (Marsaglia 2003): the same numbers in every engine.
pub(crate) struct Random(u64);

impl Random {
    /// Returns a generator with its seed.
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns the next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns a number in `0..end`.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        ((self.next() >> 32) % u64::from(end.max(1))) as u32
    }

    /// Returns a number in `from..=to`.
    pub(crate) fn between(&mut self, from: i32, to: i32) -> i32 {
        from + self.below((to - from + 1) as u32) as i32
    }
}
