//! How much runs side by side and how much memory it may take: the one owner of all such limits. Knows no clip and no
//! plan.

use super::Preset;
use crate::units::Bytes;

/// More workers than this fight over memory rather than gain time.
const MOST_WORKERS: usize = 16;
/// More threads than this in one x264 gain little and cost sharpness.
const MOST_THREADS: usize = 16;
/// The machine's memory where the browser does not report it, in GiB, and that of a phone, whose tabs are ended at 1 to
/// 1.5 GB.
const UNKNOWN_GIB: f64 = 6.0;
const PHONE_GIB: f64 = 2.0;
/// The free memory where the system does not report it.
const UNKNOWN_AVAILABLE: Bytes = Bytes(4_000_000_000);
/// Frames are kept in no more than this part of the free disk.
const DISK_SHARE: u64 = 4;
/// The most for frames that a browser keeps on disk: some seconds of 4K, or a minute at 480p.
const FRAMES_ON_DISK: Bytes = Bytes(2_000_000_000);
/// The most for frames that a browser without a disk keeps in memory.
const FRAMES_WITHOUT_DISK: Bytes = Bytes(100_000_000);
/// What a tab takes at most if frames lie in memory before they go to the disk, which takes longer; what it takes
/// without encoders; and the most for those frames.
const TAB_BYTES: f64 = 700e6;
const PAGE_BYTES: f64 = 60e6;
const FRAMES_BEFORE_DISK: f64 = 200e6;

/// A worker's memory never shrinks: one above this many bytes after a task is ended rather than kept for smaller tasks.
pub const WORKER_KEPT_BELOW: f64 = 1e9;

/// Memory of one single-thread encoder in bytes: the program, x264's references for each pixel of the result, the frames
/// that it looks ahead (121 MB in all at 480p, 250 at 720p, 448 at 1080p were measured with medium and its 40 frames),
/// and the decoder's references for each pixel of the source: of frames of 8 bits, or of more in our own decoder.
const PROGRAM_BYTES: f64 = 48e6;
const RESULT_PIXEL_BYTES: f64 = 64.0;
const LOOKAHEAD_PIXEL_BYTES: f64 = 3.05;
const SOURCE_PIXEL_BYTES: f64 = 40.0;
const OWN_SOURCE_PIXEL_BYTES: f64 = 57.0;
/// The most for frames that x264 looks ahead in a tab, and the fewest of them. At 1080p 20 frames instead of 40 cost
/// 0.0004 of SSIM and save 120 MB for each worker.
const LOOKAHEAD_BYTES: f64 = 127e6;
const LEAST_LOOKAHEAD: u32 = 5;
/// Frames of more pixels than this are not predicted from B-frames, so x264 holds two frames less: 87 MB at 4K for each
/// worker. It costs 0.0003 of SSIM.
const PYRAMID_PIXELS: f64 = 4e6;
/// The most for decoded frames that wait for their conversion, and their number.
const WAITING_BYTES: f64 = 24e6;
const WAITING_FRAMES: std::ops::RangeInclusive<u32> = 2..=6;

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
    /// Returns the limits of a browser tab. `device_memory` is what the browser reports, in GiB (not all do): half of it
    /// is for encoders. `touch` says whether the device has a touch screen: where no memory is reported, it counts as a
    /// phone. Decoded frames lie on disk if the site may store `free_disk` bytes there, else in little memory.
    pub fn in_browser(
        processors: usize,
        device_memory: Option<f64>,
        touch: bool,
        free_disk: Option<Bytes>,
    ) -> Limits {
        const GIB: f64 = 1_073_741_824.0;
        let unknown = if touch { PHONE_GIB } else { UNKNOWN_GIB };
        let memory = Bytes((device_memory.unwrap_or(unknown) * GIB / 2.0) as u64);
        let frames = match free_disk {
            Some(free) => Bytes(free.0 / DISK_SHARE).min(FRAMES_ON_DISK),
            None => Bytes(memory.0 / 8).min(FRAMES_WITHOUT_DISK),
        };
        Limits { workers: processors.clamp(1, MOST_WORKERS), memory, frames }
    }

    /// Returns the limits of a native machine: three quarters of the available memory, a quarter of that for decoded
    /// frames, which lie on a disk with `free_disk` bytes left.
    pub fn native(processors: usize, available: Option<Bytes>, free_disk: Bytes) -> Limits {
        let memory = available.map_or(UNKNOWN_AVAILABLE, |available| Bytes(available.0 / 4 * 3));
        let frames = Bytes(memory.0 / 4).min(Bytes(free_disk.0 / DISK_SHARE));
        Limits { workers: processors.max(1), memory, frames }
    }

    /// Returns how many such encoders fit into memory, at least 1.
    pub fn workers_for(&self, encoder: &Footprint) -> usize {
        self.workers.clamp(1, ((self.memory.0 as f64 / encoder.bytes()) as usize).max(1))
    }

    /// Returns how many bytes of kept frames a tab holds in memory beside such encoders. The rest goes to its disk.
    pub fn frames_in_memory(&self, encoder: &Footprint) -> Bytes {
        let encoders = encoder.bytes() * self.workers_for(encoder) as f64;
        let left = TAB_BYTES.min(self.memory.0 as f64) - PAGE_BYTES - encoders;
        Bytes(left.clamp(0.0, FRAMES_BEFORE_DISK) as u64)
    }
}

