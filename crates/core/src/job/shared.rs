//! What the renditions of a job share while a plan is carried out: the plan as it stands, the tasks, the audio, and how
//! it all ends. Starts nothing.

use super::events::{Command, Milestone};
use super::failure::Failure;
use super::report::Report;
use crate::clip::facts::MediaFacts;
use crate::clip::watched::Perceived;
use crate::machine::WhyFfmpeg;
use crate::plan::audio::AudioPlan;
use crate::plan::{Action, Plan};
use crate::step::watch::{Seen, WatchStep};
use crate::step::{Answer, Artifact, TaskId, Written};
use crate::units::{Bytes, Micros};
use crate::wishes::{Codec, Wishes};
use std::collections::BTreeMap;

/// Progress while the result is put together and checked.
pub(super) const FINISHING: f64 = 0.98;

/// What a task is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Copying the source's packets into MP4.
    Remux,
    /// The audio of all renditions.
    Audio,
    /// Measuring a chunk.
    FirstPass(usize),
    /// Encoding a chunk into these bytes.
    Encode { chunk: usize, asked: Bytes, serial: u32 },
    /// Putting chunks and audio together.
    Assemble,
    /// Opening the file again.
    Check { bytes: Bytes, index_first: bool },
    /// Decoding the source from its start, for all renditions: its place among `Shared::sources`.
    WatchSource(usize),
    /// Decoding the source once more, since its decoder reported errors, to find the frames that decode without one.
    FindDamage,
    /// Decoding a source that is handed over as it is.
    WatchKept,
    /// Decoding a part of the finished file: its place among them.
    WatchResult(usize),
    /// Cutting the finished file into segments.
    Cut,
}

impl Work {
    /// Returns whether all renditions have use for it.
    pub(super) fn is_shared(self) -> bool {
        matches!(self, Work::Audio | Work::WatchSource(_) | Work::FindDamage)
    }

    /// Returns whether it decodes a whole file to look at it.
    pub(super) fn watches(self) -> bool {
        matches!(self, Work::WatchSource(_) | Work::FindDamage | Work::WatchKept | Work::WatchResult(_))
    }
}

/// A decode of the source from its start, sampled on one grid.
#[derive(Debug)]
pub(super) struct SourceWatch {
    pub(super) step: WatchStep,
    /// What it brought: `None` while a task does it, nothing where that failed.
    pub(super) seen: Option<Option<Box<Seen>>>,
}

/// A part of a finished file that one task decodes.
#[derive(Debug, Clone)]
pub(super) struct WatchedPart {
    pub(super) work: Work,
    /// Where its first keyframe is in the result; `None` is its start.
    pub(super) from: Option<Micros>,
    /// Its slots: the first, and how many.
    pub(super) slots: Option<(u64, u64)>,
    /// What decoding brought, once it ended: nothing where that failed.
    pub(super) seen: Option<Option<Seen>>,
}

impl WatchedPart {
    /// All of a file.
    pub(super) fn whole(work: Work) -> WatchedPart {
        WatchedPart { work, from: None, slots: None, seen: None }
    }
}

/// Times of the source's frames that decode without an error, where a decode of it brought errors.
#[derive(Debug)]
pub(super) enum WholeFrames {
    /// Nobody has asked.
    Unknown,
    /// A task finds them.
    Asked,
    /// They are found; nothing where that failed.
    Found(Option<Vec<Micros>>),
}

/// What the renditions of a job share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) facts: MediaFacts,
    pub(super) wishes: Wishes,
    /// The plan as it stands.
    pub(super) plan: Plan,
    pub(super) tasks: Tasks,
    pub(super) audio: Audio,
    /// Decodes of the source from its start, one for each grid.
    pub(super) sources: Vec<SourceWatch>,
    /// How loud the source is, as encoding its audio found it.
    pub(super) heard: Option<Perceived>,
    pub(super) whole_frames: WholeFrames,
    /// Bytes of decoded frames that a rendition may keep for its own passes.
    pub(super) frames_room: Bytes,
    /// How many of them lie in memory.
    pub(super) frames_in_memory: Bytes,
    /// The table with which ffmpeg maps the source's HDR, if it does.
    pub(super) tones: Option<String>,
    /// The browser's decoders go on after errors.
    pub(super) lenient: bool,
    pub(super) commands: Vec<Command>,
    pub(super) end: Option<End>,
    pub(super) restarted: bool,
    pub(super) failed_encoders: Vec<Codec>,
}

