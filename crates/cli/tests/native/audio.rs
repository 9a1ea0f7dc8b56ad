//! Audio under small targets: it is there where bytes are left for it, the bytes are used, and what was said is still
//! heard; several tracks are mixed at their own levels.

use crate::support::{self, compress};
use clipfit_core::plan::notes::Note;
use clipfit_core::units::Bytes;
use clipfit_core::wishes::{Tracks, Wishes};
use std::path::Path;
use std::process::Command;

/// Samples per second at which audio is compared.
const RATE: usize = 8_000;

/// A clip's name, target, the least share of it that is used, the least kilobits per second of audio.
const CASES: [(&str, u64, f64, f64); 6] = [
    ("voice.mp4", 60_000, 0.95, 12.0),
    // At its lowest rates the encoder takes what it takes.
    ("voice.mp4", 45_000, 0.92, 8.0),
    ("voice.mp4", 150_000, 0.95, 36.0),
    // A good rate is enough.
    ("telephone.mov", 130_000, 0.5, 20.0),
    ("surround.mp4", 90_000, 0.95, 16.0),
    ("slides.mp4", 60_000, 0.90, 8.0),
];

#[test]
fn audio_gets_what_the_video_cannot_use() {
    for (name, target, floor, rate) in CASES {
        let clip = support::audio_clip(name);
        let wishes = Wishes { target: Bytes(target), ..Wishes::default() };
        let finished =
            compress(&clip, &wishes, 2, Bytes(0)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let bytes = finished.report.bytes.0;
        let kbps = audio_rate(&finished.file);
        println!("{name}: {bytes} of {target}, audio {kbps:.1} kb/s");
        assert!(bytes <= target && bytes as f64 >= floor * target as f64, "{name}: {bytes} of {target}");
        assert!(kbps >= rate, "{name}: {kbps} kb/s");
        let alike = correlation(&loudness(&clip.path), &loudness(&finished.file));
        assert!(alike >= 0.8, "{name} {target}: loudness over time correlates by {alike:.3} only");
    }
}

#[test]
fn tracks_are_mixed_at_their_own_levels() {
    let clip = support::audio_clip("two-tracks.mkv");
    for (tracks, second) in [(Tracks::First, false), (Tracks::Mix, true)] {
        let wishes = Wishes { target: Bytes(150_000), tracks, ..Wishes::default() };
        let finished = compress(&clip, &wishes, 2, Bytes(0)).unwrap();
        let notes = &finished.report.notes;
        assert_eq!(notes.iter().any(|note| matches!(note, Note::TracksMixed { .. })), second);
        assert_eq!(notes.iter().any(|note| matches!(note, Note::TracksDropped { .. })), !second);
        let audio = samples(&finished.file, "0:a:0");
        // The later track is a second late: it is heard where it was.
        let late = &audio[RATE * 3 / 2..RATE * 4];
        let tones = [tone(late, 440.0), tone(late, 1_500.0)];
        println!("{tracks:?}: {tones:?}");
        for (level, heard) in tones.into_iter().zip([true, second]) {
            let expected = if heard { 0.11..0.14 } else { 0.0..0.01 };
            assert!(expected.contains(&level), "{tracks:?}: {tones:?}");
        }
        assert!(tone(&audio[..RATE / 2], 1_500.0) < 0.01, "{tracks:?}: the second track is too early");
    }
}

#[test]
fn a_loud_mix_does_not_clip() {
    let clip = support::audio_clip("loud-tracks.mkv");
    let wishes = Wishes { target: Bytes(200_000), tracks: Tracks::Mix, ..Wishes::default() };
    let finished = compress(&clip, &wishes, 2, Bytes(0)).unwrap();
    let audio = samples(&finished.file, "0:a:0");
    let clipped = audio.iter().filter(|sample| sample.abs() > 0.999).count();
    // Without a limiter it is every third.
    assert!(clipped < audio.len() / 200, "{clipped} of {} samples", audio.len());
}

/// Decoded audio as mono samples.
fn samples(path: &Path, stream: &str) -> Vec<f64> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(["-map", stream, "-ac", "1", "-ar", &RATE.to_string(), "-f", "s16le", "-"])
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let sample = |pair: &[u8]| f64::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0;
    output.stdout.chunks_exact(2).map(sample).collect()
}

/// The level of each 50 ms.
fn loudness(path: &Path) -> Vec<f64> {
    let level =
        |part: &[f64]| (part.iter().map(|sample| sample * sample).sum::<f64>() / part.len() as f64).sqrt();
    samples(path, "0:a:0").chunks(RATE / 20).map(level).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let count = a.len().min(b.len());
    let (a, b) = (&a[..count], &b[..count]);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum =
        |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

/// How strong a frequency is: the amplitude of its sine.
fn tone(samples: &[f64], frequency: f64) -> f64 {
    let angle = |index: usize| std::f64::consts::TAU * frequency * index as f64 / RATE as f64;
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        sine += sample * angle(index).sin();
        cosine += sample * angle(index).cos();
    }
    2.0 * f64::hypot(sine, cosine) / samples.len() as f64
}

/// Of the audio's packets, in kilobits per second.
fn audio_rate(path: &Path) -> f64 {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "a:0", "-show_entries", "packet=size,duration_time"])
        .args(["-of", "csv=p=0"])
        .arg(path)
        .output()
        .unwrap();
    let (mut bytes, mut seconds) = (0.0, 0.0);
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let numbers: Vec<f64> = line.split(',').filter_map(|number| number.parse().ok()).collect();
        // Side data has lines of its own.
        if let [duration, size] = numbers[..] {
            seconds += duration;
            bytes += size;
        }
    }
    bytes * 8.0 / 1000.0 / f64::max(seconds, 1e-9)
}
