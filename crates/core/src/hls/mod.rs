//! HTTP Live Streaming, video on demand (RFC 8216): what a package is made of, what its files are called and how large
//! they become. Knows no encode: it begins where every rendition is one finished MP4 file.

pub mod check;
pub mod playlist;

use crate::units::{Bytes, FrameRate, Micros};
use crate::wishes::packaging::SegmentFormat;
use clipfit_container::ZERO_SECONDS;

pub use playlist::{Variant, master_playlist, media_playlist};

/// The playlist that a player is given.
pub const MASTER: &str = "master.m3u8";
/// A rendition's own playlist, in its folder.
pub const INDEX: &str = "index.m3u8";
/// What players need before the first fragment, in the rendition's folder. Made in either format, because it tells what
/// the streams are; a package of transport streams leaves it out.
pub const INIT: &str = "init.mp4";
/// A stream's first frame is shown at this time of its own clock.
pub const ZERO: Micros = Micros(ZERO_SECONDS as i64 * 1_000_000);

/// Returns the folder of a rendition: `720p`, after the shorter side, as people call upright videos too.
pub fn folder(width: u32, height: u32) -> String {
    format!("{}p", width.min(height))
}

/// Returns the name of segment `index` in its rendition's folder. Beyond 999 it takes as many digits as it needs.
pub fn segment_name(format: SegmentFormat, index: usize) -> String {
    format!("segment{index:03}.{}", format.ending())
}

/// Where segments begin: the same frames in every rendition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    firsts: Vec<u64>,
    frames: u64,
    rate: FrameRate,
}

/// Why frames cannot be the beginnings of segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSegments {
    /// Nothing begins with the first frame.
    #[error("no segment begins with the first frame")]
    NoFirst,
    /// Segment `index` does not begin behind the one before it and within the clip.
    #[error("segment {index} begins with frame {first}, which is no place for it")]
    Misplaced {
        /// Which, from 0.
        index: usize,
        /// Its first frame.
        first: u64,
    },
}

impl Segments {
    /// Segments that begin with these of `frames` frames, the first of them with frame 0.
    pub fn new(firsts: Vec<u64>, frames: u64, rate: FrameRate) -> Result<Segments, BadSegments> {
        if firsts.first() != Some(&0) {
            return Err(BadSegments::NoFirst);
        }
        let ends = firsts.iter().skip(1).chain([&frames]);
        let misplaced = firsts.iter().zip(ends).position(|(first, end)| first >= end);
        match misplaced {
            None => Ok(Segments { firsts, frames, rate }),
            Some(index) => {
                let index = (index + 1).min(firsts.len() - 1);
                Err(BadSegments::Misplaced { index, first: firsts[index] })
            }
        }
    }

    /// Returns the first frames.
    pub fn firsts(&self) -> &[u64] {
        &self.firsts
    }

    /// Returns the number of frames in all.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Returns the frame rate.
    pub fn rate(&self) -> FrameRate {
        self.rate
    }

    /// Returns how many there are, at least one.
    pub fn count(&self) -> usize {
        self.firsts.len()
    }

    /// Returns how long segment `index` lasts; the sum of all is the clip's length to the microsecond. Zero beyond the
    /// last one.
    pub fn duration(&self, index: usize) -> Micros {
        let Some(&first) = self.firsts.get(index) else { return Micros(0) };
        let end = self.firsts.get(index + 1).copied().unwrap_or(self.frames);
        self.rate.time_of(end) - self.rate.time_of(first)
    }

    /// Returns how long each segment lasts.
    pub fn durations(&self) -> Vec<Micros> {
        (0..self.count()).map(|index| self.duration(index)).collect()
    }

    /// Returns the target duration: every segment's duration, rounded to whole seconds, is at most this (RFC 8216,
    /// 4.3.3.1).
    pub fn target_duration(&self) -> u64 {
        let longest = self.durations().into_iter().max().unwrap_or_default();
        ((longest.0.max(0).unsigned_abs() + 500_000) / 1_000_000).max(1)
    }
}

