//! The job fed with recorded-like events: the answers of an imagined worker that encodes exactly as asked, dies
//! when told to, and is cancelled at every point.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first surprise")]

use super::failure::Failure;
use super::report::Report;
use super::verify::Fault;
use super::*;
use crate::clip::facts::{MediaFacts, OtherKind, OtherStream};
use crate::clip::ffprobe;
use crate::clip::watched::Perceived;
use crate::machine::limits::Limits;
use crate::machine::{Decoder, WhyFfmpeg};
use crate::machine::{Encoders, Profile, Threads};
use crate::machine::{Machine, VideoEncoder};
use crate::plan::audio::{AudioPlan, WhyNoAudio};
use crate::plan::notes::Note;
use crate::plan::{self, Action, Plan};
use crate::rate::ledger::{FLOOR, MEASURED_FLOOR};
use crate::step::files::{PROBE_FILE, WATCHED_FILE};
use crate::step::load::Part;
use crate::step::{
    Answer, Artifact, ArtifactKind, Death, Encode, InputSource, Output, Program, Task, TaskId, Written,
};
use crate::testing::{facts, mp4_head, samples};
use crate::units::Micros;
use crate::wishes::ladder;
use crate::wishes::{Codec, Effort, Mode};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// Returns x264's statistics for `frames` frames that took about `bits` each.
fn stats(frames: u64, bits: u64, qp: f64) -> Vec<u8> {
    let mut text =
        String::from("#options: bframes=3 mbtree=1 qcomp=0.60 qpmin=0 qpmax=69 qpstep=4 ip_ratio=1.40\n");
    for frame in 0..frames {
        let (kind, bits) = if frame == 0 { ('I', bits * 4) } else { ('P', bits) };
        let (texture, motion) = (bits * 7 / 10, bits / 4);
        writeln!(
            text,
            "in:{frame} out:{frame} type:{kind} dur:2 cpbdur:2 q:{qp} aq:{qp} tex:{texture} mv:{motion} misc:{} imb:10 pmb:200 smb:30 d:- ref:0 ;",
            bits / 20
        )
        .unwrap();
    }
    text.into_bytes()
}

/// What goes wrong in the imagined worker.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mishap {
    None,
    /// The nth task (from 0) of all ends like this, `times` times over.
    Dies {
        nth: u32,
        death: Death,
        times: u32,
    },
    ExitCode {
        nth: u32,
        times: u32,
    },
    /// Chunks take this much more than asked.
    Overshoot(f64),
    /// Chunks take this many bytes whatever is asked.
    Stubborn(u64),
    /// The same, but only of the browser's own encoder.
    BrowserStubborn(u64),
    /// The same, but only of the multi-thread core.
    ThreadsStubborn(u64),
    /// The finished file has too few frames.
    FramesMissing,
    /// The finished file's audio ends a second too early.
    AudioShort,
    /// Kept frames cannot be read back.
    FramesLost,
    /// The finished file shows other frames, so many times over.
    Differs(u32),
    /// Chunks decode to other frames after a seek than without one.
    WrongAfterSeeks,
    /// Chunks decode with errors after a seek, and to the same frames.
    ErrorsAfterSeeks,
    /// The decoder reports errors in the source, and in copies of its audio.
    Damaged,
    /// The source cannot be decoded from its start.
    Unwatchable,
}

#[derive(Debug)]
enum Ending {
    Finished(Report),
    GaveUp(Failure),
    WithFfmpeg(WhyFfmpeg),
}

struct World {
    job: Job,
    /// As last shown.
    plan: Plan,
    begun: Vec<Command>,
    mishap: Mishap,
    tasks: u32,
    mishaps_left: u32,
    queue: Vec<Task>,
    audio: u64,
    chunks: BTreeMap<(usize, u32), u64>,
    /// Whether our own encoder made the chunk.
    encoded_by: BTreeMap<(usize, u32), bool>,
    /// Encodes that were let go.
    dropped: std::collections::BTreeSet<(usize, u32)>,
    /// The encodes in the result as it was last put together.
    assembled: Vec<(usize, u32)>,
    /// Tasks that read the person's file.
    decodes: u32,
    /// Tasks for the multi-thread core.
    threaded: u32,
    /// Numbers of the tasks that decode a whole file to look at it.
    watches: Vec<u32>,
    result: u64,
    frames: u64,
    first_pass: (u64, f64),
    most_at_once: usize,
    failed_encoders: Vec<Codec>,
    /// Encodes that were let go before the end, for better ones of the same chunk.
    superseded: usize,
    ending: Option<Ending>,
    stopped: bool,
}

impl World {
    fn new(frames: u64, wishes: Wishes, mishap: Mishap) -> World {
        World::with(VideoEncoder::Native, frames, wishes, mishap)
    }

    fn with(engine: VideoEncoder, frames: u64, wishes: Wishes, mishap: Mishap) -> World {
        World::on(Machine::ffmpeg(2, engine), frames, wishes, mishap)
    }

    /// Returns a machine whose browser decodes, and encodes H.264 as well.
    fn in_browser(wishes: Wishes, mishap: Mishap) -> World {
        let encoders = Encoders { h264: Some(Profile::Main), ..Encoders::default() };
        let machine =
            Machine { decoder: Decoder::Browser, encoders, ..Machine::ffmpeg(2, VideoEncoder::Own) };
        World::on(machine, FRAMES, wishes, mishap)
    }

    /// Returns a machine with ffmpeg's multi-thread core, for H.265.
    fn with_threads(mishap: Mishap) -> World {
        let machine = Machine { threads: Threads::Here, ..Machine::ffmpeg(2, VideoEncoder::Own) };
        World::on(machine, FRAMES, Wishes { codec: Codec::H265, ..wishes() }, mishap)
    }

    fn on(machine: Machine, frames: u64, wishes: Wishes, mishap: Mishap) -> World {
        World::of(facts(frames), machine, wishes, mishap)
    }

