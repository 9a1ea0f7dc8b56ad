//! The entries of FFmpeg's table: each interpolation with each way to finish it.

use super::filter::{CHROMA, Filter, LUMA};
use super::finish::*;
use crate::ROW;
use crate::lanes::*;
use core::arch::wasm32::*;
use core::mem::MaybeUninit;

/// The most rows that one interpolation takes: a block's and those around it.
const ROWS: usize = ROW as usize + 7;

/// The block that an interpolation starts from, its size and its place between pixels.
#[derive(Clone, Copy)]
struct Block {
    from: *const u8,
    stride: isize,
    width: isize,
    height: isize,
    x: isize,
    y: isize,
}

/// Calls `eight` for every eight samples: with their place, and how many of them are in the block.
#[inline(always)]
fn each(block: Block, mut eight: impl FnMut(isize, isize, isize)) {
    for y in 0..block.height {
        let mut x = 0;
        while x < block.width {
            eight(x, y, block.width - x);
            x += 8;
        }
    }
}

#[inline(always)]
unsafe fn pel<D: Depth>(block: Block, finish: &impl Finish<D>) {
    each(block, |x, y, count| unsafe {
        let samples = D::load(block.from.offset(y * block.stride + x * D::BYTES));
        finish.narrow(x, y, count, i16x8_shl(samples, 14 - D::BITS));
    });
}

/// Copies whole pixels: rounding would return them unchanged.
#[inline(always)]
unsafe fn copy<D: Depth>(block: Block, to: *mut u8, stride: isize) {
    each(block, |x, y, count| unsafe {
        let samples = D::load(block.from.offset(y * block.stride + x * D::BYTES));
        D::store(to.offset(y * stride + x * D::BYTES), samples, count);
    });
}

#[inline(always)]
unsafe fn across<D: Depth, const TAPS: usize>(
    block: Block,
    filters: &[[i32; TAPS]],
    finish: &impl Finish<D>,
) {
    unsafe {
        let filter = Filter::new(filters.get_unchecked(block.x as usize - 1));
        each(block, |x, y, count| {
            let samples = filter.across::<D>(block.from.offset(y * block.stride + x * D::BYTES));
            finish.narrow(x, y, count, samples);
        });
    }
}

#[inline(always)]
unsafe fn down<D: Depth, const TAPS: usize>(block: Block, filters: &[[i32; TAPS]], finish: &impl Finish<D>) {
    unsafe {
        let filter = Filter::new(filters.get_unchecked(block.y as usize - 1));
        each(block, |x, y, count| {
            let from = block.from.offset(y * block.stride + x * D::BYTES);
            finish.narrow(x, y, count, filter.down::<D>(from, block.stride));
        });
    }
}

/// Filters both ways, a strip of eight columns at a time.
#[inline(always)]
unsafe fn both<D: Depth, const TAPS: usize>(block: Block, filters: &[[i32; TAPS]], finish: &impl Finish<D>) {
    unsafe {
        let first = Filter::new(filters.get_unchecked(block.x as usize - 1));
        let second = Filter::new(filters.get_unchecked(block.y as usize - 1));
        let mut strip = MaybeUninit::<[v128; ROWS]>::uninit();
        let strip = strip.as_mut_ptr().cast::<v128>();
        let mut x = 0;
        while x < block.width {
            let from = block.from.offset(x * D::BYTES - Filter::<TAPS>::BEFORE * block.stride);
            for y in 0..block.height + TAPS as isize - 1 {
                *strip.offset(y) = first.across::<D>(from.offset(y * block.stride));
            }
            for y in 0..block.height {
                finish.wide(x, y, block.width - x, second.down_again(strip.offset(y)));
            }
            x += 8;
        }
    }
}

macro_rules! kernels {
    ($($depth:ident, $interpolate:ident($($filters:ident)?):
        $keep:ident, $round:ident, $weigh:ident, $average:ident, $average_weighted:ident;)*) => { $(
        /// Interpolates a block and keeps the intermediate samples.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $keep(
            to: *mut i16, from: *const u8, stride: isize, height: i32, x: isize, y: isize, width: i32,
        ) {
            let block = Block { from, stride, width: width as isize, height: height as isize, x, y };
            unsafe { $interpolate::<$depth $(, { $filters[0].len() })?>(block $(, &$filters)?, &Keep { to }) }
        }

        /// Interpolates a block.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $round(
            to: *mut u8, to_stride: isize, from: *const u8, stride: isize, height: i32, x: isize, y: isize, width: i32,
        ) {
            let block = Block { from, stride, width: width as isize, height: height as isize, x, y };
            let finish = Round { to, stride: to_stride };
            unsafe { kernels!(@round $interpolate, $depth, block, finish $(, $filters)?) }
        }

        /// Interpolates a block and weighs it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $weigh(
            to: *mut u8, to_stride: isize, from: *const u8, stride: isize, height: i32, denominator: i32, scale: i32,
            offset: i32, x: isize, y: isize, width: i32,
        ) {
            let block = Block { from, stride, width: width as isize, height: height as isize, x, y };
            let finish = Weigh::new::<$depth>(to, to_stride, [denominator, scale, offset]);
            unsafe { $interpolate::<$depth $(, { $filters[0].len() })?>(block $(, &$filters)?, &finish) }
        }

        /// Interpolates a block and averages it with another prediction.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $average(
            to: *mut u8, to_stride: isize, from: *const u8, stride: isize, other: *const i16, height: i32, x: isize,
            y: isize, width: i32,
        ) {
            let block = Block { from, stride, width: width as isize, height: height as isize, x, y };
            let finish = Average { to, stride: to_stride, other };
            unsafe { $interpolate::<$depth $(, { $filters[0].len() })?>(block $(, &$filters)?, &finish) }
        }

        /// Interpolates a block, weighs it and another prediction, and averages them.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $average_weighted(
            to: *mut u8, to_stride: isize, from: *const u8, stride: isize, other: *const i16, height: i32,
            denominator: i32, other_scale: i32, scale: i32, other_offset: i32, offset: i32, x: isize, y: isize,
            width: i32,
        ) {
            let block = Block { from, stride, width: width as isize, height: height as isize, x, y };
            let weights = [denominator, other_scale, scale, other_offset, offset];
            let finish = AverageWeighted::new::<$depth>(to, to_stride, other, weights);
            unsafe { $interpolate::<$depth $(, { $filters[0].len() })?>(block $(, &$filters)?, &finish) }
        }
    )* };
    (@round pel, $depth:ident, $block:ident, $finish:ident) => {
        copy::<$depth>($block, $finish.to, $finish.stride)
    };
    (@round $interpolate:ident, $depth:ident, $block:ident, $finish:ident, $filters:ident) => {
        $interpolate::<$depth, { $filters[0].len() }>($block, &$filters, &$finish)
    };
}

