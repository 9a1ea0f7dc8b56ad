//! The part of a clip and of its frames that is kept, to the frame: each frame of the clips shows its number as eight bars.

use crate::support::{Clip, compress, made};
use crate::wishes;
use clipfit_cli::error::Error;
use clipfit_core::clip::rotation::Rotation;
use clipfit_core::job::failure::Failure;
use clipfit_core::units::{Bytes, Micros};
use clipfit_core::wishes::shape::{Crop, Flip, Shape};
use clipfit_core::wishes::{Trim, Wishes};
use std::path::Path;
use std::process::Command;

/// Returns ffmpeg's arguments for frames with their numbers, and for a tone as long.
fn numbered(rate: &str) -> String {
    format!(
        "-f lavfi -i color=black:size=320x180:rate={rate}:duration=6,format=gray,\
         geq=lum='if(bitand(N\\,pow(2\\,floor(X/40)))\\,235\\,16)',format=yuv420p \
         -f lavfi -i sine=frequency=440:duration=6"
    )
}

/// Reads the numbers of a file's frames.
fn numbers(path: &Path) -> Vec<u32> {
    bars(path, (8, 1))
}

/// Reads numbers that so many bars show, beside or below each other.
fn bars(path: &Path, (across, down): (usize, usize)) -> Vec<u32> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(path);
    ffmpeg.args(["-vf", &format!("scale={across}:{down}:flags=area,format=gray"), "-f", "rawvideo", "-"]);
    let output = ffmpeg.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let count = across * down;
    let number = |bars: &[u8]| (0..count).filter(|bar| bars[*bar] > 120).map(|bar| 1 << bar).sum();
    output.stdout.chunks(count).map(number).collect()
}

#[test]
fn the_part_that_is_kept_is_exact_to_the_frame() {
    const H264: &str = "-c:v libx264 -preset veryfast -crf 18 -g 60 -c:a aac";
    let even = made("numbered-25.mp4", &format!("{} {H264}", numbered("25")));
    let ntsc = made("numbered-ntsc.mp4", &format!("{} {H264}", numbered("30000/1001")));
    let second = |seconds: f64| Micros::from_seconds(seconds);
    for (path, start, end, first, last) in [
        (&even, 2.0, Some(4.0), 50, 99),
        // In a group of pictures, between frames, and to the end.
        (&even, 2.05, Some(3.5), 52, 87),
        (&even, 5.5, None, 138, 149),
        (&even, 0.0, Some(0.04), 0, 0),
        (&even, 4.0, Some(99.0), 100, 149),
        (&ntsc, 2.0, Some(4.0), 60, 119),
        // As people write the time of frame 40.
        (&ntsc, 1.335, None, 40, 179),
    ] {
        let clip = Clip { name: "numbered", path: path.clone(), frames: 0 };
        let trim = Some(Trim { start: second(start), end: end.map(second) });
        let case = format!("{path:?} from {start} to {end:?}");
        let finished = compress(&clip, &Wishes { trim, ..wishes(90_000) }, 2, Bytes(0));
        let finished = finished.unwrap_or_else(|failure| panic!("{case}: {failure:?}"));
        let found = numbers(&finished.file);
        assert_eq!(found, (first..=last).collect::<Vec<_>>(), "{case}");
    }
    let clip = Clip { name: "numbered", path: even, frames: 0 };
    for (start, end) in [(6.0, None), (5.99, None), (3.0, Some(3.0)), (2.01, Some(2.03))] {
        let trim = Some(Trim { start: second(start), end: end.map(second) });
        let outcome = compress(&clip, &Wishes { trim, ..wishes(90_000) }, 2, Bytes(0));
        let Err(Error::NoResult(failure)) = outcome else { panic!("{start} to {end:?}: a result") };
        assert_eq!(*failure, Failure::NothingKept { length: second(6.0) }, "{start} to {end:?}");
    }
}

#[test]
fn the_part_of_the_frames_that_is_kept_is_the_right_one_and_stands_as_asked() {
    let path = made("numbered-mpeg4.mp4", &format!("{} -c:v mpeg4 -q:v 2 -c:a aac", numbered("25")));
    let turned =
        made("numbered-turned.mp4", &format!("-i {} -c copy -metadata:s:v rotate=90", path.display()));
    let (lying, standing) = ((8, 1), (1, 8));
    let same = |frame: u32| frame;
    let reversed = |frame: u32| u32::from((frame as u8).reverse_bits());
    let upper = |frame: u32| frame >> 4;
    let lower_reversed = |frame: u32| u32::from((frame as u8).reverse_bits()) >> 4;
    type Case<'a> = (&'a Path, &'a str, u32, Flip, (u32, u32), (usize, usize), fn(u32) -> u32);
    let cases: [Case; 8] = [
        (&path, "", 0, Flip::Horizontal, (320, 180), lying, reversed),
        (&path, "", 0, Flip::Vertical, (320, 180), lying, same),
        (&path, "", 90, Flip::None, (180, 320), standing, same),
        (&path, "", 270, Flip::None, (180, 320), standing, reversed),
        (&path, "", 90, Flip::Both, (180, 320), standing, reversed),
        (&path, "160x180+160+0", 0, Flip::None, (160, 180), (4, 1), upper),
        (&turned, "180x160+0+160", 0, Flip::None, (180, 160), (1, 4), lower_reversed),
        (&turned, "", 90, Flip::None, (320, 180), lying, same),
    ];
    for (path, crop, degrees, flip, size, grid, shown) in cases {
        let clip = Clip { name: "numbered", path: path.to_path_buf(), frames: 0 };
        let shape = Shape { crop: Crop::parse(crop), turn: Rotation::from_clockwise(degrees), flip };
        let trim = Some(Trim { start: Micros::from_seconds(2.0), end: Some(Micros::from_seconds(3.0)) });
        let case = format!("{path:?} {crop} {degrees} {flip:?}");
        let finished = compress(&clip, &Wishes { trim, shape, ..wishes(60_000) }, 2, Bytes(0));
        let finished = finished.unwrap_or_else(|failure| panic!("{case}: {failure:?}"));
        assert_eq!((finished.report.format.width, finished.report.format.height), size, "{case}");
        let expected: Vec<u32> = (50..75).map(shown).collect();
        assert_eq!(bars(&finished.file, grid), expected, "{case}");
    }
}
