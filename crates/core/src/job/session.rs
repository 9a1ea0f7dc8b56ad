//! The session: carries out a plan. A state machine that is fed with events and answers with commands; sans-IO, so the
//! browser's worker pool, a native driver and a test with recorded events all drive the same decisions.
//!
//! Invariants: at most `workers` tasks run at a time; every task ends in exactly one of `Done` or `WorkerDied`; after
//! `Finish`, `GiveUp` or `Stop` no command follows; nothing larger than the plan's limit is ever finished.

mod failure;
mod shrink;
mod tasks;

use crate::clip::facts::MediaFacts;
use crate::clip::listing::Listing;
use crate::clip::mp4;
use crate::job::outcome::{GiveUp, Report};
use crate::job::verify::{self, Expected, Fault};
use crate::machine::Decoder;
use crate::machine::Engine;
use crate::machine::Machine;
use crate::plan::audio::{self, AudioPlan};
use crate::plan::notes::Note;
use crate::plan::overhead::overhead;
use crate::plan::refusal::{self as feasibility, Measured};
use crate::plan::{self, Action, Ceiling, EncodePlan, Plan, RateControl, RemuxPlan};
use crate::progress::{Progress, Stage};
use crate::rate::ledger::{Ledger, Outlook, Verdict};
use crate::rate::stats::{self, PassStats};
use crate::step::ffmpeg as args;
use crate::step::{Answer, Artifact, Command, Event, TaskId, Written, answer};
use crate::units::Bytes;
use crate::wishes::{Codec, Mode, Wishes};
use shrink::Shrink;
use std::collections::BTreeMap;

/// The result is put together again this often, where another choice of encodes fits better.
const MOST_ASSEMBLIES: u32 = 4;
/// The quick recipe's rate factor is raised by this when the result came out larger than the source...
const CRF_STEP: u32 = 5;
/// ...up to this.
const CRF_MOST: u32 = 40;

/// One clip on its way.
#[derive(Debug)]
pub struct Session {
    facts: MediaFacts,
    wishes: Wishes,
    plan: Plan,
    /// What proved too much for the bytes so far.
    ceiling: Ceiling,
    machine: Machine,
    /// Fewer than the machine's workers after memory ran out.
    at_once: usize,
    /// Every task is named as soon as it can be; somebody else sees to it how many run.
    names_all: bool,
    /// How many bytes of decoded frames may be kept.
    frames_room: Bytes,
    /// Waits for what still runs, to start again with the next encoder.
    changing_engine: bool,
    next_task: u32,
    running: BTreeMap<TaskId, Running>,
    /// Work to do again before anything new.
    retry: Vec<(Work, u32)>,
    phase: Phase,
    encode: Option<Encode>,
    furthest: f64,
    /// How far it was when it began, or began anew: what is told never falls.
    begun_at: f64,
    /// Times that the result was put together again for a better choice of encodes.
    assemblies: u32,
}

#[derive(Debug, Clone)]
struct Running {
    work: Work,
    tries: u32,
    frame: u64,
}

/// What a task is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Remux,
    Audio,
    FirstPass(usize),
    Encode { chunk: usize, asked: Bytes, serial: u32 },
    Assemble,
    Check { bytes: Bytes, index_first: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Measuring,
    Encoding,
    Correcting,
    Finishing,
    Ended,
}

/// The state of an encode.
#[derive(Debug)]
struct Encode {
    plan: EncodePlan,
    control: RateControl,
    audio_started: bool,
    audio: Option<Bytes>,
    stats: Vec<Option<PassStats>>,
    /// Chunks that wait for their first pass, the longest last.
    to_measure: Vec<usize>,
    /// Chunks still to be encoded in this phase, with what they are asked for (`None`: decided when it starts).
    queue: Vec<(usize, Option<Bytes>)>,
    /// Latest encode of each chunk: its serial and size. Only used where quality leads; otherwise the ledger knows.
    encoded: Vec<Option<(u32, Bytes)>>,
    ledger: Option<Ledger>,
    frames_done: f64,
    /// Chunks whose decoded frames are kept.
    frames_kept: Vec<bool>,
}

