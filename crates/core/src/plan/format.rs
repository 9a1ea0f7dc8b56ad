//! Which size and frame rate a bitrate can carry: bits per pixel and frame, never above the source, even dimensions.
//! Knows nothing of audio or bytes.

use crate::clip::format::VideoFormat;
use crate::units::{FrameRate, Kbps};

/// What the person fixed; the rest is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fixed {
    /// Height as seen upright.
    pub height: Option<u32>,
    /// Frame rate.
    pub frame_rate: Option<FrameRate>,
    /// Upper bound for the short side, set when a larger frame size proved too much for the bytes.
    pub short_side_below: Option<u32>,
    /// Upper bound for the frame rate, set when the smallest frame size at a higher one proved too much.
    pub rate_below: Option<FrameRate>,
}

/// Short sides to try below the source's own, largest first: the common renditions.
const SHORT_SIDES: [u32; 12] = [2160, 1440, 1080, 900, 720, 576, 480, 432, 360, 288, 240, 180];
/// The smallest frame size offered.
pub const SMALLEST_SHORT_SIDE: u32 = 144;
/// Frames are not thinned out below this rate.
pub const SLOWEST_RATE: f64 = 7.9;
/// Above this rate frames are dropped unless wished: upload sites do it anyway, and few screens show more.
pub const HIGHEST_RATE: f64 = 60.0;
/// Below this many bits per pixel and frame a video is starved: frames are left out before that.
const STARVED: f64 = 0.020;
/// Below this nothing watchable is left, not even of calm videos.
const UNWATCHABLE: f64 = 0.006;

/// Bits per pixel and frame at which more pixels look no better than fewer. Larger frames need fewer: detail grows
/// slower than pixels. Measured: of x264 medium two-pass encodes at one bitrate and sizes from 144p to 720p, scaled
/// back to the source's size, the best SSIM lies between 0.025 and 0.033 on animation, live action and a static camera.
pub fn comfortable_density(short_side: u32) -> f64 {
    0.028 * (480.0 / f64::from(short_side.max(16))).powf(0.2)
}

/// Returns the bitrate that a format is comfortable with.
pub fn comfortable_rate(format: VideoFormat) -> Kbps {
    Kbps(comfortable_density(format.short_side()) * format.pixels_per_second() / 1000.0)
}

/// Returns the largest format that `rate` carries comfortably; where none is, the smallest. `source` is upright, in
/// square pixels.
pub fn choose(source: (u32, u32), source_rate: FrameRate, rate: Kbps, fixed: Fixed) -> VideoFormat {
    let full = full_rate(source_rate, fixed);
    let rates = match fixed.frame_rate {
        Some(_) => vec![full],
        None => allowed_rates(full, fixed),
    };
    if let Some(height) = fixed.height {
        let at = |frame_rate| with_height(source, height, frame_rate);
        return first_watchable(rates.iter().map(|&rate| at(rate)), rate)
            .unwrap_or_else(|| at(rates.last().copied().unwrap_or(full)));
    }
    // A high rate is given up before detail is: half of 60 is still fluent.
    let fluent = match rates.as_slice() {
        [high, half, ..] if high.per_second() > 30.5 && fixed.frame_rate.is_none() => {
            let largest = with_short_side(source, own_short_side(source, fixed), *high);
            if largest.density(rate) >= 1.5 * comfortable_density(largest.short_side()) {
                *high
            } else {
                *half
            }
        }
        [first, ..] => *first,
        [] => full,
    };
    let sides = short_sides(source, fixed);
    if let Some(format) =
        first_comfortable(sides.iter().map(|&side| with_short_side(source, side, fluent)), rate)
    {
        return format;
    }
    // Even the smallest is starved. Frames are left out only when that alone keeps it watchable.
    let side = sides.last().copied().unwrap_or(SMALLEST_SHORT_SIDE);
    let slower = rates.into_iter().filter(|r| r.per_second() <= fluent.per_second());
    first_watchable(slower.map(|frame_rate| with_short_side(source, side, frame_rate)), rate)
        .unwrap_or_else(|| smallest(source, source_rate, fixed))
}

