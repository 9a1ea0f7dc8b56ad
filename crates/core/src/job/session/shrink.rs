//! How a plan is made smaller while it runs: which of picture, frame rate and sound gives way first.

use super::Session;
use crate::plan::notes::Note;
use crate::plan::picture::{self, SMALLEST_SHORT_SIDE};
use crate::plan::{self, Action, EncodePlan};
use crate::step::Command;
use crate::wishes::{AudioWish, Mode};

/// Sound above this share of the limit gives way before the picture does.
const SOUND_WEIGHS: f64 = 0.35;

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

impl Session {
    /// Starts again with a smaller picture, then with fewer frames, as far as the person left that open.
    pub(super) fn smaller_plan(&mut self, shrink: Shrink) -> Option<Vec<Command>> {
        // The renditions of a package are of one kind.
        if self.wishes.mode == Mode::Hls {
            return None;
        }
        let picture = self.encode.as_ref()?.plan.picture;
        let short_side = picture.width.min(picture.height);
        let smallest = short_side <= SMALLEST_SHORT_SIDE;
        let audio = self.encode.as_ref()?.audio.unwrap_or_default();
        let sound_weighs = audio.0 as f64 > SOUND_WEIGHS * self.plan.limit.0 as f64;
        if sound_weighs && self.wishes.audio == AudioWish::Auto && shrink != Shrink::ForLooks {
            self.ceiling.audio = Some(self.encode.as_ref()?.plan.audio.expected());
        } else if self.wishes.height.is_none() && !smallest {
            // Far too much: not step by step, each costs a first pass.
            let far = (shrink == Shrink::Far).then_some(short_side * 7 / 10);
            self.ceiling.short_side = Some(far.unwrap_or(short_side).max(SMALLEST_SHORT_SIDE + 1));
        } else if shrink == Shrink::ForLooks {
            return None;
        } else if self.wishes.frame_rate.is_none()
            && picture.frame_rate.per_second() > picture::SLOWEST_RATE * 2.0
        {
            self.ceiling.frame_rate = Some(picture.frame_rate);
        } else if self.wishes.audio == AudioWish::Auto && self.encode.as_ref()?.plan.audio.stream().is_some()
        {
            self.ceiling.audio = Some(self.encode.as_ref()?.plan.audio.expected());
        } else {
            return None;
        }
        let mut plan = plan::plan_encode(&self.facts, &self.wishes, self.machine, self.ceiling).ok()?;
        let Action::Encode(encode) = &plan.action else { return None };
        let new = encode.picture;
        let asks_less = new.pixels_per_second() < picture.pixels_per_second();
        let sound = |plan: &EncodePlan| plan.audio.expected().0;
        if !asks_less && sound(encode) >= sound(&self.encode.as_ref()?.plan) {
            return None;
        }
        if asks_less {
            plan.notes.push(if new.frame_rate == picture.frame_rate {
                Note::SmallerThanPlanned { to: (new.width, new.height) }
            } else {
                Note::SlowerThanPlanned { to: new.frame_rate }
            });
        }
        Some(self.replan(plan))
    }
}