impl Encode {
    fn new(plan: EncodePlan) -> Encode {
        let chunks = plan.chunks.len();
        Encode {
            control: plan.control,
            audio_started: matches!(plan.audio, AudioPlan::None(_)),
            audio: matches!(plan.audio, AudioPlan::None(_)).then_some(Bytes(0)),
            stats: vec![None; chunks],
            to_measure: longest_last(&plan),
            queue: Vec::new(),
            encoded: vec![None; chunks],
            ledger: None,
            frames_done: 0.0,
            frames_kept: vec![false; chunks],
            plan,
        }
    }

    /// The sound takes its place among the chunks by what it takes of a worker's time, so that none waits long for another.
    fn sound_is_next(&self, phase: Phase) -> bool {
        let chunk = match phase {
            Phase::Measuring => self.to_measure.last().copied(),
            _ => self.queue.last().map(|(chunk, _)| *chunk),
        };
        let pixels = |chunk: usize| {
            let picture = &self.plan.picture;
            self.plan.chunks[chunk].frames as f64 * f64::from(picture.width) * f64::from(picture.height)
        };
        let sound = match self.plan.audio {
            AudioPlan::Encode { .. } => self.plan.sound.seconds() * SOUND_PIXELS,
            AudioPlan::Copy { .. } | AudioPlan::None(_) => 0.0,
        };
        !self.audio_started && chunk.is_none_or(|chunk| pixels(chunk) <= sound)
    }

    fn measured(&self) -> bool {
        self.audio.is_some() && self.stats.iter().all(Option::is_some)
    }

    /// Every chunk is to be encoded; what it is asked for is decided when it starts.
    fn queue_all(&mut self) {
        self.queue = longest_last(&self.plan).into_iter().map(|chunk| (chunk, None)).collect();
    }

    /// These chunks are to be encoded again, asked for these bytes.
    fn queue_again(&mut self, chunks: Vec<(usize, Bytes)>) {
        self.queue = chunks.into_iter().map(|(chunk, asked)| (chunk, Some(asked))).collect();
    }

    fn two_pass(&self) -> bool {
        matches!(self.control, RateControl::TwoPass { .. }) || self.plan.engine.has_own_first_pass()
    }

    /// The chosen encode of each chunk.
    fn chosen(&self) -> Vec<u32> {
        match &self.ledger {
            Some(ledger) => ledger.chosen(),
            None => self.encoded.iter().map(|encoded| encoded.map_or(0, |(serial, _)| serial)).collect(),
        }
    }

    fn all_artifacts(&self) -> Vec<Artifact> {
        let mut artifacts = vec![Artifact::Audio];
        for chunk in 0..self.plan.chunks.len() {
            artifacts.push(Artifact::Stats(chunk));
            artifacts.push(Artifact::MbTree(chunk));
            artifacts.push(Artifact::Frames(chunk));
            let serials = self.ledger.as_ref().map_or(1, |ledger| ledger.next_serial(chunk).max(1));
            let serials = self.encoded[chunk].map_or(serials, |(serial, _)| serials.max(serial + 1));
            artifacts.extend((0..serials).map(|serial| Artifact::Encoded(chunk, serial)));
        }
        artifacts
    }
}

/// The longest chunk is started first (and so stands last in a queue that is taken from its end), so that no worker waits
/// long for another at the end of a pass.
fn longest_last(plan: &EncodePlan) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plan.chunks.len()).collect();
    order.sort_by_key(|&index| (plan.chunks[index].frames, std::cmp::Reverse(index)));
    order
}

/// A second of sound takes about as long to encode as this many pixels take in a first pass: 1.8 s for half a minute of stereo in
/// the browser, beside 45 million pixels a second.
const SOUND_PIXELS: f64 = 2.6e6;
/// Weight of a frame's first pass and of its encode, as measured with x264 medium.
const FIRST_PASS_WEIGHT: f64 = 0.35;
const ENCODE_WEIGHT: f64 = 0.65;
/// Progress that is left for corrections, assembly and check.
const MAIN_WORK: f64 = 0.95;

impl Session {
    /// A session for a plan made from `facts` and `wishes` for this machine.
    pub fn new(facts: MediaFacts, wishes: Wishes, plan: Plan, machine: Machine) -> Session {
        Session {
            facts,
            wishes,
            plan,
            ceiling: Ceiling::default(),
            machine,
            at_once: 1,
            names_all: false,
            frames_room: Bytes(0),
            changing_engine: false,
            next_task: 0,
            running: BTreeMap::new(),
            retry: Vec::new(),
            phase: Phase::Waiting,
            encode: None,
            furthest: 0.0,
            begun_at: 0.0,
            assemblies: 0,
        }
    }

