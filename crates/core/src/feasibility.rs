//! When nothing watchable fits: how little would do, and what could be given up instead.

use crate::audio::{self, AudioPlan, DROP_ABOVE};
use crate::facts::MediaFacts;
use crate::mp4;
use crate::picture::Picture;
use crate::plan;
use crate::units::{Bytes, Kbps, Micros};
use crate::wishes::{AudioWish, Trim, Wishes};
use serde::{Deserialize, Serialize};

/// Why no plan is possible, and what would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The size asked for.
    pub target: Bytes,
    /// The least size that would do under the same wishes.
    pub least: Bytes,
    /// Changes that make it possible, best first. Each was planned successfully.
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
    /// The sound.
    NoAudio,
    /// Cheaper sound than wished.
    AutomaticAudio,
    /// Size and rate of the picture follow from the budget.
    AutomaticPicture,
    /// The end of the clip.
    KeepFirst(Micros),
}

impl Change {
    /// For a button.
    pub fn text(&self) -> String {
        match self {
            Change::Target(least) => format!("Allow {least}"),
            Change::NoAudio => "Leave the sound out".into(),
            Change::AutomaticAudio => "Choose the sound automatically".into(),
            Change::AutomaticPicture => "Choose size and frame rate automatically".into(),
            Change::KeepFirst(length) => format!("Keep the first {length}"),
        }
    }
}

impl Refusal {
    /// The refusal as a sentence.
    pub fn text(&self) -> String {
        format!(
            "{} is too little for this clip: nothing watchable fits. The least that would do is {}.",
            self.target, self.least
        )
    }
}

/// Room above the bare minimum, so that rounding or a busy picture does not refuse the offer itself.
const MARGIN: f64 = 1.03;

pub(crate) fn refuse(
    facts: &MediaFacts,
    wishes: &Wishes,
    audio: &AudioPlan,
    smallest: Picture,
    rate: Kbps,
    duration: Micros,
) -> Refusal {
    let least = least(wishes, audio, smallest, rate, duration);
    Refusal { target: wishes.target, least, offers: offers(facts, wishes, least, duration) }
}

/// The refusal of a clip whose pictures proved to need `video` bytes at the coarsest quantizer, found while encoding.
pub fn refuse_measured(facts: &MediaFacts, wishes: &Wishes, least: Bytes) -> Refusal {
    let (start, end) = plan::kept(facts, wishes);
    let least = Bytes((least.0 as f64 * MARGIN) as u64);
    let mut offers = offers(facts, wishes, least, end - start);
    // What a static estimate calls possible may fail again: only offers that need clearly less are worth a try.
    offers.retain(|offer| !matches!(offer.change, Change::NoAudio | Change::AutomaticAudio));
    Refusal { target: wishes.target, least, offers }
}

fn least(wishes: &Wishes, audio: &AudioPlan, smallest: Picture, rate: Kbps, duration: Micros) -> Bytes {
    let frames = smallest.frame_rate.frames_in(duration);
    let fixed_sound = match (wishes.audio, audio) {
        (AudioWish::Copy | AudioWish::Encode(_), planned) => planned.expected(),
        (_, AudioPlan::None(_)) => Kbps(0.0),
        // At the least size sound is kept only while it takes no more than its share; the rule then drops it.
        _ if audio::LOWEST.0 > DROP_ABOVE * (rate.0 + audio::LOWEST.0) => Kbps(0.0),
        _ => audio::LOWEST,
    };
    let packets = Kbps(rate.0 + fixed_sound.0).during(duration).0;
    let exact = (packets + mp4::overhead(frames, audio, duration).0) as f64 * MARGIN;
    Bytes((exact / 1000.0).ceil() as u64 * 1000)
}

fn offers(facts: &MediaFacts, wishes: &Wishes, least: Bytes, duration: Micros) -> Vec<Offer> {
    let possible = |change: Change, wishes: Wishes| {
        plan::plan(facts, &wishes, 1).is_ok().then_some(Offer { change, wishes })
    };
    let mut offers = Vec::new();
    // The estimate may fall a little short (sound that now has room again): widen until it plans.
    let mut target = least;
    for _ in 0..6 {
        if let Some(offer) = possible(Change::Target(target), Wishes { target, ..wishes.clone() }) {
            offers.push(offer);
            break;
        }
        target = Bytes((target.0 as f64 * 1.15 / 1000.0).ceil() as u64 * 1000);
    }
    if wishes.height.is_some() || wishes.frame_rate.is_some() {
        let free = Wishes { height: None, frame_rate: None, ..wishes.clone() };
        offers.extend(possible(Change::AutomaticPicture, free));
    }
    if matches!(wishes.audio, AudioWish::Copy | AudioWish::Encode(_)) && !facts.audio.is_empty() {
        offers.extend(possible(Change::AutomaticAudio, Wishes { audio: AudioWish::Auto, ..wishes.clone() }));
        offers.extend(possible(Change::NoAudio, Wishes { audio: AudioWish::None, ..wishes.clone() }));
    }
    offers.extend(
        first_part(facts, wishes, least, duration)
            .and_then(|(length, wishes)| possible(Change::KeepFirst(length), wishes)),
    );
    offers
}

/// The longest beginning that fits, in whole seconds.
fn first_part(
    facts: &MediaFacts,
    wishes: &Wishes,
    least: Bytes,
    duration: Micros,
) -> Option<(Micros, Wishes)> {
    let (start, _) = plan::kept(facts, wishes);
    let share = wishes.target.0 as f64 / least.0.max(1) as f64;
    let mut seconds = (duration.seconds() * share * 0.97).floor();
    while seconds >= 1.0 {
        let length = Micros::from_seconds(seconds);
        let wishes = Wishes { trim: Some(Trim { start, end: start + length }), ..wishes.clone() };
        if plan::plan(facts, &wishes, 1).is_ok() {
            return Some((length, wishes));
        }
        seconds = (seconds * 0.9).floor();
    }
    None
}
