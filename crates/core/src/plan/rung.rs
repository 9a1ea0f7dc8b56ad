//! A rung of the ladder: a fixed format that never takes more than its bandwidth.

use super::audio::{self, AudioPlan};
use super::chunks;
use super::encode::{effort_of, encode_plan, machine_notes};
use super::format;
use super::notes::{rung_notes, source_notes};
use super::part::kept;
use super::types::{Action, EncodePlan, Plan, RateControl};
use crate::clip::facts::MediaFacts;
use crate::machine::Machine;
use crate::machine::Preset;
use crate::wishes::ladder::{self, Rung};
use crate::wishes::{Effort, Wishes};

/// Returns a rung of the ladder, whatever the source: what expects this format gets it.
pub(super) fn on_rung(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Plan {
    let source = facts.video.display_size();
    let rung = ladder::of_source(wishes.rung, source, facts.video.frame_rate);
    let format = rung.format();
    let audio = audio::beside(facts, wishes, rung.audio_rate());
    let inside = format::inside(source, (format.width, format.height));
    let mut notes = source_notes(facts, wishes);
    rung_notes(facts, wishes, format, inside, &audio, &mut notes);
    notes.extend(machine_notes(facts, wishes, machine));
    let encode = encode_on_rung(facts, wishes, machine, rung, inside, audio);
    Plan { limit: encode.most(), action: Action::Encode(Box::new(encode)), notes }
}

/// Returns an encode that never takes more than a rung's bandwidth, its video of the size `inside` in the middle of the
/// rung's.
pub(crate) fn encode_on_rung(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    rung: Rung,
    inside: (u32, u32),
    audio: AudioPlan,
) -> EncodePlan {
    let format = rung.format();
    let length = kept(facts, wishes);
    let preset = match effort_of(wishes, format, length.1 - length.0) {
        Effort::Fast => Preset::Ultrafast,
        Effort::Auto | Effort::Balanced => Preset::Veryfast,
        Effort::Best => Preset::Medium,
    };
    let mut encode =
        encode_plan(facts, wishes, machine, format, preset, RateControl::Capped(rung.cap()), audio);
    let distance = rung.keyframe_distance();
    encode.keyframe_distance = Some(distance);
    encode.chunks =
        chunks::at_multiples(&facts.video, facts.container, &encode.grid, machine.workers, distance);
    encode.conversion.inside = inside;
    encode
}