/// What a rendition consists of, for an estimate of its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// Video frames.
    pub frames: u64,
    /// Packets of audio; 0 without any.
    pub audio_packets: u64,
    /// Bytes of those.
    pub audio: Bytes,
    /// Segments.
    pub segments: u64,
}

/// Returns what the segments' format costs beside the packets of video (`video` bytes) and audio. Against an MP4 file
/// of the same packets that is `mp4::overhead` less.
///
/// Transport streams (ISO/IEC 13818-1): 4 of 188 bytes are a packet's head; two packets of tables in a segment; with
/// each frame 19 bytes of header, 8 of clock, 6 of delimiter, and half a packet of stuffing; 7 bytes with each packet
/// of audio, and 14 and half a packet with each parcel of those, of at most 2.8 kB and about 15 packets. About 60 bytes
/// of parameter sets repeat with a keyframe, of which one in a segment and one in 100 frames is thought.
///
/// Fragments (ISO/IEC 14496-12, 8.8): 1.4 kB at the beginning, 212 bytes with each segment, 12 with each frame, 4
/// with each packet of audio.
pub fn overhead(format: SegmentFormat, video: Bytes, shape: &Shape) -> Bytes {
    let Shape { frames, audio_packets, audio, segments } = *shape;
    match format {
        SegmentFormat::Fmp4 => Bytes(1_400 + segments * 212 + frames * 12 + audio_packets * 4),
        SegmentFormat::Ts => {
            let adts = audio.0 + audio_packets * 7;
            let parcels =
                if audio_packets == 0 { 0 } else { (adts / 2_500).max(audio_packets / 15) + segments };
            let keys = segments + frames / 100;
            let inside = video.0 + adts + frames * (19 + 8 + 6) + keys * 60 + parcels * 14;
            let stuffed = inside + (frames + parcels) * 92;
            Bytes(stuffed * 188 / 184 + segments * 376 - video.0 - audio.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(firsts: &[u64], frames: u64) -> Result<Segments, BadSegments> {
        let rate = FrameRate::new(30_000, 1001).unwrap_or(FrameRate::whole(30));
        Segments::new(firsts.to_vec(), frames, rate)
    }

    #[test]
    fn segments_fill_the_clip() {
        let segments = segments(&[0, 300, 601], 700);
        let Ok(segments) = segments else { panic!("{segments:?}") };
        assert_eq!(segments.durations(), [Micros(10_010_000), Micros(10_043_367), Micros(3_303_300)]);
        assert_eq!(
            segments.durations().into_iter().fold(Micros(0), |sum, lasts| sum + lasts),
            Micros(23_356_667)
        );
        assert_eq!(segments.target_duration(), 10);
    }

    #[test]
    fn what_are_no_beginnings() {
        for (firsts, frames, bad) in [
            (&[][..], 5, BadSegments::NoFirst),
            (&[1], 5, BadSegments::NoFirst),
            (&[0], 0, BadSegments::Misplaced { index: 0, first: 0 }),
            (&[0, 3, 3], 5, BadSegments::Misplaced { index: 2, first: 3 }),
            (&[0, 5], 5, BadSegments::Misplaced { index: 1, first: 5 }),
        ] {
            assert_eq!(segments(firsts, frames), Err(bad), "{firsts:?}");
        }
    }

    #[test]
    fn names() {
        for (format, index, name) in [
            (SegmentFormat::Ts, 0, "segment000.ts"),
            (SegmentFormat::Ts, 1234, "segment1234.ts"),
            (SegmentFormat::Fmp4, 42, "segment042.m4s"),
        ] {
            assert_eq!(segment_name(format, index), name);
        }
        assert_eq!([folder(1280, 720), folder(606, 1080)], ["720p", "606p"]);
    }
}
