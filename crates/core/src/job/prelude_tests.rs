//! The way to a plan, driven by events as a browser sends them: who examines, who falls back, what a job says when it
//! cannot begin.
#![allow(clippy::expect_used, reason = "tests stop at the first surprise")]

use super::failure::{Failure, PackFailure};
use super::prelude::{Browser, Host};
use super::tests::limits;
use super::*;
use crate::clip::facts::{Field, MediaFacts, Resized};
use crate::clip::listing::{ListedStream, Listing, Oddity, StreamKind, VideoDetails};
use crate::clip::packets::PacketTable;
use crate::machine::speeds::SpeedFigures;
use crate::machine::{InHardware, NativeEncoders, Threads};
use crate::step::files::{CONTINUOUS_FILE, PROBE_FILE};
use crate::step::load::{LoadFailure, Part};
use crate::step::{Answer, Artifact, Death, InputSource, Program, Task, Written};
use crate::units::{FrameRate, Micros};
use crate::wishes::Mode;

/// One second of video at 25 frames a second, much larger than the target.
const FRAMES: u32 = 25;
const BYTES: Bytes = Bytes(2_000_000);

fn listing(odd: Option<Oddity>) -> Listing {
    let details = VideoDetails {
        width: 320,
        height: 180,
        average_rate: Some(FrameRate::whole(25)),
        ..VideoDetails::default()
    };
    let video = ListedStream {
        kind: StreamKind::Video,
        codec: Some("h264".into()),
        odd,
        video: Some(details),
        ..ListedStream::default()
    };
    Listing { format: "matroska,webm".into(), streams: vec![video], ..Listing::default() }
}

fn packets(layout: Option<&str>) -> PacketTable {
    let times = (0..FRAMES).map(|frame| Some(Micros(i64::from(frame) * 40_000)));
    PacketTable {
        presented: times.clone().collect(),
        decoded: times.collect(),
        durations: vec![Some(Micros(40_000)); FRAMES as usize],
        sizes: vec![BYTES.0 / u64::from(FRAMES); FRAMES as usize],
        keyframes: vec![0],
        hidden: Vec::new(),
        frame_sizes: Vec::new(),
        layout: layout.map(str::to_owned),
        own_decoder: false,
    }
}

/// What the browser at hand does.
#[derive(Clone, Copy)]
struct Here {
    decodes: bool,
    /// Parts that do not load.
    missing: &'static [Part],
    /// What the video is coded in.
    codec: &'static str,
    odd: Option<Oddity>,
    /// Layout of the frame that it decodes on trial.
    layout: Option<&'static str>,
    /// Layout of the frame that our own decoder decodes on trial.
    layout_of_ours: Option<&'static str>,
    /// How every task ends that decodes with the browser.
    decode_dies: Option<Death>,
}

const FINE: Here = Here {
    decodes: true,
    missing: &[],
    codec: "h264",
    odd: None,
    layout: Some("I420"),
    layout_of_ours: None,
    decode_dies: None,
};

/// What a job asked for until it encodes, or ended.
#[derive(Debug, Default)]
struct Way {
    asked: Vec<&'static str>,
    kept_speeds: usize,
    gave_up: Option<Failure>,
}

fn name(program: &Program) -> &'static str {
    match program {
        Program::Measure => "measure",
        Program::ExamineStreams => "browser: streams",
        Program::ExaminePackets { own_decoder: true, .. } => "ours: packets",
        Program::ExaminePackets { .. } => "browser: packets",
        Program::Ffprobe { .. } => "ffprobe",
        Program::Decode { step, .. } if step.own_decoder => "ours: decode",
        Program::Decode { .. } => "browser: decode",
        Program::Watch(_) => "watch",
        Program::Ffmpeg { arguments } if arguments.iter().any(|one| one == CONTINUOUS_FILE) => "copy",
        _ => "ffmpeg",
    }
}

