//! The target size: which video format, audio and encoder make the most of the bytes, and when nothing watchable fits.

use super::audio::{self, AudioPlan, WhyNoAudio};
use super::encode::{effort_of, encode_plan, engine_for, machine_notes};
use super::format::{self, Fixed};
use super::notes::{Note, encode_notes, source_notes, too_long};
use super::overhead::{overhead, overhead_with_audio};
use super::part::kept;
use super::refusal::{self, Refusal};
use super::types::{Action, Plan, RateControl, RemuxPlan};
use crate::clip::facts::{Container, Framing, MediaFacts, Missing};
use crate::clip::format::VideoFormat;
use crate::clip::rotation::Rotation;
use crate::machine::Preset;
use crate::machine::{Machine, VideoEncoder};
use crate::units::{Bytes, FrameRate, Kbps, Micros};
use crate::wishes::{AudioWish, Codec, Effort, Wishes};

/// What proved too much for the bytes while encoding.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ceiling {
    /// The short side must be below this.
    pub short_side: Option<u32>,
    /// The frame rate must be below this.
    pub frame_rate: Option<FrameRate>,
    /// The audio must take less than this.
    pub audio: Option<Kbps>,
    /// The result may be this large, although the source is smaller: nothing watchable fits the source's own size.
    pub room: Option<Bytes>,
}

/// Returns the plan of an encode to the target, below a ceiling.
pub fn plan_encode(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    ceiling: Ceiling,
) -> Result<Plan, Refusal> {
    let fixed = Fixed {
        height: wishes.height,
        frame_rate: wishes.frame_rate,
        short_side_below: ceiling.short_side,
        rate_below: ceiling.frame_rate,
    };
    sized(facts, wishes, machine, fixed, ceiling)
}

/// Clips up to this length are measured even where an estimate says that they cannot fit.
const MEASURED_UP_TO: Micros = Micros(300_000_000);

fn sized(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    fixed: Fixed,
    ceiling: Ceiling,
) -> Result<Plan, Refusal> {
    let mut notes = source_notes(facts, wishes);
    let limit = spendable(facts, wishes, fixed, ceiling.room);
    let (start, end) = kept(facts, wishes);
    let duration = (end - start).max(facts.video.frame_rate.time_of(1));
    // A video may be shorter than its audio: the audio takes bytes for all of its length.
    let audio_length = audio::audio_length(facts, wishes, duration);
    let source = facts.video.display_size();
    // Container overhead depends on the frame rate, which depends on the budget: the full rate is the safe side.
    let most = format::whole(source, facts.video.frame_rate, fixed);
    let least = format::smallest(source, facts.video.frame_rate, fixed);
    let beside = |video: Kbps, format: VideoFormat| {
        let container = overhead_with_audio(format.frame_rate.frames_in(duration), audio_length);
        let rest = limit.0.saturating_sub(video.during(duration).0).saturating_sub(container.0);
        Bytes(rest).over(audio_length)
    };
    let room = audio::Room {
        total: limit.over(duration.max(audio_length)),
        most: beside(format::least_rate(least), least),
        spare: beside(usable(facts, (start, start + duration), most), most),
    };
    let audio = audio::plan_audio(facts, wishes, room, ceiling.audio);
    let audio_bytes = audio.expected().during(audio_length);
    let video_bytes = |format: VideoFormat| {
        let frames = format.frame_rate.frames_in(duration);
        limit.0.saturating_sub(audio_bytes.0).saturating_sub(overhead(frames, &audio, audio_length).0)
    };
    let engine = engine_for(facts, wishes, machine);
    // An encoder that makes less of each byte needs fewer pixels to spend it on.
    let worth = if engine == VideoEncoder::Browser { worth_by_browser(wishes.codec) } else { 1.0 };
    let for_video = Kbps(Bytes(video_bytes(most)).over(duration).0 * worth);
    let format = format::choose(source, facts.video.frame_rate, for_video, fixed);
    let video = Bytes(video_bytes(format));
    if video.over(duration) < format::least_rate(format) {
        // A short clip is measured before it is refused, so that the least size that is named will do.
        if duration > MEASURED_UP_TO {
            return Err(refusal::refuse(facts, wishes, &audio, least));
        }
        notes.push(Note::MayNotFit);
    }
    encode_notes(facts, wishes, format, &audio, &mut notes);
    notes.extend(machine_notes(facts, wishes, machine));
    if limit < wishes.target {
        notes.push(Note::SourceIsSmaller { limit });
    }
    let preset = match effort_of(wishes, format, duration) {
        _ if engine == VideoEncoder::X265 => Preset::Medium,
        Effort::Best => Preset::Medium,
        Effort::Auto | Effort::Balanced => Preset::Veryfast,
        Effort::Fast => Preset::Superfast,
    };
    let control = match engine {
        VideoEncoder::Browser | VideoEncoder::X265 | VideoEncoder::NativeOther(_) => {
            RateControl::Measured { video }
        }
        VideoEncoder::Native | VideoEncoder::Own | VideoEncoder::Stock => RateControl::TwoPass { video },
    };
    let machine = Machine { engine, ..machine };
    let encode = encode_plan(facts, wishes, machine, format, preset, control, audio);
    Ok(Plan { limit: wishes.target.min(limit), action: Action::Encode(Box::new(encode)), notes })
}

