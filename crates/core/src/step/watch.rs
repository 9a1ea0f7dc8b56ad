//! Decoding a file to see and hear what is in it, or a part of it: the step for the browser, and what either
//! decoder writes. Knows nothing of what follows from it.

use crate::clip::watched::{self, Perceived, WINDOW, Watched};
use crate::plan::types::Upright;
use crate::step::answer::Answer;
use crate::step::files::{HEARD_FILE, SHOWN_FILE, WATCHED_FILE};
use crate::step::webcodecs::{DecodeStep, ListenStep};
use crate::step::{Output, Written};
use crate::units::{FrameRate, Micros};
use serde::Serialize;

/// Decodes a file to see and hear what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WatchStep {
    /// Its frames; `None` leaves them out.
    pub video: Option<SampleStep>,
    /// Audio to listen to; `None` leaves it out.
    pub audio: Option<ListenStep>,
}

/// Decodes frames and samples some of them: their luma, one sample after the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SampleStep {
    /// The slots, at the size of a sample or a multiple of it.
    pub decode: DecodeStep,
    /// So many times a sample's width and height; a sample's pixel is the mean of them.
    pub finer: u32,
    /// Of so many slots the first is sampled.
    pub every: u64,
    /// What is added to luma for each unit of blue and of red chroma of frames that come as RGB. What a browser made with
    /// BT.601 becomes luma of BT.709, and this makes it what was coded.
    pub luma_of_chroma: [f64; 2],
    /// Frames of several shapes are fitted into this size first, as the result has them. Only ffmpeg does that, and the
    /// browser is never asked to.
    #[serde(skip)]
    pub fitted: Option<(u32, u32)>,
    /// What ffmpeg does first to frames that it has turned upright, instead of `decode.crop` of the coded ones.
    #[serde(skip)]
    pub upright: Option<Upright>,
}

impl WatchStep {
    /// Returns whether there is nothing to see and to hear.
    pub(crate) fn is_empty(&self) -> bool {
        self.video.is_none() && self.audio.is_none()
    }
}

impl SampleStep {
    /// Returns how many samples it makes.
    pub(crate) fn samples(&self) -> u64 {
        self.decode.frames.div_ceil(self.every.max(1))
    }
}

/// What a decoder found in a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// Samples of it.
    pub watched: Watched,
    /// Times in the file of all decoded frames, ascending; `None` from a browser that passes over no error: it loses none.
    pub decoded: Option<Vec<Micros>>,
    /// Whether frames came as RGB, whatever is coded.
    pub rgb: bool,
    /// Whether the decoder reported errors.
    pub errors: bool,
    /// Whether it complained of what it decodes, but handed it out as if nothing were amiss.
    pub complaints: bool,
}

/// Luma of BT.601 from luma and chroma of BT.709, in limited range: with Kr and Kb of both (Rec. ITU-T H.273, table 4),
/// 0.299 * 1.5748 - 0.587 * 0.4681 of red and 0.114 * 1.8556 - 0.587 * 0.1873 of blue, times 219 / 224.
pub const BT601_FROM_BT709: [f64; 2] = [0.0993, 0.1917];

/// Returns how many slots one sample stands for at this rate.
pub fn every(rate: FrameRate) -> u64 {
    ((rate.per_second() / watched::PER_SECOND).floor() as u64).max(1)
}

/// Returns the files that watching writes; the browser answers with the loudness instead.
pub(crate) fn outputs(by_browser: bool) -> Vec<Output> {
    let names: &[&str] = if by_browser { &[WATCHED_FILE] } else { &[WATCHED_FILE, SHOWN_FILE, HEARD_FILE] };
    names.iter().map(|&name| Output { name: name.into(), keep: None, read: usize::MAX }).collect()
}

/// Returns the file that lists only the times of frames.
pub(crate) fn times_only() -> Vec<Output> {
    vec![Output { name: SHOWN_FILE.into(), keep: None, read: usize::MAX }]
}

/// Reads the times in it.
pub(crate) fn read_times(outputs: &[Written]) -> Option<Vec<Micros>> {
    let file = outputs.iter().find(|written| written.name == SHOWN_FILE)?;
    Some(times(&String::from_utf8_lossy(&file.head))).filter(|times| !times.is_empty())
}

