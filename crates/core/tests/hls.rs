//! Packages from a short clip: cut by the container crate, with core's playlists, read back by ffprobe and held against
//! the rules. Without ffmpeg on PATH these tests fail and say so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

#[path = "support/playlists.rs"]
mod playlists;

use clipfit_container::read::segment::{Begin, HEAD, begin};
use clipfit_container::read::{boxes, codecs};
use clipfit_container::{Packager, Rate};
use clipfit_core::hls::check;
use clipfit_core::hls::{
    self, INDEX, INIT, MASTER, Segments, Shape, Variant, ZERO, master_playlist, media_playlist, segment_name,
};
use clipfit_core::step::files::RESULT_FILE;
use clipfit_core::step::package::PackageStep;
use clipfit_core::units::{Bytes, FrameRate};
use clipfit_core::wishes::packaging::SegmentFormat;
use playlists::{Package, Segment, Stream};
use std::fs;
use std::path::Path;
use std::process::Command;

const FORMATS: [SegmentFormat; 2] = [SegmentFormat::Ts, SegmentFormat::Fmp4];
const SIZES: [(u32, u32); 2] = [(320, 180), (160, 90)];

fn run<'a>(program: &str, folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("these tests need a native ffmpeg on PATH");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Six seconds with audio in segments of about two, in two sizes.
fn segments() -> Segments {
    let rate = FrameRate::new(30_000, 1001).unwrap();
    Segments::new(vec![0, 60, 118, 150], 180, rate).unwrap()
}

fn make(folder: &Path, (width, height): (u32, u32), segments: &Segments) {
    let at: Vec<String> = segments.firsts().iter().map(|first| format!("eq(n,{first})")).collect();
    let source = format!(
        "-v error -nostdin -y -f lavfi -i testsrc2=s={width}x{height}:r=30000/1001 -f lavfi -i sine=f=440:d=6.006:r=48000 \
         -frames:v {} -pix_fmt yuv420p -c:v libx264 -preset veryfast -bf 2 -g 45 -force_key_frames expr:{} -c:a aac -b:a 64k \
         -movflags +faststart {RESULT_FILE}",
        segments.frames(),
        at.join("+"),
    );
    run("ffmpeg", folder, source.split_whitespace());
}

/// Returns the index of a file, header and all.
fn index(file: &[u8]) -> &[u8] {
    boxes(file).find(|found| &found.kind == b"moov").unwrap().whole
}

/// As the media worker and the command line do it.
fn cut(folder: &Path, step: &PackageStep) {
    let file = fs::read(folder.join(RESULT_FILE)).unwrap();
    let rate = Rate { numerator: step.rate_numerator, denominator: step.rate_denominator };
    let mut packager = Packager::new(index(&file), step.format().into(), rate, &step.firsts).unwrap();
    let mut names = step.outputs().into_iter();
    fs::write(folder.join(names.next().unwrap()), packager.init().unwrap()).unwrap();
    for name in names {
        let pieces = packager.wanted().unwrap();
        let part = |piece: &clipfit_container::Piece| {
            file[piece.offset as usize..(piece.offset + piece.bytes) as usize].to_vec()
        };
        let media: Vec<u8> = pieces.iter().flat_map(part).collect();
        fs::write(folder.join(name), packager.write(&media).unwrap()).unwrap();
    }
    assert!(packager.wanted().is_none());
}

/// The facts of a rendition as it lies in its folder.
fn facts(folder: &Path, step: &PackageStep, segments: &Segments) -> (Variant, Vec<(Segment, Option<Begin>)>) {
    let init = fs::read(folder.join(INIT)).unwrap();
    let names = (0..step.firsts.len()).map(|index| segment_name(step.format(), index));
    let found: Vec<(Segment, Option<Begin>)> = names
        .enumerate()
        .map(|(index, uri)| {
            let segment = fs::read(folder.join(&uri)).unwrap();
            let head = &segment[..segment.len().min(HEAD)];
            let begin = begin(step.format().into(), &init, head);
            let size = Bytes(segment.len() as u64);
            (Segment { uri, size, duration: segments.duration(index) }, begin)
        })
        .collect();
    let codecs = codecs(&init).unwrap();
    let folder = hls::folder(codecs.width, codecs.height);
    (Variant { folder, codecs, sizes: found.iter().map(|(segment, _)| segment.size).collect() }, found)
}

