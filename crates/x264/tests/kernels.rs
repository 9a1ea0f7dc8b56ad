//! Compares whole encodes with and without our kernels, byte for byte: every preset, sizes with macroblocks over the
//! edge, and content that exercises all paths of x264.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use support::{CONTENTS, Content, encode, format, settings};
use wasm_bindgen_test::wasm_bindgen_test;

const PRESETS: [&str; 7] = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"];

/// Checks that the bytes are the same, and the statistics if there are any.
fn same(preset: &str, options: &str, (width, height): (u32, u32), content: Content, frames: u32) {
    let wanted = settings(format(width, height), preset, options);
    let with = encode(wanted.clone(), content, frames);
    let without = encode(clipfit_x264::Settings { kernels: false, ..wanted }, content, frames);
    assert_eq!(with.0.len() as u32, frames, "{preset} {options} {width}x{height} {content:?}");
    assert!(with == without, "{preset} {options} {width}x{height} {content:?} differs");
}

#[wasm_bindgen_test]
fn every_preset_on_every_content() {
    for preset in PRESETS {
        for content in CONTENTS {
            same(preset, "crf=26", (128, 96), content, 14);
        }
    }
}

#[wasm_bindgen_test]
fn sizes_with_macroblocks_over_the_edge() {
    for size in [(2, 2), (16, 16), (18, 34), (66, 50), (130, 82), (94, 142)] {
        for preset in ["superfast", "medium"] {
            same(preset, "crf=24", size, Content::Pan, 10);
        }
    }
}

#[wasm_bindgen_test]
fn rates_from_nearly_lossless_to_mush() {
    for options in ["qp=1", "crf=10", "crf=35", "crf=51", "bitrate=100 vbv-maxrate=120 vbv-bufsize=100"] {
        for content in [Content::Pan, Content::Noise, Content::Fade] {
            same("medium", options, (128, 96), content, 10);
        }
    }
}

#[wasm_bindgen_test]
fn tools_that_presets_leave_aside() {
    let options = [
        "weightp=2 crf=22",
        "trellis=2 crf=20",
        "cabac=0 crf=26",
        "8x8dct=0 crf=26",
        "partitions=all subme=9 crf=26",
        "me=esa merange=16 crf=26",
        "nr=400 crf=26",
        "deblock=2:2 crf=30",
        "bframes=5 b-adapt=2 direct=temporal crf=26",
        "aq-mode=0 mbtree=0 crf=26",
        "keyint=1 crf=26",
        "ssim=1 psnr=1 crf=26",
    ];
    for options in options {
        for content in [Content::Pan, Content::Fade] {
            same("medium", options, (98, 66), content, 12);
        }
    }
}
