//! How a plan is made smaller while it runs: which of size, frame rate and audio gives way first.

use super::rendition::Rendition;
use super::shared::Shared;
use crate::plan::audio::LOWEST;
use crate::plan::format::{self, SMALLEST_SHORT_SIDE};
use crate::plan::notes::Note;
use crate::plan::{self, Action, EncodePlan};
use crate::wishes::{AudioWish, Mode};

/// Audio above this share of the limit gives way before the video does.
const AUDIO_WEIGHS: f64 = 0.35;

/// How a plan is made smaller while running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shrink {
    /// It would fit, but fewer pixels look better.
    ForLooks,
    /// It missed the limit by a little.
    Near,
    /// It cannot fit by far.
    Far,
}

impl Rendition {
    /// Begins again with a smaller size, then with fewer frames, as far as the person left that open. Returns whether
    /// there is anything smaller.
    pub(super) fn shrink(&mut self, shared: &mut Shared, shrink: Shrink) -> bool {
        let smaller = self.smaller(shared, shrink);
        smaller.map(|plan| self.replan(shared, plan)).is_some()
    }

    fn smaller(&mut self, shared: &Shared, shrink: Shrink) -> Option<plan::Plan> {
        let wishes = &shared.wishes;
        // The renditions of a package are of one kind.
        if wishes.mode == Mode::Hls {
            return None;
        }
        let before = &self.encode.as_ref()?.plan;
        let format = before.format;
        let short_side = format.width.min(format.height);
        let smallest = short_side <= SMALLEST_SHORT_SIDE;
        let audio = shared.audio.bytes().unwrap_or_default();
        let audio_weighs = audio.0 as f64 > AUDIO_WEIGHS * self.plan.limit.0 as f64;
        // Poor audio before a poorer video; but any audio before a larger video.
        let lower_audio = audio_weighs && before.audio.expected() > LOWEST;
        if lower_audio && wishes.audio == AudioWish::Auto && shrink != Shrink::ForLooks {
            self.ceiling.audio = Some(before.audio.expected());
        } else if wishes.height.is_none() && !smallest {
            // Far too much: not step by step, each costs a first pass.
            let far = (shrink == Shrink::Far).then_some(short_side * 7 / 10);
            self.ceiling.short_side = Some(far.unwrap_or(short_side).max(SMALLEST_SHORT_SIDE + 1));
        } else if shrink == Shrink::ForLooks {
            return None;
        } else if wishes.frame_rate.is_none() && format.frame_rate.per_second() > format::SLOWEST_RATE * 2.0 {
            self.ceiling.frame_rate = Some(format.frame_rate);
        } else if wishes.audio == AudioWish::Auto && before.audio.stream().is_some() {
            self.ceiling.audio = Some(before.audio.expected());
        } else {
            return None;
        }
        let mut plan = plan::plan_encode(&shared.facts, wishes, self.machine, self.ceiling).ok()?;
        let Action::Encode(encode) = &plan.action else { return None };
        let new = encode.format;
        let asks_less = new.pixels_per_second() < format.pixels_per_second();
        let expected = |plan: &EncodePlan| plan.audio.expected().0;
        if !asks_less && expected(encode) >= expected(before) {
            return None;
        }
        if asks_less {
            plan.notes.push(if new.frame_rate == format.frame_rate {
                Note::SmallerThanPlanned { to: (new.width, new.height) }
            } else {
                Note::SlowerThanPlanned { to: new.frame_rate }
            });
        }
        Some(plan)
    }
}
