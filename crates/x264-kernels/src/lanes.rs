//! Small moves between memory and vectors that all kernels share. Unaligned everywhere: WebAssembly has no other loads.

use core::arch::wasm32::*;

/// Loads sixteen bytes.
#[inline(always)]
pub unsafe fn load16(from: *const u8) -> v128 {
    unsafe { v128_load(from.cast()) }
}

/// Loads eight bytes in the low half, zero above.
#[inline(always)]
pub unsafe fn load8(from: *const u8) -> v128 {
    unsafe { v128_load64_zero(from.cast()) }
}

/// Loads four bytes in the lowest lane, zero above.
#[inline(always)]
pub unsafe fn load4(from: *const u8) -> v128 {
    unsafe { v128_load32_zero(from.cast()) }
}

/// Loads eight bytes of each of two rows.
#[inline(always)]
pub unsafe fn load8x2(from: *const u8, stride: isize) -> v128 {
    unsafe { v128_load64_lane::<1>(load8(from), from.offset(stride).cast()) }
}

/// Loads four bytes of each of four rows.
#[inline(always)]
pub unsafe fn load4x4(from: *const u8, stride: isize) -> v128 {
    unsafe {
        let rows = v128_load32_lane::<1>(load4(from), from.offset(stride).cast());
        let rows = v128_load32_lane::<2>(rows, from.offset(2 * stride).cast());
        v128_load32_lane::<3>(rows, from.offset(3 * stride).cast())
    }
}

/// Loads eight bytes, each as 16 bits.
#[inline(always)]
pub unsafe fn widen8(from: *const u8) -> v128 {
    unsafe { u16x8_load_extend_u8x8(from) }
}

/// Loads four bytes, each as 16 bits, zero above.
#[inline(always)]
pub unsafe fn widen4(from: *const u8) -> v128 {
    unsafe { u16x8_extend_low_u8x16(load4(from)) }
}

/// Stores sixteen bytes.
#[inline(always)]
pub unsafe fn store16(to: *mut u8, value: v128) {
    unsafe { v128_store(to.cast(), value) }
}

/// Stores the low eight bytes.
#[inline(always)]
pub unsafe fn store8(to: *mut u8, value: v128) {
    unsafe { v128_store64_lane::<0>(value, to.cast()) }
}

/// Stores the low four bytes.
#[inline(always)]
pub unsafe fn store4(to: *mut u8, value: v128) {
    unsafe { v128_store32_lane::<0>(value, to.cast()) }
}

/// Returns the distance of unsigned bytes, lane by lane.
#[inline(always)]
pub fn distance(a: v128, b: v128) -> v128 {
    v128_or(u8x16_sub_sat(a, b), u8x16_sub_sat(b, a))
}

/// Returns the sum of four 32-bit lanes.
#[inline(always)]
pub fn sum32(value: v128) -> i32 {
    let halves = i32x4_add(value, i32x4_shuffle::<2, 3, 0, 1>(value, value));
    i32x4_extract_lane::<0>(i32x4_add(halves, i32x4_shuffle::<1, 0, 3, 2>(halves, halves)))
}

/// Returns the sum of eight unsigned 16-bit lanes.
#[inline(always)]
pub fn sum16(value: v128) -> i32 {
    sum32(u32x4_extadd_pairwise_u16x8(value))
}
