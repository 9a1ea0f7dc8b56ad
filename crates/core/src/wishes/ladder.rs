//! The low-bandwidth ladder: fixed video formats, each with the bandwidth it needs, and the rule that holds an encode
//! to that bandwidth. Knows nothing of a clip's content.

use crate::clip::format::VideoFormat;
use crate::units::{Bytes, FrameRate, Kbps, Micros};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A format: exactly this size and frame rate, never more than this bandwidth for the video.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// Width in square pixels, even.
    pub width: u32,
    /// Height in square pixels, even.
    pub height: u32,
    /// Frames per second.
    pub frame_rate: FrameRate,
    /// The bandwidth of the video; audio comes on top.
    pub rate: Kbps,
}

/// Width, height, frames per second, kb/s: the published ladder, in its order.
const TABLE: [(u32, u32, u32, u32); 18] = [
    (256, 144, 1, 6),
    (256, 144, 4, 20),
    (512, 228, 1, 20),
    (512, 228, 6, 80),
    (512, 228, 12, 125),
    (512, 228, 25, 250),
    (1024, 576, 1, 120),
    (1024, 576, 6, 300),
    (1024, 576, 12, 500),
    (1024, 576, 25, 750),
    (1280, 720, 1, 150),
    (1280, 720, 6, 450),
    (1280, 720, 12, 650),
    (1280, 720, 25, 1400),
    (1920, 1080, 1, 400),
    (1920, 1080, 6, 1000),
    (1920, 1080, 12, 1800),
    (1920, 1080, 25, 3000),
];

/// Returns the ladder.
pub fn rungs() -> impl Iterator<Item = Rung> {
    TABLE.into_iter().map(from_row)
}

fn from_row((width, height, rate, kbps): (u32, u32, u32, u32)) -> Rung {
    Rung { width, height, frame_rate: FrameRate::whole(rate), rate: Kbps(f64::from(kbps)) }
}

/// Returns the best rung that is not above a source of this size (upright, in square pixels) and frame rate, as far as
/// there is one.
pub fn below(source: (u32, u32), frame_rate: FrameRate) -> Rung {
    let (long, short) = (source.0.max(source.1), source.0.min(source.1));
    let fits = |rung: &Rung| {
        rung.width <= long + 1
            && rung.height <= short + 1
            // A film's 24 frames a second are as good as 25.
            && rung.frame_rate.per_second() <= frame_rate.per_second() * 1.05
    };
    rungs().filter(fits).last().unwrap_or_else(|| from_row(TABLE[0]))
}

/// Returns the rung for a source of this size (upright, in square pixels) and frame rate: the wished one, else the best
/// below it; lying or standing as the source does.
pub fn of_source(wished: Option<Rung>, source: (u32, u32), frame_rate: FrameRate) -> Rung {
    let rung = wished.unwrap_or_else(|| below(source, frame_rate));
    if (rung.width >= rung.height) == (source.0 >= source.1) { rung } else { rung.turned() }
}

/// Bounds of a custom format: pixels a side, kb/s.
const SIDE: std::ops::RangeInclusive<u32> = 16..=8192;
const RATES: std::ops::RangeInclusive<f64> = 4.0..=100_000.0;

/// Reads `1024x576@25`, a rung of the ladder, or `640x360@30:700`, a custom format with its kb/s.
pub fn parse(text: &str) -> Option<Rung> {
    let (size, rest) = text.trim().split_once('@')?;
    let (width, height) = size.split_once(['x', 'X', '×'])?;
    let (width, height) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
    match rest.split_once(':') {
        Some((rate, kbps)) => own(width, height, FrameRate::parse(rate)?, kbps.trim().parse().ok()?),
        None => {
            let rate = FrameRate::parse(rest)?;
            rungs().find(|rung| (rung.width, rung.height, rung.frame_rate) == (width, height, rate))
        }
    }
}

/// Returns a custom format; odd sizes are made even. `None` if a figure is out of all reason.
pub fn own(width: u32, height: u32, frame_rate: FrameRate, kbps: f64) -> Option<Rung> {
    let valid = SIDE.contains(&width)
        && SIDE.contains(&height)
        && FrameRate::WISHED.contains(&frame_rate.per_second())
        && RATES.contains(&kbps);
    valid.then_some(Rung { width: width & !1, height: height & !1, frame_rate, rate: Kbps(kbps) })
}

impl fmt::Display for Rung {
    /// Writes it as links name it: `parse` reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.frame_rate;
        match rate.denominator() {
            1 => write!(f, "{}x{}@{}", self.width, self.height, rate.numerator())?,
            below => write!(f, "{}x{}@{}/{below}", self.width, self.height, rate.numerator())?,
        }
        if self.is_published() { Ok(()) } else { write!(f, ":{}", self.rate.0) }
    }
}

