//! The notes on a plan as sentences.

use crate::clip::facts::{CutOff, OtherKind};
use crate::clip::watched::{Span, joined, total};
use crate::machine::WhyFfmpeg;
use crate::plan::audio::{LOWEST, WhyEncode, WhyNoAudio};
use crate::plan::format::HIGHEST_RATE;
use crate::plan::notes::{Note, Wished};
use crate::units::{Kbps, Micros};
impl Note {
    /// Returns whether something that the user may miss is lost, rather than merely converted.
    pub fn is_loss(&self) -> bool {
        matches!(
            self,
            Note::AudioDropped { why: WhyNoAudio::NoRoom | WhyNoAudio::Undecodable }
                | Note::NotAllUsed
                | Note::TracksDropped { .. }
                | Note::StreamDropped { .. }
                | Note::CutOff(_)
                | Note::BeginsMidway { .. }
                | Note::PartUnread { .. }
                | Note::AudioCopyImpossible { .. }
                | Note::AudioBeforeVideo { .. }
                | Note::AudioEndsEarly { .. }
                | Note::CodecNotHere { .. }
                | Note::X265Failed
                | Note::SourceDamaged { .. }
                | Note::Differs { .. }
                | Note::NotCompared
                | Note::EncoderFailed { .. }
                | Note::DolbyVision
                | Note::TooLong { .. }
        )
    }

