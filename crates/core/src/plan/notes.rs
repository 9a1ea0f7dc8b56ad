//! What users should know about a plan: every change and every omission with its reason. The sentences are in
//! `view::notes`.

use super::part::kept;
use crate::clip::facts::{CutOff, MediaFacts, OtherKind, Resized};
use crate::clip::format::VideoFormat;
use crate::clip::rotation::Rotation;
use crate::clip::watched::Span;
use crate::machine::CodecUnavailable;
use crate::machine::WhyFfmpeg;
use crate::plan::audio::{AudioPlan, WhyEncode, WhyNoAudio, chosen_track, mixes_tracks};
use crate::units::{Bytes, FrameRate, Kbps, Micros};
use crate::wishes::destinations;
use crate::wishes::{AudioWish, Codec, Mode, Trim, Wishes};
use serde::{Deserialize, Serialize};

/// One note on a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Note {
    /// Nothing is done.
    KeptAsIs,
    /// Only the container changes.
    Remuxed,
    /// Audio and video stay as they are, in a new file of the same kind.
    Copied,
    /// What the file tells of whoever made it is left out.
    MetadataRemoved {
        /// The date on which it was captured is there and stays.
        dated: bool,
    },
    /// The frames are made smaller.
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
    /// The destination takes no clip of this length.
    TooLong {
        /// The destination.
        destination: destinations::Id,
        /// The greatest length that it takes.
        longest: Micros,
        /// What is kept of the clip.
        length: Micros,
        /// The beginning that it takes.
        takes: Trim,
    },
    /// A part of the frames is kept.
    Cropped {
        /// What a person sees of the source.
        from: (u32, u32),
        /// What is left of it.
        to: (u32, u32),
    },
    /// Rotation metadata is applied to the frames themselves.
    Uprighted,
    /// Pixels that were not square become square.
    SquarePixels,
    /// Interlaced fields are joined.
    Deinterlaced,
    /// The same, where only a look at the frames told.
    FoundInterlaced,
    /// The frames change their size midway; the result has the largest.
    Resized {
        /// Before a change.
        from: (u32, u32),
        /// After it.
        to: (u32, u32),
        /// Not all have the same aspect ratio.
        reshaped: bool,
    },
    /// The colours are Dolby Vision's own and stay as they are coded.
    DolbyVision,
    /// High dynamic range becomes SDR.
    ToneMapped,
    /// Audio is encoded again.
    AudioEncoded {
        /// The reason.
        why: WhyEncode,
        /// Channels before and after.
        channels: (u32, u32),
        /// The new rate; `None` is the encoder's default.
        bitrate: Option<Kbps>,
    },
    /// Audio is left out.
    AudioDropped {
        /// The reason.
        why: WhyNoAudio,
    },
    /// Audio that is earlier than the first frame is cut off.
    #[serde(rename = "SoundBeforePicture")]
    AudioBeforeVideo {
        /// How much.
        lost: Micros,
    },
    /// Not all of the audio could be decoded.
    #[serde(rename = "SoundEndsEarly")]
    AudioEndsEarly {
        /// Where it ends in the result.
        at: Micros,
    },
    /// The video leaves more bytes than was thought: the audio gets them.
    AudioRaised,
    /// A wished copy of the audio is not possible.
    AudioCopyImpossible {
        /// The source's codec.
        codec: String,
    },
    /// More than one audio track: the others are left out.
    TracksDropped {
        /// How many.
        count: usize,
        /// Language of the kept one, if it says.
        kept: Option<String>,
    },
    /// All audio tracks are mixed into one.
    TracksMixed {
        /// Their languages, where they say.
        languages: Vec<Option<String>>,
    },
    /// A stream that MP4 with one video and one audio track cannot carry.
    StreamDropped {
        /// What it is.
        kind: OtherKind,
        /// Its codec.
        codec: Option<String>,
        /// Its language.
        language: Option<String>,
    },
    /// A track without any content.
    EmptyTrackDropped {
        /// What it is.
        kind: OtherKind,
    },
    /// The end of the file is missing.
    CutOff(CutOff),
    /// Much of the file belongs to no track that is read, as where files are joined by writing one behind the other.
    PartUnread {
        /// Percent of the file.
        share: u32,
    },
    /// The times in the file start again or leap.
    Joined,
    /// The first frames refer to frames that are not there.
    BeginsMidway {
        /// How much of the clip is left out.
        lost: Micros,
    },
    /// The source is below the target already, has to be encoded all the same, and is not blown up to the target.
    SourceIsSmaller {
        /// The size that is not exceeded.
        limit: Bytes,
    },
    /// The video needed more bytes than there are and was made smaller while running.
    SmallerThanPlanned {
        /// The new size.
        to: (u32, u32),
    },
    /// The bytes are probably too few; the video is measured to find out.
    MayNotFit,
    /// The video needed more bytes than there are, and frames were left out while running.
    SlowerThanPlanned {
        /// The new rate.
        to: FrameRate,
    },
    /// Clipfit's own encoder is not available: the stock one does the same, several times slower.
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
    /// Part of the source does not decode.
    SourceDamaged {
        /// Where no frame decodes.
        video: Vec<Span>,
        /// Where frames decode only in part, or refer to one that does.
        partly: Vec<Span>,
        /// Where no audio decodes.
        audio: Vec<Span>,
    },
    /// The video decodes right only from its start: it is not divided among workers.
    OnlyFromStart,
    /// The result differs from the source, however it was decoded.
    Differs {
        /// Where other frames are shown.
        video: Vec<Span>,
        /// Where something else is heard.
        audio: Vec<Span>,
    },
    /// The result was not compared with the source: decoding one of them as a whole failed.
    NotCompared,
    /// More bytes would not be visible: the result stays below the target.
    Saturated,
}

