//! Copies: blocks of fixed width, small pieces of state, and planes whose U and V go side by side or come apart. Whole
//! planes copied as they are stay with the C library, which has the machine's own copy.

use super::chroma::interleave_low;
use super::rows::{Rows, Same, mix};
use crate::lanes::*;
use core::arch::wasm32::*;
use core::ffi::c_void;

macro_rules! copies {
    ($($name:ident $width:literal)*) => {$(
        #[doc = concat!("Copies `height` rows of ", $width, " pixels.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            to: *mut u8, to_stride: isize, from: *const u8, from_stride: isize, height: i32,
        ) {
            let (to, from) = (Rows { at: to, stride: to_stride }, Rows { at: from, stride: from_stride });
            unsafe { mix::<$width>(to, from, from, height, &Same) }
        }
    )*};
}

copies! {
    clipfit_copy_w16 16
    clipfit_copy_w8 8
    clipfit_copy_w4 4
}

/// Copies `bytes` that do not overlap, some hundred at a time: so few that calling for the machine's own copy would
/// take longer than the copy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_memcpy_aligned(
    to: *mut c_void,
    from: *const c_void,
    bytes: usize,
) -> *mut c_void {
    let mut at = 0;
    unsafe {
        while at + 16 <= bytes {
            store16(to.add(at).cast(), load16(from.add(at).cast()));
            at += 16;
        }
        while at < bytes {
            *to.add(at).cast::<u8>() = *from.add(at).cast::<u8>();
            at += 1;
        }
    }
    to
}

/// Puts two planes of `width` by `height` side by side.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_plane_copy_interleave(
    mut to: *mut u8,
    to_stride: isize,
    mut u: *const u8,
    u_stride: isize,
    mut v: *const u8,
    v_stride: isize,
    width: i32,
    height: i32,
) {
    let width = width as usize;
    for _ in 0..height {
        unsafe {
            let mut x = 0;
            while x + 16 <= width {
                let (us, vs) = (load16(u.add(x)), load16(v.add(x)));
                store16(to.add(2 * x), interleave_low(us, vs));
                let high =
                    i8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(us, vs);
                store16(to.add(2 * x + 16), high);
                x += 16;
            }
            while x < width {
                *to.add(2 * x) = *u.add(x);
                *to.add(2 * x + 1) = *v.add(x);
                x += 1;
            }
            to = to.offset(to_stride);
            u = u.offset(u_stride);
            v = v.offset(v_stride);
        }
    }
}

/// Takes apart a plane of `width` pairs by `height`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_plane_copy_deinterleave(
    mut u: *mut u8,
    u_stride: isize,
    mut v: *mut u8,
    v_stride: isize,
    mut from: *const u8,
    stride: isize,
    width: i32,
    height: i32,
) {
    let width = width as usize;
    for _ in 0..height {
        unsafe {
            let mut x = 0;
            while x + 16 <= width {
                let (low, high) = (load16(from.add(2 * x)), load16(from.add(2 * x + 16)));
                let first = u16x8_splat(0xff);
                store16(u.add(x), u8x16_narrow_i16x8(v128_and(low, first), v128_and(high, first)));
                store16(v.add(x), u8x16_narrow_i16x8(u16x8_shr(low, 8), u16x8_shr(high, 8)));
                x += 16;
            }
            while x < width {
                *u.add(x) = *from.add(2 * x);
                *v.add(x) = *from.add(2 * x + 1);
                x += 1;
            }
            u = u.offset(u_stride);
            v = v.offset(v_stride);
            from = from.offset(stride);
        }
    }
}
