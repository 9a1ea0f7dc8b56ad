//! Blocks whose only coefficient is DC, and adding residuals to the prediction.

use crate::lanes::*;
use core::arch::wasm32::*;

#[inline(always)]
unsafe fn dc<const SIZE: usize, D: Depth>(coefficients: *mut i16) {
    unsafe {
        let shift = 14 - D::BITS;
        let residual = (((i32::from(*coefficients) + 1) >> 1) + (1 << (shift - 1))) >> shift;
        let residuals = i16x8_splat(residual as i16);
        for at in 0..SIZE * SIZE / 8 {
            v128_store(coefficients.add(8 * at).cast(), residuals);
        }
    }
}

#[inline(always)]
unsafe fn add<const SIZE: isize, D: Depth>(to: *mut u8, residuals: *const i16, stride: isize) {
    unsafe {
        for y in 0..SIZE {
            let (row, residuals) = (to.offset(y * stride), residuals.offset(y * SIZE));
            if SIZE == 4 {
                let sum = i16x8_add_sat(D::load4(row), v128_load64_zero(residuals.cast()));
                D::store(row, sum, 4);
                continue;
            }
            for x in 0..SIZE / 8 {
                let at = row.offset(8 * x * D::BYTES);
                // A sum that saturates is clipped to the same sample.
                D::store(at, i16x8_add_sat(D::load(at), v128_load(residuals.offset(8 * x).cast())), 8);
            }
        }
    }
}

macro_rules! kernels {
    ($($size:literal, $depth:ident: $dc:ident, $add:ident;)*) => { $(
        #[doc = concat!("Transforms a block of ", $size, "x", $size, " coefficients of which only the first is not zero.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $dc(coefficients: *mut i16) {
            unsafe { dc::<$size, $depth>(coefficients) }
        }

        #[doc = concat!("Adds residuals to a block of ", $size, "x", $size, " samples.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $add(to: *mut u8, residuals: *const i16, stride: isize) {
            unsafe { add::<$size, $depth>(to, residuals, stride) }
        }
    )* };
}

kernels! {
    4, Eight: clipfit_hevc_idct_4x4_dc_8, clipfit_hevc_add_residual4x4_8;
    8, Eight: clipfit_hevc_idct_8x8_dc_8, clipfit_hevc_add_residual8x8_8;
    16, Eight: clipfit_hevc_idct_16x16_dc_8, clipfit_hevc_add_residual16x16_8;
    32, Eight: clipfit_hevc_idct_32x32_dc_8, clipfit_hevc_add_residual32x32_8;
    4, Ten: clipfit_hevc_idct_4x4_dc_10, clipfit_hevc_add_residual4x4_10;
    8, Ten: clipfit_hevc_idct_8x8_dc_10, clipfit_hevc_add_residual8x8_10;
    16, Ten: clipfit_hevc_idct_16x16_dc_10, clipfit_hevc_add_residual16x16_10;
    32, Ten: clipfit_hevc_idct_32x32_dc_10, clipfit_hevc_add_residual32x32_10;
}
