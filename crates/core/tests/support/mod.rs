//! Makes media with ffmpeg and drives a session with it, one task after the other: the simplest possible driver.

use clipfit_core::arguments as args;
use clipfit_core::encoder::Engine;
use clipfit_core::facts::MediaFacts;
use clipfit_core::plan::{self, Machine};
use clipfit_core::probe::{ProbeFailure, read_streams};
use clipfit_core::session::Session;
use clipfit_core::session::outcome::{GiveUp, Report};
use clipfit_core::session::task::{Artifact, Command, Event, Program, Source, Task, Written};
use clipfit_core::units::Bytes;
use clipfit_core::wishes::Wishes;
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::process;

pub(crate) struct Clip {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) frames: u64,
}

const PICTURE: &str = "-f lavfi -i testsrc2=s=320x180:d=5:r=";
const SOUND: &str = "-f lavfi -i sine=f=440:d=5:r=48000";

/// Name, expected frames of the result, ffmpeg arguments.
fn recipes() -> Vec<(&'static str, u64, String)> {
    let av = |rate: &str, rest: &str| format!("{PICTURE}{rate} {SOUND} {rest}");
    let noisy = "-vf noise=alls=12:allf=t -c:v libx264 -preset veryfast -g 50 -crf 20";
    vec![
        ("plain.mp4", 125, av("25", &format!("{noisy} -c:a aac -b:a 96k"))),
        ("ntsc.mov", 150, av("30000/1001", &format!("{noisy} -c:a pcm_s16le"))),
        ("silent.mkv", 120, format!("{PICTURE}24 {noisy}")),
        (
            "vp9.webm",
            125,
            av(
                "25",
                "-vf noise=alls=12:allf=t -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1M -c:a libopus -ac 2",
            ),
        ),
        // AVI counts the empty packet of the encoder's delay as a frame.
        ("old.avi", 126, av("25", "-vf noise=alls=12:allf=t -c:v mpeg4 -q:v 4 -c:a libmp3lame")),
        // AVI tells no presentation times: the decoder stamps reordered frames late.
        ("reordered.avi", 125, av("25", "-vf noise=alls=12:allf=t -c:v mpeg4 -bf 2 -q:v 4 -c:a libmp3lame")),
        ("stream.ts", 125, av("25", &format!("{noisy} -c:a aac -f mpegts"))),
        (
            "odd.mkv",
            125,
            av("25", "-vf noise=alls=12:allf=t,scale=319:179 -pix_fmt yuv444p -c:v libx264 -crf 20 -c:a aac"),
        ),
        ("half.mp4", 13, format!("-f lavfi -i testsrc2=s=320x180:d=0.52:r=25 {noisy}")),
        ("one.mp4", 1, format!("-f lavfi -i testsrc2=s=320x180:d=0.04:r=25 {noisy}")),
    ]
}

pub(crate) fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("media");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn clips() -> Vec<Clip> {
    recipes()
        .into_iter()
        .map(|(name, frames, arguments)| {
            let path = folder().join(name);
            if !path.exists() {
                let status = process::Command::new("ffmpeg")
                    .args(["-v", "error", "-nostdin", "-y"])
                    .args(arguments.split_whitespace())
                    .arg(&path)
                    .status()
                    .expect("these tests need a native ffmpeg on PATH");
                assert!(status.success(), "{name}");
            }
            Clip { name, path, frames }
        })
        .collect()
}

pub(crate) fn probe(clip: &Clip) -> Result<MediaFacts, ProbeFailure> {
    let work = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(&clip.path, work.path().join(args::CLIP)).unwrap();
    let bytes = Bytes(std::fs::metadata(&clip.path).unwrap().len());
    let run = |arguments: Vec<String>| {
        let (_, log) = run_program("ffprobe", &arguments, work.path());
        (std::fs::read_to_string(work.path().join(args::PROBE_FILE)).unwrap_or_default(), log)
    };
    let (listing, log) = run(args::probe_streams());
    let streams = read_streams(bytes, &listing, &log)?;
    let (packets, log) = run(args::probe_packets(streams.video_stream()));
    streams.read_packets(bytes, &packets, &log)
}

