//! Eight short numbers or four long ones at a time, in the processor's own registers where there are such. Knows no
//! colour.
#![cfg_attr(target_arch = "wasm32", allow(unsafe_code, reason = "loads and stores of whole registers"))]

#[cfg(target_arch = "wasm32")]
pub(crate) use simd::{dot, each_twice, load, narrow, pair, pairs, store};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use plain::{dot, each_twice, load, narrow, pair, pairs, store};

#[cfg(target_arch = "wasm32")]
mod simd {
    use std::arch::wasm32::{
        i16x8_narrow_i32x4, i32x4_add, i32x4_dot_i16x8, i32x4_shr, i32x4_shuffle, i32x4_splat,
        u8x16_narrow_i16x8, u32x4_extract_lane, v128, v128_load,
    };

    /// Loads eight shorts.
    #[inline(always)]
    pub(crate) fn load(from: &[i16; 8]) -> v128 {
        // SAFETY: the reference is valid for 16 bytes; wasm loads need no alignment.
        unsafe { v128_load(from.as_ptr().cast()) }
    }

    /// Loads four pairs of shorts, each packed into one number.
    #[inline(always)]
    pub(crate) fn pairs(from: &[i32; 4]) -> v128 {
        // SAFETY: the reference is valid for 16 bytes; wasm loads need no alignment.
        unsafe { v128_load(from.as_ptr().cast()) }
    }

    /// Repeats one pair of shorts.
    #[inline(always)]
    pub(crate) fn pair(pair: i32) -> v128 {
        i32x4_splat(pair)
    }

    /// Repeats the first two pairs, and the last two.
    #[inline(always)]
    pub(crate) fn each_twice(pairs: v128) -> [v128; 2] {
        [i32x4_shuffle::<0, 0, 1, 1>(pairs, pairs), i32x4_shuffle::<2, 2, 3, 3>(pairs, pairs)]
    }

    /// Multiplies shorts and adds neighbours.
    #[inline(always)]
    pub(crate) fn dot(a: v128, b: v128) -> v128 {
        i32x4_dot_i16x8(a, b)
    }

    /// Divides by 2 to the power of `SHIFT` and joins both as shorts.
    #[inline(always)]
    pub(crate) fn narrow<const SHIFT: u32>(a: v128, b: v128) -> v128 {
        i16x8_narrow_i32x4(i32x4_shr(a, SHIFT), i32x4_shr(b, SHIFT))
    }

    /// Divides by 2 to the power of `SHIFT`, rounds, and stores as bytes.
    #[inline(always)]
    pub(crate) fn store<const SHIFT: u32>(values: v128, to: &mut [u8; 4]) {
        let rounded = i32x4_shr(i32x4_add(values, i32x4_splat(1 << (SHIFT - 1))), SHIFT);
        let shorts = i16x8_narrow_i32x4(rounded, rounded);
        *to = u32x4_extract_lane::<0>(u8x16_narrow_i16x8(shorts, shorts)).to_le_bytes();
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod plain {
    /// Loads eight shorts.
    #[inline(always)]
    pub(crate) fn load(from: &[i16; 8]) -> [i16; 8] {
        *from
    }

    /// Loads four pairs of shorts, each packed into one number.
    #[inline(always)]
    pub(crate) fn pairs(from: &[i32; 4]) -> [i16; 8] {
        let [a, b, c, d] = from.map(|pair| [pair as i16, (pair >> 16) as i16]);
        [a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]
    }

    /// Repeats one pair of shorts.
    #[inline(always)]
    pub(crate) fn pair(pair: i32) -> [i16; 8] {
        pairs(&[pair; 4])
    }

    /// Repeats the first two pairs, and the last two.
    #[inline(always)]
    pub(crate) fn each_twice([a, b, c, d, e, f, g, h]: [i16; 8]) -> [[i16; 8]; 2] {
        [[a, b, a, b, c, d, c, d], [e, f, e, f, g, h, g, h]]
    }

    /// Multiplies shorts and adds neighbours.
    #[inline(always)]
    pub(crate) fn dot(a: [i16; 8], b: [i16; 8]) -> [i32; 4] {
        [0, 2, 4, 6]
            .map(|at| i32::from(a[at]) * i32::from(b[at]) + i32::from(a[at + 1]) * i32::from(b[at + 1]))
    }

    /// Divides by 2 to the power of `SHIFT` and joins both as shorts.
    #[inline(always)]
    pub(crate) fn narrow<const SHIFT: u32>(a: [i32; 4], b: [i32; 4]) -> [i16; 8] {
        let short = |value: i32| (value >> SHIFT).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        let ([a, b, c, d], [e, f, g, h]) = (a.map(short), b.map(short));
        [a, b, c, d, e, f, g, h]
    }

    /// Divides by 2 to the power of `SHIFT`, rounds, and stores as bytes.
    #[inline(always)]
    pub(crate) fn store<const SHIFT: u32>(values: [i32; 4], to: &mut [u8; 4]) {
        *to = values.map(|value| ((value + (1 << (SHIFT - 1))) >> SHIFT).clamp(0, 255) as u8);
    }
}
