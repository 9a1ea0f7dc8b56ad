//! Inputs for comparing kernels with their references: random ones, and the extremes at which sums overflow first.
#![allow(dead_code, reason = "every test file takes what it needs")]

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

/// How many fillings `fill` knows.
pub(crate) const FILLINGS: usize = 8;

/// Fills in pixels of the kind `filling`: random; near one value; all 0; all 255; 0 and 255 in a chessboard, in
/// columns, in rows, at random.
pub(crate) fn fill(pixels: &mut [u8], stride: usize, filling: usize, random: &mut Random) {
    let base = random.below(250) as u8;
    for (index, pixel) in pixels.iter_mut().enumerate() {
        let (row, column) = (index / stride, index % stride);
        let extreme = |odd: usize| if odd.is_multiple_of(2) { 0 } else { 255 };
        *pixel = match filling % FILLINGS {
            0 => random.next() as u8,
            1 => base + random.below(6) as u8,
            2 => 0,
            3 => 255,
            4 => extreme(row + column),
            5 => extreme(column),
            6 => extreme(row),
            _ => extreme(random.next() as usize),
        };
    }
}

/// Returns a plane of pixels of the kind `filling`.
pub(crate) fn plane(bytes: usize, stride: usize, filling: usize, random: &mut Random) -> Vec<u8> {
    let mut pixels = vec![0; bytes];
    fill(&mut pixels, stride, filling, random);
    pixels
}
