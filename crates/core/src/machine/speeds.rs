//! How fast this machine decodes and encodes, as it was measured once. Knows no clip.

use super::{Decoder, Encoders, InHardware, Preset, Profile};
use crate::wishes::Codec;
use serde::Deserialize;

/// Counts the ways of measuring: figures of another are measured again.
const VERSION: u32 = 1;

/// Figures are measured again after so many days: a machine that was busy must not hide an encoder for longer.
const VALID_DAYS: u64 = 7;

/// Returns what speeds are valid for: this browser on this machine.
pub fn key(user_agent: &str, processors: usize) -> String {
    format!("{VERSION} {processors} {user_agent}")
}

/// What a worker measured, in pixels a second; `None`: it did not work.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SpeedFigures {
    /// x264's preset of this name.
    pub superfast: f64,
    /// x264's preset of this name.
    pub veryfast: f64,
    /// x264's preset of this name.
    pub medium: f64,
    /// The browser's decoder, with the conversion to what encoders take.
    pub decode: Option<f64>,
    /// The best profile of H.264 that the browser's own encoder makes.
    pub h264_profile: Option<Profile>,
    /// The browser's own encoder for H.264.
    pub h264: Option<f64>,
    /// The browser's own encoder for H.265.
    pub h265: Option<f64>,
    /// The browser's own encoder for VP9.
    pub vp9: Option<f64>,
    /// The browser's own encoder for AV1.
    pub av1: Option<f64>,
    /// Which of the browser's own are hardware.
    pub hardware: InHardware,
}

impl SpeedFigures {
    /// Returns the text that is kept: lines `name=pixels a second`, `h264-profile=name` and `hardware=` with the names of
    /// codecs, without what did not work.
    pub fn text(&self) -> String {
        let [superfast, veryfast, medium] = [self.superfast, self.veryfast, self.medium].map(Some);
        let profile = self.h264_profile.map(|profile| format!("h264-profile={}", profile_name(profile)));
        let line = |(name, speed): (&str, Option<f64>)| speed.map(|speed| format!("{name}={speed}"));
        let x264 =
            [("medium", medium), ("veryfast", veryfast), ("superfast", superfast), ("decode", self.decode)];
        let browser = [("h264", self.h264), ("h265", self.h265), ("vp9", self.vp9), ("av1", self.av1)];
        let lines = x264.into_iter().map(line).chain([profile]).chain(browser.into_iter().map(line));
        let hardware = Codec::ALL.iter().filter(|codec| self.hardware.has(**codec)).map(|codec| codec.id());
        let hardware = hardware.collect::<Vec<_>>().join(" ");
        let hardware = (!hardware.is_empty()).then(|| format!("hardware={hardware}"));
        lines.chain([hardware]).flatten().collect::<Vec<_>>().join("\n")
    }

    /// Returns the speeds that follow from them; `None` if an encoder of x264's is missing.
    pub fn speeds(&self) -> Option<Speeds> {
        let valid = |speed: f64| Some(speed).filter(|speed| speed.is_finite() && *speed >= 1.0);
        // A slower preset that was measured faster was measured badly.
        let superfast = valid(self.superfast)?;
        let veryfast = valid(self.veryfast)?.min(superfast);
        Some(Speeds {
            decode: self.decode.and_then(valid),
            superfast,
            veryfast,
            medium: valid(self.medium)?.min(veryfast),
            profile: self.h264_profile,
            browser: [self.h264, self.h265, self.vp9, self.av1].map(|speed| speed.and_then(valid)),
            hardware: self.hardware,
        })
    }
}

fn profile_name(profile: Profile) -> &'static str {
    match profile {
        Profile::High => "high",
        Profile::Main => "main",
        Profile::Baseline => "baseline",
    }
}

/// Returns measured figures as they are kept for the next visit; `day` is today, counted from 1970.
pub fn kept(key: &str, figures: &SpeedFigures, day: u64) -> String {
    format!("{key}\n{}\nday={day}", figures.text())
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
    hardware: InHardware,
}

impl Speeds {
    /// Reads what `kept` made; `None` where it was measured by another browser, on another machine, long before `today`,
    /// or not at all.
    pub fn read(kept: &str, key: &str, today: u64) -> Option<Speeds> {
        let figures = kept.strip_prefix(key)?.strip_prefix('\n')?;
        let day = figures.lines().find_map(|line| line.strip_prefix("day=")?.parse::<u64>().ok());
        Speeds::parse(figures).filter(|_| day.is_none_or(|day| today.abs_diff(day) < VALID_DAYS))
    }

