//! Sums over 8x8 Hadamard transforms: SA8D of two blocks' differences, alone or with their SATD, and the AC energy of
//! one block at both sizes of transform. Knows nothing of what the sums are weighed against.

use crate::lanes::{sum32, widen8};
use core::arch::wasm32::*;

/// Computes a butterfly of 16-bit lanes.
#[inline(always)]
pub(super) fn sums_and_differences(a: v128, b: v128) -> (v128, v128) {
    (i16x8_add(a, b), i16x8_sub(a, b))
}

/// Computes butterflies between vectors whose numbers differ in the bit `BIT`.
#[inline(always)]
fn step<const BIT: usize>(mut values: [v128; 8]) -> [v128; 8] {
    for turn in 0..4 {
        let below = turn & (BIT - 1);
        let low = 2 * (turn - below) + below;
        (values[low], values[low + BIT]) = sums_and_differences(values[low], values[low + BIT]);
    }
    values
}

/// Rotates the address of each of the 64 lanes by one bit: the number of a vector loses its top bit to the bottom of
/// the lane's number, and gains at its bottom the lane's top bit. Three times is a transposition.
#[inline(always)]
fn rotate(values: [v128; 8]) -> [v128; 8] {
    let mut rotated = values;
    for index in 0..4 {
        let (a, b) = (values[index], values[index + 4]);
        rotated[2 * index] = i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b);
        rotated[2 * index + 1] = i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b);
    }
    rotated
}

/// Returns the sum of vectors of 16-bit lanes.
#[inline(always)]
fn sum<const COUNT: usize>(values: [v128; COUNT]) -> v128 {
    values.into_iter().fold(i16x8_splat(0), |sum, value| i16x8_add(sum, value))
}

/// Sums over the transforms of an 8x8 block, each spread over four 32-bit lanes.
#[derive(Clone, Copy)]
struct Sums {
    /// Absolute coefficients of its four 4x4 transforms.
    small: v128,
    /// Absolute coefficients of its 8x8 transform, halved.
    large_halved: v128,
    /// The pixels themselves.
    pixels: v128,
}

impl Sums {
    fn none() -> Sums {
        Sums { small: i32x4_splat(0), large_halved: i32x4_splat(0), pixels: i32x4_splat(0) }
    }

    #[inline(always)]
    fn plus(self, other: Sums) -> Sums {
        Sums {
            small: i32x4_add(self.small, other.small),
            large_halved: i32x4_add(self.large_halved, other.large_halved),
            pixels: i32x4_add(self.pixels, other.pixels),
        }
    }
}

/// Transforms a block of pixels or of differences (9 bits). A lane's sum of eight small coefficients, 4,080 each, stays
/// within signed 16 bits, and so does one of four large ones a step before the last, 8,160 each.
#[inline(always)]
fn transform(rows: [v128; 8]) -> Sums {
    // Numbers of rows, then of columns: 1 and 2 are the small transform's, 4 tells its blocks apart.
    let columns = rotate(rotate(rotate(step::<2>(step::<1>(rows)))));
    let columns = step::<2>(step::<1>(columns));
    let small = sum(columns.map(|column| i16x8_abs(column)));
    let columns = step::<4>(columns);
    // Lanes 0 and 4 of the first column are its constant parts, upper and lower; none is negative for pixels.
    let pixels = v128_and(columns[0], u32x4(0xffff, 0, 0xffff, 0));
    // The last step would make |x + y| + |x - y| of upper and lower: twice the larger of |x| and |y|.
    let halves = rotate(columns);
    let large =
        sum([0, 2, 4, 6].map(|index| i16x8_max(i16x8_abs(halves[index]), i16x8_abs(halves[index + 1]))));
    Sums {
        small: i32x4_extadd_pairwise_i16x8(small),
        large_halved: i32x4_extadd_pairwise_i16x8(large),
        pixels,
    }
}

/// Returns eight rows of eight pixels.
#[inline(always)]
unsafe fn eight_rows(from: *const u8, stride: isize) -> [v128; 8] {
    let mut from = from;
    [(); 8].map(|()| {
        let row = unsafe { widen8(from) };
        from = from.wrapping_offset(stride);
        row
    })
}

/// Sums over the transforms of two blocks' differences; without those of the pixels.
#[inline(always)]
unsafe fn difference_sums<const SIZE: usize>(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
) -> Sums {
    let mut sums = Sums::none();
    for (row, column) in blocks::<SIZE, SIZE>() {
        let (a, b) = unsafe {
            (
                eight_rows(a.offset(row * a_stride + column), a_stride),
                eight_rows(b.offset(row * b_stride + column), b_stride),
            )
        };
        sums = sums.plus(transform([0, 1, 2, 3, 4, 5, 6, 7].map(|line| i16x8_sub(a[line], b[line]))));
    }
    sums
}

/// Returns where the 8x8 blocks of a block begin: row and column.
#[inline(always)]
fn blocks<const WIDTH: usize, const HEIGHT: usize>() -> impl Iterator<Item = (isize, isize)> {
    (0..WIDTH * HEIGHT / 64).map(|index| {
        let across = WIDTH / 8;
        ((index / across * 8) as isize, (index % across * 8) as isize)
    })
}

