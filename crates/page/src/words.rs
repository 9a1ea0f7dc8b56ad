//! The page's own short texts made from figures: saving, time left, settings in a line. Sentences about plans and
//! failures are the core's and are not made here.

use crate::job::CopyRefused;
use clipfit_core::units::{Bytes, Micros};
use clipfit_core::view::account::ResultAccount;
use clipfit_core::wishes::link::parse_size;
use clipfit_core::wishes::renditions;
use clipfit_core::wishes::{AudioWish, Codec, Effort, Mode, Wishes};

/// `4.14 MB → 1.89 MB, 54 % smaller`
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

/// `54 % smaller`; `None` where not even one percent was saved.
pub fn smaller(report: &ResultAccount) -> Option<String> {
    let percent = (report.saved * 100.0).floor();
    (percent >= 1.0).then(|| format!("{percent} % smaller"))
}

/// `42 s left`, `3:05 left`; whole seconds, since tenths would only flicker.
pub fn time_left(left: Micros) -> String {
    let seconds = left.seconds().ceil().max(1.0);
    if seconds < 100.0 {
        format!("{seconds} s left")
    } else {
        format!("{} left", Micros::from_seconds(seconds))
    }
}

/// `1.8× clip speed`
pub fn speed(speed: f64) -> String {
    if speed < 0.095 { format!("{speed:.2}× clip speed") } else { format!("{speed:.1}× clip speed") }
}

/// The size as a person would type it, exact: reading it back gives the same bytes.
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

/// How copying a text went.
pub fn copied(how: Result<(), CopyRefused>) -> &'static str {
    match how {
        Ok(()) => "Copied",
        Err(CopyRefused) => "Not allowed: select and copy it",
    }
}

/// What an effort is called on the page.
pub fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::Auto => "Auto",
        Effort::Fast => "Fast",
        Effort::Balanced => "Balanced",
        Effort::Best => "Best",
    }
}

/// All wishes in a line: `10 MB · Best · 720p · no sound`.
pub fn wishes(wishes: &Wishes) -> String {
    let mut parts = match wishes.mode {
        Mode::Size => {
            vec![format!("under {}", exact_size(wishes.target)), format!("effort {}", effort(wishes.effort))]
        }
        Mode::Quick => vec!["Quick".to_owned()],
        Mode::Hls => {
            let packaging = &wishes.packaging;
            let limit = packaging.target.map(|target| format!("under {}", exact_size(target)));
            let mut parts = vec![format!("Streaming, segments of {} s", packaging.seconds)];
            parts.extend(limit);
            parts.push(format!("effort {}", effort(wishes.effort)));
            parts
        }
        Mode::Ladder if !wishes.renditions.is_empty() => {
            vec![renditions::text(&wishes.renditions) + " kb/s", format!("effort {}", effort(wishes.effort))]
        }
        Mode::Ladder => {
            let rung = wishes.rung.map_or_else(
                || "Bandwidth: the best rung that fits".to_owned(),
                |rung| {
                    format!("{}×{} at {} fps below {}", rung.width, rung.height, rung.frame_rate, rung.rate)
                },
            );
            vec![rung, format!("effort {}", effort(wishes.effort))]
        }
    };
    parts.extend(picture_and_sound(wishes));
    parts.extend(wishes.trim.map(|trim| format!("{} to {}", trim.start, trim.end)));
    parts.join(" · ")
}

/// What is wished of picture and sound beyond the automatic: `720p`, `no sound`.
pub fn picture_and_sound(wishes: &Wishes) -> Vec<String> {
    let codec = (wishes.codec != Codec::H264).then(|| wishes.codec.name().to_owned());
    let height = wishes.height.map(|height| format!("{height}p"));
    let frame_rate = wishes.frame_rate.map(|rate| format!("{rate} fps"));
    let sound = match wishes.audio {
        AudioWish::Auto => None,
        AudioWish::Copy => Some("sound copied".to_owned()),
        AudioWish::None => Some("no sound".to_owned()),
        AudioWish::Encode(rate) => Some(format!("sound {rate}")),
    };
    [codec, height, frame_rate, sound].into_iter().flatten().collect()
}