fn answer(task: &Task, here: Here) -> Event {
    let figures = SpeedFigures {
        superfast: 80e6,
        veryfast: 50e6,
        medium: 25e6,
        decode: Some(150e6),
        h264_profile: None,
        h264: None,
        h265: None,
        vp9: None,
        av1: None,
        hardware: InHardware::default(),
    };
    // Only the person's file is odd.
    let clip = task.inputs.iter().any(|input| input.source == InputSource::Clip);
    let by_browser = task.program == Program::ExamineStreams && clip;
    if name(&task.program) == "copy" {
        let copy = Written { name: CONTINUOUS_FILE.into(), size: BYTES, head: Vec::new() };
        let (answer, log) = (None, Vec::new());
        return Event::Done { task: task.id, exit_code: 0, answer, outputs: vec![copy], log };
    }
    let mut streams = listing(here.odd.filter(|_| by_browser));
    streams.streams[0].codec = Some(here.codec.into());
    let answer = match &task.program {
        Program::Measure => Answer::Speeds(figures),
        Program::ExaminePackets { own_decoder, .. } => {
            let layout = if *own_decoder { here.layout_of_ours } else { here.layout };
            Answer::Packets(Box::new(PacketTable { own_decoder: *own_decoder, ..packets(layout) }))
        }
        Program::Ffprobe { arguments } if arguments.iter().any(|one| one.contains("packet")) => {
            Answer::Packets(Box::new(packets(None)))
        }
        _ => Answer::Streams(Box::new(streams)),
    };
    let (outputs, log) = (Vec::new(), Vec::new());
    Event::Done { task: task.id, exit_code: 0, answer: Some(answer), outputs, log }
}

/// Runs a job to its first task of an encode by ffmpeg, or by the browser where that lives; or to its end.
fn way(here: Here) -> Way {
    let wishes = Wishes { mode: Mode::Size, target: Bytes(400_000), ..Wishes::default() };
    let host = Host::Browser(Browser {
        parts: vec![Part::Core, Part::Encoder, Part::Codecs],
        decodes: here.decodes,
        threads: Threads::Missing,
        speeds: None,
        limits: limits(2, Bytes(0)),
    });
    let mut job = Job::new(BYTES, wishes, host);
    let mut way = Way::default();
    let mut events = vec![Event::Start];
    let mut furthest = 0.0;
    while let Some(event) = events.pop() {
        let mut tasks = Vec::new();
        for command in job.handle(event) {
            match command {
                Command::Load { parts, .. } => {
                    way.asked.push("load");
                    let missing = parts.into_iter().filter(|part| here.missing.contains(part));
                    let missing = missing.map(|part| (part, LoadFailure::Network)).collect();
                    events.push(Event::Loaded { missing });
                }
                Command::Run(task) => tasks.push(task),
                // What ran has stopped, and answers no more.
                Command::Stop => (tasks.clear(), events.clear()).0,
                Command::KeepSpeeds(_) => way.kept_speeds += 1,
                Command::GiveUp(failure) => way.gave_up = Some(*failure),
                _ => {}
            }
        }
        for task in tasks.drain(..) {
            let name = name(&task.program);
            // It goes on beside what is asked here, and nothing depends on it.
            if name == "watch" {
                let (exit_code, answer, outputs, log) = (1, None, Vec::new(), Vec::new());
                events.push(Event::Done { task: task.id, exit_code, answer, outputs, log });
                continue;
            }
            way.asked.push(name);
            match (name, here.decode_dies) {
                ("browser: decode", Some(death)) => {
                    events.push(Event::Died { task: task.id, death, log: Vec::new() });
                }
                ("browser: decode" | "ours: decode" | "ffmpeg", _) => return way,
                _ => events.push(answer(&task, here)),
            }
        }
        let progress = job.progress().fraction;
        assert!((furthest..=1.0).contains(&progress), "progress falls from {furthest} to {progress}");
        furthest = progress;
    }
    way
}

