//! Parses x264's first-pass statistics (`stats-0.log`): its own figures for every frame of a chunk.

use std::ops::RangeInclusive;
use thiserror::Error;

/// What x264 noted in the first pass over one chunk.
#[derive(Debug, Clone, PartialEq)]
pub struct PassStats {
    /// Settings that shape the second pass's equations.
    pub settings: PassSettings,
    /// One entry for each frame, in display order.
    pub frames: Vec<FrameStats>,
}

/// Settings from the `#options:` line that the second pass's equations use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassSettings {
    /// Macroblock tree: quantizers follow references, not complexity.
    pub mbtree: bool,
    /// Share of quantizer curve compression, 0 to 1.
    pub qcomp: f64,
    /// I-frame quantizers are lower than P-frames' by this factor.
    pub ip_factor: f64,
    /// B-frame quantizers are higher than P-frames' by this factor; 1 with macroblock tree.
    pub pb_factor: f64,
    /// Largest quantizer step between frames.
    pub qp_step: f64,
    /// Smallest and largest quantizer.
    pub qp_range: (f64, f64),
    /// Whether B-frames are in use.
    pub bframes: bool,
}

/// Slice types as the rate control sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// Intra.
    I,
    /// Predicted.
    P,
    /// Bidirectional, kept as reference.
    BReference,
    /// Bidirectional, not kept.
    B,
}

impl FrameKind {
    /// Returns which of x264's three rate-control classes it is: P, B, I.
    pub(crate) fn class(self) -> usize {
        match self {
            FrameKind::P => 0,
            FrameKind::BReference | FrameKind::B => 1,
            FrameKind::I => 2,
        }
    }
}

/// x264's figures of one frame in the first pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameStats {
    /// Slice type.
    pub kind: FrameKind,
    /// Quantizer that it was encoded with.
    pub qp: f64,
    /// Bits of residual texture.
    pub texture_bits: f64,
    /// Bits of motion.
    pub motion_bits: f64,
    /// Bits of headers.
    pub misc_bits: f64,
    /// Share of macroblocks that are intra, 0 to 1.
    pub intra_share: f64,
    /// Macroblocks in the frame.
    pub macroblocks: u32,
}

/// Why statistics could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatsError {
    /// Not text, or without an options line: the pass did not get that far.
    #[error("the statistics have no options line")]
    NoOptions,
    /// A frame line is not as x264 writes it.
    #[error("line {line} of the statistics is malformed")]
    Malformed {
        /// Its number, from 1.
        line: usize,
    },
    /// No frame was encoded.
    #[error("the statistics hold no frame")]
    NoFrames,
}

/// Parses a whole statistics file.
pub fn parse(text: &str) -> Result<PassStats, StatsError> {
    let mut lines = text.lines().enumerate();
    let options =
        lines.next().and_then(|(_, line)| line.strip_prefix("#options:")).ok_or(StatsError::NoOptions)?;
    let settings = settings(options);
    let mut frames: Vec<(u64, FrameStats)> = Vec::new();
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        frames.push(frame(line).ok_or(StatsError::Malformed { line: index + 1 })?);
    }
    if frames.is_empty() {
        return Err(StatsError::NoFrames);
    }
    frames.sort_by_key(|&(display, _)| display);
    Ok(PassStats { settings, frames: frames.into_iter().map(|(_, frame)| frame).collect() })
}

fn settings(options: &str) -> PassSettings {
    let value =
        |name: &str| options.split_whitespace().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    // What x264 does not write is damage: its own default stands for it.
    let number = |name: &str, within: RangeInclusive<f64>, default: f64| {
        let read = value(name).and_then(|text| text.parse().ok());
        read.filter(|number| within.contains(number)).unwrap_or(default)
    };
    let mbtree = number("mbtree", 0.0..=1.0, 1.0) != 0.0;
    let coarsest = number("qpmax", QUANTIZERS, 69.0);
    PassSettings {
        mbtree,
        qcomp: number("qcomp", 0.0..=1.0, 0.6),
        ip_factor: number("ip_ratio", FACTORS, 1.4),
        pb_factor: if mbtree { 1.0 } else { number("pb_ratio", FACTORS, 1.3) },
        qp_step: number("qpstep", QUANTIZERS, 4.0),
        qp_range: (number("qpmin", QUANTIZERS, 0.0).min(coarsest), coarsest),
        bframes: number("bframes", 0.0..=16.0, 3.0) > 0.0,
    }
}

/// More bits than any frame takes.
const MOST_BITS: f64 = 1e12;
/// Quantizers as x264 has them, and the factors between those of different kinds of frames.
const QUANTIZERS: RangeInclusive<f64> = 0.0..=81.0;
const FACTORS: RangeInclusive<f64> = 0.1..=10.0;

