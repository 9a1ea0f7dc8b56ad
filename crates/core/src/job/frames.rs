//! Decoded frames that the renditions of a package share: the first rendition leaves those of a chunk, the others take
//! them instead of decoding again, as far as there is room. Knows no pass.

use crate::plan::{Action, EncodePlan, Plan, RateControl};
use crate::step::{
    Artifact, ArtifactKind, Input, InputSource, Output, Program, Task, TaskId, Written, files,
};
use crate::units::Bytes;
use std::collections::{BTreeMap, BTreeSet};

/// The frames that are there or on their way.
#[derive(Debug)]
pub(super) struct SharedFrames {
    /// Size of the first rendition, in which they are kept.
    size: (u32, u32),
    /// Tasks that want the frames of one chunk.
    uses: usize,
    /// Bytes that may still be kept.
    room: u64,
    /// Of the frames of each chunk, so many bytes lie in memory.
    in_memory: Bytes,
    keeps: bool,
    /// By the first frame of their chunk.
    chunks: BTreeMap<u64, ChunkFrames>,
    /// Chunks whose frames were left once: a task that would take them a second time was not counted.
    left: BTreeSet<u64>,
    /// Running tasks that leave or take some.
    roles: BTreeMap<TaskId, (u64, Role)>,
}

/// Decoded frames of one chunk.
#[derive(Debug)]
struct ChunkFrames {
    bytes: u64,
    /// They are there; until then they are on their way.
    kept: bool,
    /// Tasks that are still to come for them.
    uses: usize,
}

/// What a task has to do with the frames of its chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It decodes for itself.
    Decodes,
    /// It leaves them for the others.
    Leaves,
    /// It takes them instead of decoding.
    Takes,
}

impl SharedFrames {
    /// Returns the frames of a plan, none of which is there yet; only packages share any.
    pub(super) fn new(plan: &Plan, room: Bytes, in_memory: Bytes) -> SharedFrames {
        let encodes: Vec<&EncodePlan> = match &plan.action {
            Action::Package(package) => package.renditions.iter().map(|one| &one.encode).collect(),
            Action::Keep | Action::Remux(_) | Action::Encode(_) => Vec::new(),
        };
        let passes =
            |encode: &&EncodePlan| if matches!(encode.control, RateControl::TwoPass { .. }) { 2 } else { 1 };
        SharedFrames {
            size: encodes.first().map_or((0, 0), |first| (first.format.width, first.format.height)),
            uses: encodes.iter().map(passes).sum(),
            room: room.0,
            in_memory,
            keeps: !encodes.is_empty(),
            chunks: BTreeMap::new(),
            left: BTreeSet::new(),
            roles: BTreeMap::new(),
        }
    }

    /// Stops keeping frames after memory ran out: they save time, but not at the price of the encode.
    pub(super) fn keep_no_more(&mut self) {
        self.keeps = false;
    }

    /// Returns how urgent work is that decodes the chunk with this first frame for an encoder, if it decodes one. First
    /// comes what decodes nothing, then what has its frames, then what makes frames, in the order of time.
    pub(super) fn urgency(&self, rendition: usize, chunk: Option<u64>) -> (u32, u64, usize) {
        let Some(chunk) = chunk else { return (0, 0, rendition) };
        let rank = match (self.chunks.get(&chunk), rendition) {
            (Some(frames), _) if frames.kept => 1,
            (None, 0) => 2,
            // Its frames are on their way, or will be.
            _ => 3,
        };
        (rank, chunk, rendition)
    }

    /// Lets a task that decodes take frames that are there already, or leave its own for the others.
    pub(super) fn share(&mut self, rendition: usize, task: &mut Task) {
        let (true, Program::Decode { step, .. }, Some(_)) = (self.uses > 0, &task.program, &task.encode)
        else {
            return;
        };
        let (chunk, frames) = (step.first, step.frames);
        let artifact = Artifact { rendition: 0, kind: ArtifactKind::SharedFrames(chunk) };
        let part = if self.chunks.get(&chunk).is_some_and(|frames| frames.kept) {
            let (width, height) = self.size;
            task.program = Program::Frames { width, height };
            task.inputs.retain(|input| input.source != InputSource::Clip);
            task.inputs.push(Input { name: files::FRAMES_FILE.into(), source: InputSource::Kept(artifact) });
            Role::Takes
        } else if rendition == 0 && !self.chunks.contains_key(&chunk) && self.leaves(chunk, frames) {
            task.outputs.push(Output { name: files::FRAMES_FILE.into(), keep: Some(artifact), read: 0 });
            task.frames_in_memory = self.in_memory;
            Role::Leaves
        } else {
            Role::Decodes
        };
        self.roles.insert(task.id, (chunk, part));
    }

    /// Books room for the frames of a chunk, where there is some.
    fn leaves(&mut self, chunk: u64, frames: u64) -> bool {
        if !self.keeps || !self.left.insert(chunk) {
            return false;
        }
        let (width, height) = self.size;
        let bytes = (u64::from(width) * u64::from(height) * 3 / 2).saturating_mul(frames);
        if bytes > self.room || self.uses < 2 {
            return false;
        }
        self.room -= bytes;
        self.chunks.insert(chunk, ChunkFrames { bytes, kept: false, uses: self.uses });
        true
    }

    /// Takes the frames of a task that ended by itself out of what it wrote, and returns what need not be kept any
    /// more. `ran` says whether the task succeeded.
    pub(super) fn task_ended(
        &mut self,
        task: TaskId,
        outputs: &mut Vec<Written>,
        ran: bool,
    ) -> Vec<Artifact> {
        let Some((chunk, part)) = self.roles.remove(&task) else { return Vec::new() };
        let made = outputs.iter().position(|written| written.name == files::FRAMES_FILE);
        // A rendition would count on them after they are gone.
        let left = made.map(|place| outputs.swap_remove(place)).is_some();
        let Some(frames) = self.chunks.get_mut(&chunk) else { return Vec::new() };
        let lost = match part {
            Role::Leaves => !left,
            // They may be what failed.
            Role::Takes => !ran,
            Role::Decodes => false,
        };
        frames.kept |= left;
        frames.uses = frames.uses.saturating_sub(1);
        if frames.uses == 0 || lost { self.forget(chunk) } else { Vec::new() }
    }

    /// Forgets a task whose worker died, with the frames that it left or took.
    pub(super) fn task_died(&mut self, task: TaskId) -> Vec<Artifact> {
        match self.roles.remove(&task) {
            Some((chunk, Role::Leaves | Role::Takes)) => self.forget(chunk),
            Some((_, Role::Decodes)) | None => Vec::new(),
        }
    }

    fn forget(&mut self, chunk: u64) -> Vec<Artifact> {
        let Some(frames) = self.chunks.remove(&chunk) else { return Vec::new() };
        self.room += frames.bytes;
        let kind = ArtifactKind::SharedFrames(chunk);
        if frames.kept { vec![Artifact { rendition: 0, kind }] } else { Vec::new() }
    }
}