/// What one encoder's memory depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    /// Its preset.
    pub preset: Preset,
    /// Pixels of the result.
    pub result: (u32, u32),
    /// Pixels of the source.
    pub source: (u32, u32),
    /// The source is decoded by our own decoder instead of the browser's.
    pub own_decoder: bool,
}

impl Footprint {
    fn bytes(&self) -> f64 {
        let ahead = f64::from(lookahead(self.preset, self.result)) * LOOKAHEAD_PIXEL_BYTES;
        let decoder = if self.own_decoder { OWN_SOURCE_PIXEL_BYTES } else { SOURCE_PIXEL_BYTES };
        PROGRAM_BYTES + (RESULT_PIXEL_BYTES + ahead) * pixels(self.result) + decoder * pixels(self.source)
    }
}

fn pixels((width, height): (u32, u32)) -> f64 {
    f64::from(width) * f64::from(height)
}

/// Returns how many frames x264 looks ahead in a tab: as many as the preset says, while memory lasts for frames of this
/// size.
pub fn lookahead(preset: Preset, size: (u32, u32)) -> u32 {
    let most = (LOOKAHEAD_BYTES / (LOOKAHEAD_PIXEL_BYTES * pixels(size)).max(1.0)) as u32;
    preset.lookahead().min(most.max(LEAST_LOOKAHEAD))
}

/// Returns whether frames of this size may be predicted from B-frames in a tab.
pub fn keeps_pyramid(size: (u32, u32)) -> bool {
    pixels(size) <= PYRAMID_PIXELS
}

/// Returns how many decoded frames of this size may wait for what is done with them.
pub fn frames_waiting(size: (u32, u32)) -> u32 {
    const BYTES_OF_PIXEL: f64 = 1.5;
    let fit = (WAITING_BYTES / (BYTES_OF_PIXEL * pixels(size)).max(1.0)) as u32;
    fit.clamp(*WAITING_FRAMES.start(), *WAITING_FRAMES.end())
}

/// Returns the threads of one native x264 beside others: as many as processors would be left idle by there being fewer
/// `tasks`, and two at least, so that none is idle while the last task of a pass ends.
pub fn threads_each(workers: usize, tasks: usize) -> usize {
    let at_least = if workers > 1 { 2 } else { 1 };
    workers.div_ceil(tasks.max(1)).clamp(at_least, MOST_THREADS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SD: (u32, u32) = (854, 480);
    const HD: (u32, u32) = (1920, 1080);
    const UHD: (u32, u32) = (3840, 2160);

    #[test]
    fn workers_fit_into_memory() {
        let desktop = Limits::in_browser(4, Some(8.0), false, None);
        let unknown = Limits::in_browser(4, None, false, None);
        let phone = Limits::in_browser(4, None, true, None);
        for (limits, preset, result, source, own_decoder, workers) in [
            (desktop, Preset::Medium, SD, SD, false, 4),
            (desktop, Preset::Medium, HD, UHD, true, 4),
            (desktop, Preset::Medium, UHD, UHD, true, 3),
            (unknown, Preset::Medium, UHD, UHD, false, 3),
            (phone, Preset::Veryfast, SD, HD, false, 4),
            (phone, Preset::Veryfast, HD, HD, true, 2),
            (phone, Preset::Medium, HD, UHD, true, 1),
        ] {
            let encoder = Footprint { preset, result, source, own_decoder };
            assert_eq!(limits.workers_for(&encoder), workers, "{limits:?}: {encoder:?}");
        }
    }

    #[test]
    fn frames_are_counted_in_bytes() {
        for (preset, size, ahead, waiting) in [
            (Preset::Superfast, UHD, 0, 2),
            (Preset::Veryfast, UHD, 5, 2),
            (Preset::Medium, SD, 40, 6),
            (Preset::Medium, (1280, 720), 40, 6),
            (Preset::Medium, HD, 20, 6),
            (Preset::Medium, UHD, 5, 2),
        ] {
            assert_eq!(
                (lookahead(preset, size), frames_waiting(size)),
                (ahead, waiting),
                "{preset:?} {size:?}"
            );
        }
    }

    #[test]
    fn frames_lie_in_memory_as_far_as_the_encoders_leave_some() {
        let machine = |workers, gib| Limits::in_browser(workers, Some(gib), false, Some(Bytes(1 << 40)));
        for (limits, result, source, most) in [
            (machine(2, 8.0), SD, SD, 200),
            (machine(2, 8.0), (1280, 720), HD, 200),
            (machine(2, 8.0), HD, HD, 0),
            (machine(4, 8.0), HD, HD, 0),
            (machine(2, 8.0), UHD, UHD, 0),
            (machine(2, 0.5), SD, SD, 0),
        ] {
            let encoder = Footprint { preset: Preset::Veryfast, result, source, own_decoder: false };
            let found = limits.frames_in_memory(&encoder).0 / 20_000_000 * 20;
            assert_eq!(found, most, "{limits:?}: {encoder:?}");
        }
    }

    #[test]
    fn frames_are_kept_on_disk_where_there_is_one() {
        for (free, frames) in
            [(None, 100_000_000), (Some(1_000_000_000), 250_000_000), (Some(1 << 40), 2_000_000_000)]
        {
            assert_eq!(Limits::in_browser(2, Some(8.0), false, free.map(Bytes)).frames, Bytes(frames));
        }
    }
}
