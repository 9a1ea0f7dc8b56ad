//! Quarter-pixel prediction of luma from the four planes that x264 keeps of a reference: the pixels themselves, and
//! those half a pixel to the right, half a pixel down, and both.

use super::average::Average;
use super::rows::{Rows, Same, mix_any};
use super::weight::{Mixed, Weight, weigh_reference};

/// The plane that position (y % 4) * 4 + x % 4 takes its first pixel from.
const FIRST: [u8; 16] = [0, 1, 1, 1, 0, 1, 1, 1, 2, 3, 3, 3, 0, 1, 1, 1];
/// The plane of its second pixel, where the position lies between two.
const SECOND: [u8; 16] = [0, 0, 1, 0, 2, 2, 3, 2, 2, 2, 3, 2, 2, 2, 3, 2];

/// The pixels around a vector's end: one block, or two to average.
struct Ends {
    first: *const u8,
    second: Option<*const u8>,
}

#[inline(always)]
unsafe fn ends(planes: *const *const u8, stride: isize, x: i32, y: i32) -> Ends {
    unsafe {
        let position = (((y & 3) << 2) + (x & 3)) as usize;
        let offset = (y >> 2) as isize * stride + (x >> 2) as isize;
        let below = if y & 3 == 3 { stride } else { 0 };
        let right = isize::from(x & 3 == 3);
        let first = (*planes.add(usize::from(FIRST[position]))).offset(offset + below);
        let second = || (*planes.add(usize::from(SECOND[position]))).offset(offset + right);
        Ends { first, second: (position & 5 != 0).then(second) }
    }
}

/// Writes the block that the vector (x, y), in quarter pixels, points to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_mc_luma(
    to: *mut u8,
    to_stride: isize,
    planes: *const *const u8,
    stride: isize,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    weight: *const Weight,
) {
    unsafe {
        let Ends { first, second } = ends(planes, stride, x, y);
        let to = Rows { at: to, stride: to_stride };
        let a = Rows { at: first, stride };
        let b = Rows { at: second.unwrap_or(first), stride };
        match (second.is_some(), (*weight).functions.is_null()) {
            (true, true) => mix_any(to, a, b, width, height, &Average),
            (true, false) => (*weight).choose(Mixed { to, a, b, width, height, how: Average }),
            (false, true) => mix_any(to, a, a, width, height, &Same),
            (false, false) => (*weight).choose(Mixed { to, a, b: a, width, height, how: Same }),
        }
    }
}

/// Returns the block that the vector (x, y) points to: the reference's own pixels (whose stride goes to `to_stride`)
/// where that will do, else written to `to`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clipfit_get_ref(
    to: *mut u8,
    to_stride: *mut isize,
    planes: *const *const u8,
    stride: isize,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    weight: *const Weight,
) -> *const u8 {
    unsafe {
        let Ends { first, second } = ends(planes, stride, x, y);
        let unweighed = (*weight).functions.is_null();
        let rows = Rows { at: to, stride: *to_stride };
        let a = Rows { at: first, stride };
        match (second, unweighed) {
            (None, true) => {
                *to_stride = stride;
                return first;
            }
            (Some(second), true) => mix_any(rows, a, Rows { at: second, stride }, width, height, &Average),
            _ => clipfit_mc_luma(to, *to_stride, planes, stride, x, y, width, height, weight),
        }
        to
    }
}

/// Returns the pixel at (x, y) quarter pixels. Even positions are in the planes; between two of them lies their
/// average, of those left and right, or above and below, or on the diagonal that avoids the pixels themselves and the
/// plane of both halves.
pub unsafe fn luma_reference(planes: &[*const u8; 4], stride: isize, x: i32, y: i32, weight: &Weight) -> u8 {
    // In half pixels.
    let at = |x: i32, y: i32| unsafe {
        let plane = planes[((x & 1) + 2 * (y & 1)) as usize];
        u16::from(*plane.offset((y >> 1) as isize * stride + (x >> 1) as isize))
    };
    let ((left, right), (above, below)) = ((x >> 1, (x + 1) >> 1), (y >> 1, (y + 1) >> 1));
    let (one, other) = if x & 1 == 1 && y & 1 == 1 {
        // One end on a column of whole pixels, the other on a row of whole pixels.
        let (whole_x, half_x) = if left & 1 == 0 { (left, right) } else { (right, left) };
        let (whole_y, half_y) = if above & 1 == 0 { (above, below) } else { (below, above) };
        (at(whole_x, half_y), at(half_x, whole_y))
    } else {
        (at(left, above), at(right, below))
    };
    let pixel = ((one + other + 1) >> 1) as u8;
    if weight.functions.is_null() { pixel } else { weigh_reference(pixel, weight) }
}