kernels! {
    Eight, pel(): clipfit_hevc_pel_8, clipfit_hevc_pel_uni_8, clipfit_hevc_pel_uni_w_8, clipfit_hevc_pel_bi_8, clipfit_hevc_pel_bi_w_8;
    Eight, across(LUMA): clipfit_hevc_qpel_h_8, clipfit_hevc_qpel_uni_h_8, clipfit_hevc_qpel_uni_w_h_8, clipfit_hevc_qpel_bi_h_8, clipfit_hevc_qpel_bi_w_h_8;
    Eight, down(LUMA): clipfit_hevc_qpel_v_8, clipfit_hevc_qpel_uni_v_8, clipfit_hevc_qpel_uni_w_v_8, clipfit_hevc_qpel_bi_v_8, clipfit_hevc_qpel_bi_w_v_8;
    Eight, both(LUMA): clipfit_hevc_qpel_hv_8, clipfit_hevc_qpel_uni_hv_8, clipfit_hevc_qpel_uni_w_hv_8, clipfit_hevc_qpel_bi_hv_8, clipfit_hevc_qpel_bi_w_hv_8;
    Eight, across(CHROMA): clipfit_hevc_epel_h_8, clipfit_hevc_epel_uni_h_8, clipfit_hevc_epel_uni_w_h_8, clipfit_hevc_epel_bi_h_8, clipfit_hevc_epel_bi_w_h_8;
    Eight, down(CHROMA): clipfit_hevc_epel_v_8, clipfit_hevc_epel_uni_v_8, clipfit_hevc_epel_uni_w_v_8, clipfit_hevc_epel_bi_v_8, clipfit_hevc_epel_bi_w_v_8;
    Eight, both(CHROMA): clipfit_hevc_epel_hv_8, clipfit_hevc_epel_uni_hv_8, clipfit_hevc_epel_uni_w_hv_8, clipfit_hevc_epel_bi_hv_8, clipfit_hevc_epel_bi_w_hv_8;
    Ten, pel(): clipfit_hevc_pel_10, clipfit_hevc_pel_uni_10, clipfit_hevc_pel_uni_w_10, clipfit_hevc_pel_bi_10, clipfit_hevc_pel_bi_w_10;
    Ten, across(LUMA): clipfit_hevc_qpel_h_10, clipfit_hevc_qpel_uni_h_10, clipfit_hevc_qpel_uni_w_h_10, clipfit_hevc_qpel_bi_h_10, clipfit_hevc_qpel_bi_w_h_10;
    Ten, down(LUMA): clipfit_hevc_qpel_v_10, clipfit_hevc_qpel_uni_v_10, clipfit_hevc_qpel_uni_w_v_10, clipfit_hevc_qpel_bi_v_10, clipfit_hevc_qpel_bi_w_v_10;
    Ten, both(LUMA): clipfit_hevc_qpel_hv_10, clipfit_hevc_qpel_uni_hv_10, clipfit_hevc_qpel_uni_w_hv_10, clipfit_hevc_qpel_bi_hv_10, clipfit_hevc_qpel_bi_w_hv_10;
    Ten, across(CHROMA): clipfit_hevc_epel_h_10, clipfit_hevc_epel_uni_h_10, clipfit_hevc_epel_uni_w_h_10, clipfit_hevc_epel_bi_h_10, clipfit_hevc_epel_bi_w_h_10;
    Ten, down(CHROMA): clipfit_hevc_epel_v_10, clipfit_hevc_epel_uni_v_10, clipfit_hevc_epel_uni_w_v_10, clipfit_hevc_epel_bi_v_10, clipfit_hevc_epel_bi_w_v_10;
    Ten, both(CHROMA): clipfit_hevc_epel_hv_10, clipfit_hevc_epel_uni_hv_10, clipfit_hevc_epel_uni_w_hv_10, clipfit_hevc_epel_bi_hv_10, clipfit_hevc_epel_bi_w_hv_10;
}
