//! Writes segments as fragments of an MP4 file (ISO/IEC 14496-12, 8.8), with one initialization file.

use super::{Packets, Segment, Source};
use crate::Error;
use crate::ZERO_SECONDS;
use crate::boxes::{boxed, bytes};
use crate::index::{Track, write_fragmented};
use mp4_atom::{FourCC, Ftyp};
use std::ops::Range;

/// Flags of samples (8.8.3.1): decoding can start here; or the sample needs others, so decoding cannot start here.
const KEY: u32 = 0x0200_0000;
const DEPENDS: u32 = 0x0101_0000;

/// Fields of a run (8.8.8.1).
const OFFSET: u32 = 0x1;
const DURATIONS: u32 = 0x100;
const SIZES: u32 = 0x200;
const FLAGS: u32 = 0x400;
const SHIFTS: u32 = 0x800;

/// Returns the initialization file.
pub(super) fn init(source: &Source) -> Result<Vec<u8>, Error> {
    let brands = [b"iso6", b"isom", b"mp41", b"hlsf"].map(FourCC::new).to_vec();
    let kind = Ftyp { major_brand: FourCC::new(b"iso6"), minor_version: 0, compatible_brands: brands };
    let clock = source.rate.clock()?;
    // An edit hides the delay by which decoding starts early. Negative shifts would need no edit, but with them ffmpeg,
    // and programs that use it, show frames late in relation to the audio.
    let ahead = source.ahead.checked_mul(clock.frame.into()).ok_or(Error::TooLarge)?.unsigned_abs();
    let bare = |track: &Track, scale: u32, skipped: u64| Track {
        scale,
        skipped,
        wait: 0,
        samples: Vec::new(),
        ..track.clone()
    };
    let mut tracks = vec![bare(&source.video, clock.scale, ahead)];
    tracks.extend(source.audio.iter().map(|audio| bare(&audio.track, audio.track.scale, 0)));
    Ok([bytes(&kind)?, write_fragmented(&tracks)?].concat())
}

/// A run of samples of one track in a fragment.
struct Run {
    track: u32,
    /// The index of the sample entry.
    entry: u32,
    /// When the first sample is decoded, in ticks.
    time: u64,
    samples: Vec<Described>,
    data: Vec<u8>,
}

struct Described {
    duration: u32,
    size: u32,
    key: bool,
    /// Presentation minus decoding, before the edit.
    shift: u32,
}

/// Returns segment `number`, counted from 1.
pub(super) fn segment(
    source: &Source,
    segment: &Segment,
    packets: &Packets<'_>,
    number: u32,
) -> Result<Vec<u8>, Error> {
    let mut out = boxed(b"styp", &[b"msdh", &[0; 4], b"msdh", b"iso6"])?;
    let mut audio = segment.audio.clone();
    for frames in groups(&source.video, segment.video.clone()) {
        let mut runs = vec![video_run(source, frames, packets)?];
        // All audio of a segment goes with its first group: there are several only if chunks differ.
        if !audio.is_empty() {
            runs.extend(audio_run(source, std::mem::take(&mut audio), packets)?);
        }
        out.extend(fragment(number, &runs)?);
    }
    Ok(out)
}

/// Splits `samples` into ranges with the same sample entry.
fn groups(track: &Track, samples: Range<usize>) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for sample in samples {
        match groups.last_mut() {
            Some(group) if track.samples[group.start].entry == track.samples[sample].entry => {
                group.end = sample + 1;
            }
            _ => groups.push(sample..sample + 1),
        }
    }
    groups
}

fn video_run(source: &Source, frames: Range<usize>, packets: &Packets<'_>) -> Result<Run, Error> {
    let clock = source.rate.clock()?;
    let zero = u64::from(ZERO_SECONDS) * u64::from(clock.scale);
    let time = (frames.start as u64).checked_mul(clock.frame.into()).ok_or(Error::TooLarge)? + zero;
    let entry = source.video.samples.get(frames.start).ok_or(Error::Empty)?.entry;
    let mut run = Run { track: 1, entry, time, samples: Vec::new(), data: Vec::new() };
    for sample in frames {
        let described = source.video.samples.get(sample).ok_or(Error::Empty)?;
        let shift = source.leads.get(sample).ok_or(Error::Empty)? + source.ahead;
        let shift = shift.checked_mul(clock.frame.into()).and_then(|shift| u32::try_from(shift).ok());
        let shift = shift.ok_or(Error::TooLarge)?;
        run.samples.push(Described {
            duration: clock.frame,
            size: described.size,
            key: described.key,
            shift,
        });
        run.data.extend_from_slice(packets.video(sample)?);
    }
    Ok(run)
}

