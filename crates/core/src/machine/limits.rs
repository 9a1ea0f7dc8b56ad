//! How much runs side by side and how much memory it may take: the one owner of all such limits. Knows no clip and no
//! plan.

use crate::units::Bytes;

/// More workers than this fight over memory rather than gain time.
const MOST_WORKERS: usize = 16;
/// More threads than this in one x264 gain little and cost sharpness.
const MOST_THREADS: usize = 16;
/// The machine's memory where the browser does not report it, in GiB.
const UNKNOWN_GIB: f64 = 6.0;
/// The free memory where the system does not report it.
const UNKNOWN_AVAILABLE: Bytes = Bytes(4_000_000_000);
/// Frames are kept in no more than this part of the free disk.
const DISK_SHARE: u64 = 4;

/// A worker's memory never shrinks: one above this many bytes after a task is ended rather than kept for smaller tasks.
pub const WORKER_KEPT_BELOW: f64 = 1e9;

/// Memory of one single-thread encoder in bytes: the program, x264's lookahead and references for each pixel of the
/// result (121 MB at 480p, 250 at 720p, 448 at 1080p were measured with medium), and the decoder's references for each
/// of the source.
const PROGRAM_BYTES: f64 = 48e6;
const RESULT_PIXEL_BYTES: f64 = 195.0;
const SOURCE_PIXEL_BYTES: f64 = 40.0;

/// What a machine leaves to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Encoders that may run side by side, at least 1.
    pub workers: usize,
    /// Bytes that they may use together.
    pub memory: Bytes,
    /// Bytes of decoded frames that may be kept, so that they need not be decoded again.
    pub frames: Bytes,
}

impl Limits {
    /// Returns the limits of a browser tab. `device_memory` is what the browser reports, in GiB (8 at most; some do
    /// not): half of it is for encoders, and an eighth of that for decoded frames beside them.
    pub fn in_browser(processors: usize, device_memory: Option<f64>) -> Limits {
        const GIB: f64 = 1_073_741_824.0;
        let memory = Bytes((device_memory.unwrap_or(UNKNOWN_GIB) * GIB / 2.0) as u64);
        Limits { workers: processors.clamp(1, MOST_WORKERS), memory, frames: Bytes(memory.0 / 8) }
    }

    /// Returns the limits of a native machine: three quarters of the available memory, a quarter of that for decoded
    /// frames, which lie on a disk with `free_disk` bytes left.
    pub fn native(processors: usize, available: Option<Bytes>, free_disk: Bytes) -> Limits {
        let memory = available.map_or(UNKNOWN_AVAILABLE, |available| Bytes(available.0 / 4 * 3));
        let frames = Bytes(memory.0 / 4).min(Bytes(free_disk.0 / DISK_SHARE));
        Limits { workers: processors.max(1), memory, frames }
    }

    /// Returns how many encoders of a result of this size from a source of that size fit into memory, at least 1.
    pub fn workers_for(&self, result: (u32, u32), source: (u32, u32)) -> usize {
        let pixels = |(width, height): (u32, u32)| f64::from(width) * f64::from(height);
        let each = PROGRAM_BYTES + RESULT_PIXEL_BYTES * pixels(result) + SOURCE_PIXEL_BYTES * pixels(source);
        self.workers.clamp(1, ((self.memory.0 as f64 / each) as usize).max(1))
    }
}

/// Returns the threads of one native x264 beside others: as many as processors would be left idle by there being fewer
/// `tasks`, and two at least, so that none is idle while the last task of a pass ends.
pub fn threads_each(workers: usize, tasks: usize) -> usize {
    let at_least = if workers > 1 { 2 } else { 1 };
    workers.div_ceil(tasks.max(1)).clamp(at_least, MOST_THREADS)
}