/// How a schedule ends.
#[derive(Debug)]
pub(super) enum End {
    /// With a checked result.
    Finished(Box<Report>),
    /// Without one.
    GaveUp(Failure),
    /// The browser's own codecs are not up to it.
    FellBack(WhyFfmpeg),
}

/// The audio, which the first rendition makes for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audio {
    /// Not begun.
    Waiting,
    /// A task makes it.
    Running,
    /// Its packets take so many bytes; none where there is no audio.
    Made(Bytes),
}

impl Audio {
    pub(super) fn planned(plan: &AudioPlan) -> Audio {
        if matches!(plan, AudioPlan::None(_)) { Audio::Made(Bytes(0)) } else { Audio::Waiting }
    }

    /// Its bytes, once it is made.
    pub(super) fn bytes(self) -> Option<Bytes> {
        match self {
            Audio::Made(bytes) => Some(bytes),
            Audio::Waiting | Audio::Running => None,
        }
    }
}

/// The tasks of a job.
#[derive(Debug)]
pub(super) struct Tasks {
    /// How many run side by side; fewer after memory ran out.
    pub(super) at_once: usize,
    /// All work is queued as soon as it is known, and the most urgent is picked: renditions that share decoded frames
    /// are worth choosing among. Else work is picked when a worker is free, so that it can build on what the others
    /// found.
    pub(super) queues_all: bool,
    pub(super) next: u32,
    pub(super) running: BTreeMap<TaskId, Running>,
    /// Work that is due: to be done again, or queued.
    pub(super) waiting: Vec<Waiting>,
}

/// A task under way.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) rendition: usize,
    pub(super) work: Work,
    pub(super) tries: u32,
    /// Frames that it has encoded.
    pub(super) frames: u64,
}

/// A task that ended by itself: the fields of `Event::Done`.
pub(super) struct Ended {
    pub(super) exit_code: i32,
    pub(super) answer: Option<Answer>,
    pub(super) outputs: Vec<Written>,
    pub(super) log: Vec<String>,
}

/// Work that is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    pub(super) rendition: usize,
    pub(super) work: Work,
    pub(super) tries: u32,
}

impl Tasks {
    /// Returns whether a rendition has nothing under way and nothing due.
    pub(super) fn has_none_of(&self, rendition: usize) -> bool {
        let of_source = |work| matches!(work, Work::WatchSource(_) | Work::FindDamage);
        let own = |one: usize, work: Work| one == rendition && !of_source(work);
        !self.running.values().any(|running| own(running.rendition, running.work))
            && !self.waiting.iter().any(|waiting| own(waiting.rendition, waiting.work))
    }

    /// Halves the number of tasks side by side after memory ran out, or with hardware that allows only so many at a
    /// time.
    pub(super) fn halve(&mut self) {
        self.at_once = (self.at_once / 2).max(1);
    }
}

impl Shared {
    pub(super) fn command(&mut self, command: Command) {
        self.commands.push(command);
    }

    pub(super) fn drop_files(&mut self, artifacts: Vec<Artifact>) {
        if !artifacts.is_empty() {
            self.commands.push(Command::Drop(artifacts));
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Ends the schedule. The first end counts.
    pub(super) fn end(&mut self, end: End) {
        self.end.get_or_insert(end);
    }

    /// Takes in a rendition's new plan and shows what that makes of the job's.
    pub(super) fn show_plan(&mut self, rendition: usize, own: &Plan) {
        match (&mut self.plan.action, &own.action) {
            (Action::Package(package), Action::Encode(encode)) => {
                if let Some(rendition) = package.renditions.get_mut(rendition) {
                    rendition.encode = (**encode).clone();
                }
                self.plan.notes = own.notes.clone();
            }
            _ => self.plan = own.clone(),
        }
        let plan = Box::new(self.plan.clone());
        self.commands.push(Command::Show(Milestone::Planned(plan)));
    }

    /// Notes that a rendition begins again from the start.
    pub(super) fn note_restart(&mut self) {
        // The others of a package go on: their progress counts, and the restart only holds it up.
        self.restarted |= !self.plan.is_package();
    }

    /// Notes that the browser's own encoder for the wished codec does not work here.
    pub(super) fn note_failed_encoder(&mut self) {
        let codec = self.wishes.codec;
        self.failed_encoders.push(codec);
        self.commands.push(Command::EncoderFailed(codec));
    }
}
