//! Maps planes of HDR to 8-bit 4:2:0 of BT.709 in limited range, through a table of the exact colours between which it
//! interpolates. Knows no layout and no size but the result's.

use crate::lanes;
use clipfit_tone::{Hdr, bt709};
use std::cell::RefCell;
use std::rc::Rc;

/// Where a sample is in the table.
pub(crate) type Position = u16;

/// Cells of the table along luma, and along each chroma. An even number of the latter has gray at a corner.
const LUMA_CELLS: usize = 48;
const CHROMA_CELLS: usize = 64;
/// Steps within a cell, as a power of 2.
const STEP_BITS: u32 = 7;
const STEPS: usize = 1 << STEP_BITS;
/// Greatest positions along luma and chroma.
pub(crate) const LUMA_END: i32 = (LUMA_CELLS * STEPS) as i32;
pub(crate) const CHROMA_END: i32 = (CHROMA_CELLS * STEPS) as i32;
/// Steps of a value in the table within one of 8 bits, as a power of 2.
const VALUE_BITS: u32 = 6;

/// Colours between the corners of a grid. For each column along luma, an entry has the values of the four edges of the
/// column, so that the corners of a cell are next to each other.
pub(crate) struct Lookup {
    planes: [Vec<i16>; 3],
}

/// Corners of the table along luma, and along each chroma.
const LUMAS: usize = LUMA_CELLS + 1;
const CHROMAS: usize = CHROMA_CELLS + 1;

/// Computes luma and both chroma of the results at all corners: rows of red for each blue, columns of luma for each
/// red.
fn corners(hdr: &Hdr) -> Vec<[i16; 3]> {
    /// Corners that are further from any colour are not between colours.
    const NEAR: std::ops::RangeInclusive<f32> = -0.1..=1.1;
    const MIDDLE: usize = CHROMA_CELLS / 2;
    let value = |level: f32| (level * f32::from(1_i16 << VALUE_BITS)).round() as i16;
    let mut corners = vec![[0; 3]; CHROMAS * CHROMAS * LUMAS];
    // From gray outwards, because what is no colour is as the corner before it.
    let mut columns: Vec<(usize, usize)> =
        (0..CHROMAS * CHROMAS).map(|column| (column / CHROMAS, column % CHROMAS)).collect();
    columns.sort_by_key(|(blue, red)| blue.abs_diff(MIDDLE).max(red.abs_diff(MIDDLE)));
    for (blue, red) in columns {
        let chroma = [blue, red].map(|place| place as f32 / CHROMA_CELLS as f32 - 0.5);
        let [inner_blue, inner_red] =
            [blue, red].map(|place| place - usize::from(place > MIDDLE) + usize::from(place < MIDDLE));
        for luma in 0..LUMAS {
            let coded = hdr.rgb([luma as f32 / LUMA_CELLS as f32, chroma[0], chroma[1]]);
            corners[(blue * CHROMAS + red) * LUMAS + luma] = if coded.iter().all(|value| NEAR.contains(value))
            {
                let [y, u, v] = bt709(hdr.map(coded));
                [value(16.0 + 219.0 * y), value(128.0 + 224.0 * u), value(128.0 + 224.0 * v)]
            } else {
                corners[(inner_blue * CHROMAS + inner_red) * LUMAS + luma]
            };
        }
    }
    corners
}

/// Where the samples of a row are in the table.
#[derive(Default)]
pub(crate) struct Row {
    /// Both chroma at the places of the chroma samples, then of the luma samples.
    halved: [Vec<u16>; 2],
    whole: [Vec<Position>; 2],
    /// Luma in the middle of each chroma sample.
    middle: Vec<Position>,
    cells: Vec<u32>,
    /// Shares of both corners, along luma and both chroma.
    shares: [Vec<i32>; 3],
}

