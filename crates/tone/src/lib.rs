//! Maps one colour of high dynamic range to BT.709, exactly and slowly: what a frame of HDR looks like on a screen of
//! standard range. Knows no frame.
//!
//! The light of a pixel (PQ, or HLG on a screen of 1000 nits, ITU-R BT.2100) is compressed by the curve of ITU-R
//! BT.2390 (5.4.1) on the intensity of ICtCp, so that hues stay, and the chroma follows the intensity. White of the
//! result is reference white, 203 nits (ITU-R BT.2408). What BT.709 cannot show comes nearer to gray.

/// Light of SDR white in nits.
const SDR_WHITE: f32 = 203.0;
/// Brightest light that PQ can code, in nits.
const PQ_WHITE: f32 = 10_000.0;
/// The screen that HLG is shown on, in nits, and its system gamma.
const HLG_WHITE: f32 = 1000.0;
const HLG_GAMMA: f32 = 1.2;
/// Brightest light of a video that does not tell its own, in nits.
const USUAL_PEAK: f32 = 1000.0;

/// How light is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transfer {
    Pq,
    Hlg,
}

/// What the values of an HDR video mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hdr {
    transfer: Transfer,
    /// Row by row: from the light of its primaries to that of BT.2020's.
    wide: [[f32; 3]; 3],
    /// Luma's share of red and of blue.
    kr: f32,
    kb: f32,
    /// Brightest light in nits.
    peak: f32,
}

impl Hdr {
    /// Reads code points of H.273 for transfer, primaries and matrix, and the brightest light in nits, 0 if unknown.
    /// Returns nothing for transfers that are no HDR. Unknown primaries and matrices are BT.2020's.
    pub fn new(transfer: u32, primaries: u32, matrix: u32, peak: u32) -> Option<Hdr> {
        let transfer = match transfer {
            16 => Transfer::Pq,
            18 => Transfer::Hlg,
            _ => return None,
        };
        let wide = match primaries {
            1 => BT709_TO_BT2020,
            11 | 12 => P3_TO_BT2020,
            _ => UNCHANGED,
        };
        let (kr, kb) = match matrix {
            1 => (0.2126, 0.0722),
            5 | 6 => (0.299, 0.114),
            _ => (0.2627, 0.0593),
        };
        let peak = match (transfer, peak) {
            (Transfer::Hlg, _) => HLG_WHITE,
            (Transfer::Pq, 0) => USUAL_PEAK,
            (Transfer::Pq, peak) => (peak as f32).clamp(SDR_WHITE, PQ_WHITE),
        };
        Some(Hdr { transfer, wide, kr, kb, peak })
    }

    /// Returns luma's share of red and of blue.
    pub fn weights(&self) -> (f32, f32) {
        (self.kr, self.kb)
    }

    /// Returns red, green and blue of a colour: luma from 0 to 1, both chroma from -0.5 to 0.5.
    pub fn rgb(&self, [luma, blue, red]: [f32; 3]) -> [f32; 3] {
        let r = luma + 2.0 * (1.0 - self.kr) * red;
        let b = luma + 2.0 * (1.0 - self.kb) * blue;
        [r, (luma - self.kr * r - self.kb * b) / (1.0 - self.kr - self.kb), b]
    }

    /// Returns the light of BT.2020's primaries, in nits, of coded red, green and blue from 0 to 1.
    fn light(&self, coded: [f32; 3]) -> [f32; 3] {
        match self.transfer {
            Transfer::Pq => product(&self.wide, coded.map(|value| pq_to_nits(value.min(1.0)))),
            Transfer::Hlg => {
                // BT.2100, table 5: scene light, then the OOTF.
                let scene = product(&self.wide, coded.map(hlg_to_scene));
                let luminance = 0.2627 * scene[0] + 0.678 * scene[1] + 0.0593 * scene[2];
                let gain = HLG_WHITE * luminance.max(1e-9).powf(HLG_GAMMA - 1.0);
                scene.map(|value| value * gain)
            }
        }
    }

    /// Maps coded red, green and blue to those of BT.709 as they are coded, from 0 to 1.
    pub fn map(&self, coded: [f32; 3]) -> [f32; 3] {
        let light = self.light(coded);
        let compressed = compress(light, self.peak).map(|nits| nits / SDR_WHITE);
        let shown = within(product(&BT2020_TO_BT709, compressed));
        // ITU-R BT.1886: the screen's gamma.
        shown.map(|value| value.clamp(0.0, 1.0).powf(1.0 / 2.4))
    }
}

/// Luma and both chroma of BT.709, from 0 to 1 and from -0.5 to 0.5.
pub fn bt709([r, g, b]: [f32; 3]) -> [f32; 3] {
    let luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    [luma, (b - luma) / 1.8556, (r - luma) / 1.5748]
}

type Matrix = [[f32; 3]; 3];

