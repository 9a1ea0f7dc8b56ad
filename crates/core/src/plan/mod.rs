//! The plan: what will be made of a clip, shown before anything runs. Pure: `(facts, wishes, machine) -> Plan`. This
//! file only says which of its neighbours answers which mode.

pub mod audio;
pub mod chunks;
mod encode;
pub mod format;
pub mod framing;
pub mod notes;
pub mod overhead;
mod package;
mod part;
pub mod predict;
mod quick;
pub mod refusal;
mod rung;
mod size;
mod suits;
pub mod types;

use crate::clip::facts::MediaFacts;
use crate::machine::Machine;
use crate::wishes::{Mode, Wishes};
pub(crate) use encode::conversion;
pub use encode::effort_of;
use notes::Note;
pub(crate) use package::refuse as refuse_package;
pub use part::keeps_nothing;
use refusal::Refusal;
pub(crate) use size::hand_over;
pub use size::{Ceiling, plan_encode, plays_everywhere};
pub(crate) use suits::audio_needs_ffmpeg;
pub use suits::{suits, suits_container};
pub use types::{Action, Conversion, EncodePlan, PackagePlan, Plan, RateControl, RemuxPlan, RenditionPlan};

/// Plans `facts` under `wishes` for this machine.
pub fn plan(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Result<Plan, Refusal> {
    match wishes.mode {
        Mode::Size => {}
        Mode::Quick => return Ok(quick::quick(facts, wishes, machine)),
        Mode::Ladder if wishes.renditions.is_empty() => return Ok(rung::on_rung(facts, wishes, machine)),
        Mode::Ladder => return Ok(package::files(facts, wishes, machine)),
        Mode::Hls => return package::plan(facts, wishes, machine),
    }
    match size::without_encoding(facts, wishes, wishes.target) {
        Some(_) if plays_everywhere(facts) => Ok(size::hand_over(facts, wishes, wishes.target)),
        Some(action) => {
            let mut notes = notes::source_notes(facts, wishes);
            notes.push(Note::Remuxed);
            Ok(Plan { limit: wishes.target, action, notes })
        }
        None => plan_encode(facts, wishes, machine, Ceiling::default()),
    }
}