/// What ffmpeg prints when a packet does not decode, or only in part (the first is of ffmpeg 5, the second of later
/// ones), and when the container has holes.
const ERRORS: [&str; 5] = [
    "Error while decoding stream",
    "Error submitting packet to decoder",
    "corrupt decoded frame",
    "corrupt input packet",
    "invalid as first byte of an EBML number",
];

/// Returns whether a line of ffmpeg's log is about a packet that is not whole, or did not decode as a whole.
fn is_decode_error(line: &str) -> bool {
    ERRORS.iter().any(|error| line.contains(error))
}

/// What decoders of video say of damage that they hide.
const COMPLAINTS: [&str; 9] = [
    "error while decoding MB",
    "concealing",
    "CABAC_MAX_BIN",
    "outside the valid range",
    "out of range",
    "damaged at",
    "invalid",
    "overread",
    "Truncat",
];

/// Returns whether a line is such a complaint of the decoder of this codec: `[hevc @ 0x5] CABAC_MAX_BIN : 7`.
fn is_complaint(line: &str, codec: &str) -> bool {
    let text = line.strip_prefix('[').and_then(|line| line.strip_prefix(codec));
    text.is_some_and(|text| text.starts_with(" @") && COMPLAINTS.iter().any(|word| text.contains(word)))
}

/// Returns how many packets or frames a decoder reports errors for.
pub(crate) fn decode_errors(log: &[String]) -> usize {
    log.iter().filter(|line| is_decode_error(line)).count()
}

/// Reads what watching a file brought, whose video has this codec; `origin` is the time in the file at which the first
/// window begins.
pub(crate) fn read(
    answer: Option<Answer>,
    outputs: &[Written],
    log: &[String],
    origin: Micros,
    codec: &str,
) -> Option<Seen> {
    let file = |name: &str| outputs.iter().find(|written| written.name == name).map(|written| &written.head);
    let text = |name: &str| file(name).map(|head| String::from_utf8_lossy(head).into_owned());
    let frames = file(WATCHED_FILE).cloned();
    let errors = decode_errors(log) > 0;
    let complaints = log.iter().any(|line| is_complaint(line, codec));
    Some(match answer {
        Some(Answer::Heard(Perceived { windows, rgb, decoded })) => {
            let frames = frames.unwrap_or_default();
            // Errors are passed over only after there were some.
            let errors = errors || decoded.is_some();
            Seen { watched: Watched { frames, loudness: windows }, decoded, rgb, errors, complaints }
        }
        Some(_) => return None,
        None => {
            let loudness = text(HEARD_FILE).map(|text| loudness(&text, origin)).unwrap_or_default();
            let decoded = Some(times(&text(SHOWN_FILE)?));
            Seen { watched: Watched { frames: frames?, loudness }, decoded, rgb: false, errors, complaints }
        }
    })
}

/// Reads the times of frames that ffmpeg's `framecrc` lists: a time base, then a line for each frame with its time
/// third (https://ffmpeg.org/ffmpeg-formats.html#framecrc).
fn times(text: &str) -> Vec<Micros> {
    let base = text.lines().find_map(|line| {
        let (numerator, denominator) = line.strip_prefix("#tb 0: ")?.split_once('/')?;
        Some(numerator.parse::<f64>().ok()? / denominator.parse::<f64>().ok()?)
    });
    let Some(base) = base.filter(|base| base.is_finite()) else { return Vec::new() };
    let time = |line: &str| line.split(',').nth(2)?.trim().parse::<i64>().ok();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut times: Vec<Micros> =
        lines.filter_map(time).map(|ticks| Micros::from_seconds(ticks as f64 * base)).collect();
    times.sort_unstable();
    times
}

