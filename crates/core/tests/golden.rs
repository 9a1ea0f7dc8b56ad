//! Plans compared with `tests/golden/plans.txt`: cases as data, one checking function.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use clipfit_core::clip::facts::MediaFacts;
use clipfit_core::machine::Machine;
use clipfit_core::machine::VideoEncoder;
use clipfit_core::plan::audio::AudioPlan;
use clipfit_core::plan::{Action, EncodePlan, RateControl, plan};
use clipfit_core::wishes::link;
use std::path::Path;
use support::read_clip;

#[test]
fn plans_are_as_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/plans.txt");
    let written = std::fs::read_to_string(&path).unwrap();
    let mut facts = None;
    let mut planned = String::new();
    for line in written.lines().filter(|line| !line.starts_with('=')) {
        planned.push_str(line);
        planned.push('\n');
        if let Some(clip) = line.strip_prefix("clip ") {
            facts = Some(read_clip(clip));
        } else if let Some(address) = line.strip_prefix("link ") {
            for row in summary(facts.as_ref().expect("a clip before the link"), address) {
                planned.push_str(&format!("= {row}\n"));
            }
        }
    }
    if std::env::var_os("CLIPFIT_GENERATE").is_some() {
        std::fs::write(&path, planned).unwrap();
    } else {
        assert_eq!(planned, written, "plans differ; see the head of {}", path.display());
    }
}

fn summary(facts: &MediaFacts, address: &str) -> Vec<String> {
    let link = link::parse(address, "");
    assert_eq!(link.problems, [], "{address}");
    let plan = match plan(facts, &link.wishes, Machine::ffmpeg(2, VideoEncoder::Native)) {
        Ok(plan) => plan,
        Err(refusal) => {
            let offers = refusal.offers.iter().map(|offer| format!("  offers: {}", offer.change.text()));
            return std::iter::once(refusal.to_string()).chain(offers).collect();
        }
    };
    let action = match &plan.action {
        Action::Keep => "kept".into(),
        Action::Remux(_) => "packets copied".into(),
        Action::Encode(encode) => describe(encode),
        Action::Package(package) => {
            let each = package.renditions.iter().map(|one| format!("\n=     {}", describe(&one.encode)));
            format!("{:?} of {}", package.format, each.collect::<String>())
        }
    };
    let notes = plan.notes.iter().map(|note| format!("  {}", note.text()));
    std::iter::once(format!("at most {}: {action}", plan.limit)).chain(notes).collect()
}

fn describe(encode: &EncodePlan) -> String {
    let format = encode.format;
    let control = match encode.control {
        RateControl::TwoPass { video } | RateControl::Measured { video } => {
            video.over(encode.grid.duration()).to_string()
        }
        RateControl::Quality { crf } => format!("crf {crf}"),
        RateControl::Constrained { crf, cap } => {
            format!("crf {crf} below {} with {} kb", cap.rate, cap.buffer)
        }
        RateControl::Capped(cap) => {
            format!("below {} with {} kb, every {:?}", cap.rate, cap.buffer, encode.keyframe_distance)
        }
    };
    let audio = match &encode.audio {
        AudioPlan::None(why) => format!("no sound ({why:?})"),
        AudioPlan::Copy { bitrate, .. } => format!("sound copied ({bitrate})"),
        AudioPlan::Encode { bitrate, channels, sample_rate, .. } => {
            let rate = bitrate.map_or("default".into(), |rate| rate.to_string());
            format!("sound {rate} {channels} ch {sample_rate} Hz")
        }
    };
    format!(
        "{}x{}@{} {control} {}, {audio}, {} frames in {} chunks",
        format.width,
        format.height,
        format.frame_rate,
        encode.preset.name(),
        encode.grid.frames,
        encode.chunks.len()
    )
}
