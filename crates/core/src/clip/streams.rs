//! From what a reader lists of a file to `MediaFacts`, or to the reason why it is no clip: which stream is the video,
//! and what is known of it and of the others. Knows neither reader.

use crate::clip::facts::{
    AudioFacts, Colour, Container, CutOff, Framing, MediaFacts, Missing, OtherKind, OtherStream, VideoFacts,
};
use crate::clip::failure::ProbeFailure;
use crate::clip::listing::{ListedStream, Listing, StreamKind, VideoDetails};
use crate::clip::look::{aspect, take_largest};
use crate::clip::metadata::{self, Captured, Metadata};
use crate::clip::packets::{FrameSize, FrameTiming, PacketTable, Packets, Steady};
use crate::clip::rotation::Rotation;
use crate::units::{Bytes, FrameRate, Kbps, Micros};

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
    /// The first packet of the video is no keyframe.
    pub begins_midway: bool,
}

impl Seen {
    /// Returns whether the browser decodes this audio stream, as far as is known: only its no is believed; a yes shows
    /// when the audio is made.
    pub fn hears(&self, stream: u32) -> bool {
        !self.unheard.contains(&stream)
    }

    /// Returns whether the decoder outputs RGB, whatever is coded.
    pub(crate) fn is_rgb(&self) -> bool {
        self.layout.as_deref().is_some_and(|layout| ["RGBA", "RGBX", "BGRA", "BGRX"].contains(&layout))
    }

    /// Returns the matrix of the frames as they come, where `declared` is that of the file. Firefox outputs RGB, and
    /// what comes back from that is BT.709. Of video that does not say its matrix it takes BT.709 for granted, so that
    /// the values stay what they were, except in these codecs.
    fn matrix(&self, declared: Option<String>, codec: &str) -> Option<String> {
        const TAKEN_FOR_BT601: [&str; 2] = ["vp8", "av1"];
        if self.is_rgb() && (declared.is_some() || TAKEN_FOR_BT601.contains(&codec)) {
            Some("bt709".to_owned())
        } else {
            declared
        }
    }