/// Reads what ffmpeg's `ametadata` prints of `astats`, two lines for each decoded piece: its time, and its level.
fn loudness(text: &str, origin: Micros) -> Vec<Option<f32>> {
    /// More windows than any clip has.
    const MOST: usize = 10_000_000;
    // Mean squares, weighted by the pieces' lengths, of which a piece's neighbour tells.
    let mut windows: Vec<(f64, f64)> = Vec::new();
    let mut at: Option<f64> = None;
    let mut pieces: Vec<(f64, f64)> = Vec::new();
    for line in text.lines() {
        if let Some((_, time)) = line.split_once("pts_time:") {
            at = time.trim().parse().ok();
        } else if let (Some(time), Some((_, level))) = (at.take(), line.split_once("RMS_level=")) {
            // Silence is `-inf`.
            pieces.push((time, level.trim().parse::<f64>().unwrap_or(f64::NEG_INFINITY)));
        }
    }
    let usual = usual_length(&pieces);
    for &(time, level) in &pieces {
        let from = time - origin.seconds();
        let power = 10f64.powf(level / 10.0);
        let (mut start, end) = (from.max(0.0), from + usual);
        while start < end {
            let index = (start / WINDOW.seconds() + 1e-9) as usize;
            if index >= MOST {
                break;
            }
            let stop = ((index + 1) as f64 * WINDOW.seconds()).min(end);
            if windows.len() <= index {
                windows.resize(index + 1, (0.0, 0.0));
            }
            windows[index].0 += power * (stop - start);
            windows[index].1 += stop - start;
            start = stop.max(start + 1e-6);
        }
    }
    let level = |&(sum, length): &(f64, f64)| {
        (length > 0.0).then(|| (10.0 * (sum / length).log10()).max(f64::from(watched::SILENCE)) as f32)
    };
    windows.iter().map(level).collect()
}

/// Returns the usual distance between two pieces, in seconds.
fn usual_length(pieces: &[(f64, f64)]) -> f64 {
    let mut apart: Vec<f64> =
        pieces.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|gap| *gap > 0.0).collect();
    apart.sort_unstable_by(f64::total_cmp);
    apart.get(apart.len() / 2).copied().unwrap_or(0.02).min(WINDOW.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ffmpeg_lists_is_read() {
        let shown = "#software: Lavf59.27.100\n#tb 0: 1/12800\n#media_type 0: video\n\
            0,          0,          0,      512,      472, 0x95671d8c\n\
            0,        512,       1024,      512,      472, 0x71321ae4\n\
            0,       1024,        512,      512,      472, 0xedf01bdb\n";
        assert_eq!(times(shown), [0, 40_000, 80_000].map(Micros));
        // Ten pieces of 20 ms from 1.0 s on, a gap of 0.1 s, then five of silence.
        let piece = |time: f64, level: &str| {
            format!("frame:0    pts:0       pts_time:{time:.6}\nlavfi.astats.Overall.RMS_level={level}\n")
        };
        let loud = (0..10).map(|index| piece(1.0 + f64::from(index) * 0.02, "-20.000000"));
        let silent = (0..5).map(|index| piece(1.3 + f64::from(index) * 0.02, "-inf"));
        let heard: String = loud.chain(silent).collect();
        let found = loudness(&heard, Micros(900_000));
        let rounded: Vec<Option<i32>> =
            found.iter().map(|level| level.map(|level| level.round() as i32)).collect();
        assert_eq!(rounded, [None, Some(-20), Some(-20), None, Some(-100)]);
    }

    #[test]
    fn decode_errors_are_told_from_other_lines() {
        for (line, error) in [
            ("Error while decoding stream #0:0: Invalid data found when processing input", true),
            ("[vist#0:0/h264 @ 0x5] Error submitting packet to decoder: Invalid data found", true),
            ("source: corrupt decoded frame in stream 0", true),
            (
                "[matroska,webm @ 0x5] 0x00 at pos 197000 (0x30188) invalid as first byte of an EBML number",
                true,
            ),
            ("frame=  240 fps=0.0 q=-0.0 Lsize=N/A time=00:00:09.96 bitrate=N/A speed=25x", false),
        ] {
            assert_eq!(is_decode_error(line), error, "{line}");
        }
        for (line, complaint) in [
            ("[hevc @ 0x5] CABAC_MAX_BIN : 7", true),
            ("[hevc @ 0x5] The cu_qp_delta 1094995529 is outside the valid range [-26, 25].", true),
            ("[h264 @ 0x5] error while decoding MB 9 1, bytestream -30", false),
            ("[hevc @ 0x5] mmco: unref short failure", false),
            ("[hevc_metadata @ 0x5] invalid", false),
        ] {
            assert_eq!(is_complaint(line, "hevc"), complaint, "{line}");
        }
    }
}