/// Returns the SA8D of 8x8 pixels: a quarter of the sum of the absolute coefficients of their differences, rounded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_sa8d_8x8(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
) -> i32 {
    (sum32(unsafe { difference_sums::<8>(a, a_stride, b, b_stride) }.large_halved) + 1) >> 1
}

/// Returns the SA8D of 16x16 pixels: as that of 8x8, rounded once for all four.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_sa8d_16x16(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
) -> i32 {
    (sum32(unsafe { difference_sums::<16>(a, a_stride, b, b_stride) }.large_halved) + 1) >> 1
}

/// Returns the SA8D of 16x16 pixels in the low half of the result, SATD in the high one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_sa8d_satd_16x16(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
) -> u64 {
    let sums = unsafe { difference_sums::<16>(a, a_stride, b, b_stride) };
    pair(sum32(sums.small) >> 1, (sum32(sums.large_halved) + 1) >> 1)
}

/// Returns two sums in one number.
#[inline(always)]
fn pair(high: i32, low: i32) -> u64 {
    (u64::from(high as u32) << 32) | u64::from(low as u32)
}

macro_rules! hadamard_ac {
    ($($name:ident: $width:literal, $height:literal;)*) => {$(
        #[doc = concat!("AC energy of ", $width, "x", $height, " pixels: the absolute coefficients without the")]
        /// constant ones, halved for 4x4 in the low half of the result, quartered for 8x8 in the high one.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(pixels: *const u8, stride: isize) -> u64 {
            let mut sums = Sums::none();
            for (row, column) in blocks::<$width, $height>() {
                let rows = unsafe { eight_rows(pixels.offset(row * stride + column), stride) };
                sums = sums.plus(transform(rows));
            }
            let small = i32x4_sub(sums.small, sums.pixels);
            let large = i32x4_sub(i32x4_shl(sums.large_halved, 1), sums.pixels);
            pair(sum32(large) >> 2, sum32(small) >> 1)
        }
    )*};
}

hadamard_ac! {
    clipfit_hadamard_ac_16x16: 16, 16;
    clipfit_hadamard_ac_16x8: 16, 8;
    clipfit_hadamard_ac_8x16: 8, 16;
    clipfit_hadamard_ac_8x8: 8, 8;
}

/// What `transform_reference` finds.
pub struct Coefficients {
    /// Sum of all, signs dropped.
    pub absolute: i32,
    /// The first: the sum of the block.
    pub constant: i32,
}

/// Returns the two-dimensional Hadamard transform of a block `SIZE` wide and high, by definition: the coefficient (v,
/// u) adds every value (y, x) with the sign that the number of ones in v AND y and in u AND x gives it.
pub fn transform_reference<const SIZE: usize>(value: impl Fn(isize, isize) -> i32) -> Coefficients {
    let places = || (0..SIZE * SIZE).map(|index| (index / SIZE, index % SIZE));
    let values: Vec<i32> = places().map(|(y, x)| value(y as isize, x as isize)).collect();
    let coefficient = |(v, u): (usize, usize)| -> i32 {
        let signed = places().zip(&values).map(|((y, x), value)| {
            if ((v & y).count_ones() + (u & x).count_ones()).is_multiple_of(2) { *value } else { -value }
        });
        signed.sum()
    };
    Coefficients {
        absolute: places().map(|place| coefficient(place).abs()).sum(),
        constant: coefficient((0, 0)),
    }
}

/// Returns the SA8D of a block `size` wide and high, by definition.
pub unsafe fn sa8d_reference(
    size: isize,
    (a, a_stride): (*const u8, isize),
    (b, b_stride): (*const u8, isize),
) -> i32 {
    let mut sum = 0;
    for row in (0..size).step_by(8) {
        for column in (0..size).step_by(8) {
            sum += transform_reference::<8>(|y, x| unsafe {
                let a = *a.offset((row + y) * a_stride + column + x);
                i32::from(a) - i32::from(*b.offset((row + y) * b_stride + column + x))
            })
            .absolute;
        }
    }
    (sum + 2) >> 2
}

/// Returns what `clipfit_hadamard_ac_*` compute: the sums for 8x8 and for 4x4.
pub unsafe fn hadamard_ac_reference(
    (width, height): (isize, isize),
    pixels: *const u8,
    stride: isize,
) -> (i32, i32) {
    unsafe {
        let energy = |coefficients: Coefficients| coefficients.absolute - coefficients.constant;
        let pixel = |y: isize, x: isize| i32::from(*pixels.offset(y * stride + x));
        let (mut large, mut small) = (0, 0);
        for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
            if row % 8 == 0 && column % 8 == 0 {
                large += energy(transform_reference::<8>(|y, x| pixel(row + y, column + x)));
            }
            if row % 4 == 0 && column % 4 == 0 {
                small += energy(transform_reference::<4>(|y, x| pixel(row + y, column + x)));
            }
        }
        (large >> 2, small >> 1)
    }
}
