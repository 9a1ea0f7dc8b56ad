//! The frame at half its size that x264 looks ahead with, at four positions half a small pixel apart.

use crate::lanes::*;
use core::arch::wasm32::*;

/// Returns the means of two rows.
#[inline(always)]
unsafe fn rows(above: *const u8, below: *const u8) -> v128 {
    unsafe { u8x16_avgr(load16(above), load16(below)) }
}

/// Returns the means of neighbours, as 16-bit lanes.
#[inline(always)]
fn pairs(row: v128) -> v128 {
    u16x8_avgr(u16x8_extadd_pairwise_u8x16(row), u16x8_splat(0))
}

/// Makes sixteen, or the last eight, pixels of one of the four planes: of the rows `above` and `below`.
#[inline(always)]
unsafe fn reduce<const PIXELS: usize>(to: *mut u8, above: *const u8, below: *const u8) {
    unsafe {
        let low = pairs(rows(above, below));
        if PIXELS == 16 {
            store16(to, u8x16_narrow_i16x8(low, pairs(rows(above.add(16), below.add(16)))));
        } else {
            store8(to, u8x16_narrow_i16x8(low, low));
        }
    }
}

/// Halves a plane; `width` and `height` are those of the small planes, the width a multiple of 8. `across`, `down` and
/// `both` stand half a small pixel right, down, and both.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_frame_init_lowres_core(
    from: *const u8,
    whole: *mut u8,
    across: *mut u8,
    down: *mut u8,
    both: *mut u8,
    stride: isize,
    to_stride: isize,
    width: i32,
    height: i32,
) {
    let width = width as usize;
    for y in 0..height as isize {
        unsafe {
            let first = from.offset(2 * y * stride);
            let [second, third] = [first.offset(stride), first.offset(2 * stride)];
            let [whole, across, down, both] = [whole, across, down, both].map(|to| to.offset(y * to_stride));
            macro_rules! reduce_at {
                ($pixels:literal $x:expr) => {
                    let (x, at) = ($x, 2 * $x);
                    reduce::<$pixels>(whole.add(x), first.add(at), second.add(at));
                    reduce::<$pixels>(across.add(x), first.add(at + 1), second.add(at + 1));
                    reduce::<$pixels>(down.add(x), second.add(at), third.add(at));
                    reduce::<$pixels>(both.add(x), second.add(at + 1), third.add(at + 1));
                };
            }
            let sixteens = width & !15;
            for x in (0..sixteens).step_by(16) {
                reduce_at!(16 x);
            }
            if sixteens < width {
                reduce_at!(8 sixteens);
            }
        }
    }
}

/// Returns a small pixel of the four from `from` on: means of the columns first, then of the two, both rounding up.
pub unsafe fn reduced_reference(from: *const u8, stride: isize) -> u8 {
    let pixel = |x: isize, y: isize| unsafe { u16::from(*from.offset(y * stride + x)) };
    let column = |x: isize| (pixel(x, 0) + pixel(x, 1) + 1) >> 1;
    ((column(0) + column(1) + 1) >> 1) as u8
}
