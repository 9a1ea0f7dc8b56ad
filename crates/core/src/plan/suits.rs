//! Whether the browser's own codecs can do a clip, and why ffmpeg must where they cannot.

use super::audio::{AudioPlan, mixes};
use super::types::{Action, PackagePlan, Plan};
use crate::clip::facts::{Container, MediaFacts};
use crate::clip::listing::Listing;
use crate::clip::streams::{Seen, only_in_browser};
use crate::machine::limits::{Footprint, Limits};
use crate::machine::{VideoEncoder, WhyFfmpeg};
use crate::units::Micros;

/// Returns whether the browser may be trusted with the way a file is built that it listed itself. The demuxer reports
/// the times of one piece of a stream only, and the first packets of fragments last until the next fragment begins,
/// whatever they hold: the audio would come out of step.
pub fn suits_container(listing: &Listing) -> Result<(), WhyFfmpeg> {
    let odd = listing.streams.iter().any(|stream| stream.plays() && stream.odd.is_some());
    if listing.fragmented || odd { Err(WhyFfmpeg::Container) } else { Ok(()) }
}

/// Returns whether the browser may be trusted with a clip that it examined itself.
pub fn suits(facts: &MediaFacts, seen: &Seen) -> Result<(), WhyFfmpeg> {
    let known =
        matches!(facts.container, Container::Mp4 | Container::Mov | Container::Matroska | Container::WebM);
    let cases = [
        (!known || facts.video.stamped_late != Micros(0), WhyFfmpeg::Container),
        (facts.video.interlaced, WhyFfmpeg::Interlaced),
        // Browsers' decoders begin with a keyframe or fail.
        (seen.begins_midway, WhyFfmpeg::Wrong),
        (seen.layout.is_none(), WhyFfmpeg::Video),
        (seen.mirrored, WhyFfmpeg::Mirrored),
        // The browser's way fills the result's frame with each.
        (facts.video.resized.is_some_and(|resized| resized.reshaped), WhyFfmpeg::Wrong),
        // The part to keep has its place in frames of one size.
        (facts.video.resized.is_some() && facts.video.framing.crop.is_some(), WhyFfmpeg::Wrong),
        // Firefox takes it for the limited range.
        (seen.is_rgb() && facts.video.colour.full_range, WhyFfmpeg::Range),
        // Firefox: as RGB it has 8 bits, which is little for what HDR spans, and still better than nothing.
        (seen.is_rgb() && facts.video.is_hdr() && !only_in_browser(&facts.video.codec), WhyFfmpeg::HighRange),
    ];
    cases.into_iter().find(|(applies, _)| *applies).map_or(Ok(()), |(_, why)| Err(why))
}

pub(crate) fn audio_needs_ffmpeg(audio: &AudioPlan, hears: impl Fn(u32) -> bool) -> Option<WhyFfmpeg> {
    match *audio {
        AudioPlan::Encode { stream, .. } if !hears(stream) => Some(WhyFfmpeg::Audio),
        AudioPlan::Encode { ref mixed, .. } if !mixed.is_empty() => Some(WhyFfmpeg::Mix),
        AudioPlan::Encode { source_channels, channels, .. } if !mixes(source_channels, channels) => {
            Some(WhyFfmpeg::Mix)
        }
        _ => None,
    }
}

impl Plan {
    /// Returns why ffmpeg must carry out this plan although it was made for the browser's own codecs; `hears` says
    /// whether they decode the chosen audio.
    pub fn needs_ffmpeg(&self, hears: impl Fn(u32) -> bool) -> Option<WhyFfmpeg> {
        match &self.action {
            Action::Keep => None,
            Action::Remux(_) => Some(WhyFfmpeg::Remux),
            Action::Package(package) => {
                let audio = package.renditions.first().map(|one| &one.encode.audio);
                audio.and_then(|audio| audio_needs_ffmpeg(audio, hears))
            }
            Action::Encode(_) if self.by_x265() => Some(WhyFfmpeg::X265),
            Action::Encode(encode) => audio_needs_ffmpeg(&encode.audio, hears),
        }
    }

    /// Returns whether x265 encodes the video.
    pub fn by_x265(&self) -> bool {
        matches!(&self.action, Action::Encode(encode) if encode.engine == VideoEncoder::X265)
    }

    /// Returns how many encoders run side by side for this plan of a clip within `limits`, at least 1.
    pub fn workers(&self, facts: &MediaFacts, limits: &Limits) -> usize {
        self.footprint(facts).map_or(1, |encoder| limits.workers_for(&encoder))
    }

