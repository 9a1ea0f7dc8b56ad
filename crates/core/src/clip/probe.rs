//! Reads what ffprobe says of a file into `MediaFacts`, or into the reason why it is no clip.

use crate::clip::facts::{
    AudioFacts, Colour, Container, MediaFacts, OtherKind, OtherStream, Rotation, VideoFacts,
};
pub use crate::clip::failure::ProbeFailure;
use crate::clip::ffprobe::{Listing, Section};
use crate::units::{Bytes, FrameRate, Kbps, Micros};

/// What the first run of ffprobe told: enough to know which packets to look at.
#[derive(Debug, Clone)]
pub struct Streams {
    streams: Vec<RawStream>,
    format: Section,
    video: usize,
}

/// One stream as listed.
#[derive(Debug, Clone)]
struct RawStream {
    index: u32,
    fields: Section,
}

impl RawStream {
    fn read(fields: Section) -> Option<RawStream> {
        Some(RawStream { index: fields.number("index")?, fields })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.fields.text(name)
    }

    fn codec(&self) -> String {
        self.fields.owned("codec_name").unwrap_or_default()
    }

    fn is(&self, kind: &str) -> bool {
        self.text("codec_type") == Some(kind)
    }

    fn has(&self, disposition: &str) -> bool {
        self.fields.number(&format!("disposition.{disposition}")).is_some_and(|set: i32| set != 0)
    }

    fn tag(&self, name: &str) -> Option<&str> {
        self.fields.tag(name)
    }

    fn language(&self) -> Option<String> {
        self.tag("language").filter(|language| *language != "und").map(str::to_owned)
    }

    fn browser_sees(&self) -> Seen<'_> {
        Seen {
            layout: self.text(BROWSER_DECODES).unwrap_or_default(),
            mirrored: self.fields.number(MIRRORED).is_some_and(|set: i32| set != 0),
        }
    }

    fn is_still(&self) -> bool {
        self.has("attached_pic") || self.has("timed_thumbnails") || self.has("still_image")
    }
}

/// What the browser made of the picture when it examined the clip itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen<'a> {
    /// Layout of the frame that it decoded on trial, in WebCodecs' words; empty when it could not.
    pub layout: &'a str,
    /// The container wants the picture mirrored.
    pub mirrored: bool,
}

impl Seen<'_> {
    /// Whether the decoder hands out RGB, whatever is coded.
    pub(crate) fn is_rgb(&self) -> bool {
        ["RGBA", "RGBX", "BGRA", "BGRX"].contains(&self.layout)
    }

    /// The matrix of the frames as they come, where `told` is that of the file. Firefox hands out RGB, and what comes back from
    /// that is BT.709. Of a picture that does not say its matrix it takes BT.709 for granted, so that the values stay what
    /// they were, except in these codecs.
    pub(crate) fn matrix(&self, told: Option<String>, codec: &str) -> Option<String> {
        const TAKEN_FOR_BT601: [&str; 2] = ["vp8", "av1"];
        if self.is_rgb() && (told.is_some() || TAKEN_FOR_BT601.contains(&codec)) {
            Some("bt709".to_owned())
        } else {
            told
        }
    }
}

/// Who examines a clip, and is to decode it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The browser, or ffmpeg.wasm, some of whose decoders are missing.
    Page,
    /// A native ffmpeg: whether it decodes a codec shows when it does.
    Native,
}

