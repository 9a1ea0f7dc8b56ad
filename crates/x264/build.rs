//! Compiles x264's own sources and our C code, and makes the linker route x264's initialisations through ours.

use clipfit_wasm_c::{Group, Library};
use std::{env, path::PathBuf, process::ExitCode};

/// Sources that do not depend on the bit depth.
const COMMON: &str = "common/osdep common/base common/cpu common/tables encoder/api";
/// Sources compiled for one bit depth: eight bits here.
const EIGHT_BITS: &str = "common/bitstream common/cabac common/common common/dct common/deblock common/frame \
    common/macroblock common/mc common/mvpred common/pixel common/predict common/quant common/rectangle common/set \
    common/vlc encoder/analyse encoder/cabac encoder/cavlc encoder/encoder encoder/lookahead encoder/macroblock \
    encoder/me encoder/ratecontrol encoder/set";
const DEPTH: &[(&str, &str)] = &[("BIT_DEPTH", "8"), ("HIGH_BIT_DEPTH", "0")];
/// Our own sources: the flat interface and the tables.
const OWN_PLAIN: &str = "library";
const OWN_EIGHT_BITS: &str = "tables_motion tables_picture tables_pixel tables_transform";
/// x264's functions that ours replace, and the C library's functions that would need an operating system.
const WRAPPED: &str = "fopen rename x264_8_pixel_init x264_8_mc_init x264_8_dct_init x264_8_zigzag_init \
    x264_8_quant_init x264_8_deblock_init x264_8_predict_16x16_init x264_8_predict_8x8c_init x264_8_predict_8x8_init \
    x264_8_predict_4x4_init";

fn main() -> ExitCode {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let (source, own) = (here.join("../../target/x264/source"), here.join("c"));
    let group = |folder: &PathBuf, files, defines| Group { folder: folder.clone(), files, defines };
    Library {
        name: "x264",
        proof: source.join("x264.h"),
        stamp: source.join("../stamp"),
        includes: vec![own.clone(), source.clone()],
        flags: &["-std=gnu99", "-ffast-math", "-D_WASI_EMULATED_SIGNAL"],
        groups: vec![
            group(&source, COMMON, &[]),
            group(&source, EIGHT_BITS, DEPTH),
            group(&own, OWN_PLAIN, &[]),
            group(&own, OWN_EIGHT_BITS, DEPTH),
        ],
        wrapped: WRAPPED,
    }
    .build()
}