#[test]
fn what_packs_a_result_is_there_before_the_work_begins() {
    let host = Host::Browser(Browser {
        parts: vec![Part::Core, Part::Encoder, Part::Codecs],
        decodes: true,
        threads: Threads::Missing,
        speeds: None,
        limits: limits(2, Bytes(0)),
    });
    let ladder = Wishes { mode: Mode::Ladder, ..Wishes::default() };
    let several = Wishes { renditions: crate::wishes::renditions::USUAL.to_vec(), ..ladder.clone() };
    let cases = [
        ("one file", Wishes::default(), false),
        ("one rung", ladder, false),
        ("several renditions", several.clone(), true),
        ("renditions that were asked for in another mode", Wishes { mode: Mode::Size, ..several }, false),
        ("a stream", Wishes { mode: Mode::Hls, ..Wishes::default() }, true),
    ];
    for (what, wishes, packs) in cases {
        let mut job = Job::new(BYTES, wishes, host.clone());
        let begins = job.handle(Event::Start);
        assert_eq!(begins == [Command::LoadPacker], packs, "{what}: {begins:?}");
        if packs {
            let goes_on = job.handle(Event::PackerLoaded(Ok(())));
            assert!(matches!(goes_on[..], [Command::Load { .. }]), "{what}: {goes_on:?}");
        }
    }
    let mut job = Job::new(BYTES, Wishes { mode: Mode::Hls, ..Wishes::default() }, host);
    job.handle(Event::Start);
    let failure = PackFailure::NotLoaded("gone".into());
    let ends = job.handle(Event::PackerLoaded(Err(failure.clone())));
    let gives_up = Command::GiveUp(Box::new(Failure::NotPacked(failure)));
    assert_eq!(ends, [Command::Stop, gives_up], "nothing else is fetched");
}

#[test]
fn who_examines_and_who_encodes() {
    const BROWSER: [&str; 5] = ["load", "measure", "browser: streams", "browser: packets", "browser: decode"];
    const FFMPEG: [&str; 4] = ["load", "ffprobe", "ffprobe", "ffmpeg"];
    let cases: [(&str, Here, usize); 6] = [
        ("the browser does it all", FINE, 5),
        ("a browser without a decoder is not asked", Here { decodes: false, ..FINE }, 0),
        ("nor one whose codecs do not load", Here { missing: &[Part::Codecs], ..FINE }, 1),
        ("an oddly built file", Here { odd: Some(Oddity::SeveralEdits), ..FINE }, 3),
        ("a frame that it cannot decode", Here { layout: None, ..FINE }, 4),
        ("codecs that fail midway", Here { decode_dies: Some(Death::Browser), ..FINE }, 5),
    ];
    for (name, here, of_browser) in cases {
        let mut way = way(here);
        // It is tried more than once.
        way.asked.dedup_by(|one, before| one == before && *one == "browser: decode");
        let falls_back = name != "the browser does it all";
        let expected: Vec<&str> =
            BROWSER[..of_browser].iter().chain(FFMPEG.iter().filter(|_| falls_back)).copied().collect();
        assert_eq!(way.asked, expected, "{name}");
        assert_eq!(way.kept_speeds, usize::from(of_browser > 1), "{name}");
        assert_eq!(way.gave_up, None, "{name}");
    }
}