    /// Returns the note as a sentence.
    pub fn text(&self) -> String {
        match self {
            Note::KeptAsIs => "It fits already and plays everywhere, so it stays exactly as it is.".into(),
            Note::Remuxed => "It fits already; only the container changes to MP4, without any loss.".into(),
            Note::Copied => {
                "It fits already and plays everywhere: audio and video are copied without any loss.".into()
            }
            Note::MetadataRemoved { dated: true } => {
                "Location, device and names are removed from the file; the date of capture stays.".into()
            }
            Note::MetadataRemoved { dated: false } => {
                "Location, device and names are removed from the file.".into()
            }
            Note::Downscaled { from, to } => {
                format!(
                    "Scaled from {}×{} to {}×{}: sharper at this size than more pixels would be.",
                    from.0, from.1, to.0, to.1
                )
            }
            Note::FewerFrames { from, to } if from.per_second() > HIGHEST_RATE + 0.5 => {
                format!("The frame rate drops from {from} to {to} fps, which every player can show.")
            }
            Note::FewerFrames { from, to } => {
                format!("The frame rate drops from {from} to {to} fps, which leaves more bytes for each frame.")
            }
            Note::ScaledUp { from, to } => {
                format!(
                    "This format is larger than the source: {}×{} is scaled up to {}×{}, which adds no detail.",
                    from.0, from.1, to.0, to.1
                )
            }
            Note::FramesRepeated { from, to } => {
                format!("This format has a higher frame rate than the source: some frames are repeated to go from {from} to {to} fps.")
            }
            Note::FormatIsFixed => {
                "The format sets its own height and frame rate; the chosen ones are ignored.".into()
            }
            Note::HeightsAreNamed => {
                "The renditions have their own heights; the height that was chosen as well is ignored.".into()
            }
            Note::LargerRenditionsLeftOut => {
                "The larger renditions are left out: the target is too small for them.".into()
            }
            Note::RenditionsAboveSource => {
                "Renditions above the size of the source are left out: they would be no sharper.".into()
            }
            Note::Barred => "The video's aspect ratio differs from the format's: black bars keep it undistorted.".into(),
            Note::WishAboveSource { what: Wished::Height } => {
                "The chosen height is above the source's, so the source's height is kept.".into()
            }
            Note::WishAboveSource { what: Wished::FrameRate } => {
                "The chosen frame rate is above the source's, so the source's frame rate is kept.".into()
            }
            Note::EvenFrames { rate } => {
                format!("Uneven frame times become a constant frame rate of {rate} fps.")
            }
            Note::TooLong { destination, longest, length, .. } => {
                let place = destination.destination().map_or("This destination", |found| found.label);
                format!("{place} takes clips of at most {longest}, and this one is {length} long. Keep a part of it.")
            }
            Note::Cropped { from, to } => {
                format!("Of {}×{} pixels, a part of {}×{} is kept.", from.0, from.1, to.0, to.1)
            }
            Note::Uprighted => "The rotation flag is applied, so that the video is upright everywhere.".into(),
            Note::SquarePixels => "Non-square pixels become square; the aspect ratio stays the same.".into(),
            Note::Deinterlaced => "Interlaced video is deinterlaced into whole frames.".into(),
            Note::FoundInterlaced => {
                "The file does not say so, but its video is interlaced: it is deinterlaced into whole frames.".into()
            }
            Note::Resized { from, to, reshaped } => {
                let shape = if *reshaped { ", and black bars keep the others undistorted" } else { "" };
                format!(
                    "The video's size changes midway, from {}×{} to {}×{}; the result has the largest{shape}.",
                    from.0, from.1, to.0, to.1
                )
            }
            Note::DolbyVision => {
                "This is Dolby Vision in a form that only Dolby Vision players show right: the result's colours may be off, often green and purple. Export the clip as HDR10 or SDR and compress that.".into()
            }
            Note::ToneMapped => {
                "HDR is tone-mapped to SDR, so that colours are right on every screen.".into()
            }
            Note::AudioEncoded { why, channels, bitrate } => audio_encoded(*why, *channels, *bitrate),
            Note::AudioDropped { why: WhyNoAudio::NoRoom } => format!(
                "Audio is left out: even at its lowest bitrate, {LOWEST}, it would leave too few bytes for any video. A larger target or a shorter part keeps it."
            ),
            Note::AudioRaised => "The video needs fewer bytes than expected, so the audio gets more.".into(),
            Note::AudioDropped { why: WhyNoAudio::Wished } => "Audio is left out, as chosen.".into(),
            Note::AudioDropped { why: WhyNoAudio::Undecodable } => {
                "The audio could not be decoded and is left out.".into()
            }
            Note::AudioBeforeVideo { lost } => {
                format!("The audio starts {lost} before the first frame; that part is left out.")
            }
            Note::AudioEndsEarly { at } => {
                format!("The audio ends at {at}: the rest of it could not be decoded.")
            }
            Note::StockEncoder => "Clipfit's fast encoder is not available here; ffmpeg.wasm's makes the same file, only slower.".into(),
            Note::DecodedByFfmpeg { why } => {
                format!("ffmpeg.wasm reads this clip, which takes longer: {}.", why.text())
            }
            Note::FastNotHere => "x264's quickest settings are used: this browser has no faster encoder of its own.".into(),
            Note::FastFailed => "The browser's own encoder did not do as asked, so x264 takes over.".into(),
            Note::CodecNotHere { codec, why } => {
                let why = why.map_or_else(
                    || format!("This clip cannot become {} here.", codec.name()),
                    |why| why.to_string(),
                );
                format!("{why} It becomes H.264, which plays everywhere.")
            }
            Note::X265Failed => {
                "x265 stopped or did not do as asked, so it becomes H.264, which plays everywhere.".into()
            }
            Note::EncoderFailed { codec } => format!(
                "The encoder for {} stopped or did not do as asked, so it becomes H.264, which plays everywhere.",
                codec.name()
            ),
            Note::NotAllUsed => "The encoder did not use all of the target: the clip is very short, or more bytes would hardly improve this video.".into(),
            Note::AudioDropped { why: WhyNoAudio::Silent } => "The source has no audio.".into(),
            Note::AudioCopyImpossible { codec } => {
                format!(
                    "The audio ({codec}) cannot be copied into an MP4 that plays everywhere; it is encoded as AAC."
                )
            }
            Note::TracksDropped { count, kept } => {
                let kept = kept.as_ref().map_or(String::new(), |language| format!(" ({language})"));
                let more = if *count == 1 {
                    "One more audio track is".into()
                } else {
                    format!("{count} more audio tracks are")
                };
                format!("{more} left out; the default one{kept} is kept.")
            }
            Note::EmptyTrackDropped { kind: OtherKind::Video } => {
                "A video track without content is left out.".into()
            }
            Note::EmptyTrackDropped { kind } => format!("{} without content is left out.", stream_name(*kind)),
            Note::CutOff(CutOff { there, whole: Some(whole) }) => {
                format!("{there} of {whole} are in this file: its end is missing.")
            }
            Note::CutOff(CutOff { there, whole: None }) => {
                format!("{there} are in this file: its end is missing.")
            }
            Note::PartUnread { share } => format!(
                "{share} % of this file belongs to no track that can be read: if it was joined from several files, only the first is here."
            ),
            Note::Joined => {
                "The timestamps in this file start again: its parts are put together, one after the other.".into()
            }
            Note::BeginsMidway { lost } => format!(
                "The first {lost} are left out: this recording begins between two keyframes, and only from a keyframe on are there whole frames."
            ),
            Note::TracksMixed { languages } => {
                let names: Vec<String> = languages
                    .iter()
                    .enumerate()
                    .map(|(index, language)| match language {
                        Some(language) => format!("{} ({language})", index + 1),
                        None => (index + 1).to_string(),
                    })
                    .collect();
                let (last, others) = names.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
                format!("Audio tracks {} and {last} are mixed into one.", others.join(", "))
            }
            Note::StreamDropped { kind, codec, language } => {
                let name = stream_name(*kind);
                let details: Vec<&str> =
                    [codec, language].into_iter().flatten().map(String::as_str).collect();
                let details =
                    if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
                format!("{name}{details} is left out: it cannot be kept in this kind of MP4.")
            }
            Note::SourceIsSmaller { limit } => {
                format!(
                    "The source is already below the target, but it does not play everywhere. As H.264 it takes at most {limit}."
                )
            }
            Note::SmallerThanPlanned { to } => {
                format!("This video needs more bytes than expected, so it was scaled to {}×{}.", to.0, to.1)
            }
            Note::MayNotFit => {
                "The target is very small for this clip; the video is measured first to see whether it is enough."
                    .into()
            }
            Note::SlowerThanPlanned { to } => {
                format!("This video needs more bytes than expected, so its frame rate drops to {to} fps.")
            }
            Note::SourceDamaged { video, partly, audio } => source_damaged(video, partly, audio),
            Note::OnlyFromStart => {
                "This video decodes right only from its start, so it is encoded in one piece, which takes longer.".into()
            }
            Note::Differs { video, audio } => {
                let parts = [stretches("other frames", video), stretches("other audio", audio)];
                format!(
                    "The result differs from the source: {}. Watch it before you use it; another effort or height may avoid it.",
                    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
                )
            }
            Note::NotCompared => {
                "The result could not be compared with the source, frame by frame. Watch it before you use it.".into()
            }
            Note::Saturated => {
                "More bytes would not make it any sharper, so it stays below the target.".into()
            }
        }
    }
}

