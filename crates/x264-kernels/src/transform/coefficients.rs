//! Questions to quantised coefficients in their coding order: where the last one is, which are not zero, and whether a
//! block is worth coding. Knows nothing of how they are coded.

use core::arch::wasm32::*;

/// x264's `x264_run_level_t`: levels from the last one down, and where they stood.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct RunLevel {
    /// Index of the last level that is not zero.
    pub last: i32,
    /// A bit for each level that is not zero.
    pub mask: i32,
    /// x264 aligns the levels to 16 bytes.
    pub unused: [i32; 2],
    /// The levels that are not zero, the last one first.
    pub level: [i16; 18],
}

/// Returns sixteen coefficients, each saturated to a byte.
#[inline(always)]
unsafe fn sixteen(from: *const i16) -> v128 {
    unsafe { i8x16_narrow_i16x8(v128_load(from.cast()), v128_load(from.add(8).cast())) }
}

/// Returns a bit for each byte that is not zero.
#[inline(always)]
fn not_zero(bytes: v128) -> u32 {
    u32::from(!u8x16_bitmask(u8x16_eq(bytes, u8x16_splat(0))))
}

/// Returns whether any byte is neither 0 nor 1 nor -1.
#[inline(always)]
fn any_large(bytes: v128) -> bool {
    v128_any_true(v128_and(i8x16_abs(bytes), i8x16_splat(-2)))
}

/// Returns a bit for each of `COUNT` coefficients that is not zero. Reads no more than these.
#[inline(always)]
unsafe fn present<const COUNT: usize>(from: *const i16) -> u32 {
    unsafe {
        match COUNT {
            4 => {
                let four = v128_load64_zero(from.cast());
                not_zero(i8x16_narrow_i16x8(four, four)) & 0xf
            }
            8 => {
                let eight = v128_load(from.cast());
                not_zero(i8x16_narrow_i16x8(eight, eight)) & 0xff
            }
            15 => close_gap(not_zero(fifteen(from))),
            _ => not_zero(sixteen(from)),
        }
    }
}

/// Returns fifteen coefficients, each saturated to a byte, the middle one twice.
#[inline(always)]
unsafe fn fifteen(from: *const i16) -> v128 {
    unsafe { i8x16_narrow_i16x8(v128_load(from.cast()), v128_load(from.add(7).cast())) }
}

/// Returns the bits of fifteen coefficients without the repeated one.
#[inline(always)]
fn close_gap(bits: u32) -> u32 {
    bits & 0xff | (bits & 0xff00) >> 1
}

/// Returns a bit for each of 64 coefficients that is not zero.
#[inline(always)]
fn present_64(quarters: [v128; 4]) -> u64 {
    let [a, b, c, d] = quarters.map(not_zero);
    u64::from(a | b << 16) | u64::from(c | d << 16) << 32
}

/// Returns the index of the highest bit, -1 without any.
#[inline(always)]
fn highest(bits: u32) -> i32 {
    31 - bits.leading_zeros() as i32
}

macro_rules! last_and_runs {
    ($($count:literal $last:ident $runs:ident;)*) => { $(
        #[doc = concat!("Index of the last of ", $count, " coefficients that is not zero, -1 if all are.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $last(coefficients: *const i16) -> i32 {
            unsafe { highest(present::<$count>(coefficients)) }
        }

        #[doc = concat!("Collects those of ", $count, " coefficients that are not zero: how many there are.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $runs(coefficients: *const i16, runs: *mut RunLevel) -> i32 {
            unsafe { collect(coefficients, present::<$count>(coefficients), runs) }
        }
    )* };
}

last_and_runs! {
    4 clipfit_coeff_last4 clipfit_coeff_level_run4;
    8 clipfit_coeff_last8 clipfit_coeff_level_run8;
    15 clipfit_coeff_last15 clipfit_coeff_level_run15;
    16 clipfit_coeff_last16 clipfit_coeff_level_run16;
}

/// Returns the index of the last of 64 coefficients that is not zero, -1 if all are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_coeff_last64(coefficients: *const i16) -> i32 {
    let quarters = core::array::from_fn(|index| unsafe { sixteen(coefficients.add(16 * index)) });
    63 - present_64(quarters).leading_zeros() as i32
}