/// Returns the format that needs the fewest bits.
pub fn smallest(source: (u32, u32), source_rate: FrameRate, fixed: Fixed) -> VideoFormat {
    let full = full_rate(source_rate, fixed);
    let frame_rate = if fixed.frame_rate.is_some() {
        full
    } else {
        allowed_rates(full, fixed).last().copied().unwrap_or(full)
    };
    match fixed.height {
        Some(height) => with_height(source, height, frame_rate),
        None => {
            let side = short_sides(source, fixed).last().copied().unwrap_or(SMALLEST_SHORT_SIDE);
            with_short_side(source, side, frame_rate)
        }
    }
}

/// Returns the least rate at which a calm video of this format is worth showing.
pub fn least_rate(format: VideoFormat) -> Kbps {
    Kbps(UNWATCHABLE * format.pixels_per_second() / 1000.0)
}

/// Returns the source's own format, with the most pixels and frames allowed.
pub fn whole(source: (u32, u32), source_rate: FrameRate, fixed: Fixed) -> VideoFormat {
    let frame_rate = full_rate(source_rate, fixed);
    match fixed.height {
        Some(height) => with_height(source, height, frame_rate),
        None => with_short_side(source, own_short_side(source, fixed), frame_rate),
    }
}

/// Returns the size of a video of `source`'s shape that fits into `frame`, larger or smaller; the whole frame where
/// what would be left around it is next to nothing.
pub fn inside(source: (u32, u32), frame: (u32, u32)) -> (u32, u32) {
    let (width, height) = (f64::from(source.0.max(1)), f64::from(source.1.max(1)));
    let scale = (f64::from(frame.0) / width).min(f64::from(frame.1) / height);
    let fill = |own: f64, frame: u32| {
        let size = own * scale;
        if size > f64::from(frame) * 0.99 { frame } else { even(size).min(frame) }
    };
    (fill(width, frame.0), fill(height, frame.1))
}

fn first_comfortable(mut formats: impl Iterator<Item = VideoFormat>, rate: Kbps) -> Option<VideoFormat> {
    formats.find(|format| format.density(rate) >= comfortable_density(format.short_side()))
}

fn first_watchable(mut formats: impl Iterator<Item = VideoFormat>, rate: Kbps) -> Option<VideoFormat> {
    formats.find(|format| format.density(rate) >= STARVED)
}

fn full_rate(source: FrameRate, fixed: Fixed) -> FrameRate {
    match fixed.frame_rate {
        Some(wished) if wished.per_second() < source.per_second() => wished,
        Some(_) => source,
        None => {
            let divisor = (source.per_second() / (HIGHEST_RATE + 0.5)).ceil().max(1.0) as u32;
            source.divided_by(divisor)
        }
    }
}

/// Returns the full rate and its whole fractions down to 8 frames per second.
fn allowed_rates(full: FrameRate, fixed: Fixed) -> Vec<FrameRate> {
    let mut rates = vec![full];
    rates.extend(
        (2..=4).map(|divisor| full.divided_by(divisor)).filter(|rate| rate.per_second() >= SLOWEST_RATE),
    );
    if let Some(below) = fixed.rate_below {
        let slowest = rates.last().copied();
        rates.retain(|rate| rate.per_second() < below.per_second());
        rates.extend(slowest.filter(|_| rates.is_empty()));
    }
    rates
}

fn own_short_side(source: (u32, u32), fixed: Fixed) -> u32 {
    let own = source.0.min(source.1);
    fixed.short_side_below.map_or(own, |below| own.min(below.saturating_sub(1))).max(2)
}

/// Candidates from the source's own short side downwards.
fn short_sides(source: (u32, u32), fixed: Fixed) -> Vec<u32> {
    let own = source.0.min(source.1);
    let below = fixed.short_side_below.unwrap_or(u32::MAX);
    let mut sides: Vec<u32> = std::iter::once(own)
        .chain(SHORT_SIDES.into_iter().chain([SMALLEST_SHORT_SIDE]).filter(|&side| side < own))
        .filter(|&side| side < below)
        .collect();
    if sides.is_empty() {
        sides.push(own.min(SMALLEST_SHORT_SIDE));
    }
    sides
}

fn with_short_side(source: (u32, u32), side: u32, frame_rate: FrameRate) -> VideoFormat {
    let (width, height) = source;
    let scale = f64::from(side.min(width.min(height))) / f64::from(width.min(height).max(1));
    VideoFormat { width: even(f64::from(width) * scale), height: even(f64::from(height) * scale), frame_rate }
}

fn with_height(source: (u32, u32), height: u32, frame_rate: FrameRate) -> VideoFormat {
    let scale = f64::from(height.clamp(2, source.1.max(2))) / f64::from(source.1.max(1));
    VideoFormat {
        width: even(f64::from(source.0) * scale),
        height: even(f64::from(source.1) * scale),
        frame_rate,
    }
}

