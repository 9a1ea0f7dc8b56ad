//! Which encoders there are: their names, what each makes, and why one is missing. Knows no plan and no settings.

use crate::wishes::Codec;
use serde::{Deserialize, Serialize};

/// The encoder that a plan's chunks go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum VideoEncoder {
    /// The one inside a native ffmpeg.
    #[default]
    Native,
    /// Our own build for WebAssembly, with SIMD kernels.
    Own,
    /// The one inside the stock ffmpeg core for WebAssembly: plain C, where our own is not to be had.
    Stock,
    /// The browser's own, which may be hardware.
    Browser,
    /// x265 inside ffmpeg's multi-thread core: the whole clip at once, in two passes.
    X265,
    /// Another encoder than x264 inside a native ffmpeg: the whole clip at once, with threads of its own.
    NativeOther(NativeEncoder),
}

impl VideoEncoder {
    /// Returns x264's name for it.
    pub fn name(self) -> &'static str {
        match self {
            VideoEncoder::Native => "x264 inside ffmpeg",
            VideoEncoder::Own => "x264 with SIMD, Clipfit's own build",
            VideoEncoder::Stock => "x264 inside ffmpeg.wasm, without SIMD",
            VideoEncoder::Browser => "the browser's own encoder",
            VideoEncoder::X265 => "x265 inside ffmpeg.wasm, with threads",
            VideoEncoder::NativeOther(NativeEncoder::X265) => "x265 inside ffmpeg",
            VideoEncoder::NativeOther(NativeEncoder::Vpx) => "libvpx inside ffmpeg",
            VideoEncoder::NativeOther(NativeEncoder::SvtAv1) => "SVT-AV1 inside ffmpeg",
            VideoEncoder::NativeOther(NativeEncoder::Aom) => "libaom inside ffmpeg",
        }
    }

    /// Returns whether it is an x264, which plans fall back to; all others may fail and give way to one.
    pub fn is_x264(self) -> bool {
        matches!(self, VideoEncoder::Native | VideoEncoder::Own | VideoEncoder::Stock)
    }

    /// Returns whether it takes the whole clip at once, with threads of its own, rather than chunks side by side.
    pub fn takes_the_whole(self) -> bool {
        matches!(self, VideoEncoder::X265 | VideoEncoder::NativeOther(_))
    }

    /// Returns whether it takes the whole clip and measures it first, for itself alone.
    pub(crate) fn has_own_first_pass(self) -> bool {
        match self {
            VideoEncoder::X265 => true,
            VideoEncoder::NativeOther(encoder) => encoder.has_first_pass(),
            VideoEncoder::Native | VideoEncoder::Own | VideoEncoder::Stock | VideoEncoder::Browser => false,
        }
    }
}

/// Encoders for other codecs than H.264 inside a native ffmpeg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NativeEncoder {
    /// x265, for H.265, in two passes.
    X265,
    /// libvpx, for VP9, in two passes.
    Vpx,
    /// SVT-AV1, in one pass: ffmpeg does not offer its second.
    SvtAv1,
    /// libaom, for AV1, in two passes and several times slower.
    Aom,
}

impl NativeEncoder {
    /// All, for each codec the preferred one first.
    pub const ALL: [NativeEncoder; 4] =
        [NativeEncoder::X265, NativeEncoder::Vpx, NativeEncoder::SvtAv1, NativeEncoder::Aom];

    /// Returns x264's name for it.
    pub fn name(self) -> &'static str {
        match self {
            NativeEncoder::X265 => "libx265",
            NativeEncoder::Vpx => "libvpx-vp9",
            NativeEncoder::SvtAv1 => "libsvtav1",
            NativeEncoder::Aom => "libaom-av1",
        }
    }

    /// Returns what it makes.
    pub fn codec(self) -> Codec {
        match self {
            NativeEncoder::X265 => Codec::H265,
            NativeEncoder::Vpx => Codec::Vp9,
            NativeEncoder::SvtAv1 | NativeEncoder::Aom => Codec::Av1,
        }
    }

    /// Returns whether a first pass shows it how hard the video is.
    pub fn has_first_pass(self) -> bool {
        self != NativeEncoder::SvtAv1
    }
}

/// What a native ffmpeg has beside x264.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NativeEncoders {
    there: [bool; NativeEncoder::ALL.len()],
}

