//! Walking over the rows of one or two blocks to make a third: what averaging, weighting and copying have in common.
//! Knows no arithmetic.

use crate::lanes::*;
use core::arch::wasm32::*;

/// Makes pixels of two blocks' pixels.
pub(super) trait Mix {
    /// Mixes all sixteen bytes.
    fn sixteen(&self, a: v128, b: v128) -> v128;

    /// Mixes at least the low eight bytes.
    #[inline(always)]
    fn eight(&self, a: v128, b: v128) -> v128 {
        self.sixteen(a, b)
    }
}

/// A mix of a mix: weighting an average.
pub(super) struct Then<'a, First, Second>(pub(super) First, pub(super) &'a Second);

impl<First: Mix, Second: Mix> Mix for Then<'_, First, Second> {
    #[inline(always)]
    fn sixteen(&self, a: v128, b: v128) -> v128 {
        let mixed = self.0.sixteen(a, b);
        self.1.sixteen(mixed, mixed)
    }

    #[inline(always)]
    fn eight(&self, a: v128, b: v128) -> v128 {
        let mixed = self.0.eight(a, b);
        self.1.eight(mixed, mixed)
    }
}

/// The first block as it is.
pub(super) struct Same;

impl Mix for Same {
    #[inline(always)]
    fn sixteen(&self, a: v128, _: v128) -> v128 {
        a
    }
}

/// Where a block's first row stands, and how far the next one is.
#[derive(Clone, Copy)]
pub(super) struct Rows<Pixel> {
    /// The first pixel.
    pub(super) at: Pixel,
    /// Bytes to the next row.
    pub(super) stride: isize,
}

impl Rows<*const u8> {
    #[inline(always)]
    unsafe fn row(&self, row: isize) -> *const u8 {
        unsafe { self.at.offset(row * self.stride) }
    }
}

impl Rows<*mut u8> {
    #[inline(always)]
    unsafe fn row(&self, row: isize) -> *mut u8 {
        unsafe { self.at.offset(row * self.stride) }
    }
}

/// Mixes a row of `WIDTH` pixels.
#[inline(always)]
unsafe fn mix_row<const WIDTH: usize>(to: *mut u8, a: *const u8, b: *const u8, how: &impl Mix) {
    unsafe {
        let mut x = 0;
        while x + 16 <= WIDTH {
            store16(to.add(x), how.sixteen(load16(a.add(x)), load16(b.add(x))));
            x += 16;
        }
        if x + 8 <= WIDTH {
            store8(to.add(x), how.eight(load8(a.add(x)), load8(b.add(x))));
            x += 8;
        }
        if x + 4 <= WIDTH {
            store4(to.add(x), how.eight(load4(a.add(x)), load4(b.add(x))));
            x += 4;
        }
        if x < WIDTH {
            let two = |from: *const u8| v128_load16_lane::<0>(i8x16_splat(0), from.add(x).cast());
            v128_store16_lane::<0>(how.eight(two(a), two(b)), to.add(x).cast());
        }
    }
}

/// Mixes `height` rows of `WIDTH` pixels; 2, or a multiple of 4.
#[inline(always)]
pub(super) unsafe fn mix<const WIDTH: usize>(
    mut to: Rows<*mut u8>,
    mut a: Rows<*const u8>,
    mut b: Rows<*const u8>,
    height: i32,
    how: &impl Mix,
) {
    unsafe {
        // Four at a time: the loop's own steps would cost as much as a row.
        for _ in 0..height >> 2 {
            for row in 0..4 {
                let (to, a, b) = (to.row(row), a.row(row), b.row(row));
                mix_row::<WIDTH>(to, a, b, how);
            }
            to.at = to.row(4);
            a.at = a.row(4);
            b.at = b.row(4);
        }
        for row in 0..(height & 3) as isize {
            mix_row::<WIDTH>(to.row(row), a.row(row), b.row(row), how);
        }
    }
}

/// Mixes a block whose width is known only now: any multiple of 4, quickest for the widths of macroblock partitions.
#[inline(always)]
pub(super) unsafe fn mix_any(
    to: Rows<*mut u8>,
    a: Rows<*const u8>,
    b: Rows<*const u8>,
    width: i32,
    height: i32,
    how: &impl Mix,
) {
    unsafe {
        match width {
            16 => mix::<16>(to, a, b, height, how),
            8 => mix::<8>(to, a, b, height, how),
            4 => mix::<4>(to, a, b, height, how),
            20 => mix::<20>(to, a, b, height, how),
            12 => mix::<12>(to, a, b, height, how),
            _ => {
                for x in (0..width as usize).step_by(4) {
                    let to = Rows { at: to.at.add(x), stride: to.stride };
                    let a = Rows { at: a.at.add(x), stride: a.stride };
                    let b = Rows { at: b.at.add(x), stride: b.stride };
                    mix::<4>(to, a, b, height, how);
                }
            }
        }
    }
}