    /// The same for one of several sessions that share the workers: it names every task as soon as it can be.
    pub(crate) fn one_of_several(self) -> Session {
        Session { names_all: true, ..self }
    }

    /// The plan as it stands.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How far it is. Never falls.
    pub fn progress(&mut self) -> Progress {
        let stage = match self.phase {
            Phase::Waiting | Phase::Measuring => Stage::Measuring,
            Phase::Encoding => Stage::Encoding,
            Phase::Correcting => Stage::Correcting,
            Phase::Finishing | Phase::Ended => Stage::Finishing,
        };
        let fraction = match (&self.encode, self.phase) {
            (_, Phase::Finishing) => 0.98,
            (_, Phase::Ended) => 1.0,
            (_, Phase::Correcting) => 0.96,
            (Some(encode), _) => MAIN_WORK * self.main_work(encode),
            (None, _) => 0.0,
        };
        let fraction = self.begun_at + (1.0 - self.begun_at) * fraction.min(1.0);
        self.furthest = self.furthest.max(fraction);
        Progress { stage, fraction: self.furthest }
    }

    fn main_work(&self, encode: &Encode) -> f64 {
        let first = if encode.two_pass() { FIRST_PASS_WEIGHT } else { 0.0 };
        let all = encode.plan.grid.frames as f64 * (first + ENCODE_WEIGHT);
        let under_way: f64 = self
            .running
            .values()
            .map(|running| match running.work {
                Work::FirstPass(_) => running.frame as f64 * FIRST_PASS_WEIGHT,
                Work::Encode { .. } => running.frame as f64 * ENCODE_WEIGHT,
                _ => 0.0,
            })
            .sum();
        (encode.frames_done + under_way) / all.max(1.0)
    }

    /// Takes an event, answers with what to do. Events after the end and of unknown tasks are ignored.
    pub fn handle(&mut self, event: Event) -> Vec<Command> {
        if self.phase == Phase::Ended {
            return Vec::new();
        }
        match event {
            Event::Start { workers, frames } if self.phase == Phase::Waiting => {
                self.machine.workers = workers.max(1);
                self.at_once = self.machine.workers;
                self.frames_room = frames;
                self.begin()
            }
            Event::Start { .. } => Vec::new(),
            Event::Progress { task, frames } => {
                if let Some(running) = self.running.get_mut(&task) {
                    running.frame = running.frame.max(frames);
                }
                Vec::new()
            }
            Event::Done { task, .. } | Event::WorkerDied { task, .. } if self.changing_engine => {
                self.running.remove(&task);
                self.change_engine()
            }
            Event::Done { task, exit_code, answer, outputs, log } => match self.running.remove(&task) {
                Some(running) => self.done(running, exit_code, answer, &outputs, log),
                None => Vec::new(),
            },
            Event::WorkerDied { task, death, log } => match self.running.remove(&task) {
                Some(running) => self.died(running, death, log),
                None => Vec::new(),
            },
            Event::Cancel => self.give_up(GiveUp::Cancelled),
        }
    }

    fn begin(&mut self) -> Vec<Command> {
        match self.plan.action.clone() {
            // A package is for another kind of session.
            Action::Package(_) => Vec::new(),
            Action::Keep => self.finish_with_source(self.plan.notes.clone()),
            Action::Remux(_) => {
                self.phase = Phase::Finishing;
                self.run(Work::Remux, 1).into_iter().collect()
            }
            Action::Encode(encode) => {
                let mut state = Encode::new(*encode);
                if state.two_pass() {
                    self.phase = Phase::Measuring;
                } else {
                    self.phase = Phase::Encoding;
                    state.queue_all();
                }
                if let RateControl::Measured { .. } = state.control {
                    state.ledger = Some(self.measured_ledger(&state.plan));
                }
                self.encode = Some(state);
                self.fill()
            }
        }
    }

