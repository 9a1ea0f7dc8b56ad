//! From what a reader lists of a file to `MediaFacts`, or to the reason why it is no clip: which stream is the video,
//! and what is known of it and of the others. Knows neither reader.

use crate::clip::facts::{
    AudioFacts, Colour, Container, MediaFacts, OtherKind, OtherStream, Rotation, VideoFacts,
};
use crate::clip::failure::ProbeFailure;
use crate::clip::listing::{ListedStream, Listing, StreamKind, VideoDetails};
use crate::clip::packets::{FrameTiming, PacketTable, Packets};
use crate::units::{Bytes, Kbps, Micros};

/// Who examines a clip, and is to decode it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The browser: what it decodes shows when its packets are listed.
    Browser,
    /// ffmpeg.wasm, some of whose decoders are missing.
    Core,
    /// A native ffmpeg: whether it decodes a codec shows when it does.
    Native,
}

/// What the browser made of a clip that it examined itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Layout of the frame that it decoded on trial, in WebCodecs' words; `None` when it could not.
    pub layout: Option<String>,
    /// The container wants the video mirrored.
    pub mirrored: bool,
    /// Audio streams that it says it cannot decode.
    pub unheard: Vec<u32>,
}

impl Seen {
    /// Whether the browser decodes this audio stream, as far as is known: only its no is believed; a yes shows when the
    /// audio is made.
    pub fn hears(&self, stream: u32) -> bool {
        !self.unheard.contains(&stream)
    }

    /// Whether the decoder hands out RGB, whatever is coded.
    pub(crate) fn is_rgb(&self) -> bool {
        self.layout.as_deref().is_some_and(|layout| ["RGBA", "RGBX", "BGRA", "BGRX"].contains(&layout))
    }

    /// The matrix of the frames as they come, where `declared` is that of the file. Firefox hands out RGB, and what
    /// comes back from that is BT.709. Of video that does not say its matrix it takes BT.709 for granted, so that the
    /// values stay what they were, except in these codecs.
    fn matrix(&self, declared: Option<String>, codec: &str) -> Option<String> {
        const TAKEN_FOR_BT601: [&str; 2] = ["vp8", "av1"];
        if self.is_rgb() && (declared.is_some() || TAKEN_FOR_BT601.contains(&codec)) {
            Some("bt709".to_owned())
        } else {
            declared
        }
    }

    /// ffmpeg's name of the layout. Which layout a decoder hands out says nothing of a range.
    fn pixel_format(&self) -> Option<&'static str> {
        Some(match self.layout.as_deref()? {
            "I420" | "NV12" => "yuv420p",
            "I420A" => "yuva420p",
            "I422" => "yuv422p",
            "I444" => "yuv444p",
            "I420P10" | "P010" => "yuv420p10le",
            "I420P12" => "yuv420p12le",
            "I422P10" => "yuv422p10le",
            "I444P10" => "yuv444p10le",
            _ => return None,
        })
    }
}

/// Codecs that ffmpeg.wasm demuxes and has no decoder for.
const NOT_DECODED: [&str; 3] = ["av1", "vvc", "evc"];

/// Returns whether only a browser decodes this codec on a page.
pub(crate) fn only_in_browser(codec: &str) -> bool {
    NOT_DECODED.contains(&codec)
}

/// What demuxers print when packets lie beyond the file's end.
const CUT_OFF: [&str; 2] = ["partial file", "File ended prematurely"];

/// What the first look at a file brought: enough to know which packets to look at.
#[derive(Debug, Clone)]
pub struct Streams {
    listing: Listing,
    /// Which of its streams is the video.
    video: usize,
    reader: Reader,
}

/// Reads the streams of a file of so many bytes. `log` is what the reader printed.
pub fn read_streams(
    file_bytes: Bytes,
    listing: Listing,
    log: &[String],
    reader: Reader,
) -> Result<Streams, ProbeFailure> {
    if file_bytes.0 == 0 {
        return Err(ProbeFailure::Empty);
    }
    let logged = |part: &str| log.iter().any(|line| line.contains(part));
    let Listing { streams, format, .. } = &listing;
    if streams.is_empty() {
        return Err(if logged("moov atom not found") || logged("EBML header parsing failed") {
            ProbeFailure::Truncated { there: None, whole: None }
        } else if format.is_empty() {
            ProbeFailure::NotMedia
        } else {
            ProbeFailure::NoFrames
        });
    }
    // Demuxers that open single images and texts as if they were clips.
    if format.ends_with("_pipe") || ["image2", "tty", "txt", "ico"].contains(&format.as_str()) {
        return Err(ProbeFailure::NotVideo { format: format.trim_end_matches("_pipe").to_owned() });
    }
    let Some(video) = main_video(streams) else {
        let has_audio = streams.iter().any(|stream| stream.kind == StreamKind::Audio);
        return Err(if has_audio {
            ProbeFailure::AudioOnly
        } else {
            ProbeFailure::NotVideo { format: format.clone() }
        });
    };
    let codec = codec(&streams[video]);
    let missing = reader == Reader::Core && only_in_browser(&codec);
    if codec.is_empty() || codec == "none" || codec == "unknown" || missing {
        let codec = if codec.is_empty() { "an unknown codec".to_owned() } else { codec };
        return Err(ProbeFailure::UnsupportedCodec { codec });
    }
    Ok(Streams { video, reader, listing })
}

