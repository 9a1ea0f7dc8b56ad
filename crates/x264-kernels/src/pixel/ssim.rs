//! The sums from which x264 makes structural similarity. Knows nothing of the formula.

use crate::lanes::{store16, widen8};
use core::arch::wasm32::*;

/// Computes for two neighbouring 4x4 blocks each: the sum of the first plane's pixels, of the second's, of all their
/// squares, and of their products.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_ssim_4x4x2_core(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
    sums: *mut [i32; 4],
) {
    let [mut first, mut second, mut squares, mut products] = [i32x4_splat(0); 4];
    for row in 0..4 {
        let (a, b) = unsafe { (widen8(a.offset(row * a_stride)), widen8(b.offset(row * b_stride))) };
        first = i16x8_add(first, a);
        second = i16x8_add(second, b);
        squares = i32x4_add(squares, i32x4_add(i32x4_dot_i16x8(a, a), i32x4_dot_i16x8(b, b)));
        products = i32x4_add(products, i32x4_dot_i16x8(a, b));
    }
    let (first, second) = (i32x4_extadd_pairwise_i16x8(first), i32x4_extadd_pairwise_i16x8(second));
    // Two lanes each belong to one block: bring the halves of all four sums together.
    let block = |plain, multiplied| {
        i32x4_add(i64x2_shuffle::<0, 2>(plain, multiplied), i64x2_shuffle::<1, 3>(plain, multiplied))
    };
    let left =
        block(i32x4_shuffle::<0, 4, 1, 5>(first, second), i32x4_shuffle::<0, 4, 1, 5>(squares, products));
    let right =
        block(i32x4_shuffle::<2, 6, 3, 7>(first, second), i32x4_shuffle::<2, 6, 3, 7>(squares, products));
    unsafe {
        store16(sums.cast(), left);
        store16(sums.add(1).cast(), right);
    }
}

/// Returns what `clipfit_ssim_4x4x2_core` computes.
pub unsafe fn ssim_4x4x2_reference(
    a: *const u8,
    a_stride: isize,
    b: *const u8,
    b_stride: isize,
) -> [[i32; 4]; 2] {
    let mut sums = [[0; 4]; 2];
    for (row, column) in (0..4).flat_map(|row| (0..8).map(move |column| (row, column))) {
        let (a, b) = unsafe {
            (i32::from(*a.offset(row * a_stride + column)), i32::from(*b.offset(row * b_stride + column)))
        };
        let parts = [a, b, a * a + b * b, a * b];
        for (sum, part) in sums[column as usize / 4].iter_mut().zip(parts) {
            *sum += part;
        }
    }
    sums
}
