//! The packets of a video stream: the table that a reader lists, and what follows from it for times, rate and
//! keyframes. Knows no container and no codec.

use crate::units::{Bytes, FrameRate, Micros};
use serde::Deserialize;

/// Packets in decoding order, as columns: a clip of an hour has 100,000. Times are the file's own.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PacketTable {
    /// When each is shown.
    pub presented: Vec<Option<Micros>>,
    /// When each is decoded; empty where the reader does not say.
    pub decoded: Vec<Option<Micros>>,
    /// How long each is shown.
    pub durations: Vec<Option<Micros>>,
    /// Bytes of each.
    pub sizes: Vec<u64>,
    /// The rows that are keyframes, ascending.
    pub keyframes: Vec<u32>,
    /// The rows that the container cuts away after decoding, ascending.
    pub hidden: Vec<u32>,
    /// The sizes that keyframes tell, width and height in pixels, one after the other as they change; empty where nobody
    /// looked.
    pub frame_sizes: Vec<(u32, u32)>,
    /// Layout of the frame that the browser decoded on trial, in WebCodecs' words; none where it could not, or was not
    /// asked.
    pub layout: Option<String>,
    /// Clipfit's own decoder decoded that frame, because the browser has none.
    #[serde(default)]
    pub own_decoder: bool,
}

/// The size of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameSize {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Width to height of a pixel, where the frame says.
    pub sample_aspect: Option<(u64, u64)>,
}

/// The packets of a clip's video in numbers.
#[derive(Debug)]
pub(crate) struct Packets {
    /// Presentation times of the shown frames, ascending, zero-based, from the first keyframe's on.
    pub(crate) times: Vec<Micros>,
    /// Length of the frames before those: they refer to frames that are not there.
    pub(crate) lost: Micros,
    /// Presentation times of keyframes, ascending, zero-based, and the bytes of all packets before each.
    pub(crate) keyframes: Vec<(Micros, Bytes)>,
    pub(crate) bytes: Bytes,
    pub(crate) last_duration: Option<Micros>,
    /// Where the times start again or leap.
    pub(crate) jump: Option<Micros>,
    /// Bytes and number of keyframes and of other frames.
    key: (u64, u64),
    other: (u64, u64),
    /// Whether some packets tell no presentation time.
    pub(crate) decoding_times: bool,
}

impl Packets {
    /// Reads a table; without any timestamp the declared rate is all there is. Within one recording decoding times
    /// leap by at most `steady`.
    pub(crate) fn read(
        table: &PacketTable,
        zero: Micros,
        declared: Option<FrameRate>,
        steady: &Steady,
    ) -> Packets {
        let rate = declared.unwrap_or(FrameRate::whole(25));
        let mut packets = Packets {
            times: Vec::new(),
            lost: Micros(0),
            keyframes: Vec::new(),
            bytes: Bytes(0),
            last_duration: None,
            decoding_times: false,
            jump: None,
            key: (0, 0),
            other: (0, 0),
        };
        let mut last = Micros(i64::MIN);
        let mut previous = None;
        let mut beginning = Beginning::default();
        let (mut keyframes, mut hidden) = (Rows::new(&table.keyframes), Rows::new(&table.hidden));
        for (row, &size) in table.sizes.iter().enumerate() {
            let column = |column: &[Option<Micros>]| column.get(row).copied().flatten();
            let (presented, decoded) = (column(&table.presented), column(&table.decoded));
            packets.decoding_times |= presented.is_none() && decoded.is_some();
            let at = presented.or(decoded).unwrap_or_else(|| zero + rate.time_of(row as u64)) - zero;
            packets.bytes.0 = packets.bytes.0.saturating_add(size);
            let decoded = decoded.map_or(at, |decoded| decoded - zero);
            if previous.is_some_and(|previous| steady.is_left(previous, decoded)) {
                packets.jump = packets.jump.or(previous);
            }
            previous = Some(decoded);
            let is_key = keyframes.contain(row);
            let sums = if is_key { &mut packets.key } else { &mut packets.other };
            *sums = (sums.0.saturating_add(size), sums.1 + 1);
            if is_key {
                packets.keyframes.push((at, Bytes(packets.bytes.0.saturating_sub(size))));
            }
            let is_early = beginning.misses(is_key, at, presented.is_some(), size);
            if hidden.contain(row) {
                continue;
            }
            if at > last {
                last = at;
                packets.last_duration = column(&table.durations);
            }
            if is_early { &mut beginning.times } else { &mut packets.times }.push(at);
        }
        if packets.times.is_empty() {
            packets.times.append(&mut beginning.times);
        }
        packets.times.sort_unstable();
        packets.keyframes.sort_unstable();
        packets.leave_out(&beginning);
        packets
    }

    /// Counts what is left out before the first frame that decodes.
    fn leave_out(&mut self, beginning: &Beginning) {
        let (Some(&lost), Some(&first)) = (beginning.times.iter().min(), self.times.first()) else { return };
        self.lost = first - lost;
        self.bytes.0 = self.bytes.0.saturating_sub(beginning.bytes);
        for (_, before) in &mut self.keyframes {
            before.0 = before.0.saturating_sub(beginning.bytes);
        }
    }
}

/// The frames that no decoder can show: all before the first keyframe, and those behind it that are shown before it.
#[derive(Debug, Default)]
struct Beginning {
    /// When the first keyframe is shown, if the file says so; and whether another has come since.
    key: Option<(Option<Micros>, bool)>,
    times: Vec<Micros>,
    /// Bytes before the first keyframe.
    bytes: u64,
}

