//! The quick recipe: one pass at constant quality, no larger than the source.

use super::audio;
use super::encode::{encode_plan, machine_notes};
use super::format::{self, Fixed};
use super::notes::{encode_notes, source_notes};
use super::types::{Action, Plan, RateControl};
use crate::clip::facts::MediaFacts;
use crate::machine::Machine;
use crate::machine::Preset;
use crate::wishes::Wishes;

pub(super) fn quick(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Plan {
    let mut notes = source_notes(facts, wishes);
    let fixed = Fixed { height: wishes.height, frame_rate: wishes.frame_rate, ..Fixed::default() };
    let format = format::whole(facts.video.display_size(), facts.video.frame_rate, fixed);
    let audio = audio::recipe_audio(facts, wishes);
    encode_notes(facts, wishes, format, &audio, &mut notes);
    notes.extend(machine_notes(facts, wishes, machine));
    let control = RateControl::Quality { crf: 30 };
    let encode = encode_plan(facts, wishes, machine, format, Preset::Superfast, control, audio);
    Plan { limit: facts.file_bytes, action: Action::Encode(Box::new(encode)), notes }
}
