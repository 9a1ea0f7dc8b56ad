//! Makes media with ffmpeg and compresses them as the program does, by its own driver.
#![allow(dead_code, reason = "each test program uses what it needs")]

use clipfit_cli::clip::Clip as Opened;
use clipfit_cli::driver::{Driver, Finished, Update};
use clipfit_cli::error::Error;
use clipfit_cli::ffmpeg::Ffmpeg;
use clipfit_cli::interrupt::Interrupt;
use clipfit_core::clip::facts::MediaFacts;
use clipfit_core::machine::limits::Limits;
use clipfit_core::units::Bytes;
use clipfit_core::wishes::Wishes;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, PoisonError};

pub(crate) struct Clip {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) frames: u64,
}

const VIDEO: &str = "-f lavfi -i testsrc2=s=320x180:d=5:r=";
const AUDIO: &str = "-f lavfi -i sine=f=440:d=5:r=48000";

/// Name, expected frames of the result, ffmpeg arguments.
fn recipes() -> Vec<(&'static str, u64, String)> {
    let av = |rate: &str, rest: &str| format!("{VIDEO}{rate} {AUDIO} {rest}");
    let noisy = "-vf noise=alls=12:allf=t -c:v libx264 -preset veryfast -g 50 -crf 20";
    vec![
        ("plain.mp4", 125, av("25", &format!("{noisy} -c:a aac -b:a 96k"))),
        ("ntsc.mov", 150, av("30000/1001", &format!("{noisy} -c:a pcm_s16le"))),
        ("silent.mkv", 120, format!("{VIDEO}24 {noisy}")),
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
    let clip =
        |(name, frames, arguments): (_, _, String)| Clip { name, path: made(name, &arguments), frames };
    recipes().into_iter().map(clip).collect()
}

/// The clip of this name.
pub(crate) fn clip(name: &str) -> Clip {
    clips().into_iter().find(|clip| clip.name == name).unwrap()
}

/// A small video with somebody who speaks: two tones, in syllables.
const SMALL: &str = "-f lavfi -i testsrc2=s=64x36:d=20:r=10";
const SPEAKS: &str = "-f lavfi -i aevalsrc=exprs=(0.2*sin(2*PI*220*t)+0.1*sin(2*PI*1100*t))*gt(sin(2*PI*1.5*t)*sin(2*PI*0.4*t)\\,0):s=44100:d=20";

/// A clip whose audio matters.
pub(crate) fn audio_clip(name: &'static str) -> Clip {
    let small = |rest: &str| format!("{SMALL} {SPEAKS} -c:v libx264 {rest}");
    let tones = |level: &str, later: &str| {
        format!(
            "-f lavfi -i testsrc2=s=320x180:d=5:r=25 -f lavfi -i aevalsrc=exprs={level}*sin(2*PI*440*t):s=48000:d=5 \
             {later} -f lavfi -i aevalsrc=exprs={level}*sin(2*PI*1500*t):s=44100:d=4 -map 0 -map 1 -map 2 \
             -c:v libx264 -preset veryfast -c:a aac -b:a 96k"
        )
    };
    let (frames, arguments) = match name {
        "voice.mp4" => (200, small("-c:a aac -b:a 96k -ac 1")),
        "telephone.mov" => (200, small("-c:a pcm_mulaw -ar 8000 -ac 1")),
        "surround.mp4" => (200, small("-c:a aac -b:a 256k -ac 6")),
        "slides.mp4" => (
            300,
            format!(
                "-f lavfi -i color=c=white:s=1280x720:d=20:r=15 {SPEAKS} -vf drawgrid=w=80:h=40 \
                 -c:v libx264 -preset ultrafast -c:a aac -b:a 128k -ac 2"
            ),
        ),
        "two-tracks.mkv" => (125, tones("0.125", "-itsoffset 1")),
        "loud-tracks.mkv" => (125, tones("0.9", "")),
        _ => panic!("{name}"),
    };
    Clip { name, path: made(name, &arguments), frames }
}

/// Half a minute of 720p, which takes some seconds to encode.
pub(crate) fn long_clip() -> PathBuf {
    let video = "-f lavfi -i testsrc2=s=1280x720:d=30:r=25 -vf noise=alls=12:allf=t";
    made("long.mp4", &format!("{video} -c:v libx264 -preset ultrafast -g 50 -crf 28"))
}

/// Five seconds of 480p with audio.
pub(crate) fn wide_clip() -> PathBuf {
    let video = "-f lavfi -i testsrc2=s=854x480:d=5:r=25";
    made("wide.mp4", &format!("{video} {AUDIO} -c:v libx264 -preset ultrafast -crf 20 -c:a aac -b:a 128k"))
}

/// A file that ffmpeg makes with these arguments, once.
pub(crate) fn made(name: &str, arguments: &str) -> PathBuf {
    // One after the other within a test program, and under another name first, since there are several such programs.
    static MAKING: Mutex<()> = Mutex::new(());
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = folder().join(name);
    if !path.exists() {
        let part = folder().join(format!("{}-{name}", process::id()));
        let status = process::Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-y"])
            .args(arguments.split_whitespace())
            .arg(&part)
            .status()
            .expect("these tests need a native ffmpeg on PATH");
        assert!(status.success(), "{name}");
        std::fs::rename(&part, &path).unwrap();
    }
    path
}

fn ffmpeg() -> Ffmpeg {
    Ffmpeg::find(&Interrupt::default()).expect("these tests need a native ffmpeg on PATH")
}

pub(crate) fn probe(clip: &Clip) -> Result<MediaFacts, Error> {
    Driver::new(&ffmpeg(), &Opened::open(&clip.path)?, &Interrupt::default()).examine()
}

/// Carries out the plan. The result is there as long as what is handed back.
pub(crate) fn compress(
    clip: &Clip,
    wishes: &Wishes,
    workers: usize,
    frames: Bytes,
) -> Result<Finished, Error> {
    let (ffmpeg, interrupt, opened) = (ffmpeg(), Interrupt::default(), Opened::open(&clip.path)?);
    let limits = Limits { workers, memory: Bytes(u64::MAX), frames };
    let mut furthest = 0.0;
    Driver::new(&ffmpeg, &opened, &interrupt).within(limits).make(wishes, &mut |update| {
        let Update::Progress(now) = update else { return };
        assert!(now.fraction >= furthest && now.fraction <= 1.0, "{now:?} after {furthest}");
        furthest = now.fraction;
    })
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

/// What ffprobe tells of a file's streams.
pub(crate) fn streams(path: &Path) -> String {
    let output = process::Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "stream=codec_name,codec_type,width,height"])
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
