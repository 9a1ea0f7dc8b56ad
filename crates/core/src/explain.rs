//! What a plan does, in sentences for people: every change and every omission with its reason.
//! The interface prints these; it never builds its own.

use crate::audio::{AudioPlan, DROP_ABOVE, WhyEncode, WhyNoAudio, chosen_track};
use crate::browser::WhyFfmpeg;
use crate::encoder::CodecUnavailable;
use crate::facts::{MediaFacts, OtherKind, Rotation};
use crate::picture::{HIGHEST_RATE, Picture};
use crate::units::{Bytes, FrameRate, Kbps, Micros};
use crate::wishes::{AudioWish, Codec, Wishes};
use serde::{Deserialize, Serialize};

/// One remark on a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Note {
    /// Nothing is done.
    KeptAsIs,
    /// Only the container changes.
    Remuxed,
    /// The picture is made smaller.
    Downscaled {
        /// Size as seen in the source.
        from: (u32, u32),
        /// Size of the result.
        to: (u32, u32),
    },
    /// Frames are left out.
    FewerFrames {
        /// Rate of the source.
        from: FrameRate,
        /// Rate of the result.
        to: FrameRate,
    },
    /// The format that was asked for is larger than the source.
    ScaledUp {
        /// Size as seen in the source.
        from: (u32, u32),
        /// Size of the result.
        to: (u32, u32),
    },
    /// The format that was asked for has more frames than the source.
    FramesRepeated {
        /// Rate of the source.
        from: FrameRate,
        /// Rate of the result.
        to: FrameRate,
    },
    /// A wished height or frame rate is not the format's.
    FormatIsFixed,
    /// A wished height is none of the renditions'.
    HeightsAreNamed,
    /// The target of a package is too little for its larger renditions.
    LargerRenditionsLeftOut,
    /// Renditions that were asked for are larger than the source and left out.
    RenditionsAboveSource,
    /// The shapes of source and format differ: there are black bars.
    Barred,
    /// A wish above the source was lowered to the source.
    WishAboveSource {
        /// The wished quantity.
        what: Wished,
    },
    /// Uneven frame times are laid on an even grid.
    EvenFrames {
        /// Rate of the grid.
        rate: FrameRate,
    },
    /// Rotation metadata is applied to the picture itself.
    Uprighted,
    /// Pixels that were not square become square.
    SquarePixels,
    /// Interlaced fields are joined.
    Deinterlaced,
    /// High dynamic range becomes SDR.
    ToneMapped,
    /// Sound is encoded again.
    AudioEncoded {
        /// The reason.
        why: WhyEncode,
        /// Channels before and after.
        channels: (u32, u32),
        /// The new rate; `None` is the encoder's default.
        bitrate: Option<Kbps>,
    },
    /// Sound is left out.
    AudioDropped {
        /// The reason.
        why: WhyNoAudio,
    },
    /// Sound that is earlier than the first frame is cut off.
    SoundBeforePicture {
        /// How much.
        lost: Micros,
    },
    /// Not all of the sound could be decoded.
    SoundEndsEarly {
        /// Where it ends in the result.
        at: Micros,
    },
    /// A wished copy of the sound is not possible.
    AudioCopyImpossible {
        /// The source's codec.
        codec: String,
    },
    /// More than one sound: the others are left out.
    TracksDropped {
        /// How many.
        count: usize,
        /// Language of the kept one, if it says.
        kept: Option<String>,
    },
    /// A stream that MP4 with one picture and one sound does not carry on.
    StreamDropped {
        /// What it is.
        kind: OtherKind,
        /// Its codec.
        codec: Option<String>,
        /// Its language.
        language: Option<String>,
    },
    /// The source is below the target already, has to be encoded all the same, and is not blown up to the target.
    SourceIsSmaller {
        /// The size that is not exceeded.
        limit: Bytes,
    },
    /// The picture turned out too much for the bytes and was made smaller while running.
    SmallerThanPlanned {
        /// The new size.
        to: (u32, u32),
    },
    /// The bytes are probably too few; the picture is measured to know.
    MayNotFit,
    /// The picture turned out too much for the bytes and frames were left out while running.
    SlowerThanPlanned {
        /// The new rate.
        to: FrameRate,
    },
    /// Clipfit's own encoder is not to be had: the stock one does the same, several times slower.
    StockEncoder,
    /// The browser's own codecs cannot do this clip: ffmpeg.wasm decodes it.
    DecodedByFfmpeg {
        /// The reason.
        why: WhyFfmpeg,
    },
    /// The browser has no encoder of its own that is quicker than x264's quickest settings: those serve `Effort::Fast`.
    FastNotHere,
    /// The browser's own encoder failed or does not keep to its rate: x264 does it.
    FastFailed,
    /// Nothing here encodes the wished codec: it becomes H.264.
    CodecNotHere {
        /// The wished one.
        codec: Codec,
        /// The reason; `None` where it is this clip's way that leads past the encoder.
        why: Option<CodecUnavailable>,
    },
    /// x265 hung, failed or does not keep to its rate: it becomes H.264.
    X265Failed,
    /// A native ffmpeg's encoder for this codec failed or does not keep to its rate: it becomes H.264.
    EncoderFailed {
        /// The wished codec.
        codec: Codec,
    },
    /// The encoder stayed below the floor after every permitted correction.
    NotAllUsed,
    /// More bytes would not be visible: the result stays below the target.
    Saturated,
}

