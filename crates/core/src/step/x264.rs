//! Which encoder encodes the video, and x264's settings in its own names. The only place that spells x264 options for
//! x264 alone; the options of the one inside ffmpeg are in `step::ffmpeg`. Knows nothing of decoding, files and
//! messages.

use crate::clip::facts::Colour;
use crate::machine::Preset;
use crate::machine::limits::{keeps_pyramid, lookahead};
use crate::plan::EncodePlan;
use crate::plan::RateControl;
use crate::plan::chunks::Chunk;
use crate::plan::format::comfortable_rate;
use crate::units::FrameRate;
use crate::units::Kbps;
use crate::wishes::ladder::Cap;
use serde::Serialize;

/// How a chunk is encoded this time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pass {
    /// First of two: measure only, at about this rate.
    First(Kbps),
    /// Second of two, spending this rate.
    Second(Kbps),
    /// One pass at this constant rate factor.
    Quality(f64),
    /// One pass below this bandwidth.
    Capped(Cap),
    /// One pass at this constant rate factor, as far as this bandwidth lasts.
    Constrained(u32, Cap),
}

/// Which of x264's passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Passes {
    /// The only one.
    Only,
    /// First of two: leaves statistics, its packets are of no use.
    First,
    /// Second of two, after the first one's statistics.
    Second,
}

impl EncodePlan {
    /// Returns how `control` applies to a first encode of a chunk.
    pub fn opening_pass(&self) -> Pass {
        match self.control {
            RateControl::TwoPass { video } | RateControl::Measured { video } => {
                // Measured near the wanted rate, but not where x264 leaves its ordinary quantizers: from there its
                // figures tell nothing about better ones.
                let ordinary = comfortable_rate(self.format);
                Pass::First(Kbps(video.over(self.grid.duration()).0.max(ordinary.0)))
            }
            RateControl::Quality { crf } => Pass::Quality(f64::from(crf)),
            RateControl::Capped(cap) => Pass::Capped(cap),
            RateControl::Constrained { crf, cap } => Pass::Constrained(crf, cap),
        }
    }
}

/// One encode of one chunk by x264 itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct X264Step {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames per second.
    pub rate: FrameRate,
    /// x264's preset.
    pub preset: &'static str,
    /// x264's options, each as `name=value`.
    pub options: Vec<String>,
    /// Which pass.
    pub pass: Passes,
    /// How many frames there are to encode; with fewer or more nothing is handed out.
    pub frames: u64,
}

impl X264Step {
    /// Returns the command line of x264's own program, for the log.
    pub fn command_line(&self) -> String {
        let pass = match self.pass {
            Passes::Only => "",
            Passes::First => " --pass 1",
            Passes::Second => " --pass 2",
        };
        let options: String =
            self.options.iter().map(|option| format!(" --{}", option.replacen('=', " ", 1))).collect();
        format!("x264 --preset {}{pass}{options}", self.preset)
    }
}

/// A row of ITU-T H.264, table A-1.
struct Level {
    /// The level times ten.
    number: u32,
    /// Most macroblocks a second.
    second: u64,
    /// Most macroblocks a frame.
    frame: u64,
    /// Most macroblocks in all reference frames together.
    references: u64,
    /// Most kb/s in High profile: a quarter above the table's own.
    rate: f64,
}

const fn row(number: u32, second: u64, frame: u64, references: u64, rate: f64) -> Level {
    Level { number, second, frame, references, rate }
}

/// Without level 1b, and without 4.1, 6.0 and 6.1, next to which a level of higher rate stands.
const LEVELS: [Level; 16] = [
    row(10, 1_485, 99, 396, 80.0),
    row(11, 3_000, 396, 900, 240.0),
    row(12, 6_000, 396, 2_376, 480.0),
    row(13, 11_880, 396, 2_376, 960.0),
    row(20, 11_880, 396, 2_376, 2_500.0),
    row(21, 19_800, 792, 4_752, 5_000.0),
    row(22, 20_250, 1_620, 8_100, 5_000.0),
    row(30, 40_500, 1_620, 8_100, 12_500.0),
    row(31, 108_000, 3_600, 18_000, 17_500.0),
    row(32, 216_000, 5_120, 20_480, 25_000.0),
    row(40, 245_760, 8_192, 32_768, 25_000.0),
    row(42, 522_240, 8_704, 34_816, 62_500.0),
    row(50, 589_824, 22_080, 110_400, 168_750.0),
    row(51, 983_040, 36_864, 184_320, 300_000.0),
    row(52, 2_073_600, 36_864, 184_320, 300_000.0),
    row(62, 16_711_680, 139_264, 696_320, 1_000_000.0),
];
/// Frames that presets up to medium keep at most, for reference and for reordering.
const REFERENCES: u64 = 4;

