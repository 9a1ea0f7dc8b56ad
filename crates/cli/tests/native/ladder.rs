//! Rungs of the ladder encoded by a native ffmpeg: the exact format, and never more than the bandwidth in any one
//! second.

use crate::support::{self, compress};
use clipfit_core::units::Bytes;
use clipfit_core::wishes::ladder;
use clipfit_core::wishes::{Effort, Mode, Wishes};
use std::process::Command;

/// Rung, effort.
const CASES: [(&str, Effort); 6] = [
    ("256x144@1", Effort::Balanced),
    ("512x228@6", Effort::Fast),
    ("512x228@12", Effort::Best),
    ("512x228@25", Effort::Fast),
    ("1024x576@12", Effort::Balanced),
    ("320x180@30000/1001:400", Effort::Best),
];

#[test]
fn every_second_stays_within_the_bandwidth() {
    let clip = support::clips().into_iter().find(|clip| clip.name == "plain.mp4").unwrap();
    for (name, effort) in CASES {
        let rung = ladder::parse(name).unwrap();
        let wishes = Wishes { mode: Mode::Ladder, rung: Some(rung), effort, ..Wishes::default() };
        let finished =
            compress(&clip, &wishes, 2, Bytes(0)).unwrap_or_else(|reason| panic!("{name}: {reason:?}"));
        let report = &finished.report;
        assert!(report.bytes <= report.limit, "{name}");
        let format = (report.format.width, report.format.height, report.format.frame_rate);
        assert_eq!(format, (rung.width, rung.height, rung.frame_rate), "{name}");

        let packets = packets(&finished.file);
        let kilobits =
            |packets: &[Packet]| packets.iter().map(|packet| packet.bytes).sum::<u64>() as f64 / 125.0;
        let second = (rung.frame_rate.per_second().round() as usize).clamp(1, packets.len());
        let peak = packets.windows(second).map(kilobits).fold(0.0, f64::max);
        let cap = rung.cap();
        assert!(peak <= cap.rate.0 + f64::from(cap.buffer), "{name}: {peak} kb in a second");
        // Noise fills what it is given.
        let mean = kilobits(&packets) * rung.frame_rate.per_second() / packets.len() as f64;
        assert!(mean >= cap.rate.0 * 0.6, "{name}: only {mean} kb/s");

        for (index, packet) in packets.iter().enumerate() {
            let due = (index as u64).is_multiple_of(rung.keyframe_distance());
            assert_eq!(packet.keyframe, due, "{name}: frame {index}");
        }
    }
}

struct Packet {
    bytes: u64,
    keyframe: bool,
}

fn packets(path: &std::path::Path) -> Vec<Packet> {
    let output = Command::new("ffprobe")
        .args("-v error -select_streams v -show_entries packet=size,flags -of csv=p=0".split(' '))
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| {
            let (bytes, flags) = line.split_once(',').unwrap();
            Packet { bytes: bytes.parse().unwrap(), keyframe: flags.starts_with('K') }
        })
        .collect()
}