/// Makes a package in `root`; answers which rules it breaks.
fn package(root: &Path, format: SegmentFormat) -> Vec<String> {
    let segments = segments();
    let step = PackageStep::new(format, &segments);
    let list = media_playlist(format, &segments);
    let mut written = Vec::new();
    for (width, height) in SIZES {
        let folder = root.join(hls::folder(width, height));
        fs::create_dir(&folder).unwrap();
        make(&folder, (width, height), &segments);
        cut(&folder, &step);
        fs::write(folder.join(INDEX), &list).unwrap();
        written.push(facts(&folder, &step, &segments));
    }
    let renditions: Vec<Variant> = written.iter().map(|(rendition, _)| rendition.clone()).collect();
    let master = master_playlist(format, &segments, &renditions);
    fs::write(root.join(MASTER), &master).unwrap();
    let uri = |rendition: &Variant| format!("{}/{INDEX}", rendition.folder);
    let cut: Vec<check::Stream> = written
        .iter()
        .map(|(rendition, found)| check::Stream {
            uri: uri(rendition),
            segments: found
                .iter()
                .map(|(segment, begin)| check::Segment { duration: segment.duration, begin: *begin })
                .collect(),
        })
        .collect();
    let stream = |(rendition, found): (Variant, Vec<(Segment, Option<Begin>)>)| Stream {
        uri: uri(&rendition),
        playlist: &list,
        codecs: rendition.codecs,
        segments: found.into_iter().map(|(segment, _)| segment).collect(),
    };
    let package = Package {
        format,
        rate: segments.rate(),
        master: &master,
        streams: written.into_iter().map(stream).collect(),
    };
    let texts = playlists::check(&package).into_iter().map(|broken| broken.to_string());
    check::check(&cut).into_iter().map(|broken| broken.to_string()).chain(texts).collect()
}

fn probed(folder: &Path, arguments: &str) -> String {
    let arguments = format!("-v error -allowed_extensions ALL -of csv=p=0 {arguments}");
    run("ffprobe", folder, arguments.split_whitespace())
}

/// Frames and length through the playlist are the clip's.
fn plays(folder: &Path) {
    let frames = probed(
        folder,
        &format!("-select_streams v -count_frames -show_entries stream=nb_read_frames {INDEX}"),
    );
    assert_eq!(frames.lines().next().map(|line| line.trim_end_matches(',')), Some("180"));
    let length: f64 =
        probed(folder, &format!("-show_entries format=duration {INDEX}")).trim().parse().unwrap();
    assert!((length - segments().rate().time_of(180).seconds()).abs() < 0.001, "{length}");
}

#[test]
fn packages_keep_the_rules_and_play() {
    for format in FORMATS {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(package(root.path(), format), [""; 0], "{format:?}");
        for (width, height) in SIZES {
            plays(&root.path().join(hls::folder(width, height)));
        }
        // What the master says of its variants is what ffprobe finds behind it.
        let streams =
            probed(root.path(), &format!("-select_streams v -show_entries stream=width,height {MASTER}"));
        for size in ["320,180", "160,90"] {
            assert!(streams.lines().any(|line| line.starts_with(size)), "{streams}");
        }
    }
}