impl Lookup {
    /// Computes the table.
    pub(crate) fn new(hdr: &Hdr) -> Lookup {
        let corners = corners(hdr);
        let columns = |cell: usize| (cell / CHROMA_CELLS * CHROMAS + cell % CHROMA_CELLS) * LUMAS;
        let planes = [0, 1, 2].map(|plane| {
            let mut entries = Vec::with_capacity(4 * CHROMA_CELLS * CHROMA_CELLS * LUMAS);
            for column in (0..CHROMA_CELLS * CHROMA_CELLS).map(columns) {
                let edges =
                    [column, column + LUMAS, column + CHROMAS * LUMAS, column + (CHROMAS + 1) * LUMAS];
                for luma in 0..LUMAS {
                    entries.extend(edges.map(|edge| corners[edge + luma][plane]));
                }
            }
            entries
        });
        Lookup { planes }
    }

    /// Returns the table for `hdr`, which is computed once: frames of a clip come in many chunks.
    pub(crate) fn shared(hdr: &Hdr) -> Rc<Lookup> {
        thread_local! {
            static LAST: RefCell<Option<(Hdr, Rc<Lookup>)>> = const { RefCell::new(None) };
        }
        LAST.with_borrow_mut(|last| match last {
            Some((known, lookup)) if known == hdr => Rc::clone(lookup),
            _ => {
                let lookup = Rc::new(Lookup::new(hdr));
                *last = Some((*hdr, Rc::clone(&lookup)));
                lookup
            }
        })
    }

    /// Maps a frame. `planes` are positions in the table: luma of `width` samples in a row, and both chroma of half as
    /// many, rounded up, in half as many rows. Writes three planes of bytes; `buffers` is for rows in between.
    pub(crate) fn map(
        &self,
        [luma, blue, red]: [&[Position]; 3],
        width: usize,
        out: [&mut [u8]; 3],
        buffers: &mut Row,
    ) {
        let half = width.div_ceil(2);
        let [out_luma, out_blue, out_red] = out;
        let rows = luma.len() / width.max(1);
        let row = |plane: &[Position], width: usize, at: usize| -> std::ops::Range<usize> {
            let last = (plane.len() / width).saturating_sub(1);
            at.min(last) * width..(at.min(last) + 1) * width
        };
        let outs =
            out_luma.chunks_mut(2 * width).zip(out_blue.chunks_mut(half)).zip(out_red.chunks_mut(half));
        for (at, ((out_luma, out_blue), out_red)) in outs.enumerate() {
            let chroma = [blue, red];
            for (line, out) in out_luma.chunks_mut(width).enumerate() {
                let lumas = &luma[row(luma, width, 2 * at + line)];
                // Chroma stands in the middle of four: three quarters are of its own row, a quarter of the nearest.
                let other = if line == 0 { at.saturating_sub(1) } else { at + 1 };
                for ((plane, halved), whole) in chroma.iter().zip(&mut buffers.halved).zip(&mut buffers.whole)
                {
                    between(&plane[row(plane, half, at)], &plane[row(plane, half, other)], halved);
                    doubled(halved, width, whole);
                }
                let [blues, reds] = &buffers.whole;
                place(lumas, blues, reds, &mut buffers.cells, &mut buffers.shares);
                interpolate(&self.planes[0], &buffers.cells, &buffers.shares, out);
            }
            let [upper, lower] = [0, 1].map(|line| &luma[row(luma, width, (2 * at + line).min(rows - 1))]);
            middle(upper, lower, &mut buffers.middle);
            let [blues, reds] = chroma.map(|plane| &plane[row(plane, half, at)]);
            place(&buffers.middle, blues, reds, &mut buffers.cells, &mut buffers.shares);
            interpolate(&self.planes[1], &buffers.cells, &buffers.shares, out_blue);
            interpolate(&self.planes[2], &buffers.cells, &buffers.shares, out_red);
        }
    }
}

/// Computes three quarters of one row and a quarter of another.
fn between(near: &[Position], far: &[Position], out: &mut Vec<u16>) {
    out.clear();
    out.extend(near.iter().zip(far).map(|(near, far)| (3 * near + far + 2) >> 2));
}

/// Interpolates a row of twice as many samples.
fn doubled(half: &[u16], width: usize, out: &mut Vec<Position>) {
    out.resize(width.next_multiple_of(2), 0);
    let [Some(&first), Some(&last)] = [half.first(), half.last()] else { return };
    let mixed = |near: u16, far: u16| (3 * near + far + 2) >> 2;
    for (pair, window) in out[1..].chunks_exact_mut(2).zip(half.windows(2)) {
        pair[0] = mixed(window[0], window[1]);
        pair[1] = mixed(window[1], window[0]);
    }
    out[0] = first;
    if let Some(end) = out.last_mut() {
        *end = last;
    }
    out.truncate(width);
}