    /// The books of an encode without x264's figures, on what the sound is expected to take.
    fn measured_ledger(&self, plan: &EncodePlan) -> Ledger {
        let weights: Vec<f64> =
            plan.chunks.iter().map(|chunk| self.facts.video.weight(&plan.grid, chunk)).collect();
        let overhead = overhead(plan.grid.frames, &plan.audio, plan.sound);
        let audio = plan.audio.expected().during(plan.sound);
        match plan.engine {
            Engine::NativeOther(_) => Ledger::whole_clip(&weights, self.plan.limit, audio, overhead),
            _ => Ledger::measured(&weights, self.plan.limit, audio, overhead),
        }
    }

    /// Starts work while workers are free.
    fn fill(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while self.names_all || self.running.len() < self.at_once {
            let Some((work, tries)) = self.retry.pop().or_else(|| self.next_work().map(|work| (work, 1)))
            else {
                break;
            };
            commands.extend(self.run(work, tries));
        }
        commands
    }

    fn next_work(&mut self) -> Option<Work> {
        let phase = self.phase;
        let encode = self.encode.as_mut()?;
        if encode.sound_is_next(phase) {
            encode.audio_started = true;
            return Some(Work::Audio);
        }
        match phase {
            Phase::Measuring => encode.to_measure.pop().map(Work::FirstPass),
            Phase::Encoding | Phase::Correcting => {
                let (chunk, asked) = encode.queue.pop()?;
                let serial = match &encode.ledger {
                    Some(ledger) => ledger.next_serial(chunk),
                    None => encode.encoded[chunk].map_or(0, |(serial, _)| serial + 1),
                };
                let asked = match (&mut encode.ledger, asked) {
                    (_, Some(asked)) => asked,
                    (Some(ledger), None) => ledger.ask(chunk),
                    (None, None) => Bytes(0),
                };
                Some(Work::Encode { chunk, asked, serial })
            }
            _ => None,
        }
    }

    fn run(&mut self, work: Work, tries: u32) -> Option<Command> {
        let id = TaskId(self.next_task);
        let task = self.task(id, work)?;
        self.next_task += 1;
        self.running.insert(id, Running { work, tries, frame: 0 });
        Some(Command::Run(task))
    }

    fn done(
        &mut self,
        running: Running,
        exit_code: i32,
        answer: Option<Answer>,
        outputs: &[Written],
        log: Vec<String>,
    ) -> Vec<Command> {
        let file = |name: &str| outputs.iter().find(|written| written.name == name && written.size.0 > 0);
        let ran = exit_code == 0;
        let mut commands = Vec::new();
        let booked = match running.work {
            _ if !ran => None,
            Work::Audio => file(args::AUDIO_FILE).map(|written| self.book_audio(written)),
            Work::FirstPass(index) => {
                let frames_kept = file(args::FRAMES_FILE).is_some();
                file(args::STATS_FILE).and_then(|written| self.book_stats(index, written, frames_kept))
            }
            Work::Encode { chunk, asked, serial } => file(args::CHUNK_FILE)
                .and_then(|written| self.book_chunk(chunk, asked, serial, written))
                .map(|superseded| commands.extend(superseded)),
            Work::Remux | Work::Assemble => {
                return match file(args::RESULT_FILE).filter(|_| ran) {
                    Some(written) => self.assembled(running.work, written),
                    None => self.failed(running, Some(exit_code), log),
                };
            }
            Work::Check { bytes, index_first } => {
                return match answer::listing(answer, outputs) {
                    Some(listing) => self.checked(bytes, index_first, &listing),
                    None => self.failed(running, Some(exit_code), log),
                };
            }
        };
        match booked {
            Some(()) => {
                commands.extend(self.next());
                commands
            }
            None => self.failed(running, Some(exit_code), log),
        }
    }

    fn book_audio(&mut self, written: &Written) {
        // Only the packets count here; the container is estimated as a whole.
        let bytes = mp4::media_bytes(&written.head, written.size).unwrap_or(written.size);
        if let Some(encode) = &mut self.encode {
            encode.audio = Some(bytes);
            if let Some(ledger) = &mut encode.ledger {
                ledger.book_audio(bytes);
            }
        }
    }