    fn of(facts: MediaFacts, machine: Machine, wishes: Wishes, mishap: Mishap) -> World {
        let frames = facts.video.frames;
        let plan = plan::plan(&facts, &wishes, machine).expect("a plan");
        let mishaps_left = match mishap {
            Mishap::Dies { times, .. } | Mishap::ExitCode { times, .. } | Mishap::Differs(times) => times,
            _ => 0,
        };
        let (job, begun) = planned(facts, wishes, plan.clone(), machine, limits(2, FRAMES_ROOM));
        World {
            job,
            plan,
            begun,
            mishap,
            tasks: 0,
            mishaps_left,
            queue: Vec::new(),
            audio: 20_000,
            chunks: BTreeMap::new(),
            encoded_by: BTreeMap::new(),
            dropped: Default::default(),
            assembled: Vec::new(),
            decodes: 0,
            threaded: 0,
            watches: Vec::new(),
            result: 0,
            frames,
            first_pass: (8_000, 30.0),
            most_at_once: 0,
            failed_encoders: Vec::new(),
            superseded: 0,
            ending: None,
            stopped: false,
        }
    }

    fn obey(&mut self, commands: Vec<Command>) {
        for command in commands {
            assert!(self.ending.is_none(), "a command after the end: {command:?}");
            match command {
                Command::Run(task) => self.queue.push(task),
                Command::Drop(artifacts) => {
                    let encodes = artifacts.iter().filter_map(|artifact| match artifact {
                        Artifact { kind: ArtifactKind::Encoded(chunk, serial), .. } => {
                            Some((*chunk, *serial))
                        }
                        _ => None,
                    });
                    self.dropped.extend(encodes);
                    // All files of an encode go together, its statistics among them.
                    let whole = artifacts.iter().any(|one| matches!(one.kind, ArtifactKind::Stats(_)));
                    if !whole {
                        self.superseded += artifacts.len();
                    }
                }
                Command::EncoderFailed(codec) => self.failed_encoders.push(codec),
                Command::Show(Milestone::Planned(plan)) => self.plan = *plan,
                Command::Finish(report) => self.ending = Some(Ending::Finished(*report)),
                Command::GiveUp(failure) => self.ending = Some(Ending::GaveUp(*failure)),
                Command::Load { why: Some(why), .. } => self.ending = Some(Ending::WithFfmpeg(why)),
                Command::Stop => {
                    self.stopped = true;
                    self.queue.clear();
                }
                other => panic!("{other:?}"),
            }
        }
        self.most_at_once = self.most_at_once.max(self.queue.len());
    }

    /// Runs to the end; `cancel_before` cancels instead of answering that task.
    fn run(mut self, cancel_before: Option<u32>) -> World {
        let begun = std::mem::take(&mut self.begun);
        self.obey(begun);
        let mut furthest = 0.0;
        while self.ending.is_none() {
            assert!(!self.queue.is_empty(), "the job waits for nothing");
            let event = if cancel_before == Some(self.tasks) {
                Event::Cancel
            } else {
                let task = self.queue.remove(0);
                self.answer(&task)
            };
            self.tasks += 1;
            assert!(self.tasks < 500, "the job does not end");
            let commands = self.job.handle(event);
            self.obey(commands);
            let progress = self.job.progress().fraction;
            assert!((furthest..=1.0).contains(&progress), "progress falls from {furthest} to {progress}");
            furthest = progress;
        }
        self
    }

    fn answer(&mut self, task: &Task) -> Event {
        let (id, mut log) = (task.id, vec!["evidence".to_owned()]);
        let looks = matches!(task.program, Program::Watch(_));
        let watches = looks || encodes_nothing(task) && writes(task, WATCHED_FILE);
        self.watches.extend(watches.then_some(self.tasks));
        self.threaded += u32::from(matches!(task.program, Program::FfmpegThreads { .. }));
        self.decodes +=
            u32::from(!watches && task.inputs.iter().any(|input| input.source == InputSource::Clip));
        match self.mishap {
            Mishap::Dies { nth, death, .. } if self.tasks >= nth && self.mishaps_left > 0 => {
                self.mishaps_left -= 1;
                return Event::Died { task: id, death, log };
            }
            Mishap::ExitCode { nth, .. } if self.tasks >= nth && self.mishaps_left > 0 => {
                self.mishaps_left -= 1;
                return Event::Done { task: id, exit_code: 1, answer: None, outputs: Vec::new(), log };
            }
            Mishap::FramesLost if matches!(task.program, Program::Frames { .. }) => {
                return Event::Died { task: id, death: Death::Crash, log };
            }
            Mishap::Unwatchable if watches => {
                return Event::Done { task: id, exit_code: 1, answer: None, outputs: Vec::new(), log };
            }
            Mishap::Damaged if watches && (watches_source(task) || self.copies_audio()) => {
                log.push("Error while decoding stream #0:1: Invalid data found".into());
            }
            Mishap::ErrorsAfterSeeks if is_after_seek(task) => {
                log.push("source: corrupt decoded frame in stream 0".into());
            }
            _ => {}
        }
        let outputs = task.outputs.iter().map(|output| self.write(task, output)).collect();
        let answer = match task.program {
            Program::ExamineStreams => Some(Answer::Streams(Box::new(ffprobe::listing(&self.listing())))),
            Program::Watch(_) | Program::Audio(_) => Some(Answer::Heard(Perceived::default())),
            _ => None,
        };
        Event::Done { task: id, exit_code: 0, answer, outputs, log }
    }

    /// How many tasks there are up to the last one that is no look at a whole file.
    fn made(&self) -> u32 {
        (0..self.tasks).rev().find(|task| !self.watches.contains(task)).map_or(0, |last| last + 1)
    }

    fn copies_audio(&self) -> bool {
        match &self.plan.action {
            Action::Encode(encode) => matches!(encode.audio, AudioPlan::Copy { .. }),
            _ => true,
        }
    }

