//! The check of a finished file before it is offered: size, streams, frames, lengths, index first.
//! Knows nothing of how the file was made.

use crate::clip::listing::{ListedStream, Listing, StreamKind};
use crate::plan::audio::MAY_MISS;
use crate::units::{Bytes, FrameRate, Micros};
use crate::wishes::Codec;
use serde::Serialize;

/// What a finished file must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// No larger than this.
    pub limit: Bytes,
    /// The video codec.
    pub codec: Codec,
    /// Exactly this many frames.
    pub frames: u64,
    /// Within one frame of this length.
    pub duration: Micros,
    /// The rate that says how long one frame is.
    pub frame_rate: FrameRate,
    /// The video's dimensions; `None` where packets were copied.
    pub size: Option<(u32, u32)>,
    /// Whether there is audio.
    pub audio: bool,
    /// How far the audio must play, at least; `None` where there is none or its length is unknown.
    pub heard: Option<Micros>,
}

/// What a check found wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Fault {
    /// It could not be opened again.
    Unreadable,
    /// Streams are missing or of the wrong kind.
    Streams,
    /// The video has other dimensions than planned.
    FrameSize,
    /// The number of frames is off.
    Frames {
        /// What it should be.
        expected: u64,
        /// What it is.
        found: u64,
    },
    /// The length is off.
    Duration,
    /// The audio ends too early. Found last: all else is right.
    AudioShort {
        /// Where it should end.
        expected: Micros,
        /// Where it ends.
        found: Micros,
    },
    /// Not all of it decodes.
    Undecodable,
    /// The index does not come first.
    IndexLast,
    /// It is over the limit.
    TooLarge,
    /// A package breaks a rule of its format, in the words of `hls::check`.
    Package(String),
}

/// Checks a result of `bytes` bytes by its listing; `index_first` is what `read::index_first` says of it.
pub fn check(expected: &Expected, bytes: Bytes, index_first: bool, listing: &Listing) -> Result<(), Fault> {
    if bytes > expected.limit {
        return Err(Fault::TooLarge);
    }
    if !index_first {
        return Err(Fault::IndexLast);
    }
    let streams = &listing.streams;
    if streams.is_empty() {
        return Err(Fault::Unreadable);
    }
    let of = |kind| streams.iter().filter(|stream| stream.kind == kind).collect::<Vec<_>>();
    let (videos, audios) = (of(StreamKind::Video), of(StreamKind::Audio));
    let ([video], true) = (videos.as_slice(), streams.len() == 1 + usize::from(expected.audio)) else {
        return Err(Fault::Streams);
    };
    // ffprobe's names.
    let name = match expected.codec {
        Codec::H265 => "hevc",
        other => other.id(),
    };
    let tag = Some(expected.codec.sample_entry());
    let coded = video.codec.as_deref() == Some(name) && video.tag.as_deref() == tag;
    let aac = audios.iter().all(|audio| audio.codec.as_deref() == Some("aac"));
    if !coded || !aac || audios.len() != usize::from(expected.audio) {
        return Err(Fault::Streams);
    }
    let size = video.video.as_ref().map(|details| (details.width, details.height));
    if expected.size.is_some() && size != expected.size {
        return Err(Fault::FrameSize);
    }
    let found = video.packets.unwrap_or(0);
    if found != expected.frames {
        return Err(Fault::Frames { expected: expected.frames, found });
    }
    // Container rounding comes on top of the one frame.
    let most = expected.frame_rate.time_of(1).seconds() + 0.002;
    let off = video.duration.map(|duration| (duration.seconds() - expected.duration.seconds()).abs());
    if off.is_none_or(|off| off > most) {
        return Err(Fault::Duration);
    }
    match (expected.heard, audios.first()) {
        (Some(expected), Some(audio)) => check_audio(expected, audio),
        _ => Ok(()),
    }
}

fn check_audio(expected: Micros, audio: &ListedStream) -> Result<(), Fault> {
    let found = audio.start.unwrap_or_default() + audio.duration.unwrap_or_default();
    let (shorter, share) = MAY_MISS;
    let short = expected - found;
    if short > shorter && short.seconds() > expected.seconds() * share {
        return Err(Fault::AudioShort { expected, found });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::ffprobe;

    #[test]
    fn each_fault_is_found() {
        let expected = Expected {
            limit: Bytes(1000),
            codec: Codec::H264,
            frames: 50,
            duration: Micros(2_000_000),
            frame_rate: FrameRate::whole(25),
            size: Some((320, 180)),
            audio: true,
            heard: Some(Micros(2_000_000)),
        };
        let listing = |frames: u32, duration: &str, codec: &str, audio: &str| {
            let video = [
                ("codec_type", "\"video\"".to_owned()),
                ("codec_name", format!("\"{codec}\"")),
                ("codec_tag_string", "\"avc1\"".to_owned()),
                ("width", "320".to_owned()),
                ("height", "180".to_owned()),
                ("duration", format!("\"{duration}\"")),
                ("nb_read_packets", format!("\"{frames}\"")),
            ];
            let lines = video.map(|(name, value)| format!("streams.stream.0.{name}={value}\n"));
            lines.concat() + audio
        };
        let aac = "streams.stream.1.codec_type=\"audio\"\nstreams.stream.1.codec_name=\"aac\"\n\
            streams.stream.1.start_time=\"0.250000\"\nstreams.stream.1.duration=\"1.500000\"\n";
        let short = aac.replace("1.500000", "1.200000");
        let audio_short = Fault::AudioShort { expected: Micros(2_000_000), found: Micros(1_450_000) };
        let good = listing(50, "2.000000", "h264", aac);
        let cases = [
            (1000, true, good.clone(), Ok(())),
            (1001, true, good.clone(), Err(Fault::TooLarge)),
            (900, true, good.clone(), Ok(())),
            (900, false, good.clone(), Err(Fault::IndexLast)),
            (900, true, "nonsense".into(), Err(Fault::Unreadable)),
            (900, true, listing(50, "2.0", "hevc", aac), Err(Fault::Streams)),
            (900, true, listing(50, "2.0", "h264", ""), Err(Fault::Streams)),
            (900, true, listing(49, "2.0", "h264", aac), Err(Fault::Frames { expected: 50, found: 49 })),
            (900, true, listing(50, "2.039", "h264", aac), Ok(())),
            (900, true, listing(50, "2.1", "h264", aac), Err(Fault::Duration)),
            (900, true, good.replace("180", "182"), Err(Fault::FrameSize)),
            (900, true, listing(50, "2.0", "h264", &short), Err(audio_short)),
            (900, true, listing(49, "2.0", "h264", &short), Err(Fault::Frames { expected: 50, found: 49 })),
        ];
        for (bytes, index_first, listing, outcome) in cases {
            assert_eq!(
                check(&expected, Bytes(bytes), index_first, &ffprobe::listing(&listing)),
                outcome,
                "{listing}"
            );
        }
        // Of long audio a share may be missing, and where nobody knows its length it is not looked at.
        let minutes = Expected { heard: Some(Micros(60_000_000)), ..expected };
        for (heard, duration, good) in [
            (minutes.heard, "58.600000", true),
            (minutes.heard, "58.400000", false),
            (None, "0.100000", true),
        ] {
            let listing = listing(50, "2.0", "h264", &aac.replace("1.500000", duration));
            let found = check(&Expected { heard, ..expected }, Bytes(900), true, &ffprobe::listing(&listing));
            assert_eq!(found.is_ok(), good, "{duration}");
        }
    }
}