fn audio_run(source: &Source, range: Range<usize>, packets: &Packets<'_>) -> Result<Option<Run>, Error> {
    let Some(audio) = &source.audio else { return Ok(None) };
    let zero = i64::from(ZERO_SECONDS) * i64::from(audio.track.scale);
    let time = audio.times.get(range.start).and_then(|time| time.checked_add(zero));
    let time = time.and_then(|time| u64::try_from(time).ok()).ok_or(Error::TooLarge)?;
    let mut run = Run { track: 2, entry: 0, time, samples: Vec::new(), data: Vec::new() };
    for sample in range {
        let described = audio.track.samples.get(sample).ok_or(Error::Empty)?;
        let (duration, size) = (described.duration, described.size);
        run.samples.push(Described { duration, size, key: true, shift: 0 });
        run.data.extend_from_slice(packets.audio(sample)?);
    }
    Ok(Some(run))
}

fn fragment(number: u32, runs: &[Run]) -> Result<Vec<u8>, Error> {
    // The length of the index does not depend on its offsets.
    let length = index(number, runs, 0)?.len();
    let head = index(number, runs, length + 8)?;
    let data: Vec<&[u8]> = runs.iter().map(|run| run.data.as_slice()).collect();
    Ok([head, boxed(b"mdat", &data)?].concat())
}

fn index(number: u32, runs: &[Run], mut offset: usize) -> Result<Vec<u8>, Error> {
    let mut parts = boxed(b"mfhd", &[&[0; 4], &number.to_be_bytes()])?;
    for run in runs {
        parts.extend(track(run, offset)?);
        offset += run.data.len();
    }
    boxed(b"moof", &[&parts])
}

fn track(run: &Run, offset: usize) -> Result<Vec<u8>, Error> {
    let first = run.samples.first().ok_or(Error::Empty)?;
    let rest = run.samples.get(1..).unwrap_or_default();
    // What all samples have in common is in the head once: offsets count from the fragment's beginning (0x20000), the
    // sample entry, and the usual duration and flags.
    let usual = if rest.iter().all(|sample| sample.key) { KEY } else { DEPENDS };
    let usual_head = [0x02_002a, run.track, run.entry + 1, first.duration, usual];
    let head: Vec<u8> = usual_head.iter().flat_map(|field| field.to_be_bytes()).collect();
    let time = [&0x0100_0000_u32.to_be_bytes()[..], &run.time.to_be_bytes()].concat();

    let flag = |sample: &Described| if sample.key { KEY } else { DEPENDS };
    let field_if = |wanted: bool, field: u32| if wanted { field } else { 0 };
    let fields = OFFSET
        | SIZES
        | field_if(rest.iter().any(|sample| sample.duration != first.duration), DURATIONS)
        | field_if(run.samples.iter().any(|sample| flag(sample) != usual), FLAGS)
        | field_if(run.samples.iter().any(|sample| sample.shift != 0), SHIFTS);
    let count = u32::try_from(run.samples.len()).map_err(|_| Error::TooLarge)?;
    let offset = u32::try_from(offset).map_err(|_| Error::TooLarge)?;
    let mut list = vec![fields, count, offset];
    for sample in &run.samples {
        let parts = [
            (DURATIONS, sample.duration),
            (SIZES, sample.size),
            (FLAGS, flag(sample)),
            (SHIFTS, sample.shift),
        ];
        list.extend(parts.iter().filter(|(field, _)| fields & field != 0).map(|(_, value)| value));
    }
    let list: Vec<u8> = list.iter().flat_map(|field| field.to_be_bytes()).collect();
    boxed(b"traf", &[&boxed(b"tfhd", &[&head])?, &boxed(b"tfdt", &[&time])?, &boxed(b"trun", &[&list])?])
}
