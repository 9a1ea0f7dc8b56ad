//! What the browser's own codecs need in addition: converting frames to the result's size and layout, resampling audio,
//! writing packets into MP4 files, and reading H.264 parameter sets. Knows no clip, plan, worker or codec.

mod face;
mod h264;
mod picture;
mod sound;

pub use face::{Assembly, H264Facts, Packager, Picture, Resampler, TrackFile, assemble, h264_facts};
