//! Sample adaptive offset (H.265, 8.7.3): samples of four neighbouring bands, or of one kind of edge, move by an offset.
//! Offsets come from a table of bytes in a vector.

pub mod reference;

use crate::lanes::*;
use core::arch::wasm32::*;

/// Distance of rows of the copy that edges are found in, in bytes: twice `MAX_PB_SIZE`, and FFmpeg's padding.
pub const EDGE_STRIDE: isize = 2 * 64 + 64;

/// The offset of a sample whose neighbours are both larger, one of them, and so on to both smaller.
const EDGES: [usize; 5] = [1, 2, 0, 3, 4];

/// Returns the entries of a table of 16-bit numbers; zero beyond the eighth.
#[inline(always)]
fn look_up(table: v128, index: v128) -> v128 {
    // The two bytes of entry n are bytes 2n and 2n + 1.
    i8x16_swizzle(table, i16x8_add(i16x8_mul(index, i16x8_splat(0x0202)), i16x8_splat(0x0100)))
}

/// Rows of samples: where they begin, and bytes from row to row.
type Rows<T> = (T, isize);

#[inline(always)]
unsafe fn band<D: Depth>(
    to: Rows<*mut u8>,
    from: Rows<*const u8>,
    offsets: *const i16,
    left: i32,
    [width, height]: [isize; 2],
) {
    unsafe {
        let table = v128_load64_zero(offsets.add(1).cast());
        let left = i16x8_splat(left as i16);
        for y in 0..height {
            let (to, from) = (to.0.offset(y * to.1), from.0.offset(y * from.1));
            let mut x = 0;
            while x < width {
                let samples = D::load(from.offset(x * D::BYTES));
                let band = i16x8_sub(u16x8_shr(samples, D::BITS - 5), left);
                let offset = look_up(table, v128_and(band, i16x8_splat(31)));
                D::store(to.offset(x * D::BYTES), i16x8_add_sat(samples, offset), width - x);
                x += 8;
            }
        }
    }
}

#[inline(always)]
unsafe fn edge<D: Depth>(
    to: Rows<*mut u8>,
    from: *const u8,
    offsets: *const i16,
    class: i32,
    [width, height]: [isize; 2],
) {
    unsafe {
        let offset = |kind: usize| *offsets.add(EDGES[kind]);
        let table = i16x8(offset(0), offset(1), offset(2), offset(3), offset(4), 0, 0, 0);
        // The neighbour before: to the left, above, above to the left, above to the right.
        let before = match class {
            0 => -D::BYTES,
            1 => -EDGE_STRIDE,
            2 => -EDGE_STRIDE - D::BYTES,
            _ => -EDGE_STRIDE + D::BYTES,
        };
        for y in 0..height {
            let (to, from) = (to.0.offset(y * to.1), from.offset(y * EDGE_STRIDE));
            let mut x = 0;
            while x < width {
                let at = from.offset(x * D::BYTES);
                let samples = D::load(at);
                let sign = |neighbour: v128| {
                    // A comparison that holds is -1.
                    i16x8_sub(i16x8_lt(samples, neighbour), i16x8_gt(samples, neighbour))
                };
                let signs = i16x8_add(sign(D::load(at.offset(before))), sign(D::load(at.offset(-before))));
                let offset = look_up(table, i16x8_add(signs, i16x8_splat(2)));
                D::store(to.offset(x * D::BYTES), i16x8_add_sat(samples, offset), width - x);
                x += 8;
            }
        }
    }
}

macro_rules! kernels {
    ($($depth:ident: $band:ident, $edge:ident;)*) => { $(
        /// Moves the samples of four bands, of which `left` is the first.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $band(
            to: *mut u8, from: *const u8, to_stride: isize, stride: isize, offsets: *const i16, left: i32, width: i32,
            height: i32,
        ) {
            let size = [width as isize, height as isize];
            unsafe { band::<$depth>((to, to_stride), (from, stride), offsets, left, size) }
        }

        /// Moves samples that differ from both neighbours in the direction `class`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $edge(
            to: *mut u8, from: *const u8, to_stride: isize, offsets: *const i16, class: i32, width: i32, height: i32,
        ) {
            unsafe { edge::<$depth>((to, to_stride), from, offsets, class, [width as isize, height as isize]) }
        }
    )* };
}

kernels! {
    Eight: clipfit_hevc_sao_band_filter_8, clipfit_hevc_sao_edge_filter_8;
    Ten: clipfit_hevc_sao_band_filter_10, clipfit_hevc_sao_edge_filter_10;
}
