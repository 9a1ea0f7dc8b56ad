//! The remarks on a plan as sentences.

use crate::clip::facts::OtherKind;
use crate::machine::WhyFfmpeg;
use crate::plan::audio::{DROP_ABOVE, WhyEncode, WhyNoAudio};
use crate::plan::notes::{Note, Wished};
use crate::plan::picture::HIGHEST_RATE;
use crate::units::Kbps;
impl Note {
    /// Whether something that the person may miss gets lost (rather than being merely converted).
    pub fn is_loss(&self) -> bool {
        matches!(
            self,
            Note::AudioDropped { why: WhyNoAudio::NoRoom | WhyNoAudio::Undecodable }
                | Note::NotAllUsed
                | Note::TracksDropped { .. }
                | Note::StreamDropped { .. }
                | Note::AudioCopyImpossible { .. }
                | Note::SoundBeforePicture { .. }
                | Note::SoundEndsEarly { .. }
                | Note::CodecNotHere { .. }
                | Note::X265Failed
                | Note::EncoderFailed { .. }
        )
    }

    /// The remark as a sentence.
    pub fn text(&self) -> String {
        match self {
            Note::KeptAsIs => "It fits already and plays everywhere, so it stays exactly as it is.".into(),
            Note::Remuxed => "It fits already; only the container changes to MP4, without any loss.".into(),
            Note::Downscaled { from, to } => {
                format!(
                    "Scaled from {}×{} to {}×{}: sharper at this size than more pixels would be.",
                    from.0, from.1, to.0, to.1
                )
            }
            Note::FewerFrames { from, to } if from.per_second() > HIGHEST_RATE + 0.5 => {
                format!("{from} frames a second become {to}, which every player shows.")
            }
            Note::FewerFrames { from, to } => {
                format!("{from} frames a second become {to}, to leave more bytes for each.")
            }
            Note::ScaledUp { from, to } => {
                format!(
                    "This format is larger than the source: {}×{} is scaled up to {}×{}, which makes it no sharper.",
                    from.0, from.1, to.0, to.1
                )
            }
            Note::FramesRepeated { from, to } => {
                format!("This format has more frames than the source: of {from} a second some are shown twice to make {to}.")
            }
            Note::FormatIsFixed => {
                "The format has its own height and frame rate; those that were chosen do not count.".into()
            }
            Note::HeightsAreNamed => {
                "The renditions have heights of their own; the one that was chosen beside them does not count.".into()
            }
            Note::LargerRenditionsLeftOut => {
                "The larger renditions are left out: these bytes are too few for them.".into()
            }
            Note::RenditionsAboveSource => {
                "Renditions above the size of the source are left out: they would be no sharper.".into()
            }
            Note::Barred => "The shape of the picture is not the format's: black bars keep it undistorted.".into(),
            Note::WishAboveSource { what: Wished::Height } => {
                "The chosen height is above the source's; the source's is kept.".into()
            }
            Note::WishAboveSource { what: Wished::FrameRate } => {
                "The chosen frame rate is above the source's; the source's is kept.".into()
            }
            Note::EvenFrames { rate } => {
                format!("Uneven frame times are laid on an even {rate} frames a second.")
            }
            Note::Uprighted => "The rotation mark is applied, so that it is upright everywhere.".into(),
            Note::SquarePixels => "Stretched pixels become square; the shape stays the same.".into(),
            Note::Deinterlaced => "Interlaced fields are joined into whole frames.".into(),
            Note::ToneMapped => {
                "HDR is tone-mapped to standard range, so that colours are right on every screen.".into()
            }
            Note::AudioEncoded { why, channels, bitrate } => audio_encoded(*why, *channels, *bitrate),
            Note::AudioDropped { why: WhyNoAudio::NoRoom } => format!(
                "Sound is left out: even the smallest would take more than {:.0} % of these bytes. A larger target or a shorter part keeps it.",
                DROP_ABOVE * 100.0
            ),
            Note::AudioDropped { why: WhyNoAudio::Wished } => "Sound is left out, as chosen.".into(),
            Note::AudioDropped { why: WhyNoAudio::Undecodable } => {
                "The sound could not be decoded and is left out.".into()
            }
            Note::SoundBeforePicture { lost } => {
                format!("The first {lost} of the sound come before the first picture and are left out.")
            }
            Note::SoundEndsEarly { at } => {
                format!("The sound ends at {at}: the rest of it could not be decoded.")
            }
            Note::StockEncoder => "Clipfit's fast encoder is not available here; the stock one makes the same file, only slower.".into(),
            Note::DecodedByFfmpeg { why } => {
                format!("ffmpeg.wasm reads this clip, which takes longer: {}.", why.text())
            }
            Note::FastNotHere => "x264's quickest settings are used: this browser has no encoder of its own that is quicker.".into(),
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
            Note::NotAllUsed => "The encoder did not use all of the target: the clip is very short, or this picture gains next to nothing from more bytes.".into(),
            Note::AudioDropped { why: WhyNoAudio::Silent } => "The source has no sound.".into(),
            Note::AudioCopyImpossible { codec } => {
                format!(
                    "The sound ({codec}) cannot be copied into an MP4 that plays everywhere; it is encoded as AAC."
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
            Note::StreamDropped { kind, codec, language } => {
                let name = match kind {
                    OtherKind::Video => "A second picture",
                    OtherKind::CoverArt => "The cover picture",
                    OtherKind::Subtitle => "A subtitle track",
                    OtherKind::Data => "A data track",
                    OtherKind::Attachment => "An attached file",
                    OtherKind::Unknown => "An unknown track",
                };
                let details: Vec<&str> =
                    [codec, language].into_iter().flatten().map(String::as_str).collect();
                let details =
                    if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
                format!("{name}{details} is left out: it cannot be kept in this kind of MP4.")
            }
            Note::SourceIsSmaller { limit } => {
                format!(
                    "The source is below the target already, but does not play everywhere as it is. As H.264 it takes at most {limit}."
                )
            }
            Note::SmallerThanPlanned { to } => {
                format!("This picture needs more bytes than expected, so it was made {}×{}.", to.0, to.1)
            }
            Note::MayNotFit => {
                "This is very little for this clip; the picture is measured first to see whether it can do."
                    .into()
            }
            Note::SlowerThanPlanned { to } => {
                format!("This picture needs more bytes than expected, so it has {to} frames a second.")
            }
            Note::Saturated => {
                "More bytes would not make it any sharper, so it stays below the target.".into()
            }
        }
    }
}

fn audio_encoded(why: WhyEncode, (from, to): (u32, u32), bitrate: Option<Kbps>) -> String {
    let rate = bitrate.map_or(String::new(), |rate| format!(" at {rate}"));
    let reason = match why {
        WhyEncode::Wished => "as chosen",
        WhyEncode::Codec => "since its codec does not play everywhere",
        WhyEncode::TooLarge => "since a copy would take too much from the picture",
        WhyEncode::Trimmed => "so that it is cut exactly",
        WhyEncode::Recipe => "as the quick recipe does",
        WhyEncode::Bandwidth => "since a copy would take more than belongs beside this bandwidth",
    };
    let layout = if from == to {
        String::new()
    } else {
        format!(", {} instead of {}", channel_layout(to), channel_layout(from))
    };
    format!("Sound is encoded as AAC{rate}{layout}, {reason}.")
}

/// `mono`, `stereo`, `5.1` ...
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
    /// For the end of a sentence.
    pub fn text(self) -> &'static str {
        match self {
            WhyFfmpeg::NotHere => "this browser's own decoder is not to be had",
            WhyFfmpeg::Container => "the way this file is built is left to ffmpeg",
            WhyFfmpeg::Picture => "this browser cannot decode the picture",
            WhyFfmpeg::HighRange => "high dynamic range has to be mapped",
            WhyFfmpeg::Interlaced => "interlaced fields have to be joined",
            WhyFfmpeg::Mirrored => "the picture has to be mirrored",
            WhyFfmpeg::Range => "this browser loses the picture's full range of values",
            WhyFfmpeg::Wrong => "something about this file is unusual",
            WhyFfmpeg::Mix => "the channels of its sound have to be mixed",
            WhyFfmpeg::Remux => "only the container changes",
            WhyFfmpeg::Sound => "this browser cannot decode the sound",
            WhyFfmpeg::Midway => "the browser's own decoder failed midway",
            WhyFfmpeg::Encoder => "Clipfit's fast encoder is not available here",
            WhyFfmpeg::X265 => "x265, which makes H.265, is part of it",
        }
    }
}
