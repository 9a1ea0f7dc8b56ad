//! What is pushed: a clip or the test pattern, on a rung. Knows no argument of ffmpeg.

use super::Address;
use crate::clip::facts::MediaFacts;
use crate::clip::format::VideoFormat;
use crate::plan::audio::{self, AudioPlan};
use crate::plan::format;
use crate::plan::{self, Conversion};
use crate::units::{FrameRate, Kbps, Micros};
use crate::wishes::ladder::{self, Rung};
use crate::wishes::{AudioWish, Wishes};

/// The test pattern's size and frame rate where no rung is named.
const USUAL: ((u32, u32), u32) = ((1280, 720), 25);

/// One push.
#[derive(Debug, Clone)]
pub struct Push {
    /// What is shown.
    pub source: LiveSource,
    /// The format, which nothing exceeds.
    pub rung: Rung,
    /// A clip begins again at its end.
    pub looped: bool,
    /// Without audio.
    pub mute: bool,
    /// Where it goes.
    pub to: Address,
}

/// What is shown.
#[derive(Debug, Clone)]
pub enum LiveSource {
    /// Moving bars, a running clock and a tone, without end.
    TestPattern,
    /// A clip.
    Clip(Box<LiveClip>),
}

/// A clip, as far as a push needs to know it.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveClip {
    /// Index of its video stream in the file.
    pub stream: u32,
    /// Size and rate of what is pushed.
    pub format: VideoFormat,
    /// Conversions on the way there.
    pub conversion: Conversion,
    /// Its audio, always encoded again.
    pub audio: AudioPlan,
    /// How long it is.
    pub duration: Micros,
}

impl Push {
    /// Returns a push of this clip; without a wished rung on the best one below it.
    pub fn of_clip(facts: &MediaFacts, wished: Option<Rung>, to: Address) -> Push {
        let source = facts.video.display_size();
        let rung = ladder::of_source(wished, source, facts.video.frame_rate);
        let format = VideoFormat { width: rung.width, height: rung.height, frame_rate: rung.frame_rate };
        let mut conversion = plan::conversion(&facts.video, format);
        conversion.inside = format::inside(source, (format.width, format.height));
        // Packets that are copied begin where they like after a seek.
        let wishes = Wishes { audio: AudioWish::Encode(rung.audio_rate()), ..Wishes::default() };
        let clip = LiveClip {
            stream: facts.video.index,
            format,
            conversion,
            audio: audio::beside(facts, &wishes, rung.audio_rate()),
            duration: facts.video.start + facts.video.duration,
        };
        Push { source: LiveSource::Clip(Box::new(clip)), rung, looped: false, mute: false, to }
    }

    /// Returns a push of the test pattern.
    pub fn of_test_pattern(wished: Option<Rung>, to: Address) -> Push {
        let (size, rate) = USUAL;
        let rung = wished.unwrap_or_else(|| ladder::below(size, FrameRate::whole(rate)));
        Push { source: LiveSource::TestPattern, rung, looped: false, mute: false, to }
    }

    /// Returns the bitrate of the audio; `None` without.
    pub fn audio_rate(&self) -> Option<Kbps> {
        let there = match &self.source {
            LiveSource::TestPattern => true,
            LiveSource::Clip(clip) => clip.audio.stream().is_some(),
        };
        (there && !self.mute).then(|| self.rung.audio_rate())
    }

    /// Returns how long the clip is once; `None` for the pattern, which has no end.
    pub fn clip_length(&self) -> Option<Micros> {
        match &self.source {
            LiveSource::Clip(clip) => Some(clip.duration),
            LiveSource::TestPattern => None,
        }
    }
}