fn source_damaged(video: &[Span], partly: &[Span], audio: &[Span]) -> String {
    let parts = [
        stretches("no video decodes", video),
        stretches("the video is damaged", partly),
        stretches("no audio decodes", audio),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let said = match parts.as_slice() {
        [] => "some of its frames decode only in part".into(),
        [one] => one.clone(),
        [first, last] => format!("{first} and {last}"),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    };
    format!("The source is damaged: {said}. All the rest is here.")
}

/// How many stretches are named one by one.
const NAMED: usize = 4;
/// Times are said to a tenth of a second.
const TENTH: Micros = Micros(100_000);
/// Stretches that are no further apart are named as one.
const NEAR: Micros = Micros(500_000);

/// `no video for 4.8 s (0:10 to 0:14)`; `None` where there is none.
fn stretches(what: &str, spans: &[Span]) -> Option<String> {
    if spans.is_empty() {
        return None;
    }
    let near = joined(spans, NEAR);
    let named: Vec<String> = near
        .iter()
        .take(NAMED)
        .map(|span| format!("{} to {}", span.from.on_clock(), span.to.on_clock()))
        .collect();
    let more = if near.len() > NAMED { ", and more" } else { "" };
    // In what is named as one, there may be whole parts.
    let apart = if total(&near) - total(spans) >= TENTH { ", in parts" } else { "" };
    Some(format!("{what} for {} ({}{more}{apart})", total(spans), named.join(", ")))
}

fn stream_name(kind: OtherKind) -> &'static str {
    match kind {
        OtherKind::Video => "A second video track",
        OtherKind::Audio => "An audio track",
        OtherKind::CoverArt => "The cover image",
        OtherKind::Subtitle => "A subtitle track",
        OtherKind::Data => "A data track",
        OtherKind::Attachment => "An attached file",
        OtherKind::Unknown => "An unknown track",
    }
}

