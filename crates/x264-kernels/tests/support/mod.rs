//! Inputs for comparing kernels with their references: random ones, and the extremes at which sums overflow first.
#![allow(dead_code, reason = "every test file takes what it needs")]

mod random;

pub(crate) use random::Random;

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
