//! Files that are cut off, begin midway, are joined or have empty tracks: as much as there is comes out, flash and beep
//! together, and the note says what is missing.

use crate::support::{self, compress, made};
use crate::wishes;
use clipfit_cli::error::Error;
use clipfit_core::clip::failure::ProbeFailure;
use clipfit_core::job::failure::Failure;
use clipfit_core::units::Bytes;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A white flash and a beep at every whole second.
fn flash_and_beep(seconds: u32, rate: u32) -> String {
    format!(
        "-f lavfi -i testsrc2=size=320x180:rate={rate}:duration={seconds},eq=brightness=-0.3:contrast=0.5,\
         drawbox=c=white:t=fill:enable='gte(t\\,0.5)*lt(mod(t+0.001\\,1)\\,0.1)' \
         -f lavfi -i aevalsrc=exprs='0.7*sin(2*PI*1000*t)*gte(t\\,0.5)*lt(mod(t\\,1)\\,0.05)':s=48000:d={seconds}"
    )
}

const H264: &str = "-c:v libx264 -preset veryfast -crf 20 -pix_fmt yuv420p -g 50 -c:a aac -b:a 96k";

/// Name and ffmpeg's arguments.
fn whole(name: &'static str) -> PathBuf {
    let (seconds, rest) = match name {
        "sync.mp4" => (5, format!("{H264} -movflags faststart")),
        "sync-index-last.mp4" => (5, H264.to_owned()),
        "sync-fragments.mp4" => {
            (5, format!("{H264} -g 25 -movflags frag_keyframe+empty_moov+default_base_moof"))
        }
        "sync.mkv" | "sync.flv" => (5, H264.to_owned()),
        "sync.avi" => (5, "-c:v mpeg4 -q:v 3 -bf 2 -g 25 -c:a libmp3lame".to_owned()),
        "sync-live.webm" => (
            5,
            "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 400k -g 50 -c:a libopus -b:a 48k -live 1"
                .to_owned(),
        ),
        "sync.ts" => (6, format!("{H264} -f mpegts")),
        "open.ts" => {
            (6, "-c:v mpeg2video -q:v 4 -bf 2 -g 20 -sc_threshold 1000000000 -c:a mp2 -f mpegts".to_owned())
        }
        "part-1.ts" => (2, format!("{H264} -f mpegts")),
        "part-2.ts" => (3, format!("{H264} -f mpegts -output_ts_offset 500")),
        "part-3.ts" => (2, format!("{H264} -f mpegts -output_ts_offset 0.5")),
        // The clock of a transport stream starts again after 95443.7 s.
        "sync-wrap.ts" => (5, format!("{H264} -f mpegts -output_ts_offset 95440")),
        "sync-empty.mkv" => (5, format!("{H264} -af atrim=end=0")),
        "sync-empty.mp4" => (5, format!("{H264} -af atrim=end=0 -movflags frag_keyframe+empty_moov")),
        _ => panic!("{name}"),
    };
    made(name, &format!("{} {rest}", flash_and_beep(seconds, 25)))
}

