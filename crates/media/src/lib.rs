//! What the browser's own codecs need in addition: converting frames to the result's size and layout, resampling audio,
//! writing packets into MP4 files, and reading H.264 parameter sets. Knows no clip, plan, worker or codec.

pub mod audio;
mod face;
mod frame;
pub mod h264;
mod lanes;
mod lookup;
mod scale;

pub use face::{Assembly, FrameConverter, H264Facts, Packager, Resampler, TrackFile, assemble, h264_facts};