    fn book_stats(&mut self, index: usize, written: &Written, frames_kept: bool) -> Option<()> {
        let encode = self.encode.as_mut()?;
        let frames = encode.plan.chunks.get(index)?.frames;
        // Other encoders' are for themselves alone.
        if !encode.plan.engine.has_own_first_pass() {
            let stats = stats::parse(std::str::from_utf8(&written.head).ok()?).ok()?;
            if stats.frames.len() as u64 != frames {
                return None;
            }
            *encode.stats.get_mut(index)? = Some(stats);
        }
        *encode.frames_kept.get_mut(index)? = frames_kept;
        encode.frames_done += frames as f64 * FIRST_PASS_WEIGHT;
        Some(())
    }

    /// Answers with what lets go of earlier encodes of the chunk that no result needs any more.
    fn book_chunk(
        &mut self,
        index: usize,
        asked: Bytes,
        serial: u32,
        written: &Written,
    ) -> Option<Option<Command>> {
        let encode = self.encode.as_mut()?;
        let bytes = mp4::media_bytes(&written.head, written.size)?;
        let before = encode.encoded.get_mut(index)?.replace((serial, bytes));
        let superseded: Vec<u32> = match &mut encode.ledger {
            Some(ledger) => ledger.book(index, asked, bytes),
            None => before.into_iter().map(|(serial, _)| serial).collect(),
        };
        if self.phase == Phase::Encoding {
            encode.frames_done += encode.plan.chunks.get(index)?.frames as f64 * ENCODE_WEIGHT;
        }
        let artifacts: Vec<Artifact> =
            superseded.into_iter().map(|serial| Artifact::Encoded(index, serial)).collect();
        Some((!artifacts.is_empty()).then_some(Command::Drop(artifacts)))
    }

    /// Goes on after a booked task: next work, or the next phase when this one is through.
    fn next(&mut self) -> Vec<Command> {
        let commands = self.fill();
        if !commands.is_empty() || !self.running.is_empty() {
            return commands;
        }
        match self.phase {
            Phase::Measuring => self.allocate(),
            Phase::Encoding | Phase::Correcting => self.judge(),
            _ => Vec::new(),
        }
    }

    /// All chunks are measured: one rate factor for all. An encoder that takes the whole clip finds its own.
    fn allocate(&mut self) -> Vec<Command> {
        if self.takes_the_whole() {
            return self.encode_all();
        }
        let Some(encode) = self.encode.as_mut().filter(|encode| encode.measured()) else { return Vec::new() };
        let plan = &encode.plan;
        let stats: Vec<&PassStats> = encode.stats.iter().flatten().collect();
        let overhead = overhead(plan.grid.frames, &plan.audio, plan.sound);
        let audio = encode.audio.unwrap_or_default();
        let rate = plan.picture.frame_rate.per_second();
        let (ledger, outlook) = Ledger::open(&stats, rate, self.plan.limit, audio, overhead);
        let shrink = match outlook {
            Outlook::Good => None,
            Outlook::Coarse => Some(Shrink::ForLooks),
            Outlook::Hopeless(_) => Some(Shrink::Far),
        };
        if let Some(shrink) = shrink {
            if let Some(commands) = self.smaller_plan(shrink) {
                return commands;
            }
            if let (Outlook::Hopeless(video), Mode::Hls) = (outlook, self.wishes.mode) {
                let reached = Bytes(video.0 + audio.0 + overhead.0);
                return self.give_up(GiveUp::OverLimit { reached, limit: self.plan.limit });
            }
            if let Outlook::Hopeless(video) = outlook {
                let measured = Measured { video, audio, overhead };
                let refusal = feasibility::refuse_measured(&self.facts, &self.wishes, measured);
                // It was the source's own size that was too little, not the target.
                if refusal.least <= self.wishes.target && self.ceiling.room.is_none() {
                    self.ceiling = Ceiling { room: Some(refusal.least), ..Ceiling::default() };
                    return self.encode_after_all(None);
                }
                return self.give_up(GiveUp::TooSmall(refusal));
            }
        }
        let Some(encode) = &mut self.encode else { return Vec::new() };
        if ledger.saturated() {
            self.plan.notes.push(Note::Saturated);
        }
        encode.ledger = Some(ledger);
        self.encode_all()
    }

    fn encode_all(&mut self) -> Vec<Command> {
        if let Some(encode) = &mut self.encode {
            encode.queue_all();
        }
        self.phase = Phase::Encoding;
        self.fill()
    }