/// A segment that begins elsewhere than with an IDR frame is seen, and one that is displaced.
#[test]
fn beginnings_are_read() {
    let root = tempfile::tempdir().unwrap();
    let segments = segments();
    make(root.path(), SIZES[0], &segments);
    for format in FORMATS {
        let step = PackageStep::new(format, &segments);
        cut(root.path(), &step);
        let (_, found) = facts(root.path(), &step, &segments);
        for (index, (_, begin)) in found.iter().enumerate() {
            let begin = begin.unwrap();
            assert!(begin.clean);
            let due = ZERO + segments.rate().time_of(segments.firsts()[index]);
            assert!((begin.micros - due.0).abs() <= 12, "{format:?} {index}: {begin:?}, {due:?}");
        }
        let init = fs::read(root.path().join(INIT)).unwrap();
        let first = fs::read(root.path().join(segment_name(format, 0))).unwrap();
        let spoilt = match format {
            // The first IDR frame is called another.
            SegmentFormat::Ts => {
                let place = first.windows(4).position(|unit| unit[..3] == [0, 0, 1] && unit[3] & 31 == 5);
                let mut spoilt = first.clone();
                spoilt[place.unwrap() + 3] = 0x61;
                spoilt
            }
            SegmentFormat::Fmp4 => {
                let place = first.windows(4).position(|field| field == [2, 0, 0, 0]).unwrap();
                let mut spoilt = first.clone();
                spoilt[place..place + 4].copy_from_slice(&[1, 1, 0, 0]);
                spoilt
            }
        };
        let head = |segment: &[u8]| segment[..segment.len().min(HEAD)].to_vec();
        assert!(!begin(format.into(), &init, &head(&spoilt)).unwrap().clean);
        assert_eq!(begin(format.into(), &init, &head(&first)[..40]), None);
    }
}

/// The estimate against real files of several kinds: at most 1 % of the segments too low, and 3 % too high.
#[test]
fn what_a_package_costs_is_foreseen() {
    for (options, frames) in [
        ("-c:v libx264 -preset medium -crf 23 -c:a aac -b:a 128k", 300),
        ("-c:v libx264 -preset veryfast -crf 35 -c:a aac -b:a 48k -ac 1", 600),
        ("-c:v libx264 -preset veryfast -crf 20 -an", 150),
    ] {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path();
        let source = format!(
            "-v error -nostdin -y -f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i anoisesrc=a=0.1:d={}:r=48000 -frames:v {frames} \
             -pix_fmt yuv420p {options} -g 50 -movflags +faststart {RESULT_FILE}",
            frames / 25,
        );
        run("ffmpeg", folder, source.split_whitespace());
        let packets = |kind: &str| -> Vec<u64> {
            let arguments = format!(
                "-v error -select_streams {kind} -show_entries packet=size -of csv=p=0 {RESULT_FILE}"
            );
            let listing = run("ffprobe", folder, arguments.split_whitespace());
            listing.lines().filter_map(|line| line.trim_end_matches(',').parse().ok()).collect()
        };
        let (video, audio) = (packets("v"), packets("a"));
        let firsts: Vec<u64> = (0..frames).step_by(50).collect();
        let segments = Segments::new(firsts, frames, FrameRate::whole(25)).unwrap();
        let shape = Shape {
            frames,
            audio_packets: audio.len() as u64,
            audio: Bytes(audio.iter().sum()),
            segments: segments.count() as u64,
        };
        let media = Bytes(video.iter().sum());
        for format in FORMATS {
            let step = PackageStep::new(format, &segments);
            cut(folder, &step);
            let (rendition, _) = facts(folder, &step, &segments);
            let mut is: u64 = rendition.sizes.iter().map(|size| size.0).sum();
            if format == SegmentFormat::Fmp4 {
                is += fs::metadata(folder.join(INIT)).unwrap().len();
            }
            let thought = media.0 + shape.audio.0 + hls::overhead(format, media, &shape).0;
            let share = thought as f64 / is as f64 - 1.0;
            println!("{options} {format:?}: {is} bytes, foreseen {thought}: {:+.2} %", share * 100.0);
            assert!((-0.01..0.03).contains(&share), "{options} {format:?}: {share}");
        }
    }
}