    /// What watching a file writes: the same of the source and of the result, and every frame of it.
    fn write_watched(&mut self, task: &Task, name: &str) -> Vec<u8> {
        if name != WATCHED_FILE {
            return Vec::from("#tb 0: 1/25\n");
        }
        let differs =
            matches!(self.mishap, Mishap::Differs(_)) && !watches_source(task) && self.mishaps_left > 0;
        self.mishaps_left -= u32::from(differs);
        let wrong = matches!(&task.program, Program::Decode { step, .. }
            if step.from.is_some() && matches!(self.mishap, Mishap::WrongAfterSeeks));
        samples(sampled_slots(task, self.frames), if differs || wrong { 90 } else { 0 })
    }

    fn frames_of(&self, chunk: usize) -> u64 {
        match &self.plan.action {
            Action::Encode(encode) => encode.chunks[chunk].frames,
            _ => 0,
        }
    }

    fn write(&mut self, task: &Task, output: &Output) -> Written {
        let arguments = match &task.program {
            Program::Ffmpeg { arguments } | Program::FfmpegThreads { arguments } => arguments.as_slice(),
            _ => &[],
        };
        let after = |option: &str| arguments.iter().skip_while(|word| *word != option).nth(1).cloned();
        let (size, head) = match output.keep.map(|artifact| artifact.kind) {
            Some(ArtifactKind::Stats(chunk)) => {
                let stats = stats(self.frames_of(chunk), self.first_pass.0, self.first_pass.1);
                (stats.len() as u64, stats)
            }
            Some(ArtifactKind::Tree(_) | ArtifactKind::Frames(_) | ArtifactKind::Continuous) => {
                (1_000, Vec::new())
            }
            Some(ArtifactKind::Audio) => (self.audio + 900, mp4_head(self.audio, false)),
            Some(ArtifactKind::Encoded(chunk, serial)) => {
                let told = |option: &String| {
                    option.strip_prefix("bitrate=")?.parse().ok().map(|rate: f64| rate * 1e3)
                };
                let own = task.encode.as_ref().and_then(|encode| match encode {
                    Encode::X264(step) => step.options.iter().find_map(told),
                    Encode::WebCodecs(step) => Some(step.bitrate as f64),
                });
                let bits = own.or_else(|| after("-b:v")?.parse().ok()).unwrap_or(400_000.0);
                let asked = bits * self.frames_of(chunk) as f64 / 25.0 / 8.0;
                self.encoded_by.insert((chunk, serial), task.encode.is_some());
                self.dropped.remove(&(chunk, serial));
                let by_browser = matches!(task.encode, Some(Encode::WebCodecs(_)));
                let taken = match self.mishap {
                    Mishap::BrowserStubborn(bytes) if by_browser => bytes as f64,
                    Mishap::ThreadsStubborn(bytes) if self.plan.by_x265() => bytes as f64,
                    Mishap::Overshoot(factor) => asked * factor,
                    Mishap::Stubborn(bytes) => bytes as f64,
                    _ => asked,
                } as u64;
                self.chunks.insert((chunk, serial), taken);
                (taken + 900, mp4_head(taken, false))
            }
            Some(ArtifactKind::Result) => {
                self.assembled.clear();
                let taken: u64 = task
                    .inputs
                    .iter()
                    .map(|input| match input.source {
                        InputSource::Kept(Artifact {
                            kind: ArtifactKind::Encoded(chunk, serial), ..
                        }) => {
                            assert!(!self.dropped.contains(&(chunk, serial)), "a dropped encode is wanted");
                            self.assembled.push((chunk, serial));
                            self.chunks[&(chunk, serial)]
                        }
                        InputSource::Kept(Artifact { kind: ArtifactKind::Audio, .. }) => self.audio,
                        _ => 0,
                    })
                    .sum();
                self.result = taken + 2_000 + self.frames * 10;
                (self.result, mp4_head(taken, true))
            }
            Some(ArtifactKind::SharedFrames(_) | ArtifactKind::Init | ArtifactKind::Segment(_)) => {
                panic!("one file is no package")
            }
            None if output.name != PROBE_FILE => {
                let written = self.write_watched(task, &output.name);
                (written.len() as u64, written)
            }
            None => {
                let listing = self.listing();
                (listing.len() as u64, listing.into_bytes())
            }
        };
        Written { name: output.name.clone(), size: Bytes(size), head }
    }

    /// Returns what ffprobe lists of the result.
    fn listing(&self) -> String {
        let found = if self.mishap == Mishap::FramesMissing { self.frames - 1 } else { self.frames };
        let length = self.frames as f64 / 25.0;
        let heard = if self.mishap == Mishap::AudioShort { length - 1.0 } else { length };
        let codec = match &self.plan.action {
            Action::Encode(encode) => encode.codec,
            _ => Codec::H264,
        };
        let name = if codec == Codec::H265 { "hevc" } else { codec.id() };
        let tag = codec.sample_entry();
        let audio = format!(
            "streams.stream.1.codec_type=\"audio\"\nstreams.stream.1.codec_name=\"aac\"\nstreams.stream.1.duration=\"{heard}\"\n"
        );
        let audio = if self.audio == 0 { String::new() } else { audio };
        format!(
            "streams.stream.0.codec_type=\"video\"\nstreams.stream.0.codec_name=\"{name}\"\nstreams.stream.0.codec_tag_string=\"{tag}\"\n\
             streams.stream.0.width=320\nstreams.stream.0.height=180\nstreams.stream.0.duration=\"{}\"\n\
             streams.stream.0.nb_read_packets=\"{found}\"\n{audio}",
            length
        )
    }
}

fn is_after_seek(task: &Task) -> bool {
    matches!(&task.program, Program::Ffmpeg { arguments } if arguments.iter().any(|word| word == "-ss"))
}

fn encodes_nothing(task: &Task) -> bool {
    task.encode.is_none()
}

fn writes(task: &Task, name: &str) -> bool {
    task.outputs.iter().any(|output| output.name == name)
}