/// Returns the even number nearest below or at `n` (4:2:0 has one colour sample for two pixels), at least 2.
fn even(n: f64) -> u32 {
    let rounded = (n + 0.01).max(2.0) as u32;
    // A width such as 426.67 at 240p is nearer to 426 than to 428; 853.3 at 480p is written 854 everywhere.
    if n - f64::from(rounded & !1) > 1.0 { (rounded & !1) + 2 } else { rounded & !1 }.max(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FREE: Fixed = Fixed { height: None, frame_rate: None, short_side_below: None, rate_below: None };

    #[test]
    fn sizes_follow_the_budget() {
        let cases = [
            // source, rate, kb/s -> format
            ((1920, 1080), 30, 5000.0, (1920, 1080, 30.0)),
            ((1920, 1080), 30, 1000.0, (1280, 720, 30.0)),
            ((1920, 1080), 60, 2500.0, (1920, 1080, 30.0)),
            ((1920, 1080), 60, 9000.0, (1920, 1080, 60.0)),
            ((1080, 1920), 30, 800.0, (720, 1280, 30.0)),
            ((854, 480), 24, 430.0, (854, 480, 24.0)),
            ((854, 480), 24, 200.0, (640, 360, 24.0)),
            ((854, 480), 24, 30.0, (256, 144, 24.0)),
            ((854, 480), 24, 12.0, (256, 144, 12.0)),
            ((321, 181), 25, 900.0, (320, 180, 25.0)),
            ((64, 64), 25, 900.0, (64, 64, 25.0)),
        ];
        for (source, rate, kbps, (width, height, fps)) in cases {
            let format = choose(source, FrameRate::whole(rate), Kbps(kbps), FREE);
            assert_eq!(
                (format.width, format.height, format.frame_rate.per_second()),
                (width, height, fps),
                "{source:?} {rate} {kbps}"
            );
        }
    }

    #[test]
    fn a_frame_is_filled_without_distortion() {
        for (source, frame, wanted) in [
            ((854, 480), (1024, 576), (1024, 576)),
            ((1280, 720), (512, 228), (406, 228)),
            ((640, 272), (1024, 576), (1024, 436)),
            ((1080, 1920), (576, 1024), (576, 1024)),
            ((4, 4000), (512, 228), (2, 228)),
        ] {
            assert_eq!(inside(source, frame), wanted, "{source:?} in {frame:?}");
        }
    }

    #[test]
    fn what_the_person_fixed_wins() {
        let fixed = Fixed { height: Some(360), frame_rate: Some(FrameRate::whole(12)), ..FREE };
        let format = choose((1920, 1080), FrameRate::whole(30), Kbps(50.0), fixed);
        assert_eq!((format.width, format.height, format.frame_rate), (640, 360, FrameRate::whole(12)));
        let above = Fixed { height: Some(4000), frame_rate: Some(FrameRate::whole(120)), ..FREE };
        let format = choose((640, 360), FrameRate::whole(25), Kbps(9000.0), above);
        assert_eq!((format.width, format.height, format.frame_rate), (640, 360, FrameRate::whole(25)));
    }

    proptest! {
        #[test]
        fn never_above_the_source_always_even(
            width in 2_u32..8000, height in 2_u32..8000, rate in 1_u32..241, kbps in 0.1_f64..100_000.0,
            fixed_height in proptest::option::of(2_u32..9000),
        ) {
            let fixed = Fixed { height: fixed_height, ..FREE };
            let format = choose((width, height), FrameRate::whole(rate), Kbps(kbps), fixed);
            prop_assert!(format.width.is_multiple_of(2) && format.height.is_multiple_of(2));
            prop_assert!(format.width >= 2 && format.height >= 2);
            prop_assert!(format.width <= width.max(2) + 1 && format.height <= height.max(2) + 1);
            prop_assert!(format.frame_rate.per_second() <= f64::from(rate) + 1e-9);
        }

        #[test]
        fn more_bits_never_make_it_smaller(kbps in 10.0_f64..20_000.0) {
            let at = |rate| choose((1920, 1080), FrameRate::whole(30), Kbps(rate), FREE);
            prop_assert!(at(kbps * 1.5).pixels_per_second() >= at(kbps).pixels_per_second());
        }
    }
}
