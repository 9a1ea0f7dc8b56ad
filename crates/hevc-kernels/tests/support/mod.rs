//! Inputs for comparing kernels with their references: random ones, and the extremes at which sums overflow first.
#![allow(dead_code, reason = "every test file takes what it needs")]

#[path = "../../../x264-kernels/tests/support/random.rs"]
mod random;

pub(crate) use random::Random;

impl Random {
    /// Returns a number of 16 bits: small, anything, or an extreme.
    pub(crate) fn number(&mut self, filling: usize) -> i16 {
        match filling % 4 {
            0 => self.next() as i16,
            1 => self.between(-40, 40) as i16,
            2 => [i16::MIN, i16::MAX][self.below(2) as usize],
            _ => [i16::MIN, i16::MAX, 0, 1, -1][self.below(5) as usize],
        }
    }
}

/// How many fillings `Plane::new` knows.
pub(crate) const FILLINGS: usize = 9;

/// Where luma's filter at the half pixel adds; elsewhere it subtracts.
const ADDS: [bool; 8] = [false, true, false, true, true, false, true, false];

/// Rows of samples as a kernel sees them.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Plane {
    bytes: Vec<u8>,
    pub(crate) bits: u32,
    /// Samples from row to row.
    width: isize,
}

impl Plane {
    /// Returns a plane of the kind `filling`: random; near one value; all 0; all of the largest; both in a chessboard,
    /// in columns, in rows, at random; and where filters reach their extremes.
    pub(crate) fn new(
        (width, height): (isize, isize),
        bits: u32,
        filling: usize,
        random: &mut Random,
    ) -> Plane {
        let size = width * height * if bits > 8 { 2 } else { 1 };
        let mut plane = Plane { bytes: vec![0; size as usize], bits, width };
        let largest = (1 << bits) - 1;
        let base = random.below(largest as u32 - 6) as i32;
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let extreme = |large: bool| if large { largest } else { 0 };
            let sample = match filling % FILLINGS {
                0 => random.between(0, largest),
                1 => base + random.between(0, 6),
                2 => 0,
                3 => largest,
                4 => extreme((x + y) % 2 == 0),
                5 => extreme(x % 2 == 0),
                6 => extreme(y % 2 == 0),
                7 => extreme(random.below(2) == 0),
                _ => extreme(ADDS[x as usize % 8] == ADDS[y as usize % 8]),
            };
            plane.set(x, y, sample);
        }
        plane
    }

    /// Returns bytes from row to row.
    pub(crate) fn stride(&self) -> isize {
        self.width * self.sample_bytes()
    }

    fn sample_bytes(&self) -> isize {
        if self.bits > 8 { 2 } else { 1 }
    }

    fn place(&self, x: isize, y: isize) -> usize {
        ((y * self.width + x) * self.sample_bytes()) as usize
    }

    /// Returns a sample.
    pub(crate) fn at(&self, x: isize, y: isize) -> i32 {
        let place = self.place(x, y);
        match self.bits {
            8 => i32::from(self.bytes[place]),
            _ => i32::from(u16::from_le_bytes([self.bytes[place], self.bytes[place + 1]])),
        }
    }

    /// Changes a sample.
    pub(crate) fn set(&mut self, x: isize, y: isize, sample: i32) {
        let (place, bytes) = (self.place(x, y), self.sample_bytes() as usize);
        self.bytes[place..place + bytes].copy_from_slice(&sample.to_le_bytes()[..bytes]);
    }

    /// Returns where a sample lies.
    pub(crate) fn pointer(&self, x: isize, y: isize) -> *const u8 {
        self.bytes[self.place(x, y)..].as_ptr()
    }

    /// Returns where a sample lies, to write to.
    pub(crate) fn pointer_mut(&mut self, x: isize, y: isize) -> *mut u8 {
        let place = self.place(x, y);
        self.bytes[place..].as_mut_ptr()
    }
}