    /// Returns what the memory of each of its encoders depends on; `None` if it encodes no video.
    pub(crate) fn footprint(&self, facts: &MediaFacts) -> Option<Footprint> {
        let encode = match &self.action {
            Action::Encode(encode) => encode.as_ref(),
            Action::Package(PackagePlan { renditions, .. }) => &renditions.first()?.encode,
            Action::Keep | Action::Remux(_) => return None,
        };
        Some(Footprint {
            preset: encode.preset,
            result: (encode.format.width, encode.format.height),
            source: encode.conversion.source,
            own_decoder: facts.video.own_decoder,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "tests stop at the first surprise")]

    use super::*;
    use crate::clip::facts::AudioFacts;
    use crate::clip::listing::{ListedStream, Oddity, StreamKind};
    use crate::machine::{Decoder, Encoders, Machine};
    use crate::plan::plan;
    use crate::testing::facts;
    use crate::units::{Bytes, Kbps};
    use crate::wishes::{AudioWish, Tracks, Wishes};

    #[test]
    fn a_file_that_is_built_oddly_is_left_to_ffmpeg() {
        let stream = |kind, still, odd| Listing {
            streams: vec![ListedStream { kind, still, odd, ..ListedStream::default() }],
            ..Listing::default()
        };
        let odd = Some(Oddity::SeveralEdits);
        let cases = [
            (stream(StreamKind::Video, false, None), Ok(())),
            (stream(StreamKind::Video, false, odd), Err(WhyFfmpeg::Container)),
            (stream(StreamKind::Audio, false, odd), Err(WhyFfmpeg::Container)),
            // Neither is looked at.
            (stream(StreamKind::Video, true, odd), Ok(())),
            (stream(StreamKind::Subtitle, false, odd), Ok(())),
            (Listing { fragmented: true, ..Listing::default() }, Err(WhyFfmpeg::Container)),
        ];
        for (listing, answer) in cases {
            assert_eq!(suits_container(&listing), answer, "{listing:?}");
        }
    }

    #[test]
    fn a_video_that_the_browser_would_change_is_left_to_ffmpeg() {
        let seen = |layout: &str| Seen { layout: Some(layout.into()), ..Seen::default() };
        let cases = [
            (seen("NV12"), false, Ok(())),
            (seen("NV12"), true, Ok(())),
            (seen("BGRX"), false, Ok(())),
            (seen("BGRX"), true, Err(WhyFfmpeg::Range)),
            (Seen { mirrored: true, ..seen("NV12") }, false, Err(WhyFfmpeg::Mirrored)),
            (Seen::default(), false, Err(WhyFfmpeg::Video)),
        ];
        for (seen, full_range, answer) in cases {
            let mut facts = facts(100);
            facts.video.colour.full_range = full_range;
            assert_eq!(suits(&facts, &seen), answer, "{seen:?}");
        }
    }

    #[test]
    fn high_dynamic_range_stays_where_all_its_bits_come() {
        for (layout, codec, answer) in [
            ("I420P10", "vp9", Ok(())),
            ("I420", "hevc", Ok(())),
            ("BGRX", "vp9", Err(WhyFfmpeg::HighRange)),
            ("BGRX", "av1", Ok(())),
        ] {
            let seen = Seen { layout: Some(layout.into()), ..Seen::default() };
            let mut facts = facts(100);
            facts.video.codec = codec.into();
            facts.video.colour.transfer = Some("smpte2084".into());
            assert_eq!(suits(&facts, &seen), answer, "{layout} {codec}");
        }
    }

    #[test]
    fn only_channels_that_the_browsers_way_mixes_are_planned_for_it() {
        let machine = Machine {
            decoder: Decoder::Browser,
            encoders: Encoders::default(),
            ..Machine::ffmpeg(2, VideoEncoder::Own)
        };
        let wishes =
            Wishes { audio: AudioWish::Encode(Kbps(64.0)), target: Bytes(300_000), ..Wishes::default() };
        for (channels, why) in [
            (1, None),
            (2, None),
            (3, Some(WhyFfmpeg::Mix)),
            (4, Some(WhyFfmpeg::Mix)),
            (5, Some(WhyFfmpeg::Mix)),
            (6, None),
            (7, Some(WhyFfmpeg::Mix)),
            (8, None),
        ] {
            let mut facts = facts(500);
            facts.audio[0].channels = channels;
            let plan = plan(&facts, &wishes, machine).expect("a plan");
            assert_eq!(plan.needs_ffmpeg(|_| true), why, "{channels}");
        }
        let mut facts = facts(500);
        facts.audio.push(AudioFacts { index: 2, default: false, ..facts.audio[0].clone() });
        for (tracks, why) in [(Tracks::First, None), (Tracks::Mix, Some(WhyFfmpeg::Mix))] {
            let plan = plan(&facts, &Wishes { tracks, ..wishes.clone() }, machine).expect("a plan");
            assert_eq!(plan.needs_ffmpeg(|_| true), why, "{tracks:?}");
        }
    }
}
