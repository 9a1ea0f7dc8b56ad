//! Compiles what FFmpeg's HEVC decoder needs of FFmpeg, and our C code.

use clipfit_wasm_c::{Group, Library};
use std::{env, path::PathBuf, process::ExitCode};

/// The decoder and what it calls.
const CODEC: &str = "allcodecs avpacket bitstream_filters bsf bswapdsp cabac codec_desc decode golomb h2645_parse \
    hevc_cabac hevc_data hevc_filter hevc_mvs hevc_parse hevc_ps hevc_refs hevc_sei hevcdec hevcdsp hevcpred null_bsf \
    options profiles utils videodsp";
const UTIL: &str = "avstring bprint buffer channel_layout dict display error eval frame hwcontext imgutils log log2_tab \
    mastering_display_metadata mathematics md5 mem opt parseutils pixdesc rational reverse samplefmt sha stereo3d time \
    utils";
/// Our own sources: the flat interface, and the table of the kernels.
const OWN: &str = "library kernels";
const INSIDE: &[(&str, &str)] = &[("HAVE_AV_CONFIG_H", "1")];

fn main() -> ExitCode {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let (source, own) = (here.join("../../target/ffmpeg/source"), here.join("c"));
    let group = |folder: PathBuf, files| Group { folder, files, defines: INSIDE };
    Library {
        name: "FFmpeg",
        proof: source.join("libavcodec/hevcdec.c"),
        stamp: source.join("../stamp"),
        includes: vec![own.clone(), source.clone()],
        // As FFmpeg's configure script has it.
        flags: &["-std=c11", "-fno-math-errno", "-fno-signed-zeros", "-fomit-frame-pointer"],
        groups: vec![
            group(source.join("libavcodec"), CODEC),
            group(source.join("libavutil"), UTIL),
            group(own, OWN),
        ],
        wrapped: "ff_hevc_dsp_init",
    }
    .build()
}