/// Quantities that users may set too high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wished {
    /// Height of the video.
    Height,
    /// Frames per second.
    FrameRate,
}

/// Audio before the first frame that is shorter than this is not worth a note.
const NOTICED: Micros = Micros(200_000);

/// Returns what is said of a clip that is longer than its destination takes, where it is. The part that it takes ends with
/// the last frame that is not too late.
pub(crate) fn too_long(facts: &MediaFacts, wishes: &Wishes) -> Option<Note> {
    let destination = wishes.destination.filter(|_| wishes.mode == Mode::Size)?;
    let longest = destination.destination()?.longest?;
    let (start, end) = kept(facts, wishes);
    let (length, rate) = (end - start, facts.video.frame_rate);
    let frames = rate.frames_in(longest);
    let whole = if rate.time_of(frames) > longest { frames.saturating_sub(1) } else { frames };
    let takes = rate.time_of(whole);
    (length > longest).then_some(Note::TooLong {
        destination,
        longest,
        length,
        takes: Trim { start, end: Some(start + takes) },
    })
}

/// Returns what follows from the source, and from what is wished of its tracks.
pub(crate) fn source_notes(facts: &MediaFacts, wishes: &Wishes) -> Vec<Note> {
    let mut notes: Vec<Note> = facts.missing.end.map(Note::CutOff).into_iter().collect();
    notes.extend(too_long(facts, wishes));
    if facts.missing.start > Micros(0) {
        // What is heard meanwhile is lost with it.
        notes.push(Note::BeginsMidway { lost: facts.missing.start.max(heard_before(facts)) });
    }
    notes.extend(facts.joined.then_some(Note::Joined));
    notes.extend(facts.unread().map(|share| Note::PartUnread { share }));
    if facts.metadata.personal {
        notes.push(Note::MetadataRemoved { dated: facts.metadata.captured.is_some() });
    }
    if mixes_tracks(facts, wishes) {
        let languages = facts.audio.iter().map(|track| track.language.clone()).collect();
        notes.push(Note::TracksMixed { languages });
    } else if facts.audio.len() > 1 {
        let kept = chosen_track(facts).and_then(|track| track.language.clone());
        notes.push(Note::TracksDropped { count: facts.audio.len() - 1, kept });
    }
    notes.extend(facts.others.iter().map(|stream| match stream.empty {
        true => Note::EmptyTrackDropped { kind: stream.kind },
        false => Note::StreamDropped {
            kind: stream.kind,
            codec: stream.codec.clone(),
            language: stream.language.clone(),
        },
    }));
    notes
}

/// Returns how much of the audio is earlier than the first frame.
fn heard_before(facts: &MediaFacts) -> Micros {
    chosen_track(facts).map_or(Micros(0), |track| facts.video.start - track.start)
}

/// Adds what follows from encoding `facts` as `format` and `audio`.
pub(crate) fn encode_notes(
    facts: &MediaFacts,
    wishes: &Wishes,
    format: VideoFormat,
    audio: &AudioPlan,
    notes: &mut Vec<Note>,
) {
    let video = &facts.video;
    let from = video.display_size();
    let to = (format.width, format.height);
    if wishes.height.is_none() && from.1 > to.1 + 1 {
        notes.push(Note::Downscaled { from, to });
    }
    if wishes.frame_rate.is_none() && format.frame_rate.per_second() < video.frame_rate.per_second() * 0.999 {
        notes.push(Note::FewerFrames { from: video.frame_rate, to: format.frame_rate });
    }
    if wishes.height.is_some_and(|height| height > from.1) {
        notes.push(Note::WishAboveSource { what: Wished::Height });
    }
    if wishes.frame_rate.is_some_and(|rate| rate.per_second() > video.frame_rate.per_second() * 1.001) {
        notes.push(Note::WishAboveSource { what: Wished::FrameRate });
    }
    conversion_notes(facts, wishes, format, audio, notes);
}