impl Beginning {
    /// Whether the next packet is one of them.
    fn misses(&mut self, is_key: bool, at: Micros, is_presented: bool, size: u64) -> bool {
        match &mut self.key {
            None if is_key => {
                self.key = Some((is_presented.then_some(at), false));
                false
            }
            None => {
                self.bytes = self.bytes.saturating_add(size);
                true
            }
            Some((key, over)) => {
                *over |= is_key;
                !*over && is_presented && key.is_some_and(|key| at < key)
            }
        }
    }
}

/// Numbers of rows, ascending, asked for in that order.
struct Rows<'a>(std::iter::Peekable<std::slice::Iter<'a, u32>>);

impl<'a> Rows<'a> {
    fn new(rows: &'a [u32]) -> Rows<'a> {
        Rows(rows.iter().peekable())
    }

    fn contain(&mut self, row: usize) -> bool {
        while self.0.next_if(|listed| (**listed as usize) < row).is_some() {}
        self.0.next_if(|listed| **listed as usize == row).is_some()
    }
}

impl Packets {
    /// Returns whether "keyframes" are hardly larger than other frames: then the frame is refreshed strip by strip, and
    /// a decoder that starts there shows nothing until the refresh is through.
    pub(crate) fn refreshes_gradually(&self) -> bool {
        let mean = |(bytes, count): (u64, u64)| bytes as f64 / count.max(1) as f64;
        self.other.1 > 0 && mean(self.key) < 1.5 * mean(self.other)
    }
}

/// No decoder puts more frames into order than this.
const REORDERED: usize = 16;

impl Packets {
    /// Leaves out the last frames where others are missing between them: reordered frames are shown before frames that
    /// precede them in the file, and where a file breaks off some of them are gone.
    pub(crate) fn end_evenly(&mut self, rates: [Option<FrameRate>; 2], declared: Option<FrameRate>) {
        let most = REORDERED.min(self.times.len().saturating_sub(2));
        let even = |left_out: &usize| {
            let kept = self.times.get(..self.times.len() - left_out).unwrap_or_default();
            FrameTiming::of(kept, rates, declared).constant
        };
        if let Some(left_out) = (0..=most).find(even) {
            self.times.truncate(self.times.len() - left_out);
        }
    }
}

/// How far decoding times go within one recording, from one packet to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steady {
    back: Micros,
    pub(crate) forward: Micros,
}

impl Steady {
    /// Of files in general: pauses are kept.
    pub(crate) const FILE: Steady = Steady { back: Micros(1_000_000), forward: Micros(1_800_000_000) };

    /// Of transport streams, which are joined by writing one behind the other: decoding times tell each join.
    pub(crate) fn stream(rate: Option<FrameRate>) -> Steady {
        let frames = rate.unwrap_or(FrameRate::whole(25)).time_of(30);
        Steady { back: Micros(200_000), forward: frames.max(Micros(2_000_000)) }
    }

    fn is_left(&self, previous: Micros, next: Micros) -> bool {
        next < previous - self.back || next > previous + self.forward
    }
}

/// The nominal rate, and whether all frames keep it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameTiming {
    pub(crate) rate: FrameRate,
    pub(crate) constant: bool,
}

impl FrameTiming {
    /// Finds the rate of frames at these times, ascending; `rates` are those that the file declares, the likeliest
    /// first.
    pub(crate) fn of(
        times: &[Micros],
        rates: [Option<FrameRate>; 2],
        declared: Option<FrameRate>,
    ) -> FrameTiming {
        let span = match (times.first(), times.last()) {
            (Some(&first), Some(&last)) if last > first => (last - first).seconds(),
            _ => return FrameTiming { rate: declared.unwrap_or(FrameRate::whole(25)), constant: true },
        };
        let mean = (times.len() - 1) as f64 / span;
        let candidates = rates.into_iter().flatten().chain([FrameRate::nearest(mean.clamp(0.01, 1000.0))]);
        for rate in candidates {
            if keeps(times, rate) {
                return FrameTiming { rate, constant: true };
            }
        }
        // Uneven: the usual distance between frames sets the grid, so that fluent parts stay fluent.
        let mut gaps: Vec<i64> =
            times.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|gap| *gap > 0).collect();
        gaps.sort_unstable();
        let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(40_000).max(1);
        // Containers that tell milliseconds make 33 and 34 of a thirtieth: the mean of what is near the usual counts.
        let near = gaps.iter().filter(|&&gap| (gap - usual).abs() <= usual / 8);
        let (sum, count) = near.fold((0, 0), |(sum, count), gap| (sum + gap, count + 1));
        let mean = sum as f64 / f64::from(count.max(1));
        let rate = FrameRate::nearest((1e6 / mean.max(1.0)).clamp(1.0, 240.0));
        FrameTiming { rate, constant: false }
    }
}

/// Returns whether frame `i` stands at the first frame's time plus `i / rate`, nearer to its slot than to any other by
/// far.
fn keeps(times: &[Micros], rate: FrameRate) -> bool {
    let tolerance = (300_000.0 / rate.per_second()) as i64;
    let Some(&first) = times.first() else { return false };
    times
        .iter()
        .enumerate()
        .all(|(index, &at)| (at - first - rate.time_of(index as u64)).0.abs() <= tolerance)
}