/// The video to keep: the default one, else the first.
fn main_video(streams: &[ListedStream]) -> Option<usize> {
    let moves = |stream: &ListedStream| stream.kind == StreamKind::Video && !stream.still;
    let default = streams.iter().position(|stream| moves(stream) && stream.default);
    default.or_else(|| streams.iter().position(moves))
}

fn codec(stream: &ListedStream) -> String {
    stream.codec.clone().unwrap_or_default()
}

impl Streams {
    /// The stream whose packets are to be listed.
    pub fn video_stream(&self) -> u32 {
        self.listing.streams[self.video].index
    }

    /// What the browser made of the clip, where it was the browser that listed it.
    pub fn seen(&self, packets: &PacketTable) -> Seen {
        let deaf = |stream: &&ListedStream| {
            stream.audio.as_ref().and_then(|audio| audio.decodes).is_some_and(|decodes| !decodes)
        };
        Seen {
            layout: packets.layout.clone(),
            mirrored: self.listing.streams[self.video].video.as_ref().is_some_and(|video| video.mirrored),
            unheard: self.listing.streams.iter().filter(deaf).map(|stream| stream.index).collect(),
        }
    }

    /// Completes the facts with the packets of the video, and what the reader printed then.
    pub fn read_packets(
        &self,
        file_bytes: Bytes,
        packets: &PacketTable,
        log: &[String],
    ) -> Result<MediaFacts, ProbeFailure> {
        let stream = &self.listing.streams[self.video];
        let (codec, details) = (codec(stream), stream.video.clone().unwrap_or_default());
        let seen = self.seen(packets);
        // Nobody on a page decodes it: the browser has not, and ffmpeg.wasm cannot.
        let undecoded = self.reader == Reader::Browser && seen.layout.is_none();
        if undecoded && only_in_browser(&codec) {
            return Err(ProbeFailure::UnsupportedCodec { codec });
        }
        let zero = self.listing.start.unwrap_or_default();
        let declared = details.average_rate.or(details.base_rate);
        let packets = Packets::read(packets, zero, declared);
        if let Some(at) = packets.jump {
            return Err(ProbeFailure::TimesJump { at });
        }
        let (Some(&first), Some(&last)) = (packets.times.first(), packets.times.last()) else {
            return Err(ProbeFailure::NoFrames);
        };
        let timing = FrameTiming::of(&packets.times, [details.base_rate, details.average_rate], declared);
        let frame = timing.rate.time_of(1);
        let last_frame = packets.last_duration.filter(|d| d.0 > 0 && !timing.constant).unwrap_or(frame);
        let duration = last - first + last_frame;
        if log.iter().any(|line| CUT_OFF.iter().any(|sign| line.contains(sign))) {
            let whole = stream.duration.or(self.listing.duration);
            return Err(ProbeFailure::Truncated {
                there: Some(duration),
                whole: whole.filter(|whole| *whole > duration),
            });
        }
        if details.width == 0 || details.height == 0 {
            return Err(ProbeFailure::UnsupportedCodec { codec });
        }
        let video = VideoFacts {
            index: stream.index,
            profile: stream.profile.clone(),
            pixel_format: details
                .pixel_format
                .clone()
                .or_else(|| seen.pixel_format().map(str::to_owned))
                .unwrap_or_default(),
            width: details.width,
            height: details.height,
            sample_aspect: aspect(details.sample_aspect),
            rotation: Rotation::from_clockwise(details.rotation),
            frame_rate: timing.rate,
            constant_rate: timing.constant,
            frames: packets.times.len() as u64,
            only_from_start: false,
            start: first,
            stamped_late: if packets.decoding_times {
                timing.rate.time_of(u64::from(details.reordered))
            } else {
                Micros(0)
            },
            duration,
            bytes: packets.bytes,
            interlaced: details.interlaced,
            peak: details.peak,
            colour: colour(details, &seen, &codec),
            gradual_refresh: packets.refreshes_gradually(),
            bytes_before: packets.keyframes.iter().map(|&(_, bytes)| bytes).collect(),
            times: packets.times,
            keyframes: packets.keyframes.into_iter().map(|(time, _)| time).collect(),
            codec,
        };
        let mut audio = self.audio(zero);
        fill_in_bitrates(&mut audio, file_bytes, video.bytes, video.duration);
        Ok(MediaFacts { file_bytes, container: self.container(), zero, audio, others: self.others(), video })
    }

