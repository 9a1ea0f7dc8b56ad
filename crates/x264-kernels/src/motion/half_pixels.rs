//! The half-pixel planes of a reference frame: H.264's filter of six taps (1, -5, 20, 20, -5, 1) across, down, and
//! both.

use crate::lanes::*;
use core::arch::wasm32::*;

/// Columns on the left and the right that the filter across needs of what the filter down made.
const LEFT: usize = 2;
const AROUND: usize = 5;

/// Returns the six taps on bytes at `distance` from one another, sixteen times, not yet rounded: the third tap is at
/// `from`.
#[inline(always)]
unsafe fn taps(from: *const u8, distance: isize) -> [v128; 2] {
    unsafe {
        let tap = |step: isize| load16(from.offset(step * distance));
        let pair = |a: v128, b: v128| {
            // Interleaved and added in pairs: on most machines a step less than widening both.
            let low = i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(a, b);
            let high = i8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(a, b);
            [u16x8_extadd_pairwise_u8x16(low), u16x8_extadd_pairwise_u8x16(high)]
        };
        let (outer, middle, inner) = (pair(tap(-2), tap(3)), pair(tap(-1), tap(2)), pair(tap(0), tap(1)));
        core::array::from_fn(|half| {
            let five = i16x8_sub(i16x8_shl(inner[half], 2), middle[half]);
            i16x8_add(outer[half], i16x8_mul(five, i16x8_splat(5)))
        })
    }
}

/// Returns what the taps made, rounded to bytes.
#[inline(always)]
fn rounded(sums: [v128; 2]) -> v128 {
    let [low, high] = sums.map(|sum| i16x8_shr(i16x8_add(sum, i16x8_splat(16)), 5));
    u8x16_narrow_i16x8(low, high)
}

/// Returns the six taps on eight sums of the filter down, in 64ths of a byte's worth. (a - 5b + 20c) / 16 is
/// ((a - b) / 4 - b + c) / 4 + c with every division rounding down, which fits 16 bits but for sums so large or small
/// that the result lies outside a byte anyway: there the saturated one does too.
#[inline(always)]
unsafe fn taps_of_sums(from: *const i16) -> v128 {
    unsafe {
        let tap = |step: usize| v128_load(from.add(step).cast());
        let (a, b, c) = (i16x8_add(tap(0), tap(5)), i16x8_add(tap(1), tap(4)), i16x8_add(tap(2), tap(3)));
        let quarter = i16x8_add_sat(i16x8_sub(i16x8_shr(i16x8_sub(a, b), 2), b), c);
        let sixteenth = i16x8_add(i16x8_shr(quarter, 2), c);
        i16x8_shr(i16x8_add(sixteenth, i16x8_splat(32)), 6)
    }
}

/// Returns where vectors of sixteen columns begin so that they cover `columns`, at least 16, and nothing else.
#[inline(always)]
fn sixteens(columns: usize) -> impl Iterator<Item = usize> {
    (0..columns).step_by(16).map(move |column| column.min(columns - 16))
}

/// Filters `height` rows of `width` pixels, at least 16: `across`, `down` and `both` get the pixels half a pixel right,
/// down, and both. As x264's own, it also writes `down` from two columns before the row to three behind it, and needs
/// `sums` to hold `width` + 5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_hpel_filter(
    mut across: *mut u8,
    mut down: *mut u8,
    mut both: *mut u8,
    mut from: *const u8,
    stride: isize,
    width: i32,
    height: i32,
    sums: *mut i16,
) {
    let width = width as usize;
    for _ in 0..height {
        unsafe {
            for x in sixteens(width + AROUND) {
                let columns = taps(from.add(x).sub(LEFT), stride);
                v128_store(sums.add(x).cast(), columns[0]);
                v128_store(sums.add(x + 8).cast(), columns[1]);
                store16(down.add(x).sub(LEFT), rounded(columns));
            }
            for x in sixteens(width) {
                let pixels = u8x16_narrow_i16x8(taps_of_sums(sums.add(x)), taps_of_sums(sums.add(x + 8)));
                store16(both.add(x), pixels);
                store16(across.add(x), rounded(taps(from.add(x), 1)));
            }
            across = across.offset(stride);
            down = down.offset(stride);
            both = both.offset(stride);
            from = from.offset(stride);
        }
    }
}

/// Returns the pixels half a pixel right, down, and both, of the one at `from`.
pub unsafe fn half_pixels_reference(from: *const u8, stride: isize) -> [u8; 3] {
    const TAPS: [i32; 6] = [1, -5, 20, 20, -5, 1];
    let filter =
        |sample: &dyn Fn(isize) -> i32| -> i32 { (-2..4).zip(TAPS).map(|(at, tap)| tap * sample(at)).sum() };
    let pixel = |x: isize, y: isize| unsafe { i32::from(*from.offset(y * stride + x)) };
    let column = |x: isize| filter(&|y| pixel(x, y));
    let byte = |sum: i32, bits: u32| ((sum + (1 << (bits - 1))) >> bits).clamp(0, 255) as u8;
    [byte(filter(&|x| pixel(x, 0)), 5), byte(column(0), 5), byte(filter(&column), 10)]
}
