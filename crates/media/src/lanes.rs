//! Eight short numbers or four long ones at a time, in the processor's own registers where there are such. Knows no
//! colour.
#![cfg_attr(target_arch = "wasm32", allow(unsafe_code, reason = "loads and stores of whole registers"))]

#[cfg(target_arch = "wasm32")]
pub(crate) use simd::{
    Longs, Shorts, add, bytes, dot, each_twice, interleaved, load, longs, narrow, pair, pairs, shorts, store,
    transposed, widen,
};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use plain::{
    Longs, Shorts, add, bytes, dot, each_twice, interleaved, load, longs, narrow, pair, pairs, shorts, store,
    transposed, widen,
};

#[cfg(target_arch = "wasm32")]
mod simd {
    use std::arch::wasm32::{
        i16x8_narrow_i32x4, i16x8_shuffle, i32x4_add, i32x4_dot_i16x8, i32x4_shr, i32x4_shuffle, i32x4_splat,
        i64x2_extract_lane, i64x2_shuffle, u8x16_narrow_i16x8, u16x8_load_extend_u8x8, u32x4_extract_lane,
        v128, v128_load, v128_store,
    };

    /// Eight shorts.
    pub(crate) type Shorts = v128;
    /// Four longs.
    pub(crate) type Longs = v128;

    /// Loads eight shorts.
    #[inline(always)]
    pub(crate) fn load(from: &[i16; 8]) -> v128 {
        // SAFETY: the reference is valid for 16 bytes; wasm loads need no alignment.
        unsafe { v128_load(from.as_ptr().cast()) }
    }

    /// Loads eight bytes as shorts.
    #[inline(always)]
    pub(crate) fn widen(from: &[u8; 8]) -> v128 {
        // SAFETY: the reference is valid for 8 bytes; wasm loads need no alignment.
        unsafe { u16x8_load_extend_u8x8(from.as_ptr()) }
    }

    /// Returns eight shorts as numbers.
    #[inline(always)]
    pub(crate) fn shorts(values: v128) -> [i16; 8] {
        let mut found = [0; 8];
        // SAFETY: the reference is valid for 16 bytes; wasm stores need no alignment.
        unsafe { v128_store(found.as_mut_ptr().cast(), values) };
        found
    }

    /// Returns eight shorts as bytes; what is out of range becomes the nearest byte.
    #[inline(always)]
    pub(crate) fn bytes(values: v128) -> [u8; 8] {
        i64x2_extract_lane::<0>(u8x16_narrow_i16x8(values, values)).to_le_bytes()
    }

    /// Repeats a long.
    #[inline(always)]
    pub(crate) fn longs(value: i32) -> v128 {
        i32x4_splat(value)
    }

    /// Adds longs.
    #[inline(always)]
    pub(crate) fn add(a: v128, b: v128) -> v128 {
        i32x4_add(a, b)
    }

    /// Pairs each short of `a` with that of `b`.
    #[inline(always)]
    pub(crate) fn interleaved(a: v128, b: v128) -> [v128; 2] {
        [i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b), i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b)]
    }

    /// Makes columns of rows.
    #[inline(always)]
    pub(crate) fn transposed([a, b, c, d, e, f, g, h]: [v128; 8]) -> [v128; 8] {
        let fours = |[a, b]: [v128; 2], [c, d]: [v128; 2]| {
            [
                i32x4_shuffle::<0, 4, 1, 5>(a, c),
                i32x4_shuffle::<2, 6, 3, 7>(a, c),
                i32x4_shuffle::<0, 4, 1, 5>(b, d),
                i32x4_shuffle::<2, 6, 3, 7>(b, d),
            ]
        };
        let upper = fours(interleaved(a, b), interleaved(c, d));
        let lower = fours(interleaved(e, f), interleaved(g, h));
        let both = |at: usize| {
            [i64x2_shuffle::<0, 2>(upper[at], lower[at]), i64x2_shuffle::<1, 3>(upper[at], lower[at])]
        };
        let ([a, b], [c, d], [e, f], [g, h]) = (both(0), both(1), both(2), both(3));
        [a, b, c, d, e, f, g, h]
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

    /// Divides by 2 to the power of `shift` and joins both as shorts.
    #[inline(always)]
    pub(crate) fn narrow(a: v128, b: v128, shift: u32) -> v128 {
        i16x8_narrow_i32x4(i32x4_shr(a, shift), i32x4_shr(b, shift))
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
    /// Eight shorts.
    pub(crate) type Shorts = [i16; 8];
    /// Four longs.
    pub(crate) type Longs = [i32; 4];

    /// Loads eight shorts.
    #[inline(always)]
    pub(crate) fn load(from: &[i16; 8]) -> [i16; 8] {
        *from
    }

    /// Loads eight bytes as shorts.
    #[inline(always)]
    pub(crate) fn widen(from: &[u8; 8]) -> [i16; 8] {
        from.map(i16::from)
    }

    /// Returns eight shorts as numbers.
    #[inline(always)]
    pub(crate) fn shorts(values: [i16; 8]) -> [i16; 8] {
        values
    }

    /// Returns eight shorts as bytes; what is out of range becomes the nearest byte.
    #[inline(always)]
    pub(crate) fn bytes(values: [i16; 8]) -> [u8; 8] {
        values.map(|value| value.clamp(0, 255) as u8)
    }

    /// Repeats a long.
    #[inline(always)]
    pub(crate) fn longs(value: i32) -> [i32; 4] {
        [value; 4]
    }

    /// Adds longs.
    #[inline(always)]
    pub(crate) fn add(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        [0, 1, 2, 3].map(|at| a[at] + b[at])
    }

    /// Pairs each short of `a` with that of `b`.
    #[inline(always)]
    pub(crate) fn interleaved(a: [i16; 8], b: [i16; 8]) -> [[i16; 8]; 2] {
        let four =
            |at: usize| [a[at], b[at], a[at + 1], b[at + 1], a[at + 2], b[at + 2], a[at + 3], b[at + 3]];
        [four(0), four(4)]
    }

    /// Makes columns of rows.
    #[inline(always)]
    pub(crate) fn transposed(rows: [[i16; 8]; 8]) -> [[i16; 8]; 8] {
        [0, 1, 2, 3, 4, 5, 6, 7].map(|column| rows.map(|row| row[column]))
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

    /// Divides by 2 to the power of `shift` and joins both as shorts.
    #[inline(always)]
    pub(crate) fn narrow(a: [i32; 4], b: [i32; 4], shift: u32) -> [i16; 8] {
        let short = |value: i32| (value >> shift).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        let ([a, b, c, d], [e, f, g, h]) = (a.map(short), b.map(short));
        [a, b, c, d, e, f, g, h]
    }

    /// Divides by 2 to the power of `SHIFT`, rounds, and stores as bytes.
    #[inline(always)]
    pub(crate) fn store<const SHIFT: u32>(values: [i32; 4], to: &mut [u8; 4]) {
        *to = values.map(|value| ((value + (1 << (SHIFT - 1))) >> SHIFT).clamp(0, 255) as u8);
    }
}
