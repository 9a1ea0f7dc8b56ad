//! The job of a package fed by an imagined worker, up to the cutting: what real files are cut into is tested with
//! real files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first surprise")]

use super::failure::{Failure, Step};
use super::tests::{limits, planned, sampled_slots};
use super::*;
use crate::clip::ffprobe;
use crate::clip::watched::Perceived;
use crate::machine::{Machine, VideoEncoder};
use crate::step::files::WATCHED_FILE;
use crate::step::{
    Answer, Artifact, ArtifactKind, Death, InputSource, Output, Program, Task, Written, files,
};
use crate::testing::{facts, mp4_head, samples};
use crate::wishes::Mode;
use std::collections::{BTreeSet, VecDeque};

/// A file is cut this often at most.
const TRIES: usize = 3;
/// Frames at 25 a second: three segments of ten seconds, the last of them shorter.
const FRAMES: u64 = 700;

#[derive(Default)]
struct Seen {
    decoded: usize,
    borrowed: usize,
    audio_tasks: usize,
    cut: usize,
    most_at_once: usize,
    kept: i64,
    most_kept: i64,
    gave_up: Option<Failure>,
}

fn package(room: u64) -> (Job, Vec<Command>) {
    let mut facts = facts(FRAMES);
    (facts.video.width, facts.video.height) = (854, 480);
    let wishes = Wishes { mode: Mode::Hls, ..Wishes::default() };
    let machine = Machine { decoder: Decoder::Browser, ..Machine::ffmpeg(2, VideoEncoder::Own) };
    let plan = crate::plan::plan(&facts, &wishes, machine).expect("a plan");
    planned(facts, wishes, plan, machine, limits(2, Bytes(room)))
}

/// Runs to the end. `room` is for decoded frames, `dies` is the number of the task that dies once.
fn run(room: u64, dies: Option<usize>, cancel_at: Option<usize>) -> Seen {
    let (mut seen, mut tasks) = (Seen::default(), VecDeque::new());
    let (mut job, mut commands) = package(room);
    let mut furthest = 0.0;
    let mut files: BTreeSet<Artifact> = BTreeSet::new();
    for number in 0.. {
        assert!(number < 200, "the job does not end");
        for command in std::mem::take(&mut commands) {
            match command {
                Command::Run(task) => {
                    for input in &task.inputs {
                        let InputSource::Kept(artifact) = &input.source else { continue };
                        assert!(files.contains(artifact), "{artifact:?} is not there for {:?}", task.program);
                    }
                    tasks.push_back(task);
                }
                Command::Drop(artifacts) => {
                    files.retain(|artifact| !artifacts.contains(artifact));
                    let frames =
                        artifacts.iter().filter(|one| matches!(one.kind, ArtifactKind::SharedFrames(_)));
                    seen.kept -= frames.count() as i64;
                }
                Command::GiveUp(reason) => seen.gave_up = Some(*reason),
                Command::Show(_) | Command::Stop => {}
                other => panic!("{other:?}"),
            }
        }
        seen.most_at_once = seen.most_at_once.max(tasks.len());
        let Some(task) = tasks.pop_front().filter(|_| seen.gave_up.is_none()) else { return seen };
        commands = job.handle(if cancel_at == Some(number) {
            Event::Cancel
        } else if dies == Some(number) {
            Event::Died { task: task.id, death: Death::Crash, log: Vec::new() }
        } else {
            files.extend(task.outputs.iter().filter_map(|output| output.keep));
            answer(&task, &mut seen)
        });
        seen.most_kept = seen.most_kept.max(seen.kept);
        let progress = job.progress().fraction;
        assert!((furthest..=1.0).contains(&progress), "progress falls from {furthest} to {progress}");
        furthest = progress;
    }
    seen
}