/// Reads the answer to `arguments::probe_streams`. `listing` is what ffprobe wrote (empty when it wrote nothing), `log`
/// what it printed.
pub fn read_streams(
    file_bytes: Bytes,
    listing: &str,
    log: &[String],
    reader: Reader,
) -> Result<Streams, ProbeFailure> {
    if file_bytes.0 == 0 {
        return Err(ProbeFailure::Empty);
    }
    let logged = |part: &str| log.iter().any(|line| line.contains(part));
    let Listing { streams, format: file } = Listing::read(listing);
    let streams: Vec<RawStream> = streams.into_iter().filter_map(RawStream::read).collect();
    let format = file.owned("format_name").unwrap_or_default();
    if streams.is_empty() {
        return Err(if logged("moov atom not found") || logged("EBML header parsing failed") {
            ProbeFailure::Truncated { there: None, whole: None }
        } else if format.is_empty() {
            ProbeFailure::NotMedia
        } else {
            ProbeFailure::NoFrames
        });
    }
    // Demuxers that open single pictures and texts as if they were clips.
    if format.ends_with("_pipe") || ["image2", "tty", "txt", "ico"].contains(&format.as_str()) {
        return Err(ProbeFailure::NotVideo { format: format.trim_end_matches("_pipe").to_owned() });
    }
    let pictures = || streams.iter().enumerate().filter(|(_, s)| s.is("video") && !s.is_still());
    let chosen =
        pictures().find(|(_, s)| s.has("default")).or_else(|| pictures().next()).map(|(index, _)| index);
    let Some(video) = chosen else {
        let sound = streams.iter().any(|s| s.is("audio"));
        return Err(if sound { ProbeFailure::AudioOnly } else { ProbeFailure::NotVideo { format } });
    };
    let codec = streams[video].codec();
    let missing = reader == Reader::Page && not_decoded(&streams[video]);
    if codec.is_empty() || codec == "none" || codec == "unknown" || missing {
        let codec = if codec.is_empty() { "an unknown codec".to_owned() } else { codec };
        return Err(ProbeFailure::UnsupportedCodec { codec });
    }
    Ok(Streams { streams, format: file, video })
}

/// Whether nobody on a page decodes this picture: the browser has not, and the core cannot.
fn not_decoded(picture: &RawStream) -> bool {
    picture.browser_sees().layout.is_empty() && NOT_DECODED.contains(&picture.codec().as_str())
}

/// The layout of the picture, or of the sound, that the browser decoded on trial; empty where it could not, absent where it
/// was not asked.
const BROWSER_DECODES: &str = "clipfit_decodes";
/// 1 where the container wants the picture mirrored; told by the browser's look alone.
const MIRRORED: &str = "clipfit_mirrored";

/// Codecs that the core demuxes and has no decoder for.
const NOT_DECODED: [&str; 3] = ["av1", "vvc", "evc"];

impl Streams {
    /// The stream whose packets `arguments::probe_packets` must list.
    pub fn video_stream(&self) -> u32 {
        self.streams[self.video].index
    }