    fn container(&self) -> Container {
        let Listing { format, brand, streams, .. } = &self.listing;
        let names_only = |wanted: &[&str]| {
            streams.iter().all(|stream| stream.codec.as_deref().is_some_and(|name| wanted.contains(&name)))
        };
        match format.as_str() {
            "avi" => Container::Avi,
            "mpegts" => Container::MpegTs,
            _ if format.contains("mp4") && brand.as_ref().is_none_or(|brand| brand.starts_with("qt")) => {
                Container::Mov
            }
            _ if format.contains("mp4") => Container::Mp4,
            _ if format.contains("matroska") && names_only(&["vp8", "vp9", "av1", "opus", "vorbis"]) => {
                Container::WebM
            }
            _ if format.contains("matroska") => Container::Matroska,
            _ => Container::Other,
        }
    }

    fn audio(&self, zero: Micros) -> Vec<AudioFacts> {
        let read = |stream: &ListedStream| {
            let details =
                stream.audio.as_ref().filter(|audio| audio.channels > 0 && audio.sample_rate > 0)?;
            let known = |name: &String| !name.is_empty() && name != "unknown";
            Some(AudioFacts {
                index: stream.index,
                codec: stream.codec.clone().filter(known)?,
                profile: stream.profile.clone(),
                channels: details.channels,
                sample_rate: details.sample_rate,
                bitrate: stream.bitrate.map(|bits| Kbps(bits / 1000.0)).filter(|rate| rate.0 > 0.0),
                start: stream.start.map_or(Micros(0), |start| start - zero),
                duration: stream.duration.unwrap_or_default(),
                default: stream.default,
                damaged: false,
                language: stream.language.clone(),
            })
        };
        self.listing.streams.iter().filter_map(read).collect()
    }

    fn others(&self) -> Vec<OtherStream> {
        let known_audio: Vec<u32> = self.audio(Micros(0)).iter().map(|track| track.index).collect();
        self.listing
            .streams
            .iter()
            .enumerate()
            .filter(|(place, stream)| *place != self.video && !known_audio.contains(&stream.index))
            .map(|(_, stream)| OtherStream {
                index: stream.index,
                kind: match stream.kind {
                    StreamKind::Video if stream.still => OtherKind::CoverArt,
                    StreamKind::Video => OtherKind::Video,
                    StreamKind::Subtitle => OtherKind::Subtitle,
                    StreamKind::Data => OtherKind::Data,
                    StreamKind::Attachment => OtherKind::Attachment,
                    StreamKind::Audio | StreamKind::Unknown => OtherKind::Unknown,
                },
                codec: stream.codec.clone().or_else(|| stream.handler.clone()),
                language: stream.language.clone(),
            })
            .collect()
    }
}

/// The bitrate of tracks that tell none: what the video and the other tracks leave of the file, shared evenly.
fn fill_in_bitrates(audio: &mut [AudioFacts], file: Bytes, video: Bytes, duration: Micros) {
    let length = |track: &AudioFacts| if track.duration.0 > 0 { track.duration } else { duration };
    let known: u64 = audio.iter().filter_map(|track| Some(track.bitrate?.during(length(track)).0)).sum();
    let unknown = audio.iter().filter(|track| track.bitrate.is_none()).count() as u64;
    let rest = file.0.saturating_sub(video.0).saturating_sub(known) / unknown.max(1);
    for track in audio.iter_mut().filter(|track| track.bitrate.is_none()) {
        track.bitrate = Some(Bytes(rest).over(length(track))).filter(|rate| rate.0 > 0.0);
    }
}

/// Beyond this ratio it is a mistake in the file, not a format.
fn aspect(told: Option<(u64, u64)>) -> (u32, u32) {
    let read = || {
        let (horizontal, vertical) = told?;
        let pair = (u32::try_from(horizontal).ok()?, u32::try_from(vertical).ok()?);
        let ratio = f64::from(pair.0) / f64::from(pair.1);
        (pair.0 > 0 && pair.1 > 0 && (0.1..=10.0).contains(&ratio)).then_some(pair)
    };
    read().unwrap_or((1, 1))
}

