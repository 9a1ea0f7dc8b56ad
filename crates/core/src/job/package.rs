//! The session of a package: one session for each rendition, side by side, whose sound is made once and whose pictures are
//! decoded once where there is room to keep them; then, for streaming, every finished file is cut into segments, and the
//! playlists are written and held against the rules. Knows nothing of how a rendition is encoded.

use super::outcome::{GiveUp, PackageFile, Report, Step};
use super::session::Session;
use crate::clip::facts::MediaFacts;
use crate::hls::begin;
use crate::hls::check;
use crate::hls::{self, Segments};
use crate::job::verify::Fault;
use crate::machine::Machine;
use crate::plan::{Action, PackagePlan, Plan, RateControl};
use crate::progress::{Progress, Stage};
use crate::step::ffmpeg as args;
use crate::step::package::PackageStep;
use crate::step::{
    Answer, Artifact, Command, Death, Event, Input, Output, Program, Source, Task, TaskId, Written,
};
use crate::units::Bytes;
use crate::wishes::Wishes;
use crate::wishes::packaging::SegmentFormat;
use std::collections::{BTreeMap, BTreeSet};

/// Tasks of rendition `n` are numbered from `n + 1` times this on, the package's own from 0.
const TASKS: u32 = 1 << 24;
/// The same for the chunks of renditions among the kept files.
const CHUNKS: usize = 1 << 20;
/// A file is cut this often at most.
const TRIES: u32 = 3;
/// More than what a rendition missed its share by is offered, since it is measured at its coarsest.
const RAISED: f64 = 1.1;
/// Progress that is left for cutting.
const MAIN_WORK: f64 = 0.96;

/// A package on its way.
#[derive(Debug)]
pub struct PackageSession {
    plan: Plan,
    wishes: Wishes,
    /// What segments are made of; `None` leaves every rendition one file.
    format: Option<SegmentFormat>,
    segments: Segments,
    renditions: Vec<Rendition>,
    at_once: usize,
    /// Bytes of decoded frames that may still be kept.
    room: u64,
    /// Tasks for which no worker was free.
    waiting: Vec<Waiting>,
    running: BTreeMap<TaskId, Running>,
    /// Whether decoded frames are kept at all.
    keeps_frames: bool,
    /// Decoded frames by the first frame of their chunk.
    frames: BTreeMap<u64, Frames>,
    /// Chunks whose frames were left once.
    left: BTreeSet<u64>,
    sound: Sound,
    next_task: u32,
    furthest: f64,
    ended: bool,
}

#[derive(Debug)]
struct Rendition {
    session: Session,
    size: (u32, u32),
    report: Option<Report>,
    cut: Option<Cut>,
    tries: u32,
}

/// A rendition's segments.
#[derive(Debug)]
struct Cut {
    codecs: hls::Codecs,
    init: Vec<u8>,
    sizes: Vec<Bytes>,
    begins: Vec<Option<begin::Begin>>,
}

#[derive(Debug)]
struct Waiting {
    rendition: usize,
    task: Task,
    /// First frame of the chunk that it decodes.
    chunk: Option<u64>,
}

#[derive(Debug)]
struct Running {
    rendition: usize,
    chunk: Option<u64>,
    cuts: bool,
    part: Part,
}

/// What a task has to do with the frames of its chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It decodes for itself, if it decodes.
    None,
    /// It leaves them for the others.
    Leaves,
    /// It takes them instead of decoding.
    Takes,
}

/// Decoded frames of one chunk, in the size of the first rendition.
#[derive(Debug)]
struct Frames {
    artifact: Artifact,
    bytes: u64,
    /// They lie there; until then they are on their way.
    kept: bool,
    /// Tasks that are still to come for them.
    uses: usize,
}

/// The sound, which the first rendition makes for all.
#[derive(Debug)]
enum Sound {
    /// Not yet; these tasks of the others wait for it.
    Awaited(Vec<(usize, TaskId)>),
    /// As it was written.
    Made(Vec<Written>),
}