    fn takes_the_whole(&self) -> bool {
        self.encode.as_ref().is_some_and(|encode| encode.plan.engine.takes_the_whole())
    }

    /// All chunks are encoded: assemble, or encode some again.
    fn judge(&mut self) -> Vec<Command> {
        let Some(encode) = &mut self.encode else { return Vec::new() };
        let verdict = encode.ledger.as_mut().map_or(Verdict::Assemble, Ledger::judge);
        match verdict {
            Verdict::Assemble => {
                self.phase = Phase::Finishing;
                self.run(Work::Assemble, 1).into_iter().collect()
            }
            Verdict::Again(chunks) => {
                self.phase = Phase::Correcting;
                encode.queue_again(chunks);
                self.fill()
            }
            Verdict::OverLimit => {
                let reached = encode.ledger.as_ref().map_or(Bytes(0), Ledger::smallest);
                self.over_limit(reached)
            }
        }
    }

    fn assembled(&mut self, work: Work, written: &Written) -> Vec<Command> {
        let bytes = written.size;
        if work == Work::Remux && bytes > self.plan.limit {
            return self.encode_after_all(None);
        }
        if let Some(ledger) = self.encode.as_mut().and_then(|encode| encode.ledger.as_mut()) {
            let put_together = ledger.chosen();
            ledger.book_assembly(bytes);
            // The container's true cost may show that a chunk can still gain, or must give, or that another of the
            // encodes at hand fits better.
            match ledger.judge() {
                Verdict::Assemble if bytes <= self.plan.limit && ledger.chosen() == put_together => {}
                Verdict::Assemble if self.assemblies < MOST_ASSEMBLIES => {
                    self.assemblies += 1;
                    return self.run(Work::Assemble, 1).into_iter().collect();
                }
                Verdict::Assemble if bytes <= self.plan.limit => {}
                Verdict::Assemble => return self.over_limit(bytes),
                Verdict::Again(chunks) => {
                    self.phase = Phase::Correcting;
                    if let Some(encode) = &mut self.encode {
                        encode.queue_again(chunks);
                    }
                    return self.fill();
                }
                Verdict::OverLimit => return self.over_limit(bytes),
            }
        } else if work == Work::Assemble && bytes > self.plan.limit {
            return self.coarser(bytes);
        }
        let index_first = mp4::index_first(&written.head);
        self.run(Work::Check { bytes, index_first }, 1).into_iter().collect()
    }

    /// No encode of this picture gets under the limit: a smaller one, or none.
    fn over_limit(&mut self, reached: Bytes) -> Vec<Command> {
        let limit = self.plan.limit;
        if self.encode.as_ref().is_some_and(|encode| !encode.plan.engine.is_x264()) {
            return self.change_engine();
        }
        self.smaller_plan(Shrink::Near).unwrap_or_else(|| self.give_up(GiveUp::OverLimit { reached, limit }))
    }

    /// The quick recipe came out larger than the source: coarser, or leave the source alone.
    fn coarser(&mut self, reached: Bytes) -> Vec<Command> {
        let Some(encode) = &mut self.encode else { return Vec::new() };
        if !matches!(encode.control, RateControl::Quality { .. }) {
            return self.give_up(GiveUp::OverLimit { reached, limit: self.plan.limit });
        }
        if let RateControl::Quality { crf } = encode.control
            && crf + CRF_STEP <= CRF_MOST
        {
            encode.control = RateControl::Quality { crf: crf + CRF_STEP };
            encode.queue_all();
            self.phase = Phase::Correcting;
            return self.fill();
        }
        let source = self.facts.file_bytes;
        if plan::plays_everywhere(&self.facts) {
            self.finish_with_source(vec![Note::KeptAsIs])
        } else {
            self.give_up(GiveUp::AlreadySmall { source })
        }
    }

    /// A plain copy did not work out: encode.
    fn encode_after_all(&mut self, fault: Option<Fault>) -> Vec<Command> {
        match plan::plan_encode(&self.facts, &self.wishes, self.machine, self.ceiling) {
            Ok(plan) => self.replan(plan),
            Err(refusal) => match fault {
                Some(fault) => self.give_up(GiveUp::CheckFailed { fault }),
                None => self.give_up(GiveUp::TooSmall(refusal)),
            },
        }
    }