    /// Reads measured figures; `None` if they are incomplete.
    pub fn parse(figures: &str) -> Option<Speeds> {
        let find = |name: &str| {
            figures.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).map(str::trim)
        };
        let speed = |name: &str| find(name)?.parse().ok();
        let known = [Profile::High, Profile::Main, Profile::Baseline];
        let figures = SpeedFigures {
            superfast: speed("superfast")?,
            veryfast: speed("veryfast")?,
            medium: speed("medium")?,
            decode: speed("decode"),
            h264_profile: find("h264-profile")
                .and_then(|name| known.into_iter().find(|profile| profile_name(*profile) == name)),
            h264: speed("h264"),
            h265: speed("h265"),
            vp9: speed("vp9"),
            av1: speed("av1"),
            hardware: InHardware::of(|codec| {
                find("hardware").is_some_and(|names| names.split(' ').any(|name| name == codec.id()))
            }),
        };
        figures.speeds()
    }

    /// Returns these speeds without the browser's own encoder for `codec`.
    pub fn without(mut self, codec: Codec) -> Speeds {
        for (one, speed) in Codec::ALL.iter().zip(&mut self.browser) {
            if *one == codec {
                *speed = None;
            }
        }
        self
    }

    /// Returns the browser's own encoders that were there when it was measured; for H.264 only one that is worth its
    /// lower quality.
    pub fn encoders(&self) -> Encoders {
        let has = |codec| self.of_browser(codec).is_some();
        Encoders {
            h264: self.profile.filter(|_| self.browser_is_quick()),
            h265: has(Codec::H265),
            vp9: has(Codec::Vp9),
            av1: has(Codec::Av1),
            hardware: self.hardware,
        }
    }

    /// Returns whether the browser's own H.264 encoder gets through a clip in hardly more time than x264's quickest
    /// settings.
    fn browser_is_quick(&self) -> bool {
        let x264 = 1.0 / self.veryfast + 1.0 / (self.superfast * REAL_SUPERFAST);
        let browser = self.of_browser(Codec::H264).map(|speed| (1.0 + MEASURED_AGAIN) / speed);
        browser.is_some_and(|browser| browser <= x264 * QUICK_ENOUGH)
    }

    pub(crate) fn of_browser(&self, codec: Codec) -> Option<f64> {
        Codec::ALL.iter().zip(self.browser).find(|(one, _)| **one == codec).and_then(|(_, speed)| speed)
    }

    /// Returns the speed of decoding a codec; `own` where that is done by our decoder.
    pub(crate) fn of_decoder(&self, decoder: Decoder, codec: &str, own: bool) -> f64 {
        let arithmetic = match codec {
            "hevc" if own => HEVC_BY_US,
            "hevc" => HEVC_BY_FFMPEG,
            _ => DECODE_BY_FFMPEG,
        };
        self.decode.filter(|_| decoder == Decoder::Browser && !own).unwrap_or(self.superfast * arithmetic)
    }

    /// Returns the speed of making standard range of HDR, in pixels of the source.
    pub(crate) fn of_tone_mapping(&self, decoder: Decoder) -> f64 {
        self.superfast * if decoder == Decoder::Browser { TONE_MAPPING } else { TONE_MAPPING_BY_FFMPEG }
    }

    /// Returns the speed of x264's settings of `preset`, at `density` bits per pixel.
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
// The same for HEVC of 10 bits at 9.4 Mb/s in 1080p, and for making standard range of it: at its own size with ours 26 ms a
// frame, to 720p 46 ms (docs/benchmarks.md, "Phone clips").
const HEVC_BY_FFMPEG: f64 = 0.5;
const HEVC_BY_US: f64 = 1.1;
const TONE_MAPPING: f64 = 0.8;
const TONE_MAPPING_BY_FFMPEG: f64 = 0.1;

// How fast real frames go beside the synthetic frames that speeds are measured on: the mean of four clips at two rates
// each, with the WebAssembly module in Chromium. A first pass has the same quick settings whatever the preset, and goes
// as fast as veryfast on the synthetic ones; those of veryfast and superfast leave out more (`encoder::pass_options`).
const REAL_SUPERFAST: f64 = 1.1;

const REAL_VERYFAST: f64 = 1.4;

const REAL_MEDIUM: f64 = 1.1;

/// Bits per pixel of which these are true, and how the time grows with them: 2.4 times as long with eight times the
/// bits.
pub(crate) const USUAL_DENSITY: f64 = 0.03;

const DENSITY_WEIGHT: f64 = 0.43;

const LEAST_DENSITY: f64 = 0.002;

/// The browser's own encoder may look this much slower than x264's quickest settings: some take their time to start,
/// and a machine that was busy when it was measured does not change its encoder. Where it is really slower it is by
/// far.
const QUICK_ENOUGH: f64 = 3.0;

/// Encoders that only listen roughly: what part is encoded once more on the way to the size.
pub(crate) const MEASURED_AGAIN: f64 = 0.2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_kept_as_text_and_read_again() {
        let figures = SpeedFigures {
            superfast: 50e6,
            veryfast: 30_000_001.0,
            medium: 12e6,
            decode: Some(100e6),
            h264_profile: Some(Profile::Main),
            h264: Some(200e6),
            h265: None,
            vp9: Some(20e6),
            av1: None,
            hardware: InHardware { h264: true, ..InHardware::default() },
        };
        let text = "1 4 agent\nmedium=12000000\nveryfast=30000001\nsuperfast=50000000\ndecode=100000000\n\
            h264-profile=main\nh264=200000000\nvp9=20000000\nhardware=h264\nday=20000";
        let key = key("agent", 4);
        assert_eq!(kept(&key, &figures, 20_000), text);
        let read = Speeds {
            decode: Some(100e6),
            superfast: 50e6,
            veryfast: 30_000_001.0,
            medium: 12e6,
            profile: Some(Profile::Main),
            browser: Codec::ALL.map(|codec| match codec {
                Codec::H264 => Some(200e6),
                Codec::Vp9 => Some(20e6),
                _ => None,
            }),
            hardware: figures.hardware,
        };
        let measured = Some(read);
        for (key, today, expected) in [
            (key.as_str(), 20_000, measured),
            (&key, 20_006, measured),
            (&key, 20_007, None),
            // The clock was wrong then, or is now.
            (&key, 19_000, None),
            ("another", 20_000, None),
        ] {
            assert_eq!(Speeds::read(text, key, today), expected, "{key} {today}");
        }
    }
}