impl Rung {
    /// Returns whether it is one of the ladder's.
    pub fn is_published(&self) -> bool {
        rungs().any(|rung| rung == *self)
    }

    /// Returns the rung for a video that stands upright: turned.
    pub fn turned(self) -> Rung {
        Rung { width: self.height, height: self.width, ..self }
    }

    /// Returns its video format.
    pub fn format(&self) -> VideoFormat {
        VideoFormat { width: self.width, height: self.height, frame_rate: self.frame_rate }
    }

    /// Returns how the encoder is held to the bandwidth.
    pub fn cap(&self) -> Cap {
        Cap::of_one_frame(self.rate, self.frame_rate)
    }

    /// Returns the frames from one keyframe to the next: the frame rate times whole seconds, at least two, and as many
    /// as make ten frames, since at one frame a second every other would be a keyframe.
    pub fn keyframe_distance(&self) -> u64 {
        let rate = self.frame_rate.per_second();
        let seconds = (10.0 / rate).ceil().max(2.0);
        (rate * seconds).round().max(1.0) as u64
    }

    /// Returns AAC's rate beside it: 64 to 128 kb/s, 96 where bandwidth is short.
    pub fn audio_rate(&self) -> Kbps {
        Kbps(match self.rate.0 {
            ..250.0 => 64.0,
            ..1000.0 => 96.0,
            _ => 128.0,
        })
    }

    /// Returns what it is good for, in a few words.
    pub fn suits(&self) -> &'static str {
        match self.frame_rate.per_second() {
            ..2.0 => "stills, slides, a site that is checked now and then",
            ..8.0 => "slides with a pointer, slow scenes, surveillance",
            ..16.0 => "talking heads, calm scenes",
            _ => "people in motion, nearly everything",
        }
    }
}

/// How an encoder's rate is capped, in the words of the hypothetical reference decoder (ITU-T H.264, annex C): bits
/// arrive at `rate`, at most `buffer` wait, so that any stretch of time takes no more than the rate fills and one
/// buffer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cap {
    /// Most bits a second, in the long run.
    pub rate: Kbps,
    /// Size of the buffer, in whole kilobits.
    pub buffer: u32,
}

impl Cap {
    /// Returns the published rule for live streams: the buffer holds one frame's share, `rate / frames per second`.
    pub fn of_one_frame(rate: Kbps, frame_rate: FrameRate) -> Cap {
        Cap { rate, buffer: (rate.0 / frame_rate.per_second()).ceil().max(1.0) as u32 }
    }

    /// Returns what `duration` takes at most. Each of `parts` that were encoded on their own begins with a full buffer.
    pub fn most(&self, duration: Micros, parts: usize) -> Bytes {
        let buffers = u64::from(self.buffer) * 125 * parts as u64;
        Bytes(self.rate.during(duration).0.saturating_add(buffers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_are_read_as_they_are_written() {
        for rung in rungs() {
            assert_eq!(parse(&rung.to_string()), Some(rung), "{rung}");
        }
        let ntsc = FrameRate::new(30_000, 1001).unwrap_or(FrameRate::whole(30));
        for (text, rung) in [
            ("1024x576@25", (1024, 576, FrameRate::whole(25), 750.0)),
            ("641x361@30:700", (640, 360, FrameRate::whole(30), 700.0)),
            ("640x360@30000/1001:700", (640, 360, ntsc, 700.0)),
            (" 640X360@29.97:700 ", (640, 360, ntsc, 700.0)),
        ] {
            let (width, height, frame_rate, kbps) = rung;
            assert_eq!(parse(text), Some(Rung { width, height, frame_rate, rate: Kbps(kbps) }), "{text}");
        }
        for bad in [
            "",
            "1024x576",
            "1024x576@24",
            "0x0@25:100",
            "640x360@0:100",
            "640x360@25:0",
            "a",
            "640x360@25:x",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_published_rule() {
        // Rung: buffer in kilobits, frames between keyframes, audio.
        for (rung, buffer, distance, audio_rate) in [
            ("256x144@1", 6, 10, 64.0),
            ("256x144@4", 5, 12, 64.0),
            ("512x228@25", 10, 50, 96.0),
            ("1024x576@12", 42, 24, 96.0),
            ("1920x1080@25", 120, 50, 128.0),
        ] {
            let found =
                parse(rung).map(|rung| (rung.cap().buffer, rung.keyframe_distance(), rung.audio_rate().0));
            assert_eq!(found, Some((buffer, distance, audio_rate)), "{rung}");
        }
    }
}