/// Computes the mean of two times two samples.
fn middle(upper: &[Position], lower: &[Position], out: &mut Vec<Position>) {
    out.clear();
    let (upper, upper_rest) = upper.as_chunks::<2>();
    let (lower, lower_rest) = lower.as_chunks::<2>();
    out.extend(upper.iter().zip(lower).map(|([a, b], [c, d])| (a + b + c + d + 2) >> 2));
    out.extend(upper_rest.iter().zip(lower_rest).map(|(a, c)| (a + c + 1) >> 1));
}

/// Finds the cells of samples, and the shares of their corners.
fn place(
    luma: &[Position],
    blue: &[Position],
    red: &[Position],
    cells: &mut Vec<u32>,
    shares: &mut [Vec<i32>; 3],
) {
    let count = luma.len();
    let fours = count.next_multiple_of(4);
    cells.resize(fours, 0);
    shares.iter_mut().for_each(|shares| shares.resize(fours, 0));
    let [luma_shares, blue_shares, red_shares] = shares;
    let cell = |position: Position, last: usize| (u32::from(position) >> STEP_BITS).min(last as u32 - 1);
    let share = |position: Position, cell: u32| {
        // Scaling overshoots at edges.
        let step = (u32::from(position) - (cell << STEP_BITS)).min(STEPS as u32);
        ((STEPS as u32 - step) | step << 16) as i32
    };
    let samples = luma.iter().zip(blue).zip(red);
    let places = cells.iter_mut().zip(luma_shares).zip(blue_shares).zip(red_shares);
    for (((luma, blue), red), (((place, luma_share), blue_share), red_share)) in samples.zip(places) {
        let (y, u, v) = (cell(*luma, LUMA_CELLS), cell(*blue, CHROMA_CELLS), cell(*red, CHROMA_CELLS));
        *place = 4 * ((u * CHROMA_CELLS as u32 + v) * LUMAS as u32 + y);
        *luma_share = share(*luma, y);
        *blue_share = share(*blue, u);
        *red_share = share(*red, v);
    }
}

/// Interpolates between the corners of cells, four samples at a time.
fn interpolate(table: &[i16], cells: &[u32], [luma, blue, red]: &[Vec<i32>; 3], out: &mut [u8]) {
    let fours = cells.as_chunks::<4>().0.iter();
    let shares = luma.as_chunks::<4>().0.iter().zip(blue.as_chunks::<4>().0).zip(red.as_chunks::<4>().0);
    let mut outs = out.chunks_mut(4);
    for (cells, ((luma, blue), red)) in fours.zip(shares) {
        let Some(out) = outs.next() else { return };
        // Edges along red first, then along blue, then luma.
        let mut edges = [lanes::pair(0); 4].map(|zero| lanes::dot(zero, zero));
        for ((edge, cell), red) in edges.iter_mut().zip(cells).zip(red) {
            let Some(corners) = table.get(*cell as usize..).and_then(|rest| rest.first_chunk::<8>()) else {
                return;
            };
            *edge = lanes::dot(lanes::load(corners), lanes::pair(*red));
        }
        let [a, b, c, d] = edges;
        let [first, second] = lanes::each_twice(lanes::pairs(blue));
        let faces = [
            lanes::dot(lanes::narrow(a, b, STEP_BITS), first),
            lanes::dot(lanes::narrow(c, d, STEP_BITS), second),
        ];
        let values = lanes::dot(lanes::narrow(faces[0], faces[1], STEP_BITS), lanes::pairs(luma));
        let mut bytes = [0; 4];
        lanes::store::<{ STEP_BITS + VALUE_BITS }>(values, &mut bytes);
        match out.first_chunk_mut::<4>() {
            Some(four) => *four = bytes,
            None => out.copy_from_slice(&bytes[..out.len()]),
        }
    }
}

#[cfg(test)]
mod tests;
