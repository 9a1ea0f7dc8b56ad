//! The page's short texts that contain figures: saving, time left, settings in one line. Sentences about plans and
//! failures come from core and are not made here.

use crate::job::CopyRefused;
use clipfit_core::clip::rotation::Rotation;
use clipfit_core::units::{Bytes, Micros, grouped};
use clipfit_core::view::account::ResultAccount;
use clipfit_core::wishes::link::{self, parse_size};
use clipfit_core::wishes::renditions;
use clipfit_core::wishes::shape::{Flip, Shape};
use clipfit_core::wishes::{AudioWish, Codec, Effort, Mode, Tracks, Trim, Wishes};

/// Describes the saving: `4.14 MB → 1.89 MB, 54 % smaller`.
pub fn saving(report: &ResultAccount) -> String {
    if report.files > 0 {
        let purpose = if report.streams { " for streaming" } else { "" };
        return format!("{} in {} files{purpose}", report.bytes, report.files);
    }
    if report.kept_source {
        return format!("{}, unchanged", report.bytes);
    }
    let sizes = format!("{} → {}", report.source_bytes, report.bytes);
    match smaller(report) {
        Some(smaller) => format!("{sizes}, {smaller}"),
        None => sizes,
    }
}

/// Says what is known of the result's size and content.
pub fn check(report: &ResultAccount) -> String {
    let checked = if report.compared { "checked: " } else { "" };
    format!("{} bytes, {checked}within {}.", grouped(report.bytes.0), report.limit)
}

/// Returns `54 % smaller`, or `None` if less than one percent was saved.
pub fn smaller(report: &ResultAccount) -> Option<String> {
    let percent = (report.saved * 100.0).floor();
    (percent >= 1.0).then(|| format!("{percent} % smaller"))
}

/// Returns `42 s left` or `3:05 left`. Whole seconds, because tenths would flicker.
pub fn time_left(left: Micros) -> String {
    let seconds = left.seconds().ceil().max(1.0);
    if seconds < 100.0 {
        format!("{seconds} s left")
    } else {
        format!("{} left", Micros::from_seconds(seconds))
    }
}

/// Returns `1.8× clip speed`.
pub fn speed(speed: f64) -> String {
    if speed < 0.095 { format!("{speed:.2}× clip speed") } else { format!("{speed:.1}× clip speed") }
}

/// Writes a size as a person would type it, but exact: parsing it gives the same number of bytes.
pub fn exact_size(bytes: Bytes) -> String {
    const UNITS: [(&str, f64); 6] = [
        ("GB", 1e9),
        ("MB", 1e6),
        ("GiB", 1_073_741_824.0),
        ("MiB", 1_048_576.0),
        ("KB", 1e3),
        ("KiB", 1024.0),
    ];
    UNITS
        .iter()
        .filter(|(_, unit)| bytes.0 as f64 >= *unit)
        .find_map(|(name, unit)| {
            let number = format!("{:.2}", bytes.0 as f64 / unit);
            let text = format!("{} {name}", number.trim_end_matches('0').trim_end_matches('.'));
            (parse_size(&text) == Some(bytes)).then_some(text)
        })
        .unwrap_or_else(|| format!("{} B", bytes.0))
}

/// Says whether copying a text worked.
pub fn copied(how: Result<(), CopyRefused>) -> &'static str {
    match how {
        Ok(()) => "Copied",
        Err(CopyRefused) => "Blocked: select and copy the text",
    }
}

/// Returns the name of an effort on the page.
pub fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::Auto => "Auto",
        Effort::Fast => "Fast",
        Effort::Balanced => "Balanced",
        Effort::Best => "Best",
    }
}

/// Lists all wishes in one line: `at most 10 MB · effort Best · 720p · no audio`.
pub fn wishes(wishes: &Wishes) -> String {
    let mut parts = match wishes.mode {
        Mode::Size => {
            vec![
                format!("at most {}", exact_size(wishes.target)),
                format!("effort {}", effort(wishes.effort)),
            ]
        }
        Mode::Quick => vec!["Quick".to_owned()],
        Mode::Hls => {
            let packaging = &wishes.packaging;
            let limit = packaging.target.map(|target| format!("at most {}", exact_size(target)));
            let mut parts = vec![format!("Streaming, {} s segments", packaging.seconds)];
            parts.extend(limit);
            parts.push(format!("effort {}", effort(wishes.effort)));
            parts
        }
        Mode::Ladder if !wishes.renditions.is_empty() => {
            vec![renditions::text(&wishes.renditions) + " kb/s", format!("effort {}", effort(wishes.effort))]
        }
        Mode::Ladder => {
            let rung = wishes.rung.map_or_else(
                || "Bandwidth: best match for the source".to_owned(),
                |rung| {
                    format!(
                        "{}×{} at {} fps, at most {}",
                        rung.width, rung.height, rung.frame_rate, rung.rate
                    )
                },
            );
            vec![rung, format!("effort {}", effort(wishes.effort))]
        }
    };
    parts.extend(video_and_audio(wishes));
    parts.extend(wishes.trim.map(part_kept));
    parts.extend(shape(wishes.shape));
    parts.join(" · ")
}

/// Lists what is not automatic: the part that is kept, the shape, video and audio.
pub fn changed(wishes: &Wishes) -> Vec<String> {
    let part = wishes.trim.map(part_kept).into_iter();
    part.chain(shape(wishes.shape)).chain(video_and_audio(wishes)).collect()
}

/// Lists what becomes of the frames: `crop 9:16`, `turned 90°`, `flipped`.
fn shape(Shape { crop, turn, flip }: Shape) -> impl Iterator<Item = String> {
    let crop = crop.map(|crop| format!("crop {crop}"));
    let turn = (turn != Rotation::None).then(|| format!("turned {}°", turn.clockwise()));
    let flip = (flip != Flip::None).then(|| "flipped".to_owned());
    [crop, turn, flip].into_iter().flatten()
}

/// Returns the part that is kept: `0:05 to 0:12.5`.
pub fn part_kept(Trim { start, end }: Trim) -> String {
    let end = end.map_or_else(|| "the end".to_owned(), link::time_text);
    format!("{} to {end}", link::time_text(start))
}

/// Lists the wishes for video and audio that are not automatic: `720p`, `no audio`.
pub fn video_and_audio(wishes: &Wishes) -> Vec<String> {
    let codec = (wishes.codec != Codec::H264).then(|| wishes.codec.name().to_owned());
    let height = wishes.height.map(|height| format!("{height}p"));
    let frame_rate = wishes.frame_rate.map(|rate| format!("{rate} fps"));
    let audio = match wishes.audio {
        AudioWish::Auto => None,
        AudioWish::Copy => Some("audio copied".to_owned()),
        AudioWish::None => Some("no audio".to_owned()),
        AudioWish::Encode(rate) => Some(format!("audio {rate}")),
    };
    let mixed = wishes.tracks == Tracks::Mix && wishes.audio != AudioWish::None;
    let tracks = mixed.then(|| "tracks mixed".to_owned());
    [codec, height, frame_rate, audio, tracks].into_iter().flatten().collect()
}