/// Quantities that a person may set too high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wished {
    /// Height of the picture.
    Height,
    /// Frames per second.
    FrameRate,
}

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
                    CodecUnavailable::text,
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

/// Less sound than this before the first picture nobody misses.
const NOTICED: Micros = Micros(200_000);

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

/// What follows from the source alone.
pub(crate) fn source_notes(facts: &MediaFacts) -> Vec<Note> {
    let mut notes = Vec::new();
    if facts.audio.len() > 1 {
        let kept = chosen_track(facts).and_then(|track| track.language.clone());
        notes.push(Note::TracksDropped { count: facts.audio.len() - 1, kept });
    }
    notes.extend(facts.others.iter().map(|stream| Note::StreamDropped {
        kind: stream.kind,
        codec: stream.codec.clone(),
        language: stream.language.clone(),
    }));
    notes
}

/// What follows from encoding `facts` as `picture` and `audio`.
pub(crate) fn encode_notes(
    facts: &MediaFacts,
    wishes: &Wishes,
    picture: Picture,
    audio: &AudioPlan,
    notes: &mut Vec<Note>,
) {
    let video = &facts.video;
    let from = video.display_size();
    let to = (picture.width, picture.height);
    if wishes.height.is_none() && from.1 > to.1 + 1 {
        notes.push(Note::Downscaled { from, to });
    }
    if wishes.frame_rate.is_none() && picture.frame_rate.per_second() < video.frame_rate.per_second() * 0.999
    {
        notes.push(Note::FewerFrames { from: video.frame_rate, to: picture.frame_rate });
    }
    if wishes.height.is_some_and(|height| height > from.1) {
        notes.push(Note::WishAboveSource { what: Wished::Height });
    }
    if wishes.frame_rate.is_some_and(|rate| rate.per_second() > video.frame_rate.per_second() * 1.001) {
        notes.push(Note::WishAboveSource { what: Wished::FrameRate });
    }
    conversion_notes(facts, wishes, picture, audio, notes);
}

/// What follows from bringing `facts` into a fixed format, with the picture of size `inside` in its frame.
pub(crate) fn rung_notes(
    facts: &MediaFacts,
    wishes: &Wishes,
    picture: Picture,
    inside: (u32, u32),
    audio: &AudioPlan,
    notes: &mut Vec<Note>,
) {
    let (from, to) = (facts.video.display_size(), (picture.width, picture.height));
    let own = facts.video.frame_rate;
    let remarks = [
        // A few pixels more are rounding, and a twentieth more frames is film on a television's rate.
        (inside.0 > from.0 + 2 && inside.1 > from.1 + 2, Note::ScaledUp { from, to: inside }),
        (
            picture.frame_rate.per_second() > own.per_second() * 1.001,
            Note::FramesRepeated { from: own, to: picture.frame_rate },
        ),
        (inside != to, Note::Barred),
        (wishes.height.is_some() || wishes.frame_rate.is_some(), Note::FormatIsFixed),
    ];
    notes.extend(remarks.into_iter().filter(|(applies, _)| *applies).map(|(_, note)| note));
    conversion_notes(facts, wishes, picture, audio, notes);
}

pub(crate) fn conversion_notes(
    facts: &MediaFacts,
    wishes: &Wishes,
    picture: Picture,
    audio: &AudioPlan,
    notes: &mut Vec<Note>,
) {
    let video = &facts.video;
    let conversions = [
        (!video.constant_rate, Note::EvenFrames { rate: picture.frame_rate }),
        (video.rotation != Rotation::None, Note::Uprighted),
        (video.sample_aspect.0 != video.sample_aspect.1, Note::SquarePixels),
        (video.interlaced, Note::Deinterlaced),
        (video.is_hdr(), Note::ToneMapped),
    ];
    notes.extend(conversions.into_iter().filter(|(applies, _)| *applies).map(|(_, note)| note));
    let track = chosen_track(facts);
    let early = track.map_or(Micros(0), |track| video.start - track.start);
    if audio.stream().is_some() && early >= NOTICED && wishes.trim.is_none() {
        notes.push(Note::SoundBeforePicture { lost: early });
    }
    match (audio, track) {
        (AudioPlan::None(why), Some(_)) => notes.push(Note::AudioDropped { why: *why }),
        (AudioPlan::Encode { bitrate, channels, why, .. }, Some(track)) => {
            if wishes.audio == AudioWish::Copy {
                notes.push(Note::AudioCopyImpossible { codec: track.codec.clone() });
            }
            notes.push(Note::AudioEncoded {
                why: *why,
                channels: (track.channels, *channels),
                bitrate: *bitrate,
            });
        }
        _ => {}
    }
}