/// Reads a line such as `in:0 out:0 type:I dur:2 cpbdur:2 q:37.12 aq:28.84 tex:141733 mv:47149 misc:6118 imb:1620 ...`.
fn frame(line: &str) -> Option<(u64, FrameStats)> {
    let field =
        |name: &str| line.split_whitespace().find_map(|pair| pair.strip_prefix(name)?.strip_prefix(':'));
    let number = |name: &str| field(name)?.parse::<f64>().ok().filter(|n| n.is_finite());
    let kind = match field("type")? {
        "I" | "i" => FrameKind::I,
        "P" => FrameKind::P,
        "B" => FrameKind::BReference,
        "b" => FrameKind::B,
        _ => return None,
    };
    let positive = |name: &str| Some(number(name)?.max(0.0));
    let (intra, inter, skipped) = (positive("imb")?, positive("pmb")?, positive("smb")?);
    let macroblocks = (intra + inter + skipped).max(1.0);
    let stats = FrameStats {
        kind,
        qp: number("q")?.clamp(*QUANTIZERS.start(), *QUANTIZERS.end()),
        texture_bits: positive("tex")?.min(MOST_BITS),
        motion_bits: positive("mv")?.min(MOST_BITS),
        misc_bits: positive("misc")?.min(MOST_BITS),
        intra_share: intra / macroblocks,
        macroblocks: macroblocks as u32,
    };
    Some((field("in")?.parse().ok()?, stats))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = "#options: 854x480 fps=24/1 timebase=1/24 bitdepth=8 cabac=1 bframes=3 rc=abr mbtree=1 bitrate=430 ratetol=1.0 qcomp=0.60 qpmin=0 qpmax=69 qpstep=4 ip_ratio=1.40 aq=1:1.00\n\
        in:0 out:0 type:I dur:2 cpbdur:2 q:37.12 aq:28.84 tex:141733 mv:47149 misc:6118 imb:1620 pmb:0 smb:0 d:- ref:;\n\
        in:2 out:1 type:P dur:2 cpbdur:2 q:44.03 aq:32.05 tex:342 mv:936 misc:842 imb:9 pmb:171 smb:1440 d:- ref:0 ;\n\
        in:1 out:2 type:b dur:2 cpbdur:2 q:44.03 aq:35.00 tex:0 mv:0 misc:152 imb:0 pmb:0 smb:1620 d:- ref:0 ;\n";

    #[test]
    fn real_statistics_are_read_in_display_order() {
        let stats = parse(REAL).map_err(|error| error.to_string());
        let stats = stats.as_ref().map(|stats| (stats.settings.mbtree, stats.frames.as_slice()));
        assert!(matches!(stats, Ok((true, [_, _, _]))), "{stats:?}");
        if let Ok((_, frames)) = stats {
            assert_eq!(
                frames.iter().map(|f| f.kind).collect::<Vec<_>>(),
                [FrameKind::I, FrameKind::B, FrameKind::P]
            );
            assert_eq!(
                (frames[0].texture_bits, frames[0].macroblocks, frames[2].qp),
                (141_733.0, 1620, 44.03)
            );
        }
    }

    #[test]
    fn broken_statistics_are_named() {
        for (text, error) in [
            ("", StatsError::NoOptions),
            ("#options: fps=24/1", StatsError::NoFrames),
            ("#options: x\nin:0 out:0 type:I q:x", StatsError::Malformed { line: 2 }),
            (
                "#options: x\n\nin:0 out:0 type:Q q:1 tex:1 mv:1 misc:1 imb:1 pmb:1 smb:1",
                StatsError::Malformed { line: 3 },
            ),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn what_x264_never_writes_changes_no_rule() {
        let line = "in:0 out:0 type:I dur:2 cpbdur:2 q:9e99 aq:1 tex:1 mv:1 misc:1 imb:-9 pmb:1 smb:1";
        for options in
            ["qpmin=69 qpmax=1", "qpmin=nan qpmax=inf", "qcomp=-1e9 qpstep=nan ip_ratio=0 pb_ratio=inf"]
        {
            let stats = parse(&format!("#options: mbtree=0 {options}\n{line}\n"));
            let Ok(PassStats { settings, frames }) = stats else { panic!("{options}") };
            assert!(settings.qp_range.0 <= settings.qp_range.1, "{options}");
            let others = [settings.qcomp, settings.qp_step, settings.ip_factor, settings.pb_factor];
            assert_eq!(others, [0.6, 4.0, 1.4, 1.3], "{options}");
            assert!(frames[0].qp <= 100.0 && (0.0..=1.0).contains(&frames[0].intra_share));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "(#options: )?[ -~\n]{0,200}") {
            let _ = parse(&text);
        }
    }
}
