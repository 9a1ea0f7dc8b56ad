//! Compiles x264's own sources and our C code with clang for WebAssembly, and makes the linker route x264's
//! initialisations through ours. `cargo xtask setup` provides the sources.

use std::{env, path::PathBuf, process::ExitCode};

/// Sources that do not depend on the bit depth.
const COMMON: &str = "common/osdep common/base common/cpu common/tables encoder/api";
/// Sources compiled for one bit depth: eight bits here.
const EIGHT_BITS: &str = "common/bitstream common/cabac common/common common/dct common/deblock common/frame \
    common/macroblock common/mc common/mvpred common/pixel common/predict common/quant common/rectangle common/set \
    common/vlc encoder/analyse encoder/cabac encoder/cavlc encoder/encoder encoder/lookahead encoder/macroblock \
    encoder/me encoder/ratecontrol encoder/set";
/// Our own sources: the flat interface and the tables.
const OWN_PLAIN: &str = "library";
const OWN_EIGHT_BITS: &str = "tables_motion tables_picture tables_pixel tables_transform";
/// WebAssembly features of every browser that has SIMD.
const FEATURES: [&str; 4] = ["-msimd128", "-mbulk-memory", "-msign-ext", "-mnontrapping-fptoint"];
/// x264's functions that ours replace, and the C library's functions that would need an operating system.
const WRAPPED: &str = "fopen rename malloc x264_8_pixel_init x264_8_mc_init x264_8_dct_init x264_8_zigzag_init \
    x264_8_quant_init x264_8_deblock_init x264_8_predict_16x16_init x264_8_predict_8x8c_init x264_8_predict_8x8_init \
    x264_8_predict_4x4_init";

fn main() -> ExitCode {
    if env::var("CARGO_CFG_TARGET_ARCH").as_deref() != Ok("wasm32") {
        // A native check of the crate (an editor, `cargo doc`) needs no encoder.
        return ExitCode::SUCCESS;
    }
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let target = here.join("../../target/x264");
    println!("cargo:rerun-if-changed=c");
    println!("cargo:rerun-if-changed={}", target.join("stamp").display());
    println!("cargo:rerun-if-env-changed=CLIPFIT_WASM_CLANG");
    println!("cargo:rerun-if-env-changed=CLIPFIT_WASI_LIBRARY");
    println!("cargo:rerun-if-env-changed=CLIPFIT_WASI_SYSROOT");
    let source = target.join("source");
    if !source.join("x264.h").is_file() {
        println!("cargo:warning=x264's sources are missing: run `cargo xtask setup`");
        return ExitCode::FAILURE;
    }
    let own = here.join("c");
    let clang = env::var("CLIPFIT_WASM_CLANG").unwrap_or_else(|_| "clang-19".into());
    let mut objects = Vec::new();
    for (names, folder, eight_bits) in [
        (COMMON, &source, false),
        (EIGHT_BITS, &source, true),
        (OWN_PLAIN, &own, false),
        (OWN_EIGHT_BITS, &own, true),
    ] {
        let mut build = cc::Build::new();
        build
            .compiler(&clang)
            .target("wasm32-wasi")
            .opt_level(3)
            .debug(false)
            .warnings(false)
            .include(&own)
            .include(&source)
            .std("gnu99")
            .flag("-ffast-math")
            // A kernel that does not match its table's entry is an error.
            .flag("-Werror=incompatible-function-pointer-types")
            .define("_GNU_SOURCE", None)
            .define("_WASI_EMULATED_SIGNAL", None)
            .files(names.split_whitespace().map(|name| folder.join(name).with_extension("c")));
        for feature in FEATURES {
            build.flag(feature);
        }
        if let Some(sysroot) = env::var_os("CLIPFIT_WASI_SYSROOT") {
            build.flag(format!("--sysroot={}", sysroot.to_string_lossy()));
        }
        if eight_bits {
            build.define("BIT_DEPTH", "8").define("HIGH_BIT_DEPTH", "0");
        }
        match build.try_compile_intermediates() {
            Ok(compiled) => objects.extend(compiled),
            Err(error) => {
                println!("cargo:warning=x264 could not be compiled with {clang}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    for object in objects {
        println!("cargo:rustc-link-arg={}", object.display());
    }
    for name in WRAPPED.split_whitespace() {
        println!("cargo:rustc-link-arg=--wrap={name}");
    }
    let library = env::var("CLIPFIT_WASI_LIBRARY").unwrap_or_else(|_| "/usr/lib/wasm32-wasi/libc.a".into());
    println!("cargo:rustc-link-arg={library}");
    ExitCode::SUCCESS
}
