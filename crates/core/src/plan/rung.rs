//! A rung of the ladder: a fixed format that never takes more than its bandwidth.

use super::audio::{self, AudioPlan};
use super::chunks;
use super::encode::{effort_of, encode_plan, kept, machine_notes};
use super::notes::{rung_notes, source_notes};
use super::overhead::overhead;
use super::picture;
use super::types::{Action, EncodePlan, Plan, RateControl};
use crate::clip::facts::MediaFacts;
use crate::machine::Machine;
use crate::machine::Preset;
use crate::units::Bytes;
use crate::wishes::ladder::{self, Rung};
use crate::wishes::{Effort, Wishes};

/// A rung of the ladder, whatever the source: what expects this format gets it.
pub(super) fn on_rung(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Plan {
    let source = facts.video.display_size();
    let rung = ladder::of_source(wishes.rung, source, facts.video.frame_rate);
    let picture = rung.picture();
    let audio = audio::beside(facts, wishes, rung.sound());
    let inside = picture::inside(source, (picture.width, picture.height));
    let mut notes = source_notes(facts);
    rung_notes(facts, wishes, picture, inside, &audio, &mut notes);
    notes.extend(machine_notes(facts, wishes, machine));
    let encode = encode_on_rung(facts, wishes, machine, rung, inside, audio);
    let limit = most_on_rung(&encode, rung);
    Plan { limit, action: Action::Encode(Box::new(encode)), notes }
}

/// An encode that never takes more than a rung's bandwidth, its picture of the size `inside` in the middle of the
/// rung's.
pub(crate) fn encode_on_rung(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    rung: Rung,
    inside: (u32, u32),
    audio: AudioPlan,
) -> EncodePlan {
    let picture = rung.picture();
    let length = kept(facts, wishes);
    let preset = match effort_of(wishes, picture, length.1 - length.0) {
        Effort::Fast => Preset::Ultrafast,
        Effort::Auto | Effort::Balanced => Preset::Veryfast,
        Effort::Best => Preset::Medium,
    };
    let mut encode =
        encode_plan(facts, wishes, machine, picture, preset, RateControl::Capped(rung.cap()), audio);
    let distance = rung.keyframe_distance();
    encode.keyframe_distance = Some(distance);
    encode.chunks =
        chunks::on_the_beat(&facts.video, facts.container, &encode.grid, machine.workers, distance);
    encode.conversion.inside = inside;
    encode
}

/// Encoders of sound take a little more than they are asked for, most of all in short clips.
pub(crate) const SOUND_OVER: f64 = 1.25;

/// What a result on `rung` takes at most, sound and container included.
pub(crate) fn most_on_rung(plan: &EncodePlan, rung: Rung) -> Bytes {
    let picture = rung.cap().most(plan.grid.duration(), plan.chunks.len());
    let sound = plan.audio.expected().during(plan.sound).times(SOUND_OVER);
    let container = overhead(plan.grid.frames, &plan.audio, plan.sound);
    Bytes(picture.0 + sound.0 + container.0)
}