/// Returns what the video can use at most: above it nobody sees a difference. A generous estimate, because what the first pass
/// finds to be left goes to the audio as well, and nothing comes back from there: as many bits for each pixel as even
/// restless videos look perfect with, and never much more than the source spends on the same frames, since its encoder
/// has thrown away what it could not keep. Small frames are nearly all headers.
fn usable(facts: &MediaFacts, (start, end): (Micros, Micros), format: VideoFormat) -> Kbps {
    let video = &facts.video;
    let perfect = format::comfortable_rate(format).0 * PERFECT;
    let spent = (video.bytes_until(end) - video.bytes_until(start)).max(0.0);
    let own = Bytes(spent as u64).over(end - start).0;
    let behind = if video.codec == "h264" { AGAIN } else { AGAIN_BEHIND };
    let rate = if own > 0.0 { perfect.min(own * behind) } else { perfect };
    Kbps(rate + HEADER_BITS * format.frame_rate.per_second() / 1000.0)
}

/// Times the comfortable bitrate: about 0.25 bits per pixel and frame.
const PERFECT: f64 = 8.0;
/// Times the source's own rate, to lose nothing that is visible beside it when it is encoded again...
const AGAIN: f64 = 1.5;
/// ...and where its codec may be one that makes more of each byte.
const AGAIN_BEHIND: f64 = 2.5;
/// What the headers of a frame take, however small it is.
const HEADER_BITS: f64 = 320.0;

/// Returns the bytes worth spending: a source that is already below the target is not inflated, even where it has to be
/// encoded. Only what would not be watchable at its own size gets more: some codecs keep a drawn video in next to
/// nothing.
fn spendable(facts: &MediaFacts, wishes: &Wishes, fixed: Fixed, room: Option<Bytes>) -> Bytes {
    let (start, end) = kept(facts, wishes);
    let whole = format::whole(facts.video.display_size(), facts.video.frame_rate, fixed);
    let audio = if facts.audio.is_empty() {
        0
    } else {
        PLAIN_AUDIO.during(audio::audio_length(facts, wishes, end - start)).0
    };
    let video = Kbps(PLAIN_VIDEO * format::comfortable_rate(whole).0).during(end - start);
    let container =
        overhead(whole.frame_rate.frames_in(end - start), &AudioPlan::None(WhyNoAudio::Silent), end - start);
    let watchable = Bytes(video.0 + audio + container.0).max(room.unwrap_or_default());
    wishes.target.min(facts.file_bytes.max(watchable))
}

