//! When nothing watchable fits: the least size that would work, and what could be given up instead.

use super::part::kept;
use crate::clip::facts::MediaFacts;
use crate::clip::format::VideoFormat;
use crate::plan::audio::{self, AudioPlan};
use crate::plan::format::{self, Fixed};
use crate::units::{Bytes, Micros};
use crate::wishes::{AudioWish, Trim, Wishes};
use serde::{Deserialize, Serialize};

/// Why no plan is possible, and what would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The size asked for.
    pub target: Bytes,
    /// The least size that would do under the same wishes.
    pub least: Bytes,
    /// Changes that make it possible, best first.
    pub offers: Vec<Offer>,
}

/// One way out: wishes that can be met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// What changes.
    pub change: Change,
    /// All wishes with the change.
    pub wishes: Wishes,
}

/// What an offer gives up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A larger file.
    Target(Bytes),
    /// The audio.
    NoAudio,
    /// Audio at a lower bitrate than wished.
    AutomaticAudio,
    /// Dimensions and frame rate follow from the budget.
    #[serde(rename = "AutomaticPicture")]
    AutomaticFormat,
    /// The end of the clip.
    KeepFirst(Micros),
}

/// Room above the bare minimum, so that rounding or a busy scene does not refuse the offer itself.
const MARGIN: f64 = 1.03;
/// The same for an estimate made without looking at the frames.
const BLIND_MARGIN: f64 = 2.0;

/// What a clip takes at the coarsest watchable quantizer, as its first pass showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The video.
    pub video: Bytes,
    /// The audio of the plan.
    pub audio: Bytes,
    /// The container.
    pub overhead: Bytes,
}

/// Returns the refusal of a clip that is too long to be measured first: estimated on the safe side.
pub(crate) fn refuse(
    facts: &MediaFacts,
    wishes: &Wishes,
    audio: &AudioPlan,
    smallest: VideoFormat,
) -> Refusal {
    let duration = length(facts, wishes);
    let video = Bytes((format::least_rate(smallest).during(duration).0 as f64 * BLIND_MARGIN) as u64);
    let overhead = crate::plan::overhead::overhead(smallest.frame_rate.frames_in(duration), audio, duration);
    let measured = Measured { video, audio: audio.expected().during(duration), overhead };
    refuse_measured(facts, wishes, measured)
}

/// Returns the refusal of a clip that was measured.
pub fn refuse_measured(facts: &MediaFacts, wishes: &Wishes, measured: Measured) -> Refusal {
    let Measured { video, audio, overhead } = measured;
    let with = |audio: Bytes| rounded((video.0 + audio.0 + overhead.0) as f64 * MARGIN);
    let least = with(audio);
    let offer = |change, wishes| Offer { change, wishes };
    let mut offers = vec![offer(Change::Target(least), Wishes { target: least, ..wishes.clone() })];
    let duration = length(facts, wishes);
    if audio.0 > 0 {
        let lowest = audio::LOWEST.during(duration);
        if matches!(wishes.audio, AudioWish::Copy | AudioWish::Encode(_)) && with(lowest) <= wishes.target {
            let automatic = Wishes { audio: AudioWish::Auto, ..wishes.clone() };
            offers.push(offer(Change::AutomaticAudio, automatic));
        }
        if with(Bytes(0)) <= wishes.target {
            offers.push(offer(Change::NoAudio, Wishes { audio: AudioWish::None, ..wishes.clone() }));
        }
    }
    let free = Wishes { height: None, frame_rate: None, ..wishes.clone() };
    if (wishes.height.is_some() || wishes.frame_rate.is_some()) && smaller_would_do(facts, wishes, measured) {
        offers.push(offer(Change::AutomaticFormat, free));
    }
    offers.extend(first_part(facts, wishes, least, duration));
    Refusal { target: wishes.target, least, offers }
}

/// Bytes of video fall a little slower than their pixels.
const BYTES_BY_PIXELS: f64 = 0.8;

/// Returns whether the smallest format would fit where the fixed one did not.
fn smaller_would_do(facts: &MediaFacts, wishes: &Wishes, measured: Measured) -> bool {
    let source = (facts.video.display_size(), facts.video.frame_rate);
    let fixed = Fixed { height: wishes.height, frame_rate: wishes.frame_rate, ..Fixed::default() };
    let tried = format::smallest(source.0, source.1, fixed).pixels_per_second();
    let smallest = format::smallest(source.0, source.1, Fixed::default()).pixels_per_second();
    let video = measured.video.0 as f64 * (smallest / tried).powf(BYTES_BY_PIXELS);
    // Audio that is chosen automatically gives way.
    let audio = if wishes.audio == AudioWish::Auto { 0 } else { measured.audio.0 };
    let needed = (video + (audio + measured.overhead.0) as f64) * MARGIN;
    needed <= wishes.target.0 as f64
}

fn length(facts: &MediaFacts, wishes: &Wishes) -> Micros {
    let (start, end) = kept(facts, wishes);
    end - start
}

/// Rounds up to the next whole kilobyte.
fn rounded(bytes: f64) -> Bytes {
    Bytes((bytes / 1000.0).ceil() as u64 * 1000)
}

/// What a file costs however short it is.
const FIXED_COST: u64 = 3_000;

/// Returns the longest beginning that fits, in whole seconds, with room for a beginning that is busier than the rest.
fn first_part(facts: &MediaFacts, wishes: &Wishes, least: Bytes, duration: Micros) -> Option<Offer> {
    let (start, _) = kept(facts, wishes);
    let share =
        wishes.target.0.saturating_sub(FIXED_COST) as f64 / least.0.saturating_sub(FIXED_COST).max(1) as f64;
    let length = Micros::from_seconds((duration.seconds() * share * 0.8).floor());
    (length.seconds() >= 1.0).then(|| Offer {
        change: Change::KeepFirst(length),
        wishes: Wishes { trim: Some(Trim { start, end: Some(start + length) }), ..wishes.clone() },
    })
}