/// The slots that a task samples, of a clip of so many frames.
pub(super) fn sampled_slots(task: &Task, frames: u64) -> Range<u64> {
    let step = match &task.program {
        Program::Watch(step) => step.video,
        Program::Decode { samples, .. } => samples.as_deref().copied(),
        _ => None,
    };
    step.map_or(0..frames, |step| step.decode.first..step.decode.first + step.decode.frames)
}

fn watches_source(task: &Task) -> bool {
    task.inputs.iter().any(|input| input.source == InputSource::Clip)
}

/// Returns a job with this plan, and what it begins with.
pub(super) fn planned(
    facts: MediaFacts,
    wishes: Wishes,
    plan: Plan,
    machine: Machine,
    limits: Limits,
) -> (Job, Vec<Command>) {
    let host = match machine.decoder {
        Decoder::Browser => Host::Browser(prelude::Browser {
            parts: vec![Part::Core, Part::Encoder, Part::Codecs],
            decodes: true,
            threads: machine.threads,
            speeds: None,
            limits,
        }),
        Decoder::Ffmpeg(_) => Host::Native(limits),
    };
    let mut job = Job::new(facts.file_bytes, wishes.clone(), host);
    let mut commands = Vec::new();
    let next = prelude::Next::Start(Box::new(prelude::Start {
        facts,
        wishes,
        plan,
        machine,
        limits,
        lenient: false,
    }));
    job.after_prelude(next, &mut commands);
    (job, commands)
}

pub(super) fn limits(workers: usize, frames: Bytes) -> Limits {
    Limits { workers, memory: Bytes(u64::MAX), frames }
}

const FRAMES: u64 = 750;
/// Room for about half of them at 320x180.
const FRAMES_ROOM: Bytes = Bytes(320 * 180 * 3 / 2 * 400);

fn wishes() -> Wishes {
    Wishes { target: Bytes(1_500_000), height: Some(180), ..Wishes::default() }
}

fn finished(world: &World) -> &Report {
    match world.ending.as_ref().expect("an end") {
        Ending::Finished(report) => report,
        other => panic!("{other:?}"),
    }
}