fn audio_encoded(why: WhyEncode, (from, to): (u32, u32), bitrate: Option<Kbps>) -> String {
    let rate = bitrate.map_or(String::new(), |rate| format!(" at {rate}"));
    let reason = match why {
        WhyEncode::Wished => "as chosen",
        WhyEncode::Codec => "because its codec does not play everywhere",
        WhyEncode::Damaged => "because part of it is damaged",
        WhyEncode::TooLarge => "because a copy would leave too few bytes for the video",
        WhyEncode::Trimmed => "so that it is cut exactly",
        WhyEncode::Joined => "so that it stays in sync where the parts meet",
        WhyEncode::Recipe => "as the quick recipe does",
        WhyEncode::Mixed => "because several tracks become one",
        WhyEncode::Bandwidth => "because a copy would take more than this bandwidth allows for audio",
    };
    let layout = if from == to {
        String::new()
    } else {
        format!(", {} instead of {}", channel_layout(to), channel_layout(from))
    };
    format!("Audio is encoded as AAC{rate}{layout}, {reason}.")
}

/// Returns `mono`, `stereo`, `5.1` and the like.
pub fn channel_layout(channels: u32) -> String {
    match channels {
        1 => "mono".into(),
        2 => "stereo".into(),
        6 => "5.1".into(),
        8 => "7.1".into(),
        n => format!("{n} channels"),
    }
}

impl WhyFfmpeg {
    /// Returns it for the end of a sentence.
    pub fn text(self) -> &'static str {
        match self {
            WhyFfmpeg::NotHere => "this browser's own decoder is not available",
            WhyFfmpeg::Container => "only ffmpeg reads this kind of file reliably",
            WhyFfmpeg::Video => "this browser cannot decode the video",
            WhyFfmpeg::HighRange => "this browser hands out high dynamic range with 8 bits only",
            WhyFfmpeg::Interlaced => "interlaced video has to be deinterlaced",
            WhyFfmpeg::Mirrored => "the video has to be mirrored",
            WhyFfmpeg::Range => "this browser loses the video's full range of values",
            WhyFfmpeg::Wrong => "something about this file is unusual",
            WhyFfmpeg::Mix => "its audio channels or tracks have to be mixed",
            WhyFfmpeg::Remux => "only the container changes",
            WhyFfmpeg::Audio => "this browser cannot decode the audio",
            WhyFfmpeg::Different => "the faster decoder decoded parts of it differently",
            WhyFfmpeg::Midway => "the faster decoder failed midway",
            WhyFfmpeg::NoResult => "the faster codecs made no good result",
            WhyFfmpeg::Encoder => "Clipfit's fast encoder is not available here",
            WhyFfmpeg::X265 => "x265, which makes H.265, is part of it",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_damaged_is_said_with_time_and_length() {
        let span = |from: i64, to: i64| Span { from: Micros(from * 1000), to: Micros(to * 1000) };
        let video = vec![span(9_400, 9_500), span(9_600, 14_400), span(75_000, 75_500)];
        for (video, partly, audio, said) in [
            (
                video,
                Vec::new(),
                vec![span(9_400, 14_400)],
                "no video decodes for 5.4 s (0:09.4 to 0:14.4, 1:15.0 to 1:15.5, in parts) and no audio decodes for 5 s \
                 (0:09.4 to 0:14.4)",
            ),
            (
                vec![span(1_000, 2_000)],
                vec![span(4_000, 4_500)],
                vec![span(1_000, 2_000)],
                "no video decodes for 1 s (0:01.0 to 0:02.0), the video is damaged for 0.5 s (0:04.0 to 0:04.5) and \
                 no audio decodes for 1 s (0:01.0 to 0:02.0)",
            ),
            (Vec::new(), Vec::new(), Vec::new(), "some of its frames decode only in part"),
        ] {
            let text = Note::SourceDamaged { video, partly, audio }.text();
            assert_eq!(text, format!("The source is damaged: {said}. All the rest is here."));
        }
    }
}