#[test]
fn hevc_that_the_browser_fails_at_is_decoded_by_our_own_decoder() {
    let hevc = Here { codec: "hevc", layout_of_ours: Some("I420P10"), ..FINE };
    let no_frame = Here { layout: None, ..hevc };
    let midway = Here { decode_dies: Some(Death::Browser), ..hevc };
    let cases: [(&str, Here, &[&str]); 5] = [
        ("the browser decodes it", hevc, &["browser: packets", "browser: decode"]),
        ("it shows no frame", no_frame, &["browser: packets", "ours: packets", "ours: decode"]),
        (
            "nor does ours",
            Here { layout_of_ours: None, ..no_frame },
            &["browser: packets", "ours: packets", "load", "ffprobe", "ffprobe", "ffmpeg"],
        ),
        (
            "it fails midway",
            midway,
            &[
                "browser: packets",
                "browser: decode",
                "load",
                "browser: streams",
                "ours: packets",
                "ours: decode",
            ],
        ),
        (
            "another codec has one decoder",
            Here { codec: "h264", ..no_frame },
            &["browser: packets", "load", "ffprobe", "ffprobe", "ffmpeg"],
        ),
    ];
    for (name, here, then) in cases {
        let mut way = way(here);
        way.asked.dedup_by(|one, before| one == before && *one == "browser: decode");
        let expected: Vec<&str> =
            ["load", "measure", "browser: streams"].iter().chain(then).copied().collect();
        assert_eq!((way.asked, way.gave_up), (expected, None), "{name}");
    }
}

#[test]
fn what_ffmpeg_cannot_decode_is_copied_for_the_browser() {
    let av1 = Here { codec: "av1", odd: Some(Oddity::SeveralEdits), ..FINE };
    let refused = Some(Failure::Probe(ProbeFailure::UnsupportedCodec { codec: "av1".into() }));
    let midway = Some(Failure::OnlyInBrowser { codec: "av1".into(), why: WhyFfmpeg::Midway });
    let (asked, back) = (["browser: streams", "load", "ffprobe", "copy", "load"], "browser: streams");
    for (here, then, gave_up) in [
        (av1, &["browser: packets", "browser: decode"][..], None),
        (Here { layout: None, ..av1 }, &["browser: packets"], refused),
        (Here { decode_dies: Some(Death::Browser), ..av1 }, &["browser: packets", "browser: decode"], midway),
    ] {
        // What is damaged is copied once more, for decoders that pass over errors.
        let again =
            here.decode_dies.map_or(&[][..], |_| &["load", "ffprobe", "copy", "load", "browser: streams"]);
        let again = again.iter().chain(if again.is_empty() { &[] } else { then });
        let mut way = way(here);
        way.asked.dedup_by(|one, before| one == before && *one == "browser: decode");
        let expected: Vec<&str> = ["load", "measure"]
            .iter()
            .chain(&asked)
            .chain([&back])
            .chain(then)
            .chain(again)
            .copied()
            .collect();
        assert_eq!((way.asked, way.gave_up), (expected, gave_up));
    }
}

/// Runs a job on a machine with a native ffmpeg up to the facts; what ffprobe tells of sizes and ffmpeg of fields comes
/// from `sizes` and, one after the other, from `fields`. Answers the facts and what was run.
fn looked_at(details: VideoDetails, codec: &str, sizes: &str, fields: &[&str]) -> (MediaFacts, Vec<String>) {
    let mut listing = listing(None);
    listing.streams[0].codec = Some(codec.into());
    listing.streams[0].video = Some(details);
    let packets = PacketTable { keyframes: vec![0, 12], ..packets(None) };
    let mut fields = fields.iter();
    let mut job = Job::new(BYTES, Wishes::default(), Host::Native(limits(1, Bytes(0))));
    let (mut events, mut asked) = (vec![Event::Start], Vec::new());
    while let Some(event) = events.pop() {
        for command in job.handle(event) {
            match command {
                Command::Show(Milestone::Probed(facts)) => return (*facts, asked),
                Command::Run(Task { id: task, program, .. }) => {
                    let line = program.describe().unwrap_or_default();
                    let (mut outputs, mut log) = (Vec::new(), Vec::new());
                    let answer = if line.contains("-show_streams") {
                        Some(Answer::Streams(Box::new(listing.clone())))
                    } else if line.contains("packet=") {
                        Some(Answer::Packets(Box::new(packets.clone())))
                    } else {
                        asked.push(line.clone());
                        None
                    };
                    if line.contains("frame=") {
                        let (head, size) = (sizes.as_bytes().to_vec(), Bytes(sizes.len() as u64));
                        outputs.push(Written { name: PROBE_FILE.into(), size, head });
                    }
                    if line.contains("idet") {
                        log.extend(fields.next().map(|told| format!("Multi frame detection: {told}")));
                    }
                    events.push(Event::Done { task, exit_code: 0, answer, outputs, log });
                }
                _ => {}
            }
        }
    }
    panic!("no facts: {asked:?}")
}

