//! Explicit weighted prediction: scaling a block's pixels and moving them up or down. The weights are x264's own
//! structure; nothing here decides them.

use super::rows::{Mix, Rows, Then, mix, mix_any};
use core::arch::wasm32::*;
use core::ffi::c_void;

/// x264's `x264_weight_t`. `tables_motion.c` checks that the fields stand where C has them.
#[repr(C, align(16))]
pub struct Weight {
    /// x264's assembly keeps prepared vectors here; we keep nothing.
    pub prepared: [i16; 16],
    /// The scale is in units of 1 / 2^denominator: 0 to 7.
    pub denominator: i32,
    /// 0 to 127, or 128 with denominator 7.
    pub scale: i32,
    /// Added in the end: -128 to 127.
    pub offset: i32,
    /// The functions to weigh with; null where there is nothing to weigh.
    pub functions: *const c_void,
}

/// Only an offset, either up or down.
struct Move {
    up: v128,
    down: v128,
}

impl Mix for Move {
    #[inline(always)]
    fn sixteen(&self, a: v128, _: v128) -> v128 {
        u8x16_sub_sat(u8x16_add_sat(a, self.up), self.down)
    }
}

/// (pixel * scale + half) >> denominator, then the offset. The rounding multiplication (a * b + 2^14) >> 15 does all of
/// the first with the pixel as a = pixel << 7 and b = scale << (8 - denominator).
struct Scale {
    factor: v128,
    offset: v128,
}

impl Scale {
    #[inline(always)]
    fn words(&self, pixels: v128) -> v128 {
        i16x8_add(i16x8_q15mulr_sat(i16x8_shl(pixels, 7), self.factor), self.offset)
    }
}

impl Mix for Scale {
    #[inline(always)]
    fn sixteen(&self, a: v128, _: v128) -> v128 {
        let low = self.words(u16x8_extend_low_u8x16(a));
        let high = self.words(u16x8_extend_high_u8x16(a));
        u8x16_narrow_i16x8(low, high)
    }

    #[inline(always)]
    fn eight(&self, a: v128, _: v128) -> v128 {
        let low = self.words(u16x8_extend_low_u8x16(a));
        u8x16_narrow_i16x8(low, low)
    }
}

/// What to do with a way of weighing, once it is known which.
pub(super) trait WithWeight {
    /// Does it.
    unsafe fn run(self, how: &impl Mix);
}

impl Weight {
    /// Picks the way of weighing: most weights in practice are a mere offset.
    #[inline(always)]
    pub(super) unsafe fn choose(&self, work: impl WithWeight) {
        unsafe {
            if self.scale == 1 << self.denominator {
                let up = u8x16_splat(self.offset.max(0) as u8);
                let down = u8x16_splat((-self.offset).max(0) as u8);
                work.run(&Move { up, down });
            } else {
                let factor = i16x8_splat((self.scale << (8 - self.denominator)) as i16);
                work.run(&Scale { factor, offset: i16x8_splat(self.offset as i16) });
            }
        }
    }
}

struct Block<const WIDTH: usize> {
    to: Rows<*mut u8>,
    from: Rows<*const u8>,
    height: i32,
}

impl<const WIDTH: usize> WithWeight for Block<WIDTH> {
    #[inline(always)]
    unsafe fn run(self, how: &impl Mix) {
        unsafe { mix::<WIDTH>(self.to, self.from, self.from, self.height, how) }
    }
}

macro_rules! weights {
    ($($name:ident $width:literal)*) => {$(
        #[doc = concat!("Weighs a block ", $width, " pixels wide; in place where `to` is `from`.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            to: *mut u8, to_stride: isize, from: *const u8, from_stride: isize, weight: *const Weight, height: i32,
        ) {
            let (to, from) = (Rows { at: to, stride: to_stride }, Rows { at: from, stride: from_stride });
            unsafe { (*weight).choose(Block::<$width> { to, from, height }) }
        }
    )*};
}

weights! {
    clipfit_weight_w2 2
    clipfit_weight_w4 4
    clipfit_weight_w8 8
    clipfit_weight_w12 12
    clipfit_weight_w16 16
    clipfit_weight_w20 20
}

/// Two blocks of a width known only now, mixed and then weighed.
pub(super) struct Mixed<How> {
    pub(super) to: Rows<*mut u8>,
    pub(super) a: Rows<*const u8>,
    pub(super) b: Rows<*const u8>,
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) how: How,
}

impl<How: Mix> WithWeight for Mixed<How> {
    #[inline(always)]
    unsafe fn run(self, weighing: &impl Mix) {
        let how = Then(self.how, weighing);
        unsafe { mix_any(self.to, self.a, self.b, self.width, self.height, &how) }
    }
}

/// Returns a pixel weighed: scaled, rounded, moved, kept within a byte.
pub fn weigh_reference(pixel: u8, weight: &Weight) -> u8 {
    let product = i32::from(pixel) * weight.scale;
    let scaled = match weight.denominator {
        0 => product,
        denominator => (product + (1 << (denominator - 1))) >> denominator,
    };
    (scaled + weight.offset).clamp(0, 255) as u8
}