fn colour(details: VideoDetails, seen: &Seen, codec: &str) -> Colour {
    let known = |value: Option<String>| {
        value.filter(|name| !matches!(name.as_str(), "unknown" | "reserved" | "unspecified" | "gbr"))
    };
    Colour {
        primaries: known(details.primaries),
        transfer: known(details.transfer),
        matrix: known(seen.matrix(details.matrix, codec)),
        full_range: details.full_range,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "tests stop at the first surprise")]

    use super::*;
    use crate::clip::ffprobe;

    /// A clip as the browser lists it: one video stream.
    fn listed(codec: &str, details: VideoDetails) -> Listing {
        let video = ListedStream {
            kind: StreamKind::Video,
            codec: Some(codec.to_owned()),
            video: Some(VideoDetails { width: 320, height: 180, ..details }),
            ..ListedStream::default()
        };
        Listing {
            format: "matroska,webm".into(),
            start: Some(Micros(0)),
            streams: vec![video],
            ..Listing::default()
        }
    }

    /// One keyframe, with the layout of the trial's frame.
    fn packet(layout: Option<&str>) -> PacketTable {
        PacketTable {
            presented: vec![Some(Micros(0))],
            durations: vec![Some(Micros(500_000))],
            sizes: vec![100],
            keyframes: vec![0],
            layout: layout.map(str::to_owned),
            ..PacketTable::default()
        }
    }

    #[test]
    fn what_comes_as_rgb_has_the_matrix_that_it_was_made_with() {
        let cases = [
            (Some("NV12"), "vp8", None, None),
            (Some("NV12"), "h264", Some("smpte170m"), Some("smpte170m")),
            (Some("BGRX"), "h264", Some("smpte170m"), Some("bt709")),
            (Some("BGRX"), "h264", None, None),
            (Some("BGRX"), "vp8", None, Some("bt709")),
            (Some("RGBA"), "av1", None, Some("bt709")),
            (None, "h264", Some("smpte170m"), Some("smpte170m")),
        ];
        for (layout, codec, declared, matrix) in cases {
            let details = VideoDetails { matrix: declared.map(str::to_owned), ..VideoDetails::default() };
            let streams =
                read_streams(Bytes(1000), listed(codec, details), &[], Reader::Browser).expect("streams");
            let facts = streams.read_packets(Bytes(1000), &packet(layout), &[]).expect("facts");
            assert_eq!(facts.video.colour.matrix.as_deref(), matrix, "{codec} as {layout:?}");
        }
    }

    #[test]
    fn a_codec_that_nobody_decodes_is_named() {
        let refused = Err(ProbeFailure::UnsupportedCodec { codec: "av1".into() });
        for (reader, layout, outcome) in [
            (Reader::Browser, None, refused.clone()),
            (Reader::Browser, Some("NV12"), Ok("yuv420p".to_owned())),
            (Reader::Core, None, refused),
            (Reader::Native, None, Ok(String::new())),
        ] {
            let found = read_streams(Bytes(1000), listed("av1", VideoDetails::default()), &[], reader)
                .and_then(|streams| streams.read_packets(Bytes(1000), &packet(layout), &[]))
                .map(|facts| facts.video.pixel_format);
            assert_eq!(found, outcome, "{reader:?} {layout:?}");
        }
    }

    #[test]
    fn the_default_video_is_kept_and_stills_are_not() {
        let stream = |still, default| ListedStream {
            kind: StreamKind::Video,
            still,
            default,
            ..ListedStream::default()
        };
        for (streams, kept) in [
            (vec![stream(false, false), stream(false, true)], Some(1)),
            (vec![stream(true, true), stream(false, false)], Some(1)),
            (vec![stream(false, false), stream(false, false)], Some(0)),
            (vec![stream(true, true)], None),
        ] {
            assert_eq!(main_video(&streams), kept, "{streams:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_listing_is_survived(listing in "[ -~]{0,200}", packets in "[0-9.,KD_NA/\n-]{0,200}") {
            if let Ok(streams) = read_streams(Bytes(9), ffprobe::listing(&listing), &[], Reader::Core) {
                let _ = streams.read_packets(Bytes(9), &ffprobe::packets(&packets), &[]);
            }
        }

        #[test]
        fn any_packets_of_a_good_listing_are_survived(packets in "([0-9.N/A-]{0,6},){0,5}[KD_]{0,2}(\n([0-9.]{1,6},){4}K_){0,3}") {
            let listing = ffprobe::listing("streams.stream.0.index=0\nstreams.stream.0.codec_type=\"video\"\nstreams.stream.0.codec_name=\"h264\"\nstreams.stream.0.width=320\nstreams.stream.0.height=180\nformat.format_name=\"avi\"\n");
            if let Ok(streams) = read_streams(Bytes(9), listing, &[], Reader::Native) {
                let _ = streams.read_packets(Bytes(9), &ffprobe::packets(&packets), &[]);
            }
        }
    }
}
