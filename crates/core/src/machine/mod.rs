//! What there is to work with: who decodes, who encodes, and how much runs side by side. Knows no clip and no plan.

pub mod encoders;
pub mod limits;
pub mod speeds;

use crate::wishes::Codec;
pub use encoders::{
    CodecUnavailable, Encoders, InHardware, NativeEncoder, NativeEncoders, Preset, Profile, Threads,
    VideoEncoder,
};
use serde::{Deserialize, Serialize};

/// What there is to encode with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// How many encoders may run side by side, at least 1.
    pub workers: usize,
    /// Which x264 each of them is.
    pub engine: VideoEncoder,
    /// Who decodes.
    pub decoder: Decoder,
    /// The encoders of the browser's own.
    pub encoders: Encoders,
    /// ffmpeg's multi-thread core, and in it x265.
    pub threads: Threads,
    /// What a native ffmpeg has beside x264.
    pub native: NativeEncoders,
}

impl Machine {
    /// Returns a machine that does everything through ffmpeg.
    pub fn ffmpeg(workers: usize, engine: VideoEncoder) -> Machine {
        Machine {
            workers,
            engine,
            decoder: Decoder::Ffmpeg(None),
            encoders: Encoders::default(),
            threads: Threads::default(),
            native: NativeEncoders::default(),
        }
    }

    /// Returns a machine with a native ffmpeg that has these encoders beside x264.
    pub fn native(workers: usize, native: NativeEncoders) -> Machine {
        Machine { native, ..Machine::ffmpeg(workers, VideoEncoder::Native) }
    }

    /// Returns whether `codec` is available, and if not, why.
    pub fn offers(self, codec: Codec) -> Result<(), CodecUnavailable> {
        match self.engine {
            VideoEncoder::Native if codec == Codec::H264 || self.native.best(codec).is_some() => Ok(()),
            VideoEncoder::Native => Err(CodecUnavailable::NotInFfmpeg(codec)),
            _ => self.encoders.offer(codec, self.threads),
        }
    }
}

/// Who reads, decodes and puts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decoder {
    /// The browser's own codecs; ffmpeg is never fetched.
    Browser,
    /// ffmpeg, with the reason where the browser was asked first.
    Ffmpeg(Option<WhyFfmpeg>),
}

/// Why a clip goes the way of ffmpeg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhyFfmpeg {
    /// The browser's codecs, or what is needed around them, are not there.
    NotHere,
    /// A container that is read by ffmpeg only, or one that is built oddly.
    Container,
    /// The browser has no decoder for the video, or hands its frames over unreadable.
    #[serde(rename = "Picture")]
    Video,
    /// High dynamic range that the browser hands out as RGB, with 8 bits.
    HighRange,
    /// Interlaced: joining fields is ffmpeg's.
    Interlaced,
    /// The video has to be mirrored.
    Mirrored,
    /// The full range of values, which the browser loses.
    Range,
    /// The browser found something wrong with the file: what it is, ffmpeg says.
    Wrong,
    /// Audio channels have to be mixed in a way that is ffmpeg's, or several tracks into one.
    Mix,
    /// Only the container is to be changed.
    Remux,
    /// The browser has no decoder for the audio.
    #[serde(rename = "Sound")]
    Audio,
    /// The browser failed to decode midway.
    Midway,
    /// The browser's codecs made nothing that passes its check.
    NoResult,
    /// The browser's result differs from the source.
    Different,
    /// x264 for WebAssembly is missing or failed, and the next one is inside ffmpeg.
    Encoder,
    /// x265 is to encode, which is inside ffmpeg.
    X265,
}

impl WhyFfmpeg {
    /// Returns whether another decoder might do in the browser what its own does not.
    pub(crate) fn is_of_the_decoder(self) -> bool {
        matches!(self, WhyFfmpeg::Video | WhyFfmpeg::HighRange | WhyFfmpeg::Range | WhyFfmpeg::Midway)
    }
}