impl PackageSession {
    /// A session for a package; `None` where the plan is none or its segments are no segments.
    pub fn new(facts: &MediaFacts, wishes: &Wishes, plan: Plan, machine: Machine) -> Option<PackageSession> {
        let Action::Package(package) = &plan.action else { return None };
        let PackagePlan { format, renditions, .. } = package;
        let (format, segments) = (*format, package.segments()?);
        let renditions = renditions
            .iter()
            .map(|one| {
                let action = Action::Encode(Box::new(one.encode.clone()));
                let own = Plan { limit: one.limit, action, notes: plan.notes.clone() };
                Rendition {
                    session: Session::new(facts.clone(), wishes.clone(), own, machine).one_of_several(),
                    size: (one.encode.picture.width, one.encode.picture.height),
                    report: None,
                    cut: None,
                    tries: 0,
                }
            })
            .collect();
        Some(PackageSession {
            plan,
            wishes: wishes.clone(),
            format,
            segments,
            renditions,
            at_once: 1,
            room: 0,
            waiting: Vec::new(),
            running: BTreeMap::new(),
            keeps_frames: true,
            frames: BTreeMap::new(),
            left: BTreeSet::new(),
            sound: Sound::Awaited(Vec::new()),
            next_task: 0,
            furthest: 0.0,
            ended: false,
        })
    }

    /// How far it is. Never falls.
    pub fn progress(&mut self) -> Progress {
        let pixels = |size: (u32, u32)| f64::from(size.0) * f64::from(size.1);
        let all: f64 = self.renditions.iter().map(|one| pixels(one.size)).sum();
        let done: f64 = self
            .renditions
            .iter_mut()
            .map(|one| {
                pixels(one.size) * if one.report.is_some() { 1.0 } else { one.session.progress().fraction }
            })
            .sum();
        let through = |one: &&Rendition| one.cut.is_some() || self.format.is_none() && one.report.is_some();
        let cut = self.renditions.iter().filter(through).count() as f64;
        let fraction =
            MAIN_WORK * done / all.max(1.0) + (1.0 - MAIN_WORK) * cut / self.renditions.len().max(1) as f64;
        self.furthest = self.furthest.max(fraction.min(1.0));
        let finishing = self.renditions.iter().all(|one| one.report.is_some());
        Progress {
            stage: if finishing { Stage::Finishing } else { Stage::Encoding },
            fraction: self.furthest,
        }
    }

    /// Takes an event, answers with what to do. Events after the end and of unknown tasks are ignored.
    pub fn handle(&mut self, event: Event) -> Vec<Command> {
        if self.ended {
            return Vec::new();
        }
        let mut commands = Vec::new();
        match event {
            Event::Start { workers, frames } => {
                self.at_once = workers.max(1);
                self.room = frames.0;
                for index in 0..self.renditions.len() {
                    // Each names all of its tasks; which of them runs is decided here.
                    let all = Event::Start { workers: self.at_once, frames: Bytes(0) };
                    self.tell(index, all, &mut commands);
                }
            }
            Event::Progress { task, frames } => {
                if let Some((index, own)) = owner(task) {
                    self.tell(index, Event::Progress { task: own, frames }, &mut commands);
                }
            }
            Event::Done { task, exit_code, answer, outputs, log } => {
                if let Some(running) = self.running.remove(&task) {
                    self.done(task, &running, exit_code, answer, outputs, log, &mut commands);
                }
            }
            Event::WorkerDied { task, death, log } => {
                if let Some(running) = self.running.remove(&task) {
                    self.died(task, &running, death, log, &mut commands);
                }
            }
            Event::Cancel => self.end(GiveUp::Cancelled, &mut commands),
        }
        self.fill(&mut commands);
        commands
    }

    fn end(&mut self, reason: GiveUp, commands: &mut Vec<Command>) {
        self.ended = true;
        commands.extend([Command::Stop, Command::GiveUp(Box::new(reason))]);
    }

