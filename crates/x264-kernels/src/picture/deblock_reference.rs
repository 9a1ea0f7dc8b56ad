//! What deblocking computes, sample by sample (H.264, 8.7). `step` leads across the edge, `at` is the first sample
//! behind it. Knows nothing of vectors.

/// Filters one place of a luma edge.
unsafe fn luma(at: *mut u8, step: isize, alpha: i32, beta: i32, strength: i32) {
    let sample = |index: isize| i32::from(unsafe { *at.offset(index * step) });
    let [p2, p1, p0, q0, q1, q2] = [-3, -2, -1, 0, 1, 2].map(sample);
    if !surface([p1, p0, q0, q1], alpha, beta) {
        return;
    }
    let mut reach = strength;
    for (place, outermost, outer, inner) in [(-2, p2, p1, p0), (1, q2, q1, q0)] {
        if (outermost - inner).abs() < beta {
            let target = (outermost + ((p0 + q0 + 1) >> 1)) >> 1;
            unsafe { *at.offset(place * step) = (outer + (target - outer).clamp(-strength, strength)) as u8 };
            reach += 1;
        }
    }
    unsafe { approach(at, step, [p1, p0, q0, q1], reach) };
}

fn surface([p1, p0, q0, q1]: [i32; 4], alpha: i32, beta: i32) -> bool {
    (p0 - q0).abs() < alpha && (p1 - p0).abs() < beta && (q1 - q0).abs() < beta
}

unsafe fn approach(at: *mut u8, step: isize, [p1, p0, q0, q1]: [i32; 4], reach: i32) {
    let delta = ((((q0 - p0) << 2) + (p1 - q1) + 4) >> 3).clamp(-reach, reach);
    unsafe {
        *at.offset(-step) = (p0 + delta).clamp(0, 255) as u8;
        *at = (q0 - delta).clamp(0, 255) as u8;
    }
}

/// Filters sixteen places `along` apart, every four of one strength; a negative strength leaves them.
pub unsafe fn luma_reference(at: *mut u8, step: isize, along: isize, alpha: i32, beta: i32, tc0: *const i8) {
    for place in 0..16 {
        unsafe {
            let strength = i32::from(*tc0.offset(place / 4));
            if strength >= 0 {
                luma(at.offset(place * along), step, alpha, beta, strength);
            }
        }
    }
}

/// Filters sixteen places of an edge at the border of an intra coded macroblock.
pub unsafe fn luma_intra_reference(at: *mut u8, step: isize, along: isize, alpha: i32, beta: i32) {
    for place in 0..16 {
        let at = unsafe { at.offset(place * along) };
        let sample = |index: isize| i32::from(unsafe { *at.offset(index * step) });
        let [p3, p2, p1, p0, q0, q1, q2, q3] = [-4, -3, -2, -1, 0, 1, 2, 3].map(sample);
        if !surface([p1, p0, q0, q1], alpha, beta) {
            continue;
        }
        let close = (p0 - q0).abs() < (alpha >> 2) + 2;
        for (first, away, [n0, n1, n2, n3], [f0, f1]) in
            [(-1, -1, [p0, p1, p2, p3], [q0, q1]), (0, 1, [q0, q1, q2, q3], [p0, p1])]
        {
            let put =
                |index: isize, value: i32| unsafe { *at.offset((first + away * index) * step) = value as u8 };
            if close && (n2 - n0).abs() < beta {
                put(0, (n2 + 2 * n1 + 2 * n0 + 2 * f0 + f1 + 4) >> 3);
                put(1, (n2 + n1 + n0 + f0 + 2) >> 2);
                put(2, (2 * n3 + 3 * n2 + n1 + n0 + f0 + 4) >> 3);
            } else {
                put(0, (2 * n1 + n0 + f1 + 2) >> 2);
            }
        }
    }
}

/// Returns where the sixteen samples of a chroma edge lie, with the step across it.
fn chroma_places(stride: isize, vertical_edge: bool) -> (isize, impl Iterator<Item = (usize, isize)>) {
    let place = move |index: isize| if vertical_edge { index / 2 * stride + index % 2 } else { index };
    (if vertical_edge { 2 } else { stride }, (0..16).map(move |index| (index as usize, place(index))))
}

/// Filters eight places in both planes, every two of one strength; a strength of 0 or less leaves them.
pub unsafe fn chroma_reference(
    at: *mut u8,
    stride: isize,
    vertical_edge: bool,
    alpha: i32,
    beta: i32,
    tc0: *const i8,
) {
    let (step, places) = chroma_places(stride, vertical_edge);
    for (index, place) in places {
        unsafe {
            let (at, strength) = (at.offset(place), i32::from(*tc0.add(index / 4)));
            let around = [-2, -1, 0, 1].map(|index| i32::from(*at.offset(index * step)));
            if strength > 0 && surface(around, alpha, beta) {
                approach(at, step, around, strength);
            }
        }
    }
}

/// Filters eight places in both planes of an edge at the border of an intra coded macroblock.
pub unsafe fn chroma_intra_reference(at: *mut u8, stride: isize, vertical_edge: bool, alpha: i32, beta: i32) {
    let (step, places) = chroma_places(stride, vertical_edge);
    for (_, place) in places {
        unsafe {
            let at = at.offset(place);
            let [p1, p0, q0, q1] = [-2, -1, 0, 1].map(|index| i32::from(*at.offset(index * step)));
            if surface([p1, p0, q0, q1], alpha, beta) {
                *at.offset(-step) = ((2 * p1 + p0 + q1 + 2) >> 2) as u8;
                *at = ((2 * q1 + q0 + p1 + 2) >> 2) as u8;
            }
        }
    }
}

/// Computes the strengths of the edges before each block: `[direction][edge][place]`, blocks in caches of 8 columns
/// with the first at 12.
pub fn strength_reference(
    coefficients: &[u8; 120],
    references: &[[i8; 40]; 2],
    vectors: &[[[i16; 2]; 40]; 2],
    limit: i32,
    bidirectional: bool,
) -> [[[u8; 4]; 4]; 2] {
    let lists = if bidirectional { 0..2 } else { 0..1 };
    let strength = |block: usize, before: usize| {
        let far = |list: usize, component: usize, limit: i32| {
            let [own, other] = [block, before].map(|block| i32::from(vectors[list][block][component]));
            (own - other).abs() >= limit
        };
        let differs = |list: usize| {
            references[list][block] != references[list][before] || far(list, 0, 4) || far(list, 1, limit)
        };
        if coefficients[block] != 0 || coefficients[before] != 0 {
            2
        } else {
            u8::from(lists.clone().any(differs))
        }
    };
    let edges = |across: usize, along: usize| {
        [0, 1, 2, 3].map(|edge| {
            [0, 1, 2, 3].map(|place| {
                let block = 12 + edge * across + place * along;
                strength(block, block - across)
            })
        })
    };
    [edges(1, 8), edges(8, 1)]
}
