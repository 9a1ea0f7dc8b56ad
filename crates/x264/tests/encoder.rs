//! Tests the encoder's typed interface: packets in order, two passes with their statistics, typed errors, nothing left
//! behind.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use clipfit_x264::{Encoder, Error, Format, Pass, Settings};
use support::{Content, encode, format, frame, settings};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn packets_come_in_decoding_order_and_show_every_frame_once() {
    let (packets, statistics) =
        encode(settings(format(64, 48), "medium", "crf=26 keyint=10"), Content::Pan, 25);
    assert_eq!(statistics, None);
    assert!(packets.windows(2).all(|pair| pair[0].decoded < pair[1].decoded));
    assert!(packets.iter().all(|packet| packet.decoded <= packet.shown && !packet.data.is_empty()));
    let mut shown: Vec<i64> = packets.iter().map(|packet| packet.shown).collect();
    shown.sort_unstable();
    assert_eq!(shown, (0..25).collect::<Vec<i64>>());
    let keyframes: Vec<i64> =
        packets.iter().filter(|packet| packet.keyframe).map(|packet| packet.shown).collect();
    assert_eq!(keyframes, [0, 10, 20]);
}

#[wasm_bindgen_test]
fn the_second_pass_meets_the_rate_that_the_first_measured_for() {
    let frames = 100;
    let options = "bitrate=120 stitchable=1";
    let wanted = |pass| Settings {
        pass,
        profile: Some("high".into()),
        ..settings(format(160, 96), "medium", options)
    };
    let (_, statistics) = encode(wanted(Pass::First), Content::Cut, frames);
    let statistics = statistics.expect("a first pass leaves statistics");
    let text = String::from_utf8(statistics.frames.clone()).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("in:")).count() as u32, frames);
    assert!(!statistics.tree.is_empty());
    let (packets, none) = encode(wanted(Pass::Second(statistics)), Content::Cut, frames);
    assert_eq!(none, None);
    let bytes: usize = packets.iter().map(|packet| packet.data.len()).sum();
    let rate = bytes as f64 * 8.0 / 1000.0 / (f64::from(frames) / 25.0);
    assert!((100.0..140.0).contains(&rate), "{rate} kb/s");
}

#[wasm_bindgen_test]
fn parameter_sets_do_not_depend_on_rate_or_content() {
    let sets = |options: &str| {
        let settings = settings(format(64, 48), "medium", &format!("stitchable=1 level=3.0 {options}"));
        Encoder::open(settings).expect("an encoder").parameter_sets().expect("parameter sets")
    };
    assert_eq!(sets("bitrate=100"), sets("bitrate=2000"));
    assert_eq!(sets("bitrate=100").sequence[1], 100, "High profile");
}

#[wasm_bindgen_test]
fn what_is_wrong_is_named() {
    let good = || settings(format(64, 48), "medium", "crf=26");
    let option = |name: &str, value: &str| {
        let options = vec![(name.to_owned(), value.to_owned())];
        Encoder::open(Settings { options, ..good() }).err()
    };
    let opened = |settings| Encoder::open(settings).err();
    let odd = Format { width: 63, ..format(64, 48) };
    assert_eq!(opened(Settings { format: odd, ..good() }), Some(Error::Format(odd)));
    let unknown = Settings { preset: "quick".into(), ..good() };
    assert_eq!(opened(unknown), Some(Error::Preset("quick".into())));
    assert_eq!(option("colour", "red"), Some(Error::UnknownOption("colour".into())));
    assert_eq!(option("me", "guess"), Some(Error::BadValue { name: "me".into(), value: "guess".into() }));
    let profile = Settings { profile: Some("low".into()), ..good() };
    assert_eq!(opened(profile), Some(Error::Profile("low".into())));
    let empty = clipfit_x264::Statistics { frames: b"nothing".to_vec(), tree: Vec::new() };
    let second = Settings { pass: Pass::Second(empty), ..settings(format(64, 48), "medium", "bitrate=100") };
    assert!(matches!(opened(second), Some(Error::Refused(log)) if !log.is_empty()));
    let mut encoder = Encoder::open(good()).expect("an encoder");
    assert_eq!(encoder.push(&[0; 10]), Err(Error::FrameSize { wanted: 4608, found: 10 }));
}

fn memory_pages() -> usize {
    core::arch::wasm32::memory_size::<0>()
}

#[wasm_bindgen_test]
fn ten_thousand_encoders_leave_nothing_behind() {
    let format = format(16, 16);
    let noise = frame(Content::Noise, format, 0);
    let round = |number: u32| {
        // Closed before its first frame, in the middle with delayed frames, and after a whole first pass, in turn.
        let pass = if number % 3 == 2 { Pass::First } else { Pass::Only };
        let settings =
            Settings { pass, ..settings(format, "ultrafast", "bitrate=100 mvrange=32 qpmin=30 qpmax=32") };
        let mut encoder = Encoder::open(settings).expect("an encoder");
        if !number.is_multiple_of(3) {
            encoder.push(&noise).expect("a frame taken");
        }
        if number % 3 == 2 {
            while encoder.flush().expect("a packet").is_some() {}
        }
        assert_eq!(encoder.close().is_some(), number % 3 == 2);
    };
    (0..100).for_each(round);
    let pages = memory_pages();
    (0..10_000).for_each(round);
    assert_eq!(memory_pages(), pages);
}
