//! Intra prediction sample by sample, by the definition (H.264, 8.3). Knows nothing of vectors.

use crate::DECODED_STRIDE;

/// The ways of prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Every row as the one above.
    Vertical,
    /// Every column as the one to the left.
    Horizontal,
    /// The mean of both neighbours.
    Flat,
    /// The mean of the column to the left.
    FlatLeft,
    /// The mean of the row above.
    FlatTop,
    /// Grey.
    FlatGrey,
    /// A plane through the neighbours.
    Plane,
    /// Down and to the left.
    DownLeft,
    /// Down and to the right.
    DownRight,
    /// Steeply down to the right.
    VerticalRight,
    /// Gently down to the right.
    HorizontalDown,
    /// Steeply down to the left.
    VerticalLeft,
    /// Gently up to the right.
    HorizontalUp,
}

unsafe fn fill(at: *mut u8, size: usize, sample: impl Fn(usize, usize) -> i32) {
    for y in 0..size {
        for x in 0..size {
            unsafe { *at.add(y * DECODED_STRIDE as usize + x) = sample(x, y) as u8 };
        }
    }
}

fn mean(samples: impl Iterator<Item = i32>) -> i32 {
    let (sum, count) = samples.fold((0, 0), |(sum, count), sample| (sum + sample, count + 1));
    (sum + count / 2) / count
}

/// Predicts a whole block, or a 4x4 one in an upright or flat mode. Flat chroma goes by quarters.
pub unsafe fn predict_block(mode: Mode, size: usize, chroma: bool, at: *mut u8) {
    let middle = size as isize / 2;
    let top = |x: isize| i32::from(unsafe { *at.offset(x - DECODED_STRIDE) });
    let left = |y: isize| i32::from(unsafe { *at.offset(y * DECODED_STRIDE - 1) });
    let part = if chroma { 4 } else { size };
    let flat = |x: usize, y: usize| {
        let (column, row) = (x / part * part, y / part * part);
        let tops = || (column..column + part).map(|x| top(x as isize));
        let lefts = || (row..row + part).map(|y| left(y as isize));
        match mode {
            Mode::FlatLeft => mean(lefts()),
            Mode::FlatTop => mean(tops()),
            _ if column > row => mean(tops()),
            _ if column < row => mean(lefts()),
            _ => mean(tops().chain(lefts())),
        }
    };
    let plane = || {
        let slope = |sample: &dyn Fn(isize) -> i32| -> i32 {
            (1..=middle).map(|i| i as i32 * (sample(middle - 1 + i) - sample(middle - 1 - i))).sum()
        };
        let gradient = |sum: i32| if size == 16 { (5 * sum + 32) >> 6 } else { (17 * sum + 16) >> 5 };
        (gradient(slope(&top)), gradient(slope(&left)), 16 * (left(2 * middle - 1) + top(2 * middle - 1)))
    };
    let predicted: Vec<i32> = (0..size * size)
        .map(|index| {
            let (x, y) = (index % size, index / size);
            match mode {
                Mode::Vertical => top(x as isize),
                Mode::Horizontal => left(y as isize),
                Mode::FlatGrey => 128,
                Mode::Plane => {
                    let (b, c, a) = plane();
                    let off = |place: usize| place as i32 - (middle as i32 - 1);
                    ((a + b * off(x) + c * off(y) + 16) >> 5).clamp(0, 255)
                }
                _ => flat(x, y),
            }
        })
        .collect();
    unsafe { fill(at, size, |x, y| predicted[y * size + x]) };
}