    fn checked(&mut self, bytes: Bytes, index_first: bool, listing: &Listing) -> Vec<Command> {
        let Some(expected) = self.expected() else { return Vec::new() };
        let mut notes = self.plan.notes.clone();
        let encoded = matches!(self.plan.action, Action::Encode(_));
        match verify::check(&expected, bytes, index_first, listing) {
            // ffmpeg is the last resort: what it cannot decode nobody here can, and the picture is not lost for it.
            Err(Fault::SoundShort { found, .. }) if encoded && self.machine.decoder != Decoder::Browser => {
                notes.push(Note::SoundEndsEarly { at: found });
                self.checked_well(bytes, &expected, notes)
            }
            Ok(()) => self.checked_well(bytes, &expected, notes),
            Err(fault) if matches!(self.plan.action, Action::Remux(_)) => self.encode_after_all(Some(fault)),
            Err(fault) => self.give_up(GiveUp::CheckFailed { fault }),
        }
    }

    /// The result is what it should be, but for what `notes` say.
    fn checked_well(&mut self, bytes: Bytes, expected: &Expected, mut notes: Vec<Note>) -> Vec<Command> {
        let ledger = self.encode.as_ref().and_then(|encode| encode.ledger.as_ref());
        let below = |ledger: &Ledger| (bytes.0 as f64) < ledger.floor() * self.plan.limit.0 as f64;
        if ledger.is_some_and(|ledger| below(ledger) && !ledger.saturated()) {
            notes.push(Note::NotAllUsed);
        }
        let report = self.report(bytes, expected, notes);
        self.finish(report)
    }

    fn expected(&self) -> Option<Expected> {
        Some(match &self.plan.action {
            Action::Keep | Action::Package(_) => return None,
            Action::Remux(RemuxPlan { frames, duration, audio, .. }) => Expected {
                limit: self.plan.limit,
                codec: Codec::H264,
                frames: *frames,
                duration: *duration,
                frame_rate: self.facts.video.frame_rate,
                size: None,
                audio: audio.is_some(),
                heard: audio::heard(&self.facts, self.facts.video.start, None),
            },
            Action::Encode(encode) => Expected {
                limit: self.plan.limit,
                codec: encode.codec,
                frames: encode.grid.frames,
                duration: encode.grid.duration(),
                frame_rate: encode.grid.rate,
                size: Some((encode.picture.width, encode.picture.height)),
                audio: encode.audio.stream().is_some(),
                heard: audio::heard(&self.facts, encode.grid.start, encode.trim.map(|(_, end)| end)),
            },
        })
    }

    fn report(&self, bytes: Bytes, expected: &Expected, notes: Vec<Note>) -> Report {
        let (width, height) = expected.size.unwrap_or_else(|| self.facts.video.display_size());
        Report {
            source_bytes: self.facts.file_bytes,
            bytes,
            limit: self.plan.limit,
            kept_source: false,
            picture: crate::clip::format::Picture { width, height, frame_rate: expected.frame_rate },
            frames: expected.frames,
            duration: expected.duration,
            encoded_again: self
                .encode
                .as_ref()
                .and_then(|encode| encode.ledger.as_ref())
                .map_or(0, Ledger::encoded_again),
            notes,
            files: Vec::new(),
        }
    }

    fn finish_with_source(&mut self, notes: Vec<Note>) -> Vec<Command> {
        let video = &self.facts.video;
        let expected = Expected {
            limit: self.plan.limit,
            codec: Codec::H264,
            frames: video.frames,
            duration: video.duration,
            frame_rate: video.frame_rate,
            size: None,
            audio: !self.facts.audio.is_empty(),
            heard: None,
        };
        let report = Report { kept_source: true, ..self.report(self.facts.file_bytes, &expected, notes) };
        self.finish(report)
    }

    fn finish(&mut self, report: Report) -> Vec<Command> {
        self.phase = Phase::Ended;
        let mut commands: Vec<Command> =
            self.encode.take().map(|encode| Command::Drop(encode.all_artifacts())).into_iter().collect();
        commands.push(Command::Finish(Box::new(report)));
        commands
    }
}

#[cfg(test)]
pub(crate) mod tests;
