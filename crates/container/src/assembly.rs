//! Assembles chunks of video and a file of audio into one file: a new head, and where the packets after it come from.

use crate::entry::with_higher_level;
use crate::index::{self, Media, Sample, Track, file_type};
use crate::{Error, Rate};

/// A part of one of the source files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The index of the file: the chunks in order, then the audio.
    pub file: usize,
    /// Where the part begins in the file.
    pub offset: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// An assembled file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembly {
    /// Everything before the packets.
    pub head: Vec<u8>,
    /// The packets, in order.
    pub pieces: Vec<Piece>,
}

/// Assembles the files with these indices (`moov` boxes with their headers). Frames are placed by their numbers on one
/// clock, so that the rounding of chunks does not add up; audio and video alternate about every second. `captured` is
/// when the clip was captured, in seconds since the beginning of 1970.
pub fn assemble(
    chunks: &[&[u8]],
    audio: Option<&[u8]>,
    rate: Rate,
    captured: Option<i64>,
) -> Result<Assembly, Error> {
    let mut tracks = vec![join(chunks, rate)?];
    if let Some(audio) = audio {
        let track = Track::read(audio)?;
        if track.media != Media::Audio {
            return Err(Error::Foreign("no audio where there should be"));
        }
        let files = vec![chunks.len(); track.samples.len()];
        tracks.push((track, files));
    }
    let (runs, pieces) = interleave(&mut tracks)?;
    let media =
        pieces.iter().try_fold(0_u64, |sum, piece| sum.checked_add(piece.bytes)).ok_or(Error::TooLarge)?;

    let mut head =
        file_type(tracks[0].0.entries.first().and_then(|entry| entry.get(4..8)).ok_or(Error::Empty)?)?;
    let listed: Vec<_> =
        tracks.iter().zip(&runs).map(|((track, _), runs)| (track, runs.as_slice())).collect();
    // The length of an index depends on the width of its offsets, but not on their values.
    let first = |wide: bool| -> Result<u64, Error> {
        let header = if wide { 16 } else { 8 };
        Ok((head.len() + index::write(&listed, 0, wide, captured)?.len() + header) as u64)
    };
    let wide = first(true)?.checked_add(media).ok_or(Error::TooLarge)? > u32::MAX.into();
    let first = first(wide)?;
    head.extend(index::write(&listed, first, wide, captured)?);
    if wide {
        head.extend([&1_u32.to_be_bytes(), b"mdat", &(media + 16).to_be_bytes()[..]].concat());
    } else {
        let size = u32::try_from(media + 8).map_err(|_| Error::TooLarge)?;
        head.extend([&size.to_be_bytes()[..], b"mdat"].concat());
    }
    Ok(Assembly { head, pieces })
}

/// Joins the frames of all chunks into one track, and returns the file of each.
fn join(chunks: &[&[u8]], rate: Rate) -> Result<(Track, Vec<usize>), Error> {
    let clock = rate.clock()?;
    let mut joined: Option<Track> = None;
    let mut files = Vec::new();
    // Presentation minus decoding of each sample, in frames.
    let mut leads: Vec<i64> = Vec::new();
    for (chunk, moov) in chunks.iter().enumerate() {
        let track = Track::read(moov)?;
        if !matches!(track.media, Media::Video(..)) {
            return Err(Error::Foreign("no video where there should be"));
        }
        leads.extend(presentation(&track, rate).map_err(|sample| Error::OffGrid { chunk, sample })?);
        files.resize(files.len() + track.samples.len(), chunk);
        let whole = joined.get_or_insert_with(|| Track {
            scale: clock.scale,
            entries: Vec::new(),
            samples: Vec::new(),
            skipped: 0,
            wait: 0,
            ..track.clone()
        });
        let mut places = Vec::new();
        for entry in &track.entries {
            let joined = whole.entries.iter().enumerate().find_map(|(place, known)| {
                Some(place).zip(if known == entry {
                    Some(known.clone())
                } else {
                    with_higher_level(known, entry)
                })
            });
            if let Some((place, entry)) = joined {
                whole.entries[place] = entry;
                places.push(place);
            } else {
                places.push(whole.entries.len());
                whole.entries.push(entry.clone());
            }
        }
        for sample in &track.samples {
            let entry = u32::try_from(places[sample.entry as usize]).map_err(|_| Error::TooLarge)?;
            whole.samples.push(Sample { duration: clock.frame, entry, ..*sample });
        }
    }
    let mut whole = joined.filter(|track| !track.samples.is_empty()).ok_or(Error::Empty)?;
    // Decoding starts as early as the most reordered frame needs.
    let delay = leads.iter().map(|lead| -lead).max().unwrap_or(0).max(0);
    for (sample, lead) in whole.samples.iter_mut().zip(leads) {
        sample.shift = (lead + delay).checked_mul(clock.frame.into()).ok_or(Error::TooLarge)?;
    }
    whole.skipped = delay.unsigned_abs().checked_mul(clock.frame.into()).ok_or(Error::TooLarge)?;
    Ok((whole, files))
}

