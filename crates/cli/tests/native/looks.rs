//! What a file does not say and a look at its frames tells: fields, sizes that change midway, colours of one's own.

use crate::support::{self, Clip, compress, probe};
use crate::wishes;
use clipfit_cli::driver::Finished;
use clipfit_core::clip::facts::Field;
use clipfit_core::plan::notes::Note;
use clipfit_core::units::Bytes;
use std::path::{Path, PathBuf};
use std::process::Command;

fn clip(name: &'static str, arguments: &str) -> Clip {
    Clip { name, path: support::made(name, arguments), frames: 0 }
}

/// How many frames have their top field first, their bottom field first, or none, as ffmpeg sees it.
fn fields(path: &Path) -> [u64; 3] {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-hide_banner", "-nostats", "-i"])
        .arg(path)
        .args(["-an", "-vf", "idet=intl_thres=1.2", "-f", "null", "-"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = log.lines().find(|line| line.contains("Multi frame detection")).unwrap();
    let numbers: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    [numbers[0], numbers[1], numbers[2]]
}

/// The result was compared with its source, and is like it.
fn assert_alike(finished: &Finished, name: &str) {
    let notes = &finished.report.notes;
    let unlike = |note: &Note| matches!(note, Note::Differs { .. } | Note::NotCompared | Note::OnlyFromStart);
    assert!(!notes.iter().any(unlike), "{name}: {notes:?}");
}

#[test]
fn captures_that_do_not_say_so_are_deinterlaced() {
    const FIELDS: &str = "-f lavfi -i testsrc2=s=720x576:r=50:d=2 -vf tinterlace=interleave";
    const WHOLE: &str = "-f lavfi -i testsrc2=s=720x576:r=25:d=2";
    let (top, bottom) = (Some(Field::Top), Some(Field::Bottom));
    let cases = [
        ("top.avi", format!("{FIELDS}_top,setfield=prog -c:v mjpeg -q:v 3 -pix_fmt yuvj420p"), top),
        ("bottom.avi", format!("{FIELDS}_bottom,setfield=prog -c:v huffyuv -pix_fmt yuv422p"), bottom),
        ("tape.avi", format!("{FIELDS}_bottom,fieldorder=bff -c:v dvvideo -pix_fmt yuv420p"), bottom),
        ("disc.mkv", format!("{FIELDS}_top,setfield=prog -c:v mpeg2video -q:v 3 -pix_fmt yuv420p"), top),
        ("whole-tape.avi", format!("{WHOLE} -c:v dvvideo -pix_fmt yuv420p"), None),
        ("whole.avi", format!("{WHOLE} -c:v mjpeg -q:v 3 -pix_fmt yuvj420p"), None),
        ("whole-disc.mkv", format!("{WHOLE} -c:v mpeg2video -q:v 3 -pix_fmt yuv420p"), None),
    ];
    for (name, arguments, first) in cases {
        let clip = clip(name, &arguments);
        let facts = probe(&clip).unwrap();
        assert_eq!((facts.video.first_field, facts.video.interlaced), (first, first.is_some()), "{name}");
        let finished = compress(&clip, &wishes(300_000), 2, Bytes(0)).unwrap();
        assert_alike(&finished, name);
        let noted = finished.report.notes.contains(&Note::FoundInterlaced);
        assert_eq!(noted, first.is_some(), "{name}");
        let [top, bottom, progressive] = fields(&finished.file);
        println!("{name}: {top} {bottom} {progressive}");
        assert!(top + bottom <= progressive / 10, "{name}: combs in {top} and {bottom} frames");
    }
}

/// Two clips behind each other, as their packets are.
fn joined(name: &'static str, parts: &[PathBuf], format: &str) -> Clip {
    let list: String = parts.iter().map(|part| format!("file '{}'\n", part.display())).collect();
    let path = support::folder().join(format!("{name}.txt"));
    std::fs::write(&path, list).unwrap();
    clip(name, &format!("-f concat -safe 0 -i {} -c copy {format}", path.display()))
}

#[test]
fn the_largest_frames_set_the_size_wherever_they_come() {
    let part = |name, size: &str, codec: &str| {
        let video = format!("-f lavfi -i testsrc2=s=640x360:r=25:d=2 -vf scale={size}");
        support::made(name, &format!("{video} -g 25 {codec} -pix_fmt yuv420p"))
    };
    const VP8: &str = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 500k";
    const VP9: &str = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 500k";
    const H264: &str = "-c:v libx264 -preset veryfast -crf 20 -f mpegts";
    const MPEG2: &str = "-c:v mpeg2video -q:v 3 -f mpegts";
    let cases = [
        joined("grows.webm", &[part("v8s.webm", "160x90", VP8), part("v8l.webm", "320x180", VP8)], ""),
        joined("shrinks.webm", &[part("v9l.webm", "320x180", VP9), part("v9s.webm", "160x90", VP9)], ""),
        joined("grows.ts", &[part("h4s.ts", "160x90", H264), part("h4l.ts", "320x180", H264)], "-f mpegts"),
        joined("grows.flv", &[part("h4s.ts", "160x90", H264), part("h4l.ts", "320x180", H264)], "-f flv"),
        joined(
            "shrinks.ts",
            &[part("m2l.ts", "320x180", MPEG2), part("m2s.ts", "160x90", MPEG2)],
            "-f mpegts",
        ),
    ];
    for clip in cases {
        let facts = probe(&clip).unwrap();
        assert_eq!((facts.video.width, facts.video.height), (320, 180), "{}", clip.name);
        let finished = compress(&clip, &wishes(150_000), 2, Bytes(0)).unwrap();
        assert_alike(&finished, clip.name);
        let resized = |note: &Note| matches!(note, Note::Resized { reshaped: false, .. });
        assert!(finished.report.notes.iter().any(resized), "{}: {:?}", clip.name, finished.report.notes);
        assert_eq!((finished.report.format.width, finished.report.format.height), (320, 180));
        // Both halves fill the frame: nothing is black, and the same second of both looks the same.
        let frames = support::thumbnails(&finished.file);
        let (early, late) = (&frames[25], &frames[frames.len() - 25]);
        let apart: f64 = early.iter().zip(late).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
        let apart = apart / early.len() as f64;
        println!("{}: {apart:.1} apart", clip.name);
        assert!(apart < 12.0, "{}: {apart}", clip.name);
    }
}

#[test]
fn frames_of_another_shape_are_not_distorted() {
    let part = |name, size: &str| {
        support::made(
            name,
            &format!(
                "-f lavfi -i color=white:s={size}:r=25:d=2 -g 25 -c:v libx264 -preset veryfast -pix_fmt yuv420p -f mpegts"
            ),
        )
    };
    let clip = joined("reshaped.ts", &[part("tall.ts", "180x180"), part("wide.ts", "320x180")], "-f mpegts");
    let finished = compress(&clip, &wishes(150_000), 2, Bytes(0)).unwrap();
    assert_alike(&finished, clip.name);
    let frames = support::thumbnails(&finished.file);
    // A line across the middle, of 32 samples: seven of black, eighteen of white, seven of black.
    let bright = |frame: &Vec<u8>| frame[9 * 32..10 * 32].iter().filter(|&&sample| sample > 128).count();
    assert!((17..=19).contains(&bright(&frames[25])), "{}", bright(&frames[25]));
    assert_eq!(bright(&frames[frames.len() - 25]), 32);
}

/// HDR is mapped as in the browser: reference white, 203 nits, has the same level.
#[test]
fn reference_white_of_hdr_is_as_bright_as_in_the_browser() {
    const WHITE: u8 = 214;
    // The level of a patch in 10 bits, and how light is coded.
    for (name, level, transfer) in [("pq.mp4", 573, "smpte2084"), ("hlg.mp4", 721, "arib-std-b67")] {
        let arguments = format!(
            "-f lavfi -i testsrc2=s=320x180:r=25:d=2 -vf format=yuv420p10le,\
             geq=lum='if(lt(X,64)*lt(Y,64),{level},64+(lum(X,Y)-64)*0.55)'\
             :cb='if(lt(X,32)*lt(Y,32),512,cb(X,Y))':cr='if(lt(X,32)*lt(Y,32),512,cr(X,Y))' \
             -c:v libx265 -preset ultrafast -crf 16 -x265-params log-level=none -color_primaries bt2020 \
             -color_trc {transfer} -colorspace bt2020nc -color_range tv"
        );
        let clip = clip(name, &arguments);
        let finished = compress(&clip, &wishes(100_000), 2, Bytes(0)).unwrap();
        assert_alike(&finished, name);
        assert!(finished.report.notes.contains(&Note::ToneMapped), "{name}");
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-i"])
            .arg(&finished.file)
            .args(["-frames:v", "1", "-vf", "crop=32:32:16:16,extractplanes=y", "-f", "rawvideo", "-"])
            .output()
            .unwrap();
        let white = output.stdout[0];
        assert!(white.abs_diff(WHITE) <= 3, "{name}: {white}");
    }
}