fn gave_up(world: &World) -> &Failure {
    match world.ending.as_ref().expect("an end") {
        Ending::GaveUp(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_clip_is_brought_to_its_size_with_both_workers_busy() {
    let world = World::new(FRAMES, wishes(), Mishap::None).run(None);
    let report = finished(&world);
    assert_eq!((report.bytes.0, report.frames, world.most_at_once), (world.result, FRAMES, 2));
    assert!(report.bytes <= report.limit && report.bytes.0 as f64 >= FLOOR * report.limit.0 as f64);
    assert_eq!(report.encoded_again, 0);
}

#[test]
fn what_an_encoder_misses_is_corrected() {
    for overshoot in (70..140).map(|percent| f64::from(percent) / 100.0).chain([2.5]) {
        let world = World::new(FRAMES, wishes(), Mishap::Overshoot(overshoot)).run(None);
        let report = finished(&world);
        assert!(report.bytes <= report.limit, "{overshoot}");
        assert!(report.bytes.0 as f64 >= FLOOR * report.limit.0 as f64, "{overshoot}: {}", report.bytes);
    }
}

#[test]
fn a_result_over_the_limit_is_never_offered() {
    let world = World::new(FRAMES, wishes(), Mishap::Stubborn(400_000)).run(None);
    assert!(matches!(gave_up(&world), Failure::OverLimit { reached, limit } if reached > limit));
}

#[test]
fn a_result_that_fails_its_check_is_never_offered() {
    let world = World::new(FRAMES, wishes(), Mishap::FramesMissing).run(None);
    let fault = Fault::Frames { expected: FRAMES, found: FRAMES - 1 };
    assert!(matches!(gave_up(&world), Failure::CheckFailed { fault: found } if *found == fault));
}

#[test]
fn audio_that_ends_early_goes_to_ffmpeg_and_gets_a_note_if_ffmpeg_does_no_better() {
    let world = World::in_browser(wishes(), Mishap::AudioShort).run(None);
    assert!(matches!(world.ending, Some(Ending::WithFfmpeg(WhyFfmpeg::NoResult))), "{:?}", world.ending);
    let world = World::new(FRAMES, wishes(), Mishap::AudioShort).run(None);
    assert!(finished(&world).notes.contains(&Note::AudioEndsEarly { at: Micros(29_000_000) }));
}

#[test]
fn a_track_of_which_no_packet_comes_is_left_out() {
    let silent = |mut world: World| {
        world.audio = 0;
        world.run(None)
    };
    let world = silent(World::new(FRAMES, wishes(), Mishap::None));
    let left_out = Note::AudioDropped { why: WhyNoAudio::Undecodable };
    assert!(finished(&world).notes.contains(&left_out), "{:?}", finished(&world).notes);
    let world = silent(World::in_browser(wishes(), Mishap::None));
    assert!(matches!(world.ending, Some(Ending::WithFfmpeg(_))), "{:?}", world.ending);
}

#[test]
fn the_death_of_any_worker_costs_one_task() {
    let tasks = World::new(FRAMES, wishes(), Mishap::None).run(None).tasks;
    for nth in 0..tasks {
        for death in [Death::Crash, Death::OutOfMemory] {
            let world = World::new(FRAMES, wishes(), Mishap::Dies { nth, death, times: 1 }).run(None);
            assert_eq!(finished(&world).frames, FRAMES, "{nth} {death:?}");
            assert_eq!(world.tasks, tasks + 1, "{nth} {death:?}");
        }
        let world = World::new(FRAMES, wishes(), Mishap::ExitCode { nth, times: 1 }).run(None);
        assert_eq!(finished(&world).frames, FRAMES, "{nth}");
    }
}

#[test]
fn what_fails_again_and_again_is_given_up_with_evidence() {
    let smooth = World::new(FRAMES, wishes(), Mishap::None).run(None);
    for nth in 0..smooth.made() {
        let world =
            World::new(FRAMES, wishes(), Mishap::Dies { nth, death: Death::Crash, times: 99 }).run(None);
        let reason = gave_up(&world);
        assert!(
            matches!(reason, Failure::Broken { .. }) && reason.log() == ["evidence"],
            "{nth}: {reason:?}"
        );
        let world = World::new(FRAMES, wishes(), Mishap::Dies { nth, death: Death::OutOfMemory, times: 99 })
            .run(None);
        assert!(matches!(gave_up(&world), Failure::OutOfMemory { .. }), "{nth}");
        let world =
            World::new(FRAMES, wishes(), Mishap::Dies { nth, death: Death::InputUnreadable, times: 1 })
                .run(None);
        let unread = matches!(world.ending, Some(Ending::GaveUp(Failure::InputUnreadable { .. })));
        // A result that is there is not lost because the source is gone.
        assert_eq!(unread && world.stopped, !smooth.watches.contains(&nth), "{nth}");
    }
}

#[test]
fn cancelling_stops_everything_at_any_point() {
    for mishap in [Mishap::None, Mishap::Overshoot(1.2)] {
        let tasks = World::new(FRAMES, wishes(), mishap).run(None).tasks;
        for point in 0..tasks {
            let mut world = World::new(FRAMES, wishes(), mishap).run(Some(point));
            assert!(matches!(gave_up(&world), Failure::Cancelled) && world.stopped, "{point}");
            let late = Event::Done {
                task: TaskId(0),
                exit_code: 0,
                answer: None,
                outputs: Vec::new(),
                log: Vec::new(),
            };
            assert!(world.job.handle(late).is_empty() && world.job.handle(Event::Cancel).is_empty());
        }
    }
}

#[test]
fn a_video_that_cannot_fit_is_refused_with_the_least_size() {
    let mut world = World::new(FRAMES, wishes(), Mishap::None);
    world.first_pass = (900_000, 50.0);
    let world = world.run(None);
    let Failure::TooSmall(refusal) = gave_up(&world) else { panic!("{:?}", gave_up(&world)) };
    assert!(refusal.least > refusal.target && !refusal.offers.is_empty(), "{refusal:?}");
}

#[test]
fn the_quick_recipe_is_never_larger_than_the_source() {
    let quick = Wishes { mode: Mode::Quick, ..Wishes::default() };
    let world = World::new(FRAMES, quick.clone(), Mishap::None).run(None);
    assert!(finished(&world).bytes < facts(FRAMES).file_bytes);
    let world = World::new(FRAMES, quick, Mishap::Stubborn(2_000_000)).run(None);
    assert!(finished(&world).kept_source);
}

#[test]
fn a_source_that_fits_is_handed_over_untouched() {
    let world = World::new(FRAMES, Wishes::default(), Mishap::None).run(None);
    let report = finished(&world);
    assert!(
        report.kept_source
            && world.tasks == 1
            && world.watches == [0]
            && report.bytes == facts(FRAMES).file_bytes
    );
}

#[test]
fn a_source_that_fits_is_copied_without_what_must_go_and_the_copy_is_watched() {
    let (mut personal, mut hollow) = (facts(FRAMES), facts(FRAMES));
    personal.metadata.personal = true;
    let (kind, codec, language) = (OtherKind::Subtitle, None, None);
    hollow.others.push(OtherStream { index: 2, kind, codec, language, empty: true });
    for (facts, gone) in [
        (personal, Note::MetadataRemoved { dated: false }),
        (hollow, Note::EmptyTrackDropped { kind: OtherKind::Subtitle }),
    ] {
        let native = Machine::ffmpeg(2, VideoEncoder::Native);
        let run = |mishap| World::of(facts.clone(), native, Wishes::default(), mishap).run(None);
        let world = run(Mishap::None);
        let report = finished(&world);
        // Copied, listed, watched.
        assert!(!report.kept_source && world.tasks == 3 && world.watches == [2], "{report:?}");
        assert_eq!(report.notes, [gone, Note::Copied]);
        let damaged = run(Mishap::Damaged);
        assert!(matches!(damaged.plan.action, Action::Encode(_)), "{:?}", damaged.plan);
        // The recipe makes it larger: the copy again.
        let quick = Wishes { mode: Mode::Quick, ..Wishes::default() };
        let world = World::of(facts, native, quick, Mishap::Stubborn(2_000_000)).run(None);
        assert!(finished(&world).notes.contains(&Note::Copied) && !finished(&world).kept_source);
    }
}

#[test]
fn our_own_encoder_decodes_once_what_there_is_room_for() {
    let world = World::with(VideoEncoder::Own, FRAMES, wishes(), Mishap::None).run(None);
    let report = finished(&world);
    assert!(report.bytes <= report.limit && report.bytes.0 as f64 >= FLOOR * report.limit.0 as f64);
    assert!(world.encoded_by.values().all(|own| *own));
    let Action::Encode(plan) = &world.plan.action else { panic!("an encode") };
    let chunks = plan.chunks.len() as u32;
    let kept = plan.chunks.iter().scan(0, |sum, chunk| {
        *sum += chunk.frames;
        Some(*sum)
    });
    let kept = kept.take_while(|frames| frames * 320 * 180 * 3 / 2 <= FRAMES_ROOM.0).count() as u32;
    assert!(kept > 0 && kept < chunks, "{kept} of {chunks}");
    // Audio, every first pass, and the second passes without frames at hand.
    assert_eq!(world.decodes, 1 + chunks + (chunks - kept));
}

#[test]
fn an_encoder_that_fails_gives_way_to_the_stock_one_for_all_chunks() {
    for nth in [0, 1, 3, 5, 8] {
        let mishap = Mishap::Dies { nth, times: 8, death: Death::Encoder };
        let world = World::with(VideoEncoder::Own, FRAMES, wishes(), mishap).run(None);
        let report = finished(&world);
        assert!(report.notes.contains(&Note::StockEncoder), "from task {nth}");
        let Action::Encode(plan) = &world.plan.action else { panic!("an encode") };
        assert_eq!(plan.engine, VideoEncoder::Stock);
        for (chunk, serial) in world.assembled {
            assert!(
                !world.encoded_by[&(chunk, serial)],
                "chunk {chunk} is of another build, from task {nth}"
            );
        }
    }
}

#[test]
fn frames_that_went_with_a_worker_are_not_asked_for_again() {
    for death in [Death::OutOfMemory, Death::Crash, Death::Encoder] {
        let mut world = World::with(VideoEncoder::Own, FRAMES, wishes(), Mishap::None);
        let facts = facts(FRAMES);
        let machine = Machine::ffmpeg(2, VideoEncoder::Own);
        let (mut job, mut commands) =
            planned(facts, wishes(), world.plan.clone(), machine, limits(1, Bytes(u64::MAX)));
        let mut lent = false;
        // One worker: the task after the one that died with the frames is the same again.
        let again = loop {
            let task = commands.iter().find_map(|command| match command {
                Command::Run(task) => Some(task.clone()),
                _ => None,
            });
            let task = task.unwrap_or_else(|| panic!("{death:?}: nothing runs"));
            if lent {
                break task;
            }
            lent = matches!(task.program, Program::Frames { .. });
            let event = if lent {
                Event::Died { task: task.id, death, log: Vec::new() }
            } else {
                world.answer(&task)
            };
            commands = job.handle(event);
        };
        assert!(again.inputs.iter().any(|input| input.source == InputSource::Clip), "{death:?}: {again:?}");
    }
}

#[test]
fn the_audio_comes_after_longer_chunks_and_before_shorter_ones() {
    // The format, and whether chunks or the audio come first.
    for (rung, first) in [("1280x720@25:4000", true), ("64x36@25:100", false)] {
        let asked = Wishes { mode: Mode::Ladder, rung: ladder::parse(rung), ..Wishes::default() };
        let (facts, machine) = (facts(FRAMES), Machine::ffmpeg(1, VideoEncoder::Own));
        let plan = plan::plan(&facts, &asked, machine).unwrap();
        let (_, commands) = planned(facts, asked, plan, machine, limits(usize::MAX, Bytes(0)));
        let makes_audio = |command: &Command| match command {
            Command::Run(task) => task.outputs.iter().any(|output| output.keep == Some(Artifact::AUDIO)),
            _ => false,
        };
        let found = commands.iter().position(makes_audio);
        assert!(found.is_some_and(|at| (at > 0) == first), "{rung}: {found:?}");
    }
}

#[test]
fn kept_frames_that_are_lost_are_decoded_again() {
    let world = World::with(VideoEncoder::Own, FRAMES, wishes(), Mishap::FramesLost).run(None);
    let report = finished(&world);
    assert!(report.bytes <= report.limit);
    assert!(!report.notes.contains(&Note::StockEncoder), "the encoder is not to blame");
}

fn fast() -> Wishes {
    Wishes { effort: Effort::Fast, ..wishes() }
}

#[test]
fn an_encoder_that_misses_its_rate_is_held_to_the_limit() {
    for overshoot in [0.3, 0.6, 0.9, 1.0, 1.1, 1.5, 2.0, 4.0, 8.0] {
        let world = World::in_browser(fast(), Mishap::Overshoot(overshoot)).run(None);
        let report = finished(&world);
        assert!(report.bytes <= report.limit, "{overshoot}");
        assert!(
            report.bytes.0 as f64 >= MEASURED_FLOOR * report.limit.0 as f64,
            "{overshoot}: {} of {}",
            report.bytes,
            report.limit
        );
        assert!(!report.notes.contains(&Note::FastFailed), "{overshoot}");
    }
}

#[test]
fn an_encoder_that_stays_far_below_its_rate_gives_way_to_x264() {
    let world = World::in_browser(fast(), Mishap::BrowserStubborn(30_000)).run(None);
    let report = finished(&world);
    assert!(report.notes.contains(&Note::FastFailed) && !report.notes.contains(&Note::NotAllUsed));
    assert!(report.bytes.0 as f64 >= FLOOR * report.limit.0 as f64, "{} of {}", report.bytes, report.limit);
}

#[test]
fn encodes_that_no_result_needs_are_let_go() {
    // What took far too much is gone as soon as something nearer to the share is there.
    for factor in [4.0, 1.6] {
        let world = World::in_browser(fast(), Mishap::Overshoot(factor)).run(None);
        assert!(finished(&world).encoded_again > 0, "{factor}");
        assert!(world.superseded > 0, "{factor}");
    }
}

#[test]
fn an_encoder_that_ignores_its_rate_or_fails_gives_way_to_x264() {
    let cases = [
        Mishap::BrowserStubborn(400_000),
        Mishap::Dies { nth: 1, times: 5, death: Death::Encoder },
        Mishap::Dies { nth: 3, times: 5, death: Death::Encoder },
    ];
    for mishap in cases {
        let world = World::in_browser(fast(), mishap).run(None);
        let report = finished(&world);
        assert!(report.bytes <= report.limit && report.notes.contains(&Note::FastFailed), "{mishap:?}");
        let Action::Encode(plan) = &world.plan.action else { panic!("an encode") };
        assert_eq!((plan.engine, plan.decoder), (VideoEncoder::Own, Decoder::Browser), "{mishap:?}");
        // The page is not to try it again with the next clip.
        assert_eq!(world.failed_encoders, [Codec::H264], "{mishap:?}");
    }
}

#[test]
fn what_the_browser_cannot_do_begins_again_with_ffmpeg() {
    for effort in [Effort::Fast, Effort::Balanced, Effort::Best] {
        let wishes = || Wishes { effort, ..wishes() };
        let made = World::in_browser(wishes(), Mishap::None).run(None).made();
        for nth in 0..made {
            let cases = [
                (Mishap::Dies { nth, times: 99, death: Death::Browser }, vec![WhyFfmpeg::Midway]),
                (Mishap::Dies { nth, times: 99, death: Death::Crash }, vec![WhyFfmpeg::NoResult]),
                // A decode or an encode.
                (Mishap::ExitCode { nth, times: 99 }, vec![WhyFfmpeg::Midway, WhyFfmpeg::NoResult]),
                (Mishap::FramesMissing, vec![WhyFfmpeg::NoResult]),
            ];
            for (mishap, reasons) in cases {
                let world = World::in_browser(wishes(), mishap).run(None);
                let Some(Ending::WithFfmpeg(why)) = world.ending else {
                    panic!("{effort:?} {mishap:?}: {:?}", world.ending);
                };
                assert!(reasons.contains(&why), "{effort:?} {mishap:?}: {why:?}");
            }
        }
    }
}

#[test]
fn x265_takes_the_whole_clip_in_two_passes_and_what_it_misses_is_corrected() {
    for overshoot in [0.5, 0.9, 0.97, 1.0, 1.03, 1.2, 2.0] {
        let world = World::with_threads(Mishap::Overshoot(overshoot)).run(None);
        let report = finished(&world);
        assert!(report.bytes <= report.limit, "{overshoot}");
        let least = MEASURED_FLOOR * report.limit.0 as f64;
        assert!(report.bytes.0 as f64 >= least, "{overshoot}: {} of {}", report.bytes, report.limit);
        let Action::Encode(plan) = &world.plan.action else { panic!("an encode") };
        assert_eq!((plan.engine, plan.codec, plan.chunks.len()), (VideoEncoder::X265, Codec::H265, 1));
        // The first pass is done once, whatever its followers miss.
        assert_eq!(world.threaded, 2 + report.encoded_again, "{overshoot}");
    }
}

#[test]
fn x265_that_hangs_or_fails_gives_way_to_x264_at_once() {
    let deaths = [Death::Encoder, Death::Crash, Death::OutOfMemory];
    let smooth = World::with_threads(Mishap::None).run(None);
    let tasks: Vec<u32> = (1..).filter(|nth| !smooth.watches.contains(nth)).take(2).collect();
    let died = deaths.map(|death| tasks.iter().map(move |&nth| Mishap::Dies { nth, times: 1, death }));
    let ended = tasks.iter().map(|&nth| Mishap::ExitCode { nth, times: 1 });
    for mishap in died.into_iter().flatten().chain(ended).chain([Mishap::ThreadsStubborn(2_000_000)]) {
        let world = World::with_threads(mishap).run(None);
        let report = finished(&world);
        let named = |note: &&Note| matches!(note, Note::X265Failed | Note::CodecNotHere { .. });
        let notes: Vec<&Note> = report.notes.iter().filter(named).collect();
        assert_eq!(notes, [&Note::X265Failed], "{mishap:?}");
        assert!(report.bytes <= report.limit, "{mishap:?}");
        let Action::Encode(plan) = &world.plan.action else { panic!("an encode") };
        assert_eq!((plan.engine, plan.codec), (VideoEncoder::Own, Codec::H264), "{mishap:?}");
    }
}

#[test]
fn h265_is_planned_with_whatever_makes_it() {
    use crate::machine::CodecUnavailable;
    let of_browser = Encoders { h265: true, ..Encoders::default() };
    let (none, browser, ffmpeg) = (Encoders::default(), Decoder::Browser, Decoder::Ffmpeg(None));
    // Source, encoders, decoder, threads: engine, and why it is none for H.265.
    let cases = [
        ("h264", of_browser, browser, Threads::Here, VideoEncoder::Browser, None),
        ("h264", of_browser, ffmpeg, Threads::Here, VideoEncoder::X265, None),
        ("h264", none, ffmpeg, Threads::Here, VideoEncoder::X265, None),
        (
            "h264",
            none,
            browser,
            Threads::NotIsolated,
            VideoEncoder::Own,
            Some(Some(CodecUnavailable::NotIsolated)),
        ),
        (
            "h264",
            none,
            browser,
            Threads::Missing,
            VideoEncoder::Own,
            Some(Some(CodecUnavailable::NoEncoder(Codec::H265))),
        ),
        // No ffmpeg.wasm decodes AV1.
        ("av1", none, browser, Threads::Here, VideoEncoder::Own, Some(None)),
    ];
    for (codec, encoders, decoder, threads, engine, why) in cases {
        let mut facts = facts(FRAMES);
        facts.video.codec = codec.into();
        let machine = Machine { encoders, decoder, threads, ..Machine::ffmpeg(2, VideoEncoder::Own) };
        let plan = plan::plan(&facts, &Wishes { codec: Codec::H265, ..wishes() }, machine).unwrap();
        let Action::Encode(encode) = &plan.action else { panic!("an encode") };
        assert_eq!(encode.engine, engine, "{codec} {encoders:?} {decoder:?} {threads:?}");
        let told = plan.notes.iter().find_map(|note| match note {
            Note::CodecNotHere { why, .. } => Some(*why),
            _ => None,
        });
        assert_eq!(told, why, "{codec} {encoders:?} {decoder:?} {threads:?}");
    }
}

#[test]
fn a_native_ffmpeg_makes_what_it_has_encoders_for_and_else_h264() {
    use crate::machine::{CodecUnavailable, NativeEncoder, NativeEncoders};
    let machine = |native| Machine::native(2, native);
    let codecs = [Codec::H265, Codec::Vp9, Codec::Av1];
    for codec in codecs {
        let wished = Wishes { codec, ..wishes() };
        let all = NativeEncoders::of(|_| true);
        let world = World::on(machine(all), FRAMES, wished.clone(), Mishap::None).run(None);
        let report = finished(&world);
        let of_codec = |report: &Report| -> Vec<Note> {
            let about = |note: &&Note| matches!(note, Note::CodecNotHere { .. } | Note::EncoderFailed { .. });
            report.notes.iter().filter(about).cloned().collect()
        };
        assert!(report.bytes <= report.limit && of_codec(report).is_empty(), "{codec:?}: {report:?}");
        assert!(report.bytes.0 as f64 >= FLOOR * report.limit.0 as f64, "{codec:?}: {report:?}");
        let Action::Encode(plan) = &world.plan.action else { panic!("an encode") };
        assert_eq!((plan.codec, plan.chunks.len()), (codec, 1));
        assert!(matches!(plan.engine, VideoEncoder::NativeOther(encoder) if encoder.codec() == codec));
        // One that fails gives way to x264, and that is said; one that is missing is named.
        let dies = Mishap::Dies { nth: 1, times: 1, death: Death::Crash };
        let without = NativeEncoders::of(|encoder: NativeEncoder| encoder.codec() != codec);
        let missing = Note::CodecNotHere { codec, why: Some(CodecUnavailable::NotInFfmpeg(codec)) };
        let cases = [(all, dies, Note::EncoderFailed { codec }), (without, Mishap::None, missing)];
        for (native, mishap, note) in cases {
            let world = World::on(machine(native), FRAMES, wished.clone(), mishap).run(None);
            let report = finished(&world);
            assert_eq!(of_codec(report), [note], "{codec:?} {mishap:?}");
            let Action::Encode(plan) = &world.plan.action else { panic!("an encode") };
            assert_eq!(
                (plan.engine, plan.codec),
                (VideoEncoder::Native, Codec::H264),
                "{codec:?} {mishap:?}"
            );
        }
    }
}

#[test]
fn every_result_is_decoded_whole_and_compared_with_a_decode_of_the_source_from_its_start() {
    let seeks = |world: &World| match &world.plan.action {
        Action::Encode(encode) => encode.chunks.iter().any(|chunk| chunk.seek.is_some()),
        _ => false,
    };
    let found = |world: &World| -> Vec<Note> {
        let notes = finished(world).notes.iter();
        notes.filter(|note| !matches!(note, Note::AudioEncoded { .. })).cloned().collect()
    };
    // Decodes of whole files: two for each result, and the source's again only where the plan changes its grid.
    let smooth = World::new(FRAMES, wishes(), Mishap::None).run(None);
    assert_eq!(found(&smooth), []);
    assert_eq!((smooth.watches.len(), seeks(&smooth)), (2, true));
    // Other frames than the source's: first every chunk is decoded from the start, then it is said.
    let again = World::new(FRAMES, wishes(), Mishap::Differs(1)).run(None);
    assert_eq!(found(&again), [Note::OnlyFromStart]);
    assert!(!seeks(&again));
    let errors = World::new(FRAMES, wishes(), Mishap::ErrorsAfterSeeks).run(None);
    assert_eq!((found(&errors), seeks(&errors)), (vec![Note::OnlyFromStart], false));
    let hopeless = World::new(FRAMES, wishes(), Mishap::Differs(9)).run(None);
    assert!(finished(&hopeless).notes.iter().any(|note| matches!(note, Note::Differs { .. })));
    // Two workers of a browser share the result. The source is seen and heard while it is encoded.
    let shared = World::in_browser(wishes(), Mishap::None).run(None);
    assert_eq!((found(&shared), shared.watches.len()), (vec![], 2));
    assert!(seeks(&shared));
    let wrong = World::in_browser(wishes(), Mishap::WrongAfterSeeks).run(None);
    assert!(matches!(wrong.ending, Some(Ending::WithFfmpeg(WhyFfmpeg::Different))), "{:?}", wrong.ending);
    assert_eq!((wrong.watches.len(), wrong.assembled.len()), (0, 0));
    // The browser's decoder gives way to ffmpeg's.
    let browser = World::in_browser(wishes(), Mishap::Differs(1)).run(None);
    assert!(matches!(browser.ending, Some(Ending::WithFfmpeg(WhyFfmpeg::Different))), "{:?}", browser.ending);
    // A result is not lost for the comparison.
    let unseen = World::new(FRAMES, wishes(), Mishap::Unwatchable).run(None);
    assert_eq!(found(&unseen), [Note::NotCompared]);
}

#[test]
fn a_damaged_source_is_said_and_never_copied() {
    for target in [Bytes(10_000_000), wishes().target] {
        let world = World::new(FRAMES, Wishes { target, ..wishes() }, Mishap::Damaged).run(None);
        let report = finished(&world);
        assert!(!report.kept_source && !world.copies_audio(), "{target}");
        assert!(
            report.notes.iter().any(|note| matches!(note, Note::SourceDamaged { .. })),
            "{:?}",
            report.notes
        );
    }
}

#[test]
fn audio_gets_what_the_video_leaves_and_nothing_is_measured_again() {
    let frame_rate = crate::units::FrameRate::new(25, 1);
    let wishes = |target| Wishes { target: Bytes(target), frame_rate, ..wishes() };
    let raised = |world: &World| finished(world).notes.contains(&Note::AudioRaised);
    // By the first pass's figures: bits of a frame at quantizer 20.
    for (bits, expected) in [(200, true), (8_000, false)] {
        let mut world = World::new(FRAMES, wishes(150_000), Mishap::None);
        world.first_pass = (bits, 20.0);
        let before = world.plan.clone();
        let world = world.run(None);
        assert_eq!(raised(&world), expected, "{bits}");
        let rate = |plan: &Plan| match &plan.action {
            Action::Encode(encode) => encode.audio.expected().0,
            _ => 0.0,
        };
        assert_eq!(rate(&world.plan) > rate(&before) * 1.2, expected, "{bits}");
        assert!(finished(&world).bytes.0 <= 150_000);
    }
    // A wish is a wish.
    let audio = crate::wishes::AudioWish::Encode(crate::units::Kbps(16.0));
    let mut world = World::new(FRAMES, Wishes { audio, ..wishes(150_000) }, Mishap::None);
    world.first_pass = (200, 20.0);
    assert!(!raised(&world.run(None)));
}
