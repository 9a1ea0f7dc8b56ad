//! How fast this machine decodes and encodes, as it was measured once. Knows no clip.

use super::{Decoder, Encoders, Preset, Profile};
use crate::wishes::Codec;

/// Counts the ways of measuring: figures of another are measured again.
const VERSION: u32 = 1;

/// What speeds are valid for: this browser on this machine.
pub fn key(user_agent: &str, processors: usize) -> String {
    format!("{VERSION} {processors} {user_agent}")
}

/// Measured figures as they are kept for the next visit.
pub fn kept(key: &str, figures: &str) -> String {
    format!("{key}\n{figures}")
}

/// Speeds of one worker that runs alone, in pixels a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speeds {
    /// The browser's decoder, with the conversion to what encoders take.
    decode: Option<f64>,
    pub(crate) superfast: f64,
    pub(crate) veryfast: f64,
    medium: f64,
    /// The best profile of H.264 that the browser's own encoder makes.
    profile: Option<Profile>,
    /// The browser's own encoders, in the order of `Codec::ALL`.
    browser: [Option<f64>; Codec::ALL.len()],
}

impl Speeds {
    /// Reads what `kept` made; `None` where it was measured by another browser, on another machine, or not at all.
    pub fn read(kept: &str, key: &str) -> Option<Speeds> {
        Speeds::parse(kept.strip_prefix(key)?.strip_prefix('\n')?)
    }

    /// Reads measured figures; `None` where they are incomplete.
    pub fn parse(figures: &str) -> Option<Speeds> {
        let find = |name: &str| {
            figures.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).map(str::trim)
        };
        let speed =
            |name: &str| find(name)?.parse().ok().filter(|speed: &f64| speed.is_finite() && *speed >= 1.0);
        // A slower preset that was measured faster was measured badly.
        let superfast = speed("superfast")?;
        let veryfast = speed("veryfast")?.min(superfast);
        let medium = speed("medium")?.min(veryfast);
        let profile = match find("h264-profile") {
            Some("high") => Some(Profile::High),
            Some("main") => Some(Profile::Main),
            Some("baseline") => Some(Profile::Baseline),
            _ => None,
        };
        let browser = Codec::ALL.map(|codec| speed(codec.id()));
        Some(Speeds { decode: speed("decode"), superfast, veryfast, medium, profile, browser })
    }

    /// The same without the browser's own encoder for `codec`.
    pub fn without(mut self, codec: Codec) -> Speeds {
        for (one, speed) in Codec::ALL.iter().zip(&mut self.browser) {
            if *one == codec {
                *speed = None;
            }
        }
        self
    }

    /// The browser's own encoders that were there when it was measured; for H.264 only one that is worth its worse picture.
    pub fn encoders(&self) -> Encoders {
        let has = |codec| self.of_browser(codec).is_some();
        Encoders {
            h264: self.profile.filter(|_| self.browser_is_quick()),
            h265: has(Codec::H265),
            vp9: has(Codec::Vp9),
            av1: has(Codec::Av1),
        }
    }

    /// Whether the browser's own H.264 encoder gets through a clip in hardly more time than x264's quickest settings.
    fn browser_is_quick(&self) -> bool {
        let x264 = 1.0 / self.veryfast + 1.0 / (self.superfast * REAL_SUPERFAST);
        let browser = self.of_browser(Codec::H264).map(|speed| (1.0 + MEASURED_AGAIN) / speed);
        browser.is_some_and(|browser| browser <= x264 * QUICK_ENOUGH)
    }

    pub(crate) fn of_browser(&self, codec: Codec) -> Option<f64> {
        Codec::ALL.iter().zip(self.browser).find(|(one, _)| **one == codec).and_then(|(_, speed)| speed)
    }

    pub(crate) fn of_decoder(&self, decoder: Decoder) -> f64 {
        self.decode.filter(|_| decoder == Decoder::Browser).unwrap_or(self.superfast * DECODE_BY_FFMPEG)
    }

    /// x264's settings of `preset`, at `density` bits per pixel.
    pub(crate) fn of_x264(&self, preset: Preset, density: f64) -> f64 {
        let (measured, real) = match preset {
            Preset::Ultrafast | Preset::Superfast => (self.superfast, REAL_SUPERFAST),
            Preset::Veryfast => (self.veryfast, REAL_VERYFAST),
            Preset::Medium => (self.medium, REAL_MEDIUM),
        };
        measured * real * (USUAL_DENSITY / density.max(LEAST_DENSITY)).powf(DENSITY_WEIGHT)
    }
}

/// ffmpeg.wasm's decoder against x264's quickest settings in the same machine, both being plain arithmetic: as fast on
/// 46 Mb/s of 1080p, faster on ordinary rates.
const DECODE_BY_FFMPEG: f64 = 2.0;

// How fast real pictures go beside the synthetic frames that speeds are measured on: the mean of four clips at two rates each,
// with the WebAssembly module in Chromium. A first pass has the same quick settings whatever the preset, and goes as fast as
// veryfast on the synthetic ones; those of veryfast and superfast leave out more (`encoder::pass_options`).
const REAL_SUPERFAST: f64 = 1.1;

const REAL_VERYFAST: f64 = 1.4;

const REAL_MEDIUM: f64 = 1.1;

/// Bits per pixel of which these are true, and how the time grows with them: 2.4 times as long with eight times the bits.
pub(crate) const USUAL_DENSITY: f64 = 0.03;

const DENSITY_WEIGHT: f64 = 0.43;

const LEAST_DENSITY: f64 = 0.002;

/// The browser's own encoder may look this much slower than x264's quickest settings: some take their time to start, and a
/// machine that was busy when it was measured does not change its encoder. Where it is really slower it is by far.
const QUICK_ENOUGH: f64 = 3.0;

/// Encoders that only listen roughly: what part is encoded once more on the way to the size.
pub(crate) const MEASURED_AGAIN: f64 = 0.2;