/// Returns the level that all chunks of a plan name: x264 would choose each chunk's own, by its rate, into headers that
/// must be one for all. Room is left for chunks of three times the mean rate.
pub(crate) fn level(plan: &EncodePlan) -> u32 {
    let macroblocks = |pixels: u32| u64::from(pixels.div_ceil(16));
    let (width, height) = (macroblocks(plan.format.width), macroblocks(plan.format.height));
    let frame = width * height;
    let second = (frame as f64 * plan.grid.rate.per_second()).ceil() as u64;
    let rate = plan.video_rate().map_or(0.0, |rate| rate.0 * 3.0);
    let fits = |level: &&Level| {
        let long = width.max(height);
        frame <= level.frame
            && long * long <= 8 * level.frame
            && second <= level.second
            && REFERENCES * frame <= level.references
            && rate <= level.rate
    };
    LEVELS.iter().find(fits).unwrap_or(&LEVELS[LEVELS.len() - 1]).number
}

/// Returns the level as x264 reads it.
pub(crate) fn level_name(plan: &EncodePlan) -> String {
    let level = level(plan);
    format!("{}.{}", level / 10, level % 10)
}

/// Keyframes `distance` frames apart, and nowhere else.
pub(crate) fn gop_options(distance: u64) -> [String; 3] {
    [format!("keyint={distance}"), format!("min-keyint={distance}"), "scenecut=0".into()]
}

/// Returns the options of a pass beyond its rate.
///
/// A first pass only tells how hard the video is: motion searched less exactly than x264's own fast settings have it
/// takes a quarter of its time less and costs the result 0.0001 to 0.0009 of SSIM (docs/rate-control.md), which `best`
/// does not spend.
///
/// A second pass is held to its rate: a chunk lasts some seconds, over which x264's own tolerance lets it miss what it
/// is asked for by up to a tenth. This one halves the misses and more, and costs no quality for the bytes
/// (docs/rate-control.md).
///
/// A capped one gets what x264 calls `tune=zerolatency`, for a buffer of one frame: there is nothing to plan ahead
/// with, and frames that are reordered would wait for it. Its threads within a frame are left out: chunks run side by
/// side.
pub(crate) fn pass_options(preset: Preset, pass: Pass) -> &'static [&'static str] {
    match pass {
        Pass::First(_) if preset == Preset::Veryfast => &["subme=1"],
        Pass::Second(_) => &["ratetol=0.2"],
        Pass::Capped(_) => &["bframes=0", "rc-lookahead=0", "sync-lookahead=0", "mbtree=0"],
        Pass::First(_) | Pass::Quality(_) | Pass::Constrained(..) => &[],
    }
}

/// Returns the encode of `chunk` of `plan` in this pass: the same settings that `arguments::encode_chunk` spells for
/// ffmpeg, but for large frames, of which fewer are held: a tab has less memory.
pub fn step(plan: &EncodePlan, chunk: &Chunk, pass: Pass) -> X264Step {
    let mut options = Vec::new();
    let passes = match pass {
        Pass::First(rate) | Pass::Second(rate) => {
            options.push("profile=high".into());
            options.push(format!("bitrate={}", rate.0.round().max(1.0) as u64));
            if matches!(pass, Pass::First(_)) { Passes::First } else { Passes::Second }
        }
        Pass::Quality(crf) => {
            options.push(format!("crf={}", (crf * 100.0).round() / 100.0));
            Passes::Only
        }
        Pass::Capped(cap) | Pass::Constrained(_, cap) => {
            let rate = cap.rate.0.round().max(1.0) as u64;
            options.push("profile=high".into());
            options.push(match pass {
                Pass::Constrained(crf, _) => format!("crf={crf}"),
                _ => format!("bitrate={rate}"),
            });
            options.push(format!("vbv-maxrate={rate}"));
            options.push(format!("vbv-bufsize={}", cap.buffer));
            Passes::Only
        }
    };
    options.extend(plan.keyframe_distance.into_iter().flat_map(gop_options));
    options.extend(pass_options(plan.preset, pass).iter().map(|&option| option.to_owned()));
    let size = (plan.format.width, plan.format.height);
    let ahead = lookahead(plan.preset, size);
    if ahead < plan.preset.lookahead() && !matches!(pass, Pass::Capped(_)) {
        options.push(format!("rc-lookahead={ahead}"));
    }
    if !keeps_pyramid(size) {
        options.push("b-pyramid=none".into());
    }
    // Headers must not depend on a chunk's content or rate: all chunks share one set in the result.
    options.push("stitchable=1".into());
    options.push(format!("level={}", level_name(plan)));
    options.push("sar=1:1".into());
    options.push("fullrange=off".into());
    options.extend(colour_options(&plan.conversion.colour));
    X264Step {
        width: plan.format.width,
        height: plan.format.height,
        rate: plan.grid.rate,
        preset: plan.preset.name(),
        options,
        pass: passes,
        frames: chunk.frames,
    }
}