fn run_program(program: &str, arguments: &[String], folder: &Path) -> (i32, Vec<String>) {
    let mut command = process::Command::new(program);
    if program == "ffmpeg" {
        command.args(["-nostdin", "-y"]);
    }
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect();
    (output.status.code().unwrap_or(-1), log)
}

/// Carries out the plan; the result stays in `folder()` as `<name>.out.mp4`.
pub(crate) fn compress(
    clip: &Clip,
    facts: &MediaFacts,
    wishes: &Wishes,
    workers: usize,
) -> Result<Report, GiveUp> {
    let plan =
        plan::plan(facts, wishes, Machine::ffmpeg(workers, Engine::Native)).map_err(GiveUp::TooSmall)?;
    let mut session =
        Session::new(facts.clone(), wishes.clone(), plan, Machine::ffmpeg(workers, Engine::Native));
    let mut kept: HashMap<Artifact, PathBuf> = HashMap::new();
    let store = tempfile::tempdir().unwrap();
    let mut commands: VecDeque<Command> = session.handle(Event::Start { workers, frames: Bytes(0) }).into();
    while let Some(command) = commands.pop_front() {
        match command {
            Command::Run(task) => {
                let event = run_task(&task, clip, &mut kept, store.path());
                commands.extend(session.handle(event));
            }
            Command::Finish(report) => {
                let result = if report.kept_source { &clip.path } else { &kept[&Artifact::Result] };
                std::fs::copy(result, clip.path.with_extension("out.mp4")).unwrap();
                return Ok(*report);
            }
            Command::GiveUp(reason) => return Err(*reason),
            Command::BeginWithFfmpeg(why) => panic!("ffmpeg was asked already: {why:?}"),
            Command::Replanned(_) | Command::EncoderFailed(_) | Command::Drop(_) | Command::Stop => {}
        }
    }
    panic!("the session asked for nothing and did not end")
}

/// Every frame as 32x18 samples of grey.
pub(crate) fn thumbnails(path: &Path) -> Vec<Vec<u8>> {
    let output = process::Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(
            "-map 0:v:0 -fps_mode passthrough -vf scale=32:18:flags=area,format=gray -f rawvideo -"
                .split(' '),
        )
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.chunks(32 * 18).map(<[u8]>::to_vec).collect()
}

fn run_task(task: &Task, clip: &Clip, kept: &mut HashMap<Artifact, PathBuf>, store: &Path) -> Event {
    let work = tempfile::tempdir().unwrap();
    for input in &task.inputs {
        let target = work.path().join(&input.name);
        match &input.source {
            Source::Clip => std::os::unix::fs::symlink(&clip.path, target).unwrap(),
            Source::Kept(artifact) => drop(std::fs::copy(&kept[artifact], target).unwrap()),
            Source::Text(text) => std::fs::write(target, text).unwrap(),
        }
    }
    let (program, arguments) = match &task.program {
        Program::Ffmpeg(arguments) => ("ffmpeg", arguments),
        Program::Ffprobe(arguments) => ("ffprobe", arguments),
        other => panic!("a native engine runs ffmpeg only, not {other:?}"),
    };
    let (exit_code, log) = run_program(program, arguments, work.path());
    let mut outputs = Vec::new();
    for output in &task.outputs {
        let Ok(bytes) = std::fs::read(work.path().join(&output.name)) else { continue };
        let head = bytes[..bytes.len().min(output.read)].to_vec();
        outputs.push(Written { name: output.name.clone(), size: Bytes(bytes.len() as u64), head });
        if let Some(artifact) = output.keep {
            let path = store.join(format!("{artifact:?}"));
            std::fs::write(&path, bytes).unwrap();
            kept.insert(artifact, path);
        }
    }
    Event::Done { task: task.id, exit_code, outputs, log }
}