    /// Tells a rendition's session, and takes in what it answers.
    fn tell(&mut self, index: usize, event: Event, commands: &mut Vec<Command>) {
        let Some(rendition) = self.renditions.get_mut(index) else { return };
        let answers = rendition.session.handle(event);
        for answer in answers {
            if self.ended {
                return;
            }
            match answer {
                Command::Run(task) => self.ask(index, task, commands),
                Command::Replanned(plan) => self.replanned(index, *plan, commands),
                Command::EncoderFailed(codec) => commands.push(Command::EncoderFailed(codec)),
                Command::Drop(artifacts) => {
                    // The sound is everybody's until the end.
                    let own = artifacts.into_iter().filter(|artifact| *artifact != Artifact::Audio);
                    commands.push(Command::Drop(own.map(|artifact| outward(index, artifact)).collect()));
                }
                // What follows says why.
                Command::Stop => {}
                Command::Finish(report) => {
                    self.renditions[index].report = Some(*report);
                    match self.format {
                        Some(format) => self.cut(index, format),
                        None => self.finish_files(commands),
                    }
                }
                Command::GiveUp(reason) => {
                    let reason = self.in_all(*reason);
                    self.end(reason, commands);
                }
                Command::BeginWithFfmpeg(why) => {
                    self.ended = true;
                    commands.push(Command::BeginWithFfmpeg(why));
                }
            }
        }
    }

    /// A rendition's failure in terms of the whole package, which is what the person named a target for.
    fn in_all(&self, reason: GiveUp) -> GiveUp {
        match (&reason, self.wishes.packaging.target) {
            (GiveUp::OverLimit { reached, limit }, Some(_)) if self.format.is_some() => {
                let scale = reached.0 as f64 / limit.0.max(1) as f64 * RAISED;
                let least = Bytes((self.plan.limit.0 as f64 * scale / 1000.0).ceil() as u64 * 1000);
                GiveUp::TooSmall(crate::plan::refuse_package(&self.wishes, least))
            }
            _ => reason,
        }
    }

    fn replanned(&mut self, index: usize, plan: Plan, commands: &mut Vec<Command>) {
        if let (Action::Package(package), Action::Encode(encode)) = (&mut self.plan.action, plan.action)
            && let Some(rendition) = package.renditions.get_mut(index)
        {
            rendition.encode = *encode;
        }
        self.plan.notes = plan.notes;
        commands.push(Command::Replanned(Box::new(self.plan.clone())));
    }

    /// A rendition wants this run.
    fn ask(&mut self, index: usize, mut task: Task, commands: &mut Vec<Command>) {
        let own = task.id;
        task.id = TaskId(own.0.saturating_add((index as u32 + 1).saturating_mul(TASKS)));
        let makes_sound = task.outputs.iter().any(|output| output.keep == Some(Artifact::Audio));
        if makes_sound && index > 0 {
            match &mut self.sound {
                Sound::Awaited(waiting) => waiting.push((index, own)),
                Sound::Made(outputs) => {
                    let outputs = outputs.clone();
                    self.tell(index, sound_made(own, outputs), commands);
                }
            }
            return;
        }
        for input in &mut task.inputs {
            if let Source::Kept(artifact) = &mut input.source {
                *artifact = outward(index, *artifact);
            }
        }
        for output in &mut task.outputs {
            output.keep = output.keep.map(|artifact| outward(index, artifact));
        }
        let chunk = match (&task.program, &task.encode) {
            (Program::Decode(step), Some(_)) => Some(step.first),
            _ => None,
        };
        self.waiting.push(Waiting { rendition: index, task, chunk });
    }

    /// Asks for a finished file to be cut.
    fn cut(&mut self, index: usize, format: SegmentFormat) {
        let step = PackageStep::new(format, &self.segments);
        let fragments = format == SegmentFormat::Fmp4;
        let outputs =
            step.outputs().into_iter().enumerate().map(|(place, name)| match place.checked_sub(1) {
                // It tells what the streams are; as a file it belongs to fragments only.
                None => {
                    let keep = fragments.then_some(Artifact::Init(index));
                    Output { name, keep, read: usize::MAX }
                }
                Some(segment) => {
                    Output { name, keep: Some(Artifact::Segment(index, segment)), read: begin::HEAD }
                }
            });
        let task = Task {
            id: TaskId(self.next_task),
            outputs: outputs.collect(),
            program: Program::Package(step),
            inputs: vec![Input {
                name: args::RESULT_FILE.into(),
                source: Source::Kept(Artifact::Rendition(index)),
            }],
            encode: None,
        };
        self.next_task += 1;
        self.waiting.push(Waiting { rendition: index, task, chunk: None });
    }