/// Returns what x264 calls the colours that ffprobe names; one that it has no name for is left unsaid.
fn colour_options(colour: &Colour) -> impl Iterator<Item = String> {
    const PRIMARIES: &[&str] = &[
        "bt709",
        "bt470m",
        "bt470bg",
        "smpte170m",
        "smpte240m",
        "film",
        "bt2020",
        "smpte428",
        "smpte431",
        "smpte432",
    ];
    const TRANSFERS: &[&str] = &[
        "bt709",
        "bt470m",
        "bt470bg",
        "smpte170m",
        "smpte240m",
        "linear",
        "log100",
        "log316",
        "iec61966-2-4",
        "bt1361e",
        "iec61966-2-1",
        "bt2020-10",
        "bt2020-12",
        "smpte2084",
        "smpte428",
        "arib-std-b67",
    ];
    const MATRICES: &[&str] = &[
        "bt709",
        "fcc",
        "bt470bg",
        "smpte170m",
        "smpte240m",
        "YCgCo",
        "bt2020nc",
        "bt2020c",
        "smpte2085",
        "chroma-derived-nc",
        "chroma-derived-c",
        "ICtCp",
    ];
    let option = |option: &str, known: &[&str], value: &Option<String>| {
        let value = value.as_deref()?;
        let name = known.iter().find(|name| name.eq_ignore_ascii_case(value))?;
        Some(format!("{option}={name}"))
    };
    [
        option("colorprim", PRIMARIES, &colour.primaries),
        option("transfer", TRANSFERS, &colour.transfer),
        option("colormatrix", MATRICES, &colour.matrix),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{Machine, VideoEncoder};
    use crate::plan::{Action, plan};
    use crate::testing::facts;
    use crate::units::{Bytes, FrameRate};
    use crate::wishes::Wishes;

    #[test]
    fn every_chunk_names_the_level_of_the_plan() {
        // Size, frames per second, target in bytes for 30 s: level.
        let cases = [
            ((320, 180), 25, 1_500_000, 20),
            ((320, 180), 60, 1_500_000, 21),
            // Four frames of 300 macroblocks do not go into the references of level 1.1.
            ((320, 240), 8, 75_000, 12),
            // 120 macroblocks wide: too long for level 3.
            ((1920, 208), 24, 1_500_000, 31),
            ((854, 480), 24, 1_500_000, 30),
            ((854, 480), 60, 1_500_000, 31),
            ((1280, 720), 30, 9_000_000, 31),
            ((1920, 1080), 30, 9_000_000, 40),
            ((1920, 1080), 60, 60_000_000, 42),
            ((3840, 2160), 30, 90_000_000, 51),
        ];
        for ((width, height), rate, target, wanted) in cases {
            let mut facts = facts(30 * u64::from(rate));
            facts.video.width = width;
            facts.video.height = height;
            facts.video.frame_rate = FrameRate::whole(rate);
            facts.file_bytes = Bytes(500_000_000);
            let wishes = Wishes {
                target: Bytes(target),
                height: Some(height),
                frame_rate: Some(FrameRate::whole(rate)),
                ..Wishes::default()
            };
            let machine = Machine::ffmpeg(2, VideoEncoder::Own);
            let Ok(Action::Encode(plan)) = plan(&facts, &wishes, machine).map(|plan| plan.action) else {
                panic!("no encode for {width}x{height}")
            };
            assert_eq!(level(&plan), wanted, "{width}x{height} at {rate}");
        }
    }
}