#[test]
fn what_a_file_does_not_say_is_found_by_looking() {
    let details = |fields_unsaid| VideoDetails {
        width: 720,
        height: 576,
        average_rate: Some(FrameRate::whole(25)),
        fields_unsaid,
        ..VideoDetails::default()
    };
    let (top, still) =
        ("TFF: 90 BFF: 0 Progressive: 0 Undetermined: 10", "TFF: 0 BFF: 0 Progressive: 0 Undetermined: 100");
    let (facts, asked) = looked_at(details(true), "huffyuv", "", &[top]);
    assert_eq!((facts.video.interlaced, facts.video.first_field), (true, Some(Field::Top)));
    assert_eq!(asked.len(), 1, "{asked:?}");
    // A second of it has one place to look at.
    let (facts, asked) = looked_at(details(true), "huffyuv", "", &[still]);
    assert_eq!((facts.video.interlaced, asked.len()), (false, 1));
    let (facts, asked) = looked_at(details(false), "huffyuv", "", &[top]);
    assert_eq!((facts.video.interlaced, asked.len()), (false, 0), "what says what it is is not looked at");

    let (facts, asked) = looked_at(details(false), "vp8", "360,288,1:1\n\n720,576,1:1\n", &[]);
    assert_eq!((facts.video.width, facts.video.height), (720, 576));
    let resized = Resized { from: (360, 288), to: (720, 576), reshaped: false };
    assert_eq!((facts.video.resized, asked.len()), (Some(resized), 1));
    // Both, and neither look brings anything.
    let (facts, asked) = looked_at(details(true), "mpeg2video", "nonsense", &[]);
    assert_eq!((facts.video.resized, facts.video.interlaced, asked.len()), (None, false, 2));
}

#[test]
fn a_job_that_cannot_begin_says_why() {
    let without = |missing| way(Here { decodes: false, missing, ..FINE });
    assert_eq!(without(&[Part::Core]).gave_up, Some(Failure::NotLoaded(LoadFailure::Network)));
    // Without our own encoder ffmpeg's does.
    assert_eq!(without(&[Part::Encoder]).gave_up, None);
    let mut empty = Job::new(Bytes(0), Wishes::default(), Host::Native(limits(1, Bytes(0))));
    let commands = empty.handle(Event::Start);
    assert!(
        matches!(commands.last(), Some(Command::GiveUp(failure)) if **failure == Failure::Probe(ProbeFailure::Empty))
    );
    let mut cancelled = Job::new(BYTES, Wishes::default(), Host::Native(limits(1, Bytes(0))));
    cancelled.handle(Event::Start);
    let commands = cancelled.handle(Event::Cancel);
    assert!(matches!(commands.last(), Some(Command::GiveUp(failure)) if **failure == Failure::Cancelled));
    assert!(cancelled.handle(Event::Packed(Err(PackFailure::NotWritten("late".into())))).is_empty());
}

/// Packets of a second that begins at two seconds, and of the first second.
fn restarting() -> PacketTable {
    let once = packets(None);
    let late = |time: &Option<Micros>| time.map(|time| time + Micros(2_000_000));
    let twice = |column: &[Option<Micros>]| [column.iter().map(late).collect(), column.to_vec()].concat();
    PacketTable {
        presented: twice(&once.presented),
        decoded: twice(&once.decoded),
        durations: [once.durations.clone(), once.durations].concat(),
        sizes: [once.sizes.clone(), once.sizes].concat(),
        ..once
    }
}