    /// Starts tasks while workers are free.
    fn fill(&mut self, commands: &mut Vec<Command>) {
        while !self.ended && self.running.len() < self.at_once && !self.waiting.is_empty() {
            let next =
                (0..self.waiting.len()).min_by_key(|&place| self.urgency(&self.waiting[place])).unwrap_or(0);
            let mut waiting = self.waiting.swap_remove(next);
            let part = self.share_frames(&mut waiting);
            let cuts = matches!(waiting.task.program, Program::Package(_));
            let Waiting { rendition, task, chunk } = waiting;
            self.running.insert(task.id, Running { rendition, chunk, cuts, part });
            commands.push(Command::Run(task));
        }
    }

    /// What goes first: what decodes nothing, then what has its frames, then what makes frames, in the order of time.
    fn urgency(&self, waiting: &Waiting) -> (u32, u64, usize) {
        let Some(chunk) = waiting.chunk else { return (0, 0, waiting.rendition) };
        let rank = match (self.frames.get(&chunk), waiting.rendition) {
            (Some(frames), _) if frames.kept => 1,
            (None, 0) => 2,
            // Its frames are on their way, or will be.
            _ => 3,
        };
        (rank, chunk, waiting.rendition)
    }

    /// A task that decodes takes frames that are there already, or leaves its own for the others.
    fn share_frames(&mut self, waiting: &mut Waiting) -> Part {
        let Some(chunk) = waiting.chunk else { return Part::None };
        let (width, height) = self.renditions[0].size;
        match self.frames.get(&chunk) {
            Some(frames) if frames.kept => {
                waiting.task.program = Program::Frames { width, height };
                waiting.task.inputs.retain(|input| input.source != Source::Clip);
                let source = Source::Kept(frames.artifact);
                waiting.task.inputs.push(Input { name: args::FRAMES_FILE.into(), source });
                Part::Takes
            }
            None if waiting.rendition == 0 => {
                let Program::Decode(step) = &waiting.task.program else { return Part::None };
                // Who would take them a second time is not counted.
                if !self.keeps_frames || !self.left.insert(chunk) {
                    return Part::None;
                }
                let bytes = (u64::from(width) * u64::from(height) * 3 / 2).saturating_mul(step.frames);
                let uses = self.uses();
                if bytes > self.room || uses < 2 {
                    return Part::None;
                }
                self.room -= bytes;
                let artifact = Artifact::Frames(step.first as usize);
                waiting.task.outputs.push(Output {
                    name: args::FRAMES_FILE.into(),
                    keep: Some(artifact),
                    read: 0,
                });
                self.frames.insert(chunk, Frames { artifact, bytes, kept: false, uses });
                Part::Leaves
            }
            _ => Part::None,
        }
    }

    /// How many tasks want the frames of one chunk.
    fn uses(&self) -> usize {
        let Action::Package(package) = &self.plan.action else { return 0 };
        let passes =
            |control: RateControl| if matches!(control, RateControl::TwoPass { .. }) { 2 } else { 1 };
        package.renditions.iter().map(|one| passes(one.encode.control)).sum()
    }

    /// A task for a chunk has ended; `left` says whether it has left frames. They may be of no more use, or not be there.
    fn used(&mut self, chunk: u64, part: Part, left: bool, ran: bool, commands: &mut Vec<Command>) {
        let Some(frames) = self.frames.get_mut(&chunk) else { return };
        let lost = match part {
            Part::Leaves => !left,
            // They may be what failed.
            Part::Takes => !ran,
            Part::None => false,
        };
        frames.kept |= left;
        frames.uses = frames.uses.saturating_sub(1);
        if frames.uses == 0 || lost {
            self.forget(chunk, commands);
        }
    }

