//! Everything in Rust that reads bytes or text which Clipfit did not write: one function for each reader, which says
//! what must hold whatever comes. The fuzz targets and the test that replays seeds call the same functions. Refuses to
//! know who makes the bytes up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a broken rule is a panic here")]

pub mod container;
pub mod job;
pub mod media;
pub mod words;

/// A reader, and what must hold of it.
pub struct Target {
    /// Its name: that of its fuzz target, and of the folder of its seeds.
    pub name: &'static str,
    /// Reads these bytes, and panics if a rule is broken.
    pub check: fn(&[u8]),
    /// The most memory that it may take for an input, in bytes: a fixed part, and for each byte of the input.
    pub memory: (usize, usize),
    /// How many changed inputs the test takes: about a second's.
    pub cases: u32,
}

const MB: usize = 1 << 20;

/// All of them.
pub const TARGETS: [Target; 15] = [
    Target { name: "boxes", check: container::boxes, memory: (MB, 8), cases: 2000 },
    Target { name: "segment", check: container::segment, memory: (MB, 8), cases: 2000 },
    Target { name: "assemble", check: container::assemble, memory: (640 * MB, 256), cases: 2000 },
    Target { name: "package", check: container::package, memory: (640 * MB, 256), cases: 2000 },
    Target { name: "track", check: container::track, memory: (MB, 256), cases: 2000 },
    Target { name: "h264", check: media::h264, memory: (MB, 64), cases: 2000 },
    Target { name: "resample", check: media::resample, memory: (256 * MB, 256), cases: 40 },
    Target { name: "listing", check: job::listing, memory: (MB, 256), cases: 2000 },
    Target { name: "job", check: job::native, memory: (64 * MB, 256), cases: 300 },
    Target { name: "answers", check: job::browser, memory: (64 * MB, 256), cases: 2000 },
    Target { name: "statistics", check: words::statistics, memory: (MB, 64), cases: 1000 },
    Target { name: "link", check: words::link, memory: (MB, 64), cases: 2000 },
    Target { name: "words", check: words::words, memory: (MB, 64), cases: 2000 },
    Target { name: "address", check: words::address, memory: (MB, 256), cases: 2000 },
    Target { name: "log", check: words::log, memory: (MB, 64), cases: 2000 },
];
