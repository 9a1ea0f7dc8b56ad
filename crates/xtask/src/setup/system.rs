//! What comes from the system: Node, and for tests browsers, native ffmpeg and streaming servers. Installs them only as
//! root on Debian. Elsewhere, it names what is missing and where to get it.

use std::path::PathBuf;

use super::announce;
use crate::{error::Error, process::Workspace};

/// The oldest Node that has everything that web/*.mjs and the tests use.
const NODE_MAJOR: u32 = 20;

/// A program, or a part of one, that the tests call, and the Debian package that contains it.
struct Program {
    /// Its possible names or paths.
    names: &'static [&'static str],
    package: &'static str,
    elsewhere: &'static str,
}

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
const FIREFOX: &[&str] = &["firefox-esr", "firefox"];
const WEBKIT_DRIVER: &[&str] = &["WebKitWebDriver"];

const FFMPEG: Program =
    Program { names: &["ffmpeg"], package: "ffmpeg", elsewhere: "ffmpeg 5 or newer, on PATH" };
const FFPROBE: Program = Program {
    names: &["ffprobe"],
    package: "ffmpeg",
    elsewhere: "ffprobe, which comes with ffmpeg, on PATH",
};

const BROWSERS: [Program; 5] = [
    Program { names: CHROMIUM, package: "chromium", elsewhere: "Chromium or Chrome, on PATH as `chromium`" },
    Program {
        names: &["chromedriver"],
        package: "chromium-driver",
        elsewhere: "chromedriver of the same version as Chromium, on PATH",
    },
    Program { names: FIREFOX, package: "firefox-esr", elsewhere: "Firefox, on PATH" },
    FFMPEG,
    FFPROBE,
];

/// What the tests start WebKit with. Not every system has it, so only Debian's root must.
const WEBKIT: [Program; 4] = [
    Program {
        names: WEBKIT_DRIVER,
        package: "webkit2gtk-driver",
        elsewhere: "WebKitWebDriver of WebKitGTK 2.50 or newer, on PATH",
    },
    Program { names: &["Xvfb"], package: "xvfb", elsewhere: "Xvfb, on PATH" },
    // Its decoders and encoders.
    Program {
        names: &[
            "/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstvideoparsersbad.so",
            "/usr/lib/aarch64-linux-gnu/gstreamer-1.0/libgstvideoparsersbad.so",
            "/usr/lib64/gstreamer-1.0/libgstvideoparsersbad.so",
            "/usr/lib/gstreamer-1.0/libgstvideoparsersbad.so",
        ],
        package: "gstreamer1.0-plugins-bad",
        elsewhere: "GStreamer's bad plugins",
    },
    Program {
        names: &[
            "/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstlibav.so",
            "/usr/lib/aarch64-linux-gnu/gstreamer-1.0/libgstlibav.so",
            "/usr/lib64/gstreamer-1.0/libgstlibav.so",
            "/usr/lib/gstreamer-1.0/libgstlibav.so",
        ],
        package: "gstreamer1.0-libav",
        elsewhere: "GStreamer's plugin for FFmpeg",
    },
];

/// In the same places where the tests of crates/cli look for them.
const SERVERS: [Program; 5] = [
    FFMPEG,
    FFPROBE,
    Program { names: &["nginx", "/usr/sbin/nginx"], package: "nginx", elsewhere: "nginx, on PATH" },
    Program {
        names: &[
            "/usr/lib/nginx/modules/ngx_rtmp_module.so",
            "/usr/lib64/nginx/modules/ngx_rtmp_module.so",
            "/usr/share/nginx/modules/ngx_rtmp_module.so",
        ],
        package: "libnginx-mod-rtmp",
        elsewhere: "nginx's RTMP module, as ngx_rtmp_module.so where nginx has its modules",
    },
    Program {
        names: &["srt-live-transmit"],
        package: "srt-tools",
        elsewhere: "srt-live-transmit of the SRT library, on PATH",
    },
];

/// Checks Node and npm. xtask does not install them: their source is the user's choice.
pub(super) fn node(workspace: &Workspace) -> Result<(), Error> {
    let version = workspace.ask("node", &["--version"]).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    let mut missing = Vec::new();
    if major.is_none_or(|major| major < NODE_MAJOR) {
        let found = if version.is_empty() { String::new() } else { format!(" (found {version})") };
        missing.push(format!("Node {NODE_MAJOR} or newer on PATH{found}"));
    }
    if workspace.find_program(&["npm"]).is_none() {
        missing.push("npm, which comes with Node, on PATH".to_owned());
    }
    if missing.is_empty() { Ok(()) } else { Err(Error::Missing(missing)) }
}

/// Checks or installs what the end-to-end tests and the benchmark start. Without WebKit, its tests are skipped.
pub(super) fn browsers(workspace: &Workspace) -> Result<(), Error> {
    programs(workspace, &BROWSERS)?;
    match programs(workspace, &WEBKIT) {
        Err(Error::Missing(missing)) if !installs(workspace) => {
            eprintln!("xtask: WebKit is not tested, because this machine lacks: {}", missing.join("; "));
            Ok(())
        }
        result => result,
    }
}

/// Checks or installs what the tests of live streams start.
pub(super) fn servers(workspace: &Workspace) -> Result<(), Error> {
    programs(workspace, &SERVERS)
}

fn programs(workspace: &Workspace, wanted: &'static [Program]) -> Result<(), Error> {
    let missing = missing_programs(workspace, wanted);
    if missing.is_empty() {
        return Ok(());
    }
    let mut packages: Vec<&str> = missing.iter().map(|program| program.package).collect();
    packages.dedup();
    install_packages(workspace, &packages)?;
    let missing: Vec<String> = missing_programs(workspace, wanted)
        .into_iter()
        .map(|program| format!("{} (Debian: apt-get install {})", program.elsewhere, program.package))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(Error::Missing(missing)) }
}

/// Returns the environment variables that give the tests and the benchmark the browsers' paths: names differ between
/// systems.
pub(crate) fn browser_environment(workspace: &Workspace) -> Vec<(&'static str, PathBuf)> {
    [("CLIPFIT_CHROMIUM", CHROMIUM), ("CLIPFIT_FIREFOX", FIREFOX), ("CLIPFIT_WEBKIT", WEBKIT_DRIVER)]
        .into_iter()
        .filter_map(|(variable, names)| Some((variable, workspace.find_program(names)?)))
        .collect()
}

fn missing_programs(workspace: &Workspace, wanted: &'static [Program]) -> Vec<&'static Program> {
    // A name with slashes works as well: joining an absolute path to a folder of PATH replaces the folder.
    wanted.iter().filter(|program| workspace.find_program(program.names).is_none()).collect()
}

/// Installs with apt-get as root on Debian; does nothing elsewhere.
pub(super) fn install_packages(workspace: &Workspace, packages: &[&str]) -> Result<(), Error> {
    if !installs(workspace) {
        return Ok(());
    }
    announce(&format!("installing {} with apt-get", packages.join(", ")), "one to three minutes");
    workspace.run_aside("apt-get", &["update", "--quiet"])?;
    let install = ["install", "--yes", "--quiet", "--no-install-recommends"];
    let arguments: Vec<&str> = install.iter().chain(packages).copied().collect();
    workspace.run_with("apt-get", &arguments, |command| {
        command.env("DEBIAN_FRONTEND", "noninteractive").stdout(std::io::stderr())
    })
}

/// Returns whether this is root on Debian.
fn installs(workspace: &Workspace) -> bool {
    workspace.find_program(&["apt-get"]).is_some() && workspace.ask("id", &["-u"]).as_deref() == Some("0")
}
