//! Which x264 encodes, and its settings in its own names. The only place that spells x264 options for x264 alone; what the
//! one inside ffmpeg is told stands in `arguments`. Knows nothing of decoding, files and messages.

use crate::arguments::Pass;
use crate::facts::Colour;
use crate::plan::EncodePlan;
use crate::units::FrameRate;
use serde::{Deserialize, Serialize};

/// The x264 that a plan's chunks go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Engine {
    /// The one inside a native ffmpeg.
    #[default]
    Native,
    /// Our own build for WebAssembly, with SIMD kernels.
    Own,
    /// The one inside the stock ffmpeg core for WebAssembly: plain C, where our own is not to be had.
    Stock,
}

/// Which of x264's passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passes {
    /// The only one.
    Only,
    /// First of two: leaves statistics, its packets are of no use.
    First,
    /// Second of two, after the first one's statistics.
    Second,
}

/// One encode of one chunk by x264 itself.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodeStep {
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
}

/// The encode of a chunk of `plan` in this pass: the same settings that `arguments::encode_chunk` spells for ffmpeg.
pub fn step(plan: &EncodePlan, pass: Pass) -> EncodeStep {
    // Headers must not depend on a chunk's content or rate: all chunks share one set in the result.
    let mut options = vec!["stitchable=1".to_owned()];
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
    };
    options.push("sar=1:1".into());
    options.push("fullrange=off".into());
    options.extend(colour_options(&plan.conversion.colour));
    EncodeStep {
        width: plan.picture.width,
        height: plan.picture.height,
        rate: plan.grid.rate,
        preset: plan.preset.name(),
        options,
        pass: passes,
    }
}

/// What x264 calls the colours that ffprobe names; one that it has no name for is left unsaid.
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
