//! What HDR is made of, and the table that maps it for ffmpeg. The mapping itself is the crate `tone`'s. Knows no filter.

use crate::plan::Conversion;
use serde::Serialize;

/// Levels of each colour in the table. Of 17, 33, 49 and 65, this is the least with differences (CIEDE2000) from the
/// exact mapping below 2; it has 0.8 MB.
const LEVELS: u16 = 33;

/// What HDR is made of. The first three are code points of H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Hdr {
    /// How light is coded: 16 for PQ, 18 for HLG.
    pub transfer: u8,
    /// Its primaries.
    pub primaries: u8,
    /// Its matrix.
    pub matrix: u8,
    /// The brightest light in nits; 0 where nobody knows.
    pub peak: u32,
}

impl Hdr {
    /// Returns what a conversion maps; `None` where it maps nothing. Some files tag the transfer only.
    pub(crate) fn of(conversion: &Conversion) -> Option<Hdr> {
        const UNSPECIFIED: u8 = 2;
        const BT2020: u8 = 9;
        let known = |code: u8| if code == UNSPECIFIED { BT2020 } else { code };
        conversion.tone_map.then(|| {
            let [primaries, transfer, matrix] = conversion.source_colour.code_points();
            let [primaries, matrix] = [primaries, matrix].map(known);
            Hdr { transfer, primaries, matrix, peak: conversion.peak.unwrap_or(0) }
        })
    }

    /// Returns the table that maps its coded colours to BT.709, as the text of a file; `None` for an unknown transfer.
    pub(crate) fn cube(&self) -> Option<String> {
        let [transfer, primaries, matrix] = [self.transfer, self.primaries, self.matrix].map(u32::from);
        Some(clipfit_tone::Hdr::new(transfer, primaries, matrix, self.peak)?.cube(LEVELS))
    }
}