/// Writes down the coefficients of `present`, the last one first: how many there are.
#[inline(always)]
unsafe fn collect(coefficients: *const i16, present: u32, runs: *mut RunLevel) -> i32 {
    unsafe {
        (*runs).last = highest(present);
        (*runs).mask = present as i32;
        let mut level = (&raw mut (*runs).level).cast::<i16>();
        let mut rest = present;
        while rest != 0 {
            let index = highest(rest);
            *level = *coefficients.offset(index as isize);
            level = level.add(1);
            rest ^= 1 << index;
        }
    }
    present.count_ones() as i32
}

/// The score of a block in which a coefficient is neither 0 nor 1 nor -1: always worth coding.
const WORTH_CODING: i32 = 9;

/// Returns the score of at most 16 coefficients of 0, 1 and -1: a point for each that follows fewer than 6, 3 and 1
/// zeros.
#[inline(always)]
fn score(present: u32) -> i32 {
    // Bits that have a one, or the beginning, within so many places below.
    let within_1 = present << 1 | 1;
    let within_3 = within_1 | within_1 << 1 | within_1 << 2;
    let within_6 = within_3 | within_3 << 3;
    let points = |near: u32| (present & near).count_ones() as i32;
    points(within_1) + points(within_3) + points(within_6)
}

/// Returns how much 15 coefficients are worth coding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_decimate_score15(coefficients: *const i16) -> i32 {
    // The first of the sixteen is coded elsewhere.
    let bytes = unsafe { fifteen(coefficients.add(1)) };
    if any_large(bytes) { WORTH_CODING } else { score(close_gap(not_zero(bytes))) }
}

/// Returns how much 16 coefficients are worth coding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_decimate_score16(coefficients: *const i16) -> i32 {
    let bytes = unsafe { sixteen(coefficients) };
    if any_large(bytes) { WORTH_CODING } else { score(not_zero(bytes)) }
}

/// Returns how much 64 coefficients are worth coding: a point for each that follows fewer than 24, 12 and 4 zeros.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_decimate_score64(coefficients: *const i16) -> i32 {
    let quarters: [v128; 4] = core::array::from_fn(|index| unsafe { sixteen(coefficients.add(16 * index)) });
    if quarters.iter().any(|&bytes| any_large(bytes)) {
        return WORTH_CODING;
    }
    let present = present_64(quarters);
    let within_1 = present << 1 | 1;
    let within_2 = within_1 | within_1 << 1;
    let within_4 = within_2 | within_2 << 2;
    let within_12 = within_4 | within_4 << 4 | within_4 << 8;
    let within_24 = within_12 | within_12 << 12;
    let points = |near: u64| (present & near).count_ones() as i32;
    points(within_4) + points(within_12) + points(within_24)
}

/// Returns what the kernels for the last coefficient compute.
pub fn last_reference(coefficients: &[i16]) -> i32 {
    coefficients.iter().rposition(|&level| level != 0).map_or(-1, |index| index as i32)
}

/// Returns what the kernels for runs and levels compute.
pub fn level_run_reference(coefficients: &[i16], runs: &mut RunLevel) -> i32 {
    runs.last = last_reference(coefficients);
    runs.mask = 0;
    let mut total = 0;
    for (index, &level) in coefficients.iter().enumerate().rev().filter(|(_, level)| **level != 0) {
        runs.level[total] = level;
        runs.mask |= 1 << index;
        total += 1;
    }
    total as i32
}

/// Returns what the scores compute, with the points for zeros below a coefficient.
pub fn decimate_reference(coefficients: &[i16]) -> i32 {
    if coefficients.iter().any(|level| level.unsigned_abs() > 1) {
        return WORTH_CODING;
    }
    let limits = if coefficients.len() == 64 { [24, 12, 4] } else { [6, 3, 1] };
    let (mut zeros, mut score) = (0, 0);
    for &level in coefficients {
        if level == 0 {
            zeros += 1;
        } else {
            score += limits.iter().filter(|&&limit| zeros < limit).count() as i32;
            zeros = 0;
        }
    }
    score
}