fn answer(task: &Task, seen: &mut Seen) -> Event {
    let mut exit_code = 0;
    match &task.program {
        Program::Decode { .. } => seen.decoded += 1,
        Program::Frames { width, height } => {
            assert_eq!((*width, *height), (854, 480));
            assert!(task.inputs.iter().any(|input| input.name == files::FRAMES_FILE));
            seen.borrowed += 1;
        }
        Program::Audio(_) => seen.audio_tasks += 1,
        Program::Package(_) => {
            seen.cut += 1;
            exit_code = 1;
        }
        _ => {}
    }
    let write = |output: &Output| {
        let head = match output.name.as_str() {
            files::RESULT_FILE => mp4_head(50_000, true),
            WATCHED_FILE => samples(sampled_slots(task, FRAMES), 0),
            _ => mp4_head(10_000, false),
        };
        seen.kept += i64::from(output.name == files::FRAMES_FILE);
        Written { name: output.name.clone(), size: Bytes(60_000), head }
    };
    let outputs = task.outputs.iter().map(write).collect();
    let answer = match task.program {
        Program::ExamineStreams => Some(Answer::Streams(Box::new(ffprobe::listing(&listing(task))))),
        Program::Watch(_) => Some(Answer::Heard(Perceived::default())),
        _ => None,
    };
    Event::Done { task: task.id, exit_code, answer, outputs, log: Vec::new() }
}

/// Returns what the browser lists of a finished rendition.
fn listing(task: &Task) -> String {
    let first = task.inputs.iter().any(|input| {
        input.source == InputSource::Kept(Artifact { rendition: 0, kind: ArtifactKind::Result })
    });
    let (width, height) = if first { (854, 480) } else { (426, 240) };
    let length = FRAMES as f64 / 25.0;
    format!(
        "streams.stream.0.codec_type=\"video\"\nstreams.stream.0.codec_name=\"h264\"\nstreams.stream.0.codec_tag_string=\"avc1\"\n\
         streams.stream.0.width={width}\nstreams.stream.0.height={height}\nstreams.stream.0.duration=\"{length}\"\n\
         streams.stream.0.nb_read_packets=\"{FRAMES}\"\nstreams.stream.1.codec_type=\"audio\"\nstreams.stream.1.codec_name=\"aac\"\n\
         streams.stream.1.duration=\"{length}\"\n"
    )
}

#[test]
fn what_is_decoded_serves_all_renditions_where_there_is_room() {
    // A chunk of 250 frames of 480p takes 154 MB. The last chunk is decoded twice at once rather than waited for.
    for (room, decoded, borrowed) in [(1_000_000_000, 4, 2), (400_000_000, 4, 2), (100_000_000, 6, 0)] {
        let seen = run(room, None, None);
        assert_eq!((seen.decoded, seen.borrowed, seen.audio_tasks), (decoded, borrowed, 1), "{room}");
        assert_eq!((seen.most_at_once, seen.kept), (2, 0), "{room}");
        assert!(seen.most_kept as u64 * 100_000_000 <= room, "{room}: {}", seen.most_kept);
        // What cannot be cut is tried some times, and then said.
        assert!(seen.cut >= TRIES, "{room}: {}", seen.cut);
        assert!(
            matches!(seen.gave_up, Some(Failure::Broken { step: Step::Assemble, .. })),
            "{:?}",
            seen.gave_up
        );
    }
}

#[test]
fn a_dead_worker_costs_one_task_at_any_point() {
    let smooth = run(1_000_000_000, None, None);
    for dies in 0..10 {
        let seen = run(1_000_000_000, Some(dies), None);
        assert!(seen.decoded + seen.borrowed <= smooth.decoded + smooth.borrowed + 1, "{dies}");
        assert_eq!(seen.kept, 0, "{dies}");
        assert!(matches!(seen.gave_up, Some(Failure::Broken { step: Step::Assemble, .. })), "{dies}");
    }
}

#[test]
fn cancelling_ends_it_at_any_point() {
    for number in 0..12 {
        assert_eq!(run(1_000_000_000, None, Some(number)).gave_up, Some(Failure::Cancelled), "{number}");
    }
}