impl NativeEncoders {
    /// Returns those that `has` confirms.
    pub fn of(has: impl Fn(NativeEncoder) -> bool) -> NativeEncoders {
        NativeEncoders { there: NativeEncoder::ALL.map(has) }
    }

    /// Returns the best for `codec`.
    pub fn best(self, codec: Codec) -> Option<NativeEncoder> {
        let mut all = NativeEncoder::ALL.into_iter().zip(self.there);
        all.find(|(encoder, there)| *there && encoder.codec() == codec).map(|(encoder, _)| encoder)
    }
}

/// The encoders of the browser's own that really encoded a frame on trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Encoders {
    /// H.264, in the best profile that works.
    pub h264: Option<Profile>,
    /// H.265, Main profile.
    pub h265: bool,
    /// VP9, profile 0.
    pub vp9: bool,
    /// AV1, Main profile.
    pub av1: bool,
    /// Which of them are hardware.
    pub hardware: InHardware,
}

/// Which of the browser's own encoders are hardware, proved by frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InHardware {
    /// The one for H.264.
    pub h264: bool,
    /// The one for H.265.
    pub h265: bool,
    /// The one for VP9.
    pub vp9: bool,
    /// The one for AV1.
    pub av1: bool,
}

impl InHardware {
    /// Returns which ones `is_hardware` confirms.
    pub fn of(is_hardware: impl Fn(Codec) -> bool) -> InHardware {
        let [h264, h265, vp9, av1] = Codec::ALL.map(is_hardware);
        InHardware { h264, h265, vp9, av1 }
    }

    /// Returns whether the one for `codec` is.
    pub fn has(self, codec: Codec) -> bool {
        match codec {
            Codec::H264 => self.h264,
            Codec::H265 => self.h265,
            Codec::Vp9 => self.vp9,
            Codec::Av1 => self.av1,
        }
    }
}

impl Encoders {
    /// Returns whether there is one for `codec`.
    pub fn has(self, codec: Codec) -> bool {
        match codec {
            Codec::H264 => self.h264.is_some(),
            Codec::H265 => self.h265,
            Codec::Vp9 => self.vp9,
            Codec::Av1 => self.av1,
        }
    }

    /// Returns whether one of these or x265 makes `codec`, and if not, why.
    pub fn offer(self, codec: Codec, threads: Threads) -> Result<(), CodecUnavailable> {
        match (codec, threads) {
            (Codec::H264, _) | (Codec::H265, Threads::Here) => Ok(()),
            _ if self.has(codec) => Ok(()),
            (Codec::H265, Threads::NotIsolated) => Err(CodecUnavailable::NotIsolated),
            _ => Err(CodecUnavailable::NoEncoder(codec)),
        }
    }
}

/// Whether ffmpeg's multi-thread core is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Threads {
    /// It cannot: the site was built without it, or it did not start.
    #[default]
    Missing,
    /// The browser gives no shared memory to a page that was served without isolation headers.
    NotIsolated,
    /// It can.
    Here,
}

/// Why a codec cannot be had here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodecUnavailable {
    /// The browser has no encoder for it that really encodes, and nothing else makes it.
    NoEncoder(Codec),
    /// The same, and x265 needs a page with isolation headers.
    NotIsolated,
    /// The native ffmpeg was built without an encoder for it.
    NotInFfmpeg(Codec),
}

/// Profiles of H.264, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Profile {
    /// High.
    High,
    /// Main.
    Main,
    /// Constrained baseline.
    Baseline,
}

/// x264 presets in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preset {
    /// The live recipe's.
    Ultrafast,
    /// The quick recipe's.
    Superfast,
    /// `balanced`
    Veryfast,
    /// `best`
    Medium,
}

impl Preset {
    /// Returns x264's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Ultrafast => "ultrafast",
            Preset::Superfast => "superfast",
            Preset::Veryfast => "veryfast",
            Preset::Medium => "medium",
        }
    }

    /// Returns how many frames x264 looks ahead with it.
    pub fn lookahead(self) -> u32 {
        match self {
            Preset::Ultrafast | Preset::Superfast => 0,
            Preset::Veryfast => 10,
            Preset::Medium => 40,
        }
    }
}