/// What comes of a clip whose times start again, in a native host or in a browser's ffmpeg: whether a copy is made, and
/// what the first task of the encode reads, or why there is none. `event` answers the task that makes the copy.
fn joined(
    bytes: Bytes,
    native: bool,
    after: &PacketTable,
    event: impl Fn(&Task) -> Event,
) -> (usize, Result<InputSource, Failure>) {
    let host = if native {
        Host::Native(limits(2, Bytes(0)))
    } else {
        Host::Browser(Browser {
            parts: vec![Part::Core, Part::Encoder],
            decodes: false,
            threads: Threads::Missing,
            speeds: None,
            limits: limits(2, Bytes(0)),
        })
    };
    let wishes = Wishes { mode: Mode::Size, target: Bytes(400_000), ..Wishes::default() };
    let mut job = Job::new(bytes, wishes, host);
    let (mut copies, mut events) = (0, vec![Event::Start]);
    while let Some(now) = events.pop() {
        for command in job.handle(now) {
            match command {
                Command::Load { .. } => events.push(Event::Loaded { missing: Vec::new() }),
                Command::FindEncoders => events.push(Event::Encoders(NativeEncoders::default())),
                Command::GiveUp(failure) => return (copies, Err(*failure)),
                Command::Run(task) => match &task.program {
                    Program::Ffprobe { arguments } => {
                        let copied = task.inputs[0].source != InputSource::Clip;
                        let table = if copied { after.clone() } else { restarting() };
                        let answer = if arguments.iter().any(|one| one.contains("packet=")) {
                            Answer::Packets(Box::new(table))
                        } else {
                            let format = if copied { "matroska,webm" } else { "mpegts" };
                            Answer::Streams(Box::new(Listing { format: format.into(), ..listing(None) }))
                        };
                        let (outputs, log) = (Vec::new(), Vec::new());
                        let answer = Some(answer);
                        events.push(Event::Done { task: task.id, exit_code: 0, answer, outputs, log });
                    }
                    Program::Ffmpeg { .. } if task.outputs[0].keep == Some(Artifact::CONTINUOUS) => {
                        copies += 1;
                        events.push(event(&task));
                    }
                    _ => return (copies, Ok(task.inputs[0].source.clone())),
                },
                _ => {}
            }
        }
    }
    panic!("nothing came of it");
}

#[test]
fn a_continuous_copy_stands_for_a_clip_whose_times_start_again() {
    let made = |size: u64| {
        move |task: &Task| Event::Done {
            task: task.id,
            exit_code: 0,
            answer: None,
            outputs: vec![Written {
                name: task.outputs[0].name.clone(),
                size: Bytes(size),
                head: Vec::new(),
            }],
            log: Vec::new(),
        }
    };
    let died = |death| move |task: &Task| Event::Died { task: task.id, death, log: Vec::new() };
    let jumps = || Err(Failure::Probe(ProbeFailure::TimesJump { at: Micros(2_960_000) }));
    let copy = || Ok(InputSource::Kept(Artifact::CONTINUOUS));
    let (good, bad, huge) = (packets(None), restarting(), Bytes(2_000_000_000));
    for native in [true, false] {
        assert_eq!(joined(BYTES, native, &good, made(9)), (1, copy()), "{native}");
        assert_eq!(joined(BYTES, native, &good, made(0)), (1, jumps()), "{native}");
        assert_eq!(joined(BYTES, native, &bad, made(9)), (1, jumps()), "{native}");
        assert_eq!(joined(BYTES, native, &good, died(Death::OutOfMemory)), (1, jumps()), "{native}");
        let moved = Err(Failure::Probe(ProbeFailure::Unreadable));
        assert_eq!(joined(BYTES, native, &good, died(Death::InputUnreadable)), (1, moved), "{native}");
        assert_eq!(joined(BYTES, native, &good, |_| Event::Cancel), (1, Err(Failure::Cancelled)), "{native}");
    }
    // A browser keeps the copy in memory.
    assert_eq!(joined(huge, true, &good, made(9)).0, 1);
    assert_eq!(joined(huge, false, &good, made(9)), (0, jumps()));
}