/// Part of the comfortable bitrate at which a video is still watchable.
const PLAIN_VIDEO: f64 = 0.6;

/// Audio that is still understood well.
const PLAIN_AUDIO: Kbps = Kbps(32.0);

/// Returns whether these packets play everywhere, given the right container.
fn packets_play_everywhere(facts: &MediaFacts) -> bool {
    facts.video.codec == "h264"
        && matches!(facts.video.pixel_format.as_str(), "yuv420p" | "yuvj420p")
        && !facts.video.interlaced
        && !facts.video.is_hdr()
        && facts.video.resized.is_none()
        && audio::chosen_track(facts).is_none_or(|track| track.codec == "aac")
}

/// Returns whether the file plays everywhere as it is.
pub fn plays_everywhere(facts: &MediaFacts) -> bool {
    facts.container == Container::Mp4 && packets_play_everywhere(facts)
}

/// Returns whether the source, or its packets in another container, is already the answer.
pub(super) fn without_encoding(facts: &MediaFacts, wishes: &Wishes, limit: Bytes) -> Option<Action> {
    let changes = wishes.height.is_some_and(|height| height < facts.video.display_size().1)
        || wishes.frame_rate.is_some_and(|rate| rate.per_second() < facts.video.frame_rate.per_second())
        || wishes.trim.is_some()
        || facts.video.framing != Framing::default()
        || matches!(wishes.audio, AudioWish::Encode(_))
        || (wishes.audio == AudioWish::None && !facts.audio.is_empty())
        || audio::mixes_tracks(facts, wishes);
    let broken = facts.joined || facts.missing != Missing::default();
    if changes || broken || !packets_play_everywhere(facts) || facts.file_bytes > limit {
        return None;
    }
    match facts.container {
        Container::Mp4 if may_keep(facts) => Some(Action::Keep),
        Container::Mp4 => Some(Action::Remux(copied(facts))),
        // Rotation and pixel aspect travel in other ways in other containers; only plain video is copied.
        Container::Mov | Container::Matroska | Container::MpegTs
            if facts.video.rotation == Rotation::None && facts.video.constant_rate =>
        {
            Some(Action::Remux(copied(facts)))
        }
        _ => None,
    }
}

/// Returns whether a source that plays everywhere can be the result as it is: it tells nothing of whoever made it, and
/// has no empty track, at which some players stop.
fn may_keep(facts: &MediaFacts) -> bool {
    !facts.metadata.personal && facts.others.iter().all(|stream| !stream.empty)
}

/// Copies the source's packets into a file of their own.
fn copied(facts: &MediaFacts) -> RemuxPlan {
    RemuxPlan {
        video: facts.video.index,
        audio: audio::chosen_track(facts).map(|track| track.index),
        frames: facts.video.frames,
        duration: facts.video.duration,
        captured: facts.metadata.captured,
    }
}

/// Plans to hand over a source that plays everywhere: as it is, or copied without what it tells of whoever made it and
/// without empty tracks.
pub(crate) fn hand_over(facts: &MediaFacts, wishes: &Wishes, limit: Bytes) -> Plan {
    if may_keep(facts) {
        let notes = too_long(facts, wishes).into_iter().chain([Note::KeptAsIs]).collect();
        return Plan { limit, action: Action::Keep, notes };
    }
    let mut notes = source_notes(facts, wishes);
    notes.push(Note::Copied);
    Plan { limit, action: Action::Remux(copied(facts)), notes }
}

/// Returns what a byte of the browser's own encoder is worth beside one of x264's when a size is chosen for the video.
/// Software H.264 is visibly worse; but from 480p at 437 kb/s down to 432p nothing was gained (SSIM at the source's
/// size 0.957 both ways), and scaling costs time. VP9 and AV1 are about as good as x264.
fn worth_by_browser(codec: Codec) -> f64 {
    match codec {
        Codec::H264 => 0.75,
        Codec::H265 | Codec::Vp9 | Codec::Av1 => 1.0,
    }
}