const UNCHANGED: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// ITU-R BT.2087, 2.
const BT709_TO_BT2020: Matrix =
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]];
/// By way of CIE XYZ, both with the white D65.
const P3_TO_BT2020: Matrix = [
    [0.753_833, 0.198_597, 0.047_570],
    [0.045_744, 0.941_777, 0.012_479],
    [-0.001_210, 0.017_602, 0.983_609],
];
/// ITU-R BT.2407, 2: its inverse.
const BT2020_TO_BT709: Matrix =
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]];
/// ITU-R BT.2100, table 7: light of cones.
const TO_LMS: Matrix = [
    [1688.0 / 4096.0, 2146.0 / 4096.0, 262.0 / 4096.0],
    [683.0 / 4096.0, 2951.0 / 4096.0, 462.0 / 4096.0],
    [99.0 / 4096.0, 309.0 / 4096.0, 3688.0 / 4096.0],
];
/// Its inverse.
const FROM_LMS: Matrix = [
    [3.436_606_7, -2.506_452, 0.069_845_42],
    [-0.791_329_56, 1.983_600_5, -0.192_270_9],
    [-0.025_949_9, -0.098_913_71, 1.124_863_6],
];
/// ITU-R BT.2100, table 7: ICtCp of PQ.
const TO_ICTCP: Matrix = [
    [0.5, 0.5, 0.0],
    [6610.0 / 4096.0, -13613.0 / 4096.0, 7003.0 / 4096.0],
    [17933.0 / 4096.0, -17390.0 / 4096.0, -543.0 / 4096.0],
];
/// Its inverse.
const FROM_ICTCP: Matrix = [
    [1.0, 0.008_609_04, 0.111_029_63],
    [1.0, -0.008_609_04, -0.111_029_63],
    [1.0, 0.560_031_34, -0.320_627_17],
];

fn product(matrix: &Matrix, [x, y, z]: [f32; 3]) -> [f32; 3] {
    matrix.map(|[a, b, c]| a * x + b * y + c * z)
}

// ITU-R BT.2100, table 4.
const M1: f32 = 2610.0 / 16384.0;
const M2: f32 = 2523.0 / 4096.0 * 128.0;
const C1: f32 = 3424.0 / 4096.0;
const C2: f32 = 2413.0 / 4096.0 * 32.0;
const C3: f32 = 2392.0 / 4096.0 * 32.0;

fn pq_to_nits(coded: f32) -> f32 {
    let power = coded.max(0.0).powf(1.0 / M2);
    PQ_WHITE * ((power - C1).max(0.0) / (C2 - C3 * power)).powf(1.0 / M1)
}

fn nits_to_pq(nits: f32) -> f32 {
    let power = (nits.max(0.0) / PQ_WHITE).powf(M1);
    ((C1 + C2 * power) / (1.0 + C3 * power)).powf(M2)
}

/// ITU-R BT.2100, table 5: the inverse of HLG's OETF.
fn hlg_to_scene(coded: f32) -> f32 {
    const A: f32 = 0.178_832_77;
    const B: f32 = 0.284_668_92;
    const C: f32 = 0.559_910_7;
    // Values above 1 are part of the signal.
    let coded = coded.clamp(0.0, 1.25);
    if coded <= 0.5 { coded * coded / 3.0 } else { (((coded - C) / A).exp() + B) / 12.0 }
}

/// Compresses light up to `peak` nits to that of SDR.
fn compress(light: [f32; 3], peak: f32) -> [f32; 3] {
    let [intensity, tritan, protan] = product(&TO_ICTCP, product(&TO_LMS, light).map(nits_to_pq));
    let dark = nits_to_pq(0.0);
    if intensity <= dark {
        return [0.0; 3];
    }
    let less = knee(intensity, peak);
    // BT.2390, 5.4.2: the chroma of a darker colour is smaller.
    let share = (less / intensity).min(intensity / less);
    let lms = product(&FROM_ICTCP, [less, tritan * share, protan * share]);
    product(&FROM_LMS, lms.map(pq_to_nits))
}

/// The curve of ITU-R BT.2390, 5.4.1, without its lift of black: PQ in, PQ out.
fn knee(coded: f32, peak: f32) -> f32 {
    let scale = nits_to_pq(peak);
    let most = nits_to_pq(SDR_WHITE) / scale;
    let start = 1.5 * most - 0.5;
    let value = (coded / scale).min(1.0);
    if value <= start {
        return value * scale;
    }
    let t = (value - start) / (1.0 - start);
    let (square, cube) = (t * t, t * t * t);
    let curve = (2.0 * cube - 3.0 * square + 1.0) * start
        + (cube - 2.0 * square + t) * (1.0 - start)
        + (3.0 * square - 2.0 * cube) * most;
    curve * scale
}

/// Brings light of BT.709's primaries into what they can show.
fn within(light: [f32; 3]) -> [f32; 3] {
    let most = light[0].max(light[1]).max(light[2]);
    if most <= 0.0 {
        return [0.0; 3];
    }
    // The reference gamut compression of ACES (S-2020-001): how far each is below the largest, 1 for none at all. The
    // limits are those of BT.2020's primaries.
    const LIMITS: [f32; 3] = [1.52, 1.08, 1.09];
    let mut inside = light;
    for (value, limit) in inside.iter_mut().zip(LIMITS) {
        *value = most - squeeze((most - *value) / most, limit) * most;
    }
    // Brighter than the screen: as bright as it can be in this hue, and a bit paler the more is lost.
    const PALER: f32 = 0.1;
    let share = 1.0 / most.max(1.0);
    let white = PALER * (1.0 - share) * (1.0 - share);
    inside.map(|value| value * share + (1.0 - value * share) * white)
}

/// Compresses distances from `START` to `limit` into those up to 1.
fn squeeze(distance: f32, limit: f32) -> f32 {
    const START: f32 = 0.9;
    const POWER: f32 = 1.2;
    if distance <= START {
        return distance;
    }
    let ratio = (1.0 - START) / (limit - START);
    let scale = (limit - START) / (ratio.powf(-POWER) - 1.0).powf(1.0 / POWER);
    let beyond = (distance - START) / scale;
    START + (distance - START) / (1.0 + beyond.powf(POWER)).powf(1.0 / POWER)
}

mod cube;
#[cfg(any(test, feature = "delta"))]
pub mod delta;
#[cfg(test)]
mod tests;
