//! What the browser's own codecs need beside them: pictures brought to the result's size and layout, sound to its sample
//! rate, packets into MP4 files, and what an H.264 stream says about itself. Knows no clip, plan, worker or codec.

mod face;
mod h264;
mod picture;
mod sound;

pub use face::{Assembly, H264Facts, Packager, Picture, Resampler, TrackFile, assemble, h264_facts};