/// What becomes of whole files before they are compressed.
enum Input {
    Whole(&'static str),
    /// Its first so many per cent.
    Cut(&'static str, usize),
    /// What comes before the last table of this name in its index.
    Untabled(&'static str, &'static [u8; 4]),
    /// What is left after so many per cent, in whole packets.
    Rest(&'static str, usize),
    Joined(&'static [&'static str]),
}

impl Input {
    fn clip(&self) -> support::Clip {
        let read = |name| fs::read(whole(name)).unwrap();
        let (name, bytes) = match *self {
            Input::Whole(name) => return support::Clip { name, path: whole(name), frames: 0 },
            Input::Cut(name, share) => {
                let bytes = read(name);
                (format!("cut-{share}-{name}"), bytes[..bytes.len() * share / 100].to_vec())
            }
            Input::Untabled(name, table) => {
                let bytes = read(name);
                let at = bytes.windows(table.len()).rposition(|part| part == table).unwrap();
                (format!("untabled-{name}"), bytes[..at].to_vec())
            }
            Input::Rest(name, share) => {
                let bytes = read(name);
                (format!("rest-{share}-{name}"), bytes[bytes.len() * share / 100 / 188 * 188..].to_vec())
            }
            Input::Joined(names) => (names.concat(), names.iter().flat_map(|name| read(name)).collect()),
        };
        let path = support::folder().join(&name);
        fs::write(&path, bytes).unwrap();
        support::Clip { name: name.leak(), path, frames: 0 }
    }
}

struct Case {
    input: Input,
    frames: RangeInclusive<u64>,
    /// Flashes, each with its beep; none where there is no audio.
    together: usize,
    says: &'static str,
}

const fn case(input: Input, frames: RangeInclusive<u64>, together: usize, says: &'static str) -> Case {
    Case { input, frames, together, says }
}

/// Farther apart is heard and seen.
const TOGETHER: f64 = 0.04;

#[test]
fn as_much_as_there_is_comes_out_in_sync_and_is_told() {
    use Input::{Cut, Joined, Rest, Untabled, Whole};
    let cases = [
        case(Cut("sync.mp4", 60), 70..=82, 3, " of 5 s are in this file"),
        case(Cut("sync-fragments.mp4", 70), 80..=95, 3, " of 4 s are in this file"),
        case(Cut("sync.mkv", 31), 30..=45, 1, " of 5 s are in this file"),
        case(Cut("sync.mkv", 97), 115..=124, 4, "4.8 s of 5 s are in this file"),
        // What ffmpeg does not read of them is said.
        case(Joined(&["sync.mp4", "sync.mp4"]), 125..=125, 4, " % of this file belongs to no track"),
        case(Joined(&["sync.flv", "sync.flv"]), 125..=125, 4, " % of this file belongs to no track"),
        case(Cut("sync.avi", 60), 70..=82, 3, " of 5 s are in this file"),
        case(Cut("sync.flv", 60), 70..=82, 3, " of 5 s are in this file"),
        case(Cut("sync-live.webm", 91), 105..=120, 4, " s are in this file: its end is missing"),
        case(Rest("sync.ts", 17), 100..=100, 4, "are left out: this recording begins between two keyframes"),
        case(Rest("open.ts", 40), 60..=100, 3, "are left out: this recording begins between"),
        case(Joined(&["part-1.ts", "part-2.ts"]), 125..=125, 3, "timestamps in this file start again"),
        case(
            Joined(&["part-1.ts", "part-3.ts", "part-1.ts"]),
            150..=150,
            3,
            "timestamps in this file start again",
        ),
        case(
            Untabled("sync-index-last.mp4", b"stco"),
            125..=125,
            0,
            "An audio track without content is left out.",
        ),
        case(Whole("sync-wrap.ts"), 125..=125, 4, ""),
        case(Whole("sync-empty.mkv"), 125..=125, 0, "An audio track without content is left out."),
        case(Whole("sync-empty.mp4"), 125..=125, 0, "An audio track without content is left out."),
    ];
    for Case { input, frames, together, says } in cases {
        let clip = input.clip();
        let finished = compress(&clip, &wishes(60_000), 2, Bytes(0))
            .unwrap_or_else(|failure| panic!("{}: {failure:?}", clip.name));
        let notes: Vec<String> = finished.report.notes.iter().map(|note| note.text()).collect();
        let (seen, heard) = (flashes(&finished.file), beeps(&finished.file));
        println!("{}: {} frames, {seen:?} {heard:?} {notes:?}", clip.name, finished.report.frames);
        assert!(frames.contains(&finished.report.frames), "{}: {}", clip.name, finished.report.frames);
        assert!(notes.concat().contains(says), "{}: {notes:?}", clip.name);
        if together > 0 {
            assert_eq!((seen.len(), heard.len()), (together, together), "{}: {seen:?} {heard:?}", clip.name);
        }
        for (flash, beep) in seen.iter().zip(&heard) {
            assert!((flash - beep).abs() <= TOGETHER, "{}: {seen:?} {heard:?}", clip.name);
        }
    }
}

#[test]
fn without_one_frame_there_is_no_result() {
    let head = Input::Cut("sync.mp4", 3);
    for (input, cut_off) in [(head, true), (Input::Cut("sync.mkv", 1), true)] {
        let clip = input.clip();
        let outcome = compress(&clip, &wishes(60_000), 2, Bytes(0)).map(|finished| finished.report);
        let Err(Error::NoResult(failure)) = outcome else { panic!("{}: {outcome:?}", clip.name) };
        let told = matches!(*failure, Failure::Probe(ProbeFailure::Truncated { .. }));
        assert_eq!(told, cut_off, "{}: {failure:?}", clip.name);
    }
}

const PIXELS: usize = 16 * 9;

/// When the video turns white, in seconds; all rates are 25 or less here.
fn flashes(path: &Path) -> Vec<f64> {
    let rate = output(
        "ffprobe",
        path,
        "-v error -select_streams v:0 -show_entries stream=avg_frame_rate -of csv=p=0 -i",
    );
    let rate = String::from_utf8(rate).unwrap();
    let (frames, seconds) = rate.trim().split_once('/').unwrap();
    let rate: f64 = frames.parse::<f64>().unwrap() / seconds.parse::<f64>().unwrap();
    let grey = "-map 0:v:0 -fps_mode passthrough -vf scale=16:9:flags=area,format=gray -f rawvideo -";
    let bytes = decoded(path, grey);
    let white = |frame: &[u8]| frame.iter().map(|&pixel| u64::from(pixel)).sum::<u64>() / PIXELS as u64 > 150;
    let frames: Vec<bool> = bytes.chunks_exact(PIXELS).map(white).collect();
    begins(&frames).map(|frame| frame as f64 / rate).collect()
}

/// When the beeps begin, in seconds.
fn beeps(path: &Path) -> Vec<f64> {
    const WINDOW: usize = 32;
    let bytes = decoded(path, "-map 0:a:0? -af aresample=async=1:first_pts=0 -ac 1 -ar 16000 -f s16le -");
    let samples: Vec<f64> = bytes
        .chunks_exact(2)
        .map(|pair| f64::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0)
        .collect();
    let loud = |window: &[f64]| window.iter().map(|x| x * x).sum::<f64>() / WINDOW as f64 > 0.15 * 0.15;
    let mut windows: Vec<bool> = samples.chunks_exact(WINDOW).map(loud).collect();
    // A beep has quiet moments.
    for index in (1..windows.len()).rev() {
        windows[index] |= windows[index.saturating_sub(20)..index].contains(&true) && index > 20;
    }
    begins(&windows).map(|window| (window * WINDOW) as f64 / 16_000.0).collect()
}

fn begins(on: &[bool]) -> impl Iterator<Item = usize> {
    (0..on.len()).filter(|&index| on[index] && (index == 0 || !on[index - 1])).collect::<Vec<_>>().into_iter()
}

fn decoded(path: &Path, arguments: &str) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(arguments.split(' '))
        .output()
        .unwrap();
    output.stdout
}

fn output(program: &str, path: &Path, arguments: &str) -> Vec<u8> {
    Command::new(program).args(arguments.split(' ')).arg(path).output().unwrap().stdout
}