    fn forget(&mut self, chunk: u64, commands: &mut Vec<Command>) {
        if let Some(frames) = self.frames.remove(&chunk) {
            self.room += frames.bytes;
            if frames.kept {
                commands.push(Command::Drop(vec![frames.artifact]));
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of one event")]
    fn done(
        &mut self,
        task: TaskId,
        running: &Running,
        exit_code: i32,
        answer: Option<Answer>,
        mut outputs: Vec<Written>,
        log: Vec<String>,
        commands: &mut Vec<Command>,
    ) {
        let index = running.rendition;
        if running.cuts {
            let Some(format) = self.format else { return };
            match self.read_cut(format, &outputs).filter(|_| exit_code == 0) {
                Some(cut) => {
                    self.renditions[index].cut = Some(cut);
                    commands.push(Command::Drop(vec![Artifact::Rendition(index)]));
                    if self.renditions.iter().all(|one| one.cut.is_some())
                        && let Some((files, fault)) = self.put_together(format)
                    {
                        self.finish(files, fault, commands);
                    }
                }
                None => self.cut_again(index, Some(exit_code), log, commands),
            }
            return;
        }
        if let Some(chunk) = running.chunk {
            let made = outputs.iter().position(|written| written.name == args::FRAMES_FILE);
            // A rendition's own session would go on with them after they are gone.
            let left = made.map(|place| outputs.swap_remove(place)).is_some();
            self.used(chunk, running.part, left, exit_code == 0, commands);
        }
        let Some((index, own)) = owner(task) else { return };
        let sound = outputs.iter().any(|written| written.name == args::AUDIO_FILE && written.size.0 > 0);
        let made = (sound && exit_code == 0).then(|| outputs.clone());
        self.tell(index, Event::Done { task: own, exit_code, answer, outputs, log }, commands);
        if let Some(outputs) = made {
            let waiting = match std::mem::replace(&mut self.sound, Sound::Made(outputs.clone())) {
                Sound::Awaited(waiting) => waiting,
                Sound::Made(_) => Vec::new(),
            };
            for (index, own) in waiting {
                self.tell(index, sound_made(own, outputs.clone()), commands);
            }
        }
        self.silence(commands);
    }

    /// The first rendition goes on without sound: so do the others, each of which tries as often as it would.
    fn silence(&mut self, commands: &mut Vec<Command>) {
        let Action::Package(package) = &self.plan.action else { return };
        let silent = package.renditions.first().is_some_and(|one| one.encode.audio.stream().is_none());
        while silent && !self.ended {
            let Sound::Awaited(waiting) = &mut self.sound else { return };
            let Some((index, own)) = waiting.pop() else { return };
            let failed =
                Event::Done { task: own, exit_code: 1, answer: None, outputs: Vec::new(), log: Vec::new() };
            self.tell(index, failed, commands);
        }
    }

    fn died(
        &mut self,
        task: TaskId,
        running: &Running,
        death: Death,
        log: Vec<String>,
        commands: &mut Vec<Command>,
    ) {
        if death == Death::OutOfMemory {
            self.at_once = (self.at_once / 2).max(1);
            self.keeps_frames = false;
        }
        if let Some(chunk) = running.chunk.filter(|_| running.part != Part::None) {
            self.forget(chunk, commands);
        }
        match owner(task) {
            Some((index, own)) => self.tell(index, Event::WorkerDied { task: own, death, log }, commands),
            None => self.cut_again(running.rendition, None, log, commands),
        }
    }

    fn cut_again(
        &mut self,
        index: usize,
        exit_code: Option<i32>,
        log: Vec<String>,
        commands: &mut Vec<Command>,
    ) {
        self.renditions[index].tries += 1;
        match self.format.filter(|_| self.renditions[index].tries < TRIES) {
            Some(format) => self.cut(index, format),
            None => self.end(GiveUp::Broken { step: Step::Assemble, exit_code, log }, commands),
        }
    }

    fn read_cut(&self, format: SegmentFormat, outputs: &[Written]) -> Option<Cut> {
        let [init, segments @ ..] = outputs else { return None };
        let begins = segments.iter().map(|one| begin::begin(format, &init.head, &one.head)).collect();
        (init.name == hls::INIT && segments.len() == self.segments.count()).then_some(())?;
        Some(Cut {
            codecs: hls::codecs(&init.head)?,
            init: init.head.clone(),
            sizes: segments.iter().map(|one| one.size).collect(),
            begins,
        })
    }

    /// Ends with the renditions' files once all of them are there.
    fn finish_files(&mut self, commands: &mut Vec<Command>) {
        let file = |(index, one): (usize, &Rendition)| {
            let path = format!("{}.mp4", hls::folder(one.size.0, one.size.1));
            let source = Source::Kept(Artifact::Rendition(index));
            one.report.as_ref().map(|report| PackageFile { path, bytes: report.bytes, source })
        };
        let files: Option<Vec<PackageFile>> = self.renditions.iter().enumerate().map(file).collect();
        if let Some(files) = files {
            self.finish(files, None, commands);
        }
    }

    /// The last look.
    fn finish(&mut self, files: Vec<PackageFile>, fault: Option<Fault>, commands: &mut Vec<Command>) {
        let bytes = Bytes(files.iter().map(|file| file.bytes.0).sum());
        let limit = self.plan.limit;
        if bytes > limit {
            return self.end(GiveUp::OverLimit { reached: bytes, limit }, commands);
        }
        if let Some(fault) = fault {
            return self.end(GiveUp::CheckFailed { fault }, commands);
        }
        let Some(first) = self.renditions.first().and_then(|one| one.report.clone()) else { return };
        self.ended = true;
        let encoded_again =
            self.renditions.iter().flat_map(|one| &one.report).map(|one| one.encoded_again).sum();
        let notes = self.plan.notes.clone();
        commands.push(Command::Drop(vec![Artifact::Audio]));
        let report = Report { bytes, limit, encoded_again, notes, files, ..first };
        commands.push(Command::Finish(Box::new(report)));
    }

    /// The package's files, and the first rule that they break.
    fn put_together(&self, format: SegmentFormat) -> Option<(Vec<PackageFile>, Option<Fault>)> {
        let playlist = hls::media_playlist(format, &self.segments);
        let durations = self.segments.durations();
        let (mut renditions, mut streams, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for (index, one) in self.renditions.iter().enumerate() {
            let cut = one.cut.as_ref()?;
            let folder = hls::folder(one.size.0, one.size.1);
            let name = |segment: usize| hls::segment_name(format, segment);
            streams.push(check::Stream {
                uri: format!("{folder}/{}", hls::INDEX),
                playlist: &playlist,
                codecs: cut.codecs.clone(),
                segments: (0..self.segments.count())
                    .map(|segment| check::Segment {
                        uri: name(segment),
                        size: cut.sizes[segment],
                        duration: durations[segment],
                        begin: cut.begins[segment],
                    })
                    .collect(),
            });
            files.push(PackageFile::text(format!("{folder}/{}", hls::INDEX), playlist.clone()));
            if format == SegmentFormat::Fmp4 {
                let bytes = Bytes(cut.init.len() as u64);
                let source = Source::Kept(Artifact::Init(index));
                files.push(PackageFile { path: format!("{folder}/{}", hls::INIT), bytes, source });
            }
            files.extend(cut.sizes.iter().enumerate().map(|(segment, &bytes)| PackageFile {
                path: format!("{folder}/{}", name(segment)),
                bytes,
                source: Source::Kept(Artifact::Segment(index, segment)),
            }));
            renditions.push(hls::Rendition { folder, codecs: cut.codecs.clone(), sizes: cut.sizes.clone() });
        }
        let master = hls::master_playlist(format, &self.segments, &renditions);
        let package = check::Package { format, rate: self.segments.rate(), master: &master, streams };
        let broken = check::check(&package).into_iter().next();
        files.insert(0, PackageFile::text(hls::MASTER.to_owned(), master.clone()));
        Some((files, broken.map(|rule| Fault::Package(rule.to_string()))))
    }
}

/// The rendition that a task belongs to, and what it is called there; `None` for the package's own.
fn owner(task: TaskId) -> Option<(usize, TaskId)> {
    let index = (task.0 / TASKS).checked_sub(1)?;
    Some((index as usize, TaskId(task.0 % TASKS)))
}

/// A rendition's file among those of all.
fn outward(index: usize, artifact: Artifact) -> Artifact {
    let of = |chunk: usize| chunk + index * CHUNKS;
    match artifact {
        Artifact::Stats(chunk) => Artifact::Stats(of(chunk)),
        Artifact::MbTree(chunk) => Artifact::MbTree(of(chunk)),
        // Above those that are shared, which are named after their first frame.
        Artifact::Frames(chunk) => Artifact::Frames(of(chunk) + (1 << 28)),
        Artifact::Encoded(chunk, serial) => Artifact::Encoded(of(chunk), serial),
        Artifact::Result => Artifact::Rendition(index),
        shared => shared,
    }
}

fn sound_made(task: TaskId, outputs: Vec<Written>) -> Event {
    Event::Done { task, exit_code: 0, answer: None, outputs, log: Vec::new() }
}

#[cfg(test)]
mod tests;
