//! The check of a finished file before it is offered: size, streams, frames, length, index first.
//! Knows nothing of how the file was made.

use crate::units::{Bytes, FrameRate, Micros};
use serde::{Deserialize, Serialize};

/// What a finished file must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// No larger than this.
    pub limit: Bytes,
    /// Exactly this many frames.
    pub frames: u64,
    /// Within one frame of this length.
    pub duration: Micros,
    /// The rate that says how long one frame is.
    pub frame_rate: FrameRate,
    /// The picture's size; `None` where packets were copied.
    pub size: Option<(u32, u32)>,
    /// Whether there is sound.
    pub audio: bool,
}

/// What a check found wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Fault {
    /// It could not be opened again.
    Unreadable,
    /// Streams are missing or of the wrong kind.
    Streams,
    /// The picture has another size than planned.
    PictureSize,
    /// The number of frames is off.
    Frames {
        /// What it should be.
        expected: u64,
        /// What it is.
        found: u64,
    },
    /// The length is off.
    Duration,
    /// The index does not come first.
    IndexLast,
    /// It is over the limit.
    TooLarge,
}

impl Fault {
    /// For a sentence.
    pub fn text(&self) -> String {
        match self {
            Fault::Unreadable => "it could not be opened again".into(),
            Fault::Streams => "a stream is missing or of the wrong kind".into(),
            Fault::PictureSize => "the picture has the wrong size".into(),
            Fault::Frames { expected, found } => format!("it has {found} frames instead of {expected}"),
            Fault::Duration => "its length is wrong".into(),
            Fault::IndexLast => "its index does not come first".into(),
            Fault::TooLarge => "it is over the limit".into(),
        }
    }
}

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    streams: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    codec_tag_string: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    duration: Option<String>,
    nb_read_packets: Option<String>,
}

/// Checks a result of `bytes` bytes by ffprobe's answer to `arguments::probe_result`; `index_first` is what
/// `mp4::index_first` says of it.
pub fn check(expected: &Expected, bytes: Bytes, index_first: bool, listing: &str) -> Result<(), Fault> {
    if bytes > expected.limit {
        return Err(Fault::TooLarge);
    }
    if !index_first {
        return Err(Fault::IndexLast);
    }
    let listing: Listing = serde_json::from_str(listing).map_err(|_| Fault::Unreadable)?;
    let of = |kind: &str| {
        listing.streams.iter().filter(|s| s.codec_type.as_deref() == Some(kind)).collect::<Vec<_>>()
    };
    let (pictures, sounds) = (of("video"), of("audio"));
    let ([picture], true) = (pictures.as_slice(), listing.streams.len() == 1 + usize::from(expected.audio))
    else {
        return Err(Fault::Streams);
    };
    let h264 =
        picture.codec_name.as_deref() == Some("h264") && picture.codec_tag_string.as_deref() == Some("avc1");
    let aac = sounds.iter().all(|sound| sound.codec_name.as_deref() == Some("aac"));
    if !h264 || !aac || sounds.len() != usize::from(expected.audio) {
        return Err(Fault::Streams);
    }
    if expected.size.is_some_and(|size| picture.width.zip(picture.height) != Some(size)) {
        return Err(Fault::PictureSize);
    }
    let found = picture.nb_read_packets.as_deref().and_then(|count| count.parse().ok()).unwrap_or(0);
    if found != expected.frames {
        return Err(Fault::Frames { expected: expected.frames, found });
    }
    let seconds: f64 = picture.duration.as_deref().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
    let off = (seconds - expected.duration.seconds()).abs();
    // Container rounding comes on top of the one frame.
    if off.is_nan() || off > expected.frame_rate.time_of(1).seconds() + 0.002 {
        return Err(Fault::Duration);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_found() {
        let expected = Expected {
            limit: Bytes(1000),
            frames: 50,
            duration: Micros(2_000_000),
            frame_rate: FrameRate::whole(25),
            size: Some((320, 180)),
            audio: true,
        };
        let listing = |frames: u32, duration: &str, codec: &str, sound: &str| {
            format!(
                r#"{{"streams":[{{"codec_type":"video","codec_name":"{codec}","codec_tag_string":"avc1","width":320,"height":180,"duration":"{duration}","nb_read_packets":"{frames}"}}{sound}]}}"#
            )
        };
        let aac = r#",{"codec_type":"audio","codec_name":"aac"}"#;
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
            (900, true, good.replace("180", "182"), Err(Fault::PictureSize)),
        ];
        for (bytes, index_first, listing, outcome) in cases {
            assert_eq!(check(&expected, Bytes(bytes), index_first, &listing), outcome, "{listing}");
        }
    }
}
