//! What the kernels of this group compute, in plain arithmetic.

/// Returns a sample with the offset of its band; `left` is the first of the four bands that have one.
pub fn band(sample: i32, offsets: &[i16; 5], left: i32, bits: u32) -> i32 {
    let band = ((sample >> (bits - 5)) - left) & 31;
    let offset = if band < 4 { offsets[band as usize + 1] } else { 0 };
    (sample + i32::from(offset)).clamp(0, (1 << bits) - 1)
}

/// Returns a sample with the offset of its kind of edge, between two neighbours.
pub fn edge(sample: i32, neighbours: [i32; 2], offsets: &[i16; 5], bits: u32) -> i32 {
    let signs: i32 = neighbours.iter().map(|neighbour| (sample - neighbour).signum()).sum();
    let offset = match signs {
        -2 => offsets[1],
        -1 => offsets[2],
        0 => offsets[0],
        1 => offsets[3],
        _ => offsets[4],
    };
    (sample + i32::from(offset)).clamp(0, (1 << bits) - 1)
}