/// Adds what follows from bringing `facts` into a fixed format, with the video of size `inside` in its frame.
pub(crate) fn rung_notes(
    facts: &MediaFacts,
    wishes: &Wishes,
    format: VideoFormat,
    inside: (u32, u32),
    audio: &AudioPlan,
    notes: &mut Vec<Note>,
) {
    let (from, to) = (facts.video.display_size(), (format.width, format.height));
    let own = facts.video.frame_rate;
    let remarks = [
        // A few pixels more are rounding, and a twentieth more frames is film on a television's rate.
        (inside.0 > from.0 + 2 && inside.1 > from.1 + 2, Note::ScaledUp { from, to: inside }),
        (
            format.frame_rate.per_second() > own.per_second() * 1.001,
            Note::FramesRepeated { from: own, to: format.frame_rate },
        ),
        (inside != to, Note::Barred),
        (wishes.height.is_some() || wishes.frame_rate.is_some(), Note::FormatIsFixed),
    ];
    notes.extend(remarks.into_iter().filter(|(applies, _)| *applies).map(|(_, note)| note));
    conversion_notes(facts, wishes, format, audio, notes);
}

pub(crate) fn conversion_notes(
    facts: &MediaFacts,
    wishes: &Wishes,
    format: VideoFormat,
    audio: &AudioPlan,
    notes: &mut Vec<Note>,
) {
    let video = &facts.video;
    let conversions = [
        (!video.constant_rate, Note::EvenFrames { rate: format.frame_rate }),
        (video.rotation != Rotation::None, Note::Uprighted),
        (
            video.framing.crop.is_some(),
            Note::Cropped {
                from: video.full_size(),
                to: video.framing.turn.back().turned(video.display_size()),
            },
        ),
        (video.sample_aspect.0 != video.sample_aspect.1, Note::SquarePixels),
        (video.interlaced && video.first_field.is_none(), Note::Deinterlaced),
        (video.interlaced && video.first_field.is_some(), Note::FoundInterlaced),
        (video.is_hdr(), Note::ToneMapped),
        (video.dolby_vision, Note::DolbyVision),
    ];
    notes.extend(conversions.into_iter().filter(|(applies, _)| *applies).map(|(_, note)| note));
    if let Some(Resized { from, to, reshaped }) = video.resized {
        notes.push(Note::Resized { from, to, reshaped });
    }
    audio_notes(facts, wishes, audio, notes);
}

fn audio_notes(facts: &MediaFacts, wishes: &Wishes, audio: &AudioPlan, notes: &mut Vec<Note>) {
    let track = chosen_track(facts);
    let early = track.map_or(Micros(0), |track| facts.video.start - track.start);
    let told = wishes.trim.is_some() || facts.missing.start > Micros(0);
    if audio.stream().is_some() && early >= NOTICED && !told {
        notes.push(Note::AudioBeforeVideo { lost: early });
    }
    match (audio, track) {
        (AudioPlan::None(why), Some(_)) => notes.push(Note::AudioDropped { why: *why }),
        (AudioPlan::Encode { bitrate, channels, why, .. }, Some(track)) => {
            if wishes.audio == AudioWish::Copy && *why != WhyEncode::Mixed {
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

/// Replaces what `notes` say of the audio, now that `audio` gets what the video leaves.
pub(crate) fn audio_raised_notes(
    facts: &MediaFacts,
    wishes: &Wishes,
    audio: &AudioPlan,
    notes: &mut Vec<Note>,
) {
    let of_audio = |note: &Note| {
        matches!(
            note,
            Note::AudioDropped { .. }
                | Note::AudioEncoded { .. }
                | Note::AudioBeforeVideo { .. }
                | Note::AudioRaised
        )
    };
    notes.retain(|note| !of_audio(note));
    audio_notes(facts, wishes, audio, notes);
    notes.push(Note::AudioRaised);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;
    use crate::testing::facts;
    use crate::wishes::link;

    #[test]
    fn a_clip_that_is_too_long_for_its_destination_is_offered_as_much_as_that_takes() {
        for (rate, seconds, query, said) in [
            ("25", 141, "preset=x", true),
            ("30000/1001", 141, "preset=x", true),
            ("25", 140, "preset=x", false),
            ("25", 141, "preset=x&end-at=2:20", false),
            ("25", 281, "preset=x&start-at=0:30", true),
            ("25", 141, "preset=x&mode=quick", false),
            ("25", 141, "preset=x&target=20MB", false),
            ("25", 141, "preset=discord", false),
        ] {
            let rate = FrameRate::parse(rate).unwrap();
            let mut facts = facts(rate.frames_in(Micros(seconds * 1_000_000)));
            facts.video.frame_rate = rate;
            facts.video.times = (0..facts.video.frames).map(|frame| rate.time_of(frame)).collect();
            facts.video.duration = rate.time_of(facts.video.frames);
            let wishes = link::parse(query, "").wishes;
            let note = too_long(&facts, &wishes);
            assert_eq!(note.is_some(), said, "{rate} {seconds} {query}");
            if let Some(Note::TooLong { longest, takes, .. }) = note {
                let cut = Wishes { trim: Some(takes), ..wishes };
                let (start, end) = kept(&facts, &cut);
                assert!(end - start <= longest && end - start > longest - rate.time_of(1), "{rate} {query}");
                assert_eq!(too_long(&facts, &cut), None);
            }
        }
    }
}
