//! How the audio gets what the video turned out to leave: once by the first pass's figures, and once by what the
//! encodes really took.

use super::rendition::{EncodeState, Leaves, Rendition};
use super::shared::{Audio, Shared};
use crate::machine::Decoder;
use crate::plan::audio::{self, AudioPlan};
use crate::plan::notes::audio_raised_notes;
use crate::plan::overhead::overhead;
use crate::plan::{Action, RateControl, audio_needs_ffmpeg};
use crate::step::Artifact;
use crate::units::Bytes;
use crate::wishes::Mode;

/// Audio encoders take a little more than they are asked for.
const AIM: f64 = 0.98;

impl Rendition {
    /// Plans the audio again where it is squeezed or left out and the video leaves `left` bytes of the limit. What was
    /// measured and encoded of the video stays. Returns whether the audio is made anew.
    pub(super) fn raise_audio(&mut self, shared: &mut Shared, leaves: Leaves, left: Bytes) -> bool {
        let better = self.encode.as_ref().and_then(|encode| raised(shared, encode, left));
        let Some(audio) = better else { return false };
        if !self.raised.mark(leaves) {
            return false;
        }
        if self.machine.decoder == Decoder::Browser
            && let Some(why) = audio_needs_ffmpeg(&audio, |_| true)
        {
            shared.fall_back(why);
            return true;
        }
        self.replace_audio(shared, audio);
        true
    }

    fn replace_audio(&mut self, shared: &mut Shared, audio: AudioPlan) {
        let (Some(encode), Action::Encode(planned)) = (&mut self.encode, &mut self.plan.action) else {
            return;
        };
        let before = encode.plan.overhead();
        if encode.plan.audio.stream().is_some() {
            shared.drop_files(vec![Artifact::AUDIO]);
        }
        encode.plan.audio = audio.clone();
        let container = encode.plan.overhead();
        if let Some(ledger) = &mut encode.ledger {
            ledger.add_overhead(Bytes(container.0.saturating_sub(before.0)));
        }
        let taken = audio.expected().during(encode.plan.audio_length).0 + container.0;
        let rest = Bytes(self.plan.limit.0.saturating_sub(taken));
        if let RateControl::TwoPass { video } | RateControl::Measured { video } = &mut planned.control {
            *video = rest.min(*video);
        }
        audio_raised_notes(&shared.facts, &shared.wishes, &audio, &mut self.plan.notes);
        shared.audio = Audio::planned(&audio);
        planned.audio = audio;
        shared.show_plan(self.index, &self.plan);
    }
}

/// The better audio for what there is and what is left, less what its own packets cost in the container.
fn raised(shared: &Shared, encode: &EncodeState, left: Bytes) -> Option<AudioPlan> {
    if shared.wishes.mode != Mode::Size || left == Bytes(0) {
        return None;
    }
    let plan = &encode.plan;
    let own = shared.audio.bytes().unwrap_or_default();
    let within =
        |room: Bytes| audio::raised(&shared.facts, &shared.wishes, room.over(plan.audio_length), &plan.audio);
    let room = Bytes(own.0 + left.0).times(AIM);
    let first = within(room)?;
    let container = overhead(plan.grid.frames, &first, plan.audio_length);
    let more = container.0.saturating_sub(encode.plan.overhead().0);
    within(Bytes(room.0.saturating_sub(more)))
}