/// Returns a sample in a slanted mode. `line` gives the neighbours from the corner: 1 and on above, -1 and on
/// downwards.
fn slanted(mode: Mode, size: isize, x: isize, y: isize, line: &dyn Fn(isize) -> i32) -> i32 {
    let two = |a: isize, b: isize| (line(a) + line(b) + 1) >> 1;
    let three = |a: isize, b: isize, c: isize| (line(a) + 2 * line(b) + line(c) + 2) >> 2;
    let around = |middle: isize| three(middle - 1, middle, middle + 1);
    match mode {
        Mode::DownLeft => three(x + y + 1, x + y + 2, (x + y + 3).min(2 * size)),
        Mode::DownRight => around(x - y),
        Mode::VerticalRight => match 2 * x - y {
            even if even >= 0 && even % 2 == 0 => two(x - y / 2, x - y / 2 + 1),
            odd if odd >= 0 => around(x - y / 2),
            -1 => around(0),
            _ => around(-(y - 2 * x - 1)),
        },
        Mode::HorizontalDown => match 2 * y - x {
            even if even >= 0 && even % 2 == 0 => two(-(y - x / 2), -(y - x / 2 + 1)),
            odd if odd >= 0 => around(-(y - x / 2)),
            -1 => around(0),
            _ => around(x - 2 * y - 1),
        },
        Mode::VerticalLeft if y % 2 == 0 => two(x + y / 2 + 1, x + y / 2 + 2),
        Mode::VerticalLeft => around(x + y / 2 + 2),
        _ => {
            let place = |further: isize| -(y + x / 2 + 1 + further).min(size);
            if x % 2 == 0 { two(place(0), place(1)) } else { three(place(0), place(1), place(2)) }
        }
    }
}

/// Predicts a 4x4 block in a slanted mode.
pub unsafe fn predict_4x4(mode: Mode, at: *mut u8) {
    let mut samples = [0; 13];
    for (sample, place) in samples.iter_mut().zip(-4..) {
        let offset = if place <= 0 { (-place - 1) * DECODED_STRIDE - 1 } else { place - 1 - DECODED_STRIDE };
        *sample = i32::from(unsafe { *at.offset(offset) });
    }
    let line = |place: isize| samples[(place + 4) as usize];
    unsafe { fill(at, 4, |x, y| slanted(mode, 4, x as isize, y as isize, &line)) };
}

/// Predicts an 8x8 luma block from its filtered edge.
pub unsafe fn predict_8x8(mode: Mode, at: *mut u8, edge: &[u8; 36]) {
    let line = |place: isize| i32::from(edge[(15 + place) as usize]);
    let (tops, lefts) = (|| (1..=8).map(line), || (-8..=-1).map(line));
    unsafe {
        fill(at, 8, |x, y| {
            let (x, y) = (x as isize, y as isize);
            match mode {
                Mode::Vertical => line(x + 1),
                Mode::Horizontal => line(-y - 1),
                Mode::Flat => mean(tops().chain(lefts())),
                Mode::FlatLeft => mean(lefts()),
                Mode::FlatTop => mean(tops()),
                Mode::FlatGrey => 128,
                _ => slanted(mode, 8, x, y, &line),
            }
        });
    }
}

/// Filters the neighbours of an 8x8 luma block into its edge. Bits: 1 left, 2 above, 4 above to the right, 8 corner.
pub unsafe fn filter_reference(at: *const u8, edge: &mut [u8; 36], present: i32, wanted: i32) {
    let corner = present & 8 != 0;
    let top = |x: isize| i32::from(unsafe { *at.offset(x - DECODED_STRIDE) });
    let left = |y: isize| i32::from(unsafe { *at.offset(y * DECODED_STRIDE - 1) });
    let three = |a: i32, b: i32, c: i32| ((a + 2 * b + c + 2) >> 2) as u8;
    if wanted & 1 != 0 {
        edge[15] = three(top(0), left(-1), left(0));
        for y in 0..8 {
            let before = if y == 0 && !corner { left(0) } else { left(y - 1) };
            edge[14 - y as usize] = three(before, left(y), left((y + 1).min(7)));
        }
        edge[6] = edge[7];
    }
    if wanted & 2 != 0 {
        let last = if present & 4 != 0 { 15 } else { 7 };
        let top_or_last = |x: isize| top(x.min(last));
        let count = if wanted & 4 != 0 { 16 } else { 8 };
        for x in 0..count {
            let before = if x == 0 && !corner { top(0) } else { top_or_last(x - 1) };
            edge[16 + x as usize] = three(before, top_or_last(x), top_or_last(x + 1));
        }
        if count == 16 {
            edge[32] = edge[31];
        }
    }
}