    /// What the browser made of the picture, where it was asked.
    pub fn browser_sees(&self) -> Seen<'_> {
        self.streams[self.video].browser_sees()
    }

    /// Whether the browser decodes this stream's sound, as far as is known: it is not always asked.
    pub fn browser_hears(&self, stream: u32) -> bool {
        let found = self.streams.iter().find(|raw| raw.index == stream);
        found.and_then(|raw| raw.text(BROWSER_DECODES)).is_none_or(|layout| !layout.is_empty())
    }

    /// Completes the facts with the answer to `arguments::probe_packets` and what ffprobe printed then.
    pub fn read_packets(
        &self,
        file_bytes: Bytes,
        packets: &str,
        log: &[String],
    ) -> Result<MediaFacts, ProbeFailure> {
        let raw = &self.streams[self.video];
        let zero = time(self.format.text("start_time")).unwrap_or_default();
        let declared = FrameRate::parse(raw.text("avg_frame_rate").unwrap_or(""))
            .or_else(|| FrameRate::parse(raw.text("r_frame_rate").unwrap_or("")));
        let mut packets = Packets::parse(packets, zero, declared);
        if let Some(at) = packets.jump {
            return Err(ProbeFailure::TimesJump { at });
        }
        // Without a time of its own the container cannot be sought in.
        if self.format.text("start_time").is_none() {
            packets.keyframes.clear();
        }
        let (Some(&first), Some(&last)) = (packets.times.first(), packets.times.last()) else {
            return Err(ProbeFailure::NoFrames);
        };
        let beat = Beat::of(&packets.times, raw, declared);
        let frame = beat.rate.time_of(1);
        let last_frame = packets.last_duration.filter(|d| d.0 > 0 && !beat.constant).unwrap_or(frame);
        let duration = last - first + last_frame;
        if log.iter().any(|line| CUT_OFF.iter().any(|sign| line.contains(sign))) {
            let whole = time(raw.text("duration")).or_else(|| time(self.format.text("duration")));
            return Err(ProbeFailure::Truncated {
                there: Some(duration),
                whole: whole.filter(|whole| *whole > duration),
            });
        }
        let (Some(width), Some(height)) =
            (raw.fields.number("width").filter(|w| *w > 0), raw.fields.number("height").filter(|h| *h > 0))
        else {
            return Err(ProbeFailure::UnsupportedCodec { codec: raw.codec() });
        };
        let video = VideoFacts {
            index: raw.index,
            codec: raw.codec(),
            profile: raw.fields.owned("profile"),
            pixel_format: raw.fields.owned("pix_fmt").unwrap_or_default(),
            width,
            height,
            sample_aspect: aspect(raw.text("sample_aspect_ratio")),
            rotation: rotation(raw),
            frame_rate: beat.rate,
            constant_rate: beat.constant,
            frames: packets.times.len() as u64,
            start: first,
            stamped_late: if packets.decoding_times {
                beat.rate.time_of(u64::from(raw.fields.number("has_b_frames").unwrap_or(0_u32)))
            } else {
                Micros(0)
            },
            duration,
            bytes: packets.bytes,
            colour: colour(raw),
            interlaced: matches!(raw.text("field_order"), Some("tt" | "bb" | "tb" | "bt")),
            gradual_refresh: packets.refreshes_gradually(),
            bytes_before: packets.keyframes.iter().map(|&(_, bytes)| bytes).collect(),
            keyframes: packets.keyframes.into_iter().map(|(time, _)| time).collect(),
        };
        let mut audio = self.audio(zero);
        Self::fill_in_bitrates(&mut audio, file_bytes, video.bytes, video.duration);
        Ok(MediaFacts { file_bytes, container: self.container(), zero, audio, others: self.others(), video })
    }

    fn container(&self) -> Container {
        let format = self.format.text("format_name").unwrap_or("");
        let brand = self.format.tag("major_brand");
        let names_only = |wanted: &[&str]| {
            self.streams.iter().all(|s| s.text("codec_name").is_some_and(|name| wanted.contains(&name)))
        };
        match format {
            "avi" => Container::Avi,
            "mpegts" => Container::MpegTs,
            _ if format.contains("mp4") && brand.is_none_or(|brand| brand.starts_with("qt")) => {
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

    /// The bitrate of tracks that tell none: what the picture and the other tracks leave of the file, shared evenly.
    fn fill_in_bitrates(audio: &mut [AudioFacts], file: Bytes, video: Bytes, duration: Micros) {
        let length = |track: &AudioFacts| if track.duration.0 > 0 { track.duration } else { duration };
        let known: u64 = audio.iter().filter_map(|track| Some(track.bitrate?.during(length(track)).0)).sum();
        let unknown = audio.iter().filter(|track| track.bitrate.is_none()).count() as u64;
        let rest = file.0.saturating_sub(video.0).saturating_sub(known) / unknown.max(1);
        for track in audio.iter_mut().filter(|track| track.bitrate.is_none()) {
            track.bitrate = Some(Bytes(rest).over(length(track))).filter(|rate| rate.0 > 0.0);
        }
    }

    fn audio(&self, zero: Micros) -> Vec<AudioFacts> {
        let tracks = self.streams.iter().filter(|s| s.is("audio"));
        tracks
            .filter_map(|raw| {
                let codec =
                    raw.fields.owned("codec_name").filter(|name| !name.is_empty() && name != "unknown")?;
                let declared =
                    raw.text("bit_rate").or_else(|| raw.tag("BPS")).and_then(|text| text.parse().ok());
                Some(AudioFacts {
                    index: raw.index,
                    codec,
                    profile: raw.fields.owned("profile"),
                    channels: raw.fields.number("channels").filter(|n| *n > 0)?,
                    sample_rate: raw
                        .text("sample_rate")
                        .and_then(|text| text.parse().ok())
                        .filter(|n| *n > 0)?,
                    bitrate: declared.map(|bits: f64| Kbps(bits / 1000.0)).filter(|rate| rate.0 > 0.0),
                    start: time(raw.text("start_time")).map_or(Micros(0), |start| start - zero),
                    duration: time(raw.text("duration"))
                        .or_else(|| raw.tag("DURATION").and_then(clock))
                        .unwrap_or_default(),
                    default: raw.has("default"),
                    language: raw.language(),
                })
            })
            .collect()
    }

    fn others(&self) -> Vec<OtherStream> {
        let known_audio: Vec<u32> = self.audio(Micros(0)).iter().map(|track| track.index).collect();
        self.streams
            .iter()
            .enumerate()
            .filter(|(index, raw)| *index != self.video && !known_audio.contains(&raw.index))
            .map(|(_, raw)| OtherStream {
                index: raw.index,
                kind: match raw.text("codec_type") {
                    Some("video") if raw.is_still() => OtherKind::CoverArt,
                    Some("video") => OtherKind::Video,
                    Some("subtitle") => OtherKind::Subtitle,
                    Some("data") => OtherKind::Data,
                    Some("attachment") => OtherKind::Attachment,
                    _ => OtherKind::Unknown,
                },
                codec: raw.fields.owned("codec_name").or_else(|| raw.tag("handler_name").map(str::to_owned)),
                language: raw.language(),
            })
            .collect()
    }
}

/// What demuxers print when packets lie beyond the file's end.
const CUT_OFF: [&str; 2] = ["partial file", "File ended prematurely"];

/// The packet list in numbers.
struct Packets {
    /// Presentation times of the shown frames, ascending, zero-based.
    times: Vec<Micros>,
    /// Presentation times of keyframes, ascending, zero-based, and the bytes of all packets before each.
    keyframes: Vec<(Micros, Bytes)>,
    bytes: Bytes,
    last_duration: Option<Micros>,
    /// Where the times start again or leap.
    jump: Option<Micros>,
    /// Bytes and number of keyframes and of other frames.
    key: (u64, u64),
    other: (u64, u64),
    /// Whether some packets tell no presentation time.
    decoding_times: bool,
}

impl Packets {
    /// Columns: pts_time, dts_time, duration_time, size, flags. Some may be `N/A`.
    fn parse(text: &str, zero: Micros, declared: Option<FrameRate>) -> Packets {
        let rate = declared.unwrap_or(FrameRate::whole(25));
        let mut packets = Packets {
            times: Vec::new(),
            keyframes: Vec::new(),
            bytes: Bytes(0),
            last_duration: None,
            decoding_times: false,
            jump: None,
            key: (0, 0),
            other: (0, 0),
        };
        let mut last = Micros(i64::MIN);
        let mut previous = None;
        for (row, line) in text.lines().enumerate() {
            let mut fields = line.trim().split(',');
            let (Some(pts), Some(dts), Some(duration), Some(size), Some(flags)) =
                (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            // Without any timestamp the declared rate is all there is.
            packets.decoding_times |= time(Some(pts)).is_none() && time(Some(dts)).is_some();
            let at = time(Some(pts))
                .or_else(|| time(Some(dts)))
                .unwrap_or_else(|| zero + rate.time_of(row as u64));
            let at = at - zero;
            let size = size.parse::<u64>().unwrap_or(0);
            packets.bytes.0 += size;
            let decoded = time(Some(dts)).map_or(at, |dts| dts - zero);
            if previous.is_some_and(|previous| leaps(previous, decoded)) {
                packets.jump = packets.jump.or(previous);
            }
            previous = Some(decoded);
            let is_key = flags.starts_with('K');
            let sums = if is_key { &mut packets.key } else { &mut packets.other };
            *sums = (sums.0 + size, sums.1 + 1);
            if is_key {
                packets.keyframes.push((at, Bytes(packets.bytes.0 - size)));
            }
            // The edit list cuts these away after decoding.
            if flags.contains('D') {
                continue;
            }
            packets.times.push(at);
            if at > last {
                last = at;
                packets.last_duration = time(Some(duration));
            }
        }
        packets.times.sort_unstable();
        packets.keyframes.sort_unstable();
        packets
    }
}

impl Packets {
    /// Whether "keyframes" are hardly larger than other frames: then the picture is refreshed strip by strip, and a decoder
    /// that starts there shows nothing until the refresh is through.
    fn refreshes_gradually(&self) -> bool {
        let mean = |(bytes, count): (u64, u64)| bytes as f64 / count.max(1) as f64;
        self.other.1 > 0 && mean(self.key) < 1.5 * mean(self.other)
    }
}

/// Decoding times never fall back by more than a second nor leap by more than this within one recording.
const LEAP: Micros = Micros(1_800_000_000);

fn leaps(previous: Micros, next: Micros) -> bool {
    next < previous - Micros(1_000_000) || next > previous + LEAP
}

/// The nominal rate, and whether all frames keep it.
struct Beat {
    rate: FrameRate,
    constant: bool,
}

impl Beat {
    fn of(times: &[Micros], raw: &RawStream, declared: Option<FrameRate>) -> Beat {
        let span = match (times.first(), times.last()) {
            (Some(&first), Some(&last)) if last > first => (last - first).seconds(),
            _ => return Beat { rate: declared.unwrap_or(FrameRate::whole(25)), constant: true },
        };
        let mean = (times.len() - 1) as f64 / span;
        let exact = [raw.text("r_frame_rate"), raw.text("avg_frame_rate")];
        let candidates = exact
            .into_iter()
            .flatten()
            .filter_map(FrameRate::parse)
            .chain([FrameRate::nearest(mean.clamp(0.01, 1000.0))]);
        for rate in candidates {
            if keeps(times, rate) {
                return Beat { rate, constant: true };
            }
        }
        // Uneven: the usual distance between frames sets the grid, so that fluent parts stay fluent.
        let mut gaps: Vec<i64> =
            times.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|gap| *gap > 0).collect();
        gaps.sort_unstable();
        let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(40_000).max(1);
        // Containers that tell milliseconds make 33 and 34 of a thirtieth: the mean of what is near the usual counts.
        let near = gaps.iter().filter(|&&gap| (gap - usual).abs() <= usual / 8);
        let (sum, count) = near.fold((0, 0), |(sum, count), gap| (sum + gap, count + 1));
        let mean = sum as f64 / f64::from(count.max(1));
        let rate = FrameRate::nearest((1e6 / mean.max(1.0)).clamp(1.0, 240.0));
        Beat { rate, constant: false }
    }
}

/// Whether frame `i` stands at the first frame's time plus `i / rate`, nearer to its slot than to any other by far.
fn keeps(times: &[Micros], rate: FrameRate) -> bool {
    let tolerance = (300_000.0 / rate.per_second()) as i64;
    let Some(&first) = times.first() else { return false };
    times
        .iter()
        .enumerate()
        .all(|(index, &at)| (at - first - rate.time_of(index as u64)).0.abs() <= tolerance)
}

/// Seconds with up to six decimals, as ffprobe writes times; exact, and quick enough for an hour's packets.
fn time(text: Option<&str>) -> Option<Micros> {
    let text = text?.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number = |text: &str| {
        let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.bytes().fold(0_i64, |sum, byte| sum * 10 + i64::from(byte - b'0')))
    };
    let fraction = fraction.get(..6).unwrap_or(fraction);
    let parts =
        if fraction.is_empty() { 0 } else { number(fraction)? * 10_i64.pow(6 - fraction.len() as u32) };
    let micros = number(whole)? * 1_000_000 + parts;
    Some(Micros(if negative { -micros } else { micros }))
}

/// `00:00:30.016000000`, as Matroska tags tell durations.
fn clock(text: &str) -> Option<Micros> {
    let mut parts = text.split(':').map(|part| part.parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(Micros::from_seconds(hours * 3600.0 + minutes * 60.0 + seconds))
}

fn aspect(text: Option<&str>) -> (u32, u32) {
    let parse = || {
        let (horizontal, vertical) = text?.split_once(':')?;
        let pair: (u32, u32) = (horizontal.parse().ok()?, vertical.parse().ok()?);
        // Beyond this it is a mistake in the file, not a format.
        let ratio = f64::from(pair.0) / f64::from(pair.1);
        (pair.0 > 0 && pair.1 > 0 && (0.1..=10.0).contains(&ratio)).then_some(pair)
    };
    parse().unwrap_or((1, 1))
}

/// ffprobe tells the counter-clockwise angle of the display matrix.
fn rotation(raw: &RawStream) -> Rotation {
    let angle = raw
        .fields
        .in_list("side_data_list.", "rotation")
        .and_then(|angle| angle.parse().ok())
        .unwrap_or(0.0_f64);
    match (angle.round() as i64).rem_euclid(360) {
        45..135 => Rotation::Left,
        135..225 => Rotation::Half,
        225..315 => Rotation::Right,
        _ => Rotation::None,
    }
}

fn colour(raw: &RawStream) -> Colour {
    let told = |name: &str| raw.fields.owned(name);
    let known = |value: Option<String>| {
        value.filter(|name| !matches!(name.as_str(), "unknown" | "reserved" | "unspecified" | "gbr"))
    };
    Colour {
        primaries: known(told("color_primaries")),
        transfer: known(told("color_transfer")),
        matrix: known(raw.browser_sees().matrix(told("color_space"), &raw.codec())),
        full_range: raw.text("color_range") == Some("pc"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "tests stop at the first surprise")]

    use super::*;

    #[test]
    fn times_are_read_exactly() {
        for (text, micros) in [
            ("1.459733", Some(1_459_733)),
            ("-0.083333", Some(-83_333)),
            ("12", Some(12_000_000)),
            ("0.5", Some(500_000)),
            ("41.3786670", Some(41_378_667)),
            ("N/A", None),
            ("", None),
            ("1e3", None),
            ("99999999999.0", None),
        ] {
            assert_eq!(time(Some(text)), micros.map(Micros), "{text}");
        }
    }

    #[test]
    fn what_comes_as_rgb_has_the_matrix_that_it_was_made_with() {
        let cases = [
            ("NV12", "vp8", None, None),
            ("NV12", "h264", Some("smpte170m"), Some("smpte170m")),
            ("BGRX", "h264", Some("smpte170m"), Some("bt709")),
            ("BGRX", "h264", None, None),
            ("BGRX", "vp8", None, Some("bt709")),
            ("RGBA", "av1", None, Some("bt709")),
            ("", "h264", Some("smpte170m"), Some("smpte170m")),
        ];
        for (layout, codec, told, matrix) in cases {
            let told =
                told.map_or(String::new(), |told| format!("streams.stream.0.color_space=\"{told}\"\n"));
            let listing = format!(
                "streams.stream.0.index=0\nstreams.stream.0.codec_type=\"video\"\nstreams.stream.0.codec_name=\"{codec}\"\n\
                 streams.stream.0.width=320\nstreams.stream.0.height=180\nstreams.stream.0.clipfit_decodes=\"{layout}\"\n{told}\
                 format.format_name=\"matroska,webm\"\nformat.start_time=\"0.0\"\n"
            );
            let streams = read_streams(Bytes(1000), &listing, &[], Reader::Page).expect("streams");
            let facts = streams.read_packets(Bytes(1000), "0.0,0.0,0.5,100,K_\n", &[]).expect("facts");
            assert_eq!(facts.video.colour.matrix.as_deref(), matrix, "{codec} as {layout}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_listing_is_survived(listing in "[ -~]{0,200}", packets in "[0-9.,KD_NA/\n-]{0,200}") {
            if let Ok(streams) = read_streams(Bytes(9), &listing, &[], Reader::Page) {
                let _ = streams.read_packets(Bytes(9), &packets, &[]);
            }
        }

        #[test]
        fn any_packets_of_a_good_listing_are_survived(packets in "([0-9.N/A-]{0,6},){0,5}[KD_]{0,2}(\n([0-9.]{1,6},){4}K_){0,3}") {
            let listing = "streams.stream.0.index=0\nstreams.stream.0.codec_type=\"video\"\nstreams.stream.0.codec_name=\"h264\"\nstreams.stream.0.width=320\nstreams.stream.0.height=180\nformat.format_name=\"avi\"\n";
            if let Ok(streams) = read_streams(Bytes(9), listing, &[], Reader::Native) {
                let _ = streams.read_packets(Bytes(9), &packets, &[]);
            }
        }
    }
}