/// Returns how many frames after its place in decoding order each sample of a chunk is presented. The error is the
/// first sample that is not on the grid, or whose frame is taken or beyond the chunk.
pub(crate) fn presentation(track: &Track, rate: Rate) -> Result<Vec<i64>, usize> {
    let mut decoded = 0_i64;
    let mut slots = Vec::with_capacity(track.samples.len());
    for (number, sample) in track.samples.iter().enumerate() {
        if rate.nearest_frame(decoded, track.scale) != number as i128 {
            return Err(number);
        }
        let shown = decoded.checked_add(sample.shift).ok_or(number)?;
        slots.push(rate.nearest_frame(shown, track.scale));
        decoded = decoded.checked_add(sample.duration.into()).ok_or(number)?;
    }
    let first = slots.iter().copied().min().unwrap_or(0);
    // This code does not know what a chunk's edits hide, so they must start with its first frame.
    if i64::try_from(track.skipped).map(|skipped| rate.nearest_frame(skipped, track.scale)) != Ok(first) {
        return Err(0);
    }
    let mut taken = vec![false; slots.len()];
    let mut leads = Vec::with_capacity(slots.len());
    for (number, slot) in slots.into_iter().enumerate() {
        let place = usize::try_from(slot - first).map_err(|_| number)?;
        match taken.get_mut(place) {
            Some(taken) if !*taken => *taken = true,
            _ => return Err(number),
        }
        leads.push(place as i64 - number as i64);
    }
    Ok(leads)
}

/// Lets the tracks alternate about every second: returns each track's runs in samples, and the pieces in order. Sets
/// the offsets of the samples, counted from the first one.
fn interleave(tracks: &mut [(Track, Vec<usize>)]) -> Result<(Vec<Vec<usize>>, Vec<Piece>), Error> {
    struct Next {
        sample: usize,
        /// When it is due, in ticks of its track; negative if an edit hides it.
        ticks: i128,
    }
    let mut runs = vec![Vec::new(); tracks.len()];
    let mut pieces: Vec<Piece> = Vec::new();
    let mut place = 0_u64;
    let mut next: Vec<Next> = tracks
        .iter()
        .map(|(track, _)| {
            let wait = u128::from(track.wait) * u128::from(track.scale) / 1_000_000;
            Next { sample: 0, ticks: wait as i128 - i128::from(track.skipped) }
        })
        .collect();
    loop {
        let waiting = tracks.iter().zip(&next).filter(|((track, _), next)| next.sample < track.samples.len());
        let seconds = waiting.map(|((track, _), next)| next.ticks.div_euclid(track.scale.into()));
        let Some(second) = seconds.min() else { return Ok((runs, pieces)) };
        for (((track, files), next), runs) in tracks.iter_mut().zip(&mut next).zip(&mut runs) {
            let until = (second.max(0) + 1) * i128::from(track.scale);
            let mut run: Option<u32> = None;
            while let (Some(sample), Some(&file)) =
                (track.samples.get_mut(next.sample), files.get(next.sample))
                && next.ticks < until
            {
                match (run, runs.last_mut()) {
                    (Some(entry), Some(samples)) if entry == sample.entry => *samples += 1,
                    _ => runs.push(1),
                }
                run = Some(sample.entry);
                let size = u64::from(sample.size);
                match pieces.last_mut() {
                    Some(last) if last.file == file && last.offset + last.bytes == sample.offset => {
                        last.bytes += size;
                    }
                    _ => pieces.push(Piece { file, offset: sample.offset, bytes: size }),
                }
                sample.offset = place;
                place = place.checked_add(size).ok_or(Error::TooLarge)?;
                next.ticks += i128::from(sample.duration);
                next.sample += 1;
            }
        }
    }
}