    /// Returns ffmpeg's name of the layout. The layout that a decoder outputs does not show the range.
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

/// What they print when not even their index is there.
const NO_INDEX: [&str; 4] =
    ["moov atom not found", "EBML header parsing failed", "error reading header", CUT_OFF[1]];

/// What a header promises may be off by this.
const NOT_ROUNDING: Micros = Micros(250_000);

/// A stream of Matroska ends this long before the file only where something is missing.
const UNEVEN_ENDS: Micros = Micros(1_000_000);

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
    mut listing: Listing,
    log: &[String],
    reader: Reader,
) -> Result<Streams, ProbeFailure> {
    if file_bytes.0 == 0 {
        return Err(ProbeFailure::Empty);
    }
    let logged = |part: &str| log.iter().any(|line| line.contains(part));
    for stream in &mut listing.streams {
        // The count of its packets is that of one table, and the other ones are missing.
        if logged(&format!("stream {}, missing mandatory atoms", stream.index)) {
            stream.packets = Some(0);
        }
    }
    let Listing { streams, format, .. } = &listing;
    if streams.is_empty() {
        return Err(if NO_INDEX.iter().any(|sign| logged(sign)) {
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
    if ["", "none", "unknown"].contains(&codec.as_str()) {
        return Err(ProbeFailure::UnknownCodec);
    }
    if reader == Reader::Core && only_in_browser(&codec) {
        return Err(ProbeFailure::UnsupportedCodec { codec });
    }
    Ok(Streams { video, reader, listing })
}

/// Returns whether a reader printed that a file is cut off.
fn is_cut_off(log: &[String]) -> bool {
    log.iter().any(|line| CUT_OFF.iter().any(|sign| line.contains(sign)))
}

/// Codecs of audio that every browser decodes.
const HEARD_EVERYWHERE: [&str; 5] = ["aac", "opus", "mp3", "flac", "vorbis"];

/// Returns the streams that a copy for the browser is made of, where ffmpeg.wasm has no decoder for the video and the
/// browser may have one.
pub fn for_browser(listing: &Listing) -> Option<Streams> {
    let video = main_video(&listing.streams)?;
    (codec(&listing.streams[video]) == "av1").then(|| Streams {
        listing: listing.clone(),
        video,
        reader: Reader::Core,
    })
}

/// Returns the video to keep: the default one, else the first. One that is known to be empty is none.
fn main_video(streams: &[ListedStream]) -> Option<usize> {
    let moves =
        |stream: &ListedStream| stream.kind == StreamKind::Video && !stream.still && !stream.is_empty();
    let default = streams.iter().position(|stream| moves(stream) && stream.default);
    default.or_else(|| streams.iter().position(moves))
}

fn codec(stream: &ListedStream) -> String {
    stream.codec.clone().unwrap_or_default()
}

impl Streams {
    /// Returns the stream whose packets are to be listed.
    pub fn video_stream(&self) -> u32 {
        self.listing.streams[self.video].index
    }

    /// Returns whether the video says neither that it is interlaced nor that it is not.
    pub fn fields_unsaid(&self) -> bool {
        self.listing.streams[self.video].video.as_ref().is_some_and(|video| video.fields_unsaid)
    }

    /// Returns what the browser made of the clip, where it was the browser that listed it.
    pub fn seen(&self, packets: &PacketTable) -> Seen {
        let deaf = |stream: &&ListedStream| {
            stream.audio.as_ref().and_then(|audio| audio.decodes).is_some_and(|decodes| !decodes)
        };
        Seen {
            layout: packets.layout.clone(),
            mirrored: self.listing.streams[self.video].video.as_ref().is_some_and(|video| video.mirrored),
            begins_midway: packets.keyframes.first().is_some_and(|row| *row > 0),
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
        let size = |&(width, height): &(u32, u32)| FrameSize { width, height, sample_aspect: None };
        let frame_sizes: Vec<FrameSize> = packets.frame_sizes.iter().map(size).collect();
        let own_decoder = packets.own_decoder;
        let mut packets = Packets::read(packets, zero, declared, &self.steady());
        if let Some(at) = packets.jump {
            return Err(ProbeFailure::TimesJump { at });
        }
        let is_cut = is_cut_off(log);
        let rates = [details.base_rate, details.average_rate];
        // Transport streams end wherever somebody stopped.
        if is_cut || self.promised(declared).is_some() || self.container() == Container::MpegTs {
            packets.end_evenly(rates, declared);
        }
        let (Some(&first), Some(&last)) = (packets.times.first(), packets.times.last()) else {
            return Err(if is_cut {
                ProbeFailure::Truncated { there: None, whole: None }
            } else {
                ProbeFailure::NoFrames
            });
        };
        let timing = FrameTiming::of(&packets.times, rates, declared);
        let frame = timing.rate.time_of(1);
        let last_frame = packets.last_duration.filter(|d| d.0 > 0 && !timing.constant).unwrap_or(frame);
        let duration = last - first + last_frame;
        let end = self.cut_off(is_cut, duration, first, (packets.times.len() as u64, timing.rate));
        if details.width == 0 || details.height == 0 {
            return Err(ProbeFailure::Undecodable { codec });
        }
        let mut video = VideoFacts {
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
            framing: Framing::default(),
            frame_rate: timing.rate,
            constant_rate: timing.constant,
            frames: packets.times.len() as u64,
            only_from_start: false,
            own_decoder,
            decoded_as_rgb: seen.is_rgb(),
            start: first,
            stamped_late: if packets.decoding_times {
                timing.rate.time_of(u64::from(details.reordered))
            } else {
                Micros(0)
            },
            duration,
            bytes: packets.bytes,
            interlaced: details.interlaced,
            first_field: None,
            resized: None,
            dolby_vision: details
                .dolby_vision
                .is_some_and(|(profile, compatible)| profile == 5 || (profile >= 8 && compatible == 0)),
            peak: details.peak,
            colour: colour(details, &seen, &codec),
            gradual_refresh: packets.refreshes_gradually(),
            bytes_before: packets.keyframes.iter().map(|&(_, bytes)| bytes).collect(),
            times: packets.times,
            keyframes: packets.keyframes.into_iter().map(|(time, _)| time).collect(),
            codec,
        };
        take_largest(&mut video, &frame_sizes);
        let mut audio = self.audio(zero);
        fill_in_bitrates(&mut audio, file_bytes, video.bytes, video.duration);
        let (container, metadata, others) = (self.container(), self.metadata(), self.others());
        let missing = Missing { end, start: packets.lost };
        let joined = false;
        Ok(MediaFacts { file_bytes, container, zero, metadata, audio, others, missing, joined, video })
    }

    fn metadata(&self) -> Metadata {
        let Listing { format, tags, captured, streams, .. } = &self.listing;
        // What AVI calls software is what encoded the file.
        let told = |tag: &String| {
            metadata::is_personal(tag) && !(format == "avi" && tag.eq_ignore_ascii_case("software"))
        };
        let tells = |stream: &ListedStream| {
            stream.kind == StreamKind::Data && stream.tag.as_deref().is_some_and(metadata::is_personal_data)
        };
        Metadata {
            personal: tags.iter().any(told) || streams.iter().any(tells),
            captured: captured.as_deref().and_then(Captured::parse),
        }
    }

    /// Whether the end of the file is missing, and of how much. `is_cut` is what the reader printed; of AVI and FLV it
    /// prints nothing, but their headers promise more than there is.
    fn cut_off(
        &self,
        is_cut: bool,
        there: Micros,
        first: Micros,
        frames: (u64, FrameRate),
    ) -> Option<CutOff> {
        let stream = &self.listing.streams[self.video];
        let (found, rate) = frames;
        let promised = self.promised(Some(rate));
        let declared = self.listing.declared_end.and(self.declared_length());
        let heard = |stream: &ListedStream| {
            let start = stream.start.unwrap_or_default() - self.listing.start.unwrap_or_default();
            // The browser has looked at the last packet.
            let known = stream.packets.is_some() || self.reader == Reader::Browser;
            Some(start + stream.duration.filter(|_| known)?)
        };
        // Where the audio alone goes on to the end, all is there.
        let last = self.listing.streams.iter().filter_map(heard).fold(first + there, Micros::max);
        let lacks = promised.is_some_and(|promised| promised - last > NOT_ROUNDING.max(rate.time_of(3)))
            && stream.promised.is_none_or(|promised| promised > found)
            || declared.is_some_and(|declared| declared - last > UNEVEN_ENDS);
        if !is_cut && !lacks {
            return None;
        }
        let whole = promised
            .or(declared)
            .map(|end| end - first)
            .or(stream.duration)
            .or_else(|| Some(self.listing.duration? - first));
        Some(CutOff { there, whole: whole.filter(|whole| *whole > there) })
    }

    /// How far times go within one recording.
    fn steady(&self) -> Steady {
        let details = self.listing.streams[self.video].video.as_ref();
        let rate = details.and_then(|details| details.average_rate.or(details.base_rate));
        if self.listing.format == "mpegts" { Steady::stream(rate) } else { Steady::FILE }
    }

    /// The video and the audio streams, and from how long a gap on times are joined, for a continuous copy of them.
    pub fn to_join(&self) -> (Vec<u32>, Micros) {
        let audio = self.audio(Micros(0)).into_iter().map(|track| track.index);
        (std::iter::once(self.video_stream()).chain(audio).collect(), self.steady().forward)
    }

    /// Returns the audio streams, and whether they need another codec for a browser to decode them.
    pub fn audio_for_browser(&self) -> Vec<(u32, bool)> {
        let audio = self.listing.streams.iter().filter(|stream| stream.kind == StreamKind::Audio);
        let heard = |stream: &ListedStream| HEARD_EVERYWHERE.contains(&codec(stream).as_str());
        audio.map(|stream| (stream.index, !heard(stream))).collect()
    }

    /// Returns the facts of a copy for the browser as those of the file itself. `log` is what was printed when it was made.
    pub fn copied(&self, copy: MediaFacts, log: &[String]) -> MediaFacts {
        let (there, first) = (copy.video.duration, copy.video.start);
        let last =
            copy.audio.iter().map(|track| track.start + track.duration).fold(first + there, Micros::max);
        let declared = self.declared_length();
        let lacks = declared.is_some_and(|declared| declared - last > UNEVEN_ENDS);
        let whole = declared.map(|end| end - first).filter(|whole| *whole > there);
        let end = (is_cut_off(log) || lacks).then_some(CutOff { there, whole });
        let missing = Missing { end, ..copy.missing };
        MediaFacts { others: self.others(), metadata: self.metadata(), missing, ..copy }
    }

    /// The facts of these streams' continuous copy as those of the file itself.
    pub fn joined(&self, copy: MediaFacts) -> MediaFacts {
        MediaFacts { others: self.others(), metadata: self.metadata(), joined: true, ..copy }
    }

    /// Where the video ends by the header of a file whose reader says nothing where the file ends early.
    fn promised(&self, rate: Option<FrameRate>) -> Option<Micros> {
        match self.listing.format.as_str() {
            "avi" => Some(rate?.time_of(self.listing.streams[self.video].promised?)),
            "flv" => Some(self.listing.duration? - self.listing.start?),
            _ => None,
        }
    }

    /// Returns how long the file is by what it says of itself, from its first time on: where data is damaged, readers may
    /// stop without a word. `None` where it does not say, and where subtitles may go on for longer than all else.
    fn declared_length(&self) -> Option<Micros> {
        let Listing { streams, start, duration, declared_end, .. } = &self.listing;
        let subtitles = streams.iter().any(|stream| stream.kind == StreamKind::Subtitle);
        let by_end = declared_end.map(|end| end - start.unwrap_or_default());
        by_end.or(*duration).filter(|_| !subtitles)
    }

    /// Marks the video as empty and goes on to the next; `None` where there is none.
    pub fn without_video(&self) -> Option<Streams> {
        let mut streams = self.clone();
        streams.listing.streams[self.video].packets = Some(0);
        streams.video = main_video(&streams.listing.streams)?;
        Some(streams)
    }

    /// The next audio stream whose packets are to be listed before anything is believed of it: what a header says of
    /// a file that is cut off is not true of what is there, and some of what is declared is empty.
    pub fn doubtful(&self, facts: &MediaFacts) -> Option<u32> {
        if self.reader == Reader::Browser {
            return None;
        }
        let Listing { start, duration, .. } = &self.listing;
        // ffprobe gives a stream of which it has seen nothing the times of the file.
        let unseen = |stream: &ListedStream| {
            let of_file = stream.start == *start && stream.duration == *duration;
            stream.promised.is_none() && (of_file || stream.duration == Some(Micros(0)))
        };
        // A promise of an index is true until the file is cut off.
        let cut = facts.missing.end.is_some() || self.listing.format == "flv";
        let doubted = |stream: &&ListedStream| {
            stream.kind == StreamKind::Audio && stream.packets.is_none() && (cut || unseen(stream))
        };
        self.listing.streams.iter().find(doubted).map(|stream| stream.index)
    }

    /// Takes in the packets of an audio stream: when it begins and ends, and its bytes.
    pub fn hear(&mut self, index: u32, packets: &PacketTable) {
        let Some(stream) = self.listing.streams.iter_mut().find(|stream| stream.index == index) else {
            return;
        };
        stream.packets = Some(packets.sizes.len() as u64);
        let mut span: Option<(Micros, Micros)> = None;
        let mut bytes = 0_u64;
        for (row, size) in packets.sizes.iter().enumerate() {
            let column = |column: &[Option<Micros>]| column.get(row).copied().flatten();
            bytes = bytes.saturating_add(*size);
            let Some(at) = column(&packets.presented).or_else(|| column(&packets.decoded)) else { continue };
            let end = at + column(&packets.durations).unwrap_or_default();
            span = Some(span.map_or((at, end), |(first, last)| (first.min(at), last.max(end))));
        }
        if let Some((first, last)) = span.filter(|(first, last)| last > first) {
            stream.start = Some(first);
            stream.duration = Some(last - first);
            stream.bitrate = Some(Bytes(bytes).over(last - first).0 * 1000.0);
        }
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
            if stream.is_empty() {
                return None;
            }
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
                    StreamKind::Audio if stream.is_empty() => OtherKind::Audio,
                    StreamKind::Audio | StreamKind::Unknown => OtherKind::Unknown,
                },
                codec: stream.codec.clone().or_else(|| stream.handler.clone()),
                language: stream.language.clone(),
                empty: stream.is_empty(),
            })
            .collect()
    }
}

/// Gives tracks without a bitrate an even share of what the video and the other tracks leave of the file.
fn fill_in_bitrates(audio: &mut [AudioFacts], file: Bytes, video: Bytes, duration: Micros) {
    let length = |track: &AudioFacts| if track.duration.0 > 0 { track.duration } else { duration };
    let known: u64 = audio.iter().filter_map(|track| Some(track.bitrate?.during(length(track)).0)).sum();
    let unknown = audio.iter().filter(|track| track.bitrate.is_none()).count() as u64;
    let rest = file.0.saturating_sub(video.0).saturating_sub(known) / unknown.max(1);
    for track in audio.iter_mut().filter(|track| track.bitrate.is_none()) {
        track.bitrate = Some(Bytes(rest).over(length(track))).filter(|rate| rate.0 > 0.0);
    }
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

    /// Returns a clip as the browser lists it: one video stream.
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

    /// Returns one keyframe, with the layout of the trial's frame.
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
    fn a_damaged_header_is_not_called_an_unsupported_codec() {
        let without_size = VideoDetails { width: 0, height: 0, ..VideoDetails::default() };
        let sizeless = |codec: &str| {
            let mut listing = listed(codec, VideoDetails::default());
            listing.streams[0].video = Some(without_size.clone());
            listing
        };
        let damaged = ProbeFailure::Undecodable { codec: "h264".into() };
        for (listing, failure) in [
            (listed("", VideoDetails::default()), ProbeFailure::UnknownCodec),
            (listed("none", VideoDetails::default()), ProbeFailure::UnknownCodec),
            (listed("unknown", VideoDetails::default()), ProbeFailure::UnknownCodec),
            (sizeless("h264"), damaged),
        ] {
            for reader in [Reader::Browser, Reader::Core, Reader::Native] {
                let found = read_streams(Bytes(1000), listing.clone(), &[], reader)
                    .and_then(|streams| streams.read_packets(Bytes(1000), &packet(Some("NV12")), &[]));
                assert_eq!(found.as_ref().err(), Some(&failure), "{reader:?}");
                assert!(!failure.to_string().to_lowercase().contains("unknown"), "{failure}");
            }
        }
    }

    #[test]
    fn what_tells_of_whoever_made_it_is_known() {
        let tagged = |format: &str, tag: &str| Listing {
            format: format.into(),
            tags: vec!["major_brand".into(), tag.into()],
            captured: Some("2024-05-01T12:34:56.000000Z".into()),
            ..listed("h264", VideoDetails::default())
        };
        let mut located = tagged("mov,mp4", "title");
        located.streams.push(ListedStream {
            kind: StreamKind::Data,
            tag: Some("gpmd".into()),
            ..ListedStream::default()
        });
        for (listing, personal) in [
            (tagged("mov,mp4", "encoder"), false),
            (tagged("mov,mp4", "location"), true),
            (tagged("mov,mp4", "software"), true),
            (tagged("avi", "software"), false),
            (tagged("avi", "artist"), true),
            (located, true),
        ] {
            let streams = read_streams(Bytes(1000), listing.clone(), &[], Reader::Native);
            let facts = streams.and_then(|streams| streams.read_packets(Bytes(1000), &packet(None), &[]));
            let metadata = Metadata { personal, captured: Some(Captured(1_714_566_896)) };
            assert_eq!(facts.expect("facts").metadata, metadata, "{listing:?}");
        }
    }

    #[test]
    fn dolby_vision_that_nothing_else_shows_is_known() {
        for (record, alone) in [
            (None, false),
            (Some((5, 0)), true),
            (Some((7, 6)), false),
            (Some((8, 1)), false),
            (Some((8, 4)), false),
            (Some((10, 0)), true),
        ] {
            let details = VideoDetails { dolby_vision: record, ..VideoDetails::default() };
            let streams = read_streams(Bytes(1000), listed("hevc", details), &[], Reader::Native);
            let facts = streams.and_then(|streams| streams.read_packets(Bytes(1000), &packet(None), &[]));
            assert_eq!(facts.expect("facts").video.dolby_vision, alone, "{record:?}");
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

    /// Packets of 25 frames a second, in decoding order, by the slots at which they are shown.
    fn shown_at(slots: &[i64], keyframes: &[u32]) -> PacketTable {
        let frame = |number: i64| Some(Micros(number * 40_000));
        PacketTable {
            presented: slots.iter().map(|slot| frame(*slot)).collect(),
            decoded: (0..slots.len() as i64).map(|row| frame(row - 2)).collect(),
            durations: vec![frame(1); slots.len()],
            sizes: vec![100; slots.len()],
            keyframes: keyframes.to_vec(),
            ..PacketTable::default()
        }
    }

    fn at_25() -> VideoDetails {
        let rate = Some(FrameRate::whole(25));
        VideoDetails { base_rate: rate, average_rate: rate, ..VideoDetails::default() }
    }

    #[test]
    fn frames_that_nobody_can_show_are_left_out() {
        // Slots in decoding order, keyframes; first frame, how many, how much is lost, bytes.
        let cases: [(&[i64], &[u32], _); 6] = [
            (&[0, 2, 1, 3], &[0], (0, 4, 0, 400)),
            // From the middle of a GOP, with frames of an open one behind the keyframe.
            (&[1, 0, 4, 2, 3, 5, 6], &[2], (4, 3, 4, 500)),
            // An open GOP at the beginning.
            (&[2, 0, 1, 3], &[0], (2, 2, 2, 400)),
            // Behind the next keyframe nothing leads.
            (&[2, 3, 4, 1], &[0, 2], (1, 4, 0, 400)),
            // Nobody says what is a keyframe.
            (&[0, 1, 2], &[], (0, 3, 0, 300)),
            (&[0, 1, 2], &[1], (1, 2, 1, 200)),
        ];
        for (slots, keyframes, (first, frames, lost, bytes)) in cases {
            let streams =
                read_streams(Bytes(1000), listed("h264", at_25()), &[], Reader::Native).expect("streams");
            let facts = streams.read_packets(Bytes(1000), &shown_at(slots, keyframes), &[]).expect("facts");
            let found = (facts.video.start, facts.video.frames, facts.missing.start, facts.video.bytes);
            let slot = |number: i64| Micros(number * 40_000);
            assert_eq!(found, (slot(first), frames, slot(lost), Bytes(bytes)), "{slots:?} {keyframes:?}");
        }
    }

    #[test]
    fn a_file_without_its_end_says_how_much_is_there() {
        let partial = ["stream 0, offset 0x27d50: partial file".to_owned()];
        let seconds = |seconds: i64| Some(Micros(seconds * 1_000_000));
        let whole: Vec<i64> = (0..50).collect();
        // The last frame refers to one that is shown after it and is not there.
        let broken: Vec<i64> = (0..50).chain([51]).collect();
        // Format, length by the header, frames by the header, what the reader printed, slots; how much there should be.
        type Case<'a> =
            (&'a str, Option<Micros>, Option<u64>, &'a [String], &'a [i64], Option<Option<Micros>>);
        let cases: [Case<'_>; 11] = [
            ("mov,mp4", seconds(2), Some(50), &[], &whole, None),
            ("mov,mp4", seconds(5), Some(125), &partial, &whole, Some(seconds(5))),
            ("mov,mp4", seconds(5), None, &partial, &broken, Some(seconds(5))),
            ("matroska,webm", None, None, &partial, &whole, Some(None)),
            ("matroska,webm", seconds(2), None, &partial, &whole, Some(None)),
            ("matroska,webm", seconds(3), None, &[], &whole, None),
            ("matroska,webm", seconds(5), None, &[], &whole, Some(seconds(5))),
            ("avi", seconds(2), Some(125), &[], &whole, Some(seconds(5))),
            ("avi", seconds(2), Some(51), &[], &whole, None),
            ("flv", seconds(5), None, &[], &whole, Some(seconds(5))),
            ("flv", None, None, &[], &whole, None),
        ];
        for (format, duration, promised, log, slots, outcome) in cases {
            let declared_end = duration.filter(|_| format.contains("matroska"));
            let mut listing =
                Listing { format: format.into(), duration, declared_end, ..listed("h264", at_25()) };
            listing.streams[0].promised = promised;
            let streams = read_streams(Bytes(1000), listing, &[], Reader::Native).expect("streams");
            let facts = streams.read_packets(Bytes(1000), &shown_at(slots, &[0]), log).expect("facts");
            let there = Micros(2_000_000);
            let end = outcome.map(|whole| CutOff { there, whole });
            assert_eq!((facts.missing.end, facts.video.frames), (end, 50), "{format} {duration:?}");
        }
        let streams = read_streams(Bytes(9), listed("h264", at_25()), &[], Reader::Native).expect("streams");
        let nothing = streams.read_packets(Bytes(9), &PacketTable::default(), &partial);
        assert_eq!(nothing, Err(ProbeFailure::Truncated { there: None, whole: None }));
    }

    #[test]
    fn matroska_whose_streams_end_unevenly_lacks_nothing() {
        // When the file, its audio and its subtitles end, in seconds; whether something is missing.
        for (declared, audio, subtitles, lacks) in [
            (4, Some(4), false, false),
            (4, Some(2), false, true),
            (4, None, true, false),
            (4, None, false, true),
            (3, None, false, false),
        ] {
            let end = |seconds: i64| Some(Micros(seconds * 1_000_000));
            let mut listing = Listing {
                format: "matroska,webm".into(),
                start: end(0),
                declared_end: end(declared),
                ..listed("h264", at_25())
            };
            let of = |kind, duration| ListedStream {
                index: 1,
                kind,
                codec: Some("opus".into()),
                start: end(0),
                duration,
                ..ListedStream::default()
            };
            listing.streams.extend(audio.map(|audio| of(StreamKind::Audio, end(audio))));
            listing.streams.extend(subtitles.then(|| of(StreamKind::Subtitle, None)));
            let streams = read_streams(Bytes(1000), listing, &[], Reader::Browser).expect("streams");
            let slots: Vec<i64> = (0..50).collect();
            let packets = PacketTable { layout: Some("I420".into()), ..shown_at(&slots, &[0]) };
            let facts = streams.read_packets(Bytes(1000), &packets, &[]).expect("facts");
            assert_eq!(facts.missing.end.is_some(), lacks, "{declared} {audio:?} {subtitles}");
        }
    }

    #[test]
    fn audio_is_believed_by_its_packets_where_its_header_may_be_wrong() {
        let audio = |start: i64, duration: i64, promised| ListedStream {
            index: 1,
            kind: StreamKind::Audio,
            codec: Some("aac".into()),
            start: Some(Micros(start)),
            duration: Some(Micros(duration)),
            promised,
            audio: Some(crate::clip::listing::AudioDetails {
                sample_rate: 48_000,
                channels: 2,
                decodes: None,
            }),
            ..ListedStream::default()
        };
        let partial = ["partial file".to_owned()];
        let heard = PacketTable {
            presented: vec![Some(Micros(0)), Some(Micros(20_000))],
            durations: vec![Some(Micros(20_000)); 2],
            sizes: vec![500, 500],
            ..PacketTable::default()
        };
        let (empty, found) = (PacketTable::default(), Some(Micros(40_000)));
        // The stream, the log, who reads, the packets; whether it is doubted, its length then.
        let cases = [
            (audio(0, 5_000_000, Some(230)), &[][..], Reader::Native, &heard, false, Some(Micros(5_000_000))),
            (audio(0, 5_000_000, Some(230)), &partial, Reader::Native, &heard, true, found),
            (audio(0, 5_000_000, Some(230)), &partial, Reader::Core, &empty, true, None),
            (audio(0, 5_000_000, None), &[], Reader::Core, &empty, true, None),
            (audio(0, 5_000_000, None), &[], Reader::Browser, &empty, false, Some(Micros(5_000_000))),
            (audio(20_000, 4_900_000, None), &[], Reader::Native, &heard, false, Some(Micros(4_900_000))),
        ];
        for (stream, log, reader, packets, doubted, length) in cases {
            let (format, duration) = ("mov,mp4".into(), Some(Micros(5_000_000)));
            let mut listing = Listing { format, duration, ..listed("h264", at_25()) };
            listing.streams.push(stream.clone());
            let mut streams = read_streams(Bytes(1000), listing, &[], reader).expect("streams");
            let video = PacketTable { layout: Some("I420".into()), ..shown_at(&[0, 1, 2], &[0]) };
            let facts = streams.read_packets(Bytes(1000), &video, log).expect("facts");
            assert_eq!(streams.doubtful(&facts), doubted.then_some(1), "{stream:?}");
            if doubted {
                streams.hear(1, packets);
            }
            let facts = streams.read_packets(Bytes(1000), &video, log).expect("facts");
            assert_eq!(streams.doubtful(&facts), None, "{stream:?}");
            assert_eq!(facts.audio.first().map(|track| track.duration), length, "{stream:?}");
            let left_out: Vec<_> = facts.others.iter().map(|other| (other.kind, other.empty)).collect();
            assert_eq!(left_out, if length.is_none() { vec![(OtherKind::Audio, true)] } else { vec![] });
        }
    }

    #[test]
    fn an_empty_video_makes_way_for_the_next() {
        let mut listing = listed("h264", at_25());
        let second = ListedStream { index: 1, ..listing.streams[0].clone() };
        listing.streams[0].default = true;
        listing.streams.push(second);
        let streams = read_streams(Bytes(1000), listing, &[], Reader::Native).expect("streams");
        let next = streams.without_video().expect("another");
        let facts = next.read_packets(Bytes(1000), &shown_at(&[0, 1], &[0]), &[]).expect("facts");
        assert_eq!((streams.video_stream(), facts.video.index), (0, 1));
        assert_eq!(
            facts.others.first().map(|other| (other.kind, other.empty)),
            Some((OtherKind::Video, true))
        );
        assert!(next.without_video().is_none());
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
